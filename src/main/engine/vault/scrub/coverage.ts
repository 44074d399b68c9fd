import Database from 'better-sqlite3';
import { removeDatabase } from '../cache/local-files.ts';
import type { VaultEvent } from '../events.ts';
import type { ScrubFolder, StoredName } from './vault-files.ts';

/**
 * When each file was last read through, in the store's time. Kept as a small database of this computer, and, shortened
 * to ranges of names, in the vault's `scrub` events: a computer that has lost its own notes, or never had any, begins
 * with those. What this computer read is told once: the events of all runs together say everything.
 */

export interface CoverageRange {
  readonly folder: ScrubFolder;
  readonly from: string;
  readonly to: string;
  readonly at: string;
}

/** Names in events are cut to this length: 64 bits tell the files of any vault apart. */
const PREFIX = 16;
/** One event holds no more: a range costs about 100 bytes. What is left over is told by the next one. */
const MAX_RANGES = 5000;

type Row = [at: number, modified: number, bad: number];

export class Coverage {
  readonly #db: Database.Database;
  readonly #place: string | null;
  readonly #get: Database.Statement<[string, string], Row>;
  readonly #put: Database.Statement<[string, string, number, number, number]>;

  private constructor(db: Database.Database, place: string | null) {
    this.#db = db;
    this.#place = place;
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.exec(
      `CREATE TABLE IF NOT EXISTS reading (folder TEXT, name TEXT, at INTEGER NOT NULL, modified INTEGER NOT NULL,
         bad INTEGER NOT NULL, told INTEGER NOT NULL, PRIMARY KEY (folder, name)) WITHOUT ROWID`,
    );
    this.#get = this.#db
      .prepare<[string, string], Row>('SELECT at, modified, bad FROM reading WHERE folder = ? AND name = ?')
      .raw(true);
    this.#put = this.#db.prepare('INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, 0)');
  }

  /** Null as `place`: which copy of the vault this is cannot be told to other computers. */
  static open(file: string, place: string | null): Coverage {
    try {
      return new Coverage(new Database(file, { timeout: 30_000 }), place);
    } catch {
      // A cache that cannot be read is as good as none.
      removeDatabase(file);
      return new Coverage(new Database(file, { timeout: 30_000 }), place);
    }
  }

  /** For each file the Unix milliseconds at which it was last read through, by whomever; 0: never, as far as is known. */
  lastSeen(files: readonly StoredName[], events: readonly VaultEvent[]): Map<StoredName, number> {
    const ranges = rangesOf(events, this.#place);
    return new Map(files.map((file) => [file, Math.max(this.#own(file)?.at ?? 0, seenByEvents(file, ranges))]));
  }

  /** This computer read it before and found it wrong. */
  isBad(file: StoredName): boolean {
    return this.#own(file)?.isBad ?? false;
  }

  see(file: StoredName, atMs: number, isBad: boolean): void {
    this.#put.run(file.folder, file.name, Math.floor(atMs), Math.floor(file.modifiedMs), isBad ? 1 : 0);
  }

  /** What this computer read and no event tells yet, as ranges that hold no other file; `told` afterwards. */
  untold(files: readonly StoredName[]): { readonly ranges: readonly CoverageRange[]; told(): void } {
    const waiting = new Set(
      this.#db
        .prepare<[], [string, string]>('SELECT folder, name FROM reading WHERE told = 0')
        .raw(true)
        .all()
        .map(([folder, name]) => `${folder}/${name}`),
    );
    const found: Array<{ folder: ScrubFolder; from: string; to: string; atMs: number; names: string[] }> = [];
    let open: (typeof found)[number] | null = null;
    const sorted = [...files].sort((a, b) => compare(a.folder, b.folder) || compare(a.name, b.name));
    for (const file of sorted) {
      const own = waiting.has(`${file.folder}/${file.name}`) ? this.#own(file) : null;
      if (own === null) {
        open = null;
        continue;
      }
      if (open === null || open.folder !== file.folder) {
        if (found.length === MAX_RANGES) break;
        open = { folder: file.folder, from: file.name, to: file.name, atMs: own.at, names: [] };
        found.push(open);
      }
      open.to = file.name;
      open.atMs = Math.min(open.atMs, own.at);
      open.names.push(file.name);
    }
    const ranges = found.map(({ folder, from, to, atMs }) => ({
      folder,
      from: from.slice(0, PREFIX),
      to: to.slice(0, PREFIX),
      at: new Date(atMs).toISOString(),
    }));
    const mark = this.#db.prepare<[string, string]>('UPDATE reading SET told = 1 WHERE folder = ? AND name = ?');
    const told = this.#db.transaction(() => {
      for (const { folder, names } of found) for (const name of names) mark.run(folder, name);
    });
    return { ranges, told };
  }

  close(): void {
    this.#db.close();
  }

  /** Notes about a file of the same name with another date are about other bytes: a copy of the vault, another disk. */
  #own(file: StoredName): { readonly at: number; readonly isBad: boolean } | null {
    const row = this.#get.get(file.folder, file.name);
    if (row === undefined || row[1] !== Math.floor(file.modifiedMs)) return null;
    return { at: row[0], isBad: row[2] !== 0 };
  }
}

type Ranges = Readonly<Record<ScrubFolder, ReadonlyArray<{ from: string; to: string; atMs: number }>>>;

/**
 * The latest first, so that the first that fits is the one that counts. What was read of another copy of the vault is
 * told by the events that were copied with it, and says nothing about these bytes.
 */
function rangesOf(events: readonly VaultEvent[], place: string | null): Ranges {
  const ranges: Record<ScrubFolder, Array<{ from: string; to: string; atMs: number }>> = {
    packs: [],
    objects: [],
    catalogs: [],
  };
  for (const event of events) {
    if (event.kind !== 'scrub' || (event.place ?? place) !== place) continue;
    for (const { folder, from, to, at } of event.coverage) {
      const atMs = Date.parse(at);
      if (Number.isFinite(atMs)) ranges[folder].push({ from, to, atMs });
    }
  }
  for (const some of Object.values(ranges)) some.sort((a, b) => b.atMs - a.atMs);
  return ranges;
}

/** A range speaks only for files that were there when it was read. */
function seenByEvents(file: StoredName, ranges: Ranges): number {
  for (const { from, to, atMs } of ranges[file.folder]) {
    if (file.modifiedMs > atMs) return 0;
    if (file.name.slice(0, from.length) >= from && file.name.slice(0, to.length) <= to) return atMs;
  }
  return 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
