import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccounts } from '../../src/main/engine/browse/readers/accounts/index.ts';
import { readApps } from '../../src/main/engine/browse/readers/apps/index.ts';
import { readCalendar } from '../../src/main/engine/browse/readers/calendar/index.ts';
import { readCalls } from '../../src/main/engine/browse/readers/calls/index.ts';
import { readHealth } from '../../src/main/engine/browse/readers/health/index.ts';
import { readReminders } from '../../src/main/engine/browse/readers/reminders/index.ts';
import { readSafari } from '../../src/main/engine/browse/readers/safari/index.ts';
import { readVoiceMemos } from '../../src/main/engine/browse/readers/voice-memos/index.ts';
import { readVoicemail } from '../../src/main/engine/browse/readers/voicemail/index.ts';
import { readWifiNetworks } from '../../src/main/engine/browse/readers/wifi/index.ts';
import type { Backup } from '../../src/main/engine/browse/source/types.ts';
import { looseBackup } from '../support/browse/loose-backup.ts';
import { type SimulatedBackups, type SimulatedTruth, simulatedBackups } from '../support/browse/simulated-backup.ts';

/** Voicemail, voice memos, Safari, health, apps, accounts and Wi-Fi: small kinds, each against what it should be. */

const FIXTURES = process.env['BACKSTOP_FIXTURES'] ?? join(import.meta.dirname, '../../../shared/fixtures');
const hasFixtures = existsSync(FIXTURES);
if (!hasFixtures) console.warn(`LEFT OUT: real databases are not at hand (${FIXTURES}).`);

