import { COCOA_EPOCH_SECONDS, quoted } from '../tolerant-table.ts';
import type { LibraryTables } from './library-tables.ts';
import type { AssetFilter, AssetQuery } from './types.ts';

/** Shared albums and "shared with you" are other people's (ZSAVEDASSETTYPE, backup-format 4.1). */
export const SHARED_ALBUM = 4;
export const SHARED_WITH_YOU = 12;
const LIVE_SUBTYPE = 2;
const SCREENSHOT_SUBTYPE = 10;

/** Conditions on the assets `a` as SQL; what the database does not say counts as no. */
export class AssetConditions {
  readonly shown: string;
  readonly trashed: string;
  readonly shared: string;
  readonly video: string;
  readonly photo: string;
  readonly hidden: string;
  readonly favourite: string;
  readonly screenshot: string;
  readonly live: string;
  readonly edited: string;
  readonly burst: string;
  readonly withPlace: string;

  constructor(tables: LibraryTables) {
    const is = (column: string, value: number): string => `IFNULL(${tables.asset(column)} = ${value}, 0)`;
    const isSet = (column: string): string => `IFNULL(${tables.asset(column)} <> 0, 0)`;
    this.trashed = isSet('ZTRASHEDSTATE');
    this.shared = `IFNULL(${tables.asset('ZSAVEDASSETTYPE')} IN (${SHARED_ALBUM}, ${SHARED_WITH_YOU}), 0)`;
    this.shown = `(NOT ${this.trashed} AND NOT ${isSet('ZVISIBILITYSTATE')} AND NOT ${this.shared})`;
    this.photo = is('ZKIND', 0);
    this.video = is('ZKIND', 1);
    this.hidden = isSet('ZHIDDEN');
    this.favourite = isSet('ZFAVORITE');
    const screenshot = is('ZKINDSUBTYPE', SCREENSHOT_SUBTYPE);
    this.screenshot = `(${screenshot} OR ${is('ZISDETECTEDSCREENSHOT', 1)})`;
    this.live = `(${this.photo} AND (${is('ZKINDSUBTYPE', LIVE_SUBTYPE)} OR IFNULL(${tables.asset('ZVIDEOCPDURATIONVALUE')} > 0, 0)))`;
    this.edited = isSet(tables.assetColumns.has('ZHASADJUSTMENTS') ? 'ZHASADJUSTMENTS' : 'ZADJUSTMENTSSTATE');
    this.burst = `(${tables.asset('ZAVALANCHEUUID')} IS NOT NULL)`;
    // −180 is "none", and no place on earth has less.
    this.withPlace = `IFNULL(${tables.asset('ZLATITUDE')} BETWEEN -90 AND 90, 0)`;
  }
}

/** Which assets, in which order, as SQL. */
export interface KeyQuery {
  /** Everything behind FROM, without the order. The assets are `a`. */
  readonly from: string;
  readonly order: string;
  /** Is the order the numbers' own, nearly, and turned round? For a damaged library. */
  readonly isNewestFirst: boolean;
}

/** `albumKey`: the album's number, where one is asked for; null where it is none that the library has. */
export function assetQuery(tables: LibraryTables, query: AssetQuery, albumKey: number | null): KeyQuery | null {
  const { filter = {}, order = 'newest' } = query;
  const where = conditions(tables, filter);
  const { join } = tables;
  const isAlbum = filter.albumId !== undefined;
  if (isAlbum && (join === null || albumKey === null)) return null;
  let from = `${tables.assets} a`;
  if (isAlbum && join !== null) {
    from = `${quoted(join.table)} j CROSS JOIN ${tables.assets} a ON a.Z_PK = j.${quoted(join.asset)}`;
    where.push(`j.${quoted(join.album)} = ${Math.trunc(albumKey ?? 0)}`);
  }
  const condition = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
  // With conditions it is faster to go through the table and sort than to follow an index from row to row.
  const date = `${where.length === 0 ? '' : '+'}${tables.asset('ZDATECREATED')}`;
  const isNewestFirst = order === 'newest';
  const byDate = isNewestFirst ? `${date} DESC, a.Z_PK DESC` : `${date} IS NULL, ${date}, a.Z_PK`;
  const albumOrder = order === 'album' && isAlbum && join?.order != null ? `j.${quoted(join.order)}, a.Z_PK` : null;
  return { from: `${from}${condition}`, order: albumOrder ?? byDate, isNewestFirst };
}

function conditions(tables: LibraryTables, filter: AssetFilter): string[] {
  const known = new AssetConditions(tables);
  const where: string[] = [];
  if (filter.kind !== undefined) where.push(known[filter.kind]);
  for (const name of [
    'shown',
    'favourite',
    'hidden',
    'trashed',
    'screenshot',
    'live',
    'edited',
    'burst',
    'withPlace',
  ] as const) {
    const wanted = filter[name];
    if (wanted !== undefined) where.push(wanted ? known[name] : `NOT ${known[name]}`);
  }
  const date = tables.asset('ZDATECREATED');
  if (filter.takenFromMs !== undefined) where.push(`${date} >= ${cocoa(filter.takenFromMs)}`);
  if (filter.takenToMs !== undefined) where.push(`${date} < ${cocoa(filter.takenToMs)}`);
  if (filter.text !== undefined && filter.text !== '') where.push(nameHolds(tables, filter.text));
  return where;
}

function nameHolds(tables: LibraryTables, text: string): string {
  const holds = (column: string): string =>
    `IFNULL(instr(lower(substr(${column}, 1, 1024)), ${literal(text.toLowerCase())}), 0) > 0`;
  const own = holds(tables.asset('ZFILENAME'));
  if (!tables.hasAttributes || !tables.attributeColumns.has('ZORIGINALFILENAME')) return own;
  return `(${own} OR a.Z_PK IN (SELECT x.ZASSET FROM ZADDITIONALASSETATTRIBUTES x WHERE ${holds('x.ZORIGINALFILENAME')}))`;
}

/** A text in SQL that cannot be anything but a text. */
function literal(text: string): string {
  return `CAST(x'${Buffer.from(text, 'utf8').toString('hex')}' AS TEXT)`;
}

function cocoa(unixMs: number): string {
  const seconds = unixMs / 1000 - COCOA_EPOCH_SECONDS;
  return Number.isFinite(seconds) ? seconds.toFixed(3) : '0';
}
