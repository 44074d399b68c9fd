import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * Byte layout of a pack file: little-endian, everything 8-byte aligned. docs/formats/vault.md has the tables.
 * HEADER (96) · RECORD (64 + data + zero pad)… · INDEX (16 + 56 each) · FOOTER (64).
 */

export const PACK_HEADER_BYTES = 96;
export const RECORD_HEADER_BYTES = 64;
export const INDEX_HEADER_BYTES = 16;
export const INDEX_ENTRY_BYTES = 56;
export const FOOTER_BYTES = 64;
const PACK_VERSION = 1;
const RECORD_VERSION = 1;

const PACK_MAGIC = Buffer.from('BSPACK01', 'latin1');
export const RECORD_MAGIC = Buffer.from('BSOB', 'latin1');
const INDEX_MAGIC = Buffer.from('BSINDEX1', 'latin1');
const FOOTER_MAGIC = Buffer.from('BSFOOT01', 'latin1');

/** Bit 1 of the pack header's flags: its one record is a catalog. (Bit 0, hot, is not written yet.) */
export const PACK_FLAG_META = 2;

export const CODEC_STORED = 0;
export const CODEC_ZSTD = 1;

/** What a pack may hold before its index would be unreasonable: readers refuse more before they take memory. */
const MAX_PACK_OBJECTS = 1024 * 1024;

export interface PackHeader {
  readonly flags: number;
  /** 16 raw bytes. */
  readonly vault: Buffer;
  /** 16 raw bytes. */
  readonly session: Buffer;
  readonly createdMs: number;
  /** 16 bytes: packs never mix devices. */
  readonly deviceTag: Buffer;
}

export interface RecordHeader {
  readonly codec: number;
  readonly storedLength: number;
  readonly rawLength: number;
  readonly hash: Buffer;
  readonly crc: number;
}

export interface IndexEntry {
  readonly hash: Buffer;
  /** Of the first stored byte, after the record header. */
  readonly offset: number;
  readonly storedLength: number;
  readonly rawLength: number;
  readonly crc: number;
  readonly codec: number;
}

export interface Footer {
  readonly indexOffset: number;
  readonly indexLength: number;
  readonly count: number;
  readonly indexHash: Buffer;
}

/** Bytes of a record's padding. */
export function paddingOf(storedLength: number): number {
  return (8 - (storedLength % 8)) % 8;
}

export function encodePackHeader(header: PackHeader): Buffer {
  const bytes = Buffer.alloc(PACK_HEADER_BYTES);
  PACK_MAGIC.copy(bytes, 0);
  bytes.writeUInt16LE(PACK_VERSION, 8);
  bytes.writeUInt16LE(PACK_HEADER_BYTES, 10);
  bytes.writeUInt32LE(header.flags, 12);
  header.vault.copy(bytes, 16, 0, 16);
  header.session.copy(bytes, 32, 0, 16);
  bytes.writeBigUInt64LE(BigInt(header.createdMs), 48);
  header.deviceTag.copy(bytes, 60, 0, 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 92)), 92);
  return bytes;
}

/** Null when it is not a header of this version. */
export function parsePackHeader(bytes: Buffer): PackHeader | null {
  if (bytes.length < PACK_HEADER_BYTES || !bytes.subarray(0, 8).equals(PACK_MAGIC)) return null;
  if (bytes.readUInt16LE(8) !== PACK_VERSION || bytes.readUInt16LE(10) !== PACK_HEADER_BYTES) return null;
  if (crc32(bytes.subarray(0, 92)) !== bytes.readUInt32LE(92)) return null;
  const createdMs = bytes.readBigUInt64LE(48);
  return {
    flags: bytes.readUInt32LE(12),
    vault: Buffer.from(bytes.subarray(16, 32)),
    session: Buffer.from(bytes.subarray(32, 48)),
    createdMs: createdMs > BigInt(Number.MAX_SAFE_INTEGER) ? 0 : Number(createdMs),
    deviceTag: Buffer.from(bytes.subarray(60, 76)),
  };
}

/** Writes a record header into `into`, which is at least 64 bytes long. */
export function writeRecordHeader(into: Buffer, header: RecordHeader): void {
  RECORD_MAGIC.copy(into, 0);
  into[4] = RECORD_VERSION;
  into[5] = header.codec;
  into.writeUInt16LE(0, 6);
  writeLength(into, header.storedLength, 8);
  writeLength(into, header.rawLength, 16);
  header.hash.copy(into, 24, 0, 32);
  into.writeUInt32LE(header.crc, 56);
  into.writeUInt32LE(crc32(into.subarray(0, 60)), 60);
}

