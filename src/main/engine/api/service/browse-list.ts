import type { BrowseFilter } from '../../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { Unreadable } from '../../browse/index.ts';
import type { Media } from './media.ts';
import type { OpenBackups } from './open-backups.ts';

/** What lists of all kinds have in common: pages of an order, and places in it. */

export interface BrowseContext {
  readonly backups: OpenBackups;
  readonly media: Media;
}

export interface BrowseList<V> {
  readonly total: number;
  readonly isPresent: boolean;
  readonly unreadable: readonly Unreadable[];
  page(offset: number, limit: number): Promise<readonly V[]>;
  /** Null: it is not in this list. */
  placeOf(id: string): Promise<number | null>;
  /** Of all that it has, in its order; absent where a list is too long to be taken out item by item. */
  ids?(): Promise<readonly string[]>;
}

export interface ListPage<V> {
  readonly items: V[];
  readonly total: number;
  readonly offset: number;
  readonly next: string | null;
  readonly isPresent: boolean;
  readonly unreadable: Array<{ what: string; reason: string }>;
}

/** A version never changes, so the place of an item in a list of it never does. */
const CURSOR = /^\d{1,10}$/;

export async function pageOf<V>(
  list: BrowseList<V>,
  { around, after, limit }: { readonly around: string | null; readonly after: string | null; readonly limit: number },
): Promise<ListPage<V>> {
  let offset = 0;
  if (after !== null) {
    if (!CURSOR.test(after))
      throw new BackstopError('app/bad-question', { data: { name: 'browse.items', where: 'after' } });
    offset = Math.min(Number(after), list.total);
  } else if (around !== null) offset = (await list.placeOf(around)) ?? 0;
  const items = offset < list.total ? [...(await list.page(offset, limit))] : [];
  const end = offset + limit;
  return {
    items,
    total: list.total,
    offset,
    next: end >= list.total ? null : String(end),
    isPresent: list.isPresent,
    unreadable: list.unreadable.map(({ what, reason }) => ({ what, reason })),
  };
}

/** Words without their case and accents: "Café" is found by "cafe". */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}

/** All words that were typed are in what is said of the item, anywhere. Nothing typed fits all. */
export function matcher(
  typed: string | undefined | null,
): (words: ReadonlyArray<string | null | undefined>) => boolean {
  const wanted = folded(typed ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) return () => true;
  return (words) => {
    const said = folded(words.filter((one) => one != null).join('\n'));
    return wanted.every((word) => said.includes(word));
  };
}

export function hasText(filter: BrowseFilter): boolean {
  return filter.text !== undefined && filter.text.trim() !== '';
}

export function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

/** From inclusive, to exclusive; what has no date is in no span. */
export function isWithin(ms: number | null, filter: Pick<BrowseFilter, 'from' | 'to'>): boolean {
  const from = msOf(filter.from);
  const to = msOf(filter.to);
  if (from === undefined && to === undefined) return true;
  return ms !== null && (from === undefined || ms >= from) && (to === undefined || ms < to);
}

/** Years that ISO 8601 writes with four digits; whatever lies outside is no date of a phone. */
export function isoOf(ms: number | null | undefined): string | null {
  if (ms == null || !Number.isFinite(ms) || ms < -62_135_596_800_000 || ms > 253_402_300_799_000) return null;
  return new Date(ms).toISOString();
}

/** Counts of pixels, bytes and the like as the contract has them; whatever a database says otherwise is not known. */
export function countOf(value: number | null | undefined): number | null {
  return value != null && Number.isSafeInteger(Math.round(value)) && value >= 0 ? Math.round(value) : null;
}

export function secondsOf(value: number | null | undefined): number | null {
  return value != null && Number.isFinite(value) && value >= 0 ? value : null;
}
