import type { ReadOptions, SocketWire } from '../../../engine/device/wire/index.ts';

/**
 * AFC frames: 40 bytes little-endian (magic, entire length, this length, packet number, operation), then the
 * operation's own header, then bulk data. Source: device protocol reference 7.1; libimobiledevice afc.h.
 */
export const AFC_OPERATION = {
  status: 0x01,
  data: 0x02,
  readDirectory: 0x03,
  writeWholeFile: 0x05,
  writePart: 0x06,
  truncate: 0x07,
  removePath: 0x08,
  makeDirectory: 0x09,
  getFileInfo: 0x0a,
  getDeviceInfo: 0x0b,
  writeAtomically: 0x0c,
  openFile: 0x0d,
  openFileResult: 0x0e,
  read: 0x0f,
  write: 0x10,
  seek: 0x11,
  tell: 0x12,
  tellResult: 0x13,
  close: 0x14,
  setSize: 0x15,
  rename: 0x18,
  setBlockSize: 0x19,
  setSocketBlockSize: 0x1a,
  lock: 0x1b,
  makeLink: 0x1c,
  setModificationTime: 0x1e,
  removeRecursive: 0x22,
} as const;

export const AFC_STATUS = {
  ok: 0,
  badHeader: 2,
  readError: 4,
  unknownPacket: 6,
  invalidArgument: 7,
  notFound: 8,
  isDirectory: 9,
  denied: 10,
  unsupported: 15,
  exists: 16,
  noSpace: 18,
  wouldBlock: 19,
  notEmpty: 33,
} as const;

const MAGIC = 'CFA6LPAA';
const HEADER_BYTES = 40;
/** Paths, handles and numbers; bulk data are apart. */
const MAX_ARGUMENT_BYTES = 64 * 1024;
/** One WRITE. Hosts use pieces of 64 KiB to 4 MiB. */
const MAX_BULK_BYTES = 64 * 1024 * 1024;

export interface AfcRequest {
  readonly number: bigint;
  readonly operation: number;
  /** The operation's header: paths and numbers. */
  readonly argument: Buffer;
  readonly bulk: Buffer;
}

/** Null for bytes that are no AFC frame, after which the phone closes. */
export async function readAfcRequest(wire: SocketWire, options: ReadOptions): Promise<AfcRequest | null> {
  const header = await wire.read(HEADER_BYTES, options);
  const entire = header.readBigUInt64LE(8);
  const here = header.readBigUInt64LE(16);
  const argumentBytes = Number(here) - HEADER_BYTES;
  const bulkBytes = Number(entire - here);
  if (header.toString('latin1', 0, 8) !== MAGIC) return null;
  if (argumentBytes < 0 || argumentBytes > MAX_ARGUMENT_BYTES || bulkBytes < 0 || bulkBytes > MAX_BULK_BYTES)
    return null;
  return {
    number: header.readBigUInt64LE(24),
    operation: Number(header.readBigUInt64LE(32) & 0xffffffffn),
    argument: await wire.read(argumentBytes, options),
    bulk: await wire.read(bulkBytes, options),
  };
}

/** A reply; `bulk` counts in the entire length only. */
export function encodeAfcReply(
  number: bigint,
  operation: number,
  argument: Buffer,
  bulk: readonly Buffer[] = [],
): Buffer[] {
  const bulkBytes = bulk.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  header.writeBigUInt64LE(BigInt(HEADER_BYTES + argument.length + bulkBytes), 8);
  header.writeBigUInt64LE(BigInt(HEADER_BYTES + argument.length), 16);
  header.writeBigUInt64LE(number, 24);
  header.writeBigUInt64LE(BigInt(operation), 32);
  return [header, argument, ...bulk];
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** NUL-ended strings one after the other. */
export function splitStrings(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

export function joinStrings(strings: readonly string[]): Buffer {
  return Buffer.from(strings.map((text) => `${text}\0`).join(''), 'utf8');
}
