import type { Picture } from './picture.ts';

/**
 * A small baseline JPEG encoder (ITU-T T.81) for pictures made of flat cells: only DC coefficients, one Huffman table,
 * 4:2:0, a restart marker after every row of blocks. Rows of one cell row are then identical bytes and are copied,
 * which makes a 12-megapixel picture in well under a millisecond.
 */

const BLOCK = 16;
/** Quantiser of the DC coefficient: 8 makes its value the mean of the block minus 128. */
const DC_STEP = 8;
/** Huffman codes of the DC categories 0–8 as [code, length]; `11111` stays unused, as the standard demands. */
const CODES = [
  [0b0, 1],
  [0b1000, 4],
  [0b1001, 4],
  [0b1010, 4],
  [0b1011, 4],
  [0b1100, 4],
  [0b1101, 4],
  [0b1110, 4],
  [0b11110, 5],
] as const;

/** Upper bound of what `encodeJpeg` returns for a picture of this shape without `segments`. */
export function jpegBound(width: number, height: number, columns: number): number {
  const across = Math.ceil(width / BLOCK);
  const down = Math.ceil(height / BLOCK);
  return 256 + down * (Math.ceil(across * 1.5) + Math.min(columns, across) * 7 + 4);
}

/** `segments`: whole marker segments (APP1 …) to stand after SOI. */
export function encodeJpeg(width: number, height: number, picture: Picture, segments: readonly Buffer[] = []): Buffer {
  const across = Math.ceil(width / BLOCK);
  const down = Math.ceil(height / BLOCK);
  const parts: Buffer[] = [Buffer.from([0xff, 0xd8]), ...segments, tables(width, height, across)];
  let encoded: Buffer | null = null;
  let encodedRow = -1;
  for (let row = 0; row < down; row++) {
    const cellRow = Math.floor((row * picture.rows) / down);
    if (encoded === null || cellRow !== encodedRow) {
      encoded = encodeRow(picture, cellRow, across);
      encodedRow = cellRow;
    }
    parts.push(encoded);
    if (row < down - 1) parts.push(RESTARTS[row % 8] as Buffer);
  }
  parts.push(Buffer.from([0xff, 0xd9]));
  return Buffer.concat(parts);
}

const RESTARTS = Array.from({ length: 8 }, (_, index) => Buffer.from([0xff, 0xd0 + index]));

function tables(width: number, height: number, restartInterval: number): Buffer {
  const dc = [1, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
  const ac = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00];
  const frame = [8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0];
  const scan = [3, 1, 0, 2, 0, 3, 0, 0, 63, 0];
  return Buffer.concat([
    segment(0xdb, Buffer.from([0, DC_STEP, ...new Array<number>(63).fill(16)])),
    segment(0xc0, Buffer.from(frame)),
    segment(0xc4, Buffer.from([0x00, ...dc, 0x10, ...ac])),
    segment(0xdd, Buffer.from([restartInterval >> 8, restartInterval & 255])),
    segment(0xda, Buffer.from(scan)),
  ]);
}

/** One marker segment: FF, marker, length of two bytes, payload. */
export function segment(marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

/** Bits of a block that equals the one before it: six DC differences of 0, six "end of block". */
const SAME_BLOCK_BITS = 12;

function encodeRow(picture: Picture, cellRow: number, across: number): Buffer {
  const bits = new BitWriter(across * 8 + 16);
  const previous = [0, 0, 0];
  const columns = Math.min(picture.columns, across);
  for (let column = 0, block = 0; column < columns; column++) {
    const next = Math.ceil(((column + 1) * across) / columns);
    const cell = (cellRow * picture.columns + column) * 3;
    for (let part = 0; part < 3; part++) {
      const value = (picture.cells[cell + part] ?? 128) - 128;
      bits.coefficient(value - (previous[part] ?? 0));
      previous[part] = value;
      if (part === 0) bits.zeros(6);
    }
    bits.zeros((next - block - 1) * SAME_BLOCK_BITS);
    block = next;
  }
  return bits.finish();
}

class BitWriter {
  #bytes: Buffer;
  #length = 0;
  #held = 0;
  #heldBits = 0;

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /** A DC difference, then "end of block" (one bit, 0). */
  coefficient(difference: number): void {
    const size = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
    const [code, length] = CODES[size] ?? CODES[8];
    this.#put(code, length);
    if (size > 0) this.#put(difference > 0 ? difference : difference + (1 << size) - 1, size);
    this.#put(0, 1);
  }

  zeros(count: number): void {
    let left = count;
    for (; left >= 8; left -= 8) this.#put(0, 8);
    if (left > 0) this.#put(0, left);
  }

  /** Fills the last byte with ones, as the standard says. */
  finish(): Buffer {
    if (this.#heldBits > 0) this.#put((1 << (8 - this.#heldBits)) - 1, 8 - this.#heldBits);
    return this.#bytes.subarray(0, this.#length);
  }

  #put(value: number, bits: number): void {
    this.#held = (this.#held << bits) | value;
    this.#heldBits += bits;
    while (this.#heldBits >= 8) {
      this.#heldBits -= 8;
      const byte = (this.#held >>> this.#heldBits) & 0xff;
      if (this.#length + 2 > this.#bytes.length)
        this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
      this.#bytes[this.#length++] = byte;
      if (byte === 0xff) this.#bytes[this.#length++] = 0;
    }
    this.#held &= (1 << this.#heldBits) - 1;
  }
}
