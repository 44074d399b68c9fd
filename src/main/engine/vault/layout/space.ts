import { createCipheriv } from 'node:crypto';
import { join } from 'node:path';
import { isDiskFull, type VaultIo, writeNewFile } from '../io/index.ts';

/**
 * Room that is kept for finishing: what is free is told without it, and a small file of bytes that cannot be compressed is given up when
 * the disk is full, so that a commit can still end.
 */

const MIB = 1024 * 1024;
export const RESERVE_BYTES = 16 * MIB;
/** A row of a catalog, with its share of the meta pack. */
export const CATALOG_BYTES_PER_ROW = 160;
const BALLAST_BYTES = 4 * MIB;
const BALLAST_FROM_BYTES = 1024 * MIB;

export class Space {
  readonly #io: VaultIo;
  readonly #root: string;

  constructor(io: VaultIo, root: string) {
    this.#io = io;
    this.#root = root;
  }

  /** Free bytes that may be filled, less what a commit of so many rows will need. Never below 0. */
  async free(rows: number): Promise<number> {
    const { freeBytes } = await this.#io.statfs(this.#root);
    return Math.max(0, freeBytes - RESERVE_BYTES - rows * CATALOG_BYTES_PER_ROW);
  }

  /** Puts the ballast there (again) when there is plenty of room. Its absence is no failure. */
  async refillBallast(): Promise<void> {
    try {
      const path = this.#ballast();
      const facts = await this.#io.stat(path);
      if (facts !== null && facts.sizeBytes === BALLAST_BYTES) return;
      const { freeBytes, totalBytes } = await this.#io.statfs(this.#root);
      if (totalBytes < BALLAST_FROM_BYTES || freeBytes <= BALLAST_FROM_BYTES) return;
      if (facts !== null) await this.#io.unlink(path);
      await writeNewFile(this.#io, path, ballastBytes());
    } catch {
      // A convenience for a full disk: a vault without it is whole.
    }
  }

  /** Runs `work`; if the disk is full, gives up the ballast and runs it once more. */
  async withBallast<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isDiskFull(error) || (await this.#io.stat(this.#ballast())) === null) throw error;
      await this.#io.unlink(this.#ballast());
      return await work();
    }
  }

  #ballast(): string {
    return join(this.#root, 'ballast.bin');
  }
}

/** The same bytes in every vault, so that a check knows them; incompressible, so that they take up their room. */
export function ballastBytes(): Buffer {
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32, 'backstop ballast'), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(BALLAST_BYTES));
}
