import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { decodeMbFile, type MbFile } from './mb-file.ts';

/** One row of the table Files. */
export interface ManifestRow {
  /** As it stands there; check it with `isFileId` before it becomes part of a path. */
  readonly fileId: string;
  readonly domain: string;
  /** "" for the root of a domain. */
  readonly relativePath: string;
  /** 1 file, 2 folder, 4 symbolic link; anything else: see the type bits of the mode. */
  readonly flags: number;
  /** The MBFile archive; null where the row has none, or one larger than any real one. */
  readonly file: Buffer | null;
  /** Decodes `file`, at each call; null when it cannot be read. */
  metadata(): MbFile | null;
}

/** An open Manifest.db. */
export interface ManifestDb extends Disposable {
  /** All rows in the order of the table, one at a time. No second cursor while one is open. */
  rows(): IterableIterator<ManifestRow>;
  row(fileId: string): ManifestRow | null;
  /** Ids and domains of all files (flag 1): a hundredth of what whole rows take. */
  places(): IterableIterator<{ readonly fileId: string; readonly domain: string }>;
  /** Domains in the order of their names, with the files (flag 1) in them. */
  domains(): ReadonlyArray<{ readonly domain: string; readonly files: number }>;
  /** Rows of one domain whose path begins with `prefix`, by path; from the path `from` on. */
  rowsBelow(domain: string, prefix: string, from?: string): IterableIterator<ManifestRow>;
  /** Rows whose path holds the text, by domain and path; ASCII letters are folded. `domain` null: of all. */
  rowsWith(text: string, domain: string | null): IterableIterator<ManifestRow>;
  /** SQLite's own check of the file: what it found, empty when all is well. Reads the whole file. */
  quickCheck(): readonly string[];
  close(): void;
}

/** Real archives have 1–3 KB; extended attributes make some larger. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_TEXT_BYTES = 64 * 1024;
/** Phones with a thousand apps have some thousands. */
const MAX_DOMAINS = 100_000;
const HEADER_BYTES = 100;
const SQLITE_MAGIC = 'SQLite format 3\0';

export function badManifest(message: string, cause?: unknown): BackstopError {
  return new BackstopError('formats/bad-manifest', { message: `Manifest.db: ${message}`, cause });
}

/**
 * Opens a plain (decrypted) Manifest.db for reading. Throws `formats/bad-manifest`.
 *
 * The file is hostile: its schema is not trusted, no function or trigger of it runs, and values are bounded inside SQLite
 * before they are loaded. It must lie in a private folder: one whose header says WAL, as the phone's do, gets two files
 * beside it while it is open (SQLite offers no way around it here), which are gone after `close`.
 */
export function openManifestDb(path: string): ManifestDb {
  const { db, sizeBytes } = openReadOnly(path);
  return manifestOver(db, sizeBytes);
}

/**
 * The same over a connection that is open already; closed with the manifest, also when this fails. `order`: `own` when the
 * file is a copy that nobody else reads, and may be given an index of its own: without one, folders are listed slowly.
 */
export function manifestOver(db: Database.Database, sizeBytes: number, order: 'own' | 'none' = 'none'): ManifestDb {
  try {
    checkSchema(db);
    return new OpenManifest(db, sizeBytes, order === 'own');
  } catch (error) {
    db.close();
    throw asManifestError(error);
  }
}

