import { hash as hashOnce } from 'node:crypto';
import { join } from 'node:path';
import { isPromise } from 'node:util/types';
import { crc32 } from 'node:zlib';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { publish, readFully, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import type { Space } from '../layout/space.ts';
import { CODEC_STORED, type IndexEntry, type PackHeader } from '../pack/layout.ts';
import { OpenPack } from '../pack/open-pack.ts';
import type { BlockPool } from '../store/block-pool.ts';
import type { HashThread } from '../store/hash-threads.ts';
import { HashedFile } from '../store/hashed-file.ts';
import type { ObjectSource } from '../store/object-source.ts';
import type { ObjectRef, ObjectWriter } from '../types.ts';
import type { KnownObjects } from './known-objects.ts';

/**
 * Where a session's bytes go. Small objects are collected, hashed and appended to the open pack; large ones stream to a
 * file of their own. Packs and large files are sealed (synced, closed, given their final name) behind the phone's back
 * while the next ones are being filled.
 */

/** With very small files the index would outgrow the pack. */
const MAX_OBJECTS_IN_PACK = 16_384;
const SEALS_AT_A_TIME = 3;
const FIRST_BUFFER_BYTES = 64 * 1024;
const KEPT_BUFFERS = 4;

export interface ObjectStoreOptions {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly index: ObjectIndex;
  readonly source: ObjectSource;
  readonly known: KnownObjects;
  readonly space: Space;
  readonly pool: BlockPool;
  readonly thread: HashThread;
  readonly folder: string;
  readonly policy: { readonly singleFromBytes: number; readonly packTargetBytes: number };
  readonly packHeader: () => PackHeader;
  /** Is this large object held by a committed version, and there? */
  readonly isCommittedSingle: (hash: Buffer, sizeBytes: number) => Promise<boolean>;
  /** The first failure behind the caller's back. */
  readonly onFailure: (error: unknown) => void;
}

interface RecentObject {
  readonly pack: OpenPack;
  readonly entry: IndexEntry;
  /** Set from the moment at which the pack's file belongs to its sealing. */
  readonly sealed: Promise<void> | null;
}

interface LargeFile {
  readonly sizeBytes: number;
  /** Where its bytes are until it has its final name. */
  readonly temporary: string;
  readonly sealed: Promise<void>;
}

export class ObjectStore {
  readonly #options: ObjectStoreOptions;
  readonly #sealing = new Set<Promise<void>>();
  /** Packs that are not in the index yet, the open one included. */
  readonly #recent = new Map<OpenPack, { sealed: Promise<void> | null }>();
  readonly #large = new Map<string, LargeFile>();
  readonly #buffers: Buffer[] = [];
  #pack: OpenPack | null = null;
  #files = 0;
  #storedObjects = 0;
  #storedBytes = 0;
  #newBytes = 0;
  #failure: unknown = null;
  #isClosed = false;
  readonly packsAdded: string[] = [];

  constructor(options: ObjectStoreOptions) {
    this.#options = options;
  }

  /** Bytes in files of this session, packs' overhead included as far as it is written. */
  get storedBytes(): number {
    return this.#storedBytes + (this.#pack?.sizeBytes ?? 0);
  }

  get storedObjects(): number {
    return this.#storedObjects;
  }

  /** Raw bytes of the objects that this session added. */
  get newBytes(): number {
    return this.#newBytes;
  }

  createObject(expectedBytes: number): ObjectWriter {
    this.#throwIfFailed();
    return new Upload(this, this.#options.policy.singleFromBytes, expectedBytes);
  }

  /** Stores a whole small object or finds it. */
  addSmall(bytes: Buffer): ObjectRef | Promise<ObjectRef> {
    this.#throwIfFailed();
    if (bytes.length === 0) return { hash: null, sizeBytes: 0 };
    // As text first: half the cost of a Buffer of its own, and the key is needed anyway.
    const key = hashOnce('sha256', bytes, 'binary');
    const hash = Buffer.from(key, 'latin1');
    const object = { hash, sizeBytes: bytes.length };
    if (this.#findRecent(hash) !== null || this.#large.has(key)) return object;
    const found = this.#options.known.find(hash, bytes.length);
    if (!isPromise(found)) {
      if (found !== null) return object;
      const added = this.#append(hash, bytes);
      return isPromise(added) ? added.then(() => object) : object;
    }
    // The buffer is the caller's again when this returns.
    const copy = Buffer.from(bytes);
    return found.then(async (place) => {
      if (place === null && this.#findRecent(hash) === null) await this.#append(hash, copy);
      return object;
    });
  }

  /** A file of its own for an object that has turned out to be large. */
  openLarge(): HashedFile {
    this.#throwIfFailed();
    this.#files += 1;
    const { io, folder, pool, thread } = this.#options;
    return new HashedFile(io, join(folder, `${this.#files}.part`), pool, thread);
  }

  async finishLarge(file: HashedFile): Promise<ObjectRef> {
    const { hash, sizeBytes } = await file.complete();
    const object = { hash, sizeBytes };
    const key = hash.toString('latin1');
    const known = this.#options.known;
    const isThere =
      this.#large.has(key) ||
      (!known.isRefused(hash.toString('hex')) && (await this.#options.isCommittedSingle(hash, sizeBytes))) ||
      (await known.find(hash, sizeBytes)) !== null;
    if (isThere) {
      await file.discard();
      return object;
    }
    this.#newBytes += sizeBytes;
    this.#storedBytes += sizeBytes;
    this.#storedObjects += 1;
    const sealed = this.#inBackground(() => this.#sealLarge(file, hash, sizeBytes));
    this.#large.set(key, { sizeBytes, temporary: file.path, sealed });
    while (this.#sealing.size > SEALS_AT_A_TIME) await Promise.race(this.#sealing);
    this.#throwIfFailed();
    return object;
  }

  /** Stores what lies elsewhere in the vault once more, in a pack of this session. The bytes are known to be right. */
  async storeAgain(hash: Buffer, sizeBytes: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.#throwIfFailed();
    if (this.#findRecent(hash) !== null) return;
    if (sizeBytes < this.#options.policy.singleFromBytes) {
      const whole = Buffer.allocUnsafe(sizeBytes);
      let at = 0;
      for await (const chunk of bytes) {
        whole.set(chunk, at);
        at += chunk.length;
      }
      await this.#append(hash, whole);
      return;
    }
    const file = this.openLarge();
    try {
      for await (const chunk of bytes) await file.append(chunk);
      await file.complete();
      await this.#checkRoom();
      await file.syncAndClose();
      await this.#packLarge(file, hash, sizeBytes);
    } catch (error) {
      await file.discard();
      throw error;
    }
    this.#newBytes += sizeBytes;
    this.#storedBytes += sizeBytes;
    this.#storedObjects += 1;
  }

  async *read(object: ObjectRef): AsyncGenerator<Uint8Array> {
    this.#throwIfFailed();
    if (object.hash === null) return;
    const key = object.hash.toString('latin1');
    const recent = this.#findRecent(object.hash);
    if (recent !== null && recent.sealed === null) {
      yield await recent.pack.read(recent.entry);
      return;
    }
    if (recent !== null) {
      await recent.sealed;
      this.#throwIfFailed();
    }
    const large = this.#large.get(key);
    if (large !== undefined) {
      // Whole and hashed, only not durable yet: a phone that reads its manifest back need not wait for the disk.
      const opened = await this.#options.source.openLongAt(large.temporary, object);
      if (opened !== null) {
        yield* this.#options.source.readOpened(opened, object, large.temporary);
        return;
      }
      await large.sealed;
      this.#throwIfFailed();
    }
    yield* this.#options.source.read(object);
  }

  /** Everything of this session in sealed, synced files; all indexed. */
  async seal(): Promise<void> {
    this.#throwIfFailed();
    this.#sealPack();
    while (this.#sealing.size > 0) await Promise.all(this.#sealing);
    this.#throwIfFailed();
    // Nearly all that comes after this is bookkeeping, which needs memory of its own.
    this.#options.index.shrink();
    this.#options.pool.trim();
  }

  /** One more sealed pack with a single record, for catalogs and for what cannot lie under its own name. */
  async writeStreamPack(
    header: PackHeader,
    record: Parameters<OpenPack['addStream']>[0],
    stored: AsyncIterable<Uint8Array>,
  ): Promise<string> {
    const pack = this.#openPack(header);
    try {
      await pack.addStream(record, stored);
      return await this.#publishPack(pack);
    } catch (error) {
      await pack.discard();
      throw error;
    }
  }

  hasLarge(hash: Buffer): boolean {
    return this.#large.has(hash.toString('latin1'));
  }

  /** Stops: nothing more is written, open files are closed. Never throws. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#failure ??= new Error('the session has ended');
    await Promise.allSettled(this.#sealing);
    await this.#pack?.discard();
    this.#pack = null;
  }

  takeBuffer(): Buffer {
    return this.#buffers.pop() ?? Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);
  }

  giveBuffer(buffer: Buffer): void {
    if (this.#buffers.length < KEPT_BUFFERS) this.#buffers.push(buffer);
  }

  #append(hash: Buffer, bytes: Buffer): void | Promise<void> {
    const pack = this.#pack ?? this.#openNext();
    this.#newBytes += bytes.length;
    this.#storedObjects += 1;
    this.#options.known.addOwn(hash);
    const added = pack.add(hash, bytes);
    if (pack.sizeBytes < this.#options.policy.packTargetBytes && pack.objectCount < MAX_OBJECTS_IN_PACK) {
      return added;
    }
    this.#sealPack();
    if (this.#sealing.size <= SEALS_AT_A_TIME) return added;
    return Promise.race(this.#sealing).then(() => this.#throwIfFailed());
  }

  #findRecent(hash: Buffer): RecentObject | null {
    for (const [pack, { sealed }] of this.#recent) {
      const entry = pack.find(hash);
      if (entry !== null) return { pack, entry, sealed };
    }
    return null;
  }

  #openNext(): OpenPack {
    const pack = this.#openPack(this.#options.packHeader());
    this.#pack = pack;
    this.#recent.set(pack, { sealed: null });
    return pack;
  }

  #openPack(header: PackHeader): OpenPack {
    this.#files += 1;
    const { io, folder, pool, thread } = this.#options;
    return new OpenPack(new HashedFile(io, join(folder, `${this.#files}.pack`), pool, thread), header);
  }

  #sealPack(): void {
    const pack = this.#pack;
    if (pack === null) return;
    this.#pack = null;
    this.#storedBytes += pack.sizeBytes;
    const sealed = this.#inBackground(async () => {
      await this.#checkRoom();
      await this.#publishPack(pack);
      this.#recent.delete(pack);
    });
    if (this.#recent.has(pack)) this.#recent.set(pack, { sealed });
  }

  async #publishPack(pack: OpenPack): Promise<string> {
    const { io, paths, index, known } = this.#options;
    const { hash, sizeBytes, path, index: packIndex } = await pack.finish();
    const name = hash.toString('hex');
    if ((await publish(io, path, paths.pack(name), hash)) === 'other-bytes-there') {
      // Our header holds our session's id and time: this cannot happen unless the name was taken on purpose.
      throw new BackstopError('vault/disk-error', { data: { path: paths.pack(name), reason: 'the name is taken' } });
    }
    const facts = await io.stat(paths.pack(name));
    if (facts === null || facts.sizeBytes !== sizeBytes) {
      throw new BackstopError('vault/object-vanished', { data: { object: name } });
    }
    known.addOwnPack(name);
    this.packsAdded.push(name);
    const { flags, deviceTag } = pack.header;
    await index.addPack({ hash: name, tag: deviceTag, sizeBytes, flags }, packIndex);
    return name;
  }

  async #sealLarge(file: HashedFile, hash: Buffer, sizeBytes: number): Promise<void> {
    const { io, paths, known } = this.#options;
    await this.#checkRoom();
    await file.syncAndClose();
    const name = hash.toString('hex');
    // A name that is marked for deletion, or whose bytes are known to be bad, is not to be relied on.
    const isTaken = known.isRefused(name) && (await io.stat(paths.object(name))) !== null;
    if (!isTaken) {
      if ((await publish(io, file.path, paths.object(name), hash)) !== 'other-bytes-there') {
        const facts = await io.stat(paths.object(name));
        if (facts?.sizeBytes === sizeBytes) return;
        throw new BackstopError('vault/object-vanished', { data: { object: name } });
      }
      // Somebody's damaged bytes have our name: they stay, are named, and ours go into a pack.
      known.refuse(name);
    }
    await this.#packLarge(file, hash, sizeBytes);
  }

  /** A large object that cannot lie under its own name is the only one in a pack. */
  async #packLarge(file: HashedFile, hash: Buffer, sizeBytes: number): Promise<void> {
    const { io, known } = this.#options;
    const record = { hash, rawLength: sizeBytes, storedLength: sizeBytes, codec: CODEC_STORED };
    known.addOwn(hash);
    const crc = await crcOf(io, file.path);
    await this.writeStreamPack(this.#options.packHeader(), { ...record, crc }, chunksOf(io, file.path));
    await io.unlink(file.path);
  }

  async #checkRoom(): Promise<void> {
    if ((await this.#options.space.free(this.#storedObjects)) > 0) return;
    throw new BackstopError('vault/disk-full', {
      message: 'the reserve for the commit is all that is left',
      data: { path: this.#options.folder, reason: 'ENOSPC' },
    });
  }

  #inBackground(work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#sealing.delete(running));
    this.#sealing.add(running);
    return running;
  }

  #fail(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#options.onFailure(error);
  }

  #throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

/** One object on its way: in a reused buffer as long as it is small, in a file of its own from then on. */
class Upload implements ObjectWriter {
  readonly #store: ObjectStore;
  readonly #largeFromBytes: number;
  #buffer: Buffer | null;
  #length = 0;
  #large: HashedFile | null = null;

  constructor(store: ObjectStore, largeFromBytes: number, expectedBytes: number) {
    this.#store = store;
    this.#largeFromBytes = largeFromBytes;
    if (expectedBytes >= largeFromBytes) {
      this.#buffer = null;
      this.#large = store.openLarge();
    } else {
      this.#buffer = store.takeBuffer();
    }
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#large !== null) return this.#large.append(chunk);
    const buffer = this.#room(this.#length + chunk.length);
    if (buffer === null) return this.#grow(chunk);
    buffer.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  finish(): ObjectRef | Promise<ObjectRef> {
    if (this.#large !== null) return this.#finishLarge(this.#large);
    const buffer = this.#buffer;
    if (buffer === null) throw new BackstopError('internal/bug', { message: 'an object was finished twice' });
    this.#buffer = null;
    const added = this.#store.addSmall(buffer.subarray(0, this.#length));
    if (!isPromise(added)) {
      this.#store.giveBuffer(buffer);
      return added;
    }
    // Until then the pack may still be copying from it.
    return added.then((object) => {
      this.#store.giveBuffer(buffer);
      return object;
    });
  }

  abort(): void | Promise<void> {
    if (this.#large !== null) return this.#large.discard();
    if (this.#buffer !== null) this.#store.giveBuffer(this.#buffer);
    this.#buffer = null;
  }

  /** What was announced as large and is not goes into a pack like any other. */
  async #finishLarge(file: HashedFile): Promise<ObjectRef> {
    if (file.sizeBytes >= this.#largeFromBytes) return this.#store.finishLarge(file);
    const bytes = Buffer.allocUnsafe(file.sizeBytes);
    await file.read(bytes, 0);
    await file.discard();
    return this.#store.addSmall(bytes);
  }

  #grow(chunk: Uint8Array): void | Promise<void> {
    const buffer = this.#buffer;
    if (buffer === null) throw new BackstopError('internal/bug', { message: 'an object was written after its end' });
    const large = this.#store.openLarge();
    this.#large = large;
    this.#buffer = null;
    const head = large.append(buffer.subarray(0, this.#length));
    if (!isPromise(head)) {
      this.#store.giveBuffer(buffer);
      return large.append(chunk);
    }
    return head.then(() => large.append(chunk));
  }

  /** The buffer, with room for so many bytes; null when the object is large by then. */
  #room(bytes: number): Buffer | null {
    const buffer = this.#buffer;
    if (buffer === null || bytes >= this.#largeFromBytes) return null;
    if (bytes <= buffer.length) return buffer;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#largeFromBytes, Math.max(bytes, buffer.length * 2)));
    buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    return larger;
  }
}

export async function* chunksOf(io: VaultIo, path: string): AsyncGenerator<Uint8Array> {
  const file = await io.open(path, 'read');
  try {
    for (let position = 0; ; ) {
      const buffer = Buffer.allocUnsafe(1024 * 1024);
      const got = await readFully(file, buffer, position);
      if (got === 0) return;
      yield buffer.subarray(0, got);
      position += got;
    }
  } finally {
    await file.close();
  }
}

async function crcOf(io: VaultIo, path: string): Promise<number> {
  let crc = 0;
  for await (const chunk of chunksOf(io, path)) crc = crc32(chunk, crc);
  return crc;
}
