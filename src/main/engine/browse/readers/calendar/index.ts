import type Database from 'better-sqlite3';
import type { Backup } from '../../source/types.ts';
import { attempt } from '../attempt.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import { cocoaMs, columnsOf, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { MAX_TEXT, withDatabase } from '../with-database.ts';
import { nameIn, SideTables } from './side-tables.ts';
import type { CalendarEvent } from './types.ts';

/** Events of all calendars, from Calendar.sqlitedb. */
export type { Attendee, CalendarEvent, Recurrence } from './types.ts';

const PLACE = { domain: 'HomeDomain', path: 'Library/Calendar/Calendar.sqlitedb' };
const FILE = 'Calendar.sqlitedb';
/** Rows that stand for birthdays of contacts. */
const BIRTHDAY_SCALE = 'gregorian';
const REMINDER = 3;
const FLOATING = '_float';
const FREE = 1;

const WANTED = {
  id: ['UUID', 'uuid', 'unique_identifier', 'external_id'],
  uid: ['unique_identifier', 'external_id'],
  title: 'summary',
  notes: 'description',
  url: 'url',
  call: 'conference_url',
  start: 'start_date',
  end: 'end_date',
  zone: 'start_tz',
  endZone: 'end_tz',
  allDay: 'all_day',
  calendar: 'calendar_id',
  location: 'location_id',
  type: 'entity_type',
  scale: 'calendar_scale',
  series: ['orig_item_id', 'orig_event_id'],
  original: ['orig_date', 'orig_start_date'],
  placeholder: 'phantom_master',
  status: 'status',
  availability: 'availability',
};

export async function readCalendar(backup: Backup): Promise<Reading<CalendarEvent> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const items: CalendarEvent[] = [];
  const isPresent = await withDatabase(backup, unreadable, PLACE, (db) => {
    const columns = columnsOf(db, 'CalendarItem');
    if (columns.size === 0) return unreadable.add(FILE, 'it has no table of events');
    const sides = new SideTables(db, unreadable);
    const names = namesOf(db, columns, unreadable);
    attempt(unreadable, `${FILE}, events`, () => {
      const sql = `SELECT ROWID AS n, ${selectList(columns, WANTED)} FROM CalendarItem`;
      for (const row of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
        if (row['scale'] === BIRTHDAY_SCALE || numberOf(row['type']) === REMINDER) continue;
        items.push(eventOf(row, sides, names));
      }
    });
  });
  items.sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0));
  return { items, isPresent, unreadable: unreadable.items };
}

/** Row → id, so that a changed occurrence can name its series. */
function namesOf(
  db: Database.Database,
  columns: ReadonlySet<string>,
  unreadable: UnreadableList,
): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  attempt(unreadable, `${FILE}, names of events`, () => {
    const sql = `SELECT ROWID AS n, ${selectList(columns, { id: WANTED.id })} FROM CalendarItem`;
    for (const row of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
      const n = numberOf(row['n']);
      if (n !== null) names.set(n, nameIn(row['id']) ?? String(n));
    }
  });
  return names;
}

function eventOf(row: Record<string, unknown>, sides: SideTables, names: ReadonlyMap<number, string>): CalendarEvent {
  const n = numberOf(row['n']) ?? -1;
  const zone = nameIn(row['zone']);
  const endZone = nameIn(row['endZone']);
  const calendar = sides.calendars.get(numberOf(row['calendar']) ?? -1);
  const location = sides.locations.get(numberOf(row['location']) ?? -1) ?? sides.locationsOf.get(n);
  const series = numberOf(row['series']) ?? 0;
  return {
    id: nameIn(row['id']) ?? String(n),
    uid: nameIn(row['uid']),
    title: cut(row['title']),
    notes: cut(row['notes']),
    location: location?.text ?? null,
    latitude: location?.latitude ?? null,
    longitude: location?.longitude ?? null,
    url: nameIn(row['url']),
    conferenceUrl: nameIn(row['call']),
    startMs: cocoaMs(row['start']),
    endMs: cocoaMs(row['end']),
    timeZone: zone === FLOATING ? null : zone,
    endTimeZone: endZone === FLOATING || endZone === zone ? null : endZone,
    isFloating: zone === FLOATING,
    isAllDay: (numberOf(row['allDay']) ?? 0) !== 0,
    calendar: calendar?.title ?? null,
    account: calendar?.account ?? null,
    recurrence: sides.recurrences.get(n) ?? null,
    exceptionsMs: sides.exceptions.get(n) ?? [],
    occurrence: series > 0 ? { seriesId: names.get(series) ?? null, originalMs: cocoaMs(row['original']) } : null,
    isPlaceholder: (numberOf(row['placeholder']) ?? 0) !== 0,
    status: numberOf(row['status']),
    isFree: numberOf(row['availability']) === FREE,
    attendees: sides.attendees.get(n) ?? [],
    alarms: sides.alarms.get(n) ?? [],
    alarmsAtMs: sides.alarmsAt.get(n) ?? [],
  };
}

function cut(value: unknown): string | null {
  return textOf(value)?.slice(0, MAX_TEXT) ?? null;
}
