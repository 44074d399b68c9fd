import type { PhoneFile } from '../../content/types.ts';

/**
 * What a backup holds, row by row, in columns of numbers: a phone with half a million files keeps one from backup to
 * backup, and one more while it compares. Rows are found by domain and path without keeping those texts, and faster by
 * the very object that stands for the file, where the phone has not been restarted. A row keeps its number for ever; one
 * that is gone has no flags.
 */
export interface IndexedRow {
  /** 1 file, 2 folder, 4 symbolic link. */
  readonly flags: number;
  /** True length of the content. */
  readonly sizeBytes: number;
  /** What the manifest says. */
  readonly manifestSizeBytes: number;
  /** Unix seconds. */
  readonly modified: number;
  readonly inode: number;
  /** 0: not known, because the row comes from a manifest. */
  readonly revision: number;
}

export const FLAGS: Readonly<Record<PhoneFile['kind'], number>> = { file: 1, directory: 2, symlink: 4 };

const ID_BYTES = 20;
const FREE = -1;

export class BackupIndex {
  count = 0;
  #capacity: number;
  #ids: Buffer;
  #low: Uint32Array;
  #high: Uint32Array;
  #flags: Uint8Array;
  #sizes: Float64Array;
  #manifestSizes: Float64Array;
  #modified: Float64Array;
  #inodes: Float64Array;
  #revisions: Uint32Array;
  /** The phone's own object for the file of each row, as far as it was seen. */
  #files: (PhoneFile | undefined)[] = [];
  /** Open addressing; always less than half full. */
  #slots: Int32Array;
  readonly #hash = new Uint32Array(2);

  constructor(expected = 1024) {
    this.#capacity = Math.max(16, expected);
    this.#ids = Buffer.alloc(ID_BYTES * this.#capacity);
    this.#low = new Uint32Array(this.#capacity);
    this.#high = new Uint32Array(this.#capacity);
    this.#flags = new Uint8Array(this.#capacity);
    this.#sizes = new Float64Array(this.#capacity);
    this.#manifestSizes = new Float64Array(this.#capacity);
    this.#modified = new Float64Array(this.#capacity);
    this.#inodes = new Float64Array(this.#capacity);
    this.#revisions = new Uint32Array(this.#capacity);
    this.#slots = newSlots(this.#capacity);
  }

  /** The same rows, to be changed without changing these. */
  copy(): BackupIndex {
    const copy = new BackupIndex(0);
    copy.count = this.count;
    copy.#capacity = this.#capacity;
    copy.#ids = Buffer.from(this.#ids);
    copy.#low = this.#low.slice();
    copy.#high = this.#high.slice();
    copy.#flags = this.#flags.slice();
    copy.#sizes = this.#sizes.slice();
    copy.#manifestSizes = this.#manifestSizes.slice();
    copy.#modified = this.#modified.slice();
    copy.#inodes = this.#inodes.slice();
    copy.#revisions = this.#revisions.slice();
    copy.#files = this.#files.slice();
    copy.#slots = this.#slots.slice();
    return copy;
  }

  /** Is this the row of that file, and what the row says still true of it? */
  isUntouched(row: number, file: PhoneFile): boolean {
    return (
      this.#files[row] === file &&
      this.#revisions[row] === file.revision &&
      this.#modified[row] === file.modified &&
      this.#manifestSizes[row] === file.manifestSizeBytes &&
      this.#inodes[row] === file.inode &&
      this.#flags[row] === FLAGS[file.kind]
    );
  }

