import { badPlist, type CheckedLimits, tooLarge } from './limits.ts';

/**
 * The check of a binary property list, before anything is read from it.
 *
 * Layout (Apple CFBinaryPList.c): `bplist00`, objects, a table of object offsets, and a 32-byte trailer: 6 unused
 * bytes, offset size, reference size, then big-endian 64-bit object count, top object and table offset. An object is a
 * marker byte (kind in the high nibble, length in the low one; 15 means that an integer object with the length
 * follows) and its bytes; containers hold references, which are indices into the offset table.
 */
export interface BinaryLayout {
  readonly bytes: Buffer;
  readonly top: number;
  readonly refSize: number;
  /** Marker byte of each object. */
  readonly markers: Uint8Array;
  /** Where the marker of each object stands. */
  readonly starts: Float64Array;
  /** Where the content of each object starts, after its marker and length. */
  readonly contents: Float64Array;
  /** Elements of a container (pairs of a dictionary), characters of a string, otherwise bytes of content. */
  readonly lengths: Float64Array;
  /** Bytes of content. */
  readonly sizes: Float64Array;
}

export const KIND_SIMPLE = 0x0;
export const KIND_INTEGER = 0x1;
export const KIND_REAL = 0x2;
export const KIND_DATE = 0x3;
export const KIND_DATA = 0x4;
export const KIND_ASCII = 0x5;
export const KIND_UTF16 = 0x6;
export const KIND_UID = 0x8;
export const KIND_ARRAY = 0xa;
export const KIND_ORDERED_SET = 0xb;
export const KIND_SET = 0xc;
export const KIND_DICT = 0xd;

const HEADER_BYTES = 8;
const TRAILER_BYTES = 32;

/** Big-endian unsigned integer of 1–8 bytes. Above 2^53 the result is inexact, but larger than any file: never valid. */
export function readUnsigned(bytes: Buffer, at: number, size: number): number {
  if (size <= 6) return bytes.readUIntBE(at, size);
  return bytes.readUIntBE(at, size - 6) * 2 ** 48 + bytes.readUIntBE(at + size - 6, 6);
}

/** Checks every object's kind, length and place. Reads no values and follows no references. */
export function checkLayout(bytes: Buffer, limits: CheckedLimits): BinaryLayout {
  if (bytes.length < HEADER_BYTES + 1 + 1 + TRAILER_BYTES) throw badPlist('too short for a binary plist');
  const trailer = bytes.length - TRAILER_BYTES;
  const offsetSize = bytes[trailer + 6] ?? 0;
  const refSize = bytes[trailer + 7] ?? 0;
  const count = readUnsigned(bytes, trailer + 8, 8);
  const top = readUnsigned(bytes, trailer + 16, 8);
  const table = readUnsigned(bytes, trailer + 24, 8);
  if (offsetSize < 1 || offsetSize > 8 || refSize < 1 || refSize > 8) throw badPlist('odd sizes in the trailer');
  if (table <= HEADER_BYTES || table > trailer) throw badPlist('the offset table is outside the file');
  if (count < 1 || count > (trailer - table) / offsetSize) throw badPlist('the offset table is cut off');
  if (count > limits.maxObjects) throw tooLarge(`${count} objects`);
  if (top >= count) throw badPlist('the top object does not exist');

  const layout = {
    bytes,
    top,
    refSize,
    markers: new Uint8Array(count),
    starts: new Float64Array(count),
    contents: new Float64Array(count),
    lengths: new Float64Array(count),
    sizes: new Float64Array(count),
  };
  // Honest objects do not overlap. Some room for writers that list an object twice; without this bound a small file of
  // overlapping strings would take gigabytes.
  let allowance = 4 * bytes.length + 65_536;
  for (let index = 0; index < count; index += 1) {
    const start = readUnsigned(bytes, table + index * offsetSize, offsetSize);
    if (start < HEADER_BYTES || start >= table) throw badPlist(`object ${index} is outside the file`);
    const end = checkObject(layout, index, start, table);
    allowance -= end - start;
    if (allowance < 0) throw tooLarge('overlapping objects');
  }
  return layout;
}

/** Returns where the object ends. */
function checkObject(layout: BinaryLayout, index: number, start: number, end: number): number {
  const { bytes, refSize } = layout;
  const marker = bytes[start] ?? 0;
  const kind = marker >> 4;
  const info = marker & 0xf;
  let content = start + 1;
  let length = info;
  let size: number;
  switch (kind) {
    case KIND_SIMPLE:
      // null, false, true, and the fill byte, which readers treat as null.
      if (info !== 0 && info !== 8 && info !== 9 && info !== 15) throw badPlist(`unknown marker ${marker}`);
      size = 0;
      break;
    case KIND_INTEGER:
      if (info > 4) throw badPlist(`an integer of 2^${info} bytes`);
      size = 1 << info;
      break;
    case KIND_REAL:
      if (info !== 2 && info !== 3) throw badPlist(`a real of 2^${info} bytes`);
      size = 1 << info;
      break;
    case KIND_DATE:
      if (info !== 3) throw badPlist(`a date of 2^${info} bytes`);
      size = 8;
      break;
    case KIND_UID:
      if (info > 7) throw badPlist(`a UID of ${info + 1} bytes`);
      size = info + 1;
      break;
    case KIND_DATA:
    case KIND_ASCII:
    case KIND_UTF16:
    case KIND_ARRAY:
    case KIND_ORDERED_SET:
    case KIND_SET:
    case KIND_DICT: {
      if (info === 0xf) {
        const lengthMarker = content < end ? (bytes[content] ?? 0) : 0;
        if (lengthMarker >> 4 !== KIND_INTEGER || (lengthMarker & 0xf) > 3)
          throw badPlist('a length that is no length');
        const lengthBytes = 1 << (lengthMarker & 0xf);
        content += 1 + lengthBytes;
        if (content > end) throw badPlist(`object ${index} is cut off`);
        length = readUnsigned(bytes, content - lengthBytes, lengthBytes);
      }
      const unit = kind === KIND_UTF16 ? 2 : kind === KIND_DICT ? 2 * refSize : kind >= KIND_ARRAY ? refSize : 1;
      size = length * unit;
      break;
    }
    default:
      throw badPlist(`unknown marker ${marker}`);
  }
  // `length` may be anything up to 2^64; the comparison is with floats, so it cannot wrap.
  if (size > end - content) throw badPlist(`object ${index} is cut off`);
  layout.markers[index] = marker;
  layout.starts[index] = start;
  layout.contents[index] = content;
  layout.lengths[index] = length;
  layout.sizes[index] = size;
  return content + size;
}
