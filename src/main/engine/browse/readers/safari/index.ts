import type Database from 'better-sqlite3';
import type { Backup } from '../../source/types.ts';
import { type Unreadable, UnreadableList } from '../reading.ts';
import { cocoaMs, columnsOf, hasTable, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { MAX_TEXT, withDatabase } from '../with-database.ts';

/** Safari: bookmarks and reading list, history, open tabs (reference 4.10). */
export interface Bookmark {
  /** The row's number within the phone's list; with the address, because lists are renumbered when they are synced anew. */
  readonly id: string;
  readonly kind: 'bookmark' | 'reading-list';
  readonly title: string | null;
  readonly url: string;
  /** Titles of the folders above, from the top, joined by " / ". */
  readonly folder: string | null;
  /** Of the reading list. */
  readonly isRead: boolean | null;
}

export interface Visit {
  readonly id: string;
  readonly url: string;
  readonly title: string | null;
  readonly visitedMs: number | null;
}

export interface Tab {
  readonly id: string;
  readonly url: string;
  readonly title: string | null;
}

export interface Safari {
  readonly bookmarks: readonly Bookmark[];
  readonly visits: readonly Visit[];
  readonly tabs: readonly Tab[];
  readonly hasBookmarks: boolean;
  /** Only encrypted backups have it. */
  readonly hasHistory: boolean;
  readonly unreadable: readonly Unreadable[];
}

const DOMAINS = ['HomeDomain', 'AppDomain-com.apple.mobilesafari'];
/** Folders in folders; a list that goes round ends. */
const MAX_DEPTH = 32;
const READING_LIST = 'com.apple.ReadingList';

export async function readSafari(backup: Backup): Promise<Safari> {
  const unreadable = new UnreadableList();
  const bookmarks: Bookmark[] = [];
  const visits: Visit[] = [];
  const tabs: Tab[] = [];
  const inEither = async (name: string, read: (db: Database.Database) => void): Promise<boolean> => {
    let isThere = false;
    for (const domain of DOMAINS) {
      isThere = (await withDatabase(backup, unreadable, { domain, path: `Library/Safari/${name}` }, read)) || isThere;
    }
    return isThere;
  };
  const hasBookmarks = await inEither('Bookmarks.db', (db) => readBookmarks(db, bookmarks, unreadable));
  const hasHistory = await inEither('History.db', (db) => readVisits(db, visits, unreadable));
  for (const name of ['SafariTabs.db', 'BrowserState.db']) await inEither(name, (db) => readTabs(db, tabs));
  return { bookmarks, visits, tabs, hasBookmarks, hasHistory, unreadable: unreadable.items };
}

interface BookmarkRow {
  readonly id: number;
  readonly parent: number | null;
  readonly type: number | null;
  readonly title: string | null;
  readonly url: string | null;
  readonly read: number | null;
  readonly deleted: number | null;
}

function readBookmarks(db: Database.Database, into: Bookmark[], unreadable: UnreadableList): void {
  const columns = columnsOf(db, 'bookmarks');
  if (!columns.has('url')) {
    unreadable.add('Bookmarks.db', 'it has no table of bookmarks');
    return;
  }
  const wanted = {
    id: 'id',
    parent: 'parent',
    type: 'type',
    title: 'title',
    url: 'url',
    read: 'read',
    deleted: 'deleted',
  };
  const order = columns.has('order_index') ? 'ORDER BY order_index' : '';
  const rows = db.prepare(`SELECT ${selectList(columns, wanted)} FROM bookmarks ${order}`).all() as Record<
    string,
    unknown
  >[];
  const read = new Map<number, BookmarkRow>();
  for (const row of rows) {
    const id = numberOf(row['id']);
    if (id === null) continue;
    read.set(id, {
      id,
      parent: numberOf(row['parent']),
      type: numberOf(row['type']),
      title: textOf(row['title']),
      url: textOf(row['url']),
      read: numberOf(row['read']),
      deleted: numberOf(row['deleted']),
    });
  }
  for (const row of read.values()) {
    if (row.type !== 0 || row.url === null || (row.deleted ?? 0) !== 0) continue;
    const folders = foldersOf(row, read);
    const isReading = row.read !== null || folders.includes(READING_LIST);
    into.push({
      id: `${row.id} ${row.url}`,
      kind: isReading ? 'reading-list' : 'bookmark',
      title: row.title,
      url: row.url,
      folder: folders.length === 0 ? null : folders.join(' / '),
      isRead: isReading ? row.read === 1 : null,
    });
  }
}

function foldersOf(row: BookmarkRow, all: ReadonlyMap<number, BookmarkRow>): string[] {
  const titles: string[] = [];
  let parent = row.parent;
  for (let depth = 0; parent !== null && depth < MAX_DEPTH; depth += 1) {
    const folder = all.get(parent);
    if (folder === undefined || folder.parent === folder.id) break;
    if (folder.parent !== null && folder.title !== null && folder.title !== '') titles.unshift(folder.title);
    parent = folder.parent;
  }
  return titles;
}

function readVisits(db: Database.Database, into: Visit[], unreadable: UnreadableList): void {
  if (!hasTable(db, 'history_items') || !hasTable(db, 'history_visits')) {
    unreadable.add('History.db', 'it has no table of visits');
    return;
  }
  const visits = columnsOf(db, 'history_visits');
  const wanted = { id: 'id', time: 'visit_time', title: 'title' };
  const rows = db
    .prepare(
      `SELECT ${selectList(visits, wanted, 'v')}, substr(i.url, 1, ${MAX_TEXT}) AS url
       FROM history_visits v JOIN history_items i ON i.id = v.history_item ORDER BY v.visit_time DESC`,
    )
    .iterate() as Iterable<Record<string, unknown>>;
  for (const row of rows) {
    const url = textOf(row['url']);
    if (url === null) unreadable.add(`History.db, visit ${String(row['id'])}`, 'it has no address');
    else into.push({ id: String(row['id']), url, title: textOf(row['title']), visitedMs: cocoaMs(row['time']) });
  }
}

function readTabs(db: Database.Database, into: Tab[]): void {
  const table = ['tabs', 'bookmarks'].find((name) => columnsOf(db, name).has('url'));
  if (table === undefined) return;
  const columns = columnsOf(db, table);
  const wanted = { id: ['uuid', 'external_uuid', 'id'], title: 'title', url: 'url' };
  for (const row of db.prepare(`SELECT ${selectList(columns, wanted)} FROM ${table}`).iterate()) {
    const { id, title, url } = row as Record<string, unknown>;
    const address = textOf(url);
    if (address !== null && address !== '')
      into.push({ id: String(id ?? address), url: address, title: textOf(title) });
  }
}
