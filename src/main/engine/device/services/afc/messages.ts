import { BackstopError } from '../../../../../shared/errors/index.ts';

/**
 * Apple File Conduit on the wire (protocol reference 7.1): a 40-byte header, all numbers little-endian, then the
 * operation's own header, then bulk data.
 *
 *  0  8  "CFA6LPAA"
 *  8  8  whole length
 * 16  8  length without the bulk data
 * 24  8  packet number; the reply carries the same
 * 32  8  operation
 */
export const AFC_HEADER_BYTES = 40;
const MAGIC = Buffer.from('CFA6LPAA', 'latin1');

export const AFC_OPERATION = {
  status: 0x01,
  data: 0x02,
  readDirectory: 0x03,
  removePath: 0x08,
  makeDirectory: 0x09,
  fileInfo: 0x0a,
  deviceInfo: 0x0b,
  fileOpen: 0x0d,
  fileOpened: 0x0e,
  fileRead: 0x0f,
  fileWrite: 0x10,
  fileSeek: 0x11,
  fileClose: 0x14,
  fileLock: 0x1b,
} as const;

/** 2 creates a missing file and cuts nothing off: the one for the sync lock. 3 creates or empties. */
export const AFC_MODE = { read: 1, readWrite: 2, write: 3, readWriteFresh: 4 } as const;
export type AfcMode = (typeof AFC_MODE)[keyof typeof AFC_MODE];

/** Both answer at once; nothing waits on the phone. */
export const AFC_LOCK = { exclusive: 6, unlock: 12 } as const;

export interface AfcHeader {
  readonly wholeLength: number;
  readonly headLength: number;
  readonly packetNumber: bigint;
  readonly operation: number;
}

export function encodePacket(
  packetNumber: bigint,
  operation: number,
  head: Uint8Array,
  data: Uint8Array = new Uint8Array(0),
): Buffer {
  const packet = Buffer.alloc(AFC_HEADER_BYTES + head.length + data.length);
  MAGIC.copy(packet, 0);
  packet.writeBigUInt64LE(BigInt(packet.length), 8);
  packet.writeBigUInt64LE(BigInt(AFC_HEADER_BYTES + head.length), 16);
  packet.writeBigUInt64LE(packetNumber, 24);
  packet.writeBigUInt64LE(BigInt(operation), 32);
  packet.set(head, AFC_HEADER_BYTES);
  packet.set(data, AFC_HEADER_BYTES + head.length);
  return packet;
}

/** Throws `device/bad-message` for anything but the header of a packet of at most `maxBytes`. */
export function decodeHeader(header: Buffer, maxBytes: number): AfcHeader {
  const wholeLength = header.readBigUInt64LE(8);
  const headLength = header.readBigUInt64LE(16);
  const isFrame =
    header.subarray(0, 8).equals(MAGIC) &&
    headLength >= AFC_HEADER_BYTES &&
    headLength <= wholeLength &&
    wholeLength <= maxBytes;
  if (!isFrame) {
    throw new BackstopError('device/bad-message', {
      message: `no AFC packet: lengths ${wholeLength} and ${headLength}`,
      data: { problem: 'the file service sent no proper packet' },
    });
  }
  return {
    wholeLength: Number(wholeLength),
    headLength: Number(headLength),
    packetNumber: header.readBigUInt64LE(24),
    operation: Number(header.readBigUInt64LE(32)),
  };
}

/** A path as AFC wants it: UTF-8 with a NUL at its end. */
export function pathBytes(path: string): Buffer {
  if (path.includes('\0')) throw new BackstopError('internal/bug', { message: 'a path with a NUL for AFC' });
  return Buffer.from(`${path}\0`);
}

export function u64(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => {
    bytes.writeBigUInt64LE(BigInt(value), index * 8);
  });
  return bytes;
}

/** Texts that are each ended by a NUL. */
export function texts(bytes: Buffer): readonly string[] {
  const parts = bytes.toString('utf8').split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

/** Keys and values in turns. */
export function pairs(bytes: Buffer): ReadonlyMap<string, string> {
  const parts = texts(bytes);
  const facts = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) facts.set(parts[at] as string, parts[at + 1] as string);
  return facts;
}

/** Of a reply that has nothing but a status; 1 (unknown) where it is cut short. */
export function statusIn(payload: Buffer): number {
  return payload.length < 8 ? 1 : Number(payload.readBigUInt64LE(0));
}
