import {
  INDEX_ENTRY_BYTES,
  INDEX_HEADER_BYTES,
  type IndexEntry,
  readIndexEntry,
  writeIndexEntry,
  writeIndexHeader,
} from './layout.ts';

/**
 * The records of a pack that is being written, by hash, in the very bytes of its index: a pack may hold many thousand
 * objects and several packs are under way, so that one JavaScript object for each would be felt.
 */

const FIRST_ROWS = 256;

export class PackTable {
  #rows = Buffer.allocUnsafeSlow(FIRST_ROWS * INDEX_ENTRY_BYTES);
  /** Open addressing: row number + 1, 0 is free; at most half full. */
  #slots = new Int32Array(FIRST_ROWS * 2);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(entry: IndexEntry): void {
    if ((this.#count + 1) * INDEX_ENTRY_BYTES > this.#rows.length) this.#grow();
    writeIndexEntry(this.#rows, this.#count * INDEX_ENTRY_BYTES, entry);
    this.#count += 1;
    this.#fill(this.#count - 1);
  }

  find(hash: Buffer): IndexEntry | null {
    const mask = this.#slots.length - 1;
    for (let slot = hash.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const row = (this.#slots[slot] as number) - 1;
      if (row < 0) return null;
      const at = row * INDEX_ENTRY_BYTES;
      if (this.#rows.compare(hash, 0, 32, at, at + 32) === 0) return readIndexEntry(this.#rows, at);
    }
  }

  /** The bytes of the pack's index: header, then entries sorted by hash (equal ones by offset). */
  toIndex(): Buffer {
    const index = Buffer.allocUnsafeSlow(INDEX_HEADER_BYTES + this.#count * INDEX_ENTRY_BYTES);
    writeIndexHeader(index, this.#count);
    const order = new Uint32Array(this.#count).map((_, row) => row);
    order.sort((a, b) => {
      const left = a * INDEX_ENTRY_BYTES;
      const right = b * INDEX_ENTRY_BYTES;
      const first = this.#rows.readUInt32BE(left) - this.#rows.readUInt32BE(right);
      // Offsets grow with the rows.
      return first || this.#rows.compare(this.#rows, right, right + 32, left, left + 32) || a - b;
    });
    let at = INDEX_HEADER_BYTES;
    for (const row of order) {
      this.#rows.copy(index, at, row * INDEX_ENTRY_BYTES, (row + 1) * INDEX_ENTRY_BYTES);
      at += INDEX_ENTRY_BYTES;
    }
    return index;
  }

  #grow(): void {
    const rows = Buffer.allocUnsafeSlow(this.#rows.length * 2);
    this.#rows.copy(rows);
    this.#rows = rows;
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let row = 0; row < this.#count; row += 1) this.#fill(row);
  }

  #fill(row: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#rows.readUInt32LE(row * INDEX_ENTRY_BYTES) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row + 1;
  }
}
