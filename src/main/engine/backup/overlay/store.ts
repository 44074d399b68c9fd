import Database from 'better-sqlite3';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { FolderRow } from './folder-tree.ts';
import type { NameKey } from './names.ts';

/**
 * The rows of an overlay, in a SQLite file of this computer: one per folder, one per received, moved or removed file.
 *
 * The connection holds the file's lock for as long as it is open, so that another process can tell a living session
 * from one that died. Until `markReceived` nothing here needs to survive a power cut: such an overlay is thrown away.
 */

/** Bytes and date of one file; hash null is the empty file. */
export interface StoredFile {
  readonly hash: Buffer | null;
  readonly sizeBytes: number;
  /** Unix seconds. */
  readonly modified: number;
}

/** Size of a row that says: the previous version's file of this name is gone. */
const TOMBSTONE = -1;
/** At least this often what has been collected is committed, so that no transaction grows without bound. */
const COMMIT_INTERVAL_MS = 1000;
const CACHE_KIB = 24 * 1024;
const WAL_PAGES = 8192;
const SCHEMA_VERSION = 1;

const SCHEMA = `
CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE folder (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, name TEXT NOT NULL, shard INTEGER,
                     modified INTEGER NOT NULL) STRICT;
CREATE TABLE file (folder INTEGER NOT NULL, name ANY NOT NULL, hash BLOB, size INTEGER NOT NULL,
                   modified INTEGER NOT NULL, PRIMARY KEY (folder, name)) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${SCHEMA_VERSION};
`;

export interface KeyRange {
  readonly after: NameKey;
  readonly before: NameKey;
}

const PAGE_ROWS = 2048;
/** Keys sort texts first, then ids; no text is empty and no id has 21 bytes. */
const FIRST_KEY = '';
const LAST_KEY = Buffer.alloc(21, 0xff);
const ALL_KEYS: KeyRange = { after: FIRST_KEY, before: LAST_KEY };

/** The ids that begin with this byte, and what sorts before and after them. */
export function keysOfShard(shard: number): {
  readonly below: KeyRange;
  readonly own: KeyRange;
  readonly above: KeyRange;
} {
  const start = Buffer.of(shard);
  const end = shard === 255 ? LAST_KEY : Buffer.of(shard + 1);
  return {
    below: { after: FIRST_KEY, before: start },
    own: { after: start, before: end },
    above: { after: end, before: LAST_KEY },
  };
}

type FileTuple = [hash: Buffer | null, size: number, modified: number];
type ListTuple = [name: NameKey, hash: Buffer | null, size: number, modified: number];

/** A file in a folder, or (null) the mark that one is gone. */
export interface ListedFile {
  readonly key: NameKey;
  readonly file: StoredFile | null;
}

export class OverlayStore {
  readonly file: string;
  readonly #db: Database.Database;
  readonly #get: Database.Statement<[number, NameKey], FileTuple>;
  readonly #take: Database.Statement<[number, NameKey], FileTuple>;
  readonly #put: Database.Statement<[number, NameKey, Buffer | null, number, number]>;
  readonly #list: Database.Statement<[number], ListTuple>;
  readonly #page: Database.Statement<[number, NameKey, NameKey, number], ListTuple>;
  readonly #clear: Database.Statement<[number]>;
  readonly #copy: Database.Statement<[number, number]>;
  readonly #putFolder: Database.Statement<[number, number, string, number | null, number]>;
  readonly #dropFolder: Database.Statement<[number]>;
  readonly #folders: Database.Statement<[], FolderRow>;
  readonly #setMeta: Database.Statement<[string, string]>;
  readonly #getMeta: Database.Statement<[string], { v: string }>;
  #timer: NodeJS.Timeout | null = null;
  #failure: BackstopError | null = null;

  private constructor(file: string, db: Database.Database) {
    this.file = file;
    this.#db = db;
    this.#get = db
      .prepare<[number, NameKey], FileTuple>('SELECT hash, size, modified FROM file WHERE folder = ? AND name = ?')
      .raw(true);
    this.#take = db
      .prepare<[number, NameKey], FileTuple>(
        'DELETE FROM file WHERE folder = ? AND name = ? RETURNING hash, size, modified',
      )
      .raw(true);
    this.#put = db.prepare('INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)');
    this.#list = db
      .prepare<[number], ListTuple>('SELECT name, hash, size, modified FROM file WHERE folder = ? ORDER BY name')
      .raw(true);
    this.#page = db
      .prepare<[number, NameKey, NameKey, number], ListTuple>(
        'SELECT name, hash, size, modified FROM file WHERE folder = ? AND name > ? AND name < ? ORDER BY name LIMIT ?',
      )
      .raw(true);
    this.#clear = db.prepare('DELETE FROM file WHERE folder = ?');
    this.#copy = db.prepare('INSERT INTO file SELECT ?, name, hash, size, modified FROM file WHERE folder = ?');
    this.#putFolder = db.prepare('INSERT OR REPLACE INTO folder VALUES (?, ?, ?, ?, ?)');
    this.#dropFolder = db.prepare('DELETE FROM folder WHERE id = ?');
    this.#folders = db.prepare('SELECT id, parent, name, shard, modified FROM folder');
    this.#setMeta = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
    this.#getMeta = db.prepare('SELECT v FROM meta WHERE k = ?');
  }

