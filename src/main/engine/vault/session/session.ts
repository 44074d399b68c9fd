import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isPromise } from 'node:util/types';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { Clock } from '../../platform/index.ts';
import type { FoldedCache } from '../cache/folded-cache.ts';
import type { IndexReader, ObjectIndex } from '../cache/object-index.ts';
import type { FoldedIndex } from '../catalog/folded.ts';
import type { Moves } from '../collect/gc-files.ts';
import type { NewEvent } from '../events.ts';
import {
  asVaultError,
  errnoOf,
  isDiskFull,
  publish,
  readSmallFile,
  syncFolders,
  type VaultIo,
  writeNewFile,
} from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import type { Space } from '../layout/space.ts';
import type { SessionLease } from '../lease/session-lease.ts';
import type { PackHeader } from '../pack/layout.ts';
import {
  type CatalogReference,
  encodeRecord,
  MAX_RECORD_BYTES,
  parseRecordName,
  type SnapshotRecord,
} from '../record.ts';
import type { BlockPool } from '../store/block-pool.ts';
import type { HashThread } from '../store/hash-threads.ts';
import type { ObjectSource } from '../store/object-source.ts';
import type { CommitRequest, ObjectRef, ObjectWriter, ParentChoice, Snapshot, VaultSession } from '../types.ts';
import { type BuiltContent, buildContent, type StoredPlace } from './commit.ts';
import { KnownObjects } from './known-objects.ts';
import { newRecord } from './new-record.ts';
import { ObjectStore } from './object-store.ts';
import { checkPresence, UsedFiles } from './presence.ts';
import { storeAgain } from './rescue.ts';
import { storeCatalog } from './write-catalog.ts';

/** So often a version is put together, when what it relies on turns out to be marked for deletion. */
const MAX_ATTEMPTS = 3;

/** What a session needs of its vault. */
export interface SessionContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly vaultId: string;
  readonly writer: string;
  readonly clock: Clock;
  readonly index: ObjectIndex;
  readonly source: ObjectSource;
  readonly folded: FoldedCache;
  readonly space: Space;
  readonly pool: BlockPool;
  readonly thread: HashThread;
  readonly policy: { readonly singleFromBytes: number; readonly packTargetBytes: number };
  readonly workFolder: string;
  /** On a shared store what was relied on is looked at once more after the commit. */
  readonly isShared: boolean;
  readonly recordEvent: (event: NewEvent) => Promise<unknown>;
  /** Number for the next record of the phone, and the folder of its records, which is there when this resolves. */
  readonly nextRecord: (tag: Buffer, label: string) => Promise<{ readonly seq: number; readonly device: string }>;
  /** Where the content of packs is that a collection wrote anew. */
  readonly moves: () => Promise<Moves>;
  /** Names (hex) in marks of a collection that are there now. */
  readonly markedNames: () => Promise<ReadonlySet<string>>;
}

export interface SessionStart {
  readonly id: string;
  readonly tag: Buffer;
  readonly label: string;
  readonly lease: SessionLease;
  readonly parent: ParentChoice;
  /** Folded index of the newest version, when it may be relied on. */
  readonly committed: FoldedIndex | null;
  readonly refused: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
  readonly onEnd: () => void;
}

export class Session implements VaultSession {
  readonly id: string;
  readonly parent: ParentChoice;
  readonly signal: AbortSignal;
  readonly #context: SessionContext;
  readonly #start: SessionStart;
  readonly #store: ObjectStore;
  readonly #known: KnownObjects;
  readonly #broken = new AbortController();
  /** Packs of catalogs that were written and did not become a version. */
  readonly #abandoned = new Set<string>();
  readonly #folder: string;
  readonly #header: PackHeader;
  #end: Promise<void> | null = null;
  #isCommitted = false;

