import { BackstopError } from '../../../../shared/errors/index.ts';
import { FoldedIndex, type FoldedState } from '../catalog/folded.ts';
import type { CatalogReference } from '../record.ts';
import type { Snapshot } from '../types.ts';
import { applyDelta, openCatalog } from './catalog-copies.ts';

/** A local file with exactly a catalog's bytes. */
export type FetchCatalog = (catalog: CatalogReference, signal?: AbortSignal) => Promise<string>;

/** A version's content from its full catalog and deltas; throws `vault/damaged-catalog` unless its root is the record's. */
export async function foldCatalogs(
  snapshot: Snapshot,
  file: string,
  fetch: FetchCatalog,
  signal?: AbortSignal,
): Promise<FoldedIndex> {
  const [full] = snapshot.record.catalogs;
  if (full === undefined || full.kind !== 'full') throw badChain(snapshot, 'its record names no full catalog');
  const local = await fetch(full, signal);
  const { db, facts } = openCatalog(local, full.hash);
  db.close();
  if (facts.kind !== 'full') throw badChain(snapshot, 'its first catalog is not a full one');
  const state: FoldedState = { snapshot: '', catalogs: [full], deltaRows: 0, root: facts.root };
  const index = await FoldedIndex.fromFull(local, file, null, { state, signal });
  try {
    index.db.exec('BEGIN IMMEDIATE');
    await advanceFolded(index, snapshot, state, fetch, signal);
    index.db.exec('COMMIT');
    return index;
  } catch (error) {
    index.remove();
    throw error;
  }
}

/** Applies the deltas that `from` lacks, inside the caller's transaction. */
export async function advanceFolded(
  index: FoldedIndex,
  snapshot: Snapshot,
  from: FoldedState,
  fetch: FetchCatalog,
  signal?: AbortSignal,
): Promise<void> {
  const { catalogs, root } = snapshot.record;
  let { deltaRows } = from;
  let last = index.loadTree().root(index.tops()).toString('hex');
  for (let at = from.catalogs.length; at < catalogs.length; at += 1) {
    const catalog = catalogs[at] as CatalogReference;
    const local = await fetch(catalog, signal);
    const applied = await applyDelta(index, local, catalog.hash, signal);
    if (applied.facts.kind !== 'delta' || applied.facts.base !== catalogs[at - 1]?.hash) {
      throw badChain(snapshot, 'its catalogs do not follow one another');
    }
    deltaRows += applied.changed;
    last = applied.root;
  }
  if (last !== root) throw badChain(snapshot, 'its content has another root than its record says');
  index.setState({ snapshot: snapshot.id, catalogs, deltaRows, root });
}

function badChain(snapshot: Snapshot, reason: string): BackstopError {
  return new BackstopError('vault/damaged-catalog', { message: reason, data: { path: snapshot.file, reason } });
}
