import { createCipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KeptFile } from './kept-file.ts';
import { ManifestComparison, StoredManifest } from './stored-manifest.ts';

const dir = mkdtempSync(join(tmpdir(), 'backstop-stored-manifest-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Larger than what is read at a time. */
const DATABASE = Buffer.concat([Buffer.from('SQLite format 3\0'), randomBytes(2_500_000 - 16)]);
const KEPT = join(dir, 'kept.db');
writeFileSync(KEPT, DATABASE);

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function pieces(bytes: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 32_768) all.push(bytes.subarray(at, at + 32_768));
  return all;
}

describe.each([
  ['a plain manifest', null],
  ['an encrypted manifest', randomBytes(32)],
])('%s', (_what, key) => {
  const stored = (plain: Buffer): Buffer[] => {
    if (key === null) return pieces(plain);
    return pieces(createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false).update(plain));
  };

  it.each<[string, Buffer]>([
    ['in its first byte after the magic', changed(DATABASE, 20)],
    ['in the middle', changed(DATABASE, 1_500_000)],
    ['in its last byte', changed(DATABASE, DATABASE.length - 1)],
    ['in being shorter', DATABASE.subarray(0, 1_200_000)],
    ['in being longer', Buffer.concat([DATABASE, Buffer.alloc(16)])],
  ])('that differs from the one the phone has %s is written down', (_where, other) => {
    const path = join(dir, 'other.db');
    using kept = new KeptFile(KEPT);
    const manifest = new StoredManifest(path, key, kept);
    for (const piece of stored(other)) manifest.data(piece);
    expect(manifest.end()).toEqual({ isKept: false });
    expect(readFileSync(path).equals(other)).toBe(true);
    using comparison = new ManifestComparison(KEPT, key);
    for (const piece of stored(other)) comparison.data(piece);
    expect(comparison.isSame()).toBe(false);
  });

  it('that is the one the phone has is not written', () => {
    const path = join(dir, 'same.db');
    using kept = new KeptFile(KEPT);
    const manifest = new StoredManifest(path, key, kept);
    for (const piece of stored(DATABASE)) manifest.data(piece);
    expect(manifest.end()).toEqual({ isKept: true });
    expect(existsSync(path)).toBe(false);
    using comparison = new ManifestComparison(KEPT, key);
    for (const piece of stored(DATABASE)) comparison.data(piece);
    expect(comparison.isSame()).toBe(true);
  });

  it('that is none is told so', () => {
    const manifest = new StoredManifest(join(dir, 'none.db'), key);
    for (const piece of stored(Buffer.alloc(4096, 7))) manifest.data(piece);
    expect(manifest.end()).toBeNull();
    using kept = new KeptFile(KEPT);
    expect(new StoredManifest(join(dir, 'empty.db'), key, kept).end()).toBeNull();
  });
});
