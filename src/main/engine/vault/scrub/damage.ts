import { randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { CatalogCopies } from '../cache/catalog-copies.ts';
import { foldCatalogs } from '../cache/fold.ts';
import { makeLocalFolder, removeLocal } from '../cache/local-files.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { type FoldedIndex, Slicer } from '../catalog/folded.ts';
import { EMPTY_HASH } from '../catalog/schema.ts';
import { LiveObjects } from '../collect/live-objects.ts';
import { livePlaces } from '../collect/waste.ts';
import { isMediaError, type VaultIo } from '../io/index.ts';
import { deviceTag, type VaultPaths } from '../layout/names.ts';
import type { ObjectSource } from '../store/object-source.ts';
import type { Snapshot } from '../types.ts';
import type { ScrubFindings } from './findings.ts';
import { damagedObjects } from './read-through.ts';

/**
 * From files with wrong or missing bytes to the versions and the phone's files that suffer from it. An object is lost
 * only when no sound copy of it is anywhere; a damaged file that holds no object's only sound copy harms nobody.
 */

/** What was found wrong with the bytes of the vault's files, by the SHA-256 in their names. */
export interface BadFiles {
  /** Packs, with the objects in them that are damaged. */
  readonly packs: Map<string, ReadonlySet<string>>;
  readonly objects: Set<string>;
  readonly catalogs: Set<string>;
}

export interface DamageContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly vaultId: string;
  readonly index: ObjectIndex;
  readonly source: ObjectSource;
  readonly copies: CatalogCopies;
  readonly workFolder: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Damage {
  /** Objects that some version needs and of which there is no sound copy. */
  readonly lost: ReadonlySet<string>;
  /** Objects whose only sound copy lies in a damaged pack, with that pack and the tag (hex) of a phone that needs them. */
  readonly rescue: ReadonlyMap<string, Rescue>;
  /** Of the objects that were asked for by name: those that some version needs and that cannot be read. */
  readonly unreadable: ReadonlySet<string>;
  /** For damaged and missing packs that versions name: the sound packs in which what they need of them lies. */
  readonly ways: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Rescue {
  readonly pack: string;
  tag: string;
}

export interface DamageClues {
  readonly snapshots: readonly Snapshot[];
  /** Single objects that are there, with their sizes. */
  readonly singles: ReadonlyMap<string, number>;
  readonly bad: BadFiles;
  /** Objects that somebody said were damaged. They are read wherever they lie, and what is wrong there joins `bad`. */
  readonly asked: ReadonlySet<string>;
  /** Packs that are not there, or not at their size. */
  readonly missing: ReadonlySet<string>;
}

export async function nameDamage(context: DamageContext, clues: DamageClues, findings: ScrubFindings): Promise<Damage> {
  const { snapshots, singles, bad, asked } = clues;
  makeLocalFolder(context.workFolder);
  const folder = join(context.workFolder, randomUUID());
  makeLocalFolder(folder);
  const live = new LiveObjects(join(folder, 'live.db'));
  try {
    const readable: Snapshot[] = [];
    for (const snapshot of snapshots) {
      if (await addContent(context, snapshot, folder, live, findings)) readable.push(snapshot);
    }
    const unreadable = await readAsked(context, asked, live, singles, bad);
    const { lost, rescue } = await findLost(context, live, singles, bad);
    const ways = new Map([...bad.packs.keys(), ...clues.missing].map((pack) => [pack, new Set<string>()]));
    if (lost.size > 0 || rescue.size > 0 || ways.size > 0) {
      for (const snapshot of readable) await blame(context, snapshot, folder, { lost, rescue, ways, bad }, findings);
    }
    const { paths } = context;
    for (const hash of bad.packs.keys()) leftOver(findings, relative(paths.root, paths.pack(hash)));
    for (const hash of bad.objects) leftOver(findings, relative(paths.root, paths.object(hash)));
    for (const hash of bad.catalogs) leftOver(findings, relative(paths.root, paths.catalog(hash)));
    return { lost, rescue, unreadable, ways };
  } finally {
    live.close();
    removeLocal(folder);
  }
}

/** A damaged file of which nothing is needed any more, or not from there. */
function leftOver(findings: ScrubFindings, file: string): void {
  if (findings.blamed.has(file)) return;
  const detail = 'its bytes are wrong; no version needs it, everything that is needed of it lies elsewhere too';
  const nothing = { snapshot: null, fileId: null, path: null, object: null };
  const kind = file.endsWith('.db') ? 'catalog' : 'pack';
  findings.add({ kind, severity: 'warning', ...nothing, file, detail });
}

async function addContent(
  context: DamageContext,
  snapshot: Snapshot,
  folder: string,
  live: LiveObjects,
  findings: ScrubFindings,
): Promise<boolean> {
  let folded: FoldedIndex;
  try {
    folded = await openFolded(context, snapshot, folder);
  } catch (error) {
    if (!isBackstopError(error, 'vault/damaged-catalog')) throw error;
    const { path, reason } = error.data;
    const { root } = context.paths;
    const file = String(path).startsWith(root) ? relative(root, String(path)) : String(path);
    const detail = `its list of files cannot be read: ${String(reason)}`;
    const nothing = { fileId: null, path: null, object: null };
    findings.add({ kind: 'catalog', severity: 'error', snapshot: snapshot.id, ...nothing, file, detail });
    return false;
  }
  try {
    const slicer = new Slicer(context.signal);
    for (const top of folded.tops()) live.add(top);
    for (const row of folded.entries()) {
      live.add(row);
      await slicer.breathe();
    }
    return true;
  } finally {
    folded.remove();
  }
}

function openFolded({ copies, signal }: DamageContext, snapshot: Snapshot, folder: string): Promise<FoldedIndex> {
  return foldCatalogs(snapshot, join(folder, `${randomUUID()}.db`), (catalog) => copies.fetch(catalog, signal), signal);
}

async function readAsked(
  context: DamageContext,
  asked: ReadonlySet<string>,
  live: LiveObjects,
  singles: ReadonlyMap<string, number>,
  bad: BadFiles,
): Promise<Set<string>> {
  const { io, index, paths, source, signal } = context;
  const unreadable = new Set<string>();
  for (const name of asked) {
    const hash = Buffer.from(name, 'hex');
    const sizeBytes = hash.length === 32 ? live.size(hash) : null;
    if (sizeBytes === null || (await isReadable(source, { hash, sizeBytes }, signal))) continue;
    unreadable.add(name);
    if (singles.has(name)) bad.objects.add(name);
    for (const { pack } of index.find(hash)) {
      if (!bad.packs.has(pack.hash)) bad.packs.set(pack.hash, await damagedObjects(io, paths.pack(pack.hash), signal));
    }
  }
  return unreadable;
}

async function isReadable(
  source: ObjectSource,
  object: { readonly hash: Buffer; readonly sizeBytes: number },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    for await (const _piece of source.read(object)) signal?.throwIfAborted();
    return true;
  } catch (error) {
    if (!isBackstopError(error, 'vault/damaged-object') && !isMediaError(error)) throw error;
    return false;
  }
}

async function findLost(
  { index, signal }: DamageContext,
  live: LiveObjects,
  singles: ReadonlyMap<string, number>,
  bad: BadFiles,
): Promise<{ readonly lost: Set<string>; readonly rescue: Map<string, Rescue> }> {
  const lost = new Set<string>();
  const rescue = new Map<string, Rescue>();
  const names = new Map(index.packs().map((pack) => [pack.n, pack.hash]));
  const slicer = new Slicer(signal);
  for (const { hash, size, places } of livePlaces(index, { live })) {
    await slicer.breathe();
    const [only] = places;
    const isPlain = only !== undefined && bad.packs.size === 0;
    if (isPlain) continue;
    const name = hash.toString('hex');
    if (singles.get(name) === size && !bad.objects.has(name)) continue;
    const sound = places.flatMap(({ pack }) => {
      const file = names.get(pack);
      return file === undefined || bad.packs.get(file)?.has(name) === true ? [] : [file];
    });
    const [first] = sound;
    if (first === undefined) lost.add(name);
    else if (sound.every((file) => bad.packs.has(file))) rescue.set(name, { pack: first, tag: '' });
  }
  return { lost, rescue };
}

async function blame(
  context: DamageContext,
  snapshot: Snapshot,
  folder: string,
  {
    lost,
    rescue,
    ways,
    bad,
  }: {
    readonly lost: ReadonlySet<string>;
    readonly rescue: ReadonlyMap<string, Rescue>;
    readonly ways: ReadonlyMap<string, Set<string>>;
    readonly bad: BadFiles;
  },
  findings: ScrubFindings,
): Promise<void> {
  const { paths, signal, index } = context;
  const folded = await openFolded(context, snapshot, folder);
  const packs = new Map(folded.packs().map((pack) => [pack.n, pack.hash.toString('hex')]));
  const tag = deviceTag(context.vaultId, snapshot.record.udid).toString('hex');
  const about = { severity: 'error' as const, snapshot: snapshot.id };
  const named = new Set<string>();
  const look = (
    row: { readonly obj: Buffer; readonly place: { readonly pack: number } | null },
    fileId: string | null,
    path: string | null,
  ): void => {
    if (row.obj.equals(EMPTY_HASH)) return;
    const object = row.obj.toString('hex');
    const saved = rescue.get(object);
    if (saved !== undefined) {
      if (saved.tag === '') saved.tag = tag;
      if (named.has(saved.pack)) return;
      named.add(saved.pack);
      const file = relative(paths.root, paths.pack(saved.pack));
      const detail = 'a pack of this version has wrong bytes; what the version needs of it can still be read';
      findings.add({ kind: 'pack', ...about, fileId: null, path: null, object: null, file, detail });
    } else if (lost.has(object)) {
      const pack = packs.get(row.place?.pack ?? -1);
      const file = relative(paths.root, pack === undefined ? paths.object(object) : paths.pack(pack));
      const detail = 'no sound copy of it is in the vault';
      findings.add({ kind: 'lost-object', ...about, fileId, path, object, file, detail });
    } else {
      const way = ways.get(packs.get(row.place?.pack ?? -1) ?? '');
      const place = way === undefined ? undefined : index.find(row.obj).find(({ pack }) => !bad.packs.has(pack.hash));
      if (place !== undefined) way?.add(place.pack.hash);
    }
  };
  try {
    const slicer = new Slicer(signal);
    for (const top of folded.tops()) look(top, null, top.name);
    for (const row of folded.entries()) {
      look(row, row.id.toString('hex'), null);
      await slicer.breathe();
    }
  } finally {
    folded.remove();
  }
}
