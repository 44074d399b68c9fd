import { randomBytes } from 'node:crypto';
import type { EntryName } from '../../vault/types.ts';

/**
 * The rows of an overlay whose names are file ids: where each file stands, and which object it is. In memory, 80 bytes
 * a row in slabs outside the garbage collector's heap, so that half a million files cost 45 MB and an operation less
 * than a microsecond. (A SQLite table was measured first: 8 to 48 µs an operation with 500,000 random ids.)
 *
 * Rows are found by (folder, id) through hash chains and listed by folder through a doubly linked list.
 */

/** Bytes and date of one file; hash null is the empty file. */
export interface StoredFile {
  readonly hash: Buffer | null;
  readonly sizeBytes: number;
  /** Unix seconds. */
  readonly modified: number;
}

/** A row that says: the previous version's file of this id is gone from here. */
export const REMOVED = 'removed';
export type RowValue = StoredFile | typeof REMOVED;

/** A row's number; 0 is no row. */
export type Row = number;

const ROW_BYTES = 80;
/**
 * 37 MB: more than 32 are always pages of their own, which the system gives when they are first touched and takes back
 * at the release. What comes from the common heap stays with the process for good: other things lie above it.
 */
const SLAB_ROWS = 458_752;
const ID_BYTES = 20;
const HASH_BYTES = 32;
/** Offsets in a row. */
const ID = 0;
const HASH = 20;
const SIZE = 52; // f64: exact to 2^53; -1 = removed
const MODIFIED = 60;
const FOLDER = 64;
const CHAIN = 68;
const NEXT = 72;
const PREVIOUS = 76;
const REMOVED_SIZE = -1;

export class PayloadTable {
  readonly #slabs: Array<Buffer<ArrayBuffer>> = [];
  #rows = 0;
  /** Head of the list of rows that were given back. */
  #free: Row = 0;
  #heads = new Uint32Array(1024);
  #first = new Uint32Array(1024);
  /** Secret, so that nobody can choose ids that all fall into one chain. */
  readonly #seeds = new Uint32Array(5);

  constructor() {
    const seed = randomBytes(20);
    for (let word = 0; word < 5; word += 1) this.#seeds[word] = seed.readUInt32LE(word * 4) | 1;
  }

  find(folder: number, id: Buffer): Row {
    for (let row = this.#heads[this.#bucket(folder, id, 0)] ?? 0; row !== 0; row = this.#u32(row, CHAIN)) {
      if (this.#u32(row, FOLDER) === folder && this.#isId(row, id)) return row;
    }
    return 0;
  }

  read(row: Row): RowValue {
    const slab = this.#slab(row);
    const at = offsetOf(row);
    const sizeBytes = slab.readDoubleLE(at + SIZE);
    if (sizeBytes === REMOVED_SIZE) return REMOVED;
    const hash = sizeBytes === 0 ? null : Buffer.from(slab.subarray(at + HASH, at + HASH + HASH_BYTES));
    return { hash, sizeBytes, modified: slab.readUInt32LE(at + MODIFIED) };
  }

  /** What a listing shows of a row; null when it is removed. */
  readName(row: Row): EntryName | null {
    const slab = this.#slab(row);
    const at = offsetOf(row);
    const sizeBytes = slab.readDoubleLE(at + SIZE);
    if (sizeBytes === REMOVED_SIZE) return null;
    return { name: this.name(row), sizeBytes, modified: slab.readUInt32LE(at + MODIFIED) };
  }

  isRemoved(row: Row): boolean {
    return this.#slab(row).readDoubleLE(offsetOf(row) + SIZE) === REMOVED_SIZE;
  }

  id(row: Row): Buffer {
    const at = offsetOf(row);
    return Buffer.from(this.#slab(row).subarray(at + ID, at + ID + ID_BYTES));
  }

  /** The id in hex. */
  name(row: Row): string {
    const at = offsetOf(row);
    return this.#slab(row).toString('hex', at + ID, at + ID + ID_BYTES);
  }

  /** Writes the row of (folder, id), a new one if there is none. */
  put(folder: number, id: Buffer, value: RowValue): void {
    let row = this.find(folder, id);
    if (row === 0) {
      row = this.#allocate();
      id.copy(this.#slab(row), offsetOf(row) + ID, 0, ID_BYTES);
      this.#link(row, folder);
    }
    const slab = this.#slab(row);
    const at = offsetOf(row);
    if (value === REMOVED) {
      slab.writeDoubleLE(REMOVED_SIZE, at + SIZE);
    } else {
      if (value.hash !== null) value.hash.copy(slab, at + HASH, 0, HASH_BYTES);
      slab.writeDoubleLE(value.hash === null ? 0 : value.sizeBytes, at + SIZE);
      slab.writeUInt32LE(value.modified >>> 0, at + MODIFIED);
    }
  }

  delete(row: Row): void {
    this.#unlink(row);
    this.#setU32(row, NEXT, this.#free);
    this.#free = row;
  }

  /** Gives a row another folder, where no row of its id may stand. */
  move(row: Row, folder: number): void {
    this.#unlink(row);
    this.#link(row, folder);
  }

  /** The rows of a folder as they are now, in no order. */
  rowsOf(folder: number): Row[] {
    const rows: Row[] = [];
    for (let row = this.#first[folder] ?? 0; row !== 0; row = this.#u32(row, NEXT)) rows.push(row);
    return rows;
  }

  isEmpty(folder: number): boolean {
    return (this.#first[folder] ?? 0) === 0;
  }

  compareIds(a: Row, b: Row): number {
    const [atA, atB] = [offsetOf(a) + ID, offsetOf(b) + ID];
    const quick = this.#slab(a).readUInt32BE(atA) - this.#slab(b).readUInt32BE(atB);
    if (quick !== 0) return quick;
    return this.#slab(a).compare(this.#slab(b), atB, atB + ID_BYTES, atA, atA + ID_BYTES);
  }

  /** First byte of a row's id. */
  shard(row: Row): number {
    return this.#slab(row)[offsetOf(row) + ID] ?? 0;
  }

  /** Gives the memory back at once, without waiting for a garbage collection. Nothing may be asked afterwards. */
  release(): void {
    for (const slab of this.#slabs) slab.buffer.transfer(0);
    this.#slabs.length = 0;
    this.#heads = new Uint32Array(0);
    this.#first = new Uint32Array(0);
  }

  // --- Inside ---

  #slab(row: Row): Buffer {
    const slab = this.#slabs[Math.floor((row - 1) / SLAB_ROWS)];
    if (slab === undefined) throw new RangeError('no such row');
    return slab;
  }

  #u32(row: Row, field: number): number {
    return this.#slab(row).readUInt32LE(offsetOf(row) + field);
  }

  #setU32(row: Row, field: number, value: number): void {
    this.#slab(row).writeUInt32LE(value, offsetOf(row) + field);
  }

  #isId(row: Row, id: Buffer): boolean {
    const at = offsetOf(row) + ID;
    return this.#slab(row).compare(id, 0, ID_BYTES, at, at + ID_BYTES) === 0;
  }

  #bucket(folder: number, id: Buffer, at: number): number {
    const [a = 1, b = 1, c = 1, d = 1, e = 1] = this.#seeds;
    let mixed = Math.imul(id.readUInt32LE(at) ^ a, b);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ id.readUInt32LE(at + 4), c);
    mixed = Math.imul(mixed ^ (mixed >>> 13) ^ id.readUInt32LE(at + 8), d);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ id.readUInt32LE(at + 12), e);
    mixed = Math.imul(mixed ^ (mixed >>> 13) ^ id.readUInt32LE(at + 16), a);
    mixed = Math.imul(mixed ^ (mixed >>> 16) ^ folder, b);
    return (mixed ^ (mixed >>> 15)) & (this.#heads.length - 1);
  }

