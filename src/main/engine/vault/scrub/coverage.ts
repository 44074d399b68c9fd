import Database from 'better-sqlite3';
import { removeDatabase } from '../cache/local-files.ts';
import type { VaultEvent } from '../events.ts';
import type { ScrubFolder, StoredName } from './vault-files.ts';

/**
 * When each file was last read through. Kept as a small database of this computer, and, shortened to ranges of names,
 * in the vault's `scrub` events: a computer that has lost its own notes, or never had any, begins with those.
 */

export interface CoverageRange {
  readonly folder: ScrubFolder;
  readonly from: string;
  readonly to: string;
  readonly at: string;
}

/** Ranges whose times lie so close together are told as one, with the earlier time. */
const SAME_RUN_MS = 24 * 60 * 60_000;

export class Coverage {
  readonly #db: Database.Database;
  readonly #get: Database.Statement<[string, string], [number]>;
  readonly #put: Database.Statement<[string, string, number]>;

  private constructor(db: Database.Database) {
    this.#db = db;
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.exec(
      'CREATE TABLE IF NOT EXISTS seen (folder TEXT, name TEXT, at INTEGER NOT NULL, PRIMARY KEY (folder, name)) WITHOUT ROWID',
    );
    this.#get = this.#db
      .prepare<[string, string], [number]>('SELECT at FROM seen WHERE folder = ? AND name = ?')
      .raw(true);
    this.#put = this.#db.prepare('INSERT OR REPLACE INTO seen VALUES (?, ?, ?)');
  }

  static open(file: string): Coverage {
    try {
      return new Coverage(new Database(file));
    } catch {
      // A cache that cannot be read is as good as none.
      removeDatabase(file);
      return new Coverage(new Database(file));
    }
  }

  /** Unix milliseconds at which the file was last read through and found right; 0: never, as far as is known. */
  lastSeen(file: StoredName, events: readonly VaultEvent[]): number {
    const own = this.#get.get(file.folder, file.name)?.[0];
    return own ?? seenByEvents(file, events);
  }

  see(file: StoredName, atMs: number): void {
    this.#put.run(file.folder, file.name, Math.floor(atMs));
  }

  forget(file: StoredName): void {
    this.#db.prepare('DELETE FROM seen WHERE folder = ? AND name = ?').run(file.folder, file.name);
  }

  /** Compact ranges for an event: neighbours by name that were read in one run. */
  ranges(files: readonly StoredName[], events: readonly VaultEvent[]): CoverageRange[] {
    const ranges: Array<{ folder: ScrubFolder; from: string; to: string; atMs: number }> = [];
    const sorted = [...files].sort((a, b) => compare(a.folder, b.folder) || compare(a.name, b.name));
    for (const file of sorted) {
      const atMs = this.lastSeen(file, events);
      const last = ranges.at(-1);
      const joins =
        last !== undefined &&
        last.folder === file.folder &&
        last.atMs > 0 === atMs > 0 &&
        Math.abs(last.atMs - atMs) < SAME_RUN_MS;
      if (joins) {
        last.to = file.name;
        last.atMs = Math.min(last.atMs, atMs);
      } else ranges.push({ folder: file.folder, from: file.name, to: file.name, atMs });
    }
    return ranges
      .filter((range) => range.atMs > 0)
      .map(({ folder, from, to, atMs }) => ({ folder, from, to, at: new Date(atMs).toISOString() }));
  }

  close(): void {
    this.#db.close();
  }
}

/** A range speaks only for files that were there when it was read. */
function seenByEvents(file: StoredName, events: readonly VaultEvent[]): number {
  let latest = 0;
  for (const event of events) {
    if (event.kind !== 'scrub') continue;
    for (const { folder, from, to, at } of event.coverage) {
      if (folder !== file.folder || file.name < from || file.name > to) continue;
      const atMs = Date.parse(at);
      if (Number.isFinite(atMs) && file.modifiedMs <= atMs) latest = Math.max(latest, atMs);
    }
  }
  return latest;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
