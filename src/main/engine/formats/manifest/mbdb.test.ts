import { describe, expect, it } from 'vitest';
import { decodeMbFile } from './mb-file.ts';
import { mbdbRows } from './mbdb.ts';

function text(value: string | Uint8Array | null): Buffer {
  if (value === null) return Buffer.from('ffff', 'hex');
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function record(path: string, mode = 0o100644, properties: ReadonlyArray<readonly [string, string]> = []): Buffer {
  const fixed = Buffer.alloc(40);
  fixed.writeUInt16BE(mode, 0);
  fixed.writeBigUInt64BE(77n, 2);
  fixed.writeUInt32BE(501, 10);
  fixed.writeUInt32BE(502, 14);
  fixed.writeUInt32BE(1_400_000_002, 18);
  fixed.writeUInt32BE(1_400_000_003, 22);
  fixed.writeUInt32BE(1_400_000_001, 26);
  fixed.writeBigUInt64BE(9n, 30);
  fixed.writeUInt8(4, 38);
  fixed.writeUInt8(properties.length, 39);
  const key = Buffer.concat([Buffer.of(4, 0, 0, 0), Buffer.alloc(40, 7)]);
  const texts = [text('HomeDomain'), text(path), text(null), text(Buffer.alloc(20, 1)), text(key)];
  return Buffer.concat([...texts, fixed, ...properties.flatMap(([name, value]) => [text(name), text(value)])]);
}

const HEAD = Buffer.from('mbdb\x05\x00', 'latin1');

async function rowsOf(bytes: Buffer, step = bytes.length) {
  async function* pieces(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  }
  const rows = [];
  for await (const row of mbdbRows(pieces())) rows.push(row);
  return rows;
}

describe('the list of files before iOS 10', () => {
  const whole = Buffer.concat([
    HEAD,
    record('Library/Ä.db', 0o100644, [['com.apple.x', 'value']]),
    record('Library', 0o040755),
    record('link', 0o120755),
  ]);

  it.each([1, 7, 1000])('is read in pieces of %i bytes', async (step) => {
    const rows = await rowsOf(whole, step);
    expect(rows.map(({ relativePath, flags }) => [relativePath, flags])).toEqual([
      ['Library/Ä.db', 1],
      ['Library', 2],
      ['link', 4],
    ]);
    expect(decodeMbFile(rows[0]?.file ?? Buffer.alloc(0))).toMatchObject({
      size: 9,
      mode: 0o100644,
      modified: 1_400_000_002,
      birth: 1_400_000_001,
      inode: 77,
      userId: 501,
      groupId: 502,
      protectionClass: 4,
      encryptionKey: { classId: 4 },
      target: null,
    });
  });

  it('that is none, cut off or endless is said to be', async () => {
    const bad = { code: 'formats/bad-manifest' };
    await expect(rowsOf(Buffer.alloc(0))).rejects.toMatchObject(bad);
    await expect(rowsOf(Buffer.from('SQLite format 3\0'))).rejects.toMatchObject(bad);
    for (let end = 1; end < whole.length; end += 13) {
      const cut = whole.subarray(0, end);
      const rows = await rowsOf(cut).catch((error: unknown) => error);
      if (!Array.isArray(rows)) expect(rows).toMatchObject(bad);
    }
    const endless = Buffer.concat([HEAD, record('x').subarray(0, -1), Buffer.of(255), Buffer.alloc(3 << 20, 0x7f)]);
    await expect(rowsOf(endless)).rejects.toMatchObject(bad);
  });

  it('never hangs on damaged bytes', async () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      return seed % below;
    };
    for (let round = 0; round < 3000; round += 1) {
      const damaged = Buffer.from(whole);
      for (let count = 1 + random(4); count > 0; count -= 1) damaged[random(damaged.length)] = random(256);
      const rows = await rowsOf(damaged, 64).catch((error: unknown) => error);
      if (!Array.isArray(rows)) expect(rows).toMatchObject({ code: 'formats/bad-manifest' });
    }
  });
});
