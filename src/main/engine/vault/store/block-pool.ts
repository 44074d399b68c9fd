import { BLOCK_BYTES } from './hash-protocol.ts';

/** One block of shared memory: it is being filled, or it is at the disk and the hasher at the same time. */
export interface Block {
  readonly id: number;
  readonly shared: SharedArrayBuffer;
  readonly bytes: Buffer;
}

/**
 * Bounds the memory of everything that is on its way to the disk. A block that is being filled does not count, so
 * that any number of half-filled files cannot starve each other; there are as few of those as open writers.
 */
export class BlockPool {
  readonly #limit: number;
  readonly #free: Block[] = [];
  readonly #waiting: Array<() => void> = [];
  #inFlight = 0;
  #made = 0;

  constructor(limit = 16) {
    this.#limit = limit;
  }

  /** A block to fill. */
  take(): Block {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const shared = new SharedArrayBuffer(BLOCK_BYTES);
    this.#made += 1;
    return { id: this.#made, shared, bytes: Buffer.from(shared) };
  }

  /** Resolves when another block may be sent off; undefined means at once. */
  room(): Promise<void> | undefined {
    if (this.#inFlight < this.#limit) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  send(): void {
    this.#inFlight += 1;
  }

  /** A sent block is done with. */
  landed(block: Block): void {
    this.#inFlight -= 1;
    this.give(block);
    this.#waiting.shift()?.();
  }

  /** Lets go of the blocks that wait to be filled. */
  trim(): void {
    this.#free.length = 0;
  }

  /** Returns a block that was never sent. */
  give(block: Block): void {
    if (this.#free.length < this.#limit) this.#free.push(block);
  }
}
