import { createCipheriv, createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A tree like an Apple backup's: `xx/<40 hex>`, bytes that nobody can compress, the same for the same seed. */

export interface TreeFile {
  /** 40 hex digits; the file lies in the folder of the first two. */
  readonly id: string;
  readonly size: number;
}

/**
 * Share of the files, and between which sizes they lie (evenly by logarithm): preferences and thumbnails, messages and
 * small pictures, photos as a phone keeps them small, photos and films.
 */
const MIX = [
  { share: 0.7, from: 200, to: 16e3 },
  { share: 0.25, from: 16e3, to: 128e3 },
  { share: 0.045, from: 128e3, to: 1e6 },
  { share: 0.005, from: 1e6, to: 8e6 },
] as const;
const CHUNK = Buffer.alloc(1024 * 1024);

export class Tree {
  readonly dir: string;
  readonly files: readonly TreeFile[];
  readonly #seed: number;

  constructor(dir: string, shape: { readonly files: number; readonly bytes: number; readonly seed: number }) {
    this.dir = dir;
    this.#seed = shape.seed;
    const next = numbers(shape.seed);
    const sizes = Array.from({ length: shape.files }, () => sizeOf(next(), next()));
    const scale = shape.bytes / sizes.reduce((sum, size) => sum + size, 0);
    this.files = sizes
      .map((size, at) => ({
        id: createHash('sha1').update(`${shape.seed} ${at}`).digest('hex'),
        size: Math.max(1, Math.round(size * scale)),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get bytes(): number {
    return this.files.reduce((sum, file) => sum + file.size, 0);
  }

  write(): void {
    for (let first = 0; first < 256; first += 1) {
      mkdirSync(join(this.dir, first.toString(16).padStart(2, '0')), { recursive: true });
    }
    for (const file of this.files) this.#write(file, 1);
  }

  /** Replaces a share of the files whole; answers which. */
  replace(share: number, generation: number): TreeFile[] {
    const next = numbers(this.#seed * 1000 + generation);
    const chosen = new Set<TreeFile>();
    while (chosen.size < this.files.length * share) {
      chosen.add(this.files[Math.floor(next() * this.files.length)] as TreeFile);
    }
    for (const file of chosen) this.#write(file, generation);
    return [...chosen].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #write({ id, size }: TreeFile, generation: number): void {
    const key = createHash('sha256').update(`${this.#seed} ${id} ${generation}`).digest();
    const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    const path = pathIn(this.dir, id);
    const fd = openSync(`${path}.new`, 'wx');
    for (let left = size; left > 0; ) {
      const chunk = stream.update(CHUNK.subarray(0, Math.min(left, CHUNK.length)));
      left -= writeSync(fd, chunk);
    }
    closeSync(fd);
    renameSync(`${path}.new`, path);
  }
}

export function pathIn(dir: string, id: string): string {
  return join(dir, id.slice(0, 2), id);
}

function sizeOf(kind: number, place: number): number {
  let sum = 0;
  const band = MIX.find((one) => {
    sum += one.share;
    return kind < sum;
  });
  const { from, to } = band ?? MIX[0];
  return from * (to / from) ** place;
}

/** Mulberry32: small, seeded, even enough for sizes. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
