import type Database from 'better-sqlite3';
import type { Backup } from '../../source/types.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import { blobOf, cocoaMs, columnsOf, hasTable, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { withDatabase } from '../with-database.ts';

/** The call history; the phone keeps the newest ones only (reference 4.5). */
export interface Call {
  /** The phone's own id (ZUNIQUE_ID), which stays; else what is said of the call itself. */
  readonly id: string;
  /** A number or an address, as the phone wrote it. */
  readonly address: string | null;
  readonly name: string | null;
  readonly dateMs: number | null;
  readonly durationSeconds: number | null;
  readonly isOutgoing: boolean | null;
  readonly isAnswered: boolean | null;
  readonly kind: 'phone' | 'facetime-video' | 'facetime-audio' | 'other' | null;
  /** The app that the call went through, where it was not the phone. */
  readonly service: string | null;
}

const FOLDER = 'Library/CallHistoryDB';
const KINDS: ReadonlyMap<number, NonNullable<Call['kind']>> = new Map([
  [1, 'phone'],
  [8, 'facetime-video'],
  [16, 'facetime-audio'],
  [0, 'other'],
]);

export async function readCalls(backup: Backup): Promise<Reading<Call> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const found = new Map<string, Call>();
  let isPresent = false;
  // The second one may hold calls of the last minutes that the first one does not have yet.
  for (const name of ['CallHistory.storedata', 'CallHistoryTemp.storedata']) {
    const place = { domain: 'HomeDomain', path: `${FOLDER}/${name}` };
    const isThere = await withDatabase(backup, unreadable, place, (db) => {
      for (const call of callsIn(db, name, unreadable)) if (!found.has(call.id)) found.set(call.id, call);
    });
    isPresent ||= isThere;
  }
  const old = { domain: 'WirelessDomain', path: 'Library/CallHistory/call_history.db' };
  isPresent =
    (await withDatabase(backup, unreadable, old, (db) => {
      for (const call of oldCallsIn(db)) if (!found.has(call.id)) found.set(call.id, call);
    })) || isPresent;
  const items = [...found.values()].sort((a, b) => (b.dateMs ?? 0) - (a.dateMs ?? 0));
  return { items, isPresent, unreadable: unreadable.items };
}

function* callsIn(db: Database.Database, file: string, unreadable: UnreadableList): Iterable<Call> {
  const columns = columnsOf(db, 'ZCALLRECORD');
  if (columns.size === 0) return unreadable.add(file, 'it has no table of calls');
  const wanted = {
    n: 'Z_PK',
    id: 'ZUNIQUE_ID',
    address: 'ZADDRESS',
    name: 'ZNAME',
    date: 'ZDATE',
    duration: 'ZDURATION',
    out: 'ZORIGINATED',
    answered: 'ZANSWERED',
    type: 'ZCALLTYPE',
    service: 'ZSERVICE_PROVIDER',
  };
  const group = groupHandles(db);
  for (const found of db.prepare(`SELECT ${selectList(columns, wanted)} FROM ZCALLRECORD`).iterate()) {
    const row = found as Record<string, unknown>;
    // Older releases kept the address as bytes.
    const own = textOf(row['address']) ?? blobOf(row['address'])?.toString('utf8') ?? null;
    const others = group.get(numberOf(row['n']) ?? -1) ?? [];
    const address = own === null || own === '' ? (others.length === 0 ? own : others.join(', ')) : own;
    const dateMs = cocoaMs(row['date']);
    const type = numberOf(row['type']);
    yield {
      id: textOf(row['id']) ?? `${dateMs ?? '?'} ${address ?? '?'} ${String(row['duration'])}`,
      address,
      name: textOf(row['name']),
      dateMs,
      durationSeconds: numberOf(row['duration']),
      isOutgoing: flagOf(row['out']),
      isAnswered: flagOf(row['answered']),
      kind: type === null ? null : (KINDS.get(type) ?? 'other'),
      service: textOf(row['service']),
    };
  }
}

/** Those who took part in a group call: call → addresses. The table's number differs from phone to phone. */
function groupHandles(db: Database.Database): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  const names = db
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'Z_[0-9]*REMOTEPARTICIPANTHANDLES'`)
    .pluck()
    .all();
  const handles = columnsOf(db, 'ZHANDLE');
  for (const table of names) {
    if (typeof table !== 'string' || !handles.has('ZVALUE')) continue;
    const columns = [...columnsOf(db, table)];
    const call = columns.find((one) => /^Z_\d+REMOTEPARTICIPANTCALLS$/.test(one));
    const handle = columns.find((one) => /^Z_\d+REMOTEPARTICIPANTHANDLES$/.test(one));
    if (call === undefined || handle === undefined) continue;
    const rows = db
      .prepare(
        `SELECT j."${call}" AS call, h.ZVALUE AS value FROM "${table}" j JOIN ZHANDLE h ON h.Z_PK = j."${handle}"`,
      )
      .iterate() as Iterable<Record<string, unknown>>;
    for (const row of rows) {
      const id = numberOf(row['call']);
      const value = textOf(row['value']);
      if (id !== null && value !== null) found.set(id, [...(found.get(id) ?? []), value]);
    }
  }
  return found;
}

/** Before iOS 8: dates are Unix seconds, and bit 0 of the flags says who called. */
function* oldCallsIn(db: Database.Database): Iterable<Call> {
  if (!hasTable(db, 'call')) return;
  const wanted = { n: 'ROWID', address: 'address', date: 'date', duration: 'duration', flags: 'flags' };
  const columns = new Set([...columnsOf(db, 'call'), 'ROWID']);
  for (const found of db.prepare(`SELECT ${selectList(columns, wanted)} FROM call`).iterate()) {
    const row = found as Record<string, unknown>;
    const date = numberOf(row['date']);
    const flags = numberOf(row['flags']);
    const unknown = { name: null, isAnswered: null, kind: 'phone', service: null } as const;
    yield {
      ...unknown,
      id: `${String(row['n'])} ${String(row['date'])}`,
      address: textOf(row['address']),
      dateMs: date === null ? null : date * 1000,
      durationSeconds: numberOf(row['duration']),
      isOutgoing: flags === null ? null : (flags & 1) === 1,
    };
  }
}

function flagOf(value: unknown): boolean | null {
  const number = numberOf(value);
  return number === null ? null : number !== 0;
}
