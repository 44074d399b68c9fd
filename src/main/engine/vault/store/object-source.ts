import { createHash, hash as hashOnce } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { IndexedPlace, ObjectIndex } from '../cache/object-index.ts';
import { errnoOf, readFully, type VaultFile, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { CODEC_STORED, CODEC_ZSTD } from '../pack/layout.ts';
import type { ObjectRef } from '../types.ts';
import type { BlockPool } from './block-pool.ts';
import { FreshLook } from './fresh-look.ts';
import type { HashThread } from './hash-threads.ts';
import { type BlockHandlers, type BlockOptions, readObjectBlocks } from './object-blocks.ts';
import { unzstd } from './unzstd.ts';

/**
 * Reads objects by their hash from wherever a right copy lies. Up to a few MiB the whole object is read and its hash
 * checked before a byte is handed out, and another copy is tried when one is bad; longer ones stream, and a wrong hash
 * is an error before their last piece is handed out. A piece is the reader's until it asks for the next one.
 */

const WHOLE_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const OPEN_PACKS = 24;

export class ObjectSource {
  readonly #io: VaultIo;
  readonly #paths: VaultPaths;
  readonly #index: ObjectIndex;
  readonly #pool: BlockPool;
  readonly #thread: HashThread;
  readonly #packs: OpenFiles;
  readonly #fresh: FreshLook;

  constructor(io: VaultIo, paths: VaultPaths, index: ObjectIndex, pool: BlockPool, thread: HashThread) {
    this.#io = io;
    this.#paths = paths;
    this.#index = index;
    this.#pool = pool;
    this.#thread = thread;
    this.#packs = new OpenFiles(io, OPEN_PACKS);
    this.#fresh = new FreshLook(() => index.refresh(io, paths));
  }

  async *read(object: ObjectRef): AsyncGenerator<Uint8Array> {
    const hash = object.hash;
    if (hash === null) return;
    const isSmall = object.sizeBytes <= WHOLE_BYTES;
    for (;;) {
      const looks = this.#fresh.count;
      const failures: Failures = { reasons: [], isGone: false };
      if (isSmall) {
        const bytes = await this.#readSmall(hash, object, failures);
        if (bytes !== null) {
          yield bytes;
          return;
        }
      } else if (yield* this.#readLarge(hash, object, failures)) {
        return;
      }
      if (!failures.isGone || !(await this.#fresh.since(looks))) throw damaged(object, failures.reasons);
    }
  }

  async #readSmall(hash: Buffer, object: ObjectRef, failures: Failures): Promise<Buffer | null> {
    for (const place of this.#index.find(hash)) {
      const bytes = await this.#readPlace(place, object, failures);
      if (bytes !== null) return bytes;
    }
    return this.#readSmallSingle(this.#paths.object(hash.toString('hex')), object, failures);
  }

  /** Answers whether all of it was handed out. */
  async *#readLarge(hash: Buffer, object: ObjectRef, failures: Failures): AsyncGenerator<Uint8Array, boolean> {
    const singlePath = this.#paths.object(hash.toString('hex'));
    const places = this.#index.find(hash);
    const single = await this.#openFile(singlePath);
    if (single !== null) {
      // With a second copy at hand a look at all bytes beforehand is worth it: a stream cannot be taken back.
      if (places.length > 0 && !(await this.#isWhole(single, object))) {
        await single.close();
        failures.reasons.push(`${singlePath} has other bytes than its name says`);
      } else {
        try {
          yield* this.#stream(single, 0, object, singlePath);
          return true;
        } finally {
          await single.close();
        }
      }
    }
    for (const place of places) {
      const path = this.#paths.pack(place.pack.hash);
      const isCompressed = place.codec === CODEC_ZSTD;
      if (place.rawLength !== object.sizeBytes || (place.codec !== CODEC_STORED && !isCompressed)) {
        failures.reasons.push(`${path} holds it in a form that is not understood`);
        continue;
      }
      const file = await this.#openFile(path);
      if (file === null) {
        failures.isGone = true;
        failures.reasons.push(`${path} is not there`);
        continue;
      }
      try {
        if (isCompressed) yield* streamCompressed(file, place, object, path);
        else yield* this.#stream(file, place.offset, object, path);
        return true;
      } finally {
        await file.close();
      }
    }
    if (failures.reasons.length === 0) gone(failures);
    return false;
  }

  /** A file that has no name among the objects yet; null when it is gone (it may have its name by now) or small. */
  async openLongAt(path: string, object: ObjectRef): Promise<VaultFile | null> {
    return object.sizeBytes <= WHOLE_BYTES ? null : this.#openFile(path);
  }

  /** All of an opened file as this object, its hash checked on the way; the file is closed at the end. */
  async *readOpened(file: VaultFile, object: ObjectRef, path: string): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#stream(file, 0, object, path);
    } finally {
      await file.close();
    }
  }

  readBlocks<T extends ObjectRef>(
    objects: Iterable<T>,
    handlers: BlockHandlers<T>,
    options: BlockOptions,
  ): Promise<void> {
    const context = { io: this.#io, paths: this.#paths, index: this.#index };
    return readObjectBlocks(context, objects, handlers, options);
  }

  /** Is there a copy at its full size? Names and sizes only, no bytes. */
  async hasSingle(object: ObjectRef): Promise<boolean> {
    if (object.hash === null) return true;
    const facts = await this.#io.stat(this.#paths.object(object.hash.toString('hex')));
    return facts !== null && facts.kind === 'file' && facts.sizeBytes === object.sizeBytes;
  }

  close(): Promise<void> {
    return this.#packs.close();
  }

  /** The next piece is read, and hashed by the thread, while the reader is busy with the one before. */
  async *#stream(file: VaultFile, start: number, object: ObjectRef, path: string): AsyncGenerator<Uint8Array> {
    const size = object.sizeBytes;
    const hash = this.#thread.openStream();
    const read = async (at: number): Promise<Piece> => {
      const block = this.#pool.take();
      const bytes = block.bytes.subarray(0, Math.min(block.bytes.length, size - at));
      try {
        if ((await readFully(file, bytes, start + at)) !== bytes.length) throw damaged(object, [`${path} ends early`]);
      } catch (error) {
        this.#pool.give(block);
        throw error;
      }
      return { bytes, free: freeWhen(hash.update(block.shared, bytes.length), () => this.#pool.give(block)) };
    };
    let next: Promise<Piece> | null = null;
    try {
      let piece = await read(0);
      for (let at = 0; at < size; ) {
        at += piece.bytes.length;
        next = at < size ? read(at) : null;
        next?.catch(() => undefined); // Told when it is waited for.
        if (next === null && object.hash !== null && !(await hash.digest()).equals(object.hash)) {
          throw damaged(object, [`${path} has other bytes than its name says`]);
        }
        try {
          yield piece.bytes;
        } finally {
          await piece.free();
        }
        if (next !== null) piece = await next;
        next = null;
      }
    } finally {
      // A reader that stops early leaves a read under way, and the caller is about to close the file.
      if (next !== null) await next.then((piece) => piece.free()).catch(() => undefined);
      hash.drop();
    }
  }

  async #isWhole(file: VaultFile, object: ObjectRef): Promise<boolean> {
    if ((await file.sizeBytes()) !== object.sizeBytes) return false;
    try {
      for await (const _piece of this.#stream(file, 0, object, ''));
      return true;
    } catch (error) {
      if (isBackstopError(error, 'vault/damaged-object')) return false;
      throw error;
    }
  }

  async #readPlace(place: IndexedPlace, object: ObjectRef, failures: Failures): Promise<Buffer | null> {
    const path = this.#paths.pack(place.pack.hash);
    if (place.rawLength !== object.sizeBytes) {
      failures.reasons.push(`${path} holds ${place.rawLength} bytes of it instead of ${object.sizeBytes}`);
      return null;
    }
    if (place.storedLength > WHOLE_BYTES * 2) {
      failures.reasons.push(`${path} holds it in an unreasonable length`);
      return null;
    }
    const stored = Buffer.allocUnsafe(place.storedLength);
    try {
      const got = await this.#packs.use(path, (file) => readFully(file, stored, place.offset));
      if (got !== stored.length) throw Object.assign(new Error('the file ends early'), { code: 'EOF' });
      const raw = decode(stored, place.codec, object.sizeBytes);
      if (raw !== null && object.hash !== null && hashOnce('sha256', raw, 'buffer').equals(object.hash)) return raw;
      failures.reasons.push(`${path} has other bytes at ${place.offset} than its index says`);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') failures.isGone = true;
      failures.reasons.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return null;
  }

  async #readSmallSingle(path: string, object: ObjectRef, failures: Failures): Promise<Buffer | null> {
    const file = await this.#openFile(path);
    if (file === null) {
      if (failures.reasons.length === 0) gone(failures);
      return null;
    }
    try {
      const bytes = Buffer.allocUnsafe(object.sizeBytes);
      const isRight =
        (await file.sizeBytes()) === object.sizeBytes &&
        (await readFully(file, bytes, 0)) === bytes.length &&
        object.hash !== null &&
        hashOnce('sha256', bytes, 'buffer').equals(object.hash);
      if (isRight) return bytes;
      failures.reasons.push(`${path} has other bytes than its name says`);
      return null;
    } finally {
      await file.close();
    }
  }

  async #openFile(path: string): Promise<VaultFile | null> {
    try {
      return await this.#io.open(path, 'read');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    }
  }
}

interface Failures {
  readonly reasons: string[];
  /** Something is not where it was: it may be somewhere else by now. */
  isGone: boolean;
}

function gone(failures: Failures): void {
  failures.isGone = true;
  failures.reasons.push('no pack and no file holds it');
}

/** The raw bytes of a record's stored ones; null when they cannot be it. */
export function decode(stored: Buffer, codec: number, rawLength: number): Buffer | null {
  if (codec === CODEC_STORED) return stored.length === rawLength ? stored : null;
  if (codec !== CODEC_ZSTD) return null;
  try {
    const raw = zstdDecompressSync(stored, { maxOutputLength: Math.max(1, rawLength) });
    return raw.length === rawLength ? raw : null;
  } catch {
    return null; // Damaged bytes: the caller names the object.
  }
}

/** As a stream of stored bytes: the last piece is handed out only after the hash of all was right. */
async function* streamCompressed(
  file: VaultFile,
  place: IndexedPlace,
  object: ObjectRef,
  path: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let left = object.sizeBytes;
  for await (const piece of unzstd(chunksOf(file, place.offset, place.storedLength), object.sizeBytes)) {
    hash.update(piece);
    left -= piece.length;
    if (left < 0 || (left === 0 && object.hash !== null && !hash.digest().equals(object.hash))) break;
    yield piece;
    if (left === 0) return;
  }
  throw damaged(object, [`${path} has other bytes at ${place.offset} than its index says`]);
}

async function* chunksOf(file: VaultFile, start: number, length: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length - done));
    const got = await readFully(file, chunk, start + done);
    yield chunk.subarray(0, got);
    if (got < chunk.length) return;
    done += got;
  }
}

