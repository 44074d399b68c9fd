import { describe, expect, test } from 'vitest';
import { fingerprints, PhoneBench, type Truth } from '../../src/main/simulator/content/test-support/phone-bench.ts';
import type { Mutation } from '../../src/main/simulator/content/types.ts';

const spec = { files: 400, bytes: 9_000_000 };

/** Applies a mutation and says what really happened to the bytes. */
async function watch(mutation: Mutation): Promise<{
  before: Truth;
  after: Truth;
  added: string[];
  changed: string[];
  removed: string[];
}> {
  await using bench = new PhoneBench(spec);
  const before = await bench.truth();
  const old = fingerprints(bench.phone);
  const summary = bench.phone.mutate(mutation);
  const now = fingerprints(bench.phone);
  const after = await bench.truth();
  const added = [...now.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !now.has(name));
  const changed = [...now].filter(([name, digest]) => old.has(name) && old.get(name) !== digest).map(([name]) => name);
  expect([summary.addedFiles, summary.changedFiles, summary.removedFiles]).toEqual([
    added.length,
    changed.length,
    removed.length,
  ]);
  expect(bench.phone.fileCount).toBe(now.size);
  expect(after.files.length).toBe(now.size);
  return { before, after, added, changed, removed };
}

const uuids = (truth: Truth, kind: string, section = 'photos'): string[] =>
  (truth.items[section] ?? [])
    .filter((item) => kind === '' || item['kind'] === kind)
    .map((item) => String(item['uuid']));

const count = (truth: Truth, section: string): number => truth.items[section]?.length ?? 0;

