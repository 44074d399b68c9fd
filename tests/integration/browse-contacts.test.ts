import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportContacts } from '../../src/main/engine/browse/exports/contacts/index.ts';
import { ContactBook, ContactPhotos, readContacts } from '../../src/main/engine/browse/readers/contacts/index.ts';
import { UnreadableList } from '../../src/main/engine/browse/readers/reading.ts';
import { fixture, hasFixture } from '../support/browse/fixtures.ts';
import { looseBackup } from '../support/browse/loose-backup.ts';
import { simulatedBackups } from '../support/browse/simulated-backup.ts';

/** Contacts, their pictures, whose number it is, and vCards of them. */

const DOMAIN = 'HomeDomain';
const BOOK = 'Library/AddressBook/AddressBook.sqlitedb';
const IMAGES = 'Library/AddressBook/AddressBookImages.sqlitedb';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-contacts-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function copied(name: string): string {
  const copy = join(dir, name.replaceAll('/', '_'));
  cpSync(fixture(name), copy);
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
  it('has its contacts with values, groups, links and pictures, and exports all of them', async () => {
    await using phone = simulatedBackups({ seed: 4, files: 1500, bytes: 20e6 });
    await using backup = phone.backup();
    const truth = (await phone.truth()).items['contacts'] ?? [];
    expect(truth.length).toBeGreaterThan(20);
    const { items, unreadable, isPresent } = await readContacts(backup);
    expect([isPresent, unreadable]).toEqual([true, []]);
    const found = items.map((one) => ({
      id: one.rowId,
      guid: one.id,
      first: one.first,
      last: one.last,
      organization: one.organisation,
      note: one.note,
      phones: one.phones.map(({ value }) => value),
      emails: one.emails.map(({ value }) => value),
      linkedTo: one.linkedAs,
      owner: one.isOwner,
      image: one.hasPhoto,
      group: one.groups[0] ?? null,
    }));
    expect(found.sort((a, b) => a.id - b.id)).toEqual([...truth].sort((a, b) => Number(a['id']) - Number(b['id'])));
    const labels = new Set(items.flatMap((one) => one.phones.map(({ label }) => label)));
    expect(labels).toEqual(new Set(['Mobile']));
    expect(items.some((one) => one.profiles[0]?.service === 'mastodon')).toBe(true);
    expect(items.some((one) => one.addresses[0]?.city !== null && one.addresses.length > 0)).toBe(true);
    expect(items.find((one) => one.birthday !== null)?.birthday).toMatch(/^\d{4}-\d\d-\d\d$/);

    const out = join(dir, 'simulated');
    const exported = await exportContacts(backup, { directory: out });
    expect(exported).toMatchObject({ items: truth.length, files: 1, sums: 'SHA256SUMS', unreadable: [] });
    const text = readFileSync(join(out, 'Contacts.vcf'));
    expect(readFileSync(join(out, 'SHA256SUMS'), 'utf8')).toBe(
      `${createHash('sha256').update(text).digest('hex')}  Contacts.vcf\n`,
    );
    expect(text.toString().match(/^BEGIN:VCARD/gm)).toHaveLength(truth.length);
    expect(text.toString().match(/^PHOTO/gm)).toHaveLength(truth.filter((one) => one['image'] === true).length);

    const first = items[0];
    const one = await exportContacts(backup, {
      directory: join(dir, 'one'),
      ids: [first?.id ?? ''],
      isOneFileEach: true,
      version: '4.0',
    });
    expect(one).toMatchObject({ items: 1, files: 1 });
    expect(readdirSync(join(dir, 'one')).filter((name) => name.endsWith('.vcf'))).toHaveLength(1);
  });

  it('keeps ids from version to version, and shows an edit', async () => {
    await using phone = simulatedBackups({ seed: 9, files: 800, bytes: 10e6 });
    await using before = phone.backup();
    const older = await readContacts(before);
    await phone.content.mutate({ edit: { contacts: 1 }, delete: { contacts: 2 } });
    await using after = phone.backup();
    const newer = await readContacts(after);
    const ids = new Set(newer.items.map(({ id }) => id));
    expect(older.items.filter(({ id }) => !ids.has(id))).toHaveLength(2);
    const known = new Map(older.items.map((one) => [one.id, one]));
    const edited = newer.items.filter((one) => one.phones.length !== known.get(one.id)?.phones.length);
    expect(edited).toHaveLength(1);
  });
});

