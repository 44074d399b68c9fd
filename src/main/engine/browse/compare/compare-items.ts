import type { Item, ItemList } from '../items/item.ts';

export interface Comparison {
  readonly added: readonly Item[];
  /** As they are in the newer backup. */
  readonly changed: readonly Item[];
  /** As they were in the older one. */
  readonly gone: readonly Item[];
  /** False: one of the two could not be read whole, so "gone" and "added" may only mean "not readable". */
  readonly isCertain: boolean;
}

/** What became of the items of one kind between two backups. The older list is gone through twice, so that memory holds one text for each item. */
export function compareItems(
  older: Pick<ItemList, 'items' | 'unreadable'>,
  newer: Pick<ItemList, 'items' | 'unreadable'>,
): Comparison {
  const before = new Map<string, string>();
  for (const { id, digest } of older.items()) before.set(id, digest);
  const added: Item[] = [];
  const changed: Item[] = [];
  const seen = new Set<string>();
  for (const item of newer.items()) {
    const digest = before.get(item.id);
    if (digest === undefined) {
      // Some databases say one thing twice.
      if (!seen.has(item.id)) added.push(item);
      seen.add(item.id);
    } else {
      if (digest !== item.digest && digest !== '') changed.push(item);
      // Seen: an empty digest no item has.
      before.set(item.id, '');
    }
  }
  const gone: Item[] = [];
  for (const item of older.items()) {
    const digest = before.get(item.id);
    if (digest === undefined || digest === '') continue;
    gone.push(item);
    before.set(item.id, '');
  }
  return { added, changed, gone, isCertain: older.unreadable.length === 0 && newer.unreadable.length === 0 };
}
