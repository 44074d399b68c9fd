import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { makeLocalFolder, removeLocal } from '../cache/local-files.ts';
import { CatalogWriter } from '../catalog/catalog-writer.ts';
import { FoldedIndex, type FoldedState, type PackUse, type RowChange, Slicer } from '../catalog/folded.ts';
import { LeafFeeder, RootTree } from '../catalog/root.ts';
import { EMPTY_HASH, type EntryRow, type Place, SINGLE_OBJECT, type TopRow } from '../catalog/schema.ts';
import type { CatalogReference } from '../record.ts';
import type { CommitRequest, Entry, ObjectRef } from '../types.ts';

/** The content of the version to be: catalogs built on this computer, and what the version needs in the vault. */

/** More deltas than this, or more changed rows than this share of all, and a full catalog is written. */
const MAX_DELTAS = 15;
const MAX_DELTA_SHARE = 0.2;

/** Where the vault holds an object; `hash` of the pack, null for a file of its own. */
export interface StoredPlace {
  readonly pack: { readonly hash: string; readonly sizeBytes: number } | null;
  readonly offset: number;
  readonly storedLength: number;
  readonly codec: number;
}

export type Locate = (object: ObjectRef) => StoredPlace | Promise<StoredPlace>;

export interface BuiltContent {
  readonly localFile: string;
  readonly kind: 'full' | 'delta';
  /** Catalogs of the chain before this one. */
  readonly base: readonly CatalogReference[];
  readonly deltaRows: number;
  readonly root: string;
  readonly files: number;
  readonly bytes: number;
  readonly packs: readonly PackUse[];
  readonly singles: ReadonlyArray<{ readonly hash: Buffer; readonly size: number }>;
  /** Makes the folded index of the new version the newest one; given the catalog's reference and the version's id. */
  keep(catalog: CatalogReference, snapshot: string): Promise<FoldedIndex>;
  /** Forgets everything that was built. */
  discard(): void;
}

export interface BuildOptions {
  readonly request: CommitRequest;
  /** Folded index of the parent, when the version builds upon it. It is changed in a transaction that `keep` commits. */
  readonly parent: FoldedIndex | null;
  readonly device: string;
  readonly seq: number;
  readonly workFolder: string;
  /** Where a new folded index goes. */
  readonly foldedFile: string;
  readonly locate: Locate;
  readonly signal: AbortSignal;
}

export async function buildContent(options: BuildOptions): Promise<BuiltContent> {
  makeLocalFolder(options.workFolder);
  return options.parent === null ? buildFull(options) : buildOnParent(options, options.parent);
}

async function buildFull(options: BuildOptions): Promise<BuiltContent> {
  const { request, signal } = options;
  const localFile = join(options.workFolder, `${randomUUID()}.db`);
  const writer = new CatalogWriter(localFile);
  const uses = new Uses();
  const tree = new RootTree();
  const feeder = new LeafFeeder(tree);
  const slicer = new Slicer(signal);
  let files = 0;
  let bytes = 0;
  try {
    let last: Buffer | null = null;
    for (const change of request.changes) {
      if ('removed' in change) throw bug('a full version cannot remove');
      if (last !== null && Buffer.compare(last, change.id) >= 0) throw bug('the changes are not in id order');
      last = change.id;
      const located = locateRow(change, options.locate, (stored) => uses.placeOf(stored, change));
      const row = located instanceof Promise ? await located : located;
      writer.addEntry(row);
      feeder.add(row.id, row.size, row.obj);
      files += 1;
      bytes += row.size;
      await slicer.breathe();
    }
    feeder.end();
    const tops = await locateTops(request, options.locate, (stored, object) => uses.placeOf(stored, object));
    for (const top of tops) bytes += top.size;
    const root = tree.root(tops).toString('hex');
    const { device, seq } = options;
    writer.finish({ kind: 'full', base: null, device, seq, rows: files, root }, tops, uses.packs());
    return {
      localFile,
      kind: 'full',
      base: [],
      deltaRows: 0,
      root,
      files,
      bytes,
      packs: uses.packs(),
      singles: uses.singles(),
      async keep(catalog, snapshot) {
        const state: FoldedState = { snapshot, catalogs: [catalog], deltaRows: 0, root };
        const folded = await FoldedIndex.fromFull(localFile, options.foldedFile, tree, { state });
        removeLocal(localFile);
        return folded;
      },
      discard: () => removeLocal(localFile),
    };
  } catch (error) {
    writer.discard();
    removeLocal(localFile);
    throw error;
  }
}

