import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { bug } from '../bug.ts';
import { Random } from '../random.ts';
import type { ContentSource, FileTree, StoredFile } from './tree.ts';
import { writeAheadLog } from './write-ahead-log.ts';

export type SqlValue = string | number | bigint | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

const READ_CHUNK_BYTES = 256 * 1024;
/** A log above this is folded into the main file before the next change, as SQLite's own checkpoint does. */
const LARGE_LOG_BYTES = 4 * 1024 * 1024;
/** Header bytes 18 and 19: 2 says "opened in WAL mode", as nearly all databases of a phone do. */
const MODE_OFFSET = 18;

export interface DatabaseOptions {
  readonly seed: number;
  readonly domain: string;
  readonly relativePath: string;
  readonly schema: readonly string[];
  /** Pages not yet folded into the main file stay in a `-wal` row beside it. */
  readonly log?: 'none' | 'recent' | 'everything';
  readonly protectionClass?: number;
  readonly encryptedOnly?: boolean;
  readonly pageSize?: number;
}

/**
 * One SQLite database of the phone: a real file in the scratch folder, changed in place by mutations, and its rows in
 * the tree (main file and, if it has one, write-ahead log). Open only while it is being changed.
 */
export class ScratchDatabase {
  readonly #options: DatabaseOptions;
  readonly #base: string;
  readonly #pageSize: number;
  #open: OpenDatabase | null = null;
  #mainFile: StoredFile | null = null;
  #logFile: StoredFile | null = null;
  #checkpoints = 0;

  /** `base`: path of the live file in the scratch folder. */
  constructor(base: string, options: DatabaseOptions) {
    this.#options = options;
    this.#base = base;
    this.#pageSize = options.pageSize ?? 4096;
    mkdirSync(path.dirname(base), { recursive: true });
    const database = this.#start();
    if (options.log === 'everything') {
      database.exec('PRAGMA user_version = 1');
      this.#finish();
      this.#checkpoint();
    }
    const schema = this.change();
    for (const sql of options.schema) schema.exec(sql);
  }

  /** The live database, inside a transaction that `publish` commits. */
  change(): OpenDatabase {
    if (this.#open === null) {
      if (this.#logFile !== null && this.#logFile.sizeBytes > LARGE_LOG_BYTES) this.#checkpoint();
      replace(this.#base, (fresh) => copyFileSync(this.#base, fresh));
      setMode(this.#base, 1);
      this.#start().run('BEGIN');
    } else if (!this.#open.inTransaction) this.#open.run('BEGIN');
    return this.#open as OpenDatabase;
  }

  /** Folds everything so far into the main file: what comes next stands in the log. */
  checkpoint(): void {
    this.#finish();
    this.#checkpoint();
  }

  /** Is there a change that `publish` has not shown yet? */
  get dirty(): boolean {
    return this.#open !== null;
  }

  get file(): StoredFile {
    if (this.#mainFile === null) bug(`${this.#options.relativePath} is not published yet`);
    return this.#mainFile;
  }

  /** Commits, closes, and shows the new state in the tree. */
  publish(tree: FileTree, modified: number): void {
    if (this.#open === null) return;
    this.#finish();
    const { domain, relativePath } = this.#options;
    if (this.#options.log === undefined || this.#options.log === 'none') {
      this.#mainFile = this.#show(tree, this.#mainFile, relativePath, this.#base, modified);
      return;
    }
    if (this.#checkpoints === 0) this.#checkpoint();
    const main = readFileSync(this.#mainPath);
    const log = writeAheadLog({
      main,
      live: readFileSync(this.#base),
      pageSize: this.#pageSize,
      salt: new Random(this.#options.seed, `wal/${domain}-${relativePath}/${this.#checkpoints}`).bytes(8),
      checkpointSequence: this.#checkpoints,
    });
    replace(this.#logPath, (fresh) => writeFileSync(fresh, log ?? Buffer.alloc(0)));
    if (this.#mainFile === null || this.#shownCheckpoints !== this.#checkpoints) {
      this.#mainFile = this.#show(tree, this.#mainFile, relativePath, this.#mainPath, modified);
      this.#shownCheckpoints = this.#checkpoints;
    }
    this.#logFile = this.#show(tree, this.#logFile, `${relativePath}-wal`, this.#logPath, modified);
  }

  #shownCheckpoints = -1;

  get #mainPath(): string {
    return `${this.#base}.main`;
  }
  get #logPath(): string {
    return `${this.#base}.log`;
  }

  #start(): OpenDatabase {
    this.#open = new OpenDatabase(this.#base, this.#pageSize);
    return this.#open;
  }

  #finish(): void {
    if (this.#open === null) return;
    this.#open.close();
    this.#open = null;
    setMode(this.#base, 2);
  }

  #checkpoint(): void {
    replace(this.#mainPath, (fresh) => copyFileSync(this.#base, fresh));
    this.#checkpoints += 1;
  }

  #show(tree: FileTree, known: StoredFile | null, relativePath: string, file: string, modified: number): StoredFile {
    const size = statSync(file).size;
    if (known !== null) {
      tree.change(known, { size, modified });
      return known;
    }
    return tree.add(this.#options.domain, relativePath, {
      source: diskSource(file),
      size,
      modified,
      protectionClass: this.#options.protectionClass ?? 3,
      encryptedOnly: this.#options.encryptedOnly ?? false,
    });
  }
}

/** better-sqlite3 with prepared statements by column list, for as long as the database is open. */
export class OpenDatabase {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(file: string, pageSize: number) {
    this.#database = new Database(file);
    this.#database.pragma(`page_size = ${pageSize}`);
    this.#database.pragma('journal_mode = MEMORY');
    this.#database.pragma('synchronous = OFF');
    this.#database.pragma('temp_store = MEMORY');
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Inserts one row and returns its rowid. */
  insert(table: string, row: Row): number {
    const columns = Object.keys(row);
    const name = `${table}(${columns.join()})`;
    let statement = this.#statements.get(name);
    if (statement === undefined) {
      statement = this.#database.prepare(`INSERT INTO ${name} VALUES (${columns.map(() => '?').join()})`);
      this.#statements.set(name, statement);
    }
    return Number(statement.run(...Object.values(row)).lastInsertRowid);
  }

  run(sql: string, ...values: SqlValue[]): void {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    statement.run(...values);
  }

  close(): void {
    if (this.#database.inTransaction) this.#database.exec('COMMIT');
    this.#statements.clear();
    this.#database.close();
  }
}

function setMode(file: string, mode: 1 | 2): void {
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, Buffer.from([mode, mode]), 0, 2, MODE_OFFSET);
  } finally {
    closeSync(handle);
  }
}

/** Puts a new file in the place of an old one. Whoever is reading the old one goes on reading it, whole. */
function replace(file: string, write: (fresh: string) => void): void {
  write(`${file}.new`);
  renameSync(`${file}.new`, file);
}

/** A file of the scratch folder, as it is when reading begins. */
function diskSource(file: string): ContentSource {
  return {
    *read(row: StoredFile): Generator<Buffer> {
      const size = row.sizeBytes;
      const handle = openSync(file, 'r');
      try {
        for (let at = 0; at < size; ) {
          const chunk = Buffer.allocUnsafe(Math.min(READ_CHUNK_BYTES, size - at));
          const length = readSync(handle, chunk, 0, chunk.length, at);
          if (length === 0) bug(`${file} became shorter while it was read`);
          yield chunk.subarray(0, length);
          at += length;
        }
      } finally {
        closeSync(handle);
      }
    },
  };
}
