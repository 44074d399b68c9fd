import type { Backup } from '../../source/types.ts';
import type { UnreadableList } from '../reading.ts';
import { RowLookup } from '../row-lookup.ts';
import { cocoaMs, numberOf } from '../tolerant-table.ts';
import { type Albums, readAlbums, reasonOf } from './albums.ts';
import { AssetKeys, DAMAGED_PHOTOS } from './asset-keys.ts';
import { AssetConditions, assetQuery } from './asset-query.ts';
import { countAssets } from './count-assets.ts';
import { ASSET_COLUMNS, ATTRIBUTE_COLUMNS, decodeAsset, type Row } from './decode-asset.ts';
import { boundedList, type LibraryTables } from './library-tables.ts';
import { nameParts } from './media-names.ts';
import { ResourceReader } from './resources.ts';
import type { AssetQuery, AssetStore, PhotoAlbum, PhotoAsset, PhotoCounts } from './types.ts';

/** Assets that are read at once while going through many. */
const BATCH = 200;
const NAMES_IN_A_FOLDER = 100_000;

/** The assets as Photos.sqlite has them: a page at a time, and eight bytes for each asset of the lists just looked at. */
export class DatabaseLibrary implements AssetStore {
  readonly #backup: Backup;
  readonly #tables: LibraryTables;
  readonly #unreadable: UnreadableList;
  readonly #keys: AssetKeys;
  readonly #resources: ResourceReader | null;
  readonly #attributes: RowLookup | null;
  readonly #members: RowLookup | null;
  readonly #assetSql: string;
  readonly #attributeSql: string;
  #albums: Albums | null = null;
  #stems: ReadonlyMap<string, ReadonlySet<string>> | null = null;

  constructor(backup: Backup, tables: LibraryTables, unreadable: UnreadableList) {
    const { db, join } = tables;
    this.#backup = backup;
    this.#tables = tables;
    this.#unreadable = unreadable;
    this.#keys = new AssetKeys(tables, unreadable);
    this.#resources = tables.hasResources ? new ResourceReader(tables, unreadable) : null;
    this.#attributes = tables.hasAttributes ? new RowLookup(db, 'ZADDITIONALASSETATTRIBUTES', 'ZASSET') : null;
    this.#members = join === null ? null : new RowLookup(db, join.table, join.asset, join.album);
    const of = 'IN (SELECT value FROM json_each(?))';
    this.#assetSql = `SELECT ${boundedList(tables.assetColumns, 'a', ASSET_COLUMNS)} FROM ${tables.assets} a WHERE a.Z_PK ${of}`;
    this.#attributeSql = `SELECT ${boundedList(tables.attributeColumns, 'x', ATTRIBUTE_COLUMNS)} FROM ZADDITIONALASSETATTRIBUTES x WHERE x.ROWID ${of}`;
    if (!tables.hasAttributes) {
      unreadable.add('Photos.sqlite, original names and sizes', 'there is no table of additional attributes');
    }
    if (!tables.hasResources) {
      unreadable.add('Photos.sqlite, whether originals are in iCloud', 'there is no table of resources that says it');
    }
  }

