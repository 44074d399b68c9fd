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
import type { VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import type { Snapshot } from '../types.ts';

/**
 * From files with wrong or missing bytes to the versions and the phone's files that suffer from it. An object is lost
 * only when no sound copy of it is anywhere; a damaged file that holds no object's only sound copy harms nobody.
 */

export interface ScrubProblem {
  readonly kind: 'lost-object' | 'pack' | 'catalog' | 'record' | 'event' | 'description' | 'text';
  /** A warning harms no version. */
  readonly severity: 'error' | 'warning';
  /** Id of the version that suffers; null when none does. */
  readonly snapshot: string | null;
  readonly fileId: string | null;
  /** Name of a top file, where one is concerned. */
  readonly path: string | null;
  /** SHA-256 of the object. */
  readonly object: string | null;
  /** The file in the vault, relative to it. */
  readonly file: string | null;
  readonly detail: string;
}

/** What was found wrong with the bytes of the vault's files, by the SHA-256 in their names. */
export interface BadFiles {
  /** Packs, with the objects in them that are damaged. */
  readonly packs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly objects: ReadonlySet<string>;
  readonly catalogs: ReadonlySet<string>;
}

export interface DamageContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly index: ObjectIndex;
  readonly copies: CatalogCopies;
  readonly workFolder: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Damage {
  readonly problems: readonly ScrubProblem[];
  /** Objects that some version needs and of which there is no sound copy. */
  readonly lost: ReadonlySet<string>;
  /** Damaged packs that still hold the only sound copy of something: to be copied out of them. */
  readonly onlyHomes: ReadonlySet<string>;
}

export async function nameDamage(
  context: DamageContext,
  snapshots: readonly Snapshot[],
  singles: ReadonlyMap<string, number>,
  bad: BadFiles,
): Promise<Damage> {
  const folder = join(context.workFolder, randomUUID());
  makeLocalFolder(folder);
  const live = new LiveObjects(join(folder, 'live.db'));
  const problems: ScrubProblem[] = [];
  try {
    const unreadable = new Set<string>();
    for (const snapshot of snapshots) {
      const trouble = await addContent(context, snapshot, folder, live);
      if (trouble === null) continue;
      unreadable.add(snapshot.id);
      problems.push(trouble);
    }
    const { lost, onlyHomes } = await findLost(context, live, singles, bad);
    if (lost.size > 0 || onlyHomes.size > 0) {
      for (const snapshot of snapshots) {
        if (unreadable.has(snapshot.id)) continue;
        problems.push(...(await blame(context, snapshot, folder, lost, onlyHomes)));
      }
    }
    for (const hash of bad.packs.keys()) {
      if (!onlyHomes.has(hash)) problems.push(leftOver(context, 'pack', context.paths.pack(hash)));
    }
    for (const hash of bad.objects) {
      if (!lost.has(hash)) problems.push(leftOver(context, 'pack', context.paths.object(hash)));
    }
    return { problems, lost, onlyHomes };
  } finally {
    live.close();
    removeLocal(folder);
  }
}

/** A damaged file of which nothing is needed any more, or not from there. */
function leftOver({ paths }: DamageContext, kind: 'pack', path: string): ScrubProblem {
  const file = relative(paths.root, path);
  const detail = 'its bytes are wrong; no version needs it, everything in it lies elsewhere too';
  return { kind, severity: 'warning', snapshot: null, fileId: null, path: null, object: null, file, detail };
}

async function addContent(
  context: DamageContext,
  snapshot: Snapshot,
  folder: string,
  live: LiveObjects,
): Promise<ScrubProblem | null> {
  let folded: FoldedIndex;
  try {
    folded = await openFolded(context, snapshot, folder);
  } catch (error) {
    if (!isBackstopError(error, 'vault/damaged-catalog')) throw error;
    const { path, reason } = error.data;
    const file = relative(context.paths.root, String(path));
    return {
      kind: 'catalog',
      severity: 'error',
      snapshot: snapshot.id,
      fileId: null,
      path: null,
      object: null,
      file,
      detail: `its list of files cannot be read: ${String(reason)}`,
    };
  }
  try {
    const slicer = new Slicer(context.signal);
    for (const top of folded.tops()) live.add(top);
    for (const row of folded.entries()) {
      live.add(row);
      await slicer.breathe();
    }
    return null;
  } finally {
    folded.remove();
  }
}

function openFolded({ copies, signal }: DamageContext, snapshot: Snapshot, folder: string): Promise<FoldedIndex> {
  return foldCatalogs(snapshot, join(folder, `${randomUUID()}.db`), (catalog) => copies.fetch(catalog, signal), signal);
}

async function findLost(
  { index, signal }: DamageContext,
  live: LiveObjects,
  singles: ReadonlyMap<string, number>,
  bad: BadFiles,
): Promise<{ readonly lost: Set<string>; readonly onlyHomes: Set<string> }> {
  const lost = new Set<string>();
  const onlyHomes = new Set<string>();
  const names = new Map(index.packs().map((pack) => [pack.n, pack.hash]));
  const slicer = new Slicer(signal);
  for (const { hash, size, places } of livePlaces(index, { live })) {
    await slicer.breathe();
    const name = hash.toString('hex');
    if (singles.get(name) === size && !bad.objects.has(name)) continue;
    const sound = places.flatMap(({ pack }) => {
      const file = names.get(pack);
      return file === undefined || bad.packs.get(file)?.has(name) === true ? [] : [file];
    });
    if (sound.length === 0) lost.add(name);
    else if (sound.every((file) => bad.packs.has(file))) for (const file of sound) onlyHomes.add(file);
  }
  return { lost, onlyHomes };
}

async function blame(
  context: DamageContext,
  snapshot: Snapshot,
  folder: string,
  lost: ReadonlySet<string>,
  onlyHomes: ReadonlySet<string>,
): Promise<ScrubProblem[]> {
  const folded = await openFolded(context, snapshot, folder);
  const problems: ScrubProblem[] = [];
  try {
    for (const pack of folded.packs()) {
      const name = pack.hash.toString('hex');
      if (!onlyHomes.has(name)) continue;
      const file = relative(context.paths.root, context.paths.pack(name));
      const detail = 'a pack of this version has wrong bytes; what the version needs of it can still be read';
      const nothing = { fileId: null, path: null, object: null };
      problems.push({ kind: 'pack', severity: 'error', snapshot: snapshot.id, ...nothing, file, detail });
    }
    if (lost.size === 0) return problems;
    const packs = new Map(folded.packs().map((pack) => [pack.n, pack.hash.toString('hex')]));
    const slicer = new Slicer(context.signal);
    const add = (
      row: { obj: Buffer; place: { pack: number } | null },
      fileId: string | null,
      path: string | null,
    ): void => {
      if (row.obj.equals(EMPTY_HASH)) return;
      const object = row.obj.toString('hex');
      if (!lost.has(object)) return;
      const pack = packs.get(row.place?.pack ?? -1);
      const where = pack === undefined ? context.paths.object(object) : context.paths.pack(pack);
      const file = relative(context.paths.root, where);
      const detail = 'no sound copy of it is in the vault';
      problems.push({
        kind: 'lost-object',
        severity: 'error',
        snapshot: snapshot.id,
        fileId,
        path,
        object,
        file,
        detail,
      });
    };
    for (const top of folded.tops()) add(top, null, top.name);
    for (const row of folded.entries()) {
      add(row, row.id.toString('hex'), null);
      await slicer.breathe();
    }
    return problems;
  } finally {
    folded.remove();
  }
}