interface Piece {
  readonly bytes: Uint8Array;
  /** The reader is done with it. */
  free(): Promise<void>;
}

/** A block may be used again when it has been hashed. A hashing thread that fails is told by the digest. */
function freeWhen(hashed: Promise<void>, free: () => void): () => Promise<void> {
  const settled = hashed.catch(() => undefined);
  return () => settled.then(free);
}

export function damaged(object: ObjectRef, reasons: readonly string[]): BackstopError {
  const name = object.hash?.toString('hex') ?? '';
  return new BackstopError('vault/damaged-object', {
    message: `object ${name} (${object.sizeBytes} bytes): ${reasons.join('; ')}`,
    data: { object: name, reason: reasons[0] ?? 'no copy of it was found' },
  });
}

interface OpenFile {
  readonly opening: Promise<VaultFile>;
  users: number;
  /** Not to be used again; closed when its last user is done. */
  isFailed: boolean;
}

/** A few files kept open, the least used closed first. A file in use is never closed under its reader. */
class OpenFiles {
  readonly #io: VaultIo;
  readonly #limit: number;
  readonly #files = new Map<string, OpenFile>();

  constructor(io: VaultIo, limit: number) {
    this.#io = io;
    this.#limit = limit;
  }

  async use<T>(path: string, work: (file: VaultFile) => Promise<T>): Promise<T> {
    let entry = this.#files.get(path);
    if (entry !== undefined) this.#files.delete(path);
    entry ??= { opening: this.#io.open(path, 'read'), users: 0, isFailed: false };
    this.#files.set(path, entry); // The newest stands last.
    entry.users += 1;
    try {
      return await work(await entry.opening);
    } catch (error) {
      entry.isFailed = true;
      if (this.#files.get(path) === entry) this.#files.delete(path);
      throw error;
    } finally {
      entry.users -= 1;
      if (entry.isFailed && entry.users === 0) {
        entry.opening.then((file) => file.close()).catch(() => undefined); // The error that is thrown says it all.
      }
      await this.#shrink();
    }
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    await Promise.allSettled(files.map(async (entry) => (await entry.opening).close()));
  }

  async #shrink(): Promise<void> {
    if (this.#files.size <= this.#limit) return;
    for (const [path, entry] of this.#files) {
      if (entry.users > 0) continue;
      this.#files.delete(path);
      await (await entry.opening).close();
      return;
    }
  }
}
