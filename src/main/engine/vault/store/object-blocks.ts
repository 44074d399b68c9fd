import type { IndexedPlace, ObjectIndex } from '../cache/object-index.ts';
import { errnoOf, readFully, type VaultFile, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { CODEC_STORED } from '../pack/layout.ts';
import type { ObjectRef } from '../types.ts';
import { BLOCK_BYTES } from './hash-protocol.ts';

/**
 * Reads many objects where they lie: a window of them at a time is sorted by place, neighbours in a pack are read
 * together into one block of shared memory, and several blocks are on their way at once. Whoever hands the objects over
 * in stored order has each pack read from front to back.
 */

const WINDOW_OBJECTS = 4096;
/** Looked up together; between two slices the blocks that came back are sent on. */
const SLICE_OBJECTS = 256;
/** Unwanted bytes between two objects that are rather read than skipped. */
const MAX_GAP_BYTES = 64 * 1024;
const ALONE_AT_A_TIME = 3;

/** A stretch of a pack. Nobody has compared any hash yet: whoever gets it has to. */
export interface ObjectBlock<T extends ObjectRef> {
  readonly bytes: SharedArrayBuffer;
  readonly objects: readonly T[];
  /** Offset and length in `bytes`, of each object. */
  readonly places: Uint32Array;
}

export interface BlockHandlers<T extends ObjectRef> {
  /** The block is taken back when this resolves, to the positions of the objects whose hash is another one. */
  block(block: ObjectBlock<T>): Promise<readonly number[]>;
  /** Long ones, files of their own, compressed ones, and all whose bytes in a block were not right. */
  alone(object: T, place: IndexedPlace | null): Promise<void>;
}

export interface BlockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Most blocks on their way. */
  readonly blocks: number;
  /** An object that comes again in the same window is left out. */
  readonly distinct: boolean;
}

interface Wanted<T> {
  readonly object: T;
  readonly place: IndexedPlace;
}

interface OpenFile {
  readonly path: string;
  /** Null when it cannot be opened: then each of its objects is looked for by itself. */
  readonly opening: Promise<VaultFile | null>;
  users: number;
}

/** Resolves when every object was handled; the first failure of a handler ends it. */
export async function readObjectBlocks<T extends ObjectRef>(
  context: { readonly io: VaultIo; readonly paths: VaultPaths; readonly index: ObjectIndex },
  objects: Iterable<T>,
  handlers: BlockHandlers<T>,
  options: BlockOptions,
): Promise<void> {
  const index = context.index.bulkReader();
  const run = new BlockRun(context, handlers, options);
  try {
    let window: Array<Wanted<T>> = [];
    let rest: T[] = [];
    for await (const slice of slicesOf(objects)) {
      const stored = slice.filter((object): object is T & { readonly hash: Buffer } => object.hash !== null);
      const places = index.findMany(stored.map(({ hash }) => hash));
      for (const [at, object] of stored.entries()) {
        const place = bestPlace(places[at] ?? [], object.sizeBytes);
        if (place === null) rest.push(object);
        else window.push({ object, place });
      }
      for (const object of slice) if (object.hash === null) rest.push(object);
      if (window.length + rest.length < WINDOW_OBJECTS) continue;
      await run.window(window);
      await run.rest(rest);
      window = [];
      rest = [];
    }
    await run.window(window);
    await run.rest(rest);
  } finally {
    index.close();
    await run.end();
  }
  run.throwFailure();
}

