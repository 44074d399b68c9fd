import { hash as hashOnce } from 'node:crypto';
import { readFully, type VaultFile, type VaultIo, writeAll } from '../io/index.ts';
import type { Block, BlockPool } from './block-pool.ts';
import { BLOCK_BYTES } from './hash-protocol.ts';
import type { HashStream, HashThread } from './hash-threads.ts';

/**
 * A new file that is written and hashed at the same time: bytes are copied into a shared block; a full block goes to
 * the disk and to the hashing thread together while the next one is filled. `append` returns a promise only when too
 * much is on its way. After a failure nothing more is written, every later call throws it, and the file is worthless.
 */
export class HashedFile {
  readonly path: string;
  readonly #io: VaultIo;
  readonly #pool: BlockPool;
  readonly #thread: HashThread;
  readonly #opening: Promise<VaultFile>;
  readonly #inFlight = new Set<Promise<void>>();
  #stream: HashStream | null = null;
  #lastWrite: Promise<void> = Promise.resolve();
  #block: Block;
  #filled = 0;
  #flushed = 0;
  /** Where the block being filled begins in the file. */
  #blockStart = 0;
  #failure: unknown = null;
  #isClosed = false;

  constructor(io: VaultIo, path: string, pool: BlockPool, thread: HashThread) {
    this.path = path;
    this.#io = io;
    this.#pool = pool;
    this.#thread = thread;
    this.#block = pool.take();
    this.#opening = io.open(path, 'create');
    this.#opening.catch((error: unknown) => this.#fail(error)); // Reported by the next call.
  }

  get sizeBytes(): number {
    return this.#blockStart + this.#filled;
  }

  /** Takes all of `bytes` before it returns or its promise resolves. */
  append(bytes: Uint8Array): void | Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const room = BLOCK_BYTES - this.#filled;
    if (bytes.length <= room) {
      this.#block.bytes.set(bytes, this.#filled);
      this.#filled += bytes.length;
      return;
    }
    return this.#appendLong(bytes, 0);
  }

  #appendLong(bytes: Uint8Array, from: number): void | Promise<void> {
    let done = from;
    while (done < bytes.length) {
      if (this.#filled === BLOCK_BYTES) {
        const wait = this.#pool.room();
        if (wait !== undefined) {
          return wait.then(() => {
            if (this.#failure !== null) throw this.#failure;
            return this.#appendLong(bytes, done);
          });
        }
        this.#sendBlock();
      }
      const part = bytes.subarray(done, done + BLOCK_BYTES - this.#filled);
      this.#block.bytes.set(part, this.#filled);
      this.#filled += part.length;
      done += part.length;
    }
  }

  /** Bytes of the file, wherever they are by now. Answers fewer at the end. */
  async read(into: Uint8Array, position: number): Promise<number> {
    await this.#flush();
    return readFully(await this.#opening, into, position);
  }

  /** Everything written; the hash of the whole file. The file is still open and not synced yet. */
  async complete(): Promise<{ readonly hash: Buffer; readonly sizeBytes: number }> {
    const sizeBytes = this.sizeBytes;
    if (this.#stream === null) {
      // Smaller than one block: not worth another thread.
      const hash = hashOnce('sha256', this.#block.bytes.subarray(0, this.#filled), 'buffer');
      await this.#flush();
      return { hash, sizeBytes };
    }
    if (this.#filled > 0) this.#sendBlock();
    await this.#settle();
    return { hash: await this.#stream.digest(), sizeBytes };
  }

  /** Makes a complete file durable and closes it; late errors of network stores come out here. */
  async syncAndClose(): Promise<void> {
    const file = await this.#opening;
    await this.#guard(() => file.sync());
    this.#isClosed = true;
    this.#pool.give(this.#block);
    await this.#guard(() => file.close());
  }

  async finish(): Promise<{ readonly hash: Buffer; readonly sizeBytes: number }> {
    const result = await this.complete();
    await this.syncAndClose();
    return result;
  }

  /** Closes without keeping anything. Never throws. */
  async discard(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#failure ??= new Error('the file was discarded');
    await Promise.allSettled([...this.#inFlight]);
    this.#stream?.drop();
    this.#pool.give(this.#block);
    try {
      await (await this.#opening).close();
    } catch {
      // The file is worthless and its folder is removed with the session.
    }
    await this.#io.unlink(this.path).catch(() => undefined); // As above.
  }

  /** What is in the block being filled goes to the disk too, so that it can be read back. */
  async #flush(): Promise<void> {
    const file = await this.#opening;
    await this.#settle();
    if (this.#flushed < this.#filled) {
      const block = this.#block;
      const filled = this.#filled;
      const part = block.bytes.subarray(this.#flushed, filled);
      const position = this.#blockStart + this.#flushed;
      await this.#guard(() => writeAll(file, part, position));
      if (this.#block === block) this.#flushed = Math.max(this.#flushed, filled);
    }
  }

  #sendBlock(): void {
    const block = this.#block;
    const length = this.#filled;
    const position = this.#blockStart;
    this.#stream ??= this.#thread.openStream();
    const stream = this.#stream;
    this.#pool.send();
    // One write of a file at a time: more of them only wait for the file's lock, at the cost of a core each.
    const write = this.#lastWrite.then(async () => {
      if (this.#failure === null) await writeAll(await this.#opening, block.bytes.subarray(0, length), position);
    });
    this.#lastWrite = write.catch(() => undefined); // Told by `work`.
    const work = Promise.allSettled([write, stream.update(block.shared, length)]).then((outcomes) => {
      for (const outcome of outcomes) if (outcome.status === 'rejected') this.#fail(outcome.reason);
      this.#inFlight.delete(work);
      this.#pool.landed(block);
    });
    this.#inFlight.add(work);
    this.#blockStart += length;
    this.#filled = 0;
    this.#flushed = 0;
    this.#block = this.#pool.take();
  }

  async #settle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all([...this.#inFlight]);
    if (this.#failure !== null) throw this.#failure;
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
  }
}
