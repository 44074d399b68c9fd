import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { encodePlist, type PlistValue, parsePlist } from '../../formats/plist/index.ts';
import type { SocketWire } from './socket-wire.ts';
import type { ReadOptions } from './wait-for.ts';

/**
 * Length-prefixed property lists: lockdownd, DeviceLink, notification_proxy and most services (4-byte big-endian
 * length, then XML or binary). Throws `device/bad-message` for a length of 0 or above `maxBytes` and for a body that is
 * no property list.
 */
export async function readPlistFrame(
  wire: SocketWire,
  limits: { readonly maxBytes: number } & ReadOptions,
): Promise<PlistValue> {
  return parseBody(await readFrame(wire, limits));
}

/** The body of a frame as it came, for callers that read it in their own way. */
export async function readFrame(
  wire: SocketWire,
  limits: { readonly maxBytes: number } & ReadOptions,
): Promise<Buffer> {
  const length = wire.tryReadUInt32BE() ?? (await wire.readUInt32BE(limits));
  return readBody(wire, { length, maxBytes: limits.maxBytes }, (max) => wire.readSome(max, limits));
}

/** The part after the length, for callers that wait in their own way: `readSome` gives what comes next. */
export async function readPlistBody(
  wire: SocketWire,
  limits: { readonly length: number; readonly maxBytes: number },
  readSome: (max: number) => Promise<Buffer>,
): Promise<PlistValue> {
  return parseBody(await readBody(wire, limits, readSome));
}

async function readBody(
  wire: SocketWire,
  { length, maxBytes }: { readonly length: number; readonly maxBytes: number },
  readSome: (max: number) => Promise<Buffer>,
): Promise<Buffer> {
  if (length > 0 && length <= maxBytes) return readGrowing(wire, length, readSome);
  throw new BackstopError('device/bad-message', {
    message: `a message of ${length} bytes was announced`,
    data: { problem: `a message of ${length} bytes was announced` },
  });
}

export async function writePlistFrame(
  wire: SocketWire,
  value: PlistValue,
  format: 'xml' | 'binary',
  options: ReadOptions = {},
): Promise<void> {
  await wire.write(encodePlistFrame(value, format), options);
}

/** The frame alone, for callers that join it with other bytes into one write. */
export function encodePlistFrame(value: PlistValue, format: 'xml' | 'binary'): Buffer {
  const body = encodePlist(value, format);
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  frame.set(body, 4);
  return frame;
}

/** Reads `length` bytes while memory grows only with what really arrives: an announced length buys nothing. */
async function readGrowing(
  wire: SocketWire,
  length: number,
  readSome: (max: number) => Promise<Buffer>,
): Promise<Buffer> {
  const whole = wire.tryRead(length);
  if (whole !== null) return whole;
  const parts: Buffer[] = [];
  let rest = length;
  while (rest > 0) {
    const part = wire.tryReadSome(rest) ?? (await readSome(rest));
    parts.push(part);
    rest -= part.length;
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length);
}

function parseBody(body: Buffer): PlistValue {
  try {
    return parsePlist(body);
  } catch (error) {
    if (!isBackstopError(error)) throw error;
    throw new BackstopError('device/bad-message', {
      message: `a message that is no property list: ${error.message}`,
      cause: error,
      data: { problem: 'a message was not a property list' },
    });
  }
}

/** usbmuxd packet: 16-byte little-endian header (length, version 1, message 8 = plist, tag), then an XML plist. */
export const MUX_HEADER_BYTES = 16;
export const MUX_PLIST_MESSAGE = 8;
const MUX_MAX_BYTES = 16 * 1024 * 1024;

export interface MuxPacket {
  readonly version: number;
  readonly message: number;
  readonly tag: number;
  /** Null for packets of the old binary protocol. */
  readonly body: PlistValue;
}

export async function readMuxPacket(wire: SocketWire, options: ReadOptions = {}): Promise<MuxPacket> {
  const header = await wire.read(MUX_HEADER_BYTES, options);
  const length = header.readUInt32LE(0);
  if (length < MUX_HEADER_BYTES || length > MUX_MAX_BYTES) {
    throw new BackstopError('device/bad-message', {
      message: `a usbmuxd packet of ${length} bytes was announced`,
      data: { problem: `a packet of ${length} bytes was announced` },
    });
  }
  const version = header.readUInt32LE(4);
  const message = header.readUInt32LE(8);
  const tag = header.readUInt32LE(12);
  const payload = await readGrowing(wire, length - MUX_HEADER_BYTES, (max) => wire.readSome(max, options));
  const body = message === MUX_PLIST_MESSAGE && payload.length > 0 ? parseBody(payload) : null;
  return { version, message, tag, body };
}

export async function writeMuxPacket(
  wire: SocketWire,
  body: PlistValue,
  tag: number,
  options: ReadOptions = {},
): Promise<void> {
  await wire.write(encodeMuxPacket(body, tag), options);
}

export function encodeMuxPacket(body: PlistValue, tag: number): Buffer {
  const payload = encodePlist(body, 'xml');
  const packet = Buffer.allocUnsafe(MUX_HEADER_BYTES + payload.length);
  packet.writeUInt32LE(packet.length, 0);
  packet.writeUInt32LE(1, 4);
  packet.writeUInt32LE(MUX_PLIST_MESSAGE, 8);
  packet.writeUInt32LE(tag, 12);
  packet.set(payload, MUX_HEADER_BYTES);
  return packet;
}
