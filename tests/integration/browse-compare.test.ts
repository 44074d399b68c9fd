import { describe, expect, it } from 'vitest';
import { compareBackups } from '../../src/main/engine/browse/compare/compare-backups.ts';
import { ITEM_KINDS } from '../../src/main/engine/browse/items/item.ts';
import { openItems } from '../../src/main/engine/browse/items/open-items.ts';
import { type SimulatedTruth, simulatedBackups } from '../support/browse/simulated-backup.ts';

/** What changed on a simulated phone, by what it is: the truth before and after says what has to be found. */

const KEYS: Readonly<Record<string, readonly [section: string, key: string]>> = {
  photos: ['photos', 'uuid'],
  messages: ['messages', 'guid'],
  conversations: ['conversations', 'guid'],
  calls: ['calls', 'id'],
  contacts: ['contacts', 'guid'],
  notes: ['notes', 'identifier'],
  apps: ['apps', 'bundleId'],
  recordings: ['recordings', 'id'],
};

function idsOf(truth: SimulatedTruth, kind: string): Set<string> {
  const [section, key] = KEYS[kind] as readonly [string, string];
  const rows = (truth.items[section] ?? []).filter(
    (row) =>
      row['trashed'] !== true &&
      row['deleted'] !== true &&
      (kind !== 'messages' || row['ordinary'] === true) &&
      row['evicted'] !== true,
  );
  return new Set(rows.map((row) => String(row[key])));
}

describe('two versions of a phone', () => {
  it('differ in just what was deleted and added', async () => {
    await using phone = simulatedBackups({ seed: 31, files: 3000, bytes: 40e6 });
    const older = phone.backup();
    const before = await phone.truth();
    for (const mutation of [
      { delete: { photos: 120 } },
      { delete: { conversations: 3 } },
      { delete: { apps: 1 } },
      { add: { photos: 5 } },
    ]) {
      phone.content.mutate(mutation);
    }
    const newer = phone.backup();
    const after = await phone.truth();
    const { kinds, unreadable } = await compareBackups(older, newer);
    expect(unreadable).toEqual([]);
    for (const kind of Object.keys(KEYS)) {
      const found = kinds.find((one) => one.kind === kind);
      const [was, is] = [idsOf(before, kind), idsOf(after, kind)];
      expect(new Set(found?.gone.map(({ id }) => id)), `gone ${kind}`).toEqual(
        new Set([...was].filter((id) => !is.has(id))),
      );
      expect(new Set(found?.added.map(({ id }) => id)), `new ${kind}`).toEqual(
        new Set([...is].filter((id) => !was.has(id))),
      );
      expect(found?.isCertain).toBe(true);
    }
    const gone = (kind: string): number => kinds.find((one) => one.kind === kind)?.gone.length ?? 0;
    expect(gone('photos')).toBeGreaterThan(100);
    expect([gone('conversations'), gone('apps')]).toEqual([3, 1]);
    for (const kind of ['calls', 'calendar', 'reminders', 'bookmarks']) {
      expect(kinds.find((one) => one.kind === kind)).toMatchObject({ added: [], changed: [], gone: [] });
    }
  });

  it('are the same when nothing happened', async () => {
    await using phone = simulatedBackups({ seed: 32, files: 800, bytes: 10e6 });
    const { kinds } = await compareBackups(phone.backup(), phone.backup());
    expect(kinds.length).toBeGreaterThan(10);
    for (const one of kinds) expect(one, one.kind).toMatchObject({ added: [], changed: [], gone: [], isCertain: true });
  });

  it('tell what was edited', async () => {
    await using phone = simulatedBackups({ seed: 33, files: 1500, bytes: 20e6 });
    const older = phone.backup();
    phone.content.mutate({ edit: { photos: 4 } });
    const { kinds } = await compareBackups(older, phone.backup(), { kinds: ['photos'] });
    expect(kinds).toMatchObject([{ kind: 'photos', added: [], gone: [] }]);
    expect(kinds[0]?.changed).toHaveLength(4);
    const edited = phone.backup();
    phone.content.mutate({ edit: { contacts: 2, notes: 1 }, add: { notes: 1 } });
    const people = await compareBackups(edited, phone.backup(), { kinds: ['contacts', 'notes'] });
    expect(
      people.kinds.map(({ kind, added, changed, gone }) => [kind, added.length, changed.length, gone.length]),
    ).toEqual([
      ['contacts', 0, 2, 0],
      ['notes', 1, 1, 0],
    ]);
  });

  it('have ids that are there once, in every kind', async () => {
    await using phone = simulatedBackups({ seed: 34, files: 2500, bytes: 30e6 });
    const backup = phone.backup();
    for (const kind of ITEM_KINDS) {
      await using list = await openItems(backup, kind);
      const ids = [...list.items()].map(({ id }) => id);
      expect(new Set(ids).size, kind).toBe(ids.length);
      if (list.count !== null && kind !== 'messages') expect(ids, kind).toHaveLength(list.count);
    }
  });
});