async function* slicesOf<T>(objects: Iterable<T>): AsyncGenerator<readonly T[]> {
  let slice: T[] = [];
  for (const object of objects) {
    slice.push(object);
    if (slice.length < SLICE_OBJECTS) continue;
    yield slice;
    slice = [];
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  yield slice;
}

class BlockRun<T extends ObjectRef> {
  readonly #io: VaultIo;
  readonly #paths: VaultPaths;
  readonly #handlers: BlockHandlers<T>;
  readonly #options: BlockOptions;
  readonly #free: SharedArrayBuffer[] = [];
  readonly #blocks = new Set<Promise<void>>();
  readonly #alone = new Set<Promise<void>>();
  #file: OpenFile | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(
    context: { readonly io: VaultIo; readonly paths: VaultPaths },
    handlers: BlockHandlers<T>,
    options: BlockOptions,
  ) {
    this.#io = context.io;
    this.#paths = context.paths;
    this.#handlers = handlers;
    this.#options = options;
  }

  async window(wanted: Array<Wanted<T>>): Promise<void> {
    wanted.sort((a, b) => a.place.pack.n - b.place.pack.n || a.place.offset - b.place.offset);
    let batch: Array<Wanted<T>> = [];
    let last: Wanted<T> | undefined;
    for (const next of wanted) {
      const isSamePack = last !== undefined && last.place.pack.n === next.place.pack.n;
      if (this.#options.distinct && isSamePack && last?.place.offset === next.place.offset) continue;
      last = next;
      if (next.place.storedLength > BLOCK_BYTES) {
        await this.#goAlone(next.object, next.place);
        continue;
      }
      if (batch.length > 0 && !fits(batch, next)) {
        await this.#send(batch);
        batch = [];
      }
      batch.push(next);
    }
    if (batch.length > 0) await this.#send(batch);
  }

  async rest(objects: readonly T[]): Promise<void> {
    const seen = new Set<string>();
    for (const object of objects) {
      const name = object.hash?.toString('latin1') ?? '';
      if (this.#options.distinct && seen.has(name)) continue;
      seen.add(name);
      await this.#goAlone(object, null);
    }
  }

  async end(): Promise<void> {
    this.#leaveFile();
    await Promise.all([...this.#blocks, ...this.#alone]);
  }

  throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #goAlone(object: T, place: IndexedPlace | null): Promise<void> {
    while (this.#alone.size >= ALONE_AT_A_TIME) await Promise.race(this.#alone);
    this.#throwIfOver();
    this.#run(this.#alone, () => this.#handlers.alone(object, place));
  }

  async #send(batch: ReadonlyArray<Wanted<T>>): Promise<void> {
    while (this.#blocks.size >= this.#options.blocks) await Promise.race(this.#blocks);
    this.#throwIfOver();
    const [first] = batch;
    if (first === undefined) return;
    const file = this.#open(this.#paths.pack(first.place.pack.hash));
    file.users += 1;
    this.#run(this.#blocks, async () => {
      const block = this.#free.pop() ?? new SharedArrayBuffer(BLOCK_BYTES);
      try {
        await this.#read(file, block, batch);
      } finally {
        this.#free.push(block);
        file.users -= 1;
        if (file !== this.#file && file.users === 0) await close(file);
      }
    });
  }

  async #read(file: OpenFile, bytes: SharedArrayBuffer, batch: ReadonlyArray<Wanted<T>>): Promise<void> {
    const start = (batch[0] as Wanted<T>).place.offset;
    const last = (batch.at(-1) as Wanted<T>).place;
    const length = last.offset + last.storedLength - start;
    let got = 0;
    try {
      const opened = await file.opening;
      if (opened !== null) got = await readFully(opened, Buffer.from(bytes, 0, length), start);
    } catch (error) {
      if (errnoOf(error) === null) throw error; // A bad sector: each object of the block is tried by itself.
    }
    let wrong: readonly number[] = batch.map((_, at) => at);
    if (got === length) {
      const places = new Uint32Array(batch.length * 2);
      for (const [at, { place }] of batch.entries()) {
        places[at * 2] = place.offset - start;
        places[at * 2 + 1] = place.storedLength;
      }
      wrong = await this.#handlers.block({ bytes, objects: batch.map(({ object }) => object), places });
    }
    for (const at of wrong) await this.#handlers.alone((batch[at] as Wanted<T>).object, null);
  }

  #throwIfOver(): void {
    this.throwFailure();
    this.#options.signal?.throwIfAborted();
  }

  #run(running: Set<Promise<void>>, work: () => Promise<void>): void {
    const task: Promise<void> = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => running.delete(task));
    running.add(task);
  }

  #open(path: string): OpenFile {
    if (this.#file?.path === path) return this.#file;
    this.#leaveFile();
    const opening = this.#io.open(path, 'read').catch((error: unknown) => {
      if (errnoOf(error) === null) throw error;
      return null;
    });
    opening.catch(() => undefined); // Told by whoever reads from it.
    this.#file = { path, opening, users: 0 };
    return this.#file;
  }

  #leaveFile(): void {
    const file = this.#file;
    this.#file = null;
    if (file?.users === 0) this.#run(this.#alone, () => close(file));
  }
}

async function close(file: OpenFile): Promise<void> {
  await (await file.opening)?.close();
}

function fits<T>(batch: ReadonlyArray<Wanted<T>>, { place }: Wanted<T>): boolean {
  const first = (batch[0] as Wanted<T>).place;
  const last = (batch.at(-1) as Wanted<T>).place;
  return (
    first.pack.n === place.pack.n &&
    place.offset + place.storedLength - first.offset <= BLOCK_BYTES &&
    place.offset - (last.offset + last.storedLength) <= MAX_GAP_BYTES
  );
}

function bestPlace(places: readonly IndexedPlace[], sizeBytes: number): IndexedPlace | null {
  return places.find((place) => place.codec === CODEC_STORED && place.rawLength === sizeBytes) ?? null;
}
