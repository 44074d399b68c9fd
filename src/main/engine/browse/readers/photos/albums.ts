import type { UnreadableList } from '../reading.ts';
import { cocoaMs, numberOf, quoted, textOf } from '../tolerant-table.ts';
import { boundedList, type LibraryTables } from './library-tables.ts';
import type { AlbumKind, PhotoAlbum } from './types.ts';

/** ZGENERICALBUM.ZKIND. The others are the phone's own: roots, smart albums, progress of imports, groups of duplicates. */
const KINDS: ReadonlyMap<number, AlbumKind> = new Map([
  [2, 'album'],
  [1505, 'shared'],
  [1506, 'import'],
  [4000, 'folder'],
]);

const COLUMNS = {
  pk: ['Z_PK'],
  kind: ['ZKIND'],
  uuid: ['ZUUID'],
  title: ['ZTITLE'],
  parent: ['ZPARENTFOLDER'],
  trashed: ['ZTRASHEDSTATE'],
  created: ['ZCREATIONDATE'],
} as const;

/** More albums than this nobody has; a database that says so is not believed to the end. */
const MOST = 200_000;

export interface Albums {
  readonly list: readonly PhotoAlbum[];
  /** From the database's number to the album's id, and back. */
  readonly idOf: ReadonlyMap<number, string>;
  readonly keyOf: ReadonlyMap<string, number>;
}

interface AlbumRow {
  readonly pk: number;
  readonly kind: AlbumKind;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Albums and folders as a person knows them, in the order of the database. */
export function readAlbums(tables: LibraryTables, unreadable: UnreadableList): Albums {
  const rows = tables.hasAlbums ? albumRows(tables, unreadable) : [];
  if (!tables.hasAlbums) unreadable.add('Photos.sqlite, albums', 'there is no table of albums');
  const idOf = new Map(rows.map(({ pk, row }) => [pk, textOf(row['uuid']) ?? `row:${pk}`]));
  const folders = new Set(rows.filter(({ kind }) => kind === 'folder').map(({ pk }) => pk));
  const counts = rows.some(({ kind }) => kind !== 'folder') ? memberCounts(tables, unreadable) : null;
  const list = rows.map(({ pk, kind, row }): PhotoAlbum => {
    const parent = numberOf(row['parent']);
    const trashed = numberOf(row['trashed']);
    return {
      id: idOf.get(pk) ?? `row:${pk}`,
      kind,
      title: textOf(row['title']),
      parentId: parent !== null && folders.has(parent) ? (idOf.get(parent) ?? null) : null,
      count: kind === 'folder' ? 0 : counts === null ? null : (counts.get(pk) ?? 0),
      isTrashed: trashed === null ? null : trashed !== 0,
      createdMs: cocoaMs(row['created']),
    };
  });
  return { list, idOf, keyOf: new Map([...idOf].map(([pk, id]) => [id, pk])) };
}

function albumRows(tables: LibraryTables, unreadable: UnreadableList): AlbumRow[] {
  const rows: AlbumRow[] = [];
  const sql = `SELECT ${boundedList(tables.albumColumns, 'g', COLUMNS)} FROM ZGENERICALBUM g LIMIT ${MOST}`;
  try {
    for (const row of tables.db.prepare(sql).iterate()) {
      const values = row as Readonly<Record<string, unknown>>;
      const pk = numberOf(values['pk']);
      const kind = KINDS.get(numberOf(values['kind']) ?? -1);
      if (pk !== null && kind !== undefined) rows.push({ pk, kind, row: values });
    }
  } catch (error) {
    unreadable.add('Photos.sqlite, albums', reasonOf(error));
  }
  return rows;
}

/** How many assets are in each album; null when the phone's list of members is missing or damaged. */
function memberCounts(tables: LibraryTables, unreadable: UnreadableList): ReadonlyMap<number, number> | null {
  const { join, db, assets } = tables;
  if (join === null) {
    unreadable.add('Photos.sqlite, members of albums', 'there is no table that says what is in which album');
    return null;
  }
  const [table, album, asset] = [quoted(join.table), quoted(join.album), quoted(join.asset)];
  const sql = `SELECT j.${album} AS album, count(*) AS count FROM ${table} j
    WHERE j.${asset} IN (SELECT Z_PK FROM ${assets}) GROUP BY j.${album}`;
  const counts = new Map<number, number>();
  try {
    for (const row of db.prepare(sql).iterate()) {
      const { album: pk, count } = row as Readonly<Record<string, unknown>>;
      counts.set(numberOf(pk) ?? -1, numberOf(count) ?? 0);
    }
  } catch (error) {
    unreadable.add('Photos.sqlite, members of albums', reasonOf(error));
    return null;
  }
  return counts;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
