import { crc32 } from 'node:zlib';

/**
 * A small deflate encoder (RFC 1951, fixed Huffman codes). Our own, because zlib's output differs between processors
 * and versions, and the same seed must give the same bytes everywhere.
 */
export class DeflateWriter {
  #bytes: Buffer;
  #length = 0;
  #held = 0;
  #heldBits = 0;

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(64, expectedBytes));
    this.#put(0b011, 3);
  }

  literal(byte: number): void {
    if (byte < 144) this.#code(0x30 + byte, 8);
    else this.#code(0x190 + byte - 144, 9);
  }

  /** Repeats `length` bytes (any number ≥ 3) from `distance` bytes back. */
  repeat(length: number, distance: number): void {
    for (let left = length; left > 0; ) {
      let part = Math.min(258, left);
      if (left - part > 0 && left - part < 3) part = left - 3;
      this.#match(part, distance);
      left -= part;
    }
  }

  finish(): Buffer {
    this.#code(0, 7);
    if (this.#heldBits > 0) this.#put(0, 8 - this.#heldBits);
    return this.#bytes.subarray(0, this.#length);
  }

  #match(length: number, distance: number): void {
    const lengthCode = findCode(LENGTHS, length);
    const symbol = 257 + lengthCode;
    if (symbol < 280) this.#code(symbol - 256, 7);
    else this.#code(0xc0 + symbol - 280, 8);
    this.#put(length - (LENGTHS[lengthCode] ?? 0), LENGTH_BITS[lengthCode] ?? 0);
    const distanceCode = findCode(DISTANCES, distance);
    this.#code(distanceCode, 5);
    this.#put(distance - (DISTANCES[distanceCode] ?? 0), distanceCode < 2 ? 0 : (distanceCode >> 1) - 1);
  }

  /** Huffman codes go in from their highest bit, everything else from the lowest. */
  #code(code: number, bits: number): void {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) reversed |= ((code >> bit) & 1) << (bits - 1 - bit);
    this.#put(reversed, bits);
  }

  #put(value: number, bits: number): void {
    this.#held |= value << this.#heldBits;
    this.#heldBits += bits;
    while (this.#heldBits >= 8) {
      if (this.#length === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#length)]);
      this.#bytes[this.#length++] = this.#held & 0xff;
      this.#held >>>= 8;
      this.#heldBits -= 8;
    }
  }
}

const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LENGTHS = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const DISTANCES = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12_289, 16_385, 24_577,
];

function findCode(starts: readonly number[], value: number): number {
  let code = starts.length - 1;
  while ((starts[code] ?? 0) > value) code -= 1;
  return code;
}

/** Compresses with the latest earlier place of the same three bytes. */
export function deflate(data: Uint8Array): Buffer {
  const writer = new DeflateWriter(data.length);
  const latest = new Map<number, number>();
  for (let at = 0; at < data.length; ) {
    const key = at + 2 < data.length ? ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0) : -1;
    const before = key < 0 ? undefined : latest.get(key);
    if (key >= 0) latest.set(key, at);
    if (before === undefined || at - before > 32_768) {
      writer.literal(data[at] ?? 0);
      at += 1;
      continue;
    }
    let length = 3;
    while (length < 258 && at + length < data.length && data[before + length] === data[at + length]) length += 1;
    writer.repeat(length, at - before);
    at += length;
  }
  return writer.finish();
}

/** RFC 1952, without a name and with time 0. */
export function gzip(data: Uint8Array): Buffer {
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(data), 0);
  tail.writeUInt32LE(data.length, 4);
  return Buffer.concat([Buffer.from('1f8b0800000000000013', 'hex'), deflate(data), tail]);
}
