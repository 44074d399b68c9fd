import { createHash, randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import { crc32, zstdCompressSync } from 'node:zlib';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { Clock } from '../../platform/index.ts';
import { Moves, readGcFiles, writeMoved } from '../collect/gc-files.ts';
import { repack } from '../collect/repack.ts';
import { listEvents } from '../events.ts';
import { publish, readSmallFile } from '../io/index.ts';
import { makeMissingFolders } from '../layout/folders.ts';
import { deviceTag } from '../layout/names.ts';
import type { SessionLease } from '../lease/session-lease.ts';
import { CODEC_ZSTD, PACK_FLAG_META } from '../pack/layout.ts';
import { OpenPack } from '../pack/open-pack.ts';
import { removeFolder } from '../session/session.ts';
import { listSnapshots } from '../snapshots.ts';
import type { BlockPool } from '../store/block-pool.ts';
import type { HashThread } from '../store/hash-threads.ts';
import { HashedFile } from '../store/hashed-file.ts';
import type { Snapshot } from '../types.ts';
import { versionStates } from '../version-states.ts';
import type { CatalogState } from './catalog-copies.ts';
import { type Examination, examine, type VaultLists } from './examine.ts';
import type { ScrubProblem } from './findings.ts';
import { type NamePaths, readForRepair, type ScrubContext, tellDamage, withPaths } from './scrub.ts';
import { settle } from './settle.ts';
import { putInPlace, type Repaired, repairSmallFiles } from './small-repairs.ts';
import { listStoredFiles } from './vault-files.ts';

/**
 * Makes whole what there is a sound copy of. It adds and never takes away: new packs with the sound objects of damaged
 * ones, catalogs out of their second copies. A file that stands in the way of its own good bytes is moved aside under
 * its name with `.damaged` behind it. What no sound copy is left of comes back only from the phone.
 */

const MAX_CATALOG_BYTES = 1 << 30;

export interface RepairContext extends ScrubContext {
  readonly pool: BlockPool;
  readonly thread: HashThread;
  readonly clock: Clock;
  readonly packTargetBytes: number;
  readonly lease: SessionLease;
  readonly signal: AbortSignal;
}

export interface RepairReport {
  readonly repaired: readonly Repaired[];
  /** What stays damaged, by version and file. */
  readonly unrepaired: readonly ScrubProblem[];
  readonly moreUnrepaired: number;
  /** Versions that were damaged and may be whole now: to be verified again. */
  readonly touched: readonly Snapshot[];
  /** The newest version of a phone still lacks something: its next backup asks for everything again. */
  readonly needsPhone: readonly string[];
}

export async function repairVault(context: RepairContext, namePaths?: NamePaths): Promise<RepairReport> {
  const { signal, lease } = context;
  const first = await listAll(context);
  const { wrong, stillWrong } = await readForRepair(context, first.files, first.events.events, signal);
  await makeMissingFolders(context.io, context.paths);
  const before = await examine(context, first, wrong);
  await tellDamage(context, first.records.snapshots, first.events.events, before);

  const repaired = await repairSmallFiles(context, before.findings.problems);
  const staging = context.paths.tmp(lease.session);
  if ((await context.io.stat(staging)) === null) await context.io.mkdir(staging);
  try {
    for (const state of before.catalogs) {
      signal.throwIfAborted();
      const done = await repairCatalog(context, state, first.records.snapshots);
      if (done !== null) repaired.push(done);
    }
    repaired.push(...(await moveOut(context, before)));
  } finally {
    await removeFolder(context.io, staging);
  }
  repaired.push(...otherCopies(context, before));

  // Looked at again, as if nothing was known: only what is found now is said.
  let lists = await listAll(context);
  let after = await examine(context, lists, stillWrong(lists.files));
  if (await noteWays(context, after)) {
    lists = await listAll(context);
    after = await examine(context, lists, stillWrong(lists.files));
  }
  const { events, records } = lists;
  await tellDamage(context, records.snapshots, events.events, after);
  const healed = new Set(await settle(context, events.events, after));
  const unrepaired = after.findings.problems.filter((problem) => problem.severity === 'error');
  return {
    repaired,
    unrepaired: await withPaths(unrepaired, namePaths),
    moreUnrepaired: after.findings.errors - unrepaired.length,
    touched: records.snapshots.filter((snapshot) => healed.has(snapshot.id)),
    needsPhone: phonesInNeed(lists, after),
  };
}

async function listAll({ io, paths, vaultId, signal }: RepairContext): Promise<VaultLists> {
  const records = await listSnapshots(io, paths, vaultId);
  return { records, events: await listEvents(io, paths, vaultId), files: await listStoredFiles(io, paths, signal) };
}

/** Phones whose newest version on the list lacks something. */
function phonesInNeed({ records, events }: VaultLists, { findings }: Examination): string[] {
  const states = versionStates(events.events);
  const newest = new Map<string, Snapshot>();
  for (const snapshot of records.snapshots) {
    if ((states.get(snapshot.id)?.forgotten ?? null) === null) newest.set(snapshot.record.udid, snapshot);
  }
  return [...newest].flatMap(([udid, snapshot]) => (findings.versions.has(snapshot.id) ? [udid] : []));
}

/** Whichever of a catalog's two copies is missing comes from the other one. */
async function repairCatalog(
  context: RepairContext,
  state: CatalogState,
  snapshots: readonly Snapshot[],
): Promise<Repaired | null> {
  const { paths } = context;
  const isComplete = state.file === 'sound' && state.metaPacks.length > 0;
  if (isComplete) return null;
  const path = paths.catalog(state.hash);
  const users = snapshots.filter(({ record }) => record.catalogs.some((one) => one.hash === state.hash));
  const bytes = await catalogBytes(context, state, path);
  const [user] = users;
  if (bytes === null || user === undefined) return null;
  if (state.file !== 'sound') await putInPlace(context, path, bytes);
  let file = relative(paths.root, path);
  if (state.metaPacks.length === 0) {
    const name = await writeMetaPack(context, bytes, deviceTag(context.vaultId, user.record.udid));
    if (state.file === 'sound') file = relative(paths.root, paths.pack(name));
  }
  return { file, how: 'restored', snapshots: users.map((snapshot) => snapshot.id) };
}

/** From the file, a meta pack, a damaged pack in which it is still whole, or a copy on this computer; always by its hash. */
async function catalogBytes(context: RepairContext, state: CatalogState, path: string): Promise<Buffer | null> {
  const { io, copies, source, signal } = context;
  const { hash, sizeBytes } = state;
  if (sizeBytes > MAX_CATALOG_BYTES) return null;
  const isRight = (bytes: Buffer | null): bytes is Buffer =>
    bytes !== null && createHash('sha256').update(bytes).digest('hex') === hash;
  if (state.file === 'sound') {
    const bytes = await readSmallFile(io, path, MAX_CATALOG_BYTES);
    if (isRight(bytes)) return bytes;
  }
  const reference = { hash, size: sizeBytes, kind: 'full' as const };
  const packed = await copies.fromMetaPack(reference);
  if (packed !== null) return packed;
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of source.read({ hash: Buffer.from(hash, 'hex'), sizeBytes }))
      pieces.push(Buffer.from(piece));
    const bytes = Buffer.concat(pieces);
    if (isRight(bytes)) return bytes;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BackstopError)) throw error;
  }
  const local = await copies.localCopy(reference);
  return isRight(local) ? local : null;
}

