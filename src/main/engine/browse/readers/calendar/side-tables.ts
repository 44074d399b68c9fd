import type Database from 'better-sqlite3';
import { attempt } from '../attempt.ts';
import type { UnreadableList } from '../reading.ts';
import { cocoaMs, columnsOf, hasTable, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { MAX_TEXT } from '../with-database.ts';
import type { Attendee, Recurrence } from './types.ts';

/** The tables that events refer to; small ones, loaded whole. One that is damaged is named, and the others are read. */

interface Location {
  readonly text: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

type Row = Readonly<Record<string, unknown>> & { readonly n: number };
type Wanted = Readonly<Record<string, string | readonly string[]>>;

const ORGANISER = 8;
/** More is no alarm before an event: Apple's mark for "at a time of its own" among them. */
const MAX_ALARM_SECONDS = 1e8;

export class SideTables {
  readonly calendars = new Map<number, { readonly title: string | null; readonly account: string | null }>();
  readonly locations = new Map<number, Location>();
  /** By the event that owns them. */
  readonly locationsOf = new Map<number, Location>();
  readonly recurrences = new Map<number, Recurrence>();
  readonly exceptions = new Map<number, number[]>();
  readonly attendees = new Map<number, Attendee[]>();
  readonly alarms = new Map<number, number[]>();
  readonly alarmsAt = new Map<number, number[]>();
  readonly #db: Database.Database;
  readonly #unreadable: UnreadableList;

  constructor(db: Database.Database, unreadable: UnreadableList) {
    this.#db = db;
    this.#unreadable = unreadable;
    this.#readCalendars();
    this.#readLocations();
    this.#readRecurrences();
    this.#readAttendees();
    this.#readAlarms();
  }

  #readCalendars(): void {
    const stores = new Map<number, string>();
    this.#each('Store', { name: 'name' }, (row) => {
      const name = nameIn(row['name']);
      if (name !== null) stores.set(row.n, name);
    });
    this.#each('Calendar', { title: 'title', store: 'store_id' }, (row) => {
      const account = stores.get(numberOf(row['store']) ?? -1) ?? null;
      this.calendars.set(row.n, { title: nameIn(row['title']), account });
    });
  }

  #readLocations(): void {
    const wanted = {
      title: 'title',
      address: 'address',
      latitude: 'latitude',
      longitude: 'longitude',
      owner: 'item_owner_id',
    };
    this.#each('Location', wanted, (row) => {
      const parts = [nameIn(row['title']), nameIn(row['address'])].filter((one) => one !== null);
      if (parts.length === 0) return;
      const [latitude, longitude] = [degrees(row['latitude'], 90), degrees(row['longitude'], 180)];
      const isSomewhere = latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0);
      const place = isSomewhere ? { latitude, longitude } : { latitude: null, longitude: null };
      const location = { text: parts.join(', '), ...place };
      this.locations.set(row.n, location);
      const owner = numberOf(row['owner']);
      if (owner !== null && owner > 0 && !this.locationsOf.has(owner)) this.locationsOf.set(owner, location);
    });
  }

  #readRecurrences(): void {
    const wanted = {
      owner: ['owner_id', 'event_id'],
      frequency: 'frequency',
      interval: 'interval',
      count: 'count',
      end: 'end_date',
      specifier: 'specifier',
      weekStart: 'week_start',
      months: 'by_month_months',
    };
    this.#each('Recurrence', wanted, (row) => {
      const owner = numberOf(row['owner']);
      const frequency = numberOf(row['frequency']);
      if (owner === null || frequency === null) return;
      const count = numberOf(row['count']);
      const weekStart = numberOf(row['weekStart']);
      const months = numberOf(row['months']);
      this.recurrences.set(owner, {
        frequency,
        interval: Math.max(1, Math.trunc(numberOf(row['interval']) ?? 1)),
        count: count === null || count < 1 ? null : Math.trunc(count),
        untilMs: numberOf(row['end']) === 0 ? null : cocoaMs(row['end']),
        weekStart: weekStart !== null && weekStart >= 1 && weekStart <= 7 ? Math.trunc(weekStart) : null,
        specifier: nameIn(row['specifier']),
        months: months === null || months <= 0 ? null : Math.trunc(months),
      });
    });
    this.#each('ExceptionDate', { owner: ['owner_id', 'event_id'], date: 'date' }, (row) => {
      const date = cocoaMs(row['date']);
      if (date !== null) add(this.exceptions, numberOf(row['owner']), date);
    });
  }

  #readAttendees(): void {
    const people = new Map<number, { readonly name: string | null; readonly email: string | null }>();
    this.#each(
      'Identity',
      { name: 'display_name', address: 'address', first: 'first_name', last: 'last_name' },
      (row) => {
        const full = [nameIn(row['first']), nameIn(row['last'])].filter((one) => one !== null).join(' ');
        const name = nameIn(row['name']) ?? (full === '' ? null : full);
        people.set(row.n, { name, email: emailIn(row['address']) });
      },
    );
    const wanted = {
      owner: ['owner_id', 'event_id'],
      identity: 'identity_id',
      status: 'status',
      role: 'role',
      entity: 'entity_type',
      email: 'email',
      phone: 'phone_number',
    };
    this.#each('Participant', wanted, (row) => {
      const person = people.get(numberOf(row['identity']) ?? -1) ?? { name: null, email: null };
      add(this.attendees, numberOf(row['owner']), {
        name: person.name,
        email: person.email ?? emailIn(row['email']),
        phone: nameIn(row['phone']),
        status: numberOf(row['status']),
        role: numberOf(row['role']),
        isOrganiser: numberOf(row['entity']) === ORGANISER,
      });
    });
  }

  #readAlarms(): void {
    const wanted = {
      owner: ['calendaritem_owner_id', 'owner_id', 'event_id'],
      offset: 'trigger_interval',
      date: 'trigger_date',
      isOff: 'disabled',
    };
    this.#each('Alarm', wanted, (row) => {
      if ((numberOf(row['isOff']) ?? 0) !== 0) return;
      const owner = numberOf(row['owner']);
      const date = numberOf(row['date']) === 0 ? null : cocoaMs(row['date']);
      const seconds = numberOf(row['offset']);
      if (date !== null) add(this.alarmsAt, owner, date);
      else if (seconds !== null && Math.abs(seconds) <= MAX_ALARM_SECONDS) {
        // Never minus nought.
        add(this.alarms, owner, Math.round(-seconds / 60) || 0);
      }
    });
  }

  #each(table: string, wanted: Wanted, take: (row: Row) => void): void {
    if (!hasTable(this.#db, table)) return;
    attempt(this.#unreadable, `Calendar.sqlitedb, ${table}`, () => {
      const sql = `SELECT ROWID AS n, ${selectList(columnsOf(this.#db, table), wanted)} FROM ${table}`;
      for (const row of this.#db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
        const n = numberOf(row['n']);
        if (n !== null) take({ ...row, n });
      }
    });
  }
}

function add<T>(map: Map<number, T[]>, owner: number | null, value: T): void {
  if (owner === null) return;
  const known = map.get(owner);
  if (known === undefined) map.set(owner, [value]);
  else known.push(value);
}

/** Of one word or line: an empty one is none. */
export function nameIn(value: unknown): string | null {
  const text = textOf(value)?.slice(0, MAX_TEXT) ?? '';
  return text.trim() === '' ? null : text;
}

function emailIn(value: unknown): string | null {
  const address = nameIn(value)?.replace(/^mailto:/i, '') ?? '';
  return address === '' || /^(urn|tel|invalid|\/)/i.test(address) ? null : address;
}

function degrees(value: unknown, most: number): number | null {
  const number = numberOf(value);
  return number !== null && Math.abs(number) <= most ? number : null;
}
