import { BackstopError } from '../../../../../shared/errors/index.ts';
import type { PlistDict } from '../../../formats/plist/index.ts';
import { encodePlistFrame } from '../../wire/index.ts';
import type { FolderListing } from './host-folder.ts';
import { EMPTY_TEXT, statusResponse } from './messages.ts';

/**
 * The answer to DLContentsOfDirectory. At the end of every backup a phone lists all 256 folders of payloads and waits
 * for each answer: with half a million files nothing longer is ever said in messages. Folders of payloads (plain files
 * with ids for names) are written straight into the frame; everything else by the general writer. The bytes are the same.
 */

const FILE_TYPES: Readonly<Record<FolderListing['kind'], string>> = {
  file: 'DLFileTypeRegular',
  directory: 'DLFileTypeDirectory',
  other: 'DLFileTypeUnknown',
};
const TYPE_KEY = 'DLFileType';
const SIZE_KEY = 'DLFileSize';
const DATE_KEY = 'DLFileModificationDate';

/** The whole frame. */
export function encodeListing(entries: readonly FolderListing[]): Buffer {
  const isOfPayloads = entries.length > 0 && entries.length <= MOST_PAYLOADS && entries.every(isPayload);
  return isOfPayloads ? encodePayloads(entries) : encodeAny(entries);
}

function encodeAny(entries: readonly FolderListing[]): Buffer {
  // Without a prototype: a name such as `__proto__` is a key like any other.
  const contents: Record<string, PlistDict> = Object.create(null);
  for (const entry of entries) contents[entry.name] = describe(entry);
  return encodePlistFrame(statusResponse(0, undefined, contents), 'binary');
}

function describe(entry: FolderListing): PlistDict {
  return {
    [TYPE_KEY]: FILE_TYPES[entry.kind],
    [SIZE_KEY]: entry.sizeBytes,
    [DATE_KEY]: new Date(entry.modified * 1000),
  };
}

const MAGIC = 'bplist00';
/** More than this in one folder is nothing that has to be fast. */
const MOST_PAYLOADS = 1_000_000;
/** File ids are 40 characters; any other ASCII text of this length is written in the same way. */
const NAME_LENGTH = 40;
/** Bytes of a name with its marker and length, and of a date with its marker. */
const NAME_BYTES = 43;
const DATE_BYTES = 9;
/** The numbers of the first objects; the message itself is 0. */
const STATUS_OBJECT = 2;
const FIRST_NAME = 5;

function isPayload({ kind, name, sizeBytes, modified }: FolderListing): boolean {
  return (
    kind === 'file' &&
    name.length === NAME_LENGTH &&
    Buffer.byteLength(name) === NAME_LENGTH &&
    Number.isSafeInteger(sizeBytes) &&
    sizeBytes >= 0 &&
    Number.isSafeInteger(modified)
  );
}

/**
 * Objects in this order: the message and its three scalars, the dictionary, all names; then for each file its
 * dictionary, its size (unless one like it stands before) and its date. The first dictionary is followed by the three
 * keys and the type, which all of them share.
 */
function encodePayloads(entries: readonly FolderListing[]): Buffer {
  const [name] = statusResponse(0);
  const count = entries.length;
  const shared = [TYPE_KEY, SIZE_KEY, DATE_KEY, FILE_TYPES.file];
  /** The number of the object of each size; 0 for none yet. */
  const sizes = new Map<number, number>([[0, STATUS_OBJECT]]);
  let bytes = MAGIC.length + 1 + textBytes(name) + integerBytes(0) + textBytes(EMPTY_TEXT) + headBytes(count);
  for (const text of shared) bytes += textBytes(text);
  for (const { sizeBytes } of entries) {
    if (sizes.has(sizeBytes)) continue;
    sizes.set(sizeBytes, 0);
    bytes += integerBytes(sizeBytes);
  }
  const objects = FIRST_NAME + 3 * count + shared.length + sizes.size - 1;
  const refBytes = unsignedBytes(objects - 1);
  bytes += count * (NAME_BYTES + 1 + DATE_BYTES) + (4 + 8 * count) * refBytes;
  const out = new Output(bytes, objects, refBytes);

  out.head(0xa, 4);
  for (let number = 1; number <= 4; number += 1) out.ref(number);
  out.text(name);
  out.integer(0);
  out.text(EMPTY_TEXT);
  out.head(0xd, count);
  const firstDict = FIRST_NAME + count;
  for (let number = FIRST_NAME; number < firstDict; number += 1) out.ref(number);
  for (const number of numberDicts(entries, firstDict, sizes, shared.length)) out.ref(number);
  for (const entry of entries) out.text(entry.name);
  for (const [index, { sizeBytes, modified }] of entries.entries()) {
    const size = sizes.get(sizeBytes) ?? STATUS_OBJECT;
    out.head(0xd, 3);
    const next = out.objects + (index === 0 ? shared.length : 0);
    for (let key = 1; key <= shared.length; key += 1) out.ref(firstDict + key);
    out.ref(size);
    out.ref(size === next ? next + 1 : next);
    if (index === 0) for (const text of shared) out.text(text);
    if (size === next) out.integer(sizeBytes);
    out.date(modified);
  }
  return out.frame();
}

