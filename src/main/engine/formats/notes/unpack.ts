import { gunzipSync, inflateSync } from 'node:zlib';

/** A note is a text; more is a trap. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Bodies are compressed by gzip; some older or exported ones by zlib, or not at all. Null when they cannot be unpacked. */
export function unpack(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length > MAX_BYTES) return null;
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
    if (bytes[0] === 0x78) return inflateSync(bytes, { maxOutputLength: MAX_BYTES });
    return bytes;
  } catch {
    return null; // Torn or too large: zlib says no more than that.
  }
}