describe('mutate', () => {
  test('deletes photos with their files and rows, and nothing else', async () => {
    const { before, after, added, changed, removed } = await watch({ delete: { photos: 20 } });
    expect(uuids(after, 'photo')).toHaveLength(uuids(before, 'photo').length - 20);
    expect(uuids(after, 'video')).toEqual(uuids(before, 'video'));
    expect(added).toEqual([]);
    expect(changed).toEqual(['CameraRollDomain-Media/PhotoData/Photos.sqlite']);
    expect(removed.length).toBeGreaterThanOrEqual(20);
    expect(removed.every((name) => name.startsWith('CameraRollDomain-Media/'))).toBe(true);
  });

  test('adds videos', async () => {
    const { before, after, added, changed, removed } = await watch({ add: { videos: 3 } });
    expect(uuids(after, 'video')).toHaveLength(uuids(before, 'video').length + 3);
    expect(added.filter((name) => name.endsWith('.MOV'))).toHaveLength(3);
    expect(changed).toHaveLength(1);
    expect(removed).toEqual([]);
  });

  test('edits photos beside the untouched original', async () => {
    const { added, changed, after, before } = await watch({ edit: { photos: 5 } });
    const edited = (truth: Truth): number =>
      truth.items['photos']?.filter((item) => item['edited'] === true).length ?? 0;
    expect(edited(after)).toBeGreaterThanOrEqual(edited(before));
    expect([...added, ...changed].filter((name) => name.endsWith('FullSizeRender.jpg'))).toHaveLength(5);
  });

  test('adds, edits and deletes messages; new ones stand in the log', async () => {
    const { before, after, changed } = await watch({
      add: { messages: 4 },
      edit: { messages: 2 },
      delete: { messages: 3 },
    });
    expect(count(after, 'messages')).toBe(count(before, 'messages') + 1);
    expect(changed).toContain('HomeDomain-Library/SMS/sms.db-wal');
    expect(changed).not.toContain('HomeDomain-Library/SMS/sms.db');
  });

  test.each([
    [{ delete: { conversations: 2 } }, 'conversations', -2],
    [{ add: { conversations: 3 } }, 'conversations', 3],
    [{ edit: { conversations: 2 } }, 'conversations', 0],
    [{ add: { contacts: 5 } }, 'contacts', 5],
    [{ delete: { contacts: 2 } }, 'contacts', -2],
    [{ edit: { contacts: 2 } }, 'contacts', 0],
    [{ add: { notes: 2 } }, 'notes', 2],
    [{ delete: { notes: 6 } }, 'notes', -6],
    [{ edit: { notes: 2 } }, 'notes', 0],
    [{ add: { apps: 2 } }, 'apps', 2],
    [{ delete: { apps: 1 } }, 'apps', -1],
    [{ edit: { apps: 2 } }, 'apps', 0],
  ] satisfies [Mutation, string, number][])('%j', async (mutation, section, difference) => {
    const { before, after, added, changed, removed } = await watch(mutation);
    expect(count(after, section)).toBe(count(before, section) + difference);
    expect(added.length + changed.length + removed.length).toBeGreaterThan(0);
  });

  test.each([1, 5, 20])('changes %i percent of the files', async (percent) => {
    const { before, added, changed, removed } = await watch({ percent });
    const wanted = (before.files.length * percent) / 100;
    expect(Math.abs(added.length + changed.length + removed.length - wanted)).toBeLessThanOrEqual(
      Math.max(2, wanted * 0.1),
    );
  });

  test('says how many there really were', async () => {
    await using bench = new PhoneBench(spec);
    const notes = count(await bench.truth(), 'notes');
    expect(bench.phone.mutate({ delete: { notes: 10_000, photos: 0 } }).deleted).toEqual({ notes });
    expect(bench.phone.mutate({ delete: { notes: 1 } }).deleted).toEqual({ notes: 0 });
  });

  test('gives the same phone for the same mutations, and keeps every database whole', async () => {
    const mutations: Mutation[] = [
      { percent: 10 },
      { delete: { photos: 10, messages: 10, contacts: 3, notes: 2, conversations: 1 }, add: { photos: 10, apps: 1 } },
      { edit: { photos: 10, videos: 2, messages: 9, contacts: 3, notes: 2, apps: 2 } },
      { percent: 3 },
    ];
    await using first = new PhoneBench(spec);
    await using second = new PhoneBench(spec);
    for (const mutation of mutations) {
      expect(first.phone.mutate(mutation)).toEqual(second.phone.mutate(mutation));
      for (const { domain, relativePath, read } of first
        .regularFiles()
        .filter(({ relativePath }) => /\.(sqlite|sqlitedb|db|storedata)$/.test(relativePath))) {
        expect(read).toBeDefined();
        const database = first.open(domain, relativePath);
        expect([relativePath, database.pragma('integrity_check', { simple: true })]).toEqual([relativePath, 'ok']);
        database.close();
      }
    }
    expect(await first.truth()).toEqual(await second.truth());
  });

  test('folds a log that has grown into the main file', async () => {
    await using bench = new PhoneBench(spec);
    for (let round = 0; round < 4; round++) bench.phone.mutate({ add: { messages: 2000 } });
    expect(bench.file('HomeDomain', 'Library/SMS/sms.db').revision).toBeGreaterThan(1);
    const database = bench.open('HomeDomain', 'Library/SMS/sms.db');
    expect(database.prepare('SELECT count(*) FROM message').pluck().get()).toBe(count(await bench.truth(), 'messages'));
    database.close();
  });

  test('leaves a reader who has begun with the old content, whole', async () => {
    await using bench = new PhoneBench({ files: 1500, bytes: 20_000_000 });
    const names: readonly [string, string][] = [
      ['CameraRollDomain', 'Media/PhotoData/Photos.sqlite'],
      ['HomeDomain', 'Library/SMS/sms.db'],
      ['HomeDomain', 'Library/AddressBook/AddressBook.sqlitedb-wal'],
    ];
    for (const [domain, relativePath] of names) {
      const file = bench.file(domain, relativePath);
      const before = Buffer.concat([...file.read()]);
      const reader = file.read()[Symbol.iterator]();
      const parts = [reader.next().value as Buffer];
      bench.phone.mutate({ delete: { photos: 50, contacts: 5 }, add: { messages: 9000, contacts: 3 } });
      for (let step = reader.next(); !step.done; step = reader.next()) parts.push(step.value);
      expect(Buffer.concat(parts).equals(before)).toBe(true);
    }
  });
});