  /** A new, empty overlay at `file`, which must not exist. */
  static create(file: string): OverlayStore {
    return wrap(file, () => {
      const db = new Database(file);
      try {
        claim(db);
        db.exec(SCHEMA);
        return new OverlayStore(file, db);
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  /** Opens an overlay that was left behind; null when its session still lives in some process. */
  static openLeft(file: string): OverlayStore | null {
    return wrap(file, () => {
      const db = new Database(file, { fileMustExist: true, timeout: 0 });
      try {
        claim(db);
        const version: unknown = db.pragma('user_version', { simple: true });
        if (version !== SCHEMA_VERSION) throw new Error(`overlay of version ${String(version)}`);
        return new OverlayStore(file, db);
      } catch (error) {
        db.close();
        if (isBusy(error)) return null;
        throw error;
      }
    });
  }

  get(folder: number, key: NameKey): StoredFile | 'removed' | null {
    const row = this.#get.get(folder, key);
    return row === undefined ? null : toFile(row[0], row[1], row[2]);
  }

  /** Removes a row and answers what it said. */
  take(folder: number, key: NameKey): StoredFile | 'removed' | null {
    this.#writing();
    const row = this.#take.get(folder, key);
    return row === undefined ? null : toFile(row[0], row[1], row[2]);
  }

  put(folder: number, key: NameKey, file: StoredFile): void {
    this.#writing();
    this.#put.run(folder, key, file.hash, file.sizeBytes, file.modified);
  }

  putTombstone(folder: number, key: NameKey): void {
    this.#writing();
    this.#put.run(folder, key, null, TOMBSTONE, 0);
  }

  /** All rows of a folder: texts in byte order, then ids in byte order. */
  list(folder: number): ListedFile[] {
    return this.#list.all(folder).map(toListed);
  }

  /** The rows between two keys (both exclusive), in pages, with no query left open between them. */
  *pages(folder: number, { after, before }: KeyRange = ALL_KEYS): Generator<ListedFile> {
    let last = after;
    for (;;) {
      const rows = this.#page.all(folder, last, before, PAGE_ROWS);
      for (const row of rows) yield toListed(row);
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE_ROWS) return;
      last = end[0];
    }
  }

  clear(folder: number): void {
    this.#writing();
    this.#clear.run(folder);
  }

  /** Copies all rows of a folder and answers how many. */
  copy(to: number, from: number): number {
    this.#writing();
    return this.#copy.run(to, from).changes;
  }

  putFolder(row: FolderRow): void {
    this.#writing();
    this.#putFolder.run(row.id, row.parent, row.name, row.shard, row.modified);
  }

  dropFolder(id: number): void {
    this.#writing();
    this.#dropFolder.run(id);
  }

  folders(): FolderRow[] {
    return this.#folders.all();
  }

  setMeta(key: string, value: string): void {
    this.#writing();
    this.#setMeta.run(key, value);
  }

  getMeta(key: string): string | null {
    return this.#getMeta.get(key)?.v ?? null;
  }

  /** All of `work` or nothing of it. */
  atomically(work: () => void): void {
    this.#writing();
    this.#db.exec('SAVEPOINT batch');
    try {
      work();
    } catch (error) {
      this.#db.exec('ROLLBACK TO batch; RELEASE batch');
      throw error;
    }
    this.#db.exec('RELEASE batch');
  }

  commit(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#failure !== null) throw this.#failure;
    if (!this.#db.inTransaction) return;
    wrap(this.file, () => this.#db.exec('COMMIT'));
  }

  /** Commits and survives a power cut from here on: everything before was synced at checkpoints or is in the log. */
  commitDurably(): void {
    this.commit();
    wrap(this.file, () => {
      this.#db.pragma('synchronous = FULL');
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    });
  }

  /** Closes without asking for anything more to be kept. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#db.open) this.#db.close();
  }

  #writing(): void {
    if (this.#timer !== null) return;
    if (this.#failure !== null) throw this.#failure;
    if (!this.#db.inTransaction) wrap(this.file, () => this.#db.exec('BEGIN'));
    this.#timer = setTimeout(() => this.#commitByTimer(), COMMIT_INTERVAL_MS);
    this.#timer.unref();
  }

  /** A failure here has no caller; the next one gets it. */
  #commitByTimer(): void {
    try {
      this.commit();
    } catch (error) {
      this.#failure = toWorkFolderError(this.file, error);
    }
  }
}

/** Exclusive locking keeps the file's lock for the connection's life and needs no shared memory file. */
function claim(db: Database.Database): void {
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
  db.exec('BEGIN EXCLUSIVE; COMMIT');
}

function toFile(hash: Buffer | null, sizeBytes: number, modified: number): StoredFile | 'removed' {
  return sizeBytes === TOMBSTONE ? 'removed' : { hash, sizeBytes, modified };
}

function toListed(row: ListTuple): ListedFile {
  const file = toFile(row[1], row[2], row[3]);
  return { key: row[0], file: file === 'removed' ? null : file };
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function wrap<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toWorkFolderError(file, error);
  }
}

/** Every failure of the overlay's own file is this computer's, with the path so that it can be acted on. */
export function toWorkFolderError(file: string, error: unknown): BackstopError {
  if (isBackstopError(error)) return error;
  const reason = error instanceof Database.SqliteError ? `${error.code}: ${error.message}` : String(error);
  return new BackstopError('backup/work-folder-failed', {
    message: `overlay ${file}: ${reason}`,
    cause: error,
    data: { path: file, reason },
  });
}
