import { hash as hashOnce, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { makeLocalFolder, removeDatabase } from '../cache/local-files.ts';
import type { IndexedPlace, ObjectIndex } from '../cache/object-index.ts';
import { Slicer } from '../catalog/folded.ts';
import { errnoOf, readFully, type VaultFile, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { CODEC_STORED } from '../pack/layout.ts';
import { BLOCK_BYTES } from '../store/hash-protocol.ts';
import { HashThread } from '../store/hash-threads.ts';
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
  /** Different objects and their bytes; the empty object is not counted. */
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
  readonly workFolder: string;
}

/** Less than this is hashed sooner than a thread has started, or a second one would pay. */
const THREADS_FROM_BYTES = 32 * 1024 * 1024;
const SECOND_FROM_BYTES = 1024 * 1024 * 1024;
/** Blocks on their way: half are being read while the others are hashed. */
const BLOCKS = 6;
const PAGE_ROWS = 1024;
/** Unwanted bytes between two objects that are rather read than skipped. */
const MAX_GAP_BYTES = 64 * 1024;

interface Wanted {
  readonly pack: number;
  readonly offset: number;
  readonly length: number;
  readonly hash: Buffer;
}

export async function rehashObjects(
  context: RehashContext,
  objects: Iterable<ObjectRef>,
  options: RehashOptions,
): Promise<RehashReport> {
  makeLocalFolder(context.workFolder);
  const list = new WorkList(join(context.workFolder, `${randomUUID()}.rehash`));
  const threads: HashThread[] = [];
  try {
    await list.fill(context, objects, options.signal);
    const wanted = list.total.bytes < THREADS_FROM_BYTES ? 0 : list.total.bytes < SECOND_FROM_BYTES ? 1 : 2;
    threads.push(...Array.from({ length: wanted }, () => new HashThread()));
    const run = new Run(context, options, threads, list.total);
    for (const pack of list.packs()) await run.pack(pack.path, list.ofPack(pack.n));
    await run.others(list.others());
    return run.report();
  } finally {
    for (const thread of threads) await thread.stop();
    list.remove();
  }
}

class Run {
  readonly #context: RehashContext;
  readonly #options: RehashOptions;
  readonly #threads: readonly HashThread[];
  readonly #total: { readonly objects: number; readonly bytes: number };
  readonly #damaged: DamagedObject[] = [];
  readonly #free: SharedArrayBuffer[] = [];
  readonly #running = new Set<Promise<void>>();
  #done = { objects: 0, bytes: 0 };
  #failure: unknown = null;

  constructor(
    context: RehashContext,
    options: RehashOptions,
    threads: readonly HashThread[],
    total: { readonly objects: number; readonly bytes: number },
  ) {
    this.#context = context;
    this.#options = options;
    this.#threads = threads;
    this.#total = total;
  }

  report(): RehashReport {
    return { ok: this.#damaged.length === 0, ...this.#total, damaged: this.#damaged };
  }

  /** All wanted objects of one pack, in the order of their offsets. */
  async pack(path: string, wanted: Iterable<Wanted>): Promise<void> {
    let file: VaultFile | null = null;
    try {
      file = await this.#context.io.open(path, 'read');
    } catch (error) {
      if (errnoOf(error) === null) throw error;
    }
    try {
      let batch: Wanted[] = [];
      for (const object of wanted) {
        const [first] = batch;
        const last = batch.at(-1);
        const fits =
          first !== undefined &&
          last !== undefined &&
          object.offset + object.length - first.offset <= BLOCK_BYTES &&
          object.offset - (last.offset + last.length) <= MAX_GAP_BYTES;
        if (!fits && batch.length > 0) {
          await this.#send(file, batch);
          batch = [];
        }
        if (object.length <= BLOCK_BYTES) batch.push(object);
        else await this.whole({ hash: object.hash, sizeBytes: object.length });
      }
      if (batch.length > 0) await this.#send(file, batch);
      while (this.#running.size > 0) await Promise.all(this.#running);
      if (this.#failure !== null) throw this.#failure;
    } finally {
      await Promise.all(this.#running);
      await file?.close();
    }
  }

  /** Objects that are files of their own, a few at a time, each in a hashing thread. */
  async others(objects: Iterable<ObjectRef>): Promise<void> {
    const waiting = objects[Symbol.iterator]();
    const worker = async (thread: HashThread | null): Promise<void> => {
      for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
        const object = next.value;
        const isWhole =
          thread !== null && object.sizeBytes >= BLOCK_BYTES && (await this.#isSingleWhole(object, thread));
        if (isWhole) this.#progress(1, object.sizeBytes);
        else await this.whole(object);
      }
    };
    const workers = this.#threads.length === 0 ? [null] : this.#threads;
    await Promise.all(workers.map(worker));
  }

  /** False says no more than: not a sound file of this name; another copy may be whole. */
  async #isSingleWhole(object: ObjectRef, thread: HashThread): Promise<boolean> {
    if (object.hash === null) return true;
    let file: VaultFile;
    try {
      file = await this.#context.io.open(this.#context.paths.object(object.hash.toString('hex')), 'read');
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return false;
    }
    const blocks = [0, 1, 2].map(() => this.#free.pop() ?? new SharedArrayBuffer(BLOCK_BYTES));
    const busy: Array<Promise<void>> = blocks.map(() => Promise.resolve());
    const stream = thread.openStream();
    let position = 0;
    try {
      for (let turn = 0; ; turn = (turn + 1) % blocks.length) {
        this.#options.signal?.throwIfAborted();
        await busy[turn];
        const block = blocks[turn] as SharedArrayBuffer;
        const got = await readFully(file, Buffer.from(block), position);
        if (got === 0) break;
        busy[turn] = stream.update(block, got);
        position += got;
      }
      await Promise.all(busy);
      return position === object.sizeBytes && (await stream.digest()).equals(object.hash);
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

  /** One object by itself, wherever a copy lies. */
  async whole(object: ObjectRef): Promise<void> {
    try {
      for await (const _chunk of this.#context.source.read(object)) this.#options.signal?.throwIfAborted();
    } catch (error) {
      if (!isBackstopError(error, 'vault/damaged-object') && errnoOf(error) === null) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.#damaged.push({ object: object.hash?.toString('hex') ?? '', sizeBytes: object.sizeBytes, reason });
    }
    this.#progress(1, object.sizeBytes);
  }

  async #send(file: VaultFile | null, batch: readonly Wanted[]): Promise<void> {
    this.#options.signal?.throwIfAborted();
    if (this.#failure !== null) throw this.#failure;
    while (this.#running.size >= BLOCKS) await Promise.race(this.#running);
    const running: Promise<void> = this.#check(file, batch)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #check(file: VaultFile | null, batch: readonly Wanted[]): Promise<void> {
    const first = batch[0];
    const last = batch.at(-1);
    if (first === undefined || last === undefined) return;
    const block = this.#free.pop() ?? new SharedArrayBuffer(BLOCK_BYTES);
    const length = last.offset + last.length - first.offset;
    let got = 0;
    try {
      if (file !== null) got = await readFully(file, Buffer.from(block, 0, length), first.offset);
    } catch (error) {
      if (errnoOf(error) === null) throw error; // A bad sector: each object of the block is tried by itself below.
    }
    const places = new Uint32Array(batch.length * 2);
    const hashes = batch.map((object) => object.hash.toString('hex'));
    batch.forEach((object, at) => {
      places[at * 2] = object.offset - first.offset;
      places[at * 2 + 1] = object.length;
    });
    const wrong = got === length ? await this.#compare(block, places, hashes) : batch.map((_, at) => at);
    this.#free.push(block);
    const bad = new Set(wrong);
    let bytes = 0;
    for (const [at, object] of batch.entries()) {
      if (bad.has(at)) await this.whole({ hash: object.hash, sizeBytes: object.length });
      else bytes += object.length;
    }
    this.#progress(batch.length - bad.size, bytes);
  }

  async #compare(block: SharedArrayBuffer, places: Uint32Array, hashes: readonly string[]): Promise<readonly number[]> {
    const [first, ...others] = this.#threads;
    if (first !== undefined) {
      const thread = others.reduce((best, next) => (next.load < best.load ? next : best), first);
      return thread.check(block, places, hashes.join(''));
    }
    const isWrong = (expected: string, at: number): boolean => {
      const run = new Uint8Array(block, places[at * 2] as number, places[at * 2 + 1] as number);
      return hashOnce('sha256', run, 'hex') !== expected;
    };
    return hashes.flatMap((expected, at) => (isWrong(expected, at) ? [at] : []));
  }

  #progress(objects: number, bytes: number): void {
    this.#done = { objects: this.#done.objects + objects, bytes: this.#done.bytes + bytes };
    this.#options.onProgress?.(this.#done);
  }
}

/** What is to be read, sorted by where it lies: on disk, because there may be millions. */
class WorkList {
  readonly #file: string;
  readonly #db: Database.Database;
  readonly #paths = new Map<number, string>();
  total = { objects: 0, bytes: 0 };

  constructor(file: string) {
    this.#file = file;
    this.#db = new Database(file);
    this.#db.pragma('journal_mode = OFF');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma('cache_size = -8192');
    this.#db.pragma('temp_store = FILE');
    this.#db.exec(
      'CREATE TABLE seen (pack INTEGER, off INTEGER, size INTEGER NOT NULL, hash BLOB NOT NULL) STRICT; BEGIN',
    );
  }

  async fill(context: RehashContext, objects: Iterable<ObjectRef>, signal?: AbortSignal): Promise<void> {
    const add = this.#db.prepare('INSERT INTO seen VALUES (?, ?, ?, ?)');
    const slicer = new Slicer(signal);
    const index = context.index.bulkReader();
    try {
      for (const { hash, sizeBytes } of objects) {
        if (hash === null) continue;
        const place = bestPlace(index.find(hash), sizeBytes);
        if (place !== null) this.#paths.set(place.pack.n, context.paths.pack(place.pack.hash));
        add.run(place?.pack.n ?? null, place?.offset ?? null, sizeBytes, hash);
        await slicer.breathe();
      }
    } finally {
      index.close();
    }
    // Sorted once at the end: a tree that grows in the order of hashes costs a page for each object.
    this.#db.exec('COMMIT; CREATE INDEX by_place ON seen (pack, off, hash, size)');
    const total = this.#db
      .prepare<[], [number, number]>(
        'SELECT count(*), coalesce(sum(size), 0) FROM (SELECT DISTINCT pack, off, hash, size FROM seen)',
      )
      .raw(true)
      .get();
    this.total = { objects: total?.[0] ?? 0, bytes: total?.[1] ?? 0 };
  }

  packs(): Array<{ readonly n: number; readonly path: string }> {
    return [...this.#paths].map(([n, path]) => ({ n, path }));
  }

  *ofPack(pack: number): Generator<Wanted> {
    const page = this.#db
      .prepare<[number, number, number], [Buffer, number, number]>(
        'SELECT DISTINCT hash, size, off FROM seen WHERE pack = ? AND off > ? ORDER BY off LIMIT ?',
      )
      .raw(true);
    let last = -1;
    for (;;) {
      const rows = page.all(pack, last, PAGE_ROWS);
      for (const [hash, length, offset] of rows) yield { pack, offset, length, hash };
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE_ROWS) return;
      last = end[2];
    }
  }

  /** Single objects, compressed records, and what no pack is known to hold. */
  *others(): Generator<ObjectRef> {
    const page = this.#db
      .prepare<[Buffer, number], [Buffer, number]>(
        'SELECT DISTINCT hash, size FROM seen WHERE pack IS NULL AND off IS NULL AND hash > ? ORDER BY hash LIMIT ?',
      )
      .raw(true);
    let last: Buffer = Buffer.alloc(0);
    for (;;) {
      const rows = page.all(last, PAGE_ROWS);
      for (const [hash, sizeBytes] of rows) yield { hash, sizeBytes };
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE_ROWS) return;
      last = end[0];
    }
  }

  remove(): void {
    this.#db.close();
    removeDatabase(this.#file);
  }
}

function bestPlace(places: readonly IndexedPlace[], sizeBytes: number): IndexedPlace | null {
  return places.find((place) => place.codec === CODEC_STORED && place.rawLength === sizeBytes) ?? null;
}
