import { createHash, randomUUID } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { crc32, zstdCompressSync } from 'node:zlib';
import type { Clock } from '../../platform/index.ts';
import type { CatalogCopies } from '../cache/catalog-copies.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { repack } from '../collect/repack.ts';
import { listEvents, type NewEvent, type VaultEvent } from '../events.ts';
import { createDurably, publish, readSmallFile, type VaultIo } from '../io/index.ts';
import { parseSelfHashed } from '../layout/canonical.ts';
import { DESCRIPTION_COPY, DESCRIPTION_FILE } from '../layout/description.ts';
import { deviceTag, type VaultPaths } from '../layout/names.ts';
import { vaultTexts } from '../layout/texts-in-vault.ts';
import type { SessionLease } from '../lease/session-lease.ts';
import { CODEC_ZSTD, PACK_FLAG_META } from '../pack/layout.ts';
import { OpenPack } from '../pack/open-pack.ts';
import { removeFolder } from '../session/session.ts';
import { listSnapshots } from '../snapshots.ts';
import type { BlockPool } from '../store/block-pool.ts';
import type { HashThread } from '../store/hash-threads.ts';
import { HashedFile } from '../store/hashed-file.ts';
import type { Snapshot } from '../types.ts';
import { openDamage } from '../version-states.ts';
import { type CatalogState, catalogStates } from './catalog-copies.ts';
import { type BadFiles, nameDamage, type ScrubProblem } from './damage.ts';
import { damagedObjects } from './read-through.ts';
import { listStoredFiles } from './vault-files.ts';

/**
 * Makes whole what there is a sound copy of. It adds and never takes away: new packs with the sound objects of damaged
 * ones, catalogs out of their second copies. A file that stands in the way of its own good bytes is moved aside under
 * its name with `.damaged` behind it. What no sound copy is left of comes back only from the phone.
 */

const MAX_SMALL_BYTES = 16 * 1024 * 1024;

export interface RepairContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly vaultId: string;
  readonly index: ObjectIndex;
  readonly copies: CatalogCopies;
  readonly pool: BlockPool;
  readonly thread: HashThread;
  readonly clock: Clock;
  readonly packTargetBytes: number;
  readonly workFolder: string;
  readonly lease: SessionLease;
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly signal: AbortSignal;
}

export interface Repaired {
  /** The file in the vault that was damaged or missing. */
  readonly file: string;
  readonly how: 'copied-to-new-pack' | 'restored' | 'rewritten' | 'other-copy';
}

export interface RepairReport {
  readonly repaired: readonly Repaired[];
  /** What stays damaged, by version and file. */
  readonly unrepaired: readonly ScrubProblem[];
  /** Versions that were damaged and may be whole now: to be verified again. */
  readonly touched: readonly Snapshot[];
  /** The newest version of a phone still lacks something: its next backup asks for everything again. */
  readonly needsPhone: readonly string[];
}

export async function repairVault(context: RepairContext): Promise<RepairReport> {
  const { io, paths, index, signal } = context;
  const repaired: Repaired[] = [];
  repaired.push(...(await repairSmallFiles(context)));
  const { snapshots } = await listSnapshots(io, paths, context.vaultId);
  const events = (await listEvents(io, paths)).events;
  await index.refresh(io, paths, signal);
  const bad = await badFiles(context, events);
  for (const state of await catalogStates(context, snapshots, bad)) {
    const how = await repairCatalog(context, state, snapshots);
    if (how !== null) repaired.push(how);
  }
  const singles = await singleSizes(context);
  const before = await nameDamage(context, snapshots, singles, bad);
  if (before.onlyHomes.size > 0) repaired.push(...(await moveOut(context, bad, before.onlyHomes, before.lost)));
  repaired.push(...(await restoreSingles(context, bad, before.lost)));
  const after = await nameDamage(context, snapshots, await singleSizes(context), await badFiles(context, events));
  const unrepaired = after.problems.filter((problem) => problem.severity === 'error');
  const stillBad = new Set(unrepaired.flatMap((problem) => problem.snapshot ?? []));
  const open = openDamage(events);
  const healed = open.filter((event) =>
    event.record === null ? after.lost.size === 0 && unrepaired.length === 0 : !stillBad.has(event.record),
  );
  if (healed.length > 0) {
    const repairs = healed.map((event) => event.id);
    await context.record({ kind: 'repaired', record: null, device: null, seq: null, repairs });
  }
  const touchedIds = new Set(healed.flatMap((event) => event.record ?? []));
  return {
    repaired,
    unrepaired,
    touched: snapshots.filter((snapshot) => touchedIds.has(snapshot.id)),
    needsPhone: phonesInNeed(snapshots, stillBad),
  };
}