let dir = '';
let phone: SimulatedBackups;
let backup: Backup;
let truth: SimulatedTruth;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-small-'));
  phone = simulatedBackups({ seed: 21, files: 2000, bytes: 30e6 });
  backup = phone.backup();
  truth = await phone.truth();
});
afterAll(async () => {
  await backup[Symbol.asyncDispose]();
  await phone[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const rows = (kind: string) => truth.items[kind] ?? [];
const sorted = <T>(values: Iterable<T>): T[] =>
  [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** Fixtures are opened as copies: SQLite writes beside what it opens, and nobody else may find that there. */
function fixture(path: string): string {
  const copy = join(dir, path.replaceAll('/', '_'));
  cpSync(join(FIXTURES, path), copy);
  return copy;
}

function odd(name: string, sql: string): string {
  const path = join(dir, name);
  const db = new Database(path);
  db.exec(sql);
  db.close();
  return path;
}

describe('a simulated phone', () => {
  it('has its voicemail, with recordings', async () => {
    const { items, unreadable, isPresent } = await readVoicemail(backup);
    expect([isPresent, unreadable]).toEqual([true, []]);
    const found = items.map((one) => ({
      id: Number(one.id),
      sender: one.sender,
      date: (one.dateMs ?? 0) / 1000,
      duration: one.durationSeconds,
      trashed: one.isTrashed,
      bytes: one.bytes,
    }));
    const expected = rows('voicemails').map(({ id, sender, date, duration, trashed, bytes }) => ({
      id,
      sender,
      date,
      duration,
      trashed,
      bytes,
    }));
    expect(sorted(found)).toEqual(sorted(expected));
  });

  it('has its voice memos, and knows which are only in iCloud', async () => {
    const { items, unreadable } = await readVoiceMemos(backup);
    expect(unreadable).toEqual([]);
    const found = items.map((one) => ({
      id: one.id,
      title: one.title,
      path: one.file?.path ?? null,
      here: one.where === 'here',
    }));
    const expected = rows('recordings').map((one) => {
      const isThere = one['path'] !== null && backup.file(String(one['domain']), String(one['path'])) !== null;
      return { id: one['id'], title: one['title'], path: isThere ? one['path'] : null, here: isThere };
    });
    expect(sorted(found)).toEqual(sorted(expected));
  });

  it('has its bookmarks, reading list, history and tabs', async () => {
    const { bookmarks, visits, tabs, unreadable } = await readSafari(backup);
    expect(unreadable).toEqual([]);
    const marks = bookmarks.map((one) => ({
      url: one.url,
      title: one.title,
      readingList: one.kind === 'reading-list',
    }));
    expect(sorted(marks)).toEqual(
      sorted(rows('bookmarks').map(({ url, title, readingList }) => ({ url, title, readingList }))),
    );
    const seen = visits.map((one) => ({
      url: one.url,
      title: one.title,
      time: Math.round((one.visitedMs ?? 0) / 1000),
    }));
    expect(sorted(seen)).toEqual(
      sorted(rows('visits').map(({ url, title, time }) => ({ url, title, time: Math.round(Number(time)) }))),
    );
    expect(sorted(tabs.map(({ url }) => url))).toEqual(sorted(rows('tabs').map(({ url }) => url)));
  });

  it('has its calls of both lists, once each', async () => {
    const { items, unreadable } = await readCalls(backup);
    expect(unreadable).toEqual([]);
    const found = items.map((one) => ({
      id: one.id,
      address: one.address,
      date: Math.round((one.dateMs ?? 0) / 1000),
      outgoing: one.isOutgoing,
      answered: one.isAnswered,
    }));
    const expected = rows('calls').map(({ id, address, date, outgoing, answered }) => ({
      id,
      address,
      date: Math.round(Number(date)),
      outgoing,
      answered,
    }));
    expect(sorted(found)).toEqual(sorted(expected));
  });

  it('has its events and reminders', async () => {
    const { items, unreadable } = await readCalendar(backup);
    expect(unreadable).toEqual([]);
    const found = items.map((one) => ({
      uuid: one.id,
      summary: one.title,
      start: Math.round((one.startMs ?? 0) / 1000),
      end: Math.round((one.endMs ?? 0) / 1000),
      allDay: one.isAllDay,
      calendar: one.calendar,
      recurring: one.recurrence !== null,
    }));
    const events = rows('calendarEvents').filter((one) => one['birthday'] !== true);
    const expected = events.map(({ uuid, summary, start, end, allDay, calendar, recurring }) => ({
      uuid,
      summary,
      start,
      end,
      allDay,
      calendar,
      recurring,
    }));
    expect(sorted(found)).toEqual(sorted(expected));
    const reminders = await readReminders(backup);
    expect(reminders.unreadable).toEqual([]);
    const seen = reminders.items.map((one) => ({
      store: one.store,
      title: one.title,
      list: one.list,
      completed: one.isCompleted,
      flagged: one.isFlagged,
      priority: one.priority,
    }));
    const wanted = rows('reminders')
      .filter((one) => one['deleted'] !== true)
      .map(({ store, title, list, completed, flagged, priority }) => ({
        store,
        title,
        list,
        completed,
        flagged,
        priority,
      }));
    expect(sorted(seen)).toEqual(sorted(wanted));
  });

  it('has its health data, counted', async () => {
    const { items, isPresent, sources } = await readHealth(backup);
    expect(isPresent).toBe(true);
    expect(sources.length).toBeGreaterThan(0);
    const counts = new Map(items.map((one) => [one.name, one.samples]));
    const steps = rows('health').find((one) => one['name'] === 'steps');
    expect(counts.get('steps')).toBe(steps?.['samples']);
    expect(items.find((one) => one.name === 'steps')?.firstMs).toBeGreaterThan(Date.UTC(2015, 0, 1));
  });

  it('has its apps with what they keep, accounts and networks', async () => {
    const { items } = await readApps(backup);
    expect(sorted(items.map(({ id, name }) => ({ id, name })))).toEqual(
      sorted(rows('apps').map(({ bundleId, name }) => ({ id: bundleId, name }))),
    );
    for (const app of items) {
      const own = truth.files.filter((file) => file.domain === `AppDomain-${app.id}`);
      expect(app.files).toBeGreaterThanOrEqual(own.length);
      expect(app.bytes).toBeGreaterThanOrEqual(own.reduce((sum, file) => sum + file.size, 0));
    }
    const whatsapp = items.find((one) => one.id === 'net.whatsapp.WhatsApp');
    expect(whatsapp?.domains).toContain('AppDomainGroup-group.net.whatsapp.WhatsApp.shared');
    const accounts = await readAccounts(backup);
    expect(
      sorted(accounts.items.map(({ id, username, type, isTopLevel }) => ({ id, username, type, isTopLevel }))),
    ).toEqual(
      sorted(
        rows('accounts').map((one) => ({
          id: one['identifier'],
          username: one['username'],
          type: one['type'],
          isTopLevel: one['topLevel'],
        })),
      ),
    );
    const { items: networks } = await readWifiNetworks(backup);
    expect(sorted(networks.map(({ ssid }) => ssid))).toEqual(sorted(rows('wifiNetworks').map(({ ssid }) => ssid)));
  });
});

describe.skipIf(!hasFixtures)('real databases', () => {
  it('accounts whose content is in the log', async () => {
    const folder = 'iLEAPP/accounts.belkasoft_ctf6_ios16/Accounts3.sqlite';
    await using real = looseBackup([
      { domain: 'HomeDomain', path: 'Library/Accounts/Accounts3.sqlite', file: fixture(folder) },
      { domain: 'HomeDomain', path: 'Library/Accounts/Accounts3.sqlite-wal', file: fixture(`${folder}-wal`) },
    ]);
    const { items, unreadable } = await readAccounts(real);
    expect([items.length, unreadable]).toEqual([16, []]);
    const count = (type: string): number => items.filter((one) => one.type === `com.apple.account.${type}`).length;
    expect(['IMAPMail', 'AppleAccount', 'iTunesStore', 'CalDAV', 'CardDAV'].map(count)).toEqual([1, 1, 2, 1, 1]);
  });

  it('a calendar of iOS 14 and reminders of iOS 18', async () => {
    await using real = looseBackup([
      {
        domain: 'HomeDomain',
        path: 'Library/Calendar/Calendar.sqlitedb',
        file: fixture('mvt/ios_backup_part/20/2041457d5fe04d39d0ab481178355df6781e6858'),
      },
      {
        domain: 'AppDomainGroup-group.com.apple.reminders',
        path: 'Container_v1/Stores/Data-local.sqlite',
        file: fixture('ios-backup-parser/reminders.1.local.sqlite'),
      },
    ]);
    expect(await readCalendar(real)).toMatchObject({
      items: [{ title: 'Super interesting meeting', startMs: (703_502_100 + 978_307_200) * 1000 }],
      unreadable: [],
    });
    expect(await readReminders(real)).toMatchObject({ items: [{ title: 'Water plants' }], unreadable: [] });
  });

  it('Wi-Fi networks of iOS 16, voicemail without any, bookmarks with a reading list', async () => {
    const wifi = 'iLEAPP/wifi.belkasoft_ctf6_ios16';
    await using real = looseBackup([
      {
        domain: 'SystemPreferencesDomain',
        path: 'com.apple.wifi.known-networks.plist',
        file: fixture(`${wifi}/com.apple.wifi.known-networks.plist`),
      },
      {
        domain: 'SystemPreferencesDomain',
        path: 'SystemConfiguration/com.apple.wifi.plist',
        file: fixture(`${wifi}/com.apple.wifi.plist`),
      },
      {
        domain: 'HomeDomain',
        path: 'Library/Voicemail/voicemail.db',
        file: fixture('iLEAPP/voicemail.belkasoft_ctf6_ios16/voicemail.db'),
      },
      {
        domain: 'HomeDomain',
        path: 'Library/Safari/Bookmarks.db',
        file: fixture('ios-backup-parser/safari.1.Bookmarks.db'),
      },
    ]);
    const { items } = await readWifiNetworks(real);
    expect(sorted(items.map(({ ssid }) => ssid))).toEqual(['TWR9', 'UCPLPublicWireless']);
    expect(await readVoicemail(real)).toEqual({ items: [], unreadable: [], isPresent: true });
    const { bookmarks } = await readSafari(real);
    const titles = (kind: string): string[] =>
      bookmarks.filter((one) => one.kind === kind).map((one) => one.title ?? '');
    expect(sorted(titles('bookmark'))).toEqual(['Corrupt', 'Example Bookmark', 'Nested Bookmark']);
    expect(sorted(titles('reading-list'))).toEqual(['RL Read', 'RL Unread']);
    expect(bookmarks.find((one) => one.title === 'Nested Bookmark')?.folder).toContain('Dev');
  });
});

describe('odd databases', () => {
  it('give what there is, and name what is missing', async () => {
    const torn = join(dir, 'torn.db');
    writeFileSync(torn, 'no database at all');
    await using strange = looseBackup([
      {
        domain: 'HomeDomain',
        path: 'Library/Voicemail/voicemail.db',
        file: odd('v.db', 'CREATE TABLE voicemail (sender TEXT); INSERT INTO voicemail VALUES (NULL), (7)'),
      },
      {
        domain: 'HomeDomain',
        path: 'Library/Safari/Bookmarks.db',
        file: odd(
          'b.db',
          `CREATE TABLE bookmarks (id, parent, type, url); INSERT INTO bookmarks VALUES (1, 1, 1, NULL), (2, 1, 0, 'a'), (3, 2, 0, x'00'), ('x', 'y', 0, 'b')`,
        ),
      },
      { domain: 'HomeDomain', path: 'Library/Safari/History.db', file: torn },
      {
        domain: 'HomeDomain',
        path: 'Library/Accounts/Accounts3.sqlite',
        file: odd('a.db', 'CREATE TABLE ZACCOUNT (ZUSERNAME); INSERT INTO ZACCOUNT VALUES (1), (NULL)'),
      },
      {
        domain: 'HealthDomain',
        path: 'Health/healthdb_secure.sqlite',
        file: odd(
          'h.db',
          `CREATE TABLE samples (data_type, start_date, end_date); INSERT INTO samples VALUES ('x', 'y', 9e99)`,
        ),
      },
      { domain: 'SystemPreferencesDomain', path: 'com.apple.wifi.plist', file: torn },
      { domain: 'MediaDomain', path: 'Media/Recordings/Recordings.db', file: odd('r.db', 'CREATE TABLE other (x)') },
      { domain: 'MediaDomain', path: 'Media/Recordings/alone.m4a', file: torn },
    ]);
    expect(await readVoicemail(strange)).toMatchObject({ items: [{ sender: null, dateMs: null }, {}], unreadable: [] });
    const safari = await readSafari(strange);
    expect(safari.bookmarks.map(({ url }) => url)).toEqual(['a']);
    expect(safari).toMatchObject({ visits: [], hasHistory: true, unreadable: [{ what: 'History.db' }] });
    expect((await readAccounts(strange)).items).toMatchObject([{ username: null, type: null }, { username: null }]);
    expect((await readHealth(strange)).items).toMatchObject([{ id: '?', samples: 1, firstMs: null, lastMs: null }]);
    expect((await readWifiNetworks(strange)).unreadable).toMatchObject([{ what: 'com.apple.wifi.plist' }]);
    const memos = await readVoiceMemos(strange);
    expect(memos).toMatchObject({
      items: [{ id: 'alone.m4a', where: 'here' }],
      unreadable: [{ what: 'Recordings.db' }],
    });
  });

  it('nothing is there', async () => {
    await using empty = looseBackup([], { installedApps: null });
    for (const read of [
      readCalls,
      readCalendar,
      readReminders,
      readVoicemail,
      readVoiceMemos,
      readHealth,
      readAccounts,
      readWifiNetworks,
    ]) {
      expect(await read(empty)).toMatchObject({ items: [], unreadable: [], isPresent: false });
    }
    expect(await readSafari(empty)).toMatchObject({ hasBookmarks: false, hasHistory: false, unreadable: [] });
    expect(await readApps(empty)).toMatchObject({ items: [], isPresent: false, unreadable: [{ what: 'Info.plist' }] });
  });
});
