import type Database from 'better-sqlite3';
import { quoted } from '../tolerant-table.ts';

/** The table that joins albums and assets, whose name and columns change with every model. */
export interface AlbumJoin {
  readonly table: string;
  readonly album: string;
  readonly asset: string;
  /** The owner's order within an album. */
  readonly order: string | null;
}

const JOIN_TABLE = /^Z_(\d{1,9})ASSETS$/;
const ASSET_COLUMN = /^Z_\d{1,9}ASSETS$/;
const ORDER_COLUMN = /^Z_FOK_\d{1,9}ASSETS$/;

/** Characters of a text that a query takes: names and ids are shorter, and a hostile database may hold more than memory. */
const TEXT_MOST = 2048;

/** What Photos.sqlite of this phone has: tables and columns as they are, whatever release of iOS made them. */
export class LibraryTables {
  readonly db: Database.Database;
  /** ZGENERICASSET up to iOS 13, ZASSET later; quoted. Null: none of them is there. */
  readonly assets: string | null;
  readonly assetColumns: ReadonlySet<string>;
  /** Empty when there is no such table. */
  readonly attributeColumns: ReadonlySet<string>;
  readonly resourceColumns: ReadonlySet<string>;
  readonly albumColumns: ReadonlySet<string>;
  readonly join: AlbumJoin | null;

  constructor(db: Database.Database) {
    this.db = db;
    const table = ['ZASSET', 'ZGENERICASSET'].find((name) => plainColumns(db, name).size > 0) ?? null;
    this.assets = table === null ? null : quoted(table);
    this.assetColumns = table === null ? new Set() : plainColumns(db, table);
    this.attributeColumns = plainColumns(db, 'ZADDITIONALASSETATTRIBUTES');
    this.resourceColumns = plainColumns(db, 'ZINTERNALRESOURCE');
    this.albumColumns = plainColumns(db, 'ZGENERICALBUM');
    this.join = findJoin(db);
  }

  get hasAttributes(): boolean {
    return this.attributeColumns.has('ZASSET');
  }

  get hasResources(): boolean {
    return this.resourceColumns.has('ZASSET') && this.resourceColumns.has('ZLOCALAVAILABILITY');
  }

  get hasAlbums(): boolean {
    return this.albumColumns.has('Z_PK');
  }

  /** The first of these columns of the assets that is there, as SQL; "NULL" where none is. Assets are `a`. */
  asset(...names: string[]): string {
    const name = names.find((one) => this.assetColumns.has(one));
    return name === undefined ? 'NULL' : `a.${quoted(name)}`;
  }
}

/** As in SELECT: each wanted name with the columns that may hold it, best first. Texts come shortened to what is sane. */
export function boundedList(
  columns: ReadonlySet<string>,
  alias: string,
  wanted: Readonly<Record<string, readonly string[]>>,
): string {
  const parts = Object.entries(wanted).map(([name, from]) => {
    const column = from.find((one) => columns.has(one));
    if (column === undefined) return `NULL AS ${quoted(name)}`;
    const sql = `${alias}.${quoted(column)}`;
    return `CASE typeof(${sql}) WHEN 'text' THEN substr(${sql}, 1, ${TEXT_MOST}) WHEN 'blob' THEN NULL ELSE ${sql} END AS ${quoted(name)}`;
  });
  return parts.join(', ');
}

/** Columns that are stored, of a table that is one: a view or a computed column could go on for ever. */
function plainColumns(db: Database.Database, table: string): ReadonlySet<string> {
  const sql = db
    .prepare(`SELECT substr(sql, 1, 20) FROM sqlite_master WHERE type = 'table' AND name = ?`)
    .pluck()
    .get(table);
  if (typeof sql !== 'string' || !/^CREATE TABLE\b/i.test(sql)) return new Set();
  const columns = db.prepare('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0').pluck().all(table);
  return new Set(columns.filter((name): name is string => typeof name === 'string'));
}

function findJoin(db: Database.Database): AlbumJoin | null {
  const tables = db.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'Z\\_%ASSETS' ESCAPE '\\'`,
  );
  for (const table of tables.pluck().all()) {
    const number = typeof table === 'string' ? JOIN_TABLE.exec(table)?.[1] : undefined;
    if (typeof table !== 'string' || number === undefined) continue;
    const columns = [...plainColumns(db, table)];
    const album = columns.find((name) => name === `Z_${number}ALBUMS`);
    const asset = columns.find((name) => ASSET_COLUMN.test(name));
    const order = columns.find((name) => ORDER_COLUMN.test(name)) ?? null;
    if (album === undefined || asset === undefined) continue;
    return { table, album, asset, order };
  }
  return null;
}
