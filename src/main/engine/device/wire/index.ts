export {
  encodeMuxPacket,
  encodePlistFrame,
  MUX_HEADER_BYTES,
  MUX_PLIST_MESSAGE,
  type MuxPacket,
  readFrame,
  readMuxPacket,
  readPlistBody,
  readPlistFrame,
  writeMuxPacket,
  writePlistFrame,
} from './frames.ts';
export { SocketWire } from './socket-wire.ts';
export type { ReadOptions } from './wait-for.ts';
