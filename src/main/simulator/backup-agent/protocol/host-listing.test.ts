import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodePlist, type PlistValue } from '../../../engine/formats/plist/index.ts';
import { HostListing } from './host-listing.ts';

const ID = createHash('sha1').update('').digest('hex');

function answer(contents: PlistValue, status: number | bigint = 0): PlistValue {
  return ['DLMessageStatusResponse', status, '___EmptyParameterString___', contents];
}

function regular(size: PlistValue): PlistValue {
  return { DLFileType: 'DLFileTypeRegular', DLFileSize: size, DLFileModificationDate: new Date(1_764_000_000_000) };
}

describe.each(['binary', 'xml'] as const)('a listing in %s', (format) => {
  const read = (value: PlistValue): HostListing | null => HostListing.read(encodePlist(value, format));

  it.each([0, 1, 20, 300, 3000])('of %i files', (count) => {
    const ids = Array.from({ length: count }, (_nothing, index) =>
      createHash('sha1').update(String(index)).digest('hex'),
    );
    const contents = Object.fromEntries(ids.map((id, index) => [id, regular(index * 100)]));
    const entries = read(answer(contents))?.entries();
    expect([...(entries ?? [])]).toEqual(
      ids.map((id, index) => [id, { type: 'DLFileTypeRegular', sizeBytes: index * 100 }]),
    );
  });

  it('of large files, folders, names of all kinds, and what lacks something', () => {
    const contents = {
      [ID]: regular(5_000_000_000),
      'Manifest.db': regular(70_000),
      'naïve 雪': { DLFileType: 'DLFileTypeDirectory', DLFileSize: 0 },
      nothing: {},
      text: 'no dictionary',
    };
    const entries = read(answer(contents))?.entries();
    expect(entries?.get(ID)).toEqual({ type: 'DLFileTypeRegular', sizeBytes: 5_000_000_000 });
    expect(entries?.get('Manifest.db')?.sizeBytes).toBe(70_000);
    expect(entries?.get('naïve 雪')?.type).toBe('DLFileTypeDirectory');
    expect(entries?.get('nothing')).toEqual({ type: 'nothing', sizeBytes: Number.NaN });
    expect(entries?.get('text')).toEqual({ type: 'nothing', sizeBytes: Number.NaN });
  });

  it('that is refused, or is none', () => {
    expect(read(answer({}, -6))?.status.status).toBe(-6);
    expect(read(answer({}, 2n ** 64n - 6n))?.status).toMatchObject({ status: -6, encoding: 'unsigned-64' });
    expect(read(['DLMessageStatusResponse', 'zero'])?.status.encoding).toBe('no-integer');
    expect(read(answer('no dictionary'))?.entries().size).toBe(0);
    expect(read(['DLMessageDisconnect', ''])).toBeNull();
    expect(read('a text')).toBeNull();
  });
});

it('never reads a listing that was cut or changed as anything but what it says, and always ends', () => {
  const body = encodePlist(answer({ [ID]: regular(1234), b: regular(7) }), 'binary');
  for (let at = 0; at < body.length; at += 1) {
    for (const bytes of [body.subarray(0, at), changed(body, at, 0xff), changed(body, at, 0)]) {
      try {
        HostListing.read(bytes)?.entries();
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^formats\//) });
      }
    }
  }
});

function changed(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}
