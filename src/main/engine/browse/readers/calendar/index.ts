import type Database from 'better-sqlite3';
import type { Backup } from '../../source/types.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import { cocoaMs, columnsOf, hasTable, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { MAX_TEXT, withDatabase } from '../with-database.ts';

/** Events of all calendars (reference 4.6). A repeated event is one item. */
export interface CalendarEvent {
  /** The event's own UUID (or the server's), which stays; else the row's number. */
  readonly id: string;
  readonly title: string | null;
  readonly notes: string | null;
  readonly location: string | null;
  readonly url: string | null;
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** IANA name; null for times that are meant wherever one is ("floating"), or where none is said. */
  readonly timeZone: string | null;
  readonly isFloating: boolean;
  readonly isAllDay: boolean;
  readonly calendar: string | null;
  /** Where the calendar is kept: "iCloud", "Default" for this phone only, a mail account, a subscription. */
  readonly account: string | null;
  readonly recurrence: Recurrence | null;
  readonly attendees: readonly {
    readonly name: string | null;
    readonly email: string | null;
    readonly status: number | null;
  }[];
  /** Minutes before the start. */
  readonly alarms: readonly number[];
}

export interface Recurrence {
  /** 1 daily, 2 weekly, 3 monthly, 4 yearly. */
  readonly frequency: number;
  readonly interval: number;
  readonly count: number | null;
  readonly untilMs: number | null;
  /** Apple's own short form of the rest ("D=0MO"), where there is one. */
  readonly specifier: string | null;
}

const PLACE = { domain: 'HomeDomain', path: 'Library/Calendar/Calendar.sqlitedb' };
/** Rows that stand for birthdays of contacts. */
const BIRTHDAY_SCALE = 'gregorian';
const REMINDER = 3;
const FLOATING = '_float';

export async function readCalendar(backup: Backup): Promise<Reading<CalendarEvent> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const items: CalendarEvent[] = [];
  const isPresent = await withDatabase(backup, unreadable, PLACE, (db) => {
    const columns = columnsOf(db, 'CalendarItem');
    if (columns.size === 0) return unreadable.add('Calendar.sqlitedb', 'it has no table of events');
    const beside = new Beside(db);
    const wanted = {
      id: ['UUID', 'uuid', 'unique_identifier', 'external_id'],
      title: 'summary',
      notes: 'description',
      url: 'url',
      start: 'start_date',
      end: 'end_date',
      zone: 'start_tz',
      allDay: 'all_day',
      calendar: 'calendar_id',
      location: 'location_id',
      type: 'entity_type',
      scale: 'calendar_scale',
    };
    const all = new Set(columns);
    for (const found of db.prepare(`SELECT ROWID AS n, ${selectList(all, wanted)} FROM CalendarItem`).iterate()) {
      const row = found as Record<string, unknown>;
      if (row['scale'] === BIRTHDAY_SCALE || numberOf(row['type']) === REMINDER) continue;
      items.push(eventOf(row, beside));
    }
  });
  items.sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0));
  return { items, isPresent, unreadable: unreadable.items };
}

function eventOf(row: Record<string, unknown>, beside: Beside): CalendarEvent {
  const n = numberOf(row['n']) ?? -1;
  const zone = textOf(row['zone']);
  const calendar = beside.calendars.get(numberOf(row['calendar']) ?? -1);
  return {
    id: textOf(row['id']) ?? String(n),
    title: cut(row['title']),
    notes: cut(row['notes']),
    location: beside.locations.get(numberOf(row['location']) ?? -1) ?? null,
    url: textOf(row['url']),
    startMs: cocoaMs(row['start']),
    endMs: cocoaMs(row['end']),
    timeZone: zone === FLOATING || zone === '' ? null : zone,
    isFloating: zone === FLOATING,
    isAllDay: (numberOf(row['allDay']) ?? 0) !== 0,
    calendar: calendar?.title ?? null,
    account: calendar?.account ?? null,
    recurrence: beside.recurrences.get(n) ?? null,
    attendees: beside.attendees.get(n) ?? [],
    alarms: beside.alarms.get(n) ?? [],
  };
}

function cut(value: unknown): string | null {
  return textOf(value)?.slice(0, MAX_TEXT) ?? null;
}

