import { dirname, join } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { Clock } from '../../platform/index.ts';
import type { CatalogCopies } from '../cache/catalog-copies.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { listEvents } from '../events.ts';
import { errnoOf, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { listLeases, type SeenLease } from '../lease/lease-file.ts';
import { findLease } from '../lease/presence.ts';
import type { SessionLease } from '../lease/session-lease.ts';
import { INDEX_ENTRY_BYTES, INDEX_HEADER_BYTES, type IndexEntry, readIndexEntry } from '../pack/layout.ts';
import { readPackContents } from '../pack/read-index.ts';
import { removeFolder } from '../session/session.ts';
import type { BlockPool } from '../store/block-pool.ts';
import type { HashThread } from '../store/hash-threads.ts';
import type { Snapshot } from '../types.ts';
import { versionStates } from '../version-states.ts';
import { type Account, takeAccount } from './account.ts';
import { type GcStamp, type MarkFile, newestMoves, readGcFiles, writeMark, writeMoved } from './gc-files.ts';
import { repack } from './repack.ts';
import { carryOut, planSweep } from './sweep.ts';
import { findWaste, listObjects, type Waste } from './waste.ts';

/**
 * Collection: forgotten versions whose undo time is over lose their records; what nobody needs then is marked; nearly
 * empty packs are written anew; and what was marked long enough ago is swept. Each step is safe to die in, and a later
 * run goes on from there. It gives way to backups: it does not begin while one runs, and stops when one begins.
 */

/** On an internal disk that no other computer uses, marked files may go at once; anywhere else after a day. */
export const GRACE_MS = 24 * 60 * 60_000;
/** Dates of files are this coarse on the disks that have no grace. */
const CLOCK_GRAIN_MS = 10;

export interface CollectContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly vaultId: string;
  readonly writer: string;
  readonly clock: Clock;
  readonly index: ObjectIndex;
  readonly copies: CatalogCopies;
  readonly pool: BlockPool;
  readonly thread: HashThread;
  readonly packTargetBytes: number;
  readonly workFolder: string;
  /** On a network store, where leases of others may be seen late. */
  readonly isShared: boolean;
  /** Takes a lease of this kind; at most one of them lives in a vault. */
  readonly takeLease: (kind: 'gc-mark' | 'gc-sweep') => Promise<SessionLease>;
  readonly isDead: (lease: SeenLease, storeNowMs: number) => boolean;
  /** Waits until leases of others would be seen. */
  readonly settle: () => Promise<void>;
  readonly graceMs: number;
  readonly signal: AbortSignal;
  readonly onStep?: ((step: CollectStep) => void) | undefined;
}

export type CollectStep = 'counting' | 'marking' | 'repacking' | 'sweeping';

export interface CollectOptions {
  /** Bytes of packs that may be written anew in this run. */
  readonly repackBytes: number;
}

export interface CollectReport {
  /** Versions whose records were removed: their undo time was over. */
  readonly expired: readonly string[];
  readonly markedBytes: number;
  readonly repackedPacks: number;
  readonly freedFiles: number;
  readonly freedBytes: number;
  /** Bytes that stand in marks which are too young to be swept. */
  readonly waitingBytes: number;
  /** When the oldest of them may be swept, in the store's time; null when nothing waits. */
  readonly nextSweepMs: number | null;
  /** The store's clock does not fit what is in the vault: nothing was judged by age this time. */
  readonly isClockInDoubt: boolean;
}

export async function collect(context: CollectContext, options: CollectOptions): Promise<CollectReport> {
  const first = await markAndRepack(context, options);
  const second = await sweep(context);
  const waiting = (await readGcFiles(context.io, context.paths)).marks;
  return { ...first, ...second, ...waitingOf(waiting, context.graceMs) };
}

/** Bytes that nobody would need if these versions were gone too; nothing is changed. */
export async function estimate(
  context: Omit<CollectContext, 'takeLease' | 'settle' | 'graceMs'>,
  without: ReadonlySet<string>,
): Promise<number> {
  const { io, paths, isDead } = context;
  const leases = await listLeases(io, paths.folder('leases'));
  const parents = parentsOf(leases.filter((lease) => !isDead(lease, Number.NEGATIVE_INFINITY)));
  using account = await takeAccount(context, { storeNowMs: 0, parents, without });
  return (await findWaste(context, account, () => true, new Set())).bytes;
}

function namesIn(marks: readonly MarkFile[]): Set<string> {
  return new Set(
    marks.flatMap(({ mark }) => [...mark.packs, ...mark.objects, ...mark.catalogs].map((file) => file.hash)),
  );
}

