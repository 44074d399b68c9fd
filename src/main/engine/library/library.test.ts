import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Library } from './library.ts';

describe('the library', () => {
  let home: string;
  const told: string[] = [];
  const events = { changed: (topic: string) => void told.push(topic) };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'backstop-library-'));
    told.length = 0;
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('keeps settings, and tells of their change', () => {
    const first = new Library(home, events);
    expect(first.settings().limitDays).toBe(3);
    first.change({ limitDays: 7, appearance: 'dark' });
    first.close();
    const again = new Library(home, events);
    expect(again.settings()).toMatchObject({ limitDays: 7, appearance: 'dark', autoLockMinutes: 5 });
    again.close();
    expect(told).toEqual(['settings']);
  });

  it('takes a setting that is not understood for one that was never made', () => {
    new Library(home, events).close();
    const database = new Database(join(home, 'library.sqlite'));
    database.prepare("insert into settings values ('limitDays', '\"soon\"'), ('appearance', '{')").run();
    database.close();
    const library = new Library(home, events);
    expect(library.settings()).toMatchObject({ limitDays: 3, appearance: 'system' });
    library.close();
  });

  it('lists what happened by pages, phones and groups, the newest first', () => {
    const library = new Library(home, events);
    for (let n = 0; n < 25; n += 1) {
      library.note({
        what: n % 5 === 0 ? 'backup-failed' : n % 2 === 0 ? 'backup-done' : 'pinned',
        udid: n % 3 === 0 ? 'A' : 'B',
        vault: null,
        snapshot: null,
        facts: { n },
      });
    }
    const page = library.activity({ before: null, limit: 10, udid: null, what: 'all' });
    expect(page.entries.map(({ facts }) => facts['n'])).toEqual([24, 23, 22, 21, 20, 19, 18, 17, 16, 15]);
    expect(page.more).toBe(true);
    const next = library.activity({ before: page.entries.at(-1)?.id ?? 0, limit: 100, udid: null, what: 'all' });
    expect(next.entries).toHaveLength(15);
    expect(next.more).toBe(false);
    const mine = library.activity({ before: null, limit: 100, udid: 'A', what: 'problems' });
    expect(mine.entries.map(({ facts }) => facts['n'])).toEqual([15, 0]);
    const changes = library.activity({ before: null, limit: 100, udid: null, what: 'changes' });
    expect(new Set(changes.entries.map(({ what }) => what))).toEqual(new Set(['pinned']));
    library.close();
  });

  it('remembers phones field by field', () => {
    const library = new Library(home, events);
    library.rememberPhone('A', { name: 'Anna' });
    library.rememberPhone('A', { ios: '26.4', encrypted: true });
    expect(library.phone('A')).toMatchObject({ udid: 'A', name: 'Anna', ios: '26.4', encrypted: true, ownName: null });
    library.forgetPhone('A');
    expect(library.phones()).toEqual([]);
    library.close();
  });

  it('has one main vault', () => {
    const library = new Library(home, events);
    library.rememberVault('one', { isMain: true, name: 'One' });
    library.rememberVault('two', { isMain: true });
    expect(library.vaults().map(({ id, isMain }) => [id, isMain])).toEqual([
      ['one', false],
      ['two', true],
    ]);
    expect(library.vault('one')?.name).toBe('One');
    library.close();
  });

  it('gives what it can make again by its key, and clears it by topic', () => {
    const library = new Library(home, events);
    library.cache('coverage a', { kinds: [1] });
    library.cache('list b', 'x');
    expect(library.cached('coverage a')).toEqual({ kinds: [1] });
    expect(library.clearCache('coverage')).toBeGreaterThan(5);
    expect(library.cached('coverage a')).toBeUndefined();
    expect(library.cached('list b')).toBe('x');
    library.close();
  });

  it.each([
    ['damaged', (file: string) => writeFileSync(file, 'this is no database at all, but long enough to be read as one')],
    [
      'of a later program',
      (file: string) => {
        const database = new Database(file);
        database.pragma('user_version = 99');
        database.close();
      },
    ],
  ])('sets one aside that is %s, and begins anew', (_what, make) => {
    const file = join(home, 'library.sqlite');
    make(file);
    const library = new Library(home, events);
    expect(library.settings().limitDays).toBe(3);
    library.close();
    expect(readdirSync(home).some((name) => name.startsWith('library.sqlite.set-aside-'))).toBe(true);
  });
});