/** The tables that events refer to; small ones, loaded whole. */
class Beside {
  readonly calendars = new Map<number, { readonly title: string | null; readonly account: string | null }>();
  readonly locations = new Map<number, string>();
  readonly recurrences = new Map<number, Recurrence>();
  readonly attendees = new Map<number, CalendarEvent['attendees'][number][]>();
  readonly alarms = new Map<number, number[]>();

  constructor(db: Database.Database) {
    const stores = new Map<number, string>();
    for (const row of rowsOf(db, 'Store', { name: 'name' })) {
      const name = textOf(row['name']);
      if (name !== null) stores.set(row.n, name);
    }
    for (const row of rowsOf(db, 'Calendar', { title: 'title', store: 'store_id' })) {
      const account = stores.get(numberOf(row['store']) ?? -1) ?? null;
      this.calendars.set(row.n, { title: textOf(row['title']), account });
    }
    for (const row of rowsOf(db, 'Location', { title: 'title', address: 'address' })) {
      const text = [textOf(row['title']), textOf(row['address'])]
        .filter((one) => one !== null && one !== '')
        .join(', ');
      if (text !== '') this.locations.set(row.n, text);
    }
    this.#readRecurrences(db);
    this.#readAttendees(db);
    for (const row of rowsOf(db, 'Alarm', {
      owner: ['calendaritem_owner_id', 'owner_id'],
      offset: 'trigger_interval',
    })) {
      const owner = numberOf(row['owner']);
      const seconds = numberOf(row['offset']);
      if (owner === null || seconds === null || Math.abs(seconds) > 1e8) continue;
      this.alarms.set(owner, [...(this.alarms.get(owner) ?? []), Math.round(-seconds / 60)]);
    }
  }

  #readRecurrences(db: Database.Database): void {
    const wanted = {
      owner: 'owner_id',
      frequency: 'frequency',
      interval: 'interval',
      count: 'count',
      end: 'end_date',
      specifier: 'specifier',
    };
    for (const row of rowsOf(db, 'Recurrence', wanted)) {
      const owner = numberOf(row['owner']);
      const frequency = numberOf(row['frequency']);
      if (owner === null || frequency === null) continue;
      const count = numberOf(row['count']);
      this.recurrences.set(owner, {
        frequency,
        interval: Math.max(1, numberOf(row['interval']) ?? 1),
        count: count === null || count <= 0 ? null : count,
        untilMs: numberOf(row['end']) === 0 ? null : cocoaMs(row['end']),
        specifier: textOf(row['specifier']),
      });
    }
  }

  #readAttendees(db: Database.Database): void {
    const people = new Map<number, { readonly name: string | null; readonly email: string | null }>();
    const identity = { name: 'display_name', address: 'address', first: 'first_name', last: 'last_name' };
    for (const row of rowsOf(db, 'Identity', identity)) {
      const full = [textOf(row['first']), textOf(row['last'])].filter((one) => one !== null).join(' ');
      const name = textOf(row['name']) ?? (full === '' ? null : full);
      people.set(row.n, { name, email: textOf(row['address'])?.replace(/^mailto:/i, '') ?? null });
    }
    for (const row of rowsOf(db, 'Participant', {
      owner: 'owner_id',
      identity: 'identity_id',
      status: 'status',
      email: 'email',
    })) {
      const owner = numberOf(row['owner']);
      if (owner === null) continue;
      const person = people.get(numberOf(row['identity']) ?? -1) ?? { name: null, email: null };
      const attendee = { ...person, email: person.email ?? textOf(row['email']), status: numberOf(row['status']) };
      this.attendees.set(owner, [...(this.attendees.get(owner) ?? []), attendee]);
    }
  }
}

function* rowsOf(
  db: Database.Database,
  table: string,
  wanted: Readonly<Record<string, string | readonly string[]>>,
): Iterable<Record<string, unknown> & { readonly n: number }> {
  if (!hasTable(db, table)) return;
  for (const row of db
    .prepare(`SELECT ROWID AS n, ${selectList(columnsOf(db, table), wanted)} FROM ${table}`)
    .iterate()) {
    const n = numberOf((row as Record<string, unknown>)['n']);
    if (n !== null) yield { ...(row as Record<string, unknown>), n };
  }
}
