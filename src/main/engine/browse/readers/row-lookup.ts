import type Database from 'better-sqlite3';
import { numberOf, quoted } from './tolerant-table.ts';

type Key = number | string;

/**
 * From the value of a column to the numbers of the rows it stands in (or to the numbers in another column). By the
 * database's index where it has one, as all phones' databases do; otherwise from a list made once, because going through
 * the table for every page would take hours.
 */
export class RowLookup {
  readonly #db: Database.Database;
  readonly #table: string;
  readonly #key: string;
  readonly #value: string;
  readonly #hasIndex: boolean;
  #list: Map<Key, number[]> | null = null;
  #statement: Database.Statement | null = null;

  constructor(db: Database.Database, table: string, key: string, value = 'ROWID') {
    this.#db = db;
    this.#table = quoted(table);
    this.#key = quoted(key);
    this.#value = quoted(value);
    this.#hasIndex = hasIndex(db, table, key);
  }

  /** Only keys that are there; the numbers of each in ascending order. */
  find(keys: readonly Key[]): ReadonlyMap<Key, readonly number[]> {
    if (this.#hasIndex) {
      const sql = `SELECT ${this.#key}, ${this.#value} FROM ${this.#table} WHERE ${this.#key} IN (SELECT value FROM json_each(?))`;
      this.#statement ??= this.#db.prepare(sql).raw();
      return gather(this.#statement.all(JSON.stringify(keys)));
    }
    this.#list ??= gather(
      this.#db
        .prepare(`SELECT ${this.#key}, ${this.#value} FROM ${this.#table} WHERE ${this.#key} IS NOT NULL`)
        .raw()
        .iterate(),
    );
    const found = new Map<Key, readonly number[]>();
    for (const key of keys) {
      const numbers = this.#list.get(key);
      if (numbers !== undefined) found.set(key, numbers);
    }
    return found;
  }
}

function gather(rows: Iterable<unknown>): Map<Key, number[]> {
  const found = new Map<Key, number[]>();
  for (const row of rows) {
    const [key, value] = row as readonly [unknown, unknown];
    const number = numberOf(value);
    if ((typeof key !== 'number' && typeof key !== 'string') || number === null) continue;
    const numbers = found.get(key);
    if (numbers === undefined) found.set(key, [number]);
    else numbers.push(number);
  }
  for (const numbers of found.values()) if (numbers.length > 1) numbers.sort((one, other) => one - other);
  return found;
}

function hasIndex(db: Database.Database, table: string, column: string): boolean {
  const sql = `SELECT 1 FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i WHERE i.seqno = 0 AND i.name = ?`;
  return db.prepare(sql).get(table, column) !== undefined;
}
