import type { UnreadableList } from '../reading.ts';
import { numberOf } from '../tolerant-table.ts';
import { reasonOf } from './albums.ts';
import type { KeyQuery } from './asset-query.ts';
import type { LibraryTables } from './library-tables.ts';

/** What is said of a library whose list of photos is not whole. */
export const DAMAGED_PHOTOS = 'Photos.sqlite, some photos';
/** Lists that are kept: the grid on the screen and those just looked at. */
const KEPT = 8;
/** Numbers behind a damaged page that are tried one by one; then in steps that double. */
const PATIENCE = 1000;
const MOST_TRIES = 10_000;

/**
 * In which order assets stand: their numbers alone, eight bytes each, so that any page of 50,000 is reached at once. In a
 * damaged library those that can still be reached, in the order in which they came.
 */
export class AssetKeys {
  readonly #tables: LibraryTables;
  readonly #unreadable: UnreadableList;
  readonly #kept = new Map<string, Float64Array>();

  constructor(tables: LibraryTables, unreadable: UnreadableList) {
    this.#tables = tables;
    this.#unreadable = unreadable;
  }

  /** Lists of the same name are the same. */
  list(name: string, query: () => KeyQuery | null): Float64Array {
    const known = this.#kept.get(name);
    if (known !== undefined) {
      this.#kept.delete(name);
      this.#kept.set(name, known);
      return known;
    }
    const wanted = query();
    const made = wanted === null ? new Float64Array() : this.#make(wanted);
    this.#kept.set(name, made);
    const oldest = this.#kept.size > KEPT ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    return made;
  }

  #make({ from, order, isNewestFirst }: KeyQuery): Float64Array {
    try {
      // One text with all numbers: five times as fast as a row for each.
      const sql = `SELECT json_group_array(pk) FROM (SELECT a.Z_PK AS pk FROM ${from} ORDER BY ${order})`;
      const keys: unknown = JSON.parse(String(this.#tables.db.prepare(sql).pluck().get()));
      return Float64Array.from(Array.isArray(keys) ? keys.map((key) => numberOf(key) ?? 0) : []);
    } catch (error) {
      this.#unreadable.addOnce(DAMAGED_PHOTOS, reasonOf(error));
    }
    const keys = Float64Array.from(this.#reachable(from));
    return isNewestFirst ? keys.reverse() : keys;
  }

  /** Goes over the damaged places: rows behind them are found by their numbers, as far as the way there is whole. */
  *#reachable(from: string): Generator<number> {
    const condition = `${/ WHERE /.test(from) ? ' AND' : ' WHERE'} a.Z_PK > ? ORDER BY a.Z_PK`;
    const rows = this.#tables.db.prepare(`SELECT a.Z_PK FROM ${from}${condition}`).pluck();
    const most = this.#highest();
    let last = 0;
    let failures = 0;
    for (let tries = 0; tries < MOST_TRIES && last < most; tries += 1) {
      try {
        for (const row of rows.iterate(last)) {
          const key = numberOf(row);
          if (key === null || key <= last) continue;
          yield key;
          last = key;
          failures = 0;
        }
        return;
      } catch {
        failures += 1;
        last += failures < PATIENCE ? 1 : 2 ** Math.min(40, failures - PATIENCE);
      }
    }
  }

  /** Core Data keeps the highest number apart. */
  #highest(): number {
    for (const sql of [
      `SELECT max(Z_PK) FROM ${this.#tables.assets}`,
      `SELECT Z_MAX FROM Z_PRIMARYKEY WHERE Z_NAME IN ('Asset', 'GenericAsset') ORDER BY Z_MAX DESC`,
    ]) {
      try {
        const most = numberOf(this.#tables.db.prepare(sql).pluck().get());
        if (most !== null) return most;
      } catch (error) {
        this.#unreadable.addOnce(DAMAGED_PHOTOS, reasonOf(error));
      }
    }
    return Number.MAX_SAFE_INTEGER;
  }
}