function phonesInNeed(snapshots: readonly Snapshot[], bad: ReadonlySet<string>): string[] {
  const newest = new Map<string, Snapshot>();
  for (const snapshot of snapshots) newest.set(snapshot.record.udid, snapshot);
  return [...newest].flatMap(([udid, snapshot]) => (bad.has(snapshot.id) ? [udid] : []));
}

async function badFiles(context: RepairContext, events: readonly VaultEvent[]): Promise<BadFiles> {
  const { io, paths, index, signal } = context;
  const names = new Set(events.flatMap((event) => (event.kind === 'damaged' ? event.files : [])));
  const packs = new Map<string, ReadonlySet<string>>();
  const objects = new Set<string>();
  const catalogs = new Set<string>();
  for (const file of await listStoredFiles(io, paths, signal)) {
    if (!names.has(file.name)) continue;
    if (file.folder === 'packs') packs.set(file.name, await damagedObjects(io, index, file.path, file.name, signal));
    else if (!(await isRight(io, file.path, file.name)))
      (file.folder === 'objects' ? objects : catalogs).add(file.name);
  }
  return { packs, objects, catalogs };
}

async function isRight(io: VaultIo, path: string, name: string): Promise<boolean> {
  const file = await io.open(path, 'read');
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    let position = 0;
    for (let got = await file.read(buffer, 0); got > 0; got = await file.read(buffer, position)) {
      hash.update(buffer.subarray(0, got));
      position += got;
    }
    return hash.digest('hex') === name;
  } finally {
    await file.close();
  }
}

async function singleSizes({ io, paths, signal }: RepairContext): Promise<Map<string, number>> {
  const files = await listStoredFiles(io, paths, signal);
  return new Map(files.flatMap((file) => (file.folder === 'objects' ? [[file.name, file.sizeBytes]] : [])));
}

async function repairSmallFiles(context: RepairContext): Promise<Repaired[]> {
  const { io, paths } = context;
  const repaired: Repaired[] = [];
  const descriptions = await Promise.all(
    [DESCRIPTION_FILE, DESCRIPTION_COPY].map(async (name) => {
      const bytes = await readSmallFile(io, join(paths.root, name), MAX_SMALL_BYTES).catch(() => null);
      return { name, good: bytes !== null && parseSelfHashed(bytes) !== null ? bytes : null };
    }),
  );
  const good = descriptions.find((one) => one.good !== null)?.good ?? null;
  for (const one of descriptions) {
    if (one.good !== null || good === null) continue;
    await putInPlace(context, join(paths.root, one.name), good);
    repaired.push({ file: one.name, how: 'restored' });
  }
  for (const [name, text] of vaultTexts()) {
    const bytes = await readSmallFile(io, join(paths.root, name), MAX_SMALL_BYTES).catch(() => null);
    if (bytes?.equals(text) === true) continue;
    await putInPlace(context, join(paths.root, name), text);
    repaired.push({ file: name, how: 'rewritten' });
  }
  return repaired;
}

/** Good bytes under a name; what was there is moved aside first. */
async function putInPlace({ io, paths }: RepairContext, path: string, bytes: Buffer): Promise<void> {
  await moveAside(io, path);
  await createDurably(io, join(paths.folder('tmp'), `repair-${randomUUID()}`), path, bytes);
}

async function moveAside(io: VaultIo, path: string): Promise<void> {
  if ((await io.stat(path)) === null) return;
  for (let number = 1; ; number += 1) {
    const aside = `${path}.damaged${number === 1 ? '' : `-${number}`}`;
    if ((await io.stat(aside)) !== null) continue;
    await io.rename(path, aside);
    await io.syncFolder(dirname(path));
    return;
  }
}

