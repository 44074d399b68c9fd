import type Database from 'better-sqlite3';
import type { Backup } from '../../source/types.ts';
import { attempt } from '../attempt.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import { cocoaMs, columnsOf, hasTable, numberOf, quoted, selectList, textOf } from '../tolerant-table.ts';
import { withDatabase } from '../with-database.ts';
import { type CardValues, cardValues, noValues } from './card-values.ts';
import { rowsWithPhotos } from './contact-photos.ts';
import { calendarDate } from './labels.ts';
import type { Contact } from './types.ts';

const PLACE = { domain: 'HomeDomain', path: 'Library/AddressBook/AddressBook.sqlitedb' };
const FILE = 'AddressBook.sqlitedb';
const ORGANISATION = 1;
/** Characters of one field. */
const MAX_FIELD = 1024 * 1024;

const TEXTS = {
  guid: ['guid', 'UniqueID'],
  externalUuid: 'ExternalUUID',
  prefix: 'Prefix',
  first: 'First',
  middle: 'Middle',
  last: 'Last',
  suffix: 'Suffix',
  nickname: 'Nickname',
  previousLast: 'PreviousFamilyName',
  phoneticFirst: 'FirstPhonetic',
  phoneticMiddle: 'MiddlePhonetic',
  phoneticLast: 'LastPhonetic',
  displayName: 'DisplayName',
  organisation: 'Organization',
  department: 'Department',
  jobTitle: 'JobTitle',
  note: 'Note',
  birthday: 'Birthday',
} as const;
const NUMBERS = {
  kind: 'Kind',
  created: 'CreationDate',
  modified: 'ModificationDate',
  store: 'StoreID',
  link: 'PersonLink',
} as const;

/** All cards, also those that the phone shows as one person, in the order of their names. */
export async function readContacts(backup: Backup): Promise<Reading<Contact> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const items: Contact[] = [];
  const photos = await rowsWithPhotos(backup, unreadable);
  const isPresent = await withDatabase(backup, unreadable, PLACE, (db) => {
    const columns = columnsOf(db, 'ABPerson');
    if (columns.size === 0) return unreadable.add(FILE, 'it has no table of people');
    const values = cardValues(db, FILE, unreadable);
    const groups = groupsByCard(db, unreadable);
    const stores = storesOf(db, unreadable);
    const list = selectList(columns, { ...TEXTS, ...NUMBERS });
    const cut = Object.keys(TEXTS).map((name) => `substr(${quoted(name)}, 1, ${MAX_FIELD}) AS ${quoted(name)}`);
    const sql = `SELECT n, ${[...cut, ...Object.keys(NUMBERS)].join(', ')} FROM (SELECT ROWID AS n, ${list} FROM ABPerson)`;
    attempt(unreadable, `${FILE}, people`, () => {
      for (const row of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
        const n = numberOf(row['n']);
        if (n === null) continue;
        const birthday = calendarDate(row['birthday']);
        if (birthday === null && row['birthday'] !== null && row['birthday'] !== '') {
          unreadable.add(`${FILE}, birthday of card ${n}`, 'it is no date');
        }
        const store = stores.get(numberOf(row['store']) ?? -1);
        items.push(
          contactOf(n, row, values.get(n) ?? noValues(), {
            birthday,
            groups: groups.get(n) ?? [],
            store: store?.name ?? null,
            isOwner: store?.owner === n,
            hasPhoto: photos.has(n),
          }),
        );
      }
    });
  });
  const collator = new Intl.Collator('en');
  items.sort((a, b) => collator.compare(a.name ?? '\uffff', b.name ?? '\uffff') || a.rowId - b.rowId);
  return { items, isPresent, unreadable: unreadable.items };
}

function contactOf(
  n: number,
  row: Readonly<Record<string, unknown>>,
  values: CardValues,
  facts: Pick<Contact, 'birthday' | 'groups' | 'store' | 'isOwner' | 'hasPhoto'>,
): Contact {
  const text = (name: keyof typeof TEXTS): string | null => textOf(row[name]) || null;
  const isOrganisation = numberOf(row['kind']) === ORGANISATION;
  const parts = {
    prefix: text('prefix'),
    first: text('first'),
    middle: text('middle'),
    last: text('last'),
    suffix: text('suffix'),
    nickname: text('nickname'),
    organisation: text('organisation'),
  };
  const own = [parts.prefix, parts.first, parts.middle, parts.last, parts.suffix].filter((one) => one !== null);
  const names = isOrganisation ? [parts.organisation, own.join(' ')] : [own.join(' '), parts.organisation];
  const others = [parts.nickname, text('displayName'), values.emails[0]?.value, values.phones[0]?.value];
  const link = numberOf(row['link']);
  return {
    id: text('guid') ?? text('externalUuid') ?? String(n),
    rowId: n,
    externalUuid: text('externalUuid'),
    isOrganisation,
    name: [...names, ...others].find((one) => one !== null && one !== undefined && one !== '') ?? null,
    ...parts,
    previousLast: text('previousLast'),
    phoneticFirst: text('phoneticFirst'),
    phoneticMiddle: text('phoneticMiddle'),
    phoneticLast: text('phoneticLast'),
    department: text('department'),
    jobTitle: text('jobTitle'),
    note: text('note'),
    ...values,
    ...facts,
    linkedAs: link === null || link < 0 ? null : link,
    createdMs: cocoaMs(row['created']),
    modifiedMs: cocoaMs(row['modified']),
  };
}

function groupsByCard(db: Database.Database, unreadable: UnreadableList): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  const groups = columnsOf(db, 'ABGroup');
  const members = columnsOf(db, 'ABGroupMembers');
  if (!groups.has('Name') || !members.has('group_id') || !members.has('member_id')) return found;
  // Members of the type 1 are groups within groups.
  const people = members.has('member_type') ? 'AND ifnull(m.member_type, 0) = 0' : '';
  const sql = `SELECT m.member_id AS n, substr(g.Name, 1, 1000) AS name
    FROM ABGroupMembers m JOIN ABGroup g ON g.ROWID = m.group_id WHERE g.Name IS NOT NULL ${people}`;
  attempt(unreadable, `${FILE}, groups`, () => {
    for (const row of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
      const n = numberOf(row['n']);
      const name = textOf(row['name']);
      if (n === null || name === null) continue;
      const names = found.get(n);
      if (names === undefined) found.set(n, [name]);
      else if (!names.includes(name)) names.push(name);
    }
  });
  return found;
}

function storesOf(
  db: Database.Database,
  unreadable: UnreadableList,
): ReadonlyMap<number, { readonly name: string | null; readonly owner: number | null }> {
  const found = new Map<number, { readonly name: string | null; readonly owner: number | null }>();
  if (!hasTable(db, 'ABStore')) return found;
  const list = selectList(columnsOf(db, 'ABStore'), { name: 'Name', owner: 'MeIdentifier' });
  attempt(unreadable, `${FILE}, accounts`, () => {
    for (const row of db.prepare(`SELECT ROWID AS n, ${list} FROM ABStore`).iterate()) {
      const { n, name, owner } = row as Record<string, unknown>;
      const number = numberOf(n);
      if (number !== null) found.set(number, { name: textOf(name), owner: numberOf(owner) });
    }
  });
  return found;
}
