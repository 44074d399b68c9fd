import { uptime } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { BackstopError, isBackstopError } from '../../../shared/errors/index.ts';
import { type Clock, describeVolume, scaledMs, sleep, systemClock } from '../platform/index.ts';
import { CatalogCopies } from './cache/catalog-copies.ts';
import { FoldedCache } from './cache/folded-cache.ts';
import { makeLocalFolder, removeLocal, removeOlder } from './cache/local-files.ts';
import { ObjectIndex } from './cache/object-index.ts';
import type { FoldedIndex, PackUse } from './catalog/folded.ts';
import { type RehashOptions, type RehashReport, rehashObjects } from './check/rehash.ts';
import { checkStructure, type StructureOptions, type StructureReport } from './check/structure.ts';
import { UNDO_MS } from './collect/account.ts';
import {
  type CollectContext,
  type CollectReport,
  type CollectStep,
  collect,
  estimate,
  GRACE_MS,
} from './collect/collector.ts';
import {
  expire,
  FOR_EVER,
  forget,
  type PinTerms,
  pin,
  type Remarks,
  unforget,
  unpin,
  writeNote,
} from './collect/forget.ts';
import { Moves } from './collect/gc-files.ts';
import { type DescribeVolume, Destination, type DestinationReport } from './destination/destination.ts';
import { Verdicts } from './destination/verdicts.ts';
import { type EventList, listEvents, type NewEvent, type VaultEvent, writeEvent } from './events.ts';
import { asVaultError, errnoOf, nodeIo, readSmallFile, type VaultIo } from './io/index.ts';
import { createVault } from './layout/creation.ts';
import { readDescription, type VaultDescription } from './layout/description.ts';
import { makeMissingFolders, refuseLinkedFolders } from './layout/folders.ts';
import { deviceFolderName, deviceTag, parsePackName, VaultPaths } from './layout/names.ts';
import { type Placement, placementOf } from './layout/placement.ts';
import { Space } from './layout/space.ts';
import { type Host, thisHost } from './lease/host.ts';
import { listLeases, type SeenLease } from './lease/lease-file.ts';
import { isLeaseDead, isLeaseStale, type LivenessContext, Sightings } from './lease/liveness.ts';
import { OsLock } from './lease/os-lock.ts';
import { findLease, type LeasePlace, seeLeases } from './lease/presence.ts';
import { ReadHold } from './lease/read-hold.ts';
import { newSessionId } from './lease/session-id.ts';
import { SessionLease } from './lease/session-lease.ts';
import { copyVault, finishMove, type MoveReport } from './move/move-vault.ts';
import { PACK_FLAG_META } from './pack/layout.ts';
import type { ScrubProblem } from './scrub/findings.ts';
import { findMissing } from './scrub/presence.ts';
import { type RepairReport, repairVault } from './scrub/repair.ts';
import {
  type NamePaths,
  type ScrubContext,
  type ScrubCoverage,
  type ScrubOptions,
  type ScrubReport,
  scrub,
  scrubCoverage,
} from './scrub/scrub.ts';
import { listStoredFiles } from './scrub/vault-files.ts';
import { removeFolder, Session } from './session/session.ts';
import { compareSnapshots, deviceFolders, listSnapshots, type RecordList } from './snapshots.ts';
import { BlockPool } from './store/block-pool.ts';
import { HashThread } from './store/hash-threads.ts';
import { ObjectSource } from './store/object-source.ts';
import type {
  ForgottenSnapshot,
  ObjectRef,
  ParentChoice,
  Snapshot,
  SnapshotList,
  SnapshotView,
  VaultFiles,
  VaultSession,
} from './types.ts';
import { openDamage, versionStates } from './version-states.ts';
import { FoldedView } from './view.ts';

/** A place for bytes at rest: packs, objects, catalogs and records in one folder, whatever disk that is on. */

export interface VaultOptions {
  /** Folder of the app's own state for everything that can be made anew from the vault. */
  readonly cacheDir: string;
  /** Folder of the app's own state that must not be thrown away with caches: the installation's id and its locks. */
  readonly stateDir?: string;
  /** Who writes; by default this installation in this run of the operating system. */
  readonly host?: Host;
  readonly io?: VaultIo;
  readonly clock?: Clock;
  /** Milliseconds since this computer started; tells how long another computer's lease has stood still. */
  readonly sinceBootMs?: () => number;
  /** By default the system is asked. */
  readonly placement?: () => Promise<Placement>;
  /** Tells about the disk; by default asked of the system, or not at all when `io` is not the system's. */
  readonly volumes?: DescribeVolume;
  /** At creation only; by default chosen for the file system. */
  readonly policy?: VaultDescription['policy'];
  readonly fanOut?: VaultDescription['fanOut'];
}

export interface SessionRequest {
  readonly udid: string;
  /** For the readable part of the phone's folder; used at its first backup only. */
  readonly label: string;
  /** Another backup of the phone is no failure but something to wait for; told once. */
  readonly onWait?: ((busy: { readonly host: string; readonly since: string }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MoveRequest {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?:
    | ((done: { readonly files: number; readonly bytes: number; readonly totalBytes: number }) => void)
    | undefined;
}

export interface CollectRequest {
  /** Bytes of nearly empty packs that may be written anew; by default as many as there are. */
  readonly repackBytes?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: CollectStep) => void) | undefined;
}

const BUSY_LOOK_MS = scaledMs(2000);
const SWEEP_LOOK_MS = scaledMs(250);
const SETTLE_LOCAL_MS = scaledMs(200);
const SETTLE_NETWORK_MS = scaledMs(90_000);
const MAX_MARK_BYTES = 64 * 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;
/** Scratch files of checks and commits that were killed. */
const LEFTOVER_MS = DAY_MS;
/** Copies of catalogs are fetched again when they are wanted. */
const CATALOG_COPIES_MS = 7 * DAY_MS;

export class Vault implements AsyncDisposable {
  readonly dir: string;
  readonly description: VaultDescription;
  /** A newer Backstop wrote something that this one may only read. */
  readonly isReadOnly: boolean;
  readonly host: Host;
  readonly #io: VaultIo;
  readonly #clock: Clock;
  readonly #sinceBootMs: () => number;
  readonly #paths: VaultPaths;
  readonly #cache: string;
  readonly #locks: string;
  readonly #placement: () => Promise<Placement>;
  readonly #destination: Destination;
  readonly #index: ObjectIndex;
  readonly #source: ObjectSource;
  readonly #copies: CatalogCopies;
  readonly #folded: FoldedCache;
  readonly #space: Space;
  readonly #sightings: Sightings;
  readonly #reading: ReadHold;
  readonly #pool = new BlockPool();
  readonly #thread = new HashThread();
  readonly #sessions = new Set<Session>();
  readonly #readEvents = new Map<string, VaultEvent>();
  readonly #readRecords = new Map<string, Snapshot>();

