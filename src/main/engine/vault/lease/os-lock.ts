import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { removeDatabase } from '../cache/local-files.ts';

/**
 * A lock of the operating system that ends with its process, whatever kills it. Node has no call for one; SQLite's
 * exclusive file lock is one on every system, and tells two holders inside one process apart as well.
 */
export class OsLock {
  readonly #file: string;
  readonly #db: Database.Database;

  private constructor(file: string, db: Database.Database) {
    this.#file = file;
    this.#db = db;
  }

  /** Null when somebody holds it. */
  static take(folder: string, name: string): OsLock | null {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${name}.lock`);
    const db = new Database(file, { timeout: 0 });
    try {
      db.pragma('journal_mode = DELETE');
      db.pragma('locking_mode = EXCLUSIVE');
      db.exec('CREATE TABLE IF NOT EXISTS held (x); BEGIN EXCLUSIVE');
      return new OsLock(file, db);
    } catch (error) {
      db.close();
      if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
      throw error;
    }
  }

  /**
   * `free`: it was taken here once and nobody holds it now. `unknown`: there is no such lock file, which says nothing
   * (this folder may have been emptied under a living holder).
   */
  static look(folder: string, name: string): 'held' | 'free' | 'unknown' {
    if (!existsSync(join(folder, `${name}.lock`))) return 'unknown';
    const lock = OsLock.take(folder, name);
    if (lock === null) return 'held';
    lock.#close();
    return 'free';
  }

  static names(folder: string): string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.lock'))
      .map((name) => name.slice(0, -'.lock'.length));
  }

  static forget(folder: string, name: string): void {
    removeDatabase(join(folder, `${name}.lock`));
  }

  release(): void {
    this.#close();
    removeDatabase(this.#file);
  }

  #close(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#db.close();
  }
}