function waitingOf(marks: readonly MarkFile[], graceMs: number): Pick<CollectReport, 'waitingBytes' | 'nextSweepMs'> {
  let waitingBytes = 0;
  let nextSweepMs: number | null = null;
  for (const { mark, modifiedMs } of marks) {
    for (const file of [...mark.packs, ...mark.objects, ...mark.catalogs]) waitingBytes += file.size;
    nextSweepMs = Math.min(nextSweepMs ?? Number.POSITIVE_INFINITY, modifiedMs + graceMs);
  }
  return { waitingBytes, nextSweepMs };
}

type MarkReport = Pick<CollectReport, 'expired' | 'markedBytes' | 'repackedPacks' | 'isClockInDoubt'>;

async function markAndRepack(context: CollectContext, options: CollectOptions): Promise<MarkReport> {
  const { onStep, graceMs } = context;
  const lease = await context.takeLease('gc-mark');
  try {
    const startMs = lease.storeNowMs;
    await refuseIfBusy(context, lease);
    onStep?.('counting');
    using account = await takeAccount(context, { storeNowMs: startMs, parents: new Set() });
    const expired = await removeExpired(context, account, lease);
    onStep?.('marking');
    const passOver = namesIn(account.gc.marks);
    const isOld = (modifiedMs: number): boolean => modifiedMs < startMs - Math.max(graceMs, CLOCK_GRAIN_MS);
    const waste = await findWaste(context, account, isOld, passOver);
    await refuseIfBusy(context, lease);
    await markWaste(context, account, waste, lease);
    onStep?.('repacking');
    const repacked = await repackWaste(context, account, waste, options.repackBytes, lease);
    const markedBytes = [...waste.packs, ...waste.objects, ...waste.catalogs].reduce((sum, file) => sum + file.size, 0);
    return {
      expired,
      markedBytes: markedBytes + repacked.bytes,
      repackedPacks: repacked.packs,
      isClockInDoubt: !account.isClockPlausible,
    };
  } finally {
    await removeFolder(context.io, context.paths.tmp(lease.session));
    await lease.release();
  }
}

/** The records of versions whose undo time is over. Each is looked at once more, for an undo of just now. */
async function removeExpired(context: CollectContext, account: Account, lease: SessionLease): Promise<string[]> {
  const { io, paths } = context;
  const removed: Snapshot[] = [];
  if (account.expired.length === 0) return [];
  await lease.renewNow();
  for (const snapshot of account.expired) {
    stillOurs(context, lease);
    const state = versionStates((await listEvents(io, paths, context.vaultId)).events).get(snapshot.id);
    if (state?.forgotten == null) continue;
    await unlink(io, join(paths.root, snapshot.file));
    removed.push(snapshot);
  }
  for (const folder of new Set(removed.map((snapshot) => dirname(join(paths.root, snapshot.file))))) {
    await io.syncFolder(folder);
  }
  return removed.map((snapshot) => snapshot.id);
}

async function markWaste(context: CollectContext, account: Account, waste: Waste, lease: SessionLease): Promise<void> {
  const { packs, objects, catalogs } = waste;
  if (packs.length + objects.length + catalogs.length === 0) return;
  const going = new Set([...packs, ...waste.repack].map((pack) => pack.hash));
  for (const { hash } of packs) {
    stillOurs(context, lease);
    await noteMove(context, account, hash, await standIns(context, account, hash, going));
  }
  const records = account.counted.map((snapshot) => snapshot.id);
  await writeMark(
    context.io,
    context.paths,
    { records, packs: [...packs], objects: [...objects], catalogs: [...catalogs] },
    stamp(context),
  );
}

/**
 * Before a pack that some catalog names joins a mark, it is written down where its content is now. What an earlier mark
 * said of it may be outdone: it stayed then, and what stood for it goes now.
 */
async function noteMove(context: CollectContext, account: Account, from: string, to: readonly string[]): Promise<void> {
  if (!account.namedPacks.has(from)) return;
  const known = newestMoves(account.gc.moved).get(from)?.moved.to;
  if (known !== undefined && known.length === to.length && to.every((pack) => known.includes(pack))) return;
  const earlier = account.gc.moved;
  await writeMoved(context.io, context.paths, { from, to: [...to] }, { ...stamp(context), earlier });
}

/** Packs that stay and hold what is needed of a pack; one that stands in an earlier mark only where there is no other. */
async function standIns(
  { io, paths, index }: CollectContext,
  account: Account,
  pack: string,
  going: ReadonlySet<string>,
): Promise<string[]> {
  const contents = await readPackContents(io, paths.pack(pack));
  if ('problem' in contents) return [];
  const found = new Set<string>();
  const marked = namesIn(account.gc.marks);
  for (const { hash } of entriesOf(contents.index)) {
    if (account.live.size(hash) === null) continue;
    const others = index.find(Buffer.from(hash)).filter(({ pack: one }) => one.hash !== pack && !going.has(one.hash));
    const other = others.find((place) => !marked.has(place.pack.hash)) ?? others[0];
    if (other !== undefined) found.add(other.pack.hash);
  }
  return [...found];
}

