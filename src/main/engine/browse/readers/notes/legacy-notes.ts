import type Database from 'better-sqlite3';
import { attempt } from '../attempt.ts';
import type { UnreadableList } from '../reading.ts';
import { cocoaMs, columnsOf, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { plainText } from './plain-text.ts';
import type { ReadNote } from './types.ts';

/** Notes of iOS 8 and before, which mail accounts still use: HTML without attachments. */
const FILE = 'notes.sqlite';
const MAX_HTML = 4 * 1024 * 1024;

export function* legacyNotesIn(db: Database.Database, unreadable: UnreadableList): Iterable<ReadNote> {
  const columns = columnsOf(db, 'ZNOTE');
  if (columns.size === 0) return unreadable.add(FILE, 'it has no table of notes');
  const bodyColumns = columnsOf(db, 'ZNOTEBODY');
  const wanted = {
    n: 'Z_PK',
    id: ['ZGUID', 'ZSERVERID'],
    title: 'ZTITLE',
    summary: 'ZSUMMARY',
    created: 'ZCREATIONDATE',
    modified: 'ZMODIFICATIONDATE',
    deleted: 'ZDELETEDFLAG',
    store: 'ZSTORE',
    body: 'ZBODY',
  };
  const stores = storeNames(db, unreadable);
  const bodies = bodyRows(db, bodyColumns, unreadable);
  const found: ReadNote[] = [];
  attempt(unreadable, `${FILE}, notes`, () => {
    for (const one of db.prepare(`SELECT ${selectList(columns, wanted)} FROM ZNOTE`).iterate()) {
      const row = one as Record<string, unknown>;
      const n = numberOf(row['n']) ?? -1;
      const html = bodies(n, numberOf(row['body']));
      const text = html === null ? null : plainText(html);
      const store = stores.get(numberOf(row['store']) ?? -1) ?? null;
      found.push({
        body: null,
        note: {
          id: textOf(row['id']) || `${FILE} ${n}`,
          title: textOf(row['title']) ?? text?.split('\n')[0] ?? null,
          text,
          state: text === null || text === '' ? 'empty' : 'text',
          folder: store,
          folderPath: store === null ? [] : [store],
          account: null,
          createdMs: cocoaMs(row['created']),
          modifiedMs: cocoaMs(row['modified']),
          isPinned: false,
          isTrashed: false,
          isDeleted: (numberOf(row['deleted']) ?? 0) !== 0,
          attachments: [],
        },
      });
    }
  });
  yield* found;
}

function storeNames(db: Database.Database, unreadable: UnreadableList): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const columns = columnsOf(db, 'ZSTORE');
  if (columns.size === 0) return names;
  attempt(unreadable, `${FILE}, folders`, () => {
    for (const row of db.prepare(`SELECT ${selectList(columns, { n: 'Z_PK', name: 'ZNAME' })} FROM ZSTORE`).iterate()) {
      const { n, name } = row as Record<string, unknown>;
      const number = numberOf(n);
      const text = textOf(name);
      if (number !== null && text !== null) names.set(number, text);
    }
  });
  return names;
}

/** A body names its note (ZOWNER), or the note names its body. */
function bodyRows(
  db: Database.Database,
  columns: ReadonlySet<string>,
  unreadable: UnreadableList,
): (note: number, body: number | null) => string | null {
  const content = new Map<number, string>();
  const owners = new Map<number, number>();
  if (!columns.has('ZCONTENT')) {
    unreadable.add(FILE, 'it has no table of texts');
    return () => null;
  }
  attempt(unreadable, `${FILE}, texts`, () => {
    const list = selectList(columns, { n: 'Z_PK', owner: 'ZOWNER' });
    for (const row of db.prepare(`SELECT ${list}, substr(ZCONTENT, 1, ${MAX_HTML}) AS html FROM ZNOTEBODY`).iterate()) {
      const { n, owner, html } = row as Record<string, unknown>;
      const number = numberOf(n);
      const text = textOf(html);
      if (number === null || text === null) continue;
      content.set(number, text);
      const note = numberOf(owner);
      if (note !== null) owners.set(note, number);
    }
  });
  return (note, body) => content.get(owners.get(note) ?? body ?? -1) ?? null;
}
