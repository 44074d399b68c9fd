/** The fields of one protobuf message, as far as they are bytes. Null when the bytes are no message. */
export interface WireField {
  readonly number: number;
  readonly bytes: Buffer;
}

const MAX_FIELDS = 2000;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Numbers are skipped; groups, which nobody writes any more, make it no message. */
export function wireFields(bytes: Uint8Array): readonly WireField[] | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): number | null => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = buffer[at];
      if (byte === undefined) return null;
      at += 1;
      // Beyond 2^53 inexact, but then longer than any input.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return null;
  };
  for (let count = 0; at < buffer.length; count += 1) {
    const tag = varint();
    if (tag === null || tag < 8 || count >= MAX_FIELDS) return null;
    const kind = tag % 8;
    if (kind === VARINT) {
      if (varint() === null) return null;
    } else if (kind === BYTES) {
      const length = varint();
      if (length === null || length > buffer.length - at) return null;
      fields.push({ number: Math.floor(tag / 8), bytes: buffer.subarray(at, at + length) });
      at += length;
    } else if (kind === FIXED64 || kind === FIXED32) {
      at += kind === FIXED64 ? 8 : 4;
      if (at > buffer.length) return null;
    } else return null;
  }
  return fields;
}
