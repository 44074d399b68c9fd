/** Boxes of the ISO base media file format (ISO/IEC 14496-12) and QuickTime: length, four letters, payload. */
export function box(type: string, ...payload: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + payload.reduce((sum, part) => sum + part.length, 0), 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...payload]);
}

/** A box with a version byte and three bytes of flags. */
export function fullBox(type: string, flags: number, ...payload: readonly Buffer[]): Buffer {
  return box(type, u32(flags), ...payload);
}

/** The head alone of a box whose `payloadBytes` follow elsewhere; always the 64-bit form, 16 bytes. */
export function largeBoxHead(type: string, payloadBytes: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1, 0);
  head.write(type, 4, 'latin1');
  head.writeBigUInt64BE(BigInt(16 + payloadBytes), 8);
  return head;
}

export function u32(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    out.writeUInt32BE(value >>> 0, index * 4);
  });
  return out;
}

export function u16(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => {
    out.writeUInt16BE(value & 0xffff, index * 2);
  });
  return out;
}

export function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The identity matrix of QuickTime headers. */
export const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
