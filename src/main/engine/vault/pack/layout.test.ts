import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  encodeFooter,
  encodePackHeader,
  FOOTER_BYTES,
  INDEX_HEADER_BYTES,
  type IndexEntry,
  isIndex,
  PACK_HEADER_BYTES,
  paddingOf,
  parseFooter,
  parsePackHeader,
  parseRecordHeader,
  RECORD_HEADER_BYTES,
  readIndexEntry,
  writeRecordHeader,
} from './layout.ts';
import { PackTable } from './pack-table.ts';

const header = {
  flags: 2,
  vault: Buffer.alloc(16, 1),
  session: Buffer.alloc(16, 2),
  createdMs: 1_767_225_600_123,
  deviceTag: Buffer.alloc(16, 3),
};
function encodeIndex(entries: readonly IndexEntry[]): Buffer {
  const table = new PackTable();
  for (const one of entries) table.add(one);
  return table.toIndex();
}
const hash = createHash('sha256').update('x').digest();
const entry = (seed: number, offset: number): IndexEntry => ({
  hash: createHash('sha256').update(String(seed)).digest(),
  offset,
  storedLength: 10,
  rawLength: 11,
  crc: seed,
  codec: 1,
});

test('the header has its bytes where the format says', () => {
  const bytes = encodePackHeader(header);
  expect(bytes.toString('latin1', 0, 8)).toBe('BSPACK01');
  expect([bytes.readUInt16LE(8), bytes.readUInt16LE(10), bytes.readUInt32LE(12)]).toEqual([1, 96, 2]);
  expect(bytes.readBigUInt64LE(48)).toBe(1_767_225_600_123n);
  expect(bytes.subarray(60, 76).equals(header.deviceTag)).toBe(true);
  expect(bytes.subarray(76, 92).equals(Buffer.alloc(16))).toBe(true);
  expect(bytes.readUInt32LE(92)).toBe(crc32(bytes.subarray(0, 92)));
  expect(parsePackHeader(bytes)).toEqual(header);
});

test('a record header keeps lengths beyond 32 bits and its own CRC', () => {
  const bytes = Buffer.alloc(RECORD_HEADER_BYTES);
  const record = { codec: 0, storedLength: 2 ** 40 + 5, rawLength: 2 ** 40 + 5, hash, crc: 0xdeadbeef };
  writeRecordHeader(bytes, record);
  expect(bytes.toString('latin1', 0, 4)).toBe('BSOB');
  expect(parseRecordHeader(bytes)).toEqual(record);
});

test('index and footer go round, sorted by hash', () => {
  const entries = [entry(3, 400), entry(1, 160), entry(2, 300)];
  const index = encodeIndex(entries);
  const packSize = 1000 + index.length + FOOTER_BYTES;
  expect(isIndex(index, packSize)).toBe(true);
  const sorted = [...entries].sort((a, b) => Buffer.compare(a.hash, b.hash));
  expect([0, 1, 2].map((at) => readIndexEntry(index, INDEX_HEADER_BYTES + at * 56))).toEqual(sorted);
  const footer = parseFooter(encodeFooter(1000, index, 3), packSize);
  expect(footer).toMatchObject({ indexOffset: 1000, indexLength: index.length, count: 3 });
});

test('padding fills up to eight', () => {
  expect([0, 1, 7, 8, 9].map(paddingOf)).toEqual([0, 7, 1, 0, 7]);
});

test('no flipped bit of a header, record header or footer is taken for sound', () => {
  const record = Buffer.alloc(RECORD_HEADER_BYTES);
  writeRecordHeader(record, { codec: 0, storedLength: 5, rawLength: 5, hash, crc: 1 });
  const index = encodeIndex([entry(1, 160)]);
  const packSize = 500 + index.length + FOOTER_BYTES;
  const cases: ReadonlyArray<readonly [Buffer, (bytes: Buffer) => unknown]> = [
    [encodePackHeader(header), parsePackHeader],
    [record, parseRecordHeader],
    [encodeFooter(500, index, 1), (bytes) => parseFooter(bytes, packSize)],
  ];
  for (const [sound, parse] of cases) {
    expect(parse(sound)).not.toBeNull();
    for (let bit = 0; bit < sound.length * 8; bit += 1) {
      const bytes = Buffer.from(sound);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(parse(bytes), `bit ${bit}`).toBeNull();
    }
    for (let length = 0; length < sound.length; length += 7) expect(parse(sound.subarray(0, length))).toBeNull();
  }
});

test('hostile lengths are refused before anything is allocated', () => {
  const index = encodeIndex([entry(1, 160)]);
  const wrongCount = Buffer.from(index);
  wrongCount.writeUInt32LE(0xffff_ffff, 8);
  expect(isIndex(wrongCount, 1 << 20)).toBe(false);
  const outside = encodeIndex([{ ...entry(1, 2 ** 50) }]);
  expect(isIndex(outside, 1 << 20)).toBe(false);
  const inHeader = encodeIndex([{ ...entry(1, PACK_HEADER_BYTES) }]);
  expect(isIndex(inHeader, 1 << 20)).toBe(false);
  const random = Buffer.alloc(4096, 0xa5);
  for (let length = 0; length < 300; length += 1) {
    expect(isIndex(random.subarray(0, length), 4096)).toBe(false);
    expect(parsePackHeader(random.subarray(0, length))).toBeNull();
  }
});

test('a table of many records finds each by its hash and sorts them all', () => {
  const table = new PackTable();
  const entries = Array.from({ length: 3000 }, (_, at) => entry(at, 160 + at * 80));
  for (const one of entries) table.add(one);
  for (const one of entries) expect(table.find(one.hash)).toEqual(one);
  expect(table.find(hash)).toBeNull();
  const index = table.toIndex();
  for (let at = 1; at < 3000; at += 1) {
    const here = INDEX_HEADER_BYTES + at * 56;
    expect(index.compare(index, here - 56, here - 24, here, here + 32)).toBe(1);
  }
});