  keys(query: AssetQuery): Float64Array {
    const albumId = query.filter?.albumId;
    const albumKey = albumId === undefined ? null : (this.#albumMaps().keyOf.get(albumId) ?? null);
    return this.#keys.list(JSON.stringify([query.filter ?? {}, query.order, albumKey]), () =>
      assetQuery(this.#tables, query, albumKey),
    );
  }

  read(keys: readonly number[]): readonly PhotoAsset[] {
    const rows = new Map<number, Row>();
    for (const row of this.#rows(this.#assetSql, keys, 'photo')) rows.set(numberOf(row['pk']) ?? 0, row);
    const attributes = this.#attributesOf(keys);
    const resources = this.#resources?.of(keys) ?? null;
    const albums = this.#albumsOf(keys);
    return keys.flatMap((key) => {
      const row = rows.get(key);
      if (row === undefined) return [];
      return decodeAsset(this.#backup, row, {
        attributes: attributes.get(key) ?? null,
        resources: resources?.get(key) ?? null,
        albumIds: albums.get(key) ?? [],
      });
    });
  }

  keyOf(id: string): number | null {
    const { db, assets, assetColumns } = this.#tables;
    const row = /^row:(\d{1,15})$/.exec(id)?.[1];
    try {
      if (row !== undefined) {
        return numberOf(db.prepare(`SELECT Z_PK FROM ${assets} WHERE Z_PK = ?`).pluck().get(Number(row)));
      }
      if (!assetColumns.has('ZUUID')) return null;
      return numberOf(db.prepare(`SELECT Z_PK FROM ${assets} WHERE ZUUID = ?`).pluck().get(id));
    } catch (error) {
      this.#unreadable.addOnce(DAMAGED_PHOTOS, reasonOf(error));
    }
    return this.#searchKey(id);
  }

  /** In a damaged table: among the rows that can be reached. */
  #searchKey(id: string): number | null {
    const { db, assets } = this.#tables;
    const keys = this.keys({});
    const statement = db.prepare(
      `SELECT Z_PK FROM ${assets} WHERE Z_PK IN (SELECT value FROM json_each(?)) AND ZUUID = ?`,
    );
    for (let start = 0; start < keys.length; start += BATCH) {
      try {
        const found = numberOf(statement.pluck().get(JSON.stringify([...keys.subarray(start, start + BATCH)]), id));
        if (found !== null) return found;
      } catch (error) {
        this.#unreadable.addOnce(DAMAGED_PHOTOS, reasonOf(error));
      }
    }
    return null;
  }

  albums(): readonly PhotoAlbum[] {
    return this.#albumMaps().list;
  }

  counts(): PhotoCounts {
    const { assets } = this.#tables;
    const is = new AssetConditions(this.#tables);
    const sum = (condition: string): string => `IFNULL(SUM(${condition}), 0)`;
    const ofShown = (condition: string): string => sum(`${is.shown} AND ${condition}`);
    const sql = `SELECT count(*) AS "all", ${ofShown(is.photo)} AS photos, ${ofShown(is.video)} AS videos,
      ${ofShown(is.hidden)} AS hidden, ${ofShown(is.favourite)} AS favourites, ${ofShown(is.screenshot)} AS screenshots,
      ${ofShown(is.live)} AS live, ${ofShown(is.edited)} AS edited, ${sum(is.trashed)} AS trashed,
      ${sum(`NOT ${is.trashed} AND ${is.shared}`)} AS shared,
      ${sum(`NOT ${is.shown} AND NOT ${is.trashed} AND NOT ${is.shared}`)} AS notShown,
      MAX(CASE WHEN ${is.shown} THEN ${this.#tables.asset('ZDATECREATED')} END) AS newest FROM ${assets} a`;
    const row = this.#one(sql);
    if (row === null) return countAssets(this.#all());
    const number = (name: string): number => numberOf(row[name]) ?? 0;
    return {
      all: number('all'),
      photos: number('photos'),
      videos: number('videos'),
      hidden: number('hidden'),
      favourites: number('favourites'),
      screenshots: number('screenshots'),
      live: number('live'),
      edited: number('edited'),
      trashed: number('trashed'),
      shared: number('shared'),
      notShown: number('notShown'),
      originalBytes: this.#originalBytes(is.shown),
      newestMs: cocoaMs(row['newest']),
    };
  }

  *#all(): Generator<PhotoAsset> {
    const keys = this.keys({});
    for (let start = 0; start < keys.length; start += BATCH) yield* this.read([...keys.subarray(start, start + BATCH)]);
  }

  stemsIn(directory: string): ReadonlySet<string> | null {
    const { db, assets, assetColumns } = this.#tables;
    if (!assetColumns.has('ZDIRECTORY') || !assetColumns.has('ZFILENAME')) return null;
    const sql = `SELECT substr(ZFILENAME, 1, 1024) FROM ${assets} WHERE ZDIRECTORY = ? LIMIT ${NAMES_IN_A_FOLDER}`;
    const stems = new Set<string>();
    try {
      for (const name of db.prepare(sql).pluck().iterate(directory)) {
        if (typeof name === 'string') stems.add(nameParts(name).stem.toLowerCase());
      }
    } catch (error) {
      this.#unreadable.addOnce(DAMAGED_PHOTOS, reasonOf(error));
      this.#stems ??= this.#readableStems();
      return this.#stems.get(directory) ?? new Set();
    }
    return stems;
  }

  /** By folder, of the rows of a damaged table that can be reached. */
  #readableStems(): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>();
    const keys = this.keys({});
    for (let start = 0; start < keys.length; start += BATCH) {
      for (const row of this.#rows(this.#assetSql, [...keys.subarray(start, start + BATCH)], 'photo')) {
        const { directory, fileName } = row;
        if (typeof directory !== 'string' || typeof fileName !== 'string') continue;
        const stems = found.get(directory) ?? new Set();
        found.set(directory, stems.add(nameParts(fileName).stem.toLowerCase()));
      }
    }
    return found;
  }

