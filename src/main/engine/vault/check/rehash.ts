import { hash as hashOnce } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { IndexedPlace, ObjectIndex } from '../cache/object-index.ts';
import { errnoOf, readFully, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { BLOCK_BYTES } from '../store/hash-protocol.ts';
import { HashThread } from '../store/hash-threads.ts';
import { type ObjectBlock, readObjectBlocks } from '../store/object-blocks.ts';
import type { ObjectSource } from '../store/object-source.ts';
import type { ObjectRef } from '../types.ts';

/**
 * Re-reads objects and compares their SHA-256: packs from front to back, block by block, several hashing threads at
 * once. An object counts as whole if any of its copies is.
 */

export interface DamagedObject {
  /** SHA-256 (hex) of what should be there. */
  readonly object: string;
  readonly sizeBytes: number;
  readonly reason: string;
}

export interface RehashReport {
  readonly ok: boolean;
  /**
   * Objects that were read, and their bytes. One that several files share counts once if they come one after another,
   * as they do in stored order; the empty object is not counted.
   */
  readonly objects: number;
  readonly bytes: number;
  readonly damaged: readonly DamagedObject[];
}

export interface RehashOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: { readonly objects: number; readonly bytes: number }) => void) | undefined;
}

export interface RehashContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly index: ObjectIndex;
  readonly source: ObjectSource;
}

/** Less than this is hashed sooner than a thread has started; each thread more has to have this much to do. */
const THREADS_FROM_BYTES = 32 * 1024 * 1024;
const BYTES_PER_THREAD = 256 * 1024 * 1024;
/** One core is left to the reading and to everybody else. */
const MAX_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));
/** Blocks on their way: some are being read while the others are hashed. */
const BLOCKS = 2 * (1 + MAX_THREADS);
const BLOCKS_OF_LONG_OBJECT = 3;

export async function rehashObjects(
  context: RehashContext,
  objects: Iterable<ObjectRef>,
  options: RehashOptions,
): Promise<RehashReport> {
  const run = new Run(context, options);
  try {
    await readObjectBlocks(
      context,
      run.counted(objects),
      { block: (block) => run.block(block), alone: (object, place) => run.alone(object, place) },
      { signal: options.signal, blocks: BLOCKS, distinct: true },
    );
    return run.report();
  } finally {
    await run.end();
  }
}

class Run {
  readonly #context: RehashContext;
  readonly #options: RehashOptions;
  readonly #threads: HashThread[] = [];
  readonly #damaged = new Map<string, DamagedObject>();
  readonly #free: SharedArrayBuffer[] = [];
  #seenBytes = 0;
  #done = { objects: 0, bytes: 0 };

  constructor(context: RehashContext, options: RehashOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** What is to be read; with the bytes of it the number of threads grows. */
  *counted(objects: Iterable<ObjectRef>): Generator<ObjectRef> {
    for (const object of objects) {
      if (object.hash === null) continue;
      this.#seenBytes += object.sizeBytes;
      yield object;
    }
  }

  report(): RehashReport {
    return { ok: this.#damaged.size === 0, ...this.#done, damaged: [...this.#damaged.values()] };
  }

  async end(): Promise<void> {
    for (const thread of this.#threads) await thread.stop();
  }

  async block({ bytes, objects, places }: ObjectBlock<ObjectRef>): Promise<readonly number[]> {
    const hashes = objects.map(({ hash }) => hash?.toString('hex') ?? '');
    const thread = this.#thread();
    const wrong =
      thread === null
        ? hashes.flatMap((expected, at) => {
            const run = new Uint8Array(bytes, places[at * 2] as number, places[at * 2 + 1] as number);
            return hashOnce('sha256', run, 'hex') === expected ? [] : [at];
          })
        : await thread.check(bytes, places, hashes.join(''));
    const bad = new Set(wrong);
    let sizes = 0;
    for (const [at, { sizeBytes }] of objects.entries()) if (!bad.has(at)) sizes += sizeBytes;
    this.#progress(objects.length - bad.size, sizes);
    return wrong;
  }

  /** Long ones in a hashing thread, piece by piece; whatever is not right there wherever a copy lies. */
  async alone(object: ObjectRef, place: IndexedPlace | null): Promise<void> {
    const isLong = object.sizeBytes >= BLOCK_BYTES && (await this.#isWholeAt(object, place));
    if (!isLong) await this.#anywhere(object);
    this.#progress(1, object.sizeBytes);
  }

  /** False says no more than: not sound in this place; another copy may be whole. */
  async #isWholeAt({ hash, sizeBytes }: ObjectRef, place: IndexedPlace | null): Promise<boolean> {
    const thread = this.#thread();
    if (hash === null || thread === null) return false;
    const { io, paths } = this.#context;
    const file = await io
      .open(place === null ? paths.object(hash.toString('hex')) : paths.pack(place.pack.hash), 'read')
      .catch((error: unknown) => {
        if (errnoOf(error) === null) throw error;
        return null;
      });
    if (file === null) return false;
    const start = place?.offset ?? 0;
    const blocks = Array.from(
      { length: BLOCKS_OF_LONG_OBJECT },
      () => this.#free.pop() ?? new SharedArrayBuffer(BLOCK_BYTES),
    );
    const busy: Array<Promise<void>> = blocks.map(() => Promise.resolve());
    const stream = thread.openStream();
    try {
      if (place === null && (await file.sizeBytes()) !== sizeBytes) {
        stream.drop();
        return false;
      }
      let position = 0;
      for (let turn = 0; position < sizeBytes; turn = (turn + 1) % blocks.length) {
        this.#options.signal?.throwIfAborted();
        await busy[turn];
        const block = blocks[turn] as SharedArrayBuffer;
        const got = await readFully(
          file,
          Buffer.from(block, 0, Math.min(BLOCK_BYTES, sizeBytes - position)),
          start + position,
        );
        if (got === 0) break;
        busy[turn] = stream.update(block, got);
        position += got;
      }
      await Promise.all(busy);
      return (await stream.digest()).equals(hash);
    } catch (error) {
      await Promise.allSettled(busy);
      stream.drop();
      if (errnoOf(error) === null) throw error;
      return false;
    } finally {
      this.#free.push(...blocks);
      await file.close();
    }
  }

  async #anywhere(object: ObjectRef): Promise<void> {
    try {
      for await (const _chunk of this.#context.source.read(object)) this.#options.signal?.throwIfAborted();
    } catch (error) {
      if (!isBackstopError(error, 'vault/damaged-object') && errnoOf(error) === null) throw error;
      const name = object.hash?.toString('hex') ?? '';
      const reason = error instanceof Error ? error.message : String(error);
      this.#damaged.set(name, { object: name, sizeBytes: object.sizeBytes, reason });
    }
  }

  /** The thread with the least to do; null as long as none pays. */
  #thread(): HashThread | null {
    if (this.#seenBytes < THREADS_FROM_BYTES) return null;
    if (this.#threads.length < Math.min(MAX_THREADS, 1 + this.#seenBytes / BYTES_PER_THREAD)) {
      const thread = new HashThread();
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads.reduce((best, next) => (next.load < best.load ? next : best));
  }

  #progress(objects: number, bytes: number): void {
    this.#done = { objects: this.#done.objects + objects, bytes: this.#done.bytes + bytes };
    this.#options.onProgress?.(this.#done);
  }
}
