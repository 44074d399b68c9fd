import { type ItemKind, openItems, type Unreadable } from '../../browse/index.ts';
import type { Snapshot } from '../../vault/index.ts';
import type { BrowseContext } from './browse-list.ts';
import type { OpenVersion } from './browse-version.ts';

/** What a version has and the newest one of its phone has not. */
export interface Gone {
  /** The version it was compared with. */
  readonly newest: string;
  readonly ids: ReadonlySet<string>;
  /** Conversation, folder, app → how many of it are gone. */
  readonly groups: ReadonlyMap<string, number>;
  /** Not empty: of the newest version not all could be read, so what is missing may be there. */
  readonly unreadable: readonly Unreadable[];
}

const BATCH = 500;

export async function newestOf({ vault, snapshot }: OpenVersion): Promise<Snapshot> {
  const { snapshots } = await vault.snapshots(snapshot.record.udid);
  return snapshots.at(-1) ?? snapshot;
}

/** By the ids of items, which are the same in all versions of a phone. Compared once for each newest version. */
export async function goneOf(context: BrowseContext, version: OpenVersion, kinds: readonly ItemKind[]): Promise<Gone> {
  const newest = await newestOf(version);
  if (newest.id === version.snapshot.id || kinds.length === 0) {
    return { newest: newest.id, ids: new Set(), groups: new Map(), unreadable: [] };
  }
  return version.list(`gone ${kinds.join(' ')} ${newest.id}`, () =>
    context.backups.use({ vault: version.ref.vault, snapshot: newest.id }, (other) => compare(version, other, kinds)),
  );
}

async function compare(version: OpenVersion, newest: OpenVersion, kinds: readonly ItemKind[]): Promise<Gone> {
  const ids = new Set<string>();
  const groups = new Map<string, number>();
  const unreadable: Unreadable[] = [];
  for (const kind of kinds) {
    if (kind === 'photos') {
      const there = await photoIds(newest);
      for (const id of await photoIds(version)) if (!there.has(id)) ids.add(id);
      unreadable.push(...(await newest.photos()).unreadable);
      continue;
    }
    const there = await itemsOf(newest, kind);
    unreadable.push(...there.unreadable);
    const own = await itemsOf(version, kind);
    for (const [id, group] of own.groups) {
      if (there.groups.has(id) || ids.has(id)) continue;
      ids.add(id);
      if (group !== null) groups.set(group, (groups.get(group) ?? 0) + 1);
    }
  }
  return { newest: newest.snapshot.id, ids, groups, unreadable };
}

/** Id → conversation, folder or app. */
async function itemsOf(
  version: OpenVersion,
  kind: ItemKind,
): Promise<{ readonly groups: ReadonlyMap<string, string | null>; readonly unreadable: readonly Unreadable[] }> {
  const groups = new Map<string, string | null>();
  await using list = await openItems(version.backup, kind);
  for (const { id, group } of list.items()) {
    groups.set(id, group);
    if (groups.size % BATCH === 0) await version.pause();
  }
  return { groups, unreadable: list.unreadable };
}

/** What is not in "Recently Deleted", as everywhere where versions are compared; without looking for any file. */
async function photoIds(version: OpenVersion): Promise<ReadonlySet<string>> {
  const library = await version.photos();
  const { byKey } = await version.briefs();
  const ids = new Set<string>();
  for (const key of library.keys({ filter: { trashed: false } })) {
    const id = byKey.get(key)?.id;
    if (id !== undefined) ids.add(id);
  }
  return ids;
}