  #originalBytes(shown: string): number | null {
    const { assets, hasAttributes, attributeColumns } = this.#tables;
    if (!hasAttributes || !attributeColumns.has('ZORIGINALFILESIZE')) return null;
    const sql = `SELECT SUM(max(x.ZORIGINALFILESIZE, 0)) AS bytes FROM ZADDITIONALASSETATTRIBUTES x
      WHERE x.ZASSET IN (SELECT a.Z_PK FROM ${assets} a WHERE ${shown})`;
    return numberOf(this.#one(sql)?.['bytes']);
  }

  #one(sql: string): Row | null {
    try {
      return (this.#tables.db.prepare(sql).get() ?? null) as Row | null;
    } catch (error) {
      this.#unreadable.addOnce(DAMAGED_PHOTOS, reasonOf(error));
      return null;
    }
  }

  #albumMaps(): Albums {
    this.#albums ??= readAlbums(this.#tables, this.#unreadable);
    return this.#albums;
  }

  #attributesOf(keys: readonly number[]): ReadonlyMap<number, Row> {
    const found = new Map<number, Row>();
    const rowIds = this.#look(this.#attributes, keys, 'original names and sizes');
    for (const row of this.#rows(this.#attributeSql, [...rowIds.values()].flat(), 'attributes')) {
      const asset = numberOf(row['asset']);
      if (asset !== null && !found.has(asset)) found.set(asset, row);
    }
    return found;
  }

  #albumsOf(keys: readonly number[]): ReadonlyMap<number, readonly string[]> {
    const found = new Map<number, readonly string[]>();
    const { idOf } = this.#albumMaps();
    for (const [asset, albums] of this.#look(this.#members, keys, 'members of albums')) {
      found.set(Number(asset), [...new Set(albums.flatMap((album) => idOf.get(album) ?? []))]);
    }
    return found;
  }

  #look(lookup: RowLookup | null, keys: readonly number[], what: string): ReadonlyMap<unknown, readonly number[]> {
    if (lookup === null) return new Map();
    try {
      return lookup.find(keys);
    } catch (error) {
      this.#unreadable.addOnce(`Photos.sqlite, ${what}`, reasonOf(error));
      return new Map();
    }
  }

  /** Where a page of the database is damaged, row by row, so that it costs only what stands there. */
  #rows(sql: string, keys: readonly number[], what: string): readonly Row[] {
    if (keys.length === 0) return [];
    const statement = this.#tables.db.prepare(sql);
    try {
      return statement.all(JSON.stringify(keys)) as Row[];
    } catch (error) {
      if (keys.length === 1) {
        this.#unreadable.addOnce(`Photos.sqlite, ${what} ${keys[0]}`, reasonOf(error));
        return [];
      }
    }
    const half = keys.length >> 1;
    return [...this.#rows(sql, keys.slice(0, half), what), ...this.#rows(sql, keys.slice(half), what)];
  }
}
