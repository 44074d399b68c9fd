/**
 * Direct reading of one small NSKeyedArchiver archive: only what is asked for is looked at.
 *
 * A manifest has up to 900,000 of these, one per file, and the general reader, which checks and builds every object,
 * takes 50 µs for each; this one takes a few. It is as safe: every offset, length and reference is checked where it is
 * used, data and texts are slices of the input, and since a reader descends a fixed number of levels, cycles and shared
 * objects cannot harm it.
 */
export class ArchiveReader {
  readonly #bytes: Buffer;
  readonly #offsetSize: number;
  readonly #refSize: number;
  readonly #count: number;
  readonly #table: number;
  /** Content and length of the object that `#open` saw last. */
  #content = 0;
  #length = 0;
  /** The `$objects` array: where its references start, and how many there are. */
  #objects = 0;
  #objectCount = 0;
  /** The root object. */
  readonly root: number;

  /** Throws `MALFORMED`. */
  constructor(blob: Uint8Array) {
    const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
    this.#bytes = bytes;
    const trailer = bytes.length - TRAILER_BYTES;
    // "bplist00"
    if (trailer < 9 || bytes.readUInt32BE(0) !== 0x62706c69 || bytes.readUInt32BE(4) !== 0x73743030) throw MALFORMED;
    this.#offsetSize = bytes[trailer + 6] ?? 0;
    this.#refSize = bytes[trailer + 7] ?? 0;
    this.#count = this.#unsigned(trailer + 8, 8);
    this.#table = this.#unsigned(trailer + 24, 8);
    if (this.#offsetSize < 1 || this.#offsetSize > 8 || this.#refSize < 1 || this.#refSize > 8) throw MALFORMED;
    if (this.#table < 9 || this.#table + this.#count * this.#offsetSize > trailer) throw MALFORMED;

    const top = this.#object(this.#unsigned(trailer + 16, 8));
    const objects = this.entry(top, '$objects');
    if (objects === undefined || this.#open(objects) !== KIND_ARRAY) throw MALFORMED;
    this.#objects = this.#content;
    this.#objectCount = this.#length;
    const entryPoint = this.entry(top, '$top');
    const root = entryPoint === undefined ? undefined : this.entry(entryPoint, 'root');
    if (root === undefined) throw MALFORMED;
    this.root = this.resolve(root);
  }

  /** Calls `visit` with each key of a dictionary, but for overlong ones, and the place of its value. */
  forEachEntry(place: number, visit: (key: string, value: number) => void): void {
    if (this.#open(place) !== KIND_DICT) throw MALFORMED;
    const content = this.#content;
    const length = this.#length;
    if (length > MAX_ENTRIES) throw MALFORMED;
    for (let index = 0; index < length; index += 1) {
      const keyPlace = this.#object(this.#unsigned(content + index * this.#refSize, this.#refSize));
      const keyKind = this.#open(keyPlace);
      if (keyKind !== KIND_ASCII && keyKind !== KIND_UTF16) throw MALFORMED;
      if (this.#length > MAX_KEY_LENGTH) continue;
      const key = this.text(keyPlace) ?? '';
      visit(key, this.#object(this.#unsigned(content + (length + index) * this.#refSize, this.#refSize)));
    }
  }

  entry(place: number, wanted: string): number | undefined {
    let found: number | undefined;
    this.forEachEntry(place, (key, value) => {
      if (key === wanted) found = value;
    });
    return found;
  }

  /** What a UID stands for; any other object is itself. */
  resolve(place: number): number {
    const marker = this.#bytes[place] ?? 0;
    if (marker >> 4 !== KIND_UID) return place;
    const size = (marker & 0xf) + 1;
    if (size > 8 || place + 1 + size > this.#table) throw MALFORMED;
    const index = this.#unsigned(place + 1, size);
    if (index >= this.#objectCount) throw MALFORMED;
    return this.#object(this.#unsigned(this.#objects + index * this.#refSize, this.#refSize));
  }

  /** A whole number within ±2^53, otherwise null. */
  integer(place: number): number | null {
    const marker = this.#bytes[place] ?? 0;
    if (marker >> 4 !== KIND_INTEGER) return null;
    const size = 1 << (marker & 0xf);
    if (size > 8 || place + 1 + size > this.#table) throw MALFORMED;
    if (size < 8) return this.#unsigned(place + 1, size);
    const value = Number(this.#bytes.readBigInt64BE(place + 1));
    return Number.isSafeInteger(value) ? value : null;
  }

  text(place: number): string | null {
    const kind = this.#open(place);
    const end = this.#content + this.#length;
    if (kind === KIND_ASCII) return this.#bytes.toString('latin1', this.#content, end);
    if (kind !== KIND_UTF16) return null;
    return Buffer.from(this.#bytes.subarray(this.#content, this.#content + 2 * this.#length))
      .swap16()
      .toString('utf16le');
  }

  data(place: number): Buffer | null {
    return this.#open(place) === KIND_DATA ? this.#bytes.subarray(this.#content, this.#content + this.#length) : null;
  }

  isDict(place: number): boolean {
    return (this.#bytes[place] ?? 0) >> 4 === KIND_DICT;
  }

  /** The place of object `index`. */
  #object(index: number): number {
    if (index >= this.#count) throw MALFORMED;
    const place = this.#unsigned(this.#table + index * this.#offsetSize, this.#offsetSize);
    if (place < 8 || place >= this.#table) throw MALFORMED;
    return place;
  }

  /** Returns the kind; for those with a length, sets `#content` and `#length` and checks that they are inside. */
  #open(place: number): number {
    const marker = this.#bytes[place] ?? 0;
    const kind = marker >> 4;
    let length = marker & 0xf;
    let content = place + 1;
    if (kind < KIND_DATA || kind === KIND_UID) return kind;
    if (length === 0xf) {
      const head = this.#bytes[content] ?? 0;
      const size = 1 << (head & 0xf);
      if (head >> 4 !== KIND_INTEGER || size > 8 || content + 1 + size > this.#table) throw MALFORMED;
      length = this.#unsigned(content + 1, size);
      content += 1 + size;
    }
    const unit =
      kind === KIND_UTF16 ? 2 : kind === KIND_DICT ? 2 * this.#refSize : kind >= KIND_ARRAY ? this.#refSize : 1;
    if (length * unit > this.#table - content) throw MALFORMED;
    this.#content = content;
    this.#length = length;
    return kind;
  }

  /** Inside the file by the caller's check. Above 2^53 inexact, but then larger than any file. */
  #unsigned(at: number, size: number): number {
    let value = 0;
    for (let index = at; index < at + size; index += 1) value = value * 256 + (this.#bytes[index] ?? 0);
    return value;
  }
}

/** Real archives have 16 at most. Without a bound, dictionaries of dictionaries could be made that take minutes. */
const MAX_ENTRIES = 256;
const MAX_KEY_LENGTH = 64;
const TRAILER_BYTES = 32;
const KIND_INTEGER = 0x1;
const KIND_DATA = 0x4;
const KIND_ASCII = 0x5;
const KIND_UTF16 = 0x6;
const KIND_UID = 0x8;
const KIND_ARRAY = 0xa;
const KIND_DICT = 0xd;

/** The one thing the reader throws; made once, because a hostile manifest may have a million bad archives. */
export const MALFORMED = new Error('not an archive');
