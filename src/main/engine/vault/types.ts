import type { VaultEvent } from './events.ts';
import type { SnapshotRecord } from './record.ts';
import type { BlockHandlers, BlockOptions } from './store/object-blocks.ts';
import type { ForgottenState, VersionState } from './version-states.ts';

/** A stored run of bytes, named by the SHA-256 of its raw bytes. `hash` is null for the empty object, which is implied. */
export interface ObjectRef {
  readonly hash: Buffer | null;
  readonly sizeBytes: number;
}

/** One payload of a snapshot: `<UDID>/<xx>/<fileId>`. */
export interface Entry extends ObjectRef {
  /** The 20 raw bytes of the SHA-1 file id. */
  readonly id: Buffer;
  /** Unix seconds when the host received it. */
  readonly modified: number;
}

/** As little of an entry as a listing shows: a tenth of the cost. */
export interface EntryName {
  /** The file id in hex. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly modified: number;
}

/** Any other path of a snapshot, relative to `<UDID>/`; an empty folder is a name that ends in "/", size 0. */
export interface TopEntry extends ObjectRef {
  readonly name: string;
  readonly modified: number;
}

/** A committed version. `id` is the SHA-256 (hex) of its record file: the commit point. */
export interface Snapshot {
  readonly id: string;
  /** Its record's path relative to the vault. */
  readonly file: string;
  readonly record: SnapshotRecord;
}

export interface ForgottenSnapshot extends Snapshot {
  readonly forgotten: ForgottenState;
}

export interface SnapshotList {
  /** Oldest first: by statusDate (the phone's own clock), then seq, then id. Forgotten ones are not among them. */
  readonly snapshots: readonly Snapshot[];
  /** Versions whose forgetting can be undone: their records and files are still there. */
  readonly forgotten: readonly ForgottenSnapshot[];
  /** What events say, by the version's id: pins, notes, forgettings. */
  readonly states: ReadonlyMap<string, VersionState>;
  readonly events: readonly VaultEvent[];
  /** Records that are there and cannot be read: named, never hidden, never deleted. */
  readonly unreadable: ReadonlyArray<{ readonly file: string; readonly reason: string }>;
}

export interface VaultFiles {
  /** Each pack's path relative to the vault, and its size. Packs that were written anew stand for the old ones. */
  readonly packs: ReadonlyArray<{ readonly path: string; readonly sizeBytes: number }>;
  readonly singles: { readonly count: number; readonly bytes: number };
}

/** The folded content of one snapshot (full catalog and its deltas), read-only. Rows come in id order. */
export interface SnapshotView extends AsyncDisposable {
  readonly snapshot: Snapshot;
  readonly entryCount: number;
  get(id: Buffer): Entry | null;
  /** All rows, or those whose id begins with this byte. */
  entries(firstByte?: number): Iterable<Entry>;
  /** First bytes of the ids that there are, in order: the folders `<UDID>/<xx>`. */
  shards(): readonly number[];
  /** What a listing of the folder `<UDID>/<xx>` shows, in the order of the ids. */
  names(firstByte: number): Iterable<EntryName>;
  /** All rows in the order in which their objects lie in the vault: for whoever reads them all. */
  entriesInStoredOrder(): Iterable<Entry>;
  /** The files of the vault that hold this version, besides its catalogs. */
  files(): VaultFiles;
  top(name: string): TopEntry | null;
  tops(): readonly TopEntry[];
  /**
   * The bytes of an object; throws `vault/damaged-object` at the latest instead of the last chunk. A chunk is the
   * reader's until it asks for the next one.
   */
  read(object: ObjectRef): AsyncIterable<Uint8Array>;
  /**
   * Many objects, fastest in stored order: packs are read in blocks. The bytes of a block are handed out unchecked: its
   * handler compares the hashes, and answers which are wrong; those come to `alone`, to be read by `read`.
   */
  readBlocks<T extends ObjectRef>(
    objects: Iterable<T>,
    handlers: BlockHandlers<T>,
    options: BlockOptions,
  ): Promise<void>;
  /** A whole object in memory; refuses more than `maxBytes`. */
  readWhole(object: ObjectRef, maxBytes: number): Promise<Buffer>;
}

/** Receives one object of unknown size. `write` copies or finishes with `chunk` before it returns (or its promise resolves). */
export interface ObjectWriter {
  write(chunk: Uint8Array): void | Promise<void>;
  /** Stores (or finds) the object. It is readable at once through the session, durable after `seal`. */
  finish(): ObjectRef | Promise<ObjectRef>;
  abort(): void | Promise<void>;
}

export interface CommitRequest {
  readonly parent: Snapshot | null;
  /** True: `changes` is the whole content and the catalog is a full one. Else changes are relative to `parent`. */
  readonly full: boolean;
  /** In id order, each id once; may be read more than once. `removed` only when not full. */
  readonly changes: Iterable<Entry | { readonly id: Buffer; readonly removed: true }>;
  /** All of them, in every commit. */
  readonly tops: readonly TopEntry[];
  /** Facts of the phone and the run for the record. */
  readonly facts: SnapshotFacts;
}

export interface SnapshotFacts {
  readonly udid: string;
  readonly name: string;
  readonly model: string;
  readonly ios: string;
  readonly encrypted: boolean;
  readonly statusUuid: string;
  /** ISO 8601 UTC, from Status.plist. */
  readonly statusDate: string;
  readonly startedAt: string;
  /** Files the phone said it could not send: kept with the version, so that no later check hides them. */
  readonly notSent?: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
}

/** What the next session of a phone builds upon. */
export interface ParentChoice {
  /** The newest version, after a look at it; null when there is none or it is damaged. */
  readonly parent: Snapshot | null;
  /** Set when the newest version cannot be built upon: the next session is a full one, for this reason. */
  readonly damaged: { readonly snapshot: Snapshot; readonly reason: string } | null;
}

/** One run that may end in one new snapshot. Holds a lease that it renews; every exit goes through commit or abort. */
export interface VaultSession extends AsyncDisposable {
  readonly id: string;
  /** The newest version as it was found when the session began, under its lease. */
  readonly parent: ParentChoice;
  /** Aborts when the lease is lost or a sealed file turned out bad; the reason is a BackstopError. */
  readonly signal: AbortSignal;
  createObject(expectedBytes?: number): ObjectWriter;
  /** Reads what this session stored (also from open packs and memory) or what the vault holds; see `SnapshotView.read`. */
  read(object: ObjectRef): AsyncIterable<Uint8Array>;
  /** Vault step 5: every object of this session is in a sealed, fsynced file afterwards. */
  seal(): Promise<void>;
  /** Steps 5–9: catalog, folder syncs, barrier, record. Resolves only when the record is durable. */
  commit(request: CommitRequest): Promise<Snapshot>;
  /** Drops the session's staging and lease. Sealed packs stay for adoption. Never throws. */
  abort(): Promise<void>;
  /** Bytes written to the vault by this session so far. */
  readonly storedBytes: number;
}
