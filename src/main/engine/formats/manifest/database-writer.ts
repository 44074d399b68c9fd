import Database from 'better-sqlite3';
import { fileIdOf } from './file-id.ts';

export interface NewManifestRow {
  readonly domain: string;
  readonly relativePath: string;
  /** 1 file, 2 folder, 4 symbolic link. */
  readonly flags: number;
  /** From `encodeMbFile`. */
  readonly file: Uint8Array | null;
}

export interface ManifestWriter extends Disposable {
  /** Adds a row, or takes the place of the one with the same domain and path. Returns its file id. */
  put(row: NewManifestRow): string;
  /** Ends the writing: one whole file, no sidecars. */
  close(): void;
}

/** Same tables, indices and page size as the manifests of iOS 10 to 18. */
const SCHEMA = `
CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);`;
const INDICES = `
CREATE INDEX FilesDomainIdx ON Files(domain);
CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
CREATE INDEX FilesFlagsIdx ON Files(flags);`;

/**
 * Writes a new Manifest.db (plain), as the phone does before it encrypts it. For the simulated phone: the file must not
 * exist, and nothing is flushed to the disk, because a phone that loses it makes another one.
 */
export function createManifestDb(path: string): ManifestWriter {
  const db = new Database(path);
  try {
    begin(db);
    return new OpenWriter(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Fills an empty database that is open already, and stays so. */
export async function manifestInto(db: Database.Database, rows: AsyncIterable<NewManifestRow>): Promise<void> {
  begin(db);
  const writer = new OpenWriter(db);
  for await (const row of rows) writer.put(row);
  writer.finish();
}

function begin(db: Database.Database): void {
  for (const setting of ['page_size = 4096', 'journal_mode = OFF', 'synchronous = OFF', 'locking_mode = EXCLUSIVE'])
    db.pragma(setting);
  db.exec(SCHEMA);
  db.exec('BEGIN');
}

class OpenWriter implements ManifestWriter {
  readonly #db: Database.Database;
  readonly #insert: Database.Statement;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#insert = db.prepare('INSERT OR REPLACE INTO Files VALUES (?, ?, ?, ?, ?)');
  }

  put({ domain, relativePath, flags, file }: NewManifestRow): string {
    const fileId = fileIdOf(domain, relativePath);
    this.#insert.run(fileId, domain, relativePath, flags, file);
    return fileId;
  }

  finish(): void {
    this.#db.exec('COMMIT');
    // The indices at the end cost a sort each; kept up with every row they would cost three times as much.
    this.#db.exec(INDICES);
  }

  close(): void {
    if (!this.#db.open) return;
    if (this.#db.inTransaction) {
      this.finish();
      // Real manifests have WAL in their header (bytes 18 and 19), and the WAL itself is gone.
      this.#db.pragma('locking_mode = NORMAL');
      this.#db.pragma('journal_mode = WAL');
    }
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
