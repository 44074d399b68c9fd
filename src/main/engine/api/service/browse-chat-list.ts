import type { BrowseFilter, MessageView } from '../../../../shared/contract/procedures/index.ts';
import type { Unreadable } from '../../browse/index.ts';
import type { BrowseList } from './browse-list.ts';
import type { OpenVersion } from './browse-version.ts';

/** What Messages and WhatsApp have in common: entries of a chat by their places, oldest first. */
export interface ChatSource<M extends { readonly id: string }> {
  readonly unreadable: readonly Unreadable[];
  length(): number;
  page(offset: number, limit: number): readonly M[];
  placeOf(id: string): number | null;
  view(messages: readonly M[]): Promise<readonly MessageView[]>;
}

const BATCH = 250;

/** All of a chat, newest first unless asked otherwise: nothing is gone through. */
export function wholeChat<M extends { readonly id: string }>(
  source: ChatSource<M>,
  sort: BrowseFilter['sort'],
): BrowseList<MessageView> {
  const total = source.length();
  const isOldestFirst = sort === 'oldest';
  return {
    total,
    isPresent: true,
    get unreadable() {
      return source.unreadable;
    },
    async page(offset, limit) {
      const end = Math.min(total, offset + limit);
      const found = isOldestFirst
        ? source.page(offset, end - offset)
        : [...source.page(total - end, end - offset)].reverse();
      return source.view(found);
    },
    async placeOf(id) {
      const place = source.placeOf(id);
      return place === null || isOldestFirst ? place : total - 1 - place;
    },
  };
}

/** The entries that fit: gone through once, for others to have their turn between; kept are their places. */
export async function chosenOfChat<M extends { readonly id: string }>(
  version: OpenVersion,
  source: ChatSource<M>,
  fits: (message: M) => boolean,
): Promise<readonly number[]> {
  const places: number[] = [];
  const total = source.length();
  for (let offset = 0; offset < total; offset += BATCH) {
    for (const [at, message] of source.page(offset, BATCH).entries()) if (fits(message)) places.push(offset + at);
    await version.pause();
  }
  return places;
}

export function chosenChat<M extends { readonly id: string }>(
  source: ChatSource<M>,
  places: readonly number[],
  { sort, unreadable }: { readonly sort: BrowseFilter['sort']; readonly unreadable: readonly Unreadable[] },
): BrowseList<MessageView> {
  const ordered = sort === 'oldest' ? places : places.toReversed();
  return {
    total: ordered.length,
    isPresent: true,
    get unreadable() {
      return [...source.unreadable, ...unreadable];
    },
    page: async (offset, limit) => source.view(at(source, ordered.slice(offset, offset + limit))),
    placeOf: async (id) => {
      const place = source.placeOf(id);
      const found = place === null ? -1 : ordered.indexOf(place);
      return found < 0 ? null : found;
    },
  };
}

/** Neighbours are read together. */
function at<M extends { readonly id: string }>(source: ChatSource<M>, places: readonly number[]): M[] {
  const sorted = [...places].sort((a, b) => a - b);
  const found = new Map<number, M>();
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === (sorted[end - 1] ?? 0) + 1) end += 1;
    const first = sorted[start] ?? 0;
    for (const [number, message] of source.page(first, end - start).entries()) found.set(first + number, message);
    start = end;
  }
  return places.flatMap((place) => found.get(place) ?? []);
}

export function nothingOf(isPresent: boolean, unreadable: readonly Unreadable[]): BrowseList<never> {
  return { total: 0, isPresent, unreadable, page: async () => [], placeOf: async () => null };
}

/** Several chats, one behind the other, as one list: for words and dates over all of them. */
export function joined<V>(lists: readonly BrowseList<V>[]): BrowseList<V> {
  const total = lists.reduce((sum, list) => sum + list.total, 0);
  return {
    total,
    isPresent: lists.some((list) => list.isPresent),
    get unreadable() {
      return lists.flatMap((list) => list.unreadable);
    },
    async page(offset, limit) {
      const found: V[] = [];
      let skip = offset;
      for (const list of lists) {
        if (found.length >= limit) break;
        if (skip >= list.total) {
          skip -= list.total;
          continue;
        }
        found.push(...(await list.page(skip, limit - found.length)));
        skip = 0;
      }
      return found;
    },
    async placeOf(id) {
      let before = 0;
      for (const list of lists) {
        const place = await list.placeOf(id);
        if (place !== null) return before + place;
        before += list.total;
      }
      return null;
    },
  };
}
