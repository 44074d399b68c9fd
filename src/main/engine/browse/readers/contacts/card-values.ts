import type Database from 'better-sqlite3';
import { attempt } from '../attempt.ts';
import type { UnreadableList } from '../reading.ts';
import { columnsOf, hasTable, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { calendarDate, plainLabel } from './labels.ts';
import type { LabelledDate, LabelledValue, OnlineAccount, PostalAddress } from './types.ts';

/** ABMultiValue.property (reference 4.3). */
const PHONE = 3;
const EMAIL = 4;
const ADDRESS = 5;
const DATE = 12;
const MESSENGER = 13;
const URL = 22;
const RELATED = 23;
const PROFILE = 46;
/** Sounds and other settings of a card, which say nothing of the person. */
const SETTINGS = new Set([16, 17, 18, 19, 20, 21]);

/** Characters; no person's value is as long. */
const MAX_VALUE = 65_536;
/** A card with more values than any person has is a hostile one. */
const MAX_VALUES = 2000;

export interface CardValues {
  readonly phones: LabelledValue[];
  readonly emails: LabelledValue[];
  readonly urls: LabelledValue[];
  readonly addresses: PostalAddress[];
  readonly dates: LabelledDate[];
  readonly related: LabelledValue[];
  readonly messengers: OnlineAccount[];
  readonly profiles: OnlineAccount[];
}

export function noValues(): CardValues {
  return { phones: [], emails: [], urls: [], addresses: [], dates: [], related: [], messengers: [], profiles: [] };
}

type Entries = ReadonlyMap<string, string>;

/** Everything of which a card may have several, by the card's row. */
export function cardValues(
  db: Database.Database,
  file: string,
  unreadable: UnreadableList,
): ReadonlyMap<number, CardValues> {
  const found = new Map<number, CardValues>();
  const columns = columnsOf(db, 'ABMultiValue');
  if (columns.size === 0) {
    unreadable.add(file, 'it has no table of numbers and addresses');
    return found;
  }
  const labels = textsByRow(db, 'ABMultiValueLabel', `${file}, labels`, unreadable);
  const entries = entriesByValue(db, file, unreadable);
  // UID is the row's number by another name.
  const list = selectList(columns, { record: 'record_id', property: 'property', label: 'label', value: 'value' });
  const sql = `SELECT uid, record, property, label, substr(value, 1, ${MAX_VALUE}) AS value FROM (SELECT ROWID AS uid, ${list} FROM ABMultiValue)`;
  attempt(unreadable, `${file}, numbers and addresses`, () => {
    for (const row of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
      const record = numberOf(row['record']);
      if (record === null) continue;
      const values = found.get(record) ?? noValues();
      found.set(record, values);
      const number = numberOf(row['label']);
      const label = number === null ? textOf(row['label']) : (labels.get(number) ?? null);
      if (number !== null && number > 0 && label === null) {
        unreadable.add(`${file}, value ${String(row['uid'])} of card ${record}`, `there is no label ${number}`);
      }
      add(values, numberOf(row['property']), plainLabel(label), textOf(row['value']), {
        entries: entries.get(numberOf(row['uid']) ?? -1) ?? new Map(),
        unknown: (property) =>
          unreadable.addOnce(`${file}, values of kind ${property ?? '?'}`, 'what they are is not known'),
      });
    }
  });
  return found;
}

function add(
  values: CardValues,
  property: number | null,
  label: string | null,
  value: string | null,
  { entries, unknown }: { readonly entries: Entries; readonly unknown: (property: number | null) => void },
): void {
  const list = plainList(values, property);
  if (list !== undefined) {
    if (value !== null && value !== '' && list.length < MAX_VALUES) list.push({ label, value });
  } else if (property === ADDRESS) {
    const address = addressOf(label, value, entries);
    if (address !== null && values.addresses.length < MAX_VALUES) values.addresses.push(address);
  } else if (property === DATE) {
    const date = calendarDate(value);
    if (date !== null && values.dates.length < MAX_VALUES) values.dates.push({ label, date });
  } else if (property === MESSENGER || property === PROFILE) {
    const account = accountOf(label, value, entries);
    const accounts = property === MESSENGER ? values.messengers : values.profiles;
    if (account !== null && accounts.length < MAX_VALUES) accounts.push(account);
  } else if (property === null || !SETTINGS.has(property)) unknown(property);
}

function plainList(values: CardValues, property: number | null): LabelledValue[] | undefined {
  if (property === PHONE) return values.phones;
  if (property === EMAIL) return values.emails;
  if (property === URL) return values.urls;
  return property === RELATED ? values.related : undefined;
}

function addressOf(label: string | null, value: string | null, entries: Entries): PostalAddress | null {
  const of = (key: string): string | null => entries.get(key) ?? null;
  const address: PostalAddress = {
    label,
    street: of('street') ?? value,
    city: of('city'),
    state: of('state'),
    postalCode: of('zip'),
    country: of('country'),
    countryCode: of('countrycode'),
    subLocality: of('sublocality'),
  };
  const { label: _, ...rest } = address;
  return Object.values(rest).some((part) => part !== null) ? address : null;
}

function accountOf(label: string | null, value: string | null, entries: Entries): OnlineAccount | null {
  const username = entries.get('username') ?? value;
  const url = entries.get('url') ?? null;
  if (username === null && url === null) return null;
  return { label, service: entries.get('service') ?? null, username, url };
}

/** Parts of composite values: value → key in lower case → text. */
function entriesByValue(db: Database.Database, file: string, unreadable: UnreadableList): ReadonlyMap<number, Entries> {
  const found = new Map<number, Map<string, string>>();
  const keys = textsByRow(db, 'ABMultiValueEntryKey', `${file}, names of parts of addresses`, unreadable);
  const columns = columnsOf(db, 'ABMultiValueEntry');
  if (!columns.has('parent_id') || !columns.has('key') || !columns.has('value')) return found;
  const sql = `SELECT parent_id AS parent, key, substr(value, 1, ${MAX_VALUE}) AS value FROM ABMultiValueEntry`;
  attempt(unreadable, `${file}, parts of addresses`, () => {
    for (const row of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
      const parent = numberOf(row['parent']);
      const key = keys.get(numberOf(row['key']) ?? -1)?.toLowerCase();
      const value = textOf(row['value']);
      if (parent === null || key === undefined || value === null || value === '') continue;
      const entries = found.get(parent) ?? new Map<string, string>();
      entries.set(key, value);
      found.set(parent, entries);
    }
  });
  return found;
}

/** Tables of one text each, which are referred to by the number of the row. */
function textsByRow(
  db: Database.Database,
  table: 'ABMultiValueLabel' | 'ABMultiValueEntryKey',
  what: string,
  unreadable: UnreadableList,
): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  if (!hasTable(db, table) || !columnsOf(db, table).has('value')) return texts;
  attempt(unreadable, what, () => {
    for (const row of db.prepare(`SELECT ROWID AS n, substr(value, 1, 1000) AS value FROM ${table}`).iterate()) {
      const { n, value } = row as Record<string, unknown>;
      const number = numberOf(n);
      const text = textOf(value);
      if (number !== null && text !== null) texts.set(number, text);
    }
  });
  return texts;
}
