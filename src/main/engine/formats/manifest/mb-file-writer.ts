import { writeClassedKey } from '../crypto/key-wrap.ts';
import { encodePlist, PlistReal, PlistUid, type PlistValue } from '../plist/index.ts';
import type { MbFile } from './mb-file.ts';

/**
 * Writes an MBFile archive as a phone does: the same keys in the same order, those of null fields left out.
 *
 * The simulated phone writes one for each of its files. All archives with the same fields have the same structure, so
 * the general writer makes that once, with places for the values, which are then only filled in; it takes ten times as
 * long as that.
 */
export function encodeMbFile(file: MbFile): Buffer {
  const values = valuesOf(file);
  const { pieces, slots, starts, slotsBefore } = templateFor(values);

  // Everything behind a value moves by as much as the value is longer than its placeholder.
  const shifts = [0];
  let table = HEADER_BYTES;
  for (const piece of pieces) table += piece.length;
  let shift = 0;
  for (const slot of slots) {
    const { length } = values[slot] ?? NOTHING;
    shift += length - PLACEHOLDER_BYTES;
    shifts.push(shift);
    table += length;
  }

  const offsetSize = table <= 0xffff ? 2 : 4;
  const out = Buffer.allocUnsafe(table + starts.length * offsetSize + TRAILER_BYTES);
  let at = out.write('bplist00', 'latin1');
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index] ?? NOTHING;
    out.set(piece, at);
    at += piece.length;
    const value = values[slots[index] ?? -1] ?? NOTHING;
    out.set(value, at);
    at += value.length;
  }
  for (let object = 0; object < starts.length; object += 1) {
    const start = (starts[object] ?? 0) + (shifts[slotsBefore[object] ?? 0] ?? 0);
    at = offsetSize === 2 ? out.writeUInt16BE(start, at) : out.writeUInt32BE(start, at);
  }
  out.fill(0, at);
  out[at + 6] = offsetSize;
  out[at + 7] = 1;
  out.writeUInt32BE(starts.length, at + 12);
  out.writeUInt32BE(table, at + 28);
  return out;
}

const HEADER_BYTES = 8;
const TRAILER_BYTES = 32;
const NOTHING = Buffer.alloc(0);

/** Encoded values, in the order of `FIELDS`. */
function valuesOf(file: MbFile): readonly (Buffer | null)[] {
  const key = file.encryptionKey;
  return [
    orNull(file.modified, integer),
    orNull(file.flags, integer),
    orNull(file.extendedAttributes, data),
    orNull(file.groupId, integer),
    orNull(file.target, text),
    orNull(file.statusChanged, integer),
    orNull(file.relativePath, text),
    orNull(file.birth, integer),
    key === null ? null : data(writeClassedKey(key.classId, key.wrapped)),
    integer(file.size),
    integer(file.mode),
    orNull(file.userId, integer),
    orNull(file.digest, data),
    orNull(file.inode, integer),
    orNull(file.protectionClass, integer),
  ];
}

function orNull<Value>(value: Value | null, encode: (value: Value) => Buffer): Buffer | null {
  return value === null ? null : encode(value);
}

/** Keys of the root object in the order of real archives. */
const FIELDS = [
  { key: 'LastModified', form: 'inline' },
  { key: 'Flags', form: 'inline' },
  { key: 'ExtendedAttributes', form: 'archived' },
  { key: 'GroupID', form: 'inline' },
  { key: 'Target', form: 'archived' },
  { key: 'LastStatusChange', form: 'inline' },
  { key: 'RelativePath', form: 'archived' },
  { key: 'Birth', form: 'inline' },
  { key: 'EncryptionKey', form: 'data-object' },
  { key: 'Size', form: 'inline' },
  { key: 'Mode', form: 'inline' },
  { key: 'UserID', form: 'inline' },
  { key: 'Digest', form: 'archived' },
  { key: 'InodeNumber', form: 'inline' },
  { key: 'ProtectionClass', form: 'inline' },
] as const;

interface Template {
  /** The bytes between the values: one piece more than there are values. */
  readonly pieces: readonly Buffer[];
  /** Which of `FIELDS` follows each piece. */
  readonly slots: readonly number[];
  /** Where each object starts, and how many values stand before it. */
  readonly starts: readonly number[];
  readonly slotsBefore: readonly number[];
}

/** By which fields are there, one bit each. A phone has about ten combinations. */
const templates = new Map<number, Template>();

