import { bug } from './bug.ts';

/**
 * The generator's own random numbers: the same on every machine, in every time zone, with every ICU.
 *
 * Algorithm: sfc32 (Chris Doty-Humphrey's small fast counter, 128 bits of state, 32-bit integer steps only). The state
 * comes from the text `<seed>/<stream>`: four FNV-1a hashes with different offsets, each finished with MurmurHash3's
 * mixer, then twelve steps are thrown away. Every item of the phone has its own stream, named after the item, so that
 * deleting one photo does not change another.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: number, stream: string) {
    const text = `${seed}/${stream}`;
    this.#a = hash(text, 0x811c9dc5);
    this.#b = hash(text, 0x9e3779b9);
    this.#c = hash(text, 0x85ebca6b);
    this.#counter = hash(text, 0xc2b2ae35);
    for (let step = 0; step < 12; step++) this.next32();
  }

  /** An unsigned integer of 32 bits. */
  next32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** 0 ≤ result < limit; limit up to 2^32. */
  below(limit: number): number {
    return Math.floor((this.next32() / 0x1_0000_0000) * limit);
  }

  /** Both ends included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** 0 ≤ result < 1. */
  fraction(): number {
    return this.next32() / 0x1_0000_0000;
  }

  chance(percent: number): boolean {
    return this.fraction() * 100 < percent;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) bug('cannot pick from an empty list');
    return item;
  }

  bytes(length: number): Buffer {
    const out = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; at++) out[at] = this.next32() >>> 24;
    return out;
  }

  /** Like `bytes`, four bytes a step: for longer stretches. */
  words(length: number): Buffer {
    const out = Buffer.allocUnsafe((length + 3) & ~3);
    for (let at = 0; at < out.length; at += 4) out.writeUInt32LE(this.next32(), at);
    return out.subarray(0, length);
  }

  hex(digits: number): string {
    return this.bytes((digits + 1) >> 1)
      .toString('hex')
      .slice(0, digits);
  }

  digits(count: number): string {
    let text = '';
    for (let at = 0; at < count; at++) text += this.below(10);
    return text;
  }

  /** Version 4, upper case, as iOS writes them. */
  uuid(): string {
    const raw = this.bytes(16);
    raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
    raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
    const hex = raw.toString('hex').toUpperCase();
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

function hash(text: string, offset: number): number {
  let value = offset | 0;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

/** The raw 16 bytes of a UUID's text. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
