import { describe, expect, it } from 'vitest';
import { Archived, keyedArchive } from '../../../simulator/content/encodings/keyed-archive.ts';
import { encodeAttributedString } from '../../../simulator/content/encodings/typedstream.ts';
import { encodePlist, PlistReal, PlistUid, type PlistValue } from '../plist/index.ts';
import { readAppPayload, readSummaryInfo } from './index.ts';

const wording = (text: string, seconds: number): PlistValue => ({
  t: encodeAttributedString(text, [{ length: text.length, attributes: { part: 0 } }]),
  d: new PlistReal(seconds),
});

describe('what a message says of its edits', () => {
  it('is every wording of every part', () => {
    const bytes = encodePlist(
      {
        ec: { '1': [wording('b', 2)], '0': [wording('a', 1), wording('aa', 3)] },
        rp: [2],
        otr: { '0': { lo: 0, le: 1 } },
      },
      'binary',
    );
    expect(readSummaryInfo(bytes)).toEqual({
      edits: [
        {
          part: 0,
          versions: [
            { text: 'a', cocoaSeconds: 1 },
            { text: 'aa', cocoaSeconds: 3 },
          ],
        },
        { part: 1, versions: [{ text: 'b', cocoaSeconds: 2 }] },
      ],
      unsentParts: [2],
      originalRanges: [{ part: 0, start: 0, length: 1 }],
    });
  });

  it('keeps the others when one wording cannot be read', () => {
    const bytes = encodePlist({ ec: { '0': [{ t: Buffer.from('noise') }, wording('now', 5)] } }, 'binary');
    expect(readSummaryInfo(bytes).edits[0]?.versions).toEqual([
      { text: null, cocoaSeconds: null },
      { text: 'now', cocoaSeconds: 5 },
    ]);
  });

  it('is empty where the fields are of other kinds', () => {
    const bytes = encodePlist({ ec: [1], rp: 'x', otr: { a: {}, '0': 3 } }, 'binary');
    expect(readSummaryInfo(bytes)).toEqual({ edits: [], unsentParts: [], originalRanges: [] });
    expect(() => readSummaryInfo(Buffer.from('bplist00'))).toThrow();
  });
});

describe('the balloon of a link', () => {
  const url = (address: string, base: Archived | null = null): Archived =>
    new Archived(['NSURL', 'NSObject'], { 'NS.base': base, 'NS.relative': address });

  it('has a title and an address', () => {
    const metadata = new Archived(['LPLinkMetadata'], {
      URL: url('page?x=1', url('https://example.org/folder/')),
      title: 'A page',
      summary: 'About something',
    });
    expect(readAppPayload(keyedArchive(new Archived(['RichLink'], { richLinkMetadata: metadata })))).toEqual({
      title: 'A page',
      subtitle: 'About something',
      url: 'https://example.org/folder/page?x=1',
      appName: null,
    });
  });

  it('gives nulls for archives of another kind and for objects that hold themselves', () => {
    const nothing = { title: null, subtitle: null, url: null, appName: null };
    expect(readAppPayload(keyedArchive(new Archived(['Other'], { a: 1 })))).toEqual(nothing);
    const loop = encodePlist(
      {
        $top: { root: new PlistUid(1) },
        $objects: ['$null', { richLinkMetadata: new PlistUid(1), URL: new PlistUid(1) }],
      },
      'binary',
    );
    expect(readAppPayload(loop)).toEqual(nothing);
  });
});
