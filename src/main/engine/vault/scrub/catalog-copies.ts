import { relative } from 'node:path';
import type { ObjectIndex } from '../cache/object-index.ts';
import { catalogOf } from '../collect/waste.ts';
import type { VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { PACK_FLAG_META } from '../pack/layout.ts';
import type { Snapshot } from '../types.ts';
import type { BadFiles } from './damage.ts';
import type { ScrubProblem } from './findings.ts';

/** Every catalog lies in the vault twice: as a file, and in a meta pack. Versions that have only one of them left. */

export interface CatalogState {
  readonly hash: string;
  readonly sizeBytes: number;
  readonly file: 'sound' | 'bad' | 'missing';
  /** Meta packs that hold it whole. */
  readonly metaPacks: readonly string[];
}

interface Context {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly index: ObjectIndex;
}

export async function catalogStates(
  context: Context,
  snapshots: readonly Snapshot[],
  bad: Pick<BadFiles, 'packs' | 'catalogs'>,
): Promise<CatalogState[]> {
  const needed = new Map(
    snapshots.flatMap(({ record }) => record.catalogs.map((one) => [one.hash, one.size] as const)),
  );
  const metaPacks = new Map<string, string[]>();
  for (const pack of context.index.packs()) {
    if ((pack.flags & PACK_FLAG_META) === 0 || bad.packs.has(pack.hash)) continue;
    const catalog = await catalogOf(context, pack.hash).catch(() => null);
    if (catalog !== null) metaPacks.set(catalog, [...(metaPacks.get(catalog) ?? []), pack.hash]);
  }
  const states: CatalogState[] = [];
  for (const [hash, sizeBytes] of needed) {
    const facts = await context.io.stat(context.paths.catalog(hash));
    const file = facts === null ? 'missing' : bad.catalogs.has(hash) || facts.sizeBytes !== sizeBytes ? 'bad' : 'sound';
    states.push({ hash, sizeBytes, file, metaPacks: metaPacks.get(hash) ?? [] });
  }
  return states;
}

/** One copy left is no loss yet, and has to be told of before there is one. */
export function catalogProblems(
  { paths, index }: Context,
  snapshots: readonly Snapshot[],
  states: readonly CatalogState[],
  bad: Pick<BadFiles, 'packs'>,
): ScrubProblem[] {
  const problems: ScrubProblem[] = [];
  for (const { hash, file, metaPacks } of states) {
    if (file === 'sound' && metaPacks.length > 0) continue;
    const detail =
      file === 'sound'
        ? 'the second copy of a list of files is damaged or gone; the first is whole'
        : `a list of files is ${file === 'bad' ? 'damaged' : 'gone'}; ${metaPacks.length > 0 ? 'its second copy is whole' : 'so is its second copy'}`;
    // The pack was added together with the version that has the catalog as its last.
    const maker = snapshots.find(({ record }) => record.catalogs.at(-1)?.hash === hash);
    const added = maker?.record.packsAdded ?? [];
    const badPack = added.find((pack) => bad.packs.has(pack)) ?? added.findLast((pack) => index.pack(pack) === null);
    const path = file === 'sound' && badPack !== undefined ? paths.pack(badPack) : paths.catalog(hash);
    for (const { id, record } of snapshots) {
      if (!record.catalogs.some((one) => one.hash === hash)) continue;
      const nothing = { fileId: null, path: null, object: hash };
      const where = relative(paths.root, path);
      problems.push({ kind: 'catalog', severity: 'error', snapshot: id, ...nothing, file: where, detail });
    }
  }
  return problems;
}
