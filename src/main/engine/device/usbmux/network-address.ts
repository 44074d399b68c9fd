/** A phone's place on the network, as usbmuxd daemons report it. */
export interface NetworkAddress {
  readonly family: 4 | 6;
  /** Numeric, without a zone. */
  readonly host: string;
  /** Interface number of a link-local IPv6 address; 0 when the daemon left it out. */
  readonly scopeId: number;
}

/** Families of IPv6: Linux 10, Windows 23, Apple's systems 30. IPv4 is 2 everywhere. */
const IPV4_FAMILY = 2;
const IPV6_FAMILIES: readonly number[] = [10, 23, 30];
const BSD_IPV4_LENGTH = 0x10;
const BSD_IPV6_LENGTH = 0x1c;

/**
 * Reads the `NetworkAddress` of an Attached record: 128 bytes, a sockaddr padded with zeros. Apple's layout begins with
 * length and family in one byte each, that of Linux daemons with the family in two bytes, little-endian; what follows
 * is the same (protocol reference 1.4). Null when it is neither.
 */
export function parseNetworkAddress(bytes: Uint8Array): NetworkAddress | null {
  if (bytes.length < 8) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = familyOf(view);
  if (family === IPV4_FAMILY) return { family: 4, host: [...view.subarray(4, 8)].join('.'), scopeId: 0 };
  if (!IPV6_FAMILIES.includes(family) || view.length < 24) return null;
  return { family: 6, host: ipv6Text(view.subarray(8, 24)), scopeId: view.length >= 28 ? view.readUInt32LE(24) : 0 };
}

/** The host as Node's sockets want it: with the zone where a link-local address needs one. */
export function connectableHost(address: NetworkAddress, interfaceIndex: number | null): string {
  if (address.family === 4 || !/^fe[89ab]/i.test(address.host)) return address.host;
  const zone = address.scopeId === 0 ? interfaceIndex : address.scopeId;
  return zone === null || zone === 0 ? address.host : `${address.host}%${zone}`;
}

function familyOf(view: Buffer): number {
  const [first, second] = view;
  const isBsd =
    (first === BSD_IPV4_LENGTH || first === BSD_IPV6_LENGTH) &&
    (second === IPV4_FAMILY || IPV6_FAMILIES.includes(second ?? 0));
  return isBsd ? (second ?? 0) : view.readUInt16LE(0);
}

function ipv6Text(bytes: Buffer): string {
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(bytes.readUInt16BE(at).toString(16));
  return groups.join(':');
}