/** Null when there is no sound record header at this place. */
export function parseRecordHeader(bytes: Buffer): RecordHeader | null {
  if (bytes.length < RECORD_HEADER_BYTES || !bytes.subarray(0, 4).equals(RECORD_MAGIC)) return null;
  if (bytes[4] !== RECORD_VERSION || crc32(bytes.subarray(0, 60)) !== bytes.readUInt32LE(60)) return null;
  const storedLength = readLength(bytes, 8);
  const rawLength = readLength(bytes, 16);
  if (storedLength === null || rawLength === null) return null;
  return {
    codec: bytes[5] as number,
    storedLength,
    rawLength,
    hash: Buffer.from(bytes.subarray(24, 56)),
    crc: bytes.readUInt32LE(56),
  };
}

export function writeIndexHeader(into: Buffer, count: number): void {
  INDEX_MAGIC.copy(into, 0);
  into.writeUInt32LE(count, 8);
  into.writeUInt32LE(INDEX_ENTRY_BYTES, 12);
}

export function writeIndexEntry(into: Buffer, at: number, entry: IndexEntry): void {
  entry.hash.copy(into, at, 0, 32);
  writeLength(into, entry.offset, at + 32);
  into.writeUInt32LE(entry.storedLength, at + 40);
  into.writeUInt32LE(entry.rawLength, at + 44);
  into.writeUInt32LE(entry.crc, at + 48);
  into.writeUInt32LE(entry.codec, at + 52);
}

/** An entry at a place that `parseIndex` or `PackTable` vouches for; its hash is a view of `bytes`. */
export function readIndexEntry(bytes: Buffer, at: number): IndexEntry {
  return {
    hash: bytes.subarray(at, at + 32),
    offset: bytes.readUInt32LE(at + 36) * 0x1_0000_0000 + bytes.readUInt32LE(at + 32),
    storedLength: bytes.readUInt32LE(at + 40),
    rawLength: bytes.readUInt32LE(at + 44),
    crc: bytes.readUInt32LE(at + 48),
    codec: bytes[at + 52] as number,
  };
}

/** Is this an index whose every place lies in a pack of this size? Its hash was compared with the footer before. */
export function isIndex(bytes: Buffer, packSize: number): boolean {
  if (bytes.length < INDEX_HEADER_BYTES || !bytes.subarray(0, 8).equals(INDEX_MAGIC)) return false;
  const count = bytes.readUInt32LE(8);
  if (bytes.readUInt32LE(12) !== INDEX_ENTRY_BYTES) return false;
  if (bytes.length !== INDEX_HEADER_BYTES + count * INDEX_ENTRY_BYTES) return false;
  for (let at = INDEX_HEADER_BYTES; at < bytes.length; at += INDEX_ENTRY_BYTES) {
    const offset = readLength(bytes, at + 32);
    if (offset === null || offset < PACK_HEADER_BYTES + RECORD_HEADER_BYTES) return false;
    if (offset + bytes.readUInt32LE(at + 40) > packSize) return false;
  }
  return true;
}

export function encodeFooter(indexOffset: number, index: Buffer, count: number): Buffer {
  const bytes = Buffer.alloc(FOOTER_BYTES);
  FOOTER_MAGIC.copy(bytes, 0);
  writeLength(bytes, indexOffset, 8);
  bytes.writeUInt32LE(index.length, 16);
  bytes.writeUInt32LE(count, 20);
  createHash('sha256').update(index).digest().copy(bytes, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}

/** Null when the last bytes of a file of `packSize` bytes are no sound footer. */
export function parseFooter(bytes: Buffer, packSize: number): Footer | null {
  if (bytes.length !== FOOTER_BYTES || !bytes.subarray(0, 8).equals(FOOTER_MAGIC)) return null;
  if (crc32(bytes.subarray(0, 60)) !== bytes.readUInt32LE(60)) return null;
  const indexOffset = readLength(bytes, 8);
  const indexLength = bytes.readUInt32LE(16);
  const count = bytes.readUInt32LE(20);
  if (indexOffset === null || indexOffset < PACK_HEADER_BYTES || count > MAX_PACK_OBJECTS) return null;
  if (indexLength !== INDEX_HEADER_BYTES + count * INDEX_ENTRY_BYTES) return null;
  if (indexOffset + indexLength + FOOTER_BYTES !== packSize) return null;
  return { indexOffset, indexLength, count, indexHash: Buffer.from(bytes.subarray(24, 56)) };
}

/** Lengths are below 2^53 everywhere: two 32-bit halves are faster than a BigInt. */
function writeLength(into: Buffer, value: number, at: number): void {
  into.writeUInt32LE(value % 0x1_0000_0000, at);
  into.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
}

function readLength(bytes: Buffer, at: number): number | null {
  const high = bytes.readUInt32LE(at + 4);
  return high > 0x1f_ffff ? null : high * 0x1_0000_0000 + bytes.readUInt32LE(at);
}