async function writeMetaPack(context: RepairContext, catalog: Buffer, tag: Buffer): Promise<string> {
  const { io, paths, pool, thread, lease, clock, vaultId, index } = context;
  const stored = zstdCompressSync(catalog);
  const file = new HashedFile(io, join(paths.tmp(lease.session), `${randomUUID()}.pack`), pool, thread);
  const pack = new OpenPack(file, {
    flags: PACK_FLAG_META,
    vault: Buffer.from(vaultId.replaceAll('-', ''), 'hex'),
    session: Buffer.from(lease.session.replaceAll('-', ''), 'hex'),
    createdMs: clock.now().getTime(),
    deviceTag: tag,
  });
  try {
    const hash = createHash('sha256').update(catalog).digest();
    const lengths = { rawLength: catalog.length, storedLength: stored.length };
    await pack.addStream({ hash, ...lengths, crc: crc32(stored), codec: CODEC_ZSTD }, once(stored));
    const done = await pack.finish();
    const name = done.hash.toString('hex');
    if ((await publish(io, done.path, paths.pack(name), done.hash)) === 'other-bytes-there') {
      throw new BackstopError('vault/disk-error', { data: { path: paths.pack(name), reason: 'the name is taken' } });
    }
    await io.syncFolder(paths.packFolder(name));
    await index.addPack({ hash: name, tag, sizeBytes: done.sizeBytes, flags: PACK_FLAG_META }, done.index);
    return name;
  } catch (error) {
    await pack.discard();
    throw error;
  }
}

/** What only damaged packs still hold whole goes into new ones, hash-checked. The old ones stay where they are. */
async function moveOut(context: RepairContext, { rescue, findings }: Examination): Promise<Repaired[]> {
  const { paths, lease } = context;
  if (rescue.size === 0) return [];
  const tags = new Map([...rescue.values()].map(({ pack, tag }) => [pack, tag]));
  const tagOf = (pack: string): Buffer | undefined => {
    const tag = tags.get(pack);
    return tag === undefined || tag === '' ? undefined : Buffer.from(tag, 'hex');
  };
  const report = await repack(
    { ...context, session: lease.session, tagOf, signal: AbortSignal.any([context.signal, lease.signal]) },
    [...tags.keys()],
    () => true,
    (pack, entry) => rescue.get(entry.hash.toString('hex'))?.pack !== pack,
  );
  return report.moved.map(({ from }) => {
    const users = [...findings.versions].flatMap(([id, harm]) => (harm.files.has(from) ? [id] : []));
    return { file: relative(paths.root, paths.pack(from)), how: 'copied-to-new-pack', snapshots: users };
  });
}

/** A damaged single object of which a pack holds a sound copy is needed no more under its own name. */
function otherCopies({ paths }: RepairContext, { bad, lost, unreadable }: Examination): Repaired[] {
  return [...bad.objects].flatMap((name) =>
    lost.has(name) || unreadable.has(name)
      ? []
      : [{ file: relative(paths.root, paths.object(name)), how: 'other-copy' as const, snapshots: [] }],
  );
}

/** Writes down where the content of damaged and missing packs is now, so that their names lead there. */
async function noteWays(context: RepairContext, { ways, lost, rescue, bad }: Examination): Promise<boolean> {
  const { io, paths, vaultId, writer, clock, index } = context;
  if (ways.size === 0 || lost.size > 0 || rescue.size > 0) return false;
  const earlier = (await readGcFiles(io, paths)).moved;
  const moves = new Moves(earlier);
  const isSound = (pack: string): boolean => index.pack(pack) !== null && !ways.has(pack) && !bad.packs.has(pack);
  let isNew = false;
  for (const [from, to] of ways) {
    if (to.size === 0 || moves.standFor(from, isSound) !== null) continue;
    await writeMoved(io, paths, { from, to: [...to] }, { vault: vaultId, writer, at: clock.now(), earlier });
    isNew = true;
  }
  return isNew;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
