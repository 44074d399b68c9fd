import Database from 'better-sqlite3';
import { removeDatabase } from '../cache/local-files.ts';
import { EMPTY_HASH } from '../catalog/schema.ts';

/**
 * The objects that any counted version needs, as a scratch database of this computer: with millions of objects they do
 * not belong into memory, and sorted by hash they can be compared with the index in one pass.
 */

const PAGE_ROWS = 2048;

export class LiveObjects {
  readonly #file: string;
  readonly #db: Database.Database;
  readonly #add: Database.Statement<[Buffer, number]>;
  readonly #find: Database.Statement<[Buffer], [number]>;
  #pending = 0;

  constructor(file: string) {
    removeDatabase(file);
    this.#file = file;
    this.#db = new Database(file);
    this.#db.pragma('journal_mode = OFF');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma('cache_size = -32768');
    this.#db.exec('CREATE TABLE live (hash BLOB PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID');
    this.#add = this.#db.prepare('INSERT OR IGNORE INTO live VALUES (?, ?)');
    this.#find = this.#db.prepare<[Buffer], [number]>('SELECT size FROM live WHERE hash = ?').raw(true);
  }

  get count(): number {
    this.#flush();
    return this.#db.prepare<[], [number]>('SELECT count(*) FROM live').raw(true).get()?.[0] ?? 0;
  }

  add(row: { readonly obj: Buffer; readonly size: number }): void {
    if (row.size === 0 && row.obj.equals(EMPTY_HASH)) return;
    if (this.#pending === 0) this.#db.exec('BEGIN');
    this.#add.run(row.obj, row.size);
    this.#pending += 1;
    if (this.#pending >= 50_000) this.#flush();
  }

  /** Its raw size; null when nobody needs it. */
  size(hash: Buffer): number | null {
    return this.#find.get(hash)?.[0] ?? null;
  }

  /** All of them, in the order of their hashes. */
  *all(): Generator<{ readonly hash: Buffer; readonly size: number }> {
    this.#flush();
    const page = this.#db
      .prepare<[Buffer, number], [Buffer, number]>('SELECT hash, size FROM live WHERE hash > ? ORDER BY hash LIMIT ?')
      .raw(true);
    let last: Buffer = Buffer.alloc(0);
    for (;;) {
      const rows = page.all(last, PAGE_ROWS);
      for (const [hash, size] of rows) yield { hash, size };
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE_ROWS) return;
      last = end[0];
    }
  }

  close(): void {
    this.#db.close();
    removeDatabase(this.#file);
  }

  #flush(): void {
    if (this.#pending > 0) this.#db.exec('COMMIT');
    this.#pending = 0;
  }
}