describe.skipIf(!hasFixture('iLEAPP'))('real address books', () => {
  it('reads one that is all in the log', async () => {
    const folder = 'iLEAPP/addressBook.belkasoft_ctf6_ios16';
    await using real = looseBackup([
      { domain: DOMAIN, path: BOOK, file: copied(`${folder}/AddressBook.sqlitedb`) },
      { domain: DOMAIN, path: `${BOOK}-wal`, file: copied(`${folder}/AddressBook.sqlitedb-wal`) },
      { domain: DOMAIN, path: IMAGES, file: copied(`${folder}/AddressBookImages.sqlitedb`) },
      { domain: DOMAIN, path: `${IMAGES}-wal`, file: copied(`${folder}/AddressBookImages.sqlitedb-wal`) },
    ]);
    const { items, unreadable } = await readContacts(real);
    expect(unreadable).toEqual([]);
    expect(items).toMatchObject([
      {
        id: '551EB6CB-3EAC-4A5B-AA44-1346103D6D6D:ABPerson',
        name: 'William Phorger',
        emails: [{ label: 'Home', value: 'billthemegakill@icloud.com' }],
        isOwner: true,
        hasPhoto: false,
      },
    ]);
  });

  it('reads one with a broken label, an organisation, groups and accounts', async () => {
    await using real = looseBackup([
      { domain: DOMAIN, path: BOOK, file: copied('ios-backup-parser/contacts.1.AddressBook.sqlitedb') },
    ]);
    const { items, unreadable } = await readContacts(real);
    expect(items.map(({ name }) => name)).toEqual([
      'Acme Synthetics',
      'Broken Label',
      'Dr. Alex Quinn Fixture Jr.',
      'Solo',
    ]);
    expect(unreadable).toEqual([
      { what: 'AddressBook.sqlitedb, value 201 of card 2', reason: 'there is no label 999' },
    ]);
    expect(items.find(({ first }) => first === 'Alex')).toMatchObject({
      id: 'fx-person-1',
      organisation: 'Fixture Works',
      birthday: '1990-04-01',
      phones: [
        { label: 'Home', value: '+1 555 0100' },
        { label: 'Work', value: '+1 555 0101' },
        { label: null, value: '+1 555 0102' },
      ],
      urls: [{ label: 'fixture custom', value: 'https://alex.example.com' }],
      addresses: [{ street: '1 Synthetic Way', city: 'Faketown', postalCode: '00001', country: 'Fixtureland' }],
      messengers: [{ username: 'fixture-im' }],
      groups: ['Fixture Friends'],
      store: 'Fixture Store',
    });
    expect(items.find(({ isOrganisation }) => isOrganisation)).toMatchObject({ name: 'Acme Synthetics' });
    const book = new ContactBook(items);
    expect(book.nameOf('+15550142')).toBe('Acme Synthetics');
    expect(book.nameOf('ALEX@example.com')).toBe('Dr. Alex Quinn Fixture Jr.');
    expect(book.nameOf('+4915550199999')).toBeNull();
  });
});

describe('odd address books', () => {
  it('give what there is, and name what is missing', async () => {
    const torn = join(dir, 'torn.db');
    writeFileSync(torn, 'no database at all');
    await using strange = looseBackup([
      {
        domain: DOMAIN,
        path: BOOK,
        file: odd(
          'a.db',
          `CREATE TABLE ABPerson (First, Birthday, guid); INSERT INTO ABPerson VALUES (7, 'soon', NULL), ('A', 1e300, ''), (NULL, -86400.5, x'00');
           CREATE TABLE ABMultiValue (record_id, property, label, value); INSERT INTO ABMultiValue VALUES (2, 3, 'own', '1'), (2, 99, 1, 'x'), ('x', 3, 1, 'y'), (3, 5, NULL, NULL);`,
        ),
      },
      { domain: DOMAIN, path: IMAGES, file: torn },
    ]);
    const { items, unreadable } = await readContacts(strange);
    // A number that stands where a name should is shown as text: SQLite's own way.
    expect(items.map(({ id, first, birthday }) => ({ id, first, birthday }))).toEqual([
      { id: '1', first: '7', birthday: null },
      { id: '2', first: 'A', birthday: null },
      { id: '3', first: null, birthday: '2000-12-30' },
    ]);
    expect(unreadable.map(({ what }) => what)).toEqual([
      'AddressBookImages.sqlitedb',
      'AddressBook.sqlitedb, value 2 of card 2',
      'AddressBook.sqlitedb, values of kind 99',
      'AddressBook.sqlitedb, birthday of card 1',
      'AddressBook.sqlitedb, birthday of card 2',
    ]);
    using photos = await ContactPhotos.open(strange);
    expect(photos.find(1, new UnreadableList())).toBeNull();
  });

  it('have no people, or are not there', async () => {
    await using none = looseBackup([{ domain: DOMAIN, path: BOOK, file: odd('n.db', 'CREATE TABLE other (x)') }]);
    expect(await readContacts(none)).toMatchObject({ items: [], isPresent: true, unreadable: [{}] });
    await using empty = looseBackup([]);
    expect(await readContacts(empty)).toEqual({ items: [], isPresent: false, unreadable: [] });
    expect(await exportContacts(empty, { directory: join(dir, 'none') })).toMatchObject({
      items: 0,
      files: 0,
      sums: null,
    });
  });
});