  /** The row's number; -1 when there is none. */
  find(domain: string, relativePath: string): number {
    hashInto(this.#hash, domain, relativePath);
    const low = this.#hash[0] ?? 0;
    const high = this.#hash[1] ?? 0;
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot] ?? FREE;
      if (row === FREE || (this.#low[row] === low && this.#high[row] === high)) return row;
    }
  }

  /** Adds a row that is not there yet. `id`: hex. */
  add(domain: string, relativePath: string, id: string, row: IndexedRow, file?: PhoneFile): number {
    if (this.count === this.#capacity) this.#grow();
    const at = this.count;
    this.count += 1;
    this.#ids.write(id, at * ID_BYTES, 'hex');
    hashInto(this.#hash, domain, relativePath);
    this.#low[at] = this.#hash[0] ?? 0;
    this.#high[at] = this.#hash[1] ?? 0;
    this.set(at, row, file);
    this.#place(at);
    return at;
  }

  /** What is known about a row now; its name stays. */
  set(at: number, row: IndexedRow, file?: PhoneFile): void {
    if (file !== undefined) this.#files[at] = file;
    this.#flags[at] = row.flags;
    this.#sizes[at] = row.sizeBytes;
    this.#manifestSizes[at] = row.manifestSizeBytes;
    this.#modified[at] = row.modified;
    this.#inodes[at] = row.inode;
    this.#revisions[at] = row.revision;
  }

  /** Is this what the row says? A revision counts only where it is known. */
  isSame(row: number, now: IndexedRow): boolean {
    const revision = this.#revisions[row] ?? 0;
    return (
      this.#flags[row] === now.flags &&
      this.#manifestSizes[row] === now.manifestSizeBytes &&
      this.#modified[row] === now.modified &&
      this.#inodes[row] === now.inode &&
      (revision === 0 || revision === now.revision)
    );
  }

  /** Its file is not on the phone any more. */
  remove(row: number): void {
    this.#flags[row] = 0;
    this.#files[row] = undefined;
  }

  /** Neither gone, nor without a row in the manifest because it could not be read. */
  isThere(row: number): boolean {
    return this.#flags[row] !== 0;
  }

  idOf(row: number): string {
    return this.#ids.toString('hex', row * ID_BYTES, (row + 1) * ID_BYTES);
  }

  /** The first byte of its id: which of the 256 folders its payload is in. */
  shardOf(row: number): number {
    return this.#ids[row * ID_BYTES] ?? 0;
  }

  isFile(row: number): boolean {
    return this.#flags[row] === 1;
  }

  sizeOf(row: number): number {
    return this.#sizes[row] ?? 0;
  }

  /** The numbers of all files, by shard: `rows[starts[s] … starts[s + 1]]`. */
  filesByShard(): { readonly rows: Uint32Array; readonly starts: Uint32Array } {
    const starts = new Uint32Array(257);
    for (let row = 0; row < this.count; row += 1) {
      if (this.isFile(row)) starts[this.shardOf(row) + 1] = (starts[this.shardOf(row) + 1] ?? 0) + 1;
    }
    for (let shard = 0; shard < 256; shard += 1) starts[shard + 1] = (starts[shard + 1] ?? 0) + (starts[shard] ?? 0);
    const rows = new Uint32Array(starts[256] ?? 0);
    const next = starts.slice(0, 256);
    for (let row = 0; row < this.count; row += 1) {
      if (!this.isFile(row)) continue;
      const shard = this.shardOf(row);
      const at = next[shard] ?? 0;
      rows[at] = row;
      next[shard] = at + 1;
    }
    return { rows, starts };
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#low[row] ?? 0) & mask;
    while (this.#slots[slot] !== FREE) slot = (slot + 1) & mask;
    this.#slots[slot] = row;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#ids = Buffer.concat([this.#ids], ID_BYTES * this.#capacity);
    this.#low = longer(this.#low, this.#capacity);
    this.#high = longer(this.#high, this.#capacity);
    this.#flags = longer(this.#flags, this.#capacity);
    this.#sizes = longer(this.#sizes, this.#capacity);
    this.#manifestSizes = longer(this.#manifestSizes, this.#capacity);
    this.#modified = longer(this.#modified, this.#capacity);
    this.#inodes = longer(this.#inodes, this.#capacity);
    this.#revisions = longer(this.#revisions, this.#capacity);
    this.#slots = newSlots(this.#capacity);
    for (let row = 0; row < this.count; row += 1) this.#place(row);
  }
}

function newSlots(capacity: number): Int32Array {
  return new Int32Array(2 ** Math.ceil(Math.log2(2 * capacity))).fill(FREE);
}

function longer<Column extends Uint8Array | Uint32Array | Float64Array>(column: Column, capacity: number): Column {
  const Kind = column.constructor as new (length: number) => Column;
  const copy = new Kind(capacity);
  copy.set(column);
  return copy;
}

/** Two 32-bit lanes over the UTF-16 units, mixed into each other at the end. Not for anything hostile: for our own names. */
function hashInto(hash: Uint32Array, domain: string, relativePath: string): void {
  let low = 0xdead_beef;
  let high = 0x41c6_ce57;
  for (let at = 0; at < domain.length; at += 1) {
    const unit = domain.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e37_79b1);
    high = Math.imul(high ^ unit, 0x5f35_6495);
  }
  low = Math.imul(low ^ 0x2d, 0x9e37_79b1);
  high = Math.imul(high ^ 0x2d, 0x5f35_6495);
  for (let at = 0; at < relativePath.length; at += 1) {
    const unit = relativePath.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e37_79b1);
    high = Math.imul(high ^ unit, 0x5f35_6495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85eb_ca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2_ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85eb_ca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2_ae35);
  hash[0] = low;
  hash[1] = high;
}
