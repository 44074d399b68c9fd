import type Database from 'better-sqlite3';
import type { Backup } from '../../source/types.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import {
  cocoaMs,
  columnsOf,
  entityNumber,
  firstTable,
  hasTable,
  numberOf,
  quoted,
  selectList,
  textOf,
} from '../tolerant-table.ts';
import { MAX_TEXT, withDatabase } from '../with-database.ts';

/** Reminders of all accounts; each account has a store of its own (reference 4.7). */
export interface Reminder {
  /** The reminder's own id (ZCKIDENTIFIER); else store and row, which are the same as long as the account stays. */
  readonly id: string;
  readonly title: string | null;
  readonly notes: string | null;
  readonly list: string | null;
  readonly isCompleted: boolean;
  readonly completedMs: number | null;
  readonly dueMs: number | null;
  readonly isAllDay: boolean | null;
  readonly isFlagged: boolean;
  /** 0 none, 1 high, 5 medium, 9 low. */
  readonly priority: number | null;
  readonly createdMs: number | null;
  /** File name of the store. */
  readonly store: string;
}

const PLACES = [
  { domain: 'AppDomainGroup-group.com.apple.reminders', folder: 'Container_v1/Stores' },
  { domain: 'HomeDomain', folder: 'Library/Reminders/Container_v1/Stores' },
];
const CALENDAR = { domain: 'HomeDomain', path: 'Library/Calendar/Calendar.sqlitedb' };
const OLD_REMINDER = 3;

export async function readReminders(backup: Backup): Promise<Reading<Reminder> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const items: Reminder[] = [];
  let isPresent = false;
  for (const { domain, folder } of PLACES) {
    for (const file of backup.list(domain, folder)) {
      const store = file.path.slice(folder.length + 1);
      if (!/^Data-.*\.sqlite$/.test(store)) continue;
      const isThere = await withDatabase(backup, unreadable, { domain, path: file.path }, (db) => {
        items.push(...remindersIn(db, store, unreadable));
      });
      isPresent ||= isThere;
    }
  }
  if (!isPresent) {
    await withDatabase(backup, unreadable, CALENDAR, (db) => {
      const old = [...oldRemindersIn(db)];
      items.push(...old);
      isPresent = old.length > 0;
    });
  }
  return { items, isPresent, unreadable: unreadable.items };
}

function* remindersIn(db: Database.Database, store: string, unreadable: UnreadableList): Iterable<Reminder> {
  const table = firstTable(db, ['ZREMCDREMINDER', 'ZREMCDOBJECT']);
  if (table === null) return unreadable.add(store, 'it has no table of reminders');
  const columns = columnsOf(db, table);
  const lists = listNames(db);
  const wanted = {
    n: 'Z_PK',
    id: ['ZCKIDENTIFIER', 'ZIDENTIFIER'],
    title: ['ZTITLE', 'ZTITLE1'],
    title1: 'ZTITLE1',
    notes: ['ZNOTES', 'ZNOTESDOCUMENT'],
    done: 'ZCOMPLETED',
    doneAt: 'ZCOMPLETIONDATE',
    due: ['ZDUEDATE', 'ZDISPLAYDATEDATE'],
    allDay: 'ZALLDAY',
    flagged: 'ZFLAGGED',
    priority: 'ZPRIORITY',
    created: 'ZCREATIONDATE',
    list: ['ZLIST', 'ZLIST1'],
    gone: 'ZMARKEDFORDELETION',
  };
  // Until iOS 15 one table held everything; which rows are reminders, the store itself says.
  const entity = table === 'ZREMCDOBJECT' ? entityNumber(db, 'REMCDReminder') : null;
  if (table === 'ZREMCDOBJECT' && entity === null)
    return unreadable.add(store, 'it does not say which rows are reminders');
  const where = entity === null ? '' : `WHERE Z_ENT = ${entity}`;
  for (const found of db.prepare(`SELECT ${selectList(columns, wanted)} FROM ${quoted(table)} ${where}`).iterate()) {
    const row = found as Record<string, unknown>;
    if ((numberOf(row['gone']) ?? 0) !== 0) continue;
    const id = textOf(row['id']) ?? (Buffer.isBuffer(row['id']) ? row['id'].toString('hex').toUpperCase() : null);
    yield {
      id: id ?? `${store} ${String(row['n'])}`,
      title: (textOf(row['title']) ?? textOf(row['title1']))?.slice(0, MAX_TEXT) ?? null,
      notes: textOf(row['notes'])?.slice(0, MAX_TEXT) ?? null,
      list: lists.get(numberOf(row['list']) ?? -1) ?? null,
      isCompleted: (numberOf(row['done']) ?? 0) !== 0,
      completedMs: cocoaMs(row['doneAt']),
      dueMs: cocoaMs(row['due']),
      isAllDay: numberOf(row['allDay']) === null ? null : numberOf(row['allDay']) !== 0,
      isFlagged: (numberOf(row['flagged']) ?? 0) !== 0,
      priority: numberOf(row['priority']),
      createdMs: cocoaMs(row['created']),
      store,
    };
  }
}

function listNames(db: Database.Database): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const table of ['ZREMCDBASELIST', 'ZREMCDOBJECT']) {
    const columns = columnsOf(db, table);
    if (columns.size === 0) continue;
    const wanted = { n: 'Z_PK', name: ['ZNAME', 'ZNAME1', 'ZNAME2'], other: 'ZNAME1', third: 'ZNAME2' };
    for (const found of db.prepare(`SELECT ${selectList(columns, wanted)} FROM ${table}`).iterate()) {
      const row = found as Record<string, unknown>;
      const n = numberOf(row['n']);
      const name = textOf(row['name']) ?? textOf(row['other']) ?? textOf(row['third']);
      if (n !== null && name !== null && !names.has(n)) names.set(n, name);
    }
  }
  return names;
}

/** Until iOS 12 they lay among the events. */
function* oldRemindersIn(db: Database.Database): Iterable<Reminder> {
  if (!hasTable(db, 'CalendarItem')) return;
  const columns = columnsOf(db, 'CalendarItem');
  if (!columns.has('entity_type')) return;
  const wanted = {
    id: ['UUID', 'unique_identifier'],
    title: 'summary',
    notes: 'description',
    due: 'due_date',
    done: 'completion_date',
    priority: 'priority',
    created: 'creation_date',
  };
  const rows = db
    .prepare(`SELECT ROWID AS n, ${selectList(columns, wanted)} FROM CalendarItem WHERE entity_type = ${OLD_REMINDER}`)
    .iterate() as Iterable<Record<string, unknown>>;
  for (const row of rows) {
    const completedMs = cocoaMs(row['done']);
    yield {
      id: textOf(row['id']) ?? `Calendar.sqlitedb ${String(row['n'])}`,
      title: textOf(row['title']),
      notes: textOf(row['notes']),
      list: null,
      isCompleted: completedMs !== null,
      completedMs,
      dueMs: cocoaMs(row['due']),
      isAllDay: null,
      isFlagged: false,
      priority: numberOf(row['priority']),
      createdMs: cocoaMs(row['created']),
      store: 'Calendar.sqlitedb',
    };
  }
}