  private constructor(
    dir: string,
    found: { description: VaultDescription; isReadOnly: boolean },
    options: VaultOptions,
  ) {
    this.dir = dir;
    this.description = found.description;
    this.isReadOnly = found.isReadOnly;
    this.#io = options.io ?? nodeIo;
    this.#clock = options.clock ?? systemClock;
    this.#sinceBootMs = options.sinceBootMs ?? (() => uptime() * 1000);
    this.#paths = new VaultPaths(dir, found.description.fanOut);
    this.#cache = join(resolve(options.cacheDir), 'vaults', this.id);
    makeLocalFolder(this.#cache);
    const state = resolve(options.stateDir ?? options.cacheDir);
    this.host = options.host ?? thisHost(state);
    this.#locks = join(state, 'locks', this.id);
    this.#placement = options.placement ?? (() => placementOf(dir));
    this.#destination = destinationOf(dir, options);
    this.#sightings = new Sightings(this.#cache);
    this.#index = ObjectIndex.open(join(this.#cache, 'objects.db'));
    this.#source = new ObjectSource(this.#io, this.#paths, this.#index, this.#pool, this.#thread);
    this.#copies = new CatalogCopies(this.#io, this.#paths, join(this.#cache, 'catalogs'), () =>
      this.#index.packs().flatMap((pack) => ((pack.flags & PACK_FLAG_META) === 0 ? [] : [pack.hash])),
    );
    this.#folded = new FoldedCache(join(this.#cache, 'folded'), this.#copies);
    this.#space = new Space(this.#io, dir);
    this.#reading = new ReadHold(this.isReadOnly ? null : () => this.#takeLease('read'));
  }

  /** Makes a new vault in a folder that is empty or not there. */
  static async create(dir: string, options: VaultOptions): Promise<Vault> {
    const root = resolve(dir);
    try {
      const clock = options.clock ?? systemClock;
      const { policy, fanOut } = options;
      const description = await createVault(options.io ?? nodeIo, root, {
        createdAt: clock.now(),
        destination: destinationOf(root, options),
        policy,
        fanOut,
      });
      return new Vault(root, { description, isReadOnly: false }, options);
    } catch (error) {
      throw asVaultError(error, root);
    }
  }

  static async open(dir: string, options: VaultOptions): Promise<Vault> {
    const root = resolve(dir);
    const vault = await Vault.#find(root, options);
    if (vault === null) throw new BackstopError('vault/not-found', { data: { path: root } });
    return vault;
  }

  /** Opens the vault, or makes one where there is nothing yet. */
  static async openOrCreate(dir: string, options: VaultOptions): Promise<Vault> {
    return (await Vault.#find(resolve(dir), options)) ?? (await Vault.create(dir, options));
  }

  static async #find(root: string, options: VaultOptions): Promise<Vault | null> {
    const io = options.io ?? nodeIo;
    try {
      const facts = await io.stat(root);
      if (facts === null) return null;
      if (facts.kind !== 'folder') {
        throw new BackstopError('vault/not-a-vault', { data: { path: root, found: 'a file' } });
      }
      const found = await readDescription(io, root);
      if (found.kind === 'missing') return null;
      if (found.kind === 'damaged') {
        throw new BackstopError('vault/damaged-description', { data: { path: root, found: 'vault.json' } });
      }
      await refuseLinkedFolders(io, new VaultPaths(root, found.description.fanOut));
      return new Vault(root, found, options);
    } catch (error) {
      throw asVaultError(error, root);
    }
  }

  get id(): string {
    return this.description.id;
  }

  /** Which copy of the vault this is: copies have one id. Notes about what lies in this one are kept under it. */
  place(): Promise<string> {
    return this.#guard(async () => (await this.#destination.place()).key);
  }

