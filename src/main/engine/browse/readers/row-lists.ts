import type Database from 'better-sqlite3';
import type { UnreadableList } from './reading.ts';
import { numberOf } from './tolerant-table.ts';

/** Lists that are kept: the conversation on the screen and those just looked at. */
const KEPT = 8;

/** A query that gives numbers of rows. */
export interface RowQuery {
  /** Lists of the same key are the same. */
  readonly key: string;
  readonly sql: string;
  /** Gives the same numbers in another order without a look at the rows themselves, where their pages are damaged. */
  readonly fallback?: string | undefined;
  readonly parameters?: Readonly<Record<string, number>> | undefined;
}

/**
 * In which order many rows stand: their numbers alone, eight bytes each, so that any page of 200,000 messages is reached
 * at once, whatever units and gaps their dates have.
 */
export class RowLists {
  readonly #db: Database.Database;
  readonly #what: string;
  readonly #unreadable: UnreadableList;
  readonly #kept = new Map<string, Float64Array>();

  /** `what` names the rows for the list of what could not be read: "sms.db, the order of messages". */
  constructor(db: Database.Database, what: string, unreadable: UnreadableList) {
    this.#db = db;
    this.#what = what;
    this.#unreadable = unreadable;
  }

  list(query: RowQuery): Float64Array {
    const known = this.#kept.get(query.key);
    if (known !== undefined) {
      this.#kept.delete(query.key);
      this.#kept.set(query.key, known);
      return known;
    }
    const parameters = query.parameters ?? {};
    const made = this.#numbers(query.sql, parameters) ?? this.#fallback(query.fallback, parameters);
    this.#kept.set(query.key, made);
    const oldest = this.#kept.size > KEPT ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    return made;
  }

  /** Rows are numbered as they came, which is nearly the order of their dates. */
  #fallback(sql: string | undefined, parameters: Readonly<Record<string, number>>): Float64Array {
    return (sql === undefined ? null : this.#numbers(sql, parameters))?.sort() ?? new Float64Array();
  }

  #numbers(sql: string, parameters: Readonly<Record<string, number>>): Float64Array | null {
    let list = new Float64Array(1024);
    let count = 0;
    try {
      for (const rowId of this.#db.prepare(sql).pluck().iterate(parameters)) {
        if (count === list.length) {
          const larger = new Float64Array(list.length * 2);
          larger.set(list);
          list = larger;
        }
        list[count] = numberOf(rowId) ?? 0;
        count += 1;
      }
    } catch (error) {
      this.#unreadable.addOnce(this.#what, error instanceof Error ? error.message : String(error));
      return count === 0 ? null : list.subarray(0, count);
    }
    return list.subarray(0, count);
  }
}