/** The number of each file's dictionary; enters into `sizes` the numbers of those that it brings along. */
function* numberDicts(
  entries: readonly FolderListing[],
  first: number,
  sizes: Map<number, number>,
  shared: number,
): Generator<number> {
  let number = first;
  for (const { sizeBytes } of entries) {
    yield number;
    number += number === first ? 1 + shared : 1;
    if (sizes.get(sizeBytes) === 0) {
      sizes.set(sizeBytes, number);
      number += 1;
    }
    number += 1;
  }
}

type UnsignedBytes = 1 | 2 | 4 | 8;

const LENGTH_BYTES = 4;
const TRAILER_BYTES = 32;
const SECONDS_TO_2001 = 978_307_200;

/** A frame that is filled object by object; how large it will be is known beforehand. */
class Output {
  /** Objects begun so far. */
  objects = 0;
  readonly #buffer: Buffer;
  readonly #table: number;
  readonly #count: number;
  readonly #refBytes: UnsignedBytes;
  readonly #offsetBytes: UnsignedBytes;
  #at = LENGTH_BYTES;

  /** `table`: where the table of offsets starts, counted from the first byte of the property list. */
  constructor(table: number, count: number, refBytes: UnsignedBytes) {
    this.#table = table;
    this.#count = count;
    this.#refBytes = refBytes;
    this.#offsetBytes = unsignedBytes(table);
    const length = table + count * this.#offsetBytes + TRAILER_BYTES;
    this.#buffer = Buffer.allocUnsafe(LENGTH_BYTES + length);
    this.#buffer.writeUInt32BE(length, 0);
    this.#at += this.#buffer.write(MAGIC, this.#at, 'latin1');
  }

  /** The beginning of a container; its references follow. */
  head(kind: number, length: number): void {
    this.#begin();
    this.#head(kind, length);
  }

  text(text: string): void {
    this.#begin();
    this.#head(0x5, text.length);
    this.#at += this.#buffer.write(text, this.#at, 'latin1');
  }

  integer(value: number): void {
    this.#begin();
    const bytes = unsignedBytes(value);
    this.#buffer[this.#at] = 0x10 | Math.log2(bytes);
    this.#unsigned(value, this.#at + 1, bytes);
    this.#at += 1 + bytes;
  }

  /** Unix seconds. */
  date(seconds: number): void {
    this.#begin();
    this.#buffer[this.#at] = 0x33;
    this.#at = this.#buffer.writeDoubleBE(seconds - SECONDS_TO_2001, this.#at + 1);
  }

  ref(object: number): void {
    this.#unsigned(object, this.#at, this.#refBytes);
    this.#at += this.#refBytes;
  }

  frame(): Buffer {
    const buffer = this.#buffer;
    const trailer = buffer.length - TRAILER_BYTES;
    if (this.objects !== this.#count || this.#at !== LENGTH_BYTES + this.#table) {
      throw new BackstopError('internal/bug', { message: 'a listing came out longer or shorter than computed' });
    }
    buffer.fill(0, trailer);
    buffer[trailer + 6] = this.#offsetBytes;
    buffer[trailer + 7] = this.#refBytes;
    buffer.writeUInt32BE(this.#count, trailer + 12);
    buffer.writeUInt32BE(this.#table, trailer + 28);
    return buffer;
  }

  #begin(): void {
    const entry = LENGTH_BYTES + this.#table + this.objects * this.#offsetBytes;
    this.#unsigned(this.#at - LENGTH_BYTES, entry, this.#offsetBytes);
    this.objects += 1;
  }

  #head(kind: number, length: number): void {
    if (length < 15) {
      this.#buffer[this.#at] = (kind << 4) | length;
      this.#at += 1;
      return;
    }
    const bytes = unsignedBytes(length);
    this.#buffer[this.#at] = (kind << 4) | 0xf;
    this.#buffer[this.#at + 1] = 0x10 | Math.log2(bytes);
    this.#unsigned(length, this.#at + 2, bytes);
    this.#at += 2 + bytes;
  }

  #unsigned(value: number, at: number, bytes: UnsignedBytes): void {
    const buffer = this.#buffer;
    if (bytes === 1) buffer[at] = value;
    else if (bytes === 2) {
      buffer[at] = value >>> 8;
      buffer[at + 1] = value;
    } else if (bytes === 4) buffer.writeUInt32BE(value, at);
    else buffer.writeBigUInt64BE(BigInt(value), at);
  }
}

function unsignedBytes(value: number): UnsignedBytes {
  return value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffff_ffff ? 4 : 8;
}

function headBytes(length: number): number {
  return length < 15 ? 1 : 2 + unsignedBytes(length);
}

function textBytes(text: string): number {
  return headBytes(text.length) + text.length;
}

function integerBytes(value: number): number {
  return 1 + unsignedBytes(value);
}