/** Whichever of a catalog's two copies is missing comes from the other one. */
async function repairCatalog(
  context: RepairContext,
  state: CatalogState,
  snapshots: readonly Snapshot[],
): Promise<Repaired | null> {
  const { io, paths, copies } = context;
  const path = paths.catalog(state.hash);
  const reference = { hash: state.hash, size: state.sizeBytes, kind: 'full' as const };
  if (state.file !== 'sound') {
    const bytes = await copies.fromMetaPack(reference);
    if (bytes === null) return null;
    await putInPlace(context, path, bytes);
    return { file: relative(paths.root, path), how: 'restored' };
  }
  if (state.metaPacks.length > 0) return null;
  const bytes = await readSmallFile(io, path, 1 << 30);
  const user = snapshots.find(({ record }) => record.catalogs.some((one) => one.hash === state.hash));
  if (bytes === null || user === undefined) return null;
  const name = await writeMetaPack(context, bytes, deviceTag(context.vaultId, user.record.udid));
  return { file: relative(paths.root, paths.pack(name)), how: 'restored' };
}

async function writeMetaPack(context: RepairContext, catalog: Buffer, tag: Buffer): Promise<string> {
  const { io, paths, pool, thread, lease, clock, vaultId, index } = context;
  const folder = paths.tmp(lease.session);
  if ((await io.stat(folder)) === null) await io.mkdir(folder);
  const stored = zstdCompressSync(catalog);
  const pack = new OpenPack(new HashedFile(io, join(folder, `${randomUUID()}.pack`), pool, thread), {
    flags: PACK_FLAG_META,
    vault: Buffer.from(vaultId.replaceAll('-', ''), 'hex'),
    session: Buffer.from(lease.session.replaceAll('-', ''), 'hex'),
    createdMs: clock.now().getTime(),
    deviceTag: tag,
  });
  try {
    const hash = createHash('sha256').update(catalog).digest();
    const record = {
      hash,
      rawLength: catalog.length,
      storedLength: stored.length,
      crc: crc32(stored),
      codec: CODEC_ZSTD,
    };
    await pack.addStream(record, once(stored));
    const done = await pack.finish();
    const name = done.hash.toString('hex');
    await publish(io, done.path, paths.pack(name), done.hash);
    await io.syncFolder(paths.packFolder(name));
    await index.addPack({ hash: name, tag, sizeBytes: done.sizeBytes, flags: PACK_FLAG_META }, done.index);
    return name;
  } catch (error) {
    await pack.discard();
    throw error;
  } finally {
    await removeFolder(io, folder);
  }
}

/** What can still be read of damaged packs goes into new ones, hash-checked. The old ones stay where they are. */
async function moveOut(
  context: RepairContext,
  bad: BadFiles,
  packs: ReadonlySet<string>,
  lost: ReadonlySet<string>,
): Promise<Repaired[]> {
  const { io, paths, lease } = context;
  const folder = paths.tmp(lease.session);
  if ((await io.stat(folder)) === null) await io.mkdir(folder);
  try {
    const report = await repack(
      { ...context, session: lease.session, signal: AbortSignal.any([context.signal, lease.signal]) },
      [...packs],
      (entry) => {
        const name = entry.hash.toString('hex');
        return !lost.has(name) && ![...packs].every((pack) => bad.packs.get(pack)?.has(name) === true);
      },
      (pack, entry) => bad.packs.get(pack)?.has(entry.hash.toString('hex')) === true,
    );
    return report.moved.map(({ from }) => ({
      file: relative(paths.root, paths.pack(from)),
      how: 'copied-to-new-pack',
    }));
  } finally {
    await removeFolder(io, folder);
  }
}

/** A damaged single object of which a pack holds a sound copy is needed no more under its own name. */
async function restoreSingles(context: RepairContext, bad: BadFiles, lost: ReadonlySet<string>): Promise<Repaired[]> {
  const { paths } = context;
  return [...bad.objects].flatMap((name) =>
    lost.has(name) ? [] : [{ file: relative(paths.root, paths.object(name)), how: 'other-copy' as const }],
  );
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