async function buildOnParent(options: BuildOptions, parent: FoldedIndex): Promise<BuiltContent> {
  const { request, signal, device, seq } = options;
  const before = parent.state();
  const deltaFile = join(options.workFolder, `${randomUUID()}.db`);
  const fullFile = join(options.workFolder, `${randomUUID()}.db`);
  const discard = (): void => {
    if (parent.db.inTransaction) parent.db.exec('ROLLBACK');
    removeLocal(deltaFile);
    removeLocal(fullFile);
  };
  const writer = new CatalogWriter(deltaFile);
  parent.db.exec('BEGIN IMMEDIATE');
  try {
    const numbers = new Map<string, number>();
    const numberOf = ({ hash, sizeBytes }: NonNullable<StoredPlace['pack']>): number => {
      const number = numbers.get(hash) ?? parent.numberOfPack(Buffer.from(hash, 'hex'), sizeBytes);
      numbers.set(hash, number);
      return number;
    };
    const place = (stored: StoredPlace): Place => ({
      pack: stored.pack === null ? SINGLE_OBJECT : numberOf(stored.pack),
      offset: stored.offset,
      storedLength: stored.storedLength,
      codec: stored.codec,
    });
    const tops = await locateTops(request, options.locate, place);
    const result = await parent.apply(deltaRows(options, writer, place), tops, signal);
    const root = result.root.toString('hex');
    const base = before.catalogs.at(-1);
    if (base === undefined) throw bug('a folded index without catalogs');
    const packs = parent.packs();
    const rows = parent.rows;
    const deltaRowsSum = before.deltaRows + result.changed;
    writer.finish({ kind: 'delta', base: base.hash, device, seq, rows, root }, tops, packs);
    const isFull = before.catalogs.length > MAX_DELTAS || deltaRowsSum > rows * MAX_DELTA_SHARE;
    if (isFull) await rewriteFull(parent, fullFile, { device, seq, root, tops, packs, rows, signal });
    return {
      localFile: isFull ? fullFile : deltaFile,
      kind: isFull ? 'full' : 'delta',
      base: isFull ? [] : before.catalogs,
      deltaRows: isFull ? 0 : deltaRowsSum,
      root,
      files: rows,
      bytes: parent.bytes,
      packs,
      singles: parent.singles(),
      async keep(catalog, snapshot) {
        parent.setState({
          snapshot,
          catalogs: isFull ? [catalog] : [...before.catalogs, catalog],
          deltaRows: isFull ? 0 : deltaRowsSum,
          root,
        });
        parent.db.exec('COMMIT');
        parent.shrink();
        discard();
        return parent;
      },
      discard,
    };
  } catch (error) {
    writer.discard();
    discard();
    throw error;
  }
}

/** A full catalog from the folded rows. Its leaves are computed anew: a wrong cache must not become a version. */
async function rewriteFull(
  folded: FoldedIndex,
  file: string,
  facts: {
    readonly device: string;
    readonly seq: number;
    readonly root: string;
    readonly tops: readonly TopRow[];
    readonly packs: readonly PackUse[];
    readonly rows: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const writer = new CatalogWriter(file);
  try {
    const tree = new RootTree();
    const feeder = new LeafFeeder(tree);
    const slicer = new Slicer(facts.signal);
    for (const row of folded.entries()) {
      writer.addEntry(row);
      feeder.add(row.id, row.size, row.obj);
      await slicer.breathe();
    }
    feeder.end();
    const { device, seq, root, tops, packs, rows } = facts;
    if (tree.root(tops).toString('hex') !== root) {
      throw new BackstopError('vault/cache-failed', {
        data: { path: folded.file, reason: 'its rows and leaves differ' },
      });
    }
    writer.finish({ kind: 'full', base: null, device, seq, rows, root }, tops, packs);
  } catch (error) {
    writer.discard();
    throw error;
  }
}

async function* deltaRows(
  options: BuildOptions,
  writer: CatalogWriter,
  place: (stored: StoredPlace) => Place,
): AsyncGenerator<RowChange> {
  let last: Buffer | null = null;
  for (const change of options.request.changes) {
    if (last !== null && Buffer.compare(last, change.id) >= 0) throw bug('the changes are not in id order');
    last = change.id;
    if ('removed' in change) {
      writer.addRemoved(change.id);
      yield change;
      continue;
    }
    const located = locateRow(change, options.locate, place);
    const row = located instanceof Promise ? await located : located;
    writer.addEntry(row);
    yield row;
  }
}

function locateRow(entry: Entry, locate: Locate, place: (stored: StoredPlace) => Place): EntryRow | Promise<EntryRow> {
  const { id, hash, sizeBytes: size, modified } = entry;
  if (id.length !== 20) throw bug('an id that is not 20 bytes long');
  if (hash === null) return { id, obj: EMPTY_HASH, size: 0, place: null, modified };
  const stored = locate(entry);
  if (stored instanceof Promise) {
    return stored.then((found) => ({ id, obj: hash, size, place: place(found), modified }));
  }
  return { id, obj: hash, size, place: place(stored), modified };
}

async function locateTops(
  request: CommitRequest,
  locate: Locate,
  place: (stored: StoredPlace, object: ObjectRef) => Place,
): Promise<TopRow[]> {
  const tops: TopRow[] = [];
  for (const top of request.tops) {
    const { name, hash, sizeBytes: size, modified } = top;
    if (hash === null) tops.push({ name, obj: EMPTY_HASH, size: 0, place: null, modified });
    else tops.push({ name, obj: hash, size, place: place(await locate(top), top), modified });
  }
  return tops;
}

/** Packs and single objects of a full version, numbered in the order in which they are met. */
class Uses {
  readonly #packs = new Map<string, PackUse>();
  readonly #singles = new Map<string, { readonly hash: Buffer; readonly size: number }>();

  placeOf(stored: StoredPlace, object: ObjectRef): Place {
    const { offset, storedLength, codec } = stored;
    if (stored.pack === null) {
      if (object.hash !== null) {
        this.#singles.set(object.hash.toString('latin1'), { hash: object.hash, size: object.sizeBytes });
      }
      return { pack: SINGLE_OBJECT, offset, storedLength, codec };
    }
    let use = this.#packs.get(stored.pack.hash);
    if (use === undefined) {
      const hash = Buffer.from(stored.pack.hash, 'hex');
      use = { n: this.#packs.size + 1, hash, size: stored.pack.sizeBytes };
      this.#packs.set(stored.pack.hash, use);
    }
    return { pack: use.n, offset, storedLength, codec };
  }

  packs(): PackUse[] {
    return [...this.#packs.values()];
  }

  singles(): Array<{ readonly hash: Buffer; readonly size: number }> {
    return [...this.#singles.values()];
  }
}

function bug(message: string): BackstopError {
  return new BackstopError('internal/bug', { message });
}