  constructor(context: SessionContext, start: SessionStart) {
    this.id = start.id;
    this.parent = start.parent;
    this.#context = context;
    this.#start = start;
    this.#folder = context.paths.tmp(start.id);
    const signals = [this.#broken.signal, start.lease.signal];
    this.signal = AbortSignal.any(start.signal === undefined ? signals : [...signals, start.signal]);
    const committedPacks = new Set((start.committed?.packs() ?? []).map((pack) => pack.hash.toString('hex')));
    this.#known = new KnownObjects({
      io: context.io,
      paths: context.paths,
      index: context.index,
      deviceTag: start.tag,
      committedPacks,
      refused: start.refused,
    });
    this.#header = {
      flags: 0,
      vault: Buffer.from(context.vaultId.replaceAll('-', ''), 'hex'),
      session: Buffer.from(start.id.replaceAll('-', ''), 'hex'),
      createdMs: context.clock.now().getTime(),
      deviceTag: start.tag,
    };
    this.#store = new ObjectStore({
      ...context,
      known: this.#known,
      folder: this.#folder,
      packHeader: () => ({ ...this.#header, createdMs: context.clock.now().getTime() }),
      isCommittedSingle: (hash, sizeBytes) => this.#isCommittedSingle(hash, sizeBytes),
      onFailure: (error) => this.#break(error),
    });
  }

  get storedBytes(): number {
    return this.#store.storedBytes;
  }

  createObject(expectedBytes = 0): ObjectWriter {
    this.signal.throwIfAborted();
    const writer = this.#wrap(() => this.#store.createObject(expectedBytes));
    return {
      write: (chunk) => this.#wrap(() => writer.write(chunk)),
      finish: () => this.#wrap(() => writer.finish()),
      abort: () => writer.abort(),
    };
  }

  async *read(object: ObjectRef): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#store.read(object);
    } catch (error) {
      throw asVaultError(error, this.#context.paths.root);
    }
  }

  async seal(): Promise<void> {
    this.signal.throwIfAborted();
    try {
      await this.#store.seal();
    } catch (error) {
      throw this.#break(error);
    }
  }

  async commit(request: CommitRequest): Promise<Snapshot> {
    this.signal.throwIfAborted();
    if (this.#isCommitted) throw new BackstopError('internal/bug', { message: 'a session commits once' });
    try {
      await this.#store.seal();
      const snapshot = await this.#commit(request);
      this.#isCommitted = true;
      await this.#close();
      return snapshot;
    } catch (error) {
      throw this.#break(await this.#whyReally(error));
    }
  }

  /** When our own files are gone, somebody may have taken us for dead while this computer slept. */
  async #whyReally(error: unknown): Promise<unknown> {
    if (errnoOf(error) !== 'ENOENT') return error;
    try {
      await this.#start.lease.renewNow();
      return error;
    } catch (lost) {
      return isBackstopError(lost) ? lost : error;
    }
  }

  abort(): Promise<void> {
    this.#break(new BackstopError('internal/cancelled', { message: 'the session was aborted' }));
    return this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#isCommitted ? this.#close() : this.abort();
  }

  async #commit(request: CommitRequest): Promise<Snapshot> {
    let isShort = await this.#leaveMarked();
    for (let attempt = 1; ; attempt += 1) {
      if (isShort) await this.#storeAgain(request);
      const answer = await this.#tryCommit(request, attempt === MAX_ATTEMPTS);
      if (answer.kind === 'committed') return answer.snapshot;
      if (answer.why !== null && attempt === MAX_ATTEMPTS) throw answer.why;
      isShort = (await this.#leaveMarked()) || answer.why !== null;
    }
  }

  /** What marks name that came since the session began is relied on no more. Answers whether there is any. */
  async #leaveMarked(): Promise<boolean> {
    const marked = await this.#context.markedNames();
    const fresh = [...marked].filter((name) => !this.#known.isRefused(name));
    this.#known.leave(fresh);
    return fresh.length > 0;
  }

  /** What the version needs and what lies only where nothing may be relied on is stored once more, if it is whole. */
  #storeAgain(request: CommitRequest): Promise<void> {
    return storeAgain({
      request,
      store: this.#store,
      source: this.#context.source,
      isHeld: async ({ hash, sizeBytes }) =>
        hash === null || (await this.#findPlace(hash, sizeBytes, new UsedFiles())) !== null,
      signal: this.signal,
    });
  }

  /** `again`: something that it needs may not be relied on; null when only its number was taken meanwhile. */
  async #tryCommit(
    request: CommitRequest,
    isLast: boolean,
  ): Promise<
    | { readonly kind: 'committed'; readonly snapshot: Snapshot }
    | { readonly kind: 'again'; readonly why: BackstopError | null }
  > {
    const { folded, space } = this.#context;
    const tag = this.#start.tag.toString('hex');
    const base = request.full ? null : await this.#foldedParent(request);
    const { seq, device } = await this.#context.nextRecord(this.#start.tag, this.#start.label);
    const used = new UsedFiles();
    const reader = this.#context.index.bulkReader();
    let built: BuiltContent;
    try {
      built = await buildContent({
        request,
        parent: base,
        device,
        seq,
        workFolder: this.#context.workFolder,
        foldedFile: folded.newFile(tag),
        locate: (object) => this.#locate(object, used, reader),
        signal: this.signal,
      });
    } catch (error) {
      if (base !== null && folded.isTemporary(base)) base.remove();
      if (isBackstopError(error, 'vault/object-vanished')) return { kind: 'again', why: error };
      throw error;
    } finally {
      reader.close();
    }
    try {
      const { catalog, metaPack } = await space.withBallast(() =>
        storeCatalog({
          ...this.#context,
          store: this.#store,
          packHeader: this.#header,
          localFile: built.localFile,
          folder: this.#folder,
          kind: built.kind,
        }),
      );
      const packsAdded = this.#store.packsAdded.filter((pack) => !this.#abandoned.has(pack));
      await this.#syncFolders(base ?? this.#start.committed, used, [...packsAdded, metaPack]);
      const marked = await this.#barrier(built, used);
      if (marked !== null || (!isLast && (await this.#isTaken(device, seq)))) {
        this.#abandoned.add(metaPack);
        built.discard();
        if (base !== null && folded.isTemporary(base)) base.remove();
        if (marked === null) return { kind: 'again', why: null };
        const message = `${marked} was marked for deletion`;
        const why = new BackstopError('vault/object-vanished', { message, data: { object: marked } });
        return { kind: 'again', why };
      }

      const record = newRecord(request, built, {
        vault: this.#context.vaultId,
        writer: this.#context.writer,
        session: this.id,
        device,
        seq,
        catalog,
        packsAdded,
        newBytes: this.#store.newBytes,
        finishedAt: this.#context.clock.now(),
      });
      const snapshot = await this.#writeRecord(record);
      await this.#afterCommit(snapshot, built, catalog, used);
      return { kind: 'committed', snapshot };
    } catch (error) {
      built.discard();
      if (base !== null && folded.isTemporary(base)) base.remove();
      throw error;
    }
  }

  /** A folder that an earlier version needed was synced for it; everything else is synced now, whoever wrote it. */
  async #syncFolders(before: FoldedIndex | null, used: UsedFiles, packs: readonly string[]): Promise<void> {
    const { io, paths } = this.#context;
    const earlier = new Set((before?.packs() ?? []).map((pack) => pack.hash.toString('hex')));
    const folders = new Set([paths.folder('catalogs')]);
    for (const pack of [...used.packs, ...packs]) if (!earlier.has(pack)) folders.add(paths.packFolder(pack));
    for (const name of used.singles) folders.add(paths.objectFolder(name));
    await syncFolders(io, folders);
  }

  /** Content of the version that this one builds upon: usually the newest, else folded for the purpose. */
  async #foldedParent(request: CommitRequest): Promise<FoldedIndex> {
    if (request.parent === null) throw new BackstopError('internal/bug', { message: 'changes need a parent' });
    const committed = this.#start.committed;
    if (committed?.db.open && committed.state().snapshot === request.parent.id) return committed;
    return this.#context.folded.fresh(request.parent, this.signal);
  }

  /** A place that may be relied on, for an object that the new version needs. */
  #locate(object: ObjectRef, used: UsedFiles, reader: IndexReader): StoredPlace | Promise<StoredPlace> {
    const hash = object.hash;
    if (hash === null) throw new BackstopError('internal/bug', { message: 'the empty object has no place' });
    const isLarge = object.sizeBytes >= this.#context.policy.singleFromBytes;
    if (isLarge) return this.#locateSlowly(hash, object.sizeBytes, used);
    const found = this.#known.find(hash, object.sizeBytes, reader);
    if (found === null || found instanceof Promise) return this.#locateSlowly(hash, object.sizeBytes, used);
    used.packs.add(found.pack.hash);
    return found;
  }

  async #locateSlowly(hash: Buffer, sizeBytes: number, used: UsedFiles): Promise<StoredPlace> {
    const place = await this.#findPlace(hash, sizeBytes, used);
    if (place !== null) return place;
    const name = hash.toString('hex');
    throw new BackstopError('vault/object-vanished', {
      message: `no trustworthy copy of ${name} (${sizeBytes} bytes)`,
      data: { object: name },
    });
  }

  async #findPlace(hash: Buffer, sizeBytes: number, used: UsedFiles): Promise<StoredPlace | null> {
    const name = hash.toString('hex');
    const single = { pack: null, offset: 0, storedLength: sizeBytes, codec: 0 };
    if (!this.#known.isRefused(name)) {
      const isOurs = this.#store.hasLarge(hash);
      if (isOurs || (await this.#isCommittedSingle(hash, sizeBytes))) {
        if (isOurs) used.singles.add(name);
        return single;
      }
    }
    const place = await this.#known.find(hash, sizeBytes);
    if (place !== null) {
      used.packs.add(place.pack.hash);
      return place;
    }
    if (!(await this.#known.adoptSingle(name))) return null;
    used.singles.add(name);
    return single;
  }

  async #isCommittedSingle(hash: Buffer, sizeBytes: number): Promise<boolean> {
    const committed = this.#start.committed;
    if (committed === null || !committed.hasSingle(hash)) return false;
    return this.#context.source.hasSingle({ hash, sizeBytes });
  }

  /**
   * The last look: the lease is ours, and everything that the version needs is there. Answers what somebody has marked
   * of what it uses, if anything.
   */
  async #barrier(built: BuiltContent, used: UsedFiles): Promise<string | null> {
    await this.#start.lease.renewNow();
    this.signal.throwIfAborted();
    const marked = await this.#context.markedNames();
    for (const name of [...used.packs, ...used.singles]) if (marked.has(name)) return name;
    await checkPresence({ ...this.#context, signal: this.signal }, built, used);
    return null;
  }

  /** Somebody else made a version of this phone at the same time. Two of one number do no harm, but confuse people. */
  async #isTaken(device: string, seq: number): Promise<boolean> {
    const names = await this.#context.io.readdir(this.#context.paths.device(device));
    return names.some(({ name }) => (parseRecordName(name)?.seq ?? 0) >= seq);
  }

  /** The commit itself: a new, self-proving file under a fresh name. */
  async #writeRecord(record: SnapshotRecord): Promise<Snapshot> {
    const { io, paths, space } = this.#context;
    const { bytes, id, fileName } = encodeRecord(record);
    const folder = paths.device(record.device);
    const path = join(folder, fileName);
    const digest = createHash('sha256').update(bytes).digest();
    await space.withBallast(async () => {
      const temporary = join(this.#folder, 'record.json');
      if ((await io.stat(temporary)) !== null) await io.unlink(temporary);
      await writeNewFile(io, temporary, bytes);
    });
    await this.#confirmLease();
    try {
      const outcome = await publish(io, join(this.#folder, 'record.json'), path, digest);
      if (outcome === 'other-bytes-there') throw new Error('its name is taken by other bytes');
      await io.syncFolder(folder);
      const back = await readSmallFile(io, path, MAX_RECORD_BYTES);
      if (back === null || !back.equals(bytes)) throw new Error('it does not read back as it was written');
    } catch (error) {
      // If there is no trace of it, it did not happen. Else only the next start can tell.
      const trace = await io.stat(path).catch(() => 'unknown' as const);
      if (trace === null) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new BackstopError('vault/commit-unknown', {
        cause: error,
        message: reason,
        data: { reason, snapshot: id },
      });
    }
    return { id, file: `snapshots/${record.device}/${fileName}`, record };
  }

  /** The record was just written, so its date is the store's clock: nobody may have taken us for dead since the barrier. */
  async #confirmLease(): Promise<void> {
    const written = await this.#context.io.stat(join(this.#folder, 'record.json'));
    if (written !== null) await this.#start.lease.confirm(written.modifiedMs);
    else await this.#start.lease.renewNow();
    this.signal.throwIfAborted();
  }

  /** The version is there. Nothing from here on may turn it into a failure. */
  async #afterCommit(
    snapshot: Snapshot,
    built: BuiltContent,
    catalog: CatalogReference,
    used: UsedFiles,
  ): Promise<void> {
    const { folded, recordEvent, isShared, space } = this.#context;
    const about = { record: snapshot.id, device: snapshot.record.device, seq: snapshot.record.seq };
    try {
      if (isShared) {
        await this.#stillHeld();
        await checkPresence({ ...this.#context, signal: this.signal }, built, used);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await recordEvent({ kind: 'damaged', ...about, reason, files: [], objects: [] }).catch(() => undefined); // Found by L0 again.
    }
    if (this.#known.damaged.size > 0) {
      const files = [...this.#known.damaged];
      const reason = 'their bytes do not match the SHA-256 in their names';
      await recordEvent({ kind: 'damaged', record: null, device: null, seq: null, reason, files, objects: [] }).catch(
        () => undefined, // They are found again the next time they are read.
      );
    }
    try {
      const index = await built.keep(catalog, snapshot.id);
      if (!folded.isTemporary(index)) folded.keepOnly(this.#start.tag.toString('hex'), index);
      else index.remove();
    } catch {
      built.discard(); // A cache: the next one who needs it folds it from the vault.
    }
    await space.refillBallast();
  }

  /** Whoever took our lease away, or let it grow old, may be deleting what the version needs. */
  async #stillHeld(): Promise<void> {
    try {
      await this.#start.lease.renewNow();
    } catch (error) {
      if (isBackstopError(error, 'vault/lease-lost')) throw error;
    }
  }

  #close(): Promise<void> {
    this.#end ??= this.#closeOnce();
    return this.#end;
  }

  async #closeOnce(): Promise<void> {
    await this.#store.close();
    await removeFolder(this.#context.io, this.#folder);
    await this.#start.lease.release();
    this.#start.onEnd();
  }

  /** A failure of the disk ends the session and gets its name, whether it comes at once or later. */
  #wrap<T>(work: () => T): T {
    try {
      const result = work();
      if (!isPromise(result)) return result;
      return result.catch((error: unknown) => {
        throw this.#break(error);
      }) as T;
    } catch (error) {
      throw this.#break(error);
    }
  }

  #break(error: unknown): unknown {
    const reason = asVaultError(error, isDiskFull(error) ? this.#context.paths.root : this.#folder);
    if (!this.#broken.signal.aborted) this.#broken.abort(reason);
    return reason;
  }
}

/** Removes a session's staging. Never throws: what stays behind is removed at a later start. */
export async function removeFolder(io: VaultIo, folder: string): Promise<void> {
  try {
    for (const item of await io.readdir(folder)) await io.unlink(join(folder, item.name));
    await io.rmdir(folder);
  } catch {
    // It is not there, or it is somebody else's turn: see above.
  }
}
