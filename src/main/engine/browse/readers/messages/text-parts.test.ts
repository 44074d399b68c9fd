import { describe, expect, it } from 'vitest';
import { encodeAttributedString, type Run } from '../../../../simulator/content/encodings/typedstream.ts';
import { readBody } from './text-parts.ts';

const PLACE = '\ufffc';
const body = (text: string, runs: readonly Run[]): Buffer => encodeAttributedString(text, runs);
const part = (number: number): Run['attributes'] => ({ __kIMMessagePartAttributeName: number });
const file = (number: number, id: string): Run['attributes'] => ({
  ...part(number),
  __kIMFileTransferGUIDAttributeName: id,
});
const short = (read: ReturnType<typeof readBody>): unknown[] =>
  read.parts.map((one) => (one.kind === 'text' ? one.text : `<${one.attachmentId}>`));

describe('the words of a message', () => {
  it('are those of the column, else those of the body', () => {
    const hello = body('Hello', [{ length: 5, attributes: part(0) }]);
    expect(readBody('Hello', hello, [], false).text).toBe('Hello');
    expect(readBody(null, hello, [], false).text).toBe('Hello');
    expect(readBody('', hello, [], false).text).toBe('Hello');
    expect(readBody('Other', hello, [], false)).toMatchObject({ text: 'Other', problem: null });
    expect(readBody(null, null, [], false)).toEqual({ text: null, parts: [], isUndecodable: false, problem: null });
  });

  it('stand on lines of their own where they are bubbles of their own', () => {
    const runs = [
      { length: 1, attributes: file(0, 'a') },
      { length: 3, attributes: part(1) },
      { length: 1, attributes: file(2, 'b') },
      { length: 3, attributes: part(3) },
    ];
    const read = readBody(null, body(`${PLACE}one${PLACE}two`, runs), ['a', 'b'], false);
    expect(read.text).toBe('one\ntwo');
    expect(short(read)).toEqual(['<a>', 'one', '<b>', 'two']);
  });

  it('are not broken by a picture within them', () => {
    const runs = [
      { length: 3, attributes: part(0) },
      { length: 1, attributes: file(0, 'genmoji') },
      { length: 4, attributes: part(0) },
    ];
    const read = readBody(null, body(`Hi ${PLACE} you`, runs), ['genmoji'], false);
    expect(read.text).toBe('Hi  you');
    expect(short(read)).toEqual(['Hi ', '<genmoji>', ' you']);
  });

  it('find their attachments by order where they name none, or others', () => {
    expect(short(readBody(`${PLACE}${PLACE}Look`, null, ['a', 'b', 'c'], false))).toEqual([
      '<a>',
      '<b>',
      'Look',
      '<c>',
    ]);
    const runs = [
      { length: 1, attributes: file(0, 'elsewhere') },
      { length: 1, attributes: file(1, 'b') },
    ];
    expect(short(readBody(null, body(PLACE + PLACE, runs), ['a', 'b'], false))).toEqual(['<a>', '<b>']);
    expect(short(readBody(null, body(PLACE + PLACE, runs), ['b'], false))).toEqual(['<elsewhere>', '<b>']);
    expect(short(readBody(`${PLACE}Gone`, null, [], false))).toEqual(['Gone']);
  });

  it('of an app are none where they only mark its balloon', () => {
    expect(readBody('\ufffd', null, [], true)).toMatchObject({ text: null, parts: [] });
    expect(readBody('\ufffd', null, [], false).text).toBe('\ufffd');
  });

  it('are told apart from words that cannot be read', () => {
    expect(readBody(null, Buffer.from('noise'), ['a'], false)).toMatchObject({ text: null, isUndecodable: true });
    expect(readBody('words', Buffer.from('noise'), [], false)).toMatchObject({ text: 'words', isUndecodable: false });
    const cut = body('words', [{ length: 5, attributes: part(0) }]).subarray(0, -20);
    expect(readBody(null, cut, [], false)).toMatchObject({
      text: 'words',
      problem: expect.stringContaining('formatting'),
    });
  });

  it('have their mentions and links where they stand', () => {
    const runs = [
      { length: 3, attributes: part(0) },
      { length: 4, attributes: { ...part(0), __kIMMentionConfirmedMention: '+1555' } },
      { length: 5, attributes: { ...part(0), __kIMTextBoldAttributeName: 1, __kIMTextStrikethroughAttributeName: 1 } },
    ];
    const [only] = readBody(null, body('Hi Anna bold', runs), [], false).parts;
    expect(only).toMatchObject({
      spans: [
        { start: 3, length: 4, mention: '+1555', isBold: false },
        { start: 7, length: 5, mention: null, isBold: true, isStruckThrough: true },
      ],
    });
  });
});