  /** Did this run begin in this copy, or leave anything in it? */
  hasTraceOf(sessionId: string): Promise<boolean> {
    return this.#guard(async () => {
      if ((await this.#io.stat(this.#paths.tmp(sessionId))) !== null) return true;
      const leases = await listLeases(this.#io, this.#paths.folder('leases'));
      return leases.some(({ session }) => session === sessionId);
    });
  }

  /** Every version, of one phone or of all, oldest first. */
  snapshots(udid?: string): Promise<SnapshotList> {
    return this.#guard(() => this.#list(udid === undefined ? undefined : this.#tag(udid)));
  }

  /** A version by its id, a unique beginning of it, or `latest`. */
  async resolve(
    name: string,
    scope: { readonly udid?: string | null; readonly among?: 'listed' | 'forgotten' } = {},
  ): Promise<Snapshot> {
    const { snapshots, forgotten } = await this.snapshots(scope.udid ?? undefined);
    const among = scope.among === 'forgotten' ? forgotten : snapshots;
    if (name === 'latest') {
      const latest = among.at(-1);
      if (latest === undefined && scope.among === 'forgotten') {
        throw new BackstopError('vault/not-forgotten', { data: { snapshot: name } });
      }
      if (latest === undefined) throw new BackstopError('vault/no-snapshots', { data: { path: this.dir } });
      return latest;
    }
    const wanted = name.toLowerCase();
    const begins = (snapshot: Snapshot): boolean => snapshot.id.startsWith(wanted);
    const matches = /^[0-9a-f]+$/.test(wanted) ? among.filter(begins) : [];
    const [match] = matches;
    if (match === undefined && scope.among === undefined && wanted !== '' && forgotten.some(begins)) {
      throw new BackstopError('vault/forgotten-snapshot', { data: { snapshot: name } });
    }
    if (match === undefined && scope.among === 'forgotten') {
      throw new BackstopError('vault/not-forgotten', { data: { snapshot: name } });
    }
    if (match === undefined) throw new BackstopError('vault/unknown-snapshot', { data: { snapshot: name } });
    if (matches.length > 1) {
      throw new BackstopError('vault/ambiguous-snapshot', { data: { snapshot: name, count: matches.length } });
    }
    return match;
  }

  /** The content of a version; close it with `await using`. */
  async view(snapshot: Snapshot, { signal }: { readonly signal?: AbortSignal } = {}): Promise<SnapshotView> {
    return this.#guard(async () => {
      await this.#knowPacksOf(snapshot, signal);
      const { udid } = snapshot.record;
      const isNewest = (await this.#newest(udid))?.id === snapshot.id;
      const index = await this.#folded.view(snapshot, this.#tag(udid).toString('hex'), isNewest, signal);
      const close = (): void => (this.#folded.isTemporary(index) ? index.remove() : index.close());
      const moves = await Moves.read(this.#io, this.#paths);
      const packs = (uses: readonly PackUse[]) => this.#packFiles(uses, moves);
      return new FoldedView(snapshot, index, this.#source, this.dir, packs, this.#reading.reader(), close);
    });
  }

  /** The newest version of a phone after a look at it: everything it needs is there, nothing is known to be damaged. */
  async chooseParent(udid: string, signal?: AbortSignal): Promise<ParentChoice> {
    return this.#guard(async () => {
      await this.#index.refresh(this.#io, this.#paths, signal);
      return this.#choose(udid, signal);
    });
  }

  /** Begins a run for a phone. Throws `vault/device-busy` while another one is at work, or waits for its end. */
  async openSession(request: SessionRequest): Promise<VaultSession> {
    for (let isTold = false; ; isTold = true) {
      try {
        return await this.#openSession(newSessionId(), request);
      } catch (error) {
        if (request.onWait === undefined || !isBackstopError(error, 'vault/device-busy')) throw error;
        if (!isTold) request.onWait({ host: String(error.data['host']), since: String(error.data['since']) });
        await sleep(BUSY_LOOK_MS, request.signal);
      }
    }
  }

  /**
   * Takes up a run whose phone had said "done" and which did not get to its commit. Everything of it is checked by hash
   * before it is used. `committed`: it had got there after all.
   */
  async resumeSession(
    sessionId: string,
    request: SessionRequest,
  ): Promise<
    | { readonly kind: 'committed'; readonly snapshot: Snapshot }
    | { readonly kind: 'session'; readonly session: VaultSession }
  > {
    const find = async (): Promise<Snapshot | undefined> =>
      (await this.snapshots(request.udid)).snapshots.find((snapshot) => snapshot.record.session === sessionId);
    const before = await find();
    if (before !== undefined) return { kind: 'committed', snapshot: before };
    const session = await this.#openSession(sessionId, request);
    // Under the lease nobody else can be finishing it.
    const now = await find();
    if (now === undefined) return { kind: 'session', session };
    await session.abort();
    return { kind: 'committed', snapshot: now };
  }

  /** Structure: everything of a version is there at its size, its lists are sound and have the root of its record. */
  checkStructure(snapshot: Snapshot, options: StructureOptions = {}): Promise<StructureReport> {
    return this.#guard(async () => {
      await using reader = this.#reading.reader();
      return await reader.during(snapshot.record.bytes, () => this.#checkStructure(snapshot, options));
    });
  }

  async #checkStructure(snapshot: Snapshot, options: StructureOptions): Promise<StructureReport> {
    await this.#index.refresh(this.#io, this.#paths, options.signal);
    return checkStructure(
      {
        io: this.#io,
        paths: this.#paths,
        copies: this.#copies,
        index: this.#index,
        moves: await Moves.read(this.#io, this.#paths),
        workFolder: join(this.#cache, 'check'),
      },
      snapshot,
      options,
    );
  }

  /** Re-reads and hashes objects where they lie; every damaged one is named. */
  rehash(objects: Iterable<ObjectRef>, options: RehashOptions = {}): Promise<RehashReport> {
    return this.#guard(async () => {
      await using reader = this.#reading.reader();
      // Packs may have been written anew by somebody else: what lies elsewhere now is not damaged.
      await this.#index.refresh(this.#io, this.#paths, options.signal);
      const context = { io: this.#io, paths: this.#paths, index: this.#index, source: this.#source };
      return await reader.list(objects, (all) => rehashObjects(context, all, options));
    });
  }

  /** Adds a fact; it is durable when this resolves. */
  recordEvent(event: NewEvent): Promise<VaultEvent> {
    return this.#guard(async () => {
      this.#refuseReadOnly();
      const stamp = { vault: this.id, writer: this.host.installation, at: this.#clock.now() };
      return writeEvent(this.#io, this.#paths, event, stamp);
    });
  }

  listEvents(): Promise<EventList> {
    return this.#guard(() => listEvents(this.#io, this.#paths, this.id, this.#readEvents));
  }

