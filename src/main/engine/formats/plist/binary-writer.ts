import { isPlistDict } from './access.ts';
import { MAX_WRITE_DEPTH, unencodable } from './limits.ts';
import { PlistReal, PlistUid, type PlistValue } from './types.ts';

const EPOCH_2001_MS = 978_307_200_000;
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 127n - 1n;
/** Keys and words are shared; longer texts are mostly paths, all different, and each look-up costs as much as the rest. */
const MAX_SHARED_TEXT = 32;

/**
 * Writes a binary property list as Apple's writer does: objects in the order they are met, equal short strings, integers
 * and booleans written once, integers in the shortest of 1, 2, 4 (unsigned), 8 (signed) or 16 bytes, so that a negative
 * status code takes 8. Dates are doubles of seconds since 2001.
 */
export function writeBinaryPlist(value: PlistValue): Buffer {
  const table = new ObjectTable();
  table.add(value, 1);
  return table.write();
}

class ObjectTable {
  readonly #values: PlistValue[] = [];
  /** The references of each container, keys before values; undefined for scalars. */
  readonly #refs: (number[] | undefined)[] = [];
  readonly #known = new Map<PlistValue, number>();
  /** Bytes of all objects but for the references, whose size is known only at the end. */
  #bytes = 8;
  #refCount = 0;

  /** Returns the object's number. */
  add(value: PlistValue, depth: number): number {
    if (typeof value === 'object' && value !== null) return this.#addObject(value, depth);
    if (typeof value === 'string' && value.length > MAX_SHARED_TEXT) return this.#append(value, scalarSize(value));
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const number = this.#append(value, scalarSize(value));
    this.#known.set(value, number);
    return number;
  }

  #addObject(value: PlistValue & object, depth: number): number {
    if (depth > MAX_WRITE_DEPTH) throw unencodable('nested too deeply, or a value that contains itself');
    if (Array.isArray(value)) {
      const number = this.#append(value, headSize(value.length));
      const refs: number[] = [];
      this.#refs[number] = refs;
      for (const element of value as readonly PlistValue[]) refs.push(this.add(element, depth + 1));
      this.#refCount += refs.length;
      return number;
    }
    if (isPlistDict(value)) {
      const keys = Object.keys(value);
      const number = this.#append(value, headSize(keys.length));
      const refs: number[] = [];
      this.#refs[number] = refs;
      for (const key of keys) refs.push(this.add(key, depth + 1));
      for (const key of keys) refs.push(this.add(value[key] as PlistValue, depth + 1));
      this.#refCount += refs.length;
      return number;
    }
    return this.#append(value, scalarSize(value));
  }

  #append(value: PlistValue, bytes: number): number {
    this.#bytes += bytes;
    this.#refs.push(undefined);
    return this.#values.push(value) - 1;
  }

  write(): Buffer {
    const count = this.#values.length;
    const refSize = sizeOfUnsigned(count - 1);
    const table = this.#bytes + this.#refCount * refSize;
    const offsetSize = sizeOfUnsigned(table);
    const out = Buffer.allocUnsafe(table + count * offsetSize + 32);
    let at = out.write('bplist00', 0, 'latin1');
    for (let number = 0; number < count; number += 1) {
      writeUnsigned(out, at, table + number * offsetSize, offsetSize);
      const refs = this.#refs[number];
      const value = this.#values[number] as PlistValue;
      at =
        refs === undefined ? writeScalar(out, at, value) : writeContainer(out, at, Array.isArray(value), refs, refSize);
    }
    out.fill(0, out.length - 32);
    out[out.length - 26] = offsetSize;
    out[out.length - 25] = refSize;
    out.writeBigUInt64BE(BigInt(count), out.length - 24);
    out.writeBigUInt64BE(BigInt(table), out.length - 8);
    return out;
  }
}

/** 1, 2, 4 or 8 bytes: the sizes Apple's reader accepts for references. */
function sizeOfUnsigned(value: number): 1 | 2 | 4 | 8 {
  return value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffff_ffff ? 4 : 8;
}

function writeUnsigned(out: Buffer, value: number, at: number, size: 1 | 2 | 4 | 8): void {
  if (size === 1) out[at] = value;
  else if (size === 2) out.writeUInt16BE(value, at);
  else if (size === 4) out.writeUInt32BE(value, at);
  else out.writeBigUInt64BE(BigInt(value), at);
}

/** Marker and, from 15 up, the length as an integer object. */
function headSize(length: number): number {
  return length < 15 ? 1 : 2 + sizeOfUnsigned(length);
}