function templateFor(values: readonly (Buffer | null)[]): Template {
  let shape = 0;
  for (const value of values) shape = shape * 2 + (value === null ? 0 : 1);
  const known = templates.get(shape);
  if (known !== undefined) return known;
  const template = cutTemplate(archiveOf((field) => values[field] !== null));
  templates.set(shape, template);
  return template;
}

/** The archive with a real in the place of each value: an MBFile holds no reals of its own. */
function archiveOf(isPresent: (field: number) => boolean): PlistValue {
  const root: Record<string, PlistValue> = {};
  const objects: PlistValue[] = ['$null', root];
  const archive = (object: PlistValue): PlistUid => new PlistUid(objects.push(object) - 1);
  for (const [field, { key, form }] of FIELDS.entries()) {
    if (!isPresent(field)) continue;
    const placeholder = new PlistReal(field);
    if (form === 'inline') root[key] = placeholder;
    else if (form === 'archived') root[key] = archive(placeholder);
    else {
      const wrapper: Record<string, PlistValue> = {};
      root[key] = archive(wrapper);
      wrapper['$class'] = archive(classOf('NSMutableData', 'NSData', 'NSObject'));
      wrapper['NS.data'] = placeholder;
    }
  }
  root['$class'] = archive(classOf('MBFile', 'NSObject'));
  return { $version: 100_000, $archiver: 'NSKeyedArchiver', $top: { root: new PlistUid(1) }, $objects: objects };
}

function classOf(...names: readonly [string, ...string[]]): PlistValue {
  return { $classname: names[0], $classes: names };
}

const PLACEHOLDER_MARKER = 0x23;
const PLACEHOLDER_BYTES = 9;

/** Our own writer's output: objects in order, one-byte references (there are never 256), one- or two-byte offsets. */
function cutTemplate(archive: PlistValue): Template {
  const bytes = encodePlist(archive, 'binary');
  const trailer = bytes.length - TRAILER_BYTES;
  const offsetSize = bytes.readUInt8(trailer + 6);
  const count = bytes.readUInt32BE(trailer + 12);
  const table = bytes.readUInt32BE(trailer + 28);
  const pieces: Buffer[] = [];
  const slots: number[] = [];
  const starts: number[] = [];
  const slotsBefore: number[] = [];
  let pieceStart = HEADER_BYTES;
  for (let object = 0; object < count; object += 1) {
    const start = bytes.readUIntBE(table + object * offsetSize, offsetSize);
    starts.push(start);
    slotsBefore.push(slots.length);
    if (bytes[start] !== PLACEHOLDER_MARKER) continue;
    pieces.push(bytes.subarray(pieceStart, start));
    slots.push(bytes.readDoubleBE(start + 1));
    pieceStart = start + PLACEHOLDER_BYTES;
  }
  pieces.push(bytes.subarray(pieceStart, table));
  return { pieces, slots, starts, slotsBefore };
}

/** Marker and length of an object of `kind`, before `bytes` more of room. */
function object(kind: number, length: number, bytes: number): { readonly out: Buffer; readonly at: number } {
  if (length < 15) {
    const out = Buffer.allocUnsafe(1 + bytes);
    out[0] = (kind << 4) | length;
    return { out, at: 1 };
  }
  const out = Buffer.allocUnsafe(6 + bytes);
  out[0] = (kind << 4) | 0xf;
  out[1] = 0x12;
  out.writeUInt32BE(length, 2);
  return { out, at: 6 };
}

function data(bytes: Uint8Array): Buffer {
  const { out, at } = object(0x4, bytes.length, bytes.length);
  out.set(bytes, at);
  return out;
}

function text(value: string): Buffer {
  if (Buffer.byteLength(value) === value.length) {
    const { out, at } = object(0x5, value.length, value.length);
    out.write(value, at, 'latin1');
    return out;
  }
  const { out, at } = object(0x6, value.length, 2 * value.length);
  out.write(value, at, 'utf16le');
  out.subarray(at).swap16();
  return out;
}

/** As short as it goes: up to four bytes unsigned, eight signed. */
function integer(value: number): Buffer {
  if (value >= 0 && value <= 0xff) return Buffer.from([0x10, value]);
  const size = value >= 0 && value <= 0xffff ? 2 : value >= 0 && value <= 0xffff_ffff ? 4 : 8;
  const out = Buffer.allocUnsafe(1 + size);
  out[0] = 0x10 | Math.log2(size);
  if (size === 8) out.writeBigInt64BE(BigInt(value), 1);
  else out.writeUIntBE(value, 1, size);
  return out;
}