  /** Takes versions off the list, undoably for 30 days. Pinned ones, and one that a backup builds upon, are refused. */
  forget(snapshots: readonly Snapshot[], by: 'owner' | 'retention'): Promise<void> {
    return this.#remark((remarks) => forget(remarks, snapshots, by));
  }

  /** Brings a forgotten version back to the list. */
  unforget(snapshot: Snapshot): Promise<void> {
    return this.#remark((remarks) => unforget(remarks, snapshot));
  }

  /** Ends a forgotten version's undo time: the next collection takes it. */
  expire(snapshot: Snapshot): Promise<void> {
    return this.#remark((remarks) => expire(remarks, snapshot));
  }

  /** When a forgotten version can no longer be brought back, by the store's clock. */
  undoEndsMs({ forgotten }: ForgottenSnapshot): Promise<number> {
    return this.#guard(async () => {
      let latest = 0;
      for (const file of forgotten.restarts) {
        const facts = await this.#io.stat(join(this.#paths.folder('events'), file));
        latest = Math.max(latest, facts?.modifiedMs ?? 0);
      }
      return latest + UNDO_MS;
    });
  }

  pin(snapshot: Snapshot, terms: PinTerms = FOR_EVER): Promise<void> {
    return this.#remark((remarks) => pin(remarks, snapshot, terms));
  }

  unpin(snapshot: Snapshot): Promise<void> {
    return this.#remark((remarks) => unpin(remarks, snapshot));
  }

  /** The owner's words about a version, instead of earlier ones; empty words take them away. */
  writeNote(snapshot: Snapshot, text: string): Promise<void> {
    return this.#remark((remarks) => writeNote(remarks, snapshot, text));
  }

  /**
   * Clears what nobody needs any more: forgotten versions whose undo time is over, then what only they held. Throws
   * `vault/collection-busy` while anybody is at work, and `vault/gc-blocked` when something cannot be accounted for.
   */
  collect(options: CollectRequest = {}): Promise<CollectReport> {
    return this.#guard(async () => {
      this.#refuseReadOnly();
      await this.#cleanUp();
      const context = await this.#collectContext(options.signal, options.onStep);
      return collect(context, { repackBytes: options.repackBytes ?? Number.POSITIVE_INFINITY });
    });
  }

  /** Bytes that a collection could free if these versions were gone. Reads only. */
  estimateFreed(without: readonly Snapshot[], signal?: AbortSignal): Promise<number> {
    return this.#guard(async () => {
      const context = await this.#collectContext(signal);
      return estimate(context, new Set(without.map((snapshot) => snapshot.id)));
    });
  }

  /** Reads the vault through and names what suffers from what it finds. Deletes nothing, repairs nothing. */
  scrub(options: ScrubOptions): Promise<ScrubReport> {
    return this.#guard(async () => scrub(await this.#scrubContext(options.signal), options));
  }

  /** How much of the vault was read through within 30 days. */
  scrubCoverage(signal?: AbortSignal): Promise<ScrubCoverage> {
    return this.#guard(async () => {
      const context = await this.#scrubContext(signal);
      return scrubCoverage({ ...context, nowMs: await context.storeNow() }, signal);
    });
  }

  /** L0: is every file that any version needs there, at its size? Lists only; nothing is read but catalogs. */
  findMissing(signal?: AbortSignal): Promise<readonly ScrubProblem[]> {
    return this.#guard(async () => {
      await this.#index.refresh(this.#io, this.#paths, signal);
      const files = await listStoredFiles(this.#io, this.#paths, signal);
      const moves = await Moves.read(this.#io, this.#paths);
      const context = { paths: this.#paths, index: this.#index, copies: this.#copies, moves, signal };
      return findMissing(context, (await this.#records()).snapshots, files);
    });
  }

  /** Makes whole what there is a sound copy of. It adds and never takes away. */
  repair(signal?: AbortSignal, namePaths?: NamePaths): Promise<RepairReport> {
    return this.#guard(async () => {
      this.#refuseReadOnly();
      await this.#cleanUp();
      const lease = await this.#takeGcLease('gc-mark', await this.#destination.isNetwork(), signal);
      try {
        return await repairVault(
          {
            ...(await this.#scrubContext(signal)),
            pool: this.#pool,
            thread: this.#thread,
            clock: this.#clock,
            packTargetBytes: this.description.policy.packTargetBytes,
            lease,
            signal: AbortSignal.any(signal === undefined ? [lease.signal] : [signal, lease.signal]),
          },
          namePaths,
        );
      } finally {
        await lease.release();
      }
    });
  }

  /** A check has read every object of the version and found it right: damage of its content is over. */
  settleDamage(snapshot: Snapshot): Promise<void> {
    return this.#guard(async () => {
      const { events } = await this.listEvents();
      const over = openDamage(events).filter(
        (event) => event.record === snapshot.id && event.files.every((name) => event.objects.includes(name)),
      );
      if (over.length === 0) return;
      const repairs = over.map((event) => event.id);
      await this.recordEvent({ kind: 'repaired', record: null, device: null, seq: null, repairs });
    });
  }

  /** What time it is by the store's own clock, which dates its files; by this computer's where nothing can be written. */
  async storeNow(): Promise<number> {
    if (this.isReadOnly) return this.#clock.now().getTime();
    return this.#storeNow().catch((error: unknown) => {
      if (errnoOf(error) === null) throw error;
      return this.#clock.now().getTime();
    });
  }

  /** Free and all bytes of the disk, as the system tells them. */
  space(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    return this.#guard(() => this.#io.statfs(this.dir));
  }

  /** Drops everything that this computer remembers of the vault, and reads it anew from the vault alone. */
  rebuildIndex(signal?: AbortSignal): Promise<{ readonly packs: number; readonly objects: number }> {
    return this.#guard(async () => {
      this.#folded.clear();
      removeLocal(join(this.#cache, 'catalogs'));
      makeLocalFolder(join(this.#cache, 'catalogs'));
      this.#readEvents.clear();
      this.#readRecords.clear();
      this.#index.clear();
      await this.#index.refresh(this.#io, this.#paths, signal);
      return { packs: this.#index.packs().length, objects: this.#index.objectCount };
    });
  }

  /**
   * Carries the vault to another folder or disk, file by file, each read back; then looks at every version there. The
   * old folder keeps its files and stops being a vault. Nothing else can happen in the vault meanwhile.
   */
  moveTo(target: string, options: MoveRequest = {}): Promise<MoveReport & { readonly path: string }> {
    return this.#guard(async () => {
      this.#refuseReadOnly();
      await this.#cleanUp();
      const isNetwork = await this.#destination.isNetwork();
      const lease = await this.#takeGcLease('gc-sweep', isNetwork, options.signal);
      try {
        const other = await findLease(
          this.#leasePlace(isNetwork, options.signal),
          (one) => one.session !== lease.session && !isLeaseDead(one, this.#liveness(0)),
        );
        if (other !== null) {
          const data = { work: 'a backup', host: other.content?.hostName ?? other.host };
          throw new BackstopError('vault/collection-busy', { data });
        }
        const path = resolve(target);
        const signals = options.signal === undefined ? [lease.signal] : [lease.signal, options.signal];
        const { io, paths } = { io: this.#io, paths: this.#paths };
        const { onProgress } = options;
        const context = { io, paths, vaultId: this.id, signal: AbortSignal.any(signals), onProgress };
        const report = await copyVault(context, path);
        await lease.renewNow();
        await this.#checkCopy(path);
        await finishMove(context, path);
        return { ...report, path };
      } finally {
        await lease.release();
      }
    });
  }

  /** Everything that any version needs is at the new place, at its size, by the new place's own lists. */
  async #checkCopy(path: string): Promise<void> {
    const paths = new VaultPaths(path, this.description.fanOut);
    const folder = join(this.#cache, 'check', newSessionId());
    makeLocalFolder(folder);
    const index = ObjectIndex.open(join(folder, 'objects.db'));
    try {
      await index.refresh(this.#io, paths);
      const { snapshots } = await listSnapshots(this.#io, paths, this.id);
      const { snapshots: before } = await this.#records();
      if (snapshots.length !== before.length) throw missingAt(path, 'a version');
      const copies = new CatalogCopies(this.#io, paths, join(folder, 'catalogs'));
      const moves = await Moves.read(this.#io, paths);
      for (const snapshot of snapshots) {
        const context = { io: this.#io, paths, copies, index, moves, workFolder: folder };
        const report = await checkStructure(context, snapshot, {});
        const here = report.ok ? report : await this.#checkStructure(snapshot, {});
        // What was damaged before is moved as it is.
        if (report.problems.length > here.problems.length) throw missingAt(path, report.problems[0]?.detail ?? '');
      }
    } finally {
      index.close();
      removeLocal(folder);
    }
  }

  /** Bytes of all packs, single objects and catalogs, by listing. */
  usedBytes(signal?: AbortSignal): Promise<number> {
    return this.#guard(async () => {
      await this.#index.refresh(this.#io, this.#paths, signal);
      let bytes = 0;
      for (const pack of this.#index.packs()) bytes += pack.sizeBytes;
      const folders = [...this.#paths.fans('objects'), this.#paths.folder('catalogs')];
      const waiting = folders.values();
      const worker = async (): Promise<void> => {
        for (const folder of waiting) {
          for (const item of await this.#io.readdir(folder)) {
            if (item.kind === 'file') bytes += (await this.#io.stat(join(folder, item.name)))?.sizeBytes ?? 0;
          }
        }
      };
      await Promise.all(Array.from({ length: 16 }, worker));
      return bytes;
    });
  }

  /** What is known about the disk that the vault lies on. `probe`: tests it now, which takes about a second at most. */
  describeDestination(options: { readonly probe?: boolean } = {}): Promise<DestinationReport> {
    return this.#guard(() => this.#destination.report(this.description, options));
  }

  /** Removes the leases and the staging of runs that are over beyond doubt. Answers how many. */
  cleanUp(): Promise<number> {
    return this.#guard(() => this.#cleanUp());
  }

  /** Bytes that a run may fill: what is free, less the reserve for its commit. */
  freeBytes(expectedFiles = 0): Promise<number> {
    return this.#guard(() => this.#space.free(expectedFiles));
  }

  /** Ends everything that is open; sessions are aborted. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of [...this.#sessions]) await session.abort();
    await this.#reading.giveBack();
    await this.#destination.leave();
    await this.#source.close();
    await this.#thread.stop();
    this.#folded.close();
    this.#index.close();
  }

  close(): Promise<void> {
    return this[Symbol.asyncDispose]();
  }

  async #openSession(id: string, request: SessionRequest): Promise<Session> {
    return this.#guard(async () => {
      this.#refuseReadOnly();
      this.#thread.warmUp();
      const { isNetwork } = await this.#destination.enter();
      await makeMissingFolders(this.#io, this.#paths);
      await this.#cleanUp();
      const { udid, label, signal } = request;
      const tag = this.#tag(udid);
      const newest = await this.#newest(udid);
      const lease = await SessionLease.take({
        io: this.#io,
        folder: this.#paths.folder('leases'),
        lockFolder: this.#locks,
        host: this.host,
        clock: this.#clock,
        session: id,
        kind: 'session',
        deviceTag: tag,
        parent: newest?.id ?? null,
        isStale: (other, storeNowMs) => isLeaseStale(other, this.#liveness(storeNowMs)),
      });
      try {
        await this.#waitForSweep(lease, isNetwork, signal);
        const listing = await this.#index.refresh(this.#io, this.#paths, signal);
        const refused = new Set([
          ...listing.damaged.map((pack) => pack.hash),
          ...(await this.#damagedNames()),
          ...(await this.#markedNames()),
        ]);
        const parent = await this.#choose(udid, signal);
        const committed: FoldedIndex | null =
          parent.parent === null ? null : await this.#folded.newest(parent.parent, tag.toString('hex'), signal);
        await makeFolder(this.#io, this.#paths.tmp(id));
        const session = new Session(
          {
            io: this.#io,
            paths: this.#paths,
            vaultId: this.id,
            writer: this.host.installation,
            clock: this.#clock,
            index: this.#index,
            source: this.#source,
            folded: this.#folded,
            space: this.#space,
            pool: this.#pool,
            thread: this.#thread,
            policy: this.description.policy,
            workFolder: join(this.#cache, 'work'),
            isShared: isNetwork,
            recordEvent: (event) => this.recordEvent(event),
            nextRecord: (ofTag, ofLabel) => this.#nextRecord(ofTag, ofLabel),
            markedNames: () => this.#markedNames(),
            moves: () => Moves.read(this.#io, this.#paths),
          },
          { id, tag, label, lease, parent, committed, refused, signal, onEnd: () => this.#sessions.delete(session) },
        );
        this.#sessions.add(session);
        return session;
      } catch (error) {
        await lease.release();
        throw error;
      }
    });
  }

  /**
   * Files are only deleted while no session lives, so a sweep that was there before us ends soon; one that comes later
   * sees our lease and stops.
   */
  async #waitForSweep(lease: SessionLease, isShared: boolean, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      lease.signal.throwIfAborted();
      const liveness = this.#liveness(lease.storeNowMs);
      const sweep = await seeLeases(this.#leasePlace(isShared, signal), (leases) => {
        lease.giveWay(leases);
        return leases.find((other) => other.kind === 'gc-sweep' && !isLeaseDead(other, liveness)) ?? null;
      });
      if (sweep === null) return;
      await sleep(SWEEP_LOOK_MS, signal);
    }
  }

  #leasePlace(isShared: boolean, signal?: AbortSignal): LeasePlace {
    return { io: this.#io, folder: this.#paths.folder('leases'), isShared, signal };
  }

  async #choose(udid: string, signal?: AbortSignal): Promise<ParentChoice> {
    const newest = await this.#newest(udid);
    if (newest === null) return { parent: null, damaged: null };
    const reason = await this.#whyDamaged(newest, signal);
    return reason === null
      ? { parent: newest, damaged: null }
      : { parent: null, damaged: { snapshot: newest, reason } };
  }

  /** L0 of a version and a read of its top files; null when it is fit to be built upon. */
  async #whyDamaged(snapshot: Snapshot, signal?: AbortSignal): Promise<string | null> {
    const { events } = await this.listEvents();
    const about = events.filter((event) => event.record === snapshot.id);
    const open = openDamage(events);
    const harm = open.find((event) => event.record === snapshot.id);
    if (harm !== undefined) return harm.reason;
    const check = about.filter((event) => event.kind === 'verified').at(-1);
    if (check !== undefined && !check.ok) return `a check (${check.level}) found problems in it`;
    try {
      for (const catalog of snapshot.record.catalogs) {
        const facts = await this.#io.stat(this.#paths.catalog(catalog.hash));
        if (facts === null || facts.sizeBytes !== catalog.size)
          return `its catalog ${catalog.hash} is missing or cut short`;
      }
      const index = await this.#folded.newest(snapshot, this.#tag(snapshot.record.udid).toString('hex'), signal);
      const gone = await this.#firstMissing(index, signal);
      if (gone !== null) return `${gone} is missing or has another size`;
      const damaged = new Set(open.flatMap((event) => [...event.files, ...event.objects]));
      for (const pack of index.packs())
        if (damaged.has(pack.hash.toString('hex'))) return `pack ${pack.hash.toString('hex')} is damaged`;
      for (const single of index.singles()) {
        if (damaged.has(single.hash.toString('hex'))) return `object ${single.hash.toString('hex')} is damaged`;
      }
      for (const top of index.tops()) {
        if (top.place === null) continue;
        for await (const _chunk of this.#source.read({ hash: top.obj, sizeBytes: top.size })) signal?.throwIfAborted();
      }
      return null;
    } catch (error) {
      const isDamage =
        isBackstopError(error, 'vault/damaged-object') || isBackstopError(error, 'vault/damaged-catalog');
      if (isDamage) return error.message;
      throw error;
    }
  }

  async #firstMissing(index: FoldedIndex, signal?: AbortSignal): Promise<string | null> {
    const moves = await Moves.read(this.#io, this.#paths);
    const files = [
      ...index.packs().map((pack) => ({ path: this.#paths.pack(pack.hash.toString('hex')), size: pack.size })),
      ...index
        .singles()
        .map((single) => ({ path: this.#paths.object(single.hash.toString('hex')), size: single.size })),
    ];
    let missing: string | null = null;
    const waiting = files.values();
    const worker = async (): Promise<void> => {
      for (const { path, size } of waiting) {
        signal?.throwIfAborted();
        if (missing !== null) return;
        const facts = await this.#io.stat(path);
        if (facts?.sizeBytes === size) continue;
        const pack = facts === null ? parsePackName(basename(path)) : null;
        const stands = pack === null ? null : moves.standFor(pack, (name) => this.#index.pack(name) !== null);
        if (stands === null) missing = path;
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    return missing;
  }

  async #collectContext(signal?: AbortSignal, onStep?: CollectRequest['onStep']): Promise<CollectContext> {
    const isNetwork = await this.#destination.isNetwork();
    const delayMs = isNetwork ? await this.#destination.listingDelayMs() : 0;
    const settleMs = isNetwork ? Math.max(SETTLE_NETWORK_MS, 2 * delayMs) : SETTLE_LOCAL_MS;
    return {
      io: this.#io,
      paths: this.#paths,
      vaultId: this.id,
      writer: this.host.installation,
      clock: this.#clock,
      index: this.#index,
      copies: this.#copies,
      pool: this.#pool,
      thread: this.#thread,
      packTargetBytes: this.description.policy.packTargetBytes,
      workFolder: join(this.#cache, 'check'),
      isShared: isNetwork,
      takeLease: (kind) => this.#takeGcLease(kind, isNetwork, signal),
      isDead: (lease, storeNowMs) => isLeaseDead(lease, this.#liveness(storeNowMs)),
      settle: () => sleep(settleMs, signal),
      graceMs: (await this.#isOursAlone()) ? 0 : GRACE_MS,
      signal: signal ?? new AbortController().signal,
      onStep,
    };
  }

  /** On an internal disk that no other computer ever wrote to. */
  async #isOursAlone(): Promise<boolean> {
    if ((await this.#placement()) !== 'internal') return false;
    const { snapshots } = await this.#records();
    const { events } = await this.listEvents();
    const leases = await listLeases(this.#io, this.#paths.folder('leases'));
    const ours = this.host.installation;
    return (
      snapshots.every(({ record }) => record.writer === ours) &&
      events.every((event) => event.writer === ours) &&
      leases.every((lease) => ours.startsWith(lease.host))
    );
  }

  /** At most one of them lives: whoever was there first goes on, and of two at the same moment the smaller name. */
  async #takeGcLease(kind: 'gc-mark' | 'gc-sweep', isShared: boolean, signal?: AbortSignal): Promise<SessionLease> {
    const others = async (goesFirst: (other: SeenLease) => boolean): Promise<void> => {
      const liveness = this.#liveness(Number.NEGATIVE_INFINITY);
      const other = await findLease(
        this.#leasePlace(isShared, signal),
        (one) => one.kind.startsWith('gc-') && goesFirst(one) && !isLeaseDead(one, liveness),
      );
      if (other === null) return;
      const host = other.content?.hostName ?? other.host;
      throw new BackstopError('vault/collection-busy', { data: { work: 'a collection', host } });
    };
    await others(() => true);
    const lease = await this.#takeLease(kind);
    try {
      await others((other) => other.session < lease.session);
      return lease;
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  /** One that is not for a phone. */
  #takeLease(kind: 'gc-mark' | 'gc-sweep' | 'read'): Promise<SessionLease> {
    return SessionLease.take({
      io: this.#io,
      folder: this.#paths.folder('leases'),
      lockFolder: this.#locks,
      host: this.host,
      clock: this.#clock,
      session: newSessionId(),
      kind,
      deviceTag: null,
      parent: null,
      isStale: (other, storeNowMs) => isLeaseStale(other, this.#liveness(storeNowMs)),
    });
  }

  async #scrubContext(signal?: AbortSignal): Promise<ScrubContext> {
    const { key, isUniversal } = await this.#destination.place();
    return {
      io: this.#io,
      paths: this.#paths,
      vaultId: this.id,
      writer: this.host.installation,
      index: this.#index,
      source: this.#source,
      copies: this.#copies,
      coverageFile: join(this.#cache, `scrub-${key}.db`),
      place: isUniversal ? key : null,
      workFolder: join(this.#cache, 'check'),
      isReadOnly: this.isReadOnly,
      storeNow: async () => (this.isReadOnly ? this.#clock.now().getTime() : this.#storeNow()),
      hold: () => this.#holdOff(signal),
      record: (event) => this.recordEvent(event),
      signal,
    };
  }

  /** No sweep takes anything away until this is disposed of. */
  async #holdOff(signal?: AbortSignal): Promise<AsyncDisposable> {
    if (this.isReadOnly) return { [Symbol.asyncDispose]: async () => undefined };
    const lease = await this.#takeLease('read');
    try {
      await this.#waitForSweep(lease, await this.#destination.isNetwork(), signal);
    } catch (error) {
      await lease.release();
      throw error;
    }
    return { [Symbol.asyncDispose]: () => lease.release() };
  }

  async #remark<T>(work: (remarks: Remarks) => Promise<T>): Promise<T> {
    return this.#guard(async () => {
      this.#refuseReadOnly();
      const { states } = await this.#list();
      const liveness = this.#liveness(Number.NEGATIVE_INFINITY);
      return work({
        io: this.#io,
        paths: this.#paths,
        states,
        record: (event) => this.recordEvent(event),
        isDead: (lease) => isLeaseDead(lease, liveness),
      });
    });
  }

  async #list(tag?: Buffer): Promise<SnapshotList> {
    const [all, { events }] = await Promise.all([this.#records(tag), this.listEvents()]);
    const states = versionStates(events);
    const snapshots: Snapshot[] = [];
    const forgotten: ForgottenSnapshot[] = [];
    for (const snapshot of all.snapshots) {
      const state = states.get(snapshot.id)?.forgotten ?? null;
      if (state === null) snapshots.push(snapshot);
      else forgotten.push({ ...snapshot, forgotten: state });
    }
    return { snapshots, forgotten, unreadable: all.unreadable, states, events };
  }

  #records(tag?: Buffer): Promise<RecordList> {
    return listSnapshots(this.#io, this.#paths, this.id, tag, this.#readRecords);
  }

  async #newest(udid: string): Promise<Snapshot | null> {
    const { snapshots } = await this.#list(this.#tag(udid));
    return (
      snapshots
        .filter((snapshot) => snapshot.record.udid === udid)
        .sort(compareSnapshots)
        .at(-1) ?? null
    );
  }

  #packFiles(uses: readonly PackUse[], moves: Moves): VaultFiles['packs'] {
    const found = new Map<string, number>();
    for (const { hash, size } of uses) {
      const name = hash.toString('hex');
      const stands = moves.standFor(name, (pack) => this.#index.pack(pack) !== null) ?? [name];
      for (const pack of stands) found.set(pack, this.#index.pack(pack)?.sizeBytes ?? size);
    }
    const pathOf = (name: string): string => relative(this.dir, this.#paths.pack(name)).replaceAll('\\', '/');
    return [...found].map(([name, sizeBytes]) => ({ path: pathOf(name), sizeBytes }));
  }

  /** Reads the indexes of packs that this computer does not know yet, when a version needs one. */
  async #knowPacksOf(snapshot: Snapshot, signal?: AbortSignal): Promise<void> {
    const isKnown = !this.#index.isEmpty && snapshot.record.packsAdded.every((hash) => this.#index.pack(hash) !== null);
    if (!isKnown) await this.#index.refresh(this.#io, this.#paths, signal);
  }

  async #nextRecord(tag: Buffer, label: string): Promise<{ seq: number; device: string }> {
    const { snapshots } = await this.#records(tag);
    let [device] = await deviceFolders(this.#io, this.#paths, tag);
    if (device === undefined) {
      device = deviceFolderName(label, tag);
      await makeFolder(this.#io, this.#paths.device(device));
      await this.#io.syncFolder(this.#paths.folder('snapshots'));
    }
    let highest = 0;
    for (const snapshot of snapshots) highest = Math.max(highest, snapshot.record.seq);
    // Numbers of records that cannot be read, and of those that only events remember, are not used again either.
    for (const item of await this.#io.readdir(this.#paths.device(device))) {
      const number = /^(\d{8})-[0-9a-f]{64}\.json$/.exec(item.name)?.[1];
      highest = Math.max(highest, Number(number ?? 0));
    }
    const { events, unknown } = await this.listEvents();
    for (const event of [...events, ...unknown]) {
      if (event.device === device && event.seq !== null) highest = Math.max(highest, event.seq);
    }
    return { seq: highest + 1, device };
  }

  async #damagedNames(): Promise<Set<string>> {
    const names = new Set<string>();
    for (const event of (await this.listEvents()).events) {
      if (event.kind !== 'damaged') continue;
      for (const name of [...event.files, ...event.objects]) names.add(name);
    }
    return names;
  }

  /** Every SHA-256 in a collection's marks, however they are shaped: what stands there may be about to go. */
  async #markedNames(): Promise<Set<string>> {
    const names = new Set<string>();
    const folder = this.#paths.folder('gc');
    for (const item of await this.#io.readdir(folder)) {
      if (!item.name.endsWith('.mark.json')) continue;
      const bytes = await readSmallFile(this.#io, join(folder, item.name), MAX_MARK_BYTES);
      for (const match of bytes?.toString('latin1').matchAll(/[0-9a-f]{64}/g) ?? []) names.add(match[0]);
    }
    return names;
  }

  async #cleanUp(): Promise<number> {
    if (this.isReadOnly) return 0;
    const folder = this.#paths.folder('leases');
    const leases = await listLeases(this.#io, folder);
    const staging = (await this.#io.readdir(this.#paths.folder('tmp'))).filter((item) => item.kind === 'folder');
    // The store's clock costs a file, and tells nothing when nobody left a lease.
    const storeNowMs = leases.length > 0 ? await this.#storeNow() : 0;
    const liveness = this.#liveness(storeNowMs);
    const living = new Set<string>();
    let removed = 0;
    for (const lease of leases) {
      if (!isLeaseDead(lease, liveness)) {
        living.add(lease.session);
        continue;
      }
      // The staging goes first: as long as it is there, its lease says whose it was.
      await removeFolder(this.#io, this.#paths.tmp(lease.session));
      for (const file of lease.files) await this.#unlink(join(folder, file));
      OsLock.forget(this.#locks, lease.session);
      removed += 1;
    }
    this.#sightings.save(leases);
    for (const item of staging) {
      // Without a lease, it is only certain to be ours and over if its lock lies here and is free.
      if (living.has(item.name) || OsLock.look(this.#locks, item.name) !== 'free') continue;
      await removeFolder(this.#io, this.#paths.tmp(item.name));
      OsLock.forget(this.#locks, item.name);
    }
    for (const folder of ['check', 'work', join('folded', 'older')])
      removeOlder(join(this.#cache, folder), LEFTOVER_MS);
    removeOlder(join(this.#cache, 'catalogs'), CATALOG_COPIES_MS);
    return removed;
  }

  async #storeNow(): Promise<number> {
    const path = join(this.#paths.folder('tmp'), `clock-${newSessionId()}`);
    const file = await this.#io.open(path, 'create');
    await file.close();
    const facts = await this.#io.stat(path);
    await this.#unlink(path);
    return facts?.modifiedMs ?? 0;
  }

  #liveness(storeNowMs: number): LivenessContext {
    return {
      host: this.host,
      lockFolder: this.#locks,
      sightings: this.#sightings,
      storeNowMs,
      monotonicMs: this.#sinceBootMs(),
    };
  }

  #tag(udid: string): Buffer {
    return deviceTag(this.id, udid);
  }

  #refuseReadOnly(): void {
    if (this.isReadOnly) throw new BackstopError('vault/read-only', { data: { path: this.dir } });
  }

  async #unlink(path: string): Promise<void> {
    try {
      await this.#io.unlink(path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asVaultError(error, this.dir);
    }
  }
}

function missingAt(path: string, what: string): BackstopError {
  return new BackstopError('vault/disk-error', { data: { path, reason: `${what} is not there after the copy` } });
}

async function makeFolder(io: VaultIo, path: string): Promise<void> {
  try {
    await io.mkdir(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

function destinationOf(root: string, options: VaultOptions): Destination {
  const { io = nodeIo, clock = systemClock, cacheDir, stateDir = cacheDir } = options;
  const { boot } = options.host ?? thisHost(resolve(stateDir));
  const describe = options.volumes ?? (options.io === undefined ? describeVolume : null);
  const verdicts = new Verdicts(join(resolve(cacheDir), 'destinations'), boot);
  return new Destination({ io, root, clock, verdicts, describe });
}
