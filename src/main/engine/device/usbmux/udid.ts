/** Names a phone. Made by `parseUdid` only, so that it is safe in file names and messages. */
export type Udid = string & { readonly __brand: 'Udid' };

/** Forty `f` stand for a device whose UDID is not known yet. */
const PLACEHOLDER = /^f{40}$/i;

/**
 * A serial number as daemons report it → the form that pair records and backup folders use: 24 digits get their hyphen
 * after the eighth. Null for placeholders and for what could not name a phone (paths, control characters, endless text).
 */
export function parseUdid(serial: string): Udid | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(serial) || PLACEHOLDER.test(serial)) return null;
  const hyphenated = /^[0-9a-f]{24}$/i.test(serial) ? `${serial.slice(0, 8)}-${serial.slice(8)}` : serial;
  return hyphenated as Udid;
}

/** Are these the same phone? Daemons and people differ in hyphens and case. */
export function sameUdid(a: string, b: string): boolean {
  return udidKey(a) === udidKey(b);
}

/** What to compare and to sort into maps by. */
export function udidKey(udid: string): string {
  return udid.replaceAll('-', '').toLowerCase();
}
