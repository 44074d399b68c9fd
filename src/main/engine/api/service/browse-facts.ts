import * as z from 'zod';
import { coverageResultSchema } from '../../../../shared/contract/browse.ts';
import type { OutputOf } from '../../../../shared/contract/procedures/index.ts';
import { coverageOf, usageOf } from '../../browse/index.ts';
import type { Snapshot } from '../../vault/index.ts';
import { type BrowseContext, isoOf } from './browse-list.ts';
import type { OpenVersion } from './browse-version.ts';
import type { LibraryPart } from './parts.ts';

/** What is said of a version as a whole. */

const ownCoverage = coverageResultSchema.pick({ notIncluded: true, originals: true }).extend({
  kinds: z.array(coverageResultSchema.shape.kinds.element.omit({ change: true })),
});
type OwnCoverage = z.infer<typeof ownCoverage>;

export async function coverageAnswer(
  context: BrowseContext,
  library: LibraryPart,
  version: OpenVersion,
): Promise<OutputOf<'browse.coverage'>> {
  const own = await ownOf(library, version);
  const previous = await versionBefore(version);
  const before = new Map<string, number | null>();
  if (previous !== null) {
    const ref = { vault: version.ref.vault, snapshot: previous.id };
    const older = known(library, previous.id) ?? (await context.backups.use(ref, (other) => ownOf(library, other)));
    for (const { kind, count } of older.kinds) before.set(kind, count);
  }
  return {
    kinds: own.kinds.map((one) => {
      const was = before.get(one.kind) ?? null;
      return { ...one, change: was === null || one.count === null ? null : one.count - was };
    }),
    notIncluded: own.notIncluded,
    originals: own.originals,
    comparedWith: previous?.id ?? null,
  };
}

function keyOf(snapshot: string): string {
  return `coverage:${snapshot}`;
}

/** Counts and sizes only: nothing of it says what is in the backup. */
function known(library: LibraryPart, snapshot: string): OwnCoverage | null {
  const cached = ownCoverage.safeParse(library.cached(keyOf(snapshot)));
  return cached.success ? cached.data : null;
}

async function ownOf(library: LibraryPart, version: OpenVersion): Promise<OwnCoverage> {
  return (
    known(library, version.snapshot.id) ??
    version.keep('coverage', async () => {
      const { kinds, notIncluded, originals } = await coverageOf(version.backup, version.signal);
      const made: OwnCoverage = {
        kinds: kinds.map(({ newestMs, notes, ...one }) => ({ ...one, newest: isoOf(newestMs), notes: [...notes] })),
        notIncluded: [...notIncluded],
        originals,
      };
      library.cache(keyOf(version.snapshot.id), made);
      return made;
    })
  );
}

async function versionBefore({ vault, snapshot }: OpenVersion): Promise<Snapshot | null> {
  const { snapshots } = await vault.snapshots(snapshot.record.udid);
  const at = snapshots.findIndex(({ id }) => id === snapshot.id);
  return at > 0 ? (snapshots[at - 1] ?? null) : null;
}

/** Names of films and conversations are in it, so it rests in memory only. */
export function usageAnswer(version: OpenVersion): Promise<OutputOf<'browse.usage'>> {
  return version.keep('usage', async () => {
    const { categories, ...rest } = await usageOf(version.backup, { signal: version.signal });
    return {
      ...(structuredClone(rest) as Omit<OutputOf<'browse.usage'>, 'categories'>),
      categories: categories.map(({ category, bytes, files }) => ({ kind: category, bytes, count: files })),
    };
  });
}

export async function searchAnswer(
  version: OpenVersion,
  { text, limit }: { readonly text: string; readonly limit: number },
): Promise<OutputOf<'browse.search'>> {
  const { index, unreadable } = await version.index();
  return {
    hits: index.search(text, { limit }).map(({ kind, id, group, title, atMs, snippet }) => ({
      ...{ kind, id, group, title },
      at: isoOf(atMs),
      snippet: snippet.text,
    })),
    unreadable: [...unreadable],
  };
}