function openReadOnly(path: string): { readonly db: Database.Database; readonly sizeBytes: number } {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  let sizeBytes: number;
  try {
    sizeBytes = fstatSync(file).size;
    readSync(file, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(file);
  }
  if (header.toString('latin1', 0, 16) !== SQLITE_MAGIC) throw badManifest('it is no SQLite database');
  // A read-only connection would leave the two files of the WAL behind; one that may write removes them, and nothing
  // else is written because of query_only.
  const isWal = header[18] === 2 || header[19] === 2;
  const db = new Database(path, { readonly: !isWal, fileMustExist: true });
  try {
    for (const setting of [
      'query_only = ON',
      'trusted_schema = OFF',
      'cell_size_check = ON',
      'mmap_size = 0',
      'cache_size = -4096',
    ])
      db.pragma(setting);
    return { db, sizeBytes };
  } catch (error) {
    db.close();
    throw asManifestError(error);
  }
}

/** Files must be an ordinary table with the five columns; a view or a virtual table would run what it says. */
function checkSchema(db: Database.Database): void {
  const table = db.prepare("SELECT type, sql FROM sqlite_schema WHERE name = 'Files' COLLATE NOCASE").raw().get();
  if (!Array.isArray(table)) throw badManifest('it has no table Files');
  if (table[0] !== 'table' || !/^\s*CREATE\s+TABLE\b/i.test(String(table[1]))) throw badManifest('Files is no table');
  const columns = db.prepare("SELECT lower(name), hidden FROM pragma_table_xinfo('Files')").raw().all() as unknown[][];
  for (const name of ['fileid', 'domain', 'relativepath', 'flags', 'file']) {
    const column = columns.find(([columnName]) => columnName === name);
    if (column === undefined) throw badManifest(`Files has no column ${name}`);
    if (column[1] !== 0) throw badManifest(`the column ${name} is computed`);
  }
}

/** Lengths are asked before the value is loaded. NULL stands for "too long" in texts, and is turned into an error. */
const COLUMNS = `
  CASE WHEN octet_length(fileID) <= 256 THEN CAST(fileID AS TEXT) END,
  CASE WHEN octet_length(domain) <= ${MAX_TEXT_BYTES} THEN CAST(domain AS TEXT) END,
  CASE WHEN relativePath IS NULL THEN '' WHEN octet_length(relativePath) <= ${MAX_TEXT_BYTES} THEN CAST(relativePath AS TEXT) END,
  CASE WHEN typeof(flags) = 'integer' AND flags BETWEEN 0 AND 2147483647 THEN flags ELSE 0 END,
  CASE WHEN typeof(file) = 'blob' AND octet_length(file) <= ${MAX_FILE_BYTES} THEN file END`;

const DOMAIN = `CASE WHEN octet_length(domain) <= ${MAX_TEXT_BYTES} THEN CAST(domain AS TEXT) END`;
const PLACE = `CASE WHEN octet_length(fileID) <= 256 THEN CAST(fileID AS TEXT) END, ${DOMAIN}`;

class OpenManifest implements ManifestDb {
  readonly #db: Database.Database;
  readonly #sizeBytes: number;
  /** Kept: one statement for each of 200,000 looks fills the memory before it is collected. */
  #byId: Database.Statement | null = null;

  /** To be made before the first question that needs it. */
  #lacksOrder: boolean;
  #domains: ReadonlyArray<{ readonly domain: string; readonly files: number }> | null = null;

  constructor(db: Database.Database, sizeBytes: number, lacksOrder: boolean) {
    this.#db = db;
    this.#sizeBytes = sizeBytes;
    this.#lacksOrder = lacksOrder;
  }

  rows(): IterableIterator<ManifestRow> {
    return this.#select('NOT INDEXED');
  }

  *places(): IterableIterator<{ readonly fileId: string; readonly domain: string }> {
    let allowance = 2 * this.#sizeBytes;
    try {
      const statement = this.#db.prepare(`SELECT ${PLACE} FROM Files NOT INDEXED WHERE flags = 1`).raw();
      for (const values of statement.iterate()) {
        const [fileId, domain] = values as unknown[];
        if (typeof fileId !== 'string' || typeof domain !== 'string') continue;
        allowance -= fileId.length + domain.length + 1;
        if (allowance < 0) throw badManifest('it has more rows than room for them');
        yield { fileId, domain };
      }
    } catch (error) {
      throw asManifestError(error);
    }
  }

  domains(): ReadonlyArray<{ readonly domain: string; readonly files: number }> {
    this.#domains ??= this.#count();
    return this.#domains;
  }

  /** Reads the table from front to back, and so proves that it has an end. */
  #count(): ReadonlyArray<{ readonly domain: string; readonly files: number }> {
    const files = new Map<string, number>();
    let allowance = 2 * this.#sizeBytes;
    try {
      const statement = this.#db.prepare(`SELECT ${DOMAIN}, flags = 1 FROM Files NOT INDEXED`).raw();
      for (const values of statement.iterate()) {
        const [domain, isFile] = values as unknown[];
        allowance -= typeof domain === 'string' ? domain.length + 1 : 1;
        if (allowance < 0) throw badManifest('it has more rows than room for them');
        if (typeof domain !== 'string') continue;
        files.set(domain, (files.get(domain) ?? 0) + (isFile === 1 ? 1 : 0));
        if (files.size > MAX_DOMAINS) throw badManifest('it has more domains than any phone');
      }
    } catch (error) {
      throw asManifestError(error);
    }
    const names = [...files.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return names.map((domain) => ({ domain, files: files.get(domain) ?? 0 }));
  }

  /** A hundred times faster than what phones put into their lists, where a folder is asked for. */
  #order(): void {
    // A list that may have no end is not sorted.
    this.domains();
    // While rows are being handed out nothing can be changed; next time.
    if (!this.#lacksOrder || this.#isBusy()) return;
    this.#lacksOrder = false;
    try {
      this.#db.exec('CREATE INDEX backstop_places ON Files(domain, relativePath)');
    } catch (error) {
      // A list that is odd somewhere: it is read as far as it goes, only slower.
      if (!(error instanceof Database.SqliteError)) throw error;
    } finally {
      this.#db.pragma('query_only = ON');
    }
  }

  #isBusy(): boolean {
    try {
      this.#db.pragma('query_only = OFF');
      return false;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return true;
    }
  }

  rowsBelow(domain: string, prefix: string, from = prefix): IterableIterator<ManifestRow> {
    this.#order();
    const end = pastPrefix(prefix);
    return this.#select(
      `WHERE domain = ? AND relativePath >= ? ${end === null ? '' : 'AND relativePath < ?'} ORDER BY relativePath`,
      ...(end === null ? [domain, from] : [domain, from, end]),
    );
  }

  rowsWith(text: string, domain: string | null): IterableIterator<ManifestRow> {
    const pattern = `%${text.replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`;
    this.#order();
    const where = `relativePath LIKE ? ESCAPE '\\'`;
    return domain === null
      ? this.#select(`WHERE ${where} ORDER BY domain, relativePath`, pattern)
      : this.#select(`WHERE domain = ? AND ${where} ORDER BY relativePath`, domain, pattern);
  }

  *#select(rest: string, ...bound: readonly string[]): IterableIterator<ManifestRow> {
    // Honest rows are never more than the file. In a hostile one pages are used again and again, level by level, and
    // SQLite would give rows for years.
    let allowance = 2 * this.#sizeBytes;
    try {
      const statement = this.#db.prepare(`SELECT ${COLUMNS} FROM Files ${rest}`).raw();
      for (const values of statement.iterate(...bound)) {
        const row = toRow(values);
        allowance -= row.fileId.length + row.domain.length + row.relativePath.length + (row.file?.length ?? 0) + 1;
        if (allowance < 0) throw badManifest('it has more rows than room for them');
        yield row;
      }
    } catch (error) {
      throw asManifestError(error);
    }
  }

  row(fileId: string): ManifestRow | null {
    try {
      this.#byId ??= this.#db.prepare(`SELECT ${COLUMNS} FROM Files WHERE fileID = ?`).raw();
      const values = this.#byId.get(fileId);
      return values === undefined ? null : toRow(values);
    } catch (error) {
      throw asManifestError(error);
    }
  }

  quickCheck(): readonly string[] {
    try {
      const found = this.#db.pragma('quick_check(20)') as readonly { readonly quick_check: unknown }[];
      const lines = found.map(({ quick_check: line }) => String(line));
      return lines.length === 1 && lines[0] === 'ok' ? [] : lines;
    } catch (error) {
      if (error instanceof Database.SqliteError) return [error.message];
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

class Row implements ManifestRow {
  readonly fileId: string;
  readonly domain: string;
  readonly relativePath: string;
  readonly flags: number;
  readonly file: Buffer | null;

  constructor(fileId: string, domain: string, relativePath: string, flags: number, file: Buffer | null) {
    this.fileId = fileId;
    this.domain = domain;
    this.relativePath = relativePath;
    this.flags = flags;
    this.file = file;
  }

  metadata(): MbFile | null {
    return this.file === null ? null : decodeMbFile(this.file);
  }
}

/** The first text behind all that begin with the prefix; null when there is none. By SQLite's order: UTF-8 bytes. */
function pastPrefix(prefix: string): string | null {
  const last = prefix.codePointAt(prefix.length - 1);
  return last === undefined || last >= 0x7f ? null : prefix.slice(0, -1) + String.fromCodePoint(last + 1);
}

function toRow(values: unknown): ManifestRow {
  const [fileId, domain, relativePath, flags, file] = values as unknown[];
  if (typeof fileId !== 'string' || typeof domain !== 'string' || typeof relativePath !== 'string') {
    throw badManifest('a row without a name, or with one longer than any name can be');
  }
  return new Row(fileId, domain, relativePath, Number(flags), file instanceof Uint8Array ? (file as Buffer) : null);
}

/** SQLite's errors are about the file; anything else is passed on. */
function asManifestError(error: unknown): unknown {
  return error instanceof Database.SqliteError ? badManifest(`${error.code}: ${error.message}`, error) : error;
}