async function repackWaste(
  context: CollectContext,
  account: Account,
  waste: Waste,
  budgetBytes: number,
  lease: SessionLease,
): Promise<{ readonly packs: number; readonly bytes: number }> {
  const { io, paths, index } = context;
  const chosen: string[] = [];
  const sizes = new Map(waste.repack.map((pack) => [pack.hash, pack.size]));
  let bytes = 0;
  for (const pack of waste.repack) {
    if (bytes + pack.liveBytes > budgetBytes) break;
    bytes += pack.liveBytes;
    chosen.push(pack.hash);
  }
  if (chosen.length === 0) return { packs: 0, bytes: 0 };
  const { freeBytes } = await io.statfs(paths.root);
  if (freeBytes < bytes * 2) return { packs: 0, bytes: 0 };
  await makeStaging(io, paths.tmp(lease.session));
  const going = new Set([...waste.packs, ...waste.repack].map((pack) => pack.hash));
  const marked = namesIn(account.gc.marks);
  const singles = await listObjects(context);
  const isWanted = (entry: IndexEntry): boolean =>
    account.live.size(entry.hash) !== null &&
    !singles.has(entry.hash.toString('hex')) &&
    index.find(Buffer.from(entry.hash)).every(({ pack }) => going.has(pack.hash) || marked.has(pack.hash));
  const report = await repack(
    { ...context, session: lease.session, signal: AbortSignal.any([context.signal, lease.signal]) },
    chosen,
    isWanted,
  );
  await refuseIfBusy(context, lease);
  const done: Array<{ hash: string; size: number }> = [];
  for (const { from, to } of report.moved) {
    stillOurs(context, lease);
    const others = await standIns(context, account, from, going);
    await noteMove(context, account, from, [...new Set([...to, ...others])]);
    done.push({ hash: from, size: sizes.get(from) ?? 0 });
  }
  if (done.length === 0) return { packs: 0, bytes: 0 };
  const records = account.counted.map((snapshot) => snapshot.id);
  await writeMark(io, paths, { records, packs: done, objects: [], catalogs: [] }, stamp(context));
  return { packs: done.length, bytes: done.reduce((sum, pack) => sum + pack.size, 0) };
}

async function sweep(context: CollectContext): Promise<Pick<CollectReport, 'freedFiles' | 'freedBytes'>> {
  const { io, paths, graceMs, index, onStep } = context;
  if ((await readGcFiles(io, paths)).marks.length === 0) return { freedFiles: 0, freedBytes: 0 };
  const lease = await context.takeLease('gc-sweep');
  try {
    await context.settle();
    await refuseIfBusy(context, lease);
    onStep?.('sweeping');
    using account = await takeAccount(context, { storeNowMs: lease.storeNowMs, parents: new Set() });
    const ripe = account.gc.marks.filter((mark) => lease.storeNowMs - mark.modifiedMs >= graceMs);
    if (ripe.length === 0 || (graceMs > 0 && !account.isClockPlausible)) return { freedFiles: 0, freedBytes: 0 };
    const plan = await planSweep(context, account, ripe);
    await lease.renewNow();
    await refuseIfBusy(context, lease);
    const { files, bytes } = await carryOut(context, plan, () => stillOurs(context, lease));
    index.dropPacks(plan.packs.map((pack) => pack.hash));
    return { freedFiles: files, freedBytes: bytes };
  } finally {
    await lease.release();
  }
}

/** Anybody else at work in the vault stops a collection. */
async function refuseIfBusy(context: CollectContext, lease: SessionLease): Promise<void> {
  stillOurs(context, lease);
  const { io, paths, isShared, signal } = context;
  const other = await findLease(
    { io, folder: paths.folder('leases'), isShared, signal },
    (one) => one.session !== lease.session && !context.isDead(one, lease.storeNowMs),
  );
  stillOurs(context, lease);
  if (other === null) return;
  const work = other.kind === 'session' ? 'a backup' : other.kind === 'read' ? 'somebody reading' : 'a collection';
  throw new BackstopError('vault/collection-busy', { data: { work, host: other.content?.hostName ?? other.host } });
}

function stillOurs(context: CollectContext, lease: SessionLease): void {
  context.signal.throwIfAborted();
  lease.signal.throwIfAborted();
}

function parentsOf(leases: readonly SeenLease[]): Set<string> {
  return new Set(leases.flatMap((lease) => lease.content?.parent ?? []));
}

function* entriesOf(index: Buffer): Generator<IndexEntry> {
  for (let at = INDEX_HEADER_BYTES; at < index.length; at += INDEX_ENTRY_BYTES) yield readIndexEntry(index, at);
}

function stamp({ vaultId, writer, clock }: CollectContext): GcStamp {
  return { vault: vaultId, writer, at: clock.now() };
}

async function makeStaging(io: VaultIo, path: string): Promise<void> {
  try {
    await io.mkdir(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

async function unlink(io: VaultIo, path: string): Promise<void> {
  try {
    await io.unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
