import { createHash } from 'node:crypto';
import * as z from 'zod';
import { coverageResultSchema } from '../../../../shared/contract/browse.ts';
import type { BrowseKind, OutputOf } from '../../../../shared/contract/procedures/index.ts';
import { coverageOf, type ItemKind, openItems, usageOf } from '../../browse/index.ts';
import type { Snapshot } from '../../vault/index.ts';
import { type BrowseContext, isoOf } from './browse-list.ts';
import type { OpenVersion } from './browse-version.ts';
import type { LibraryPart } from './parts.ts';

/** What is said of a version as a whole, and of an item over all versions of its phone. */

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

/** As versions are compared. */
const ITEMS: Readonly<Record<BrowseKind, readonly ItemKind[]>> = {
  photos: ['photos'],
  videos: ['photos'],
  messages: ['messages'],
  whatsapp: ['whatsapp'],
  notes: ['notes'],
  contacts: ['contacts'],
  calendar: ['calendar'],
  reminders: ['reminders'],
  calls: ['calls'],
  voicemail: ['voicemail'],
  'voice-memos': ['recordings'],
  safari: ['bookmarks', 'history'],
  health: [],
  apps: ['apps'],
  files: ['files'],
};

const MOST_SIGHTINGS = 20_000;
const BATCH = 500;

/** What was found in versions before; a version never changes. */
export class Whereabouts {
  readonly #seen = new Map<string, string | null | undefined>();

  forget(): void {
    this.#seen.clear();
  }

  async of(
    context: BrowseContext,
    version: OpenVersion,
    { kind, id }: { readonly kind: BrowseKind; readonly id: string },
  ): Promise<OutputOf<'browse.where'>> {
    const { snapshots } = await version.vault.snapshots(version.snapshot.record.udid);
    const versions: OutputOf<'browse.where'>['versions'] = [];
    let last: string | undefined;
    for (const snapshot of snapshots) {
      version.signal.throwIfAborted();
      const ref = { vault: version.ref.vault, snapshot: snapshot.id };
      const digest = await this.#digest(context, ref, kind, id);
      const state =
        digest === null
          ? 'unknown'
          : digest === undefined
            ? 'absent'
            : last !== undefined && last !== digest
              ? 'changed'
              : 'present';
      if (typeof digest === 'string') last = digest;
      versions.push({ snapshot: snapshot.id, at: isoOf(Date.parse(snapshot.record.finished)) ?? EPOCH, state });
    }
    return { versions };
  }

  /** Null: not known, as where its kind cannot be read whole; undefined: it is not there. */
  async #digest(
    context: BrowseContext,
    ref: { readonly vault: string; readonly snapshot: string },
    kind: BrowseKind,
    id: string,
  ): Promise<string | null | undefined> {
    const kinds = ITEMS[kind];
    if (kinds.length === 0) return null;
    const name = createHash('sha256').update(`${ref.snapshot}\0${kind}\0${id}`).digest('base64');
    if (this.#seen.has(name)) return this.#seen.get(name);
    const found = await context.backups.use(ref, async (version) => {
      let isWhole = true;
      for (const one of kinds) {
        const digests = await digestsOf(version, one);
        const digest = digests.of.get(id);
        if (digest !== undefined) return digest;
        isWhole &&= digests.isWhole;
      }
      return isWhole ? undefined : null;
    });
    if (this.#seen.size >= MOST_SIGHTINGS) this.#seen.clear();
    this.#seen.set(name, found);
    return found;
  }
}

const EPOCH = new Date(0).toISOString();

function digestsOf(version: OpenVersion, kind: ItemKind) {
  return version.list(`digests ${kind}`, async () => {
    const of = new Map<string, string>();
    await using list = await openItems(version.backup, kind);
    for (const { id, digest } of list.items()) {
      of.set(id, digest);
      if (of.size % BATCH === 0) await version.pause();
    }
    return { of, isWhole: list.unreadable.length === 0 };
  });
}
