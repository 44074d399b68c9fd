import type { UnreadableList } from '../reading.ts';
import { RowLookup } from '../row-lookup.ts';
import { numberOf, textOf } from '../tolerant-table.ts';
import { reasonOf } from './albums.ts';
import type { Resources, Row } from './decode-asset.ts';
import { boundedList, type LibraryTables } from './library-tables.ts';

const COLUMNS = {
  asset: ['ZASSET'],
  type: ['ZRESOURCETYPE'],
  subtype: ['ZDATASTORESUBTYPE'],
  storeClass: ['ZDATASTORECLASSID'],
  local: ['ZLOCALAVAILABILITY'],
  remote: ['ZREMOTEAVAILABILITY'],
  bytes: ['ZDATALENGTH'],
  fingerprint: ['ZSTABLEHASH', 'ZFINGERPRINT'],
} as const;

/** ZRESOURCETYPE and ZDATASTORESUBTYPE, backup-format 4.1. */
const PHOTO = 0;
const VIDEO = 1;
const LIVE_VIDEO = 3;
const ALTERNATE = 4;
const ORIGINAL = 1;

/** ZINTERNALRESOURCE: one row for each stored representation of an asset. */
export class ResourceReader {
  readonly #lookup: RowLookup;
  readonly #tables: LibraryTables;
  readonly #sql: string;
  readonly #unreadable: UnreadableList;

  constructor(tables: LibraryTables, unreadable: UnreadableList) {
    this.#tables = tables;
    this.#unreadable = unreadable;
    this.#lookup = new RowLookup(tables.db, 'ZINTERNALRESOURCE', 'ZASSET');
    const list = boundedList(tables.resourceColumns, 'r', COLUMNS);
    this.#sql = `SELECT ${list} FROM ZINTERNALRESOURCE r WHERE r.ROWID IN (SELECT value FROM json_each(?))`;
  }

  /** Of these assets; one without rows is not in it. */
  of(keys: readonly number[]): ReadonlyMap<number, Resources> {
    const byAsset = new Map<number, Row[]>();
    try {
      const rowIds = [...this.#lookup.find(keys).values()].flat();
      for (const row of this.#tables.db.prepare(this.#sql).all(JSON.stringify(rowIds)) as Row[]) {
        const asset = numberOf(row['asset']) ?? 0;
        const rows = byAsset.get(asset);
        if (rows === undefined) byAsset.set(asset, [row]);
        else rows.push(row);
      }
    } catch (error) {
      this.#unreadable.addOnce('Photos.sqlite, whether originals are in iCloud', reasonOf(error));
    }
    return new Map([...byAsset].map(([asset, rows]) => [asset, summary(rows)]));
  }
}

function summary(rows: readonly Row[]): Resources {
  const originals = rows.filter(isOriginal);
  const numbers = (name: string): number[] => originals.flatMap((row) => numberOf(row[name]) ?? []);
  const local = numbers('local');
  const remote = numbers('remote');
  const bytes = numbers('bytes').filter((one) => one > 0);
  return {
    availability:
      originals.length === 0
        ? null
        : {
            local: local.reduce((least: number | null, one) => Math.min(least ?? one, one), null),
            remote: remote.reduce((most: number | null, one) => Math.max(most ?? one, one), null),
          },
    originalBytes: bytes.length === 0 ? null : bytes.reduce((sum, one) => sum + one, 0),
    fingerprint: originals.map((row) => textOf(row['fingerprint'])).find((one) => one !== null) ?? null,
    hasLiveVideo: rows.some((row) => row['type'] === LIVE_VIDEO),
    hasRaw: rows.some((row) => row['type'] === ALTERNATE),
  };
}

/** Columns that are missing do not exclude a row, except the one that says what it is. */
function isOriginal(row: Row): boolean {
  const type = numberOf(row['type']);
  const storeClass = numberOf(row['storeClass']);
  return (
    numberOf(row['subtype']) === ORIGINAL &&
    (type === null || type === PHOTO || type === VIDEO) &&
    (storeClass ?? 0) === 0
  );
}