function writeHead(out: Buffer, at: number, kind: number, length: number): number {
  if (length < 15) {
    out[at] = (kind << 4) | length;
    return at + 1;
  }
  const size = sizeOfUnsigned(length);
  out[at] = (kind << 4) | 0xf;
  out[at + 1] = 0x10 | Math.log2(size);
  writeUnsigned(out, length, at + 2, size);
  return at + 2 + size;
}

function integerSize(value: number | bigint): 1 | 2 | 4 | 8 | 16 {
  if (value >= 0 && value <= 0xffff_ffff) return value <= 0xff ? 1 : value <= 0xffff ? 2 : 4;
  if (value >= MIN_INTEGER && value <= 0x7fff_ffff_ffff_ffffn) return 8;
  if (value > 0 && value <= MAX_INTEGER) return 16;
  throw unencodable('an integer beyond 128 bits');
}

/** All ASCII: every other character takes more bytes in UTF-8 than code units in a string. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function scalarSize(value: PlistValue): number {
  switch (typeof value) {
    case 'string':
      return headSize(value.length) + (isAscii(value) ? value.length : 2 * value.length);
    case 'number':
      return 1 + (Number.isInteger(value) ? integerSize(value) : 8);
    case 'bigint':
      return 1 + integerSize(value);
    case 'boolean':
      return 1;
    case 'object':
      if (value === null) return 1;
      if (value instanceof PlistReal || value instanceof Date) return 9;
      if (value instanceof PlistUid) return 1 + uidSize(value);
      if (value instanceof Uint8Array) return headSize(value.length) + value.length;
  }
  throw unencodable(`${typeof value} is no property list value`);
}

function uidSize(uid: PlistUid): 1 | 2 | 4 {
  if (!Number.isInteger(uid.value) || uid.value < 0 || uid.value > 0xffff_ffff)
    throw unencodable('a UID beyond 32 bits');
  return sizeOfUnsigned(uid.value) as 1 | 2 | 4;
}

/** Returns where the next object starts. Only what `scalarSize` has accepted comes here. */
function writeScalar(out: Buffer, at: number, value: PlistValue): number {
  if (typeof value === 'string') {
    const ascii = isAscii(value);
    const start = writeHead(out, at, ascii ? 0x5 : 0x6, value.length);
    if (ascii) return start + out.write(value, start, 'latin1');
    const end = start + out.write(value, start, 'utf16le');
    out.subarray(start, end).swap16();
    return end;
  }
  if (typeof value === 'number' && !Number.isInteger(value)) return writeReal(out, at, 0x23, value);
  if (typeof value === 'number' || typeof value === 'bigint') return writeInteger(out, at, value);
  if (value === null || typeof value === 'boolean') {
    out[at] = value === null ? 0x00 : value ? 0x09 : 0x08;
    return at + 1;
  }
  if (value instanceof PlistReal) return writeReal(out, at, 0x23, value.value);
  if (value instanceof Date) return writeReal(out, at, 0x33, (value.getTime() - EPOCH_2001_MS) / 1000);
  if (value instanceof PlistUid) {
    const size = uidSize(value);
    out[at] = 0x80 | (size - 1);
    writeUnsigned(out, value.value, at + 1, size);
    return at + 1 + size;
  }
  const data = value as Uint8Array;
  const start = writeHead(out, at, 0x4, data.length);
  out.set(data, start);
  return start + data.length;
}

function writeReal(out: Buffer, at: number, marker: number, value: number): number {
  out[at] = marker;
  return out.writeDoubleBE(value, at + 1);
}

function writeInteger(out: Buffer, at: number, value: number | bigint): number {
  const size = integerSize(value);
  out[at] = 0x10 | Math.log2(size);
  if (size === 16) {
    const wide = BigInt(value);
    out.writeBigUInt64BE(wide >> 64n, at + 1);
    out.writeBigUInt64BE(wide & 0xffff_ffff_ffff_ffffn, at + 9);
  } else if (size === 8) out.writeBigInt64BE(BigInt(value), at + 1);
  else writeUnsigned(out, Number(value), at + 1, size);
  return at + 1 + size;
}

function writeContainer(
  out: Buffer,
  start: number,
  isArray: boolean,
  refs: readonly number[],
  refSize: 1 | 2 | 4 | 8,
): number {
  let at = writeHead(out, start, isArray ? 0xa : 0xd, isArray ? refs.length : refs.length / 2);
  for (const ref of refs) {
    writeUnsigned(out, ref, at, refSize);
    at += refSize;
  }
  return at;
}
