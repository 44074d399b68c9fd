import { createHash, hash } from 'node:crypto';

/**
 * The canonical root of a folded snapshot: a tree whose leaves are the rows that share the first two bytes of their
 * id, so that a commit hashes only what changed, and equal contents have equal roots whatever SQLite wrote.
 *
 * leaf = SHA-256 over its rows in key order, each id (20) ‖ u64be size ‖ obj (32); without rows 32 zero bytes.
 * node(first byte) = SHA-256 of its 256 leaves. T = SHA-256 over the top rows in byte order of their names, each
 * u16be length ‖ name ‖ u64be size ‖ obj. root = SHA-256("BSROOT1" ‖ T ‖ 256 nodes).
 */

const ROOT_PREFIX = Buffer.from('BSROOT1', 'latin1');
export const NODES = 256;
export const LEAVES_OF_NODE_BYTES = 256 * 32;
const ROW_BYTES = 60;

export interface RootRow {
  readonly id: Buffer;
  readonly obj: Buffer;
  readonly size: number;
}

export interface RootTop {
  readonly name: string;
  readonly obj: Buffer;
  readonly size: number;
}

/** All 65,536 leaves in memory: 2 MiB. */
export class RootTree {
  readonly #leaves: Buffer;
  readonly #nodes: Array<Buffer | null>;

  constructor(leaves: Buffer = Buffer.alloc(NODES * LEAVES_OF_NODE_BYTES)) {
    this.#leaves = leaves;
    this.#nodes = new Array<Buffer | null>(NODES).fill(null);
  }

  /** `leaf`: the first two bytes of the ids, as a number; `hash`: 32 bytes. */
  setLeaf(leaf: number, leafHash: Buffer): void {
    leafHash.copy(this.#leaves, leaf * 32);
    this.#nodes[leaf >> 8] = null;
  }

  leaf(leaf: number): Buffer {
    return this.#leaves.subarray(leaf * 32, (leaf + 1) * 32);
  }

  leavesOfNode(node: number): Buffer {
    return this.#leaves.subarray(node * LEAVES_OF_NODE_BYTES, (node + 1) * LEAVES_OF_NODE_BYTES);
  }

  equals(other: RootTree): boolean {
    return this.#leaves.equals(other.#leaves);
  }

  root(tops: readonly RootTop[]): Buffer {
    const tree = createHash('sha256').update(ROOT_PREFIX).update(hashTops(tops));
    for (let node = 0; node < NODES; node += 1) {
      let nodeHash = this.#nodes[node] ?? null;
      if (nodeHash === null) {
        nodeHash = hash('sha256', this.leavesOfNode(node), 'buffer');
        this.#nodes[node] = nodeHash;
      }
      tree.update(nodeHash);
    }
    return tree.digest();
  }
}

/** Feeds rows in id order into a tree, leaf by leaf. */
export class LeafFeeder {
  readonly #tree: RootTree;
  #buffer = Buffer.allocUnsafe(64 * ROW_BYTES);
  #length = 0;
  #leaf = -1;

  constructor(tree: RootTree) {
    this.#tree = tree;
  }

  add(id: Buffer, size: number, obj: Buffer): void {
    const at = this.#next(leafOf(id), size);
    id.copy(this.#buffer, at, 0, 20);
    obj.copy(this.#buffer, at + 28, 0, 32);
  }

  /** The same of a row whose `id` and `obj` are hex. */
  addHex(id: string, size: number, obj: string): void {
    const at = this.#next(Number.parseInt(id.slice(0, 4), 16), size);
    this.#buffer.write(id, at, 20, 'hex');
    this.#buffer.write(obj, at + 28, 32, 'hex');
  }

  /** Room for one more row of the leaf: where it begins. */
  #next(leaf: number, size: number): number {
    if (leaf !== this.#leaf) {
      this.end();
      this.#leaf = leaf;
    }
    if (this.#length + ROW_BYTES > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    const at = this.#length;
    this.#length += ROW_BYTES;
    writeSize(this.#buffer, size, at + 20);
    return at;
  }

  /** Closes the last leaf. */
  end(): void {
    if (this.#length > 0) {
      this.#tree.setLeaf(this.#leaf, hash('sha256', this.#buffer.subarray(0, this.#length), 'buffer'));
    }
    this.#length = 0;
  }
}

export const EMPTY_LEAF = Buffer.alloc(32);

export function leafOf(id: Buffer): number {
  return ((id[0] as number) << 8) | (id[1] as number);
}

function hashTops(tops: readonly RootTop[]): Buffer {
  const named = tops.map((top) => ({ ...top, bytes: Buffer.from(top.name, 'utf8') }));
  named.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const all = createHash('sha256');
  for (const top of named) {
    const head = Buffer.alloc(2);
    head.writeUInt16BE(top.bytes.length, 0);
    const size = Buffer.alloc(8);
    writeSize(size, top.size, 0);
    all.update(head).update(top.bytes).update(size).update(top.obj);
  }
  return all.digest();
}

function writeSize(into: Buffer, size: number, at: number): void {
  into.writeUInt32BE(Math.floor(size / 0x1_0000_0000), at);
  into.writeUInt32BE(size % 0x1_0000_0000, at + 4);
}
