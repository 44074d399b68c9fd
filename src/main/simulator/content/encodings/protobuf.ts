/** Protocol Buffers wire format (https://protobuf.dev/programming-guides/encoding), writing only. */
export type ProtoField = readonly [field: number, value: number | string | Buffer];

/** A message: fields in the order given; numbers as varints (32-bit unsigned), texts and bytes with their length. */
export function proto(...fields: readonly ProtoField[]): Buffer {
  const parts: Buffer[] = [];
  for (const [field, value] of fields) {
    if (typeof value === 'number') parts.push(varint(field * 8), varint(value));
    else {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
      parts.push(varint(field * 8 + 2), varint(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value >>> 0;
  while (left > 127) {
    bytes.push((left & 127) | 128);
    left >>>= 7;
  }
  bytes.push(left);
  return Buffer.from(bytes);
}
