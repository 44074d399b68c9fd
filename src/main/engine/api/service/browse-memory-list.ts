import type { BrowseFilter } from '../../../../shared/contract/procedures/index.ts';
import type { ItemKind, Unreadable } from '../../browse/index.ts';
import { goneOf } from './browse-gone.ts';
import { type BrowseContext, type BrowseList, isWithin, matcher } from './browse-list.ts';
import type { OpenVersion } from './browse-version.ts';

/** Kinds that are read whole and kept with the version: contacts, notes, calls and the like. */

export interface SmallReading<T> {
  readonly items: readonly T[];
  readonly isPresent: boolean;
  readonly unreadable: readonly Unreadable[];
}

export interface SmallKind<T extends { readonly id: string }, V> {
  readonly name: string;
  read(version: OpenVersion): Promise<SmallReading<T>>;
  /** What it is searched by. */
  words(item: T, version: OpenVersion): ReadonlyArray<string | null | undefined>;
  atMs(item: T): number | null;
  title(item: T): string | null;
  bytes?(item: T): number | null;
  /** What the list can be narrowed to: an id, and what it is called. */
  group?(item: T): { readonly id: string; readonly title: string } | null;
  /** Shown only where it is asked for. */
  isTrashed?(item: T): boolean;
  has?(item: T, only: NonNullable<BrowseFilter['only']>): boolean;
  readonly sort: NonNullable<BrowseFilter['sort']>;
  /** As versions are compared; none where that is not done. */
  readonly gone: readonly ItemKind[];
  view(context: BrowseContext, version: OpenVersion, item: T): V | Promise<V>;
  /** What `words` and `view` need besides the items. */
  prepare?(version: OpenVersion): Promise<unknown>;
}

export async function smallList<T extends { readonly id: string }, V>(
  context: BrowseContext,
  version: OpenVersion,
  kind: SmallKind<T, V>,
  filter: BrowseFilter,
  isGone: boolean,
): Promise<BrowseList<V>> {
  const reading = await readingOf(version, kind);
  await kind.prepare?.(version);
  const gone = isGone ? await goneOf(context, version, kind.gone) : null;
  const name = JSON.stringify([kind.name, filter, gone?.newest]);
  const items = await version.list(name, async () => {
    const fits = matcher(filter.text);
    const chosen = reading.items.filter(
      (item) =>
        fitsOnly(kind, item, filter.only) &&
        (filter.group === undefined || kind.group?.(item)?.id === filter.group) &&
        (gone === null || gone.ids.has(item.id)) &&
        isWithin(kind.atMs(item), filter) &&
        fits(kind.words(item, version)),
    );
    return sorted(kind, chosen, filter.sort ?? kind.sort);
  });
  return {
    total: items.length,
    isPresent: reading.isPresent,
    unreadable: [...reading.unreadable, ...(gone?.unreadable ?? [])],
    page: (offset, limit) =>
      Promise.all(items.slice(offset, offset + limit).map((item) => kind.view(context, version, item))),
    ids: async () => items.map(({ id }) => id),
    placeOf: async (id) => {
      const place = items.findIndex((item) => item.id === id);
      return place < 0 ? null : place;
    },
  };
}

/** How many there are, without what is in "Recently Deleted". */
export async function smallCount<T extends { readonly id: string }, V>(version: OpenVersion, kind: SmallKind<T, V>) {
  const { items, isPresent, unreadable } = await readingOf(version, kind);
  return { count: items.filter((item) => fitsOnly(kind, item, undefined)).length, isPresent, unreadable };
}

export async function smallGroups<T extends { readonly id: string }, V>(
  version: OpenVersion,
  kind: SmallKind<T, V>,
): Promise<Array<{ id: string; title: string; count: number }>> {
  const groups = new Map<string, { id: string; title: string; count: number }>();
  for (const item of (await readingOf(version, kind)).items) {
    const group = kind.group?.(item) ?? null;
    if (group === null || !fitsOnly(kind, item, undefined)) continue;
    const known = groups.get(group.id) ?? { ...group, count: 0 };
    known.count += 1;
    groups.set(group.id, known);
  }
  return [...groups.values()].sort((a, b) => collator.compare(a.title, b.title));
}

export function readingOf<T extends { readonly id: string }, V>(
  version: OpenVersion,
  kind: SmallKind<T, V>,
): Promise<SmallReading<T>> {
  return version.keep(`kind ${kind.name}`, () => kind.read(version));
}

const collator = new Intl.Collator('en', { numeric: true });

function fitsOnly<T extends { readonly id: string }, V>(
  kind: SmallKind<T, V>,
  item: T,
  only: BrowseFilter['only'],
): boolean {
  const isTrashed = kind.isTrashed?.(item) ?? false;
  if (only === undefined) return !isTrashed;
  if (only === 'trashed') return isTrashed;
  return !isTrashed && (kind.has?.(item, only) ?? false);
}

function sorted<T extends { readonly id: string }, V>(
  kind: SmallKind<T, V>,
  items: readonly T[],
  sort: NonNullable<BrowseFilter['sort']>,
): readonly T[] {
  const of = [...items];
  if (sort === 'name') return of.sort((a, b) => collator.compare(kind.title(a) ?? '\uffff', kind.title(b) ?? '\uffff'));
  if (sort === 'largest') return of.sort((a, b) => (kind.bytes?.(b) ?? -1) - (kind.bytes?.(a) ?? -1));
  const never = Number.NEGATIVE_INFINITY;
  const way = sort === 'oldest' ? 1 : -1;
  return of.sort((a, b) => {
    const [one, other] = [kind.atMs(a) ?? never, kind.atMs(b) ?? never];
    return one === other ? 0 : way * (one < other ? -1 : 1);
  });
}
