import type Database from 'better-sqlite3';

/**
 * The rows of the object index: hashes are spread evenly, so a thousand new ones in one large tree touch nearly a
 * thousand of its pages. New rows are gathered in a small tree beside it and moved over in bulk, in order; a look asks
 * both. A row may stand in both for a while: it says the same in each.
 */

const COLUMNS = `(hash BLOB NOT NULL, pack INTEGER NOT NULL, off INTEGER NOT NULL, slen INTEGER NOT NULL,
                     raw INTEGER NOT NULL, codec INTEGER NOT NULL, PRIMARY KEY (hash, pack)) STRICT, WITHOUT ROWID`;
export const OBJECT_SCHEMA = `
CREATE TABLE object ${COLUMNS};
CREATE TABLE recent ${COLUMNS};
`;
/** SQLite asks each tree by its key. */
export const FIND_OBJECT = `SELECT pack, off, slen, raw, codec
  FROM (SELECT * FROM object UNION ALL SELECT * FROM recent) WHERE hash = ?`;

/** The same for many at once, in a fraction of the time: of a JSON list of hashes (hex), places by position in it. */
export const FIND_OBJECTS = (['object', 'recent'] satisfies Table[]).map(
  (table) => `SELECT wanted.key, pack, off, slen, raw, codec
  FROM json_each(?) AS wanted CROSS JOIN ${table} ON hash = unhex(wanted.value)`,
);

/** The small tree is at most about 1 MB. */
const MAX_RECENT_ROWS = 16_384;
/** A slice is one transaction, which writes each page that it touched: small ones write the same pages again and again. */
const ROWS_PER_SLICE = 4096;
const ROWS_PER_INSERT = 10;
const PAGE_ROWS = 2048;

export type ObjectRow = [
  hash: Buffer,
  pack: number,
  offset: number,
  storedLength: number,
  rawLength: number,
  codec: number,
];

type Table = 'object' | 'recent';

export class ObjectRows {
  readonly #db: Database.Database;
  readonly #add: Readonly<Record<Table, Inserts>>;
  readonly #moveSlice: () => boolean;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#add = { object: insertsInto(db, 'object'), recent: insertsInto(db, 'recent') };
    const end = db
      .prepare<[number], [Buffer, number]>('SELECT hash, pack FROM recent ORDER BY hash, pack LIMIT 1 OFFSET ?')
      .raw(true);
    const upTo = 'WHERE (hash, pack) <= (?, ?)';
    const move = db.prepare(`INSERT OR REPLACE INTO object SELECT * FROM recent ${upTo} ORDER BY hash, pack`);
    const remove = db.prepare(`DELETE FROM recent ${upTo}`);
    this.#moveSlice = db.transaction(() => {
      const last = end.get(ROWS_PER_SLICE - 1);
      if (last === undefined) {
        db.exec('INSERT OR REPLACE INTO object SELECT * FROM recent ORDER BY hash, pack; DELETE FROM recent');
        return false;
      }
      move.run(...last);
      remove.run(...last);
      return true;
    });
  }

  /** Adds many rows, which have to come in the order of their hashes, in slices that leave the event loop free. */
  async add(count: number, rowAt: (position: number) => ObjectRow): Promise<void> {
    const into = this.#add[count > MAX_RECENT_ROWS ? 'object' : 'recent'];
    const insert = this.#db.transaction((from: number, to: number) => {
      let at = from;
      for (; at + ROWS_PER_INSERT <= to; at += ROWS_PER_INSERT) {
        const values: Array<Buffer | number> = [];
        for (let next = at; next < at + ROWS_PER_INSERT; next += 1) values.push(...rowAt(next));
        into.many.run(values);
      }
      for (; at < to; at += 1) into.one.run(...rowAt(at));
    });
    for (let from = 0; from < count; from += ROWS_PER_SLICE) {
      insert(from, Math.min(from + ROWS_PER_SLICE, count));
      await breathe();
    }
    const recent = this.#db.prepare<[], [number]>('SELECT count(*) FROM recent').raw(true).get()?.[0] ?? 0;
    if (recent <= MAX_RECENT_ROWS) return;
    while (this.#moveSlice()) await breathe();
  }

  /** Every object's every place, in the order of their hashes. No query stays open between two of them. */
  *allPlaces(): Generator<{ readonly hash: Buffer; readonly pack: number; readonly storedLength: number }> {
    this.#moveAll();
    const page = this.#db
      .prepare<[Buffer, number, number], [Buffer, number, number]>(
        'SELECT hash, pack, slen FROM object WHERE (hash, pack) > (?, ?) ORDER BY hash, pack LIMIT ?',
      )
      .raw(true);
    let last: [Buffer, number] = [Buffer.alloc(0), 0];
    for (;;) {
      const rows = page.all(...last, PAGE_ROWS);
      for (const [hash, pack, storedLength] of rows) yield { hash, pack, storedLength };
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE_ROWS) return;
      last = [end[0], end[1]];
    }
  }

  /** How many different objects there are. */
  count(): number {
    this.#moveAll();
    return this.#db.prepare<[], [number]>('SELECT count(DISTINCT hash) FROM object').raw(true).get()?.[0] ?? 0;
  }

  /** Drops the rows of packs that are not in the table of packs any more; scans everything once. */
  dropLost(): void {
    for (const table of ['object', 'recent'])
      this.#db.exec(`DELETE FROM ${table} WHERE pack NOT IN (SELECT n FROM pack)`);
  }

  clear(): void {
    this.#db.exec('DELETE FROM object; DELETE FROM recent');
  }

  #moveAll(): void {
    while (this.#moveSlice());
  }
}

interface Inserts {
  readonly one: Database.Statement<ObjectRow>;
  readonly many: Database.Statement;
}

function insertsInto(db: Database.Database, table: Table): Inserts {
  const row = '(?, ?, ?, ?, ?, ?)';
  const head = `INSERT OR REPLACE INTO ${table} VALUES`;
  return {
    one: db.prepare<ObjectRow>(`${head} ${row}`),
    many: db.prepare(`${head} ${Array(ROWS_PER_INSERT).fill(row).join(', ')}`),
  };
}

function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