  #bucketOf(row: Row, folder: number): number {
    return this.#bucket(folder, this.#slab(row), offsetOf(row) + ID);
  }

  #allocate(): Row {
    if (this.#free !== 0) {
      const row = this.#free;
      this.#free = this.#u32(row, NEXT);
      return row;
    }
    this.#rows += 1;
    if (this.#rows > this.#slabs.length * SLAB_ROWS) this.#slabs.push(Buffer.allocUnsafeSlow(SLAB_ROWS * ROW_BYTES));
    if (this.#rows > this.#heads.length) this.#grow();
    return this.#rows;
  }

  #link(row: Row, folder: number): void {
    if (folder >= this.#first.length) {
      const larger = new Uint32Array(Math.max(folder + 1, this.#first.length * 2));
      larger.set(this.#first);
      this.#first = larger;
    }
    const next = this.#first[folder] ?? 0;
    this.#setU32(row, FOLDER, folder);
    this.#setU32(row, NEXT, next);
    this.#setU32(row, PREVIOUS, 0);
    if (next !== 0) this.#setU32(next, PREVIOUS, row);
    this.#first[folder] = row;
    this.#chain(row, folder);
  }

  #chain(row: Row, folder: number): void {
    const bucket = this.#bucketOf(row, folder);
    this.#setU32(row, CHAIN, this.#heads[bucket] ?? 0);
    this.#heads[bucket] = row;
  }

  #unlink(row: Row): void {
    const folder = this.#u32(row, FOLDER);
    const next = this.#u32(row, NEXT);
    const previous = this.#u32(row, PREVIOUS);
    if (next !== 0) this.#setU32(next, PREVIOUS, previous);
    if (previous !== 0) this.#setU32(previous, NEXT, next);
    else this.#first[folder] = next;

    const bucket = this.#bucketOf(row, folder);
    const after = this.#u32(row, CHAIN);
    let at = this.#heads[bucket] ?? 0;
    if (at === row) {
      this.#heads[bucket] = after;
      return;
    }
    for (let link = this.#u32(at, CHAIN); link !== row; link = this.#u32(at, CHAIN)) at = link;
    this.#setU32(at, CHAIN, after);
  }

  /** Twice as many chains; rows stay where they are. */
  #grow(): void {
    this.#heads = new Uint32Array(this.#heads.length * 2);
    for (let folder = 0; folder < this.#first.length; folder += 1) {
      for (let row = this.#first[folder] ?? 0; row !== 0; row = this.#u32(row, NEXT)) this.#chain(row, folder);
    }
  }
}

function offsetOf(row: Row): number {
  return ((row - 1) % SLAB_ROWS) * ROW_BYTES;
}
