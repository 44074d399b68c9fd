import {
  MUX_HEADER_BYTES,
  MUX_PLIST_MESSAGE,
  type ReadOptions,
  type SocketWire,
} from '../../engine/device/wire/index.ts';
import { dictOf, type PlistDict, parsePlist } from '../../engine/formats/plist/index.ts';

/**
 * What a client sent. Source of the limits: usbmuxd (Linux) drops a client whose packet is under 16 or over 65,536
 * bytes, and answers a client of the old binary protocol in kind.
 */
export type MuxRequest =
  | { readonly kind: 'plist'; readonly tag: number; readonly body: PlistDict }
  | { readonly kind: 'malformed'; readonly tag: number }
  | { readonly kind: 'old-protocol'; readonly tag: number }
  | { readonly kind: 'bad-length'; readonly length: number };

const MAX_PACKET_BYTES = 65_536;

export async function readMuxRequest(wire: SocketWire, options: ReadOptions): Promise<MuxRequest> {
  const header = await wire.read(MUX_HEADER_BYTES, options);
  const length = header.readUInt32LE(0);
  const version = header.readUInt32LE(4);
  const message = header.readUInt32LE(8);
  const tag = header.readUInt32LE(12);
  if (length < MUX_HEADER_BYTES || length > MAX_PACKET_BYTES) return { kind: 'bad-length', length };
  const payload = await wire.read(length - MUX_HEADER_BYTES, options);
  if (version !== 1) return { kind: 'old-protocol', tag };
  if (message !== MUX_PLIST_MESSAGE) return { kind: 'malformed', tag };
  const body = parseDict(payload);
  return body === undefined ? { kind: 'malformed', tag } : { kind: 'plist', tag, body };
}

function parseDict(payload: Buffer): PlistDict | undefined {
  try {
    return dictOf(parsePlist(payload, { maxDepth: 16, maxObjects: 4096 }));
  } catch {
    // A client that sends rubbish gets result 1; there is nothing else to know about it.
    return undefined;
  }
}

/** The result packet of protocol version 0: header with message 1, then the number. */
export function encodeOldResult(tag: number, result: number): Buffer {
  const packet = Buffer.alloc(MUX_HEADER_BYTES + 4);
  packet.writeUInt32LE(packet.length, 0);
  packet.writeUInt32LE(0, 4);
  packet.writeUInt32LE(1, 8);
  packet.writeUInt32LE(tag, 12);
  packet.writeUInt32LE(result, MUX_HEADER_BYTES);
  return packet;
}

/** Numbers of a Result. The last three are errno values, as the Linux daemon sends them for pair records. */
export const MUX_RESULT = {
  ok: 0,
  badCommand: 1,
  badDevice: 2,
  connectionRefused: 3,
  badVersion: 6,
  noEntry: 2,
  io: 5,
  invalidArgument: 22,
} as const;
