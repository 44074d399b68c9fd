export { type MuxEndpoint, muxEndpoint, parseMuxAddress } from './address.ts';
export type { CallOptions } from './connection.ts';
export type { MuxEntry, MuxEvent } from './entries.ts';
export { listenMux } from './events.ts';
export { PhoneLink } from './link.ts';
export type { NetworkAddress } from './network-address.ts';
export { listMuxEntries, readBuid, readMuxPairRecord, saveMuxPairRecord } from './requests.ts';
export { parseUdid, sameUdid, type Udid, udidKey } from './udid.ts';
