import { describe, expect, it } from 'vitest';
import type { Item } from '../items/item.ts';
import { compareItems } from './compare-items.ts';

function list(...items: ReadonlyArray<readonly [id: string, digest: string]>) {
  const made = items.map(([id, digest]): Item => ({ id, digest, title: null, atMs: null, bytes: null, group: null }));
  return { items: () => made, unreadable: [] };
}

const ids = (items: readonly Item[]): string[] => items.map(({ id }) => id);

describe('comparing two backups by what is in them', () => {
  it('names what was added, changed and went, each once', () => {
    const older = list(['stays', '1'], ['goes', '1'], ['changes', '1'], ['goes', '1'], ['twice', '1'], ['twice', '2']);
    const newer = list(['new', '1'], ['changes', '2'], ['stays', '1'], ['new', '1'], ['twice', '2']);
    const { added, changed, gone, isCertain } = compareItems(older, newer);
    expect([ids(added), ids(changed), ids(gone), isCertain]).toEqual([['new'], ['changes'], ['goes'], true]);
    expect(changed[0]?.digest).toBe('2');
  });

  it('finds nothing between equals, all against nothing, and says when it cannot be sure', () => {
    const some = list(['a', '1'], ['b', '1']);
    expect(compareItems(some, some)).toMatchObject({ added: [], changed: [], gone: [] });
    expect(ids(compareItems(some, list()).gone)).toEqual(['a', 'b']);
    expect(ids(compareItems(list(), some).added)).toEqual(['a', 'b']);
    const torn = { ...list(['a', '1']), unreadable: [{ what: 'sms.db', reason: 'torn' }] };
    expect(compareItems(some, torn)).toMatchObject({ gone: [{ id: 'b' }], isCertain: false });
  });
});
