import { BackstopError } from '../../../../shared/errors/index.ts';
import { encodePlist, type PlistValue, parsePlist } from '../../formats/plist/index.ts';
import type { ReadOptions, SocketWire } from './socket-wire.ts';

/** Length-prefixed property lists: lockdownd, DeviceLink, notification_proxy and most services (4-byte big-endian length). */
export async function readPlistFrame(
  wire: SocketWire,
  limits: { readonly maxBytes: number } & ReadOptions,
): Promise<PlistValue> {
  const length = (await wire.read(4, limits)).readUInt32BE(0);
  if (length === 0 || length > limits.maxBytes) {
    throw new BackstopError('device/bad-message', { message: `a message of ${length} bytes was announced`, data: { length } });
  }
  return parsePlist(await readGrowing(wire, length, limits));
}

/** Reads `length` bytes while memory grows only with what really arrives: an announced length buys nothing. */
async function readGrowing(wire: SocketWire, length: number, options: ReadOptions): Promise<Buffer> {
  const whole = wire.tryRead(length);
  if (whole !== null) return whole;
  const parts: Buffer[] = [];
  let rest = length;
  while (rest > 0) {
    const part = await wire.readSome(rest, options);
    parts.push(part);
    rest -= part.length;
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length);
}

export async function writePlistFrame(
  wire: SocketWire,
  value: PlistValue,
  format: 'xml' | 'binary',
  options: ReadOptions = {},
): Promise<void> {
  const body = encodePlist(value, format);
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  frame.set(body, 4);
  await wire.write(frame, options);
}

/** usbmuxd packet: 16-byte little-endian header (length, version 1, message 8 = plist, tag), then an XML plist. */
export const MUX_HEADER_BYTES = 16;
export const MUX_PLIST_MESSAGE = 8;
const MUX_MAX_BYTES = 16 * 1024 * 1024;

export interface MuxPacket {
  readonly version: number;
  readonly message: number;
  readonly tag: number;
  readonly body: PlistValue;
}

export async function readMuxPacket(wire: SocketWire, options: ReadOptions = {}): Promise<MuxPacket> {
  const header = await wire.read(MUX_HEADER_BYTES, options);
  const length = header.readUInt32LE(0);
  if (length < MUX_HEADER_BYTES || length > MUX_MAX_BYTES) {
    throw new BackstopError('device/bad-message', { message: `a usbmuxd packet of ${length} bytes was announced`, data: { length } });
  }
  const version = header.readUInt32LE(4);
  const message = header.readUInt32LE(8);
  const tag = header.readUInt32LE(12);
  const payload = await readGrowing(wire, length - MUX_HEADER_BYTES, options);
  const body = message === MUX_PLIST_MESSAGE && payload.length > 0 ? parsePlist(payload) : null;
  return { version, message, tag, body };
}

export async function writeMuxPacket(wire: SocketWire, body: PlistValue, tag: number): Promise<void> {
  const payload = encodePlist(body, 'xml');
  const frame = Buffer.allocUnsafe(MUX_HEADER_BYTES + payload.length);
  frame.writeUInt32LE(frame.length, 0);
  frame.writeUInt32LE(1, 4);
  frame.writeUInt32LE(MUX_PLIST_MESSAGE, 8);
  frame.writeUInt32LE(tag, 12);
  frame.set(payload, MUX_HEADER_BYTES);
  await wire.write(frame);
}
