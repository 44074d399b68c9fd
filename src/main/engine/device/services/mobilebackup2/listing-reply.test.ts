import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodePlistFrame } from '../../wire/index.ts';
import type { FolderListing } from './host-folder.ts';
import { encodeListing } from './listing-reply.ts';

const NOON = 1_764_000_000;

function payloads(count: number, size: (index: number) => number): FolderListing[] {
  return Array.from({ length: count }, (_nothing, index) => ({
    name: createHash('sha1').update(String(index)).digest('hex'),
    kind: 'file' as const,
    sizeBytes: size(index),
    modified: NOON + index,
  }));
}

/** What the general writer makes of it. */
function plainly(entries: readonly FolderListing[]): Buffer {
  const types = { file: 'DLFileTypeRegular', directory: 'DLFileTypeDirectory', other: 'DLFileTypeUnknown' };
  const contents = entries.map(({ name, kind, sizeBytes, modified }) => [
    name,
    { DLFileType: types[kind], DLFileSize: sizeBytes, DLFileModificationDate: new Date(modified * 1000) },
  ]);
  const message = ['DLMessageStatusResponse', 0, '___EmptyParameterString___', Object.fromEntries(contents)];
  return encodePlistFrame(message, 'binary');
}

describe('a listing', () => {
  it.each([0, 1, 2, 14, 15, 83, 84, 255, 256, 257, 5000, 25_000])(
    'of %i payloads is what the general writer makes',
    (count) => {
      const various = payloads(
        count,
        (index) => [0, 7, 300, 70_000, 5_000_000_000, index, index * 4000][index % 7] ?? 0,
      );
      expect(encodeListing(various).equals(plainly(various))).toBe(true);
      const alike = payloads(count, () => 1024);
      expect(encodeListing(alike).equals(plainly(alike))).toBe(true);
    },
  );

  it.each<[string, Partial<FolderListing>]>([
    ['folders', { kind: 'directory' }],
    ['other names', { name: 'Manifest.db' }],
    ['names that are not ASCII', { name: 'naïve 雪' }],
    ['a hostile name', { name: '__proto__' }],
    ['40 letters that are not ASCII', { name: 'ü'.repeat(40) }],
    ['40 bytes that are fewer letters', { name: 'ü'.repeat(20) }],
    ['odd sizes', { sizeBytes: 0.5 }],
    ['odd dates', { modified: 0.25 }],
    ['old dates', { modified: -5 }],
    ['sizes at the border of 4 GiB', { sizeBytes: 2 ** 32 }],
  ])('with %s is so too', (_what, odd) => {
    const entries = payloads(3, (index) => index);
    entries.push({ name: 'a', kind: 'file', sizeBytes: 1, modified: NOON, ...odd });
    expect(encodeListing(entries).equals(plainly(entries))).toBe(true);
    const ids = entries.map((entry, index) => ({ ...entry, name: payloads(9, () => 0)[index]?.name ?? '' }));
    expect(encodeListing(ids).equals(plainly(ids))).toBe(true);
  });
});
