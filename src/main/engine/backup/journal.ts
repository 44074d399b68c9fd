import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { BackstopError, isBackstopError } from '../../../shared/errors/index.ts';
import { releaseBytes } from '../platform/index.ts';
import type { SnapshotFacts, TopEntry } from '../vault/types.ts';
import { decodeRows, encodeRows, ROW_BYTES } from './journal-rows.ts';
import type { EntryChange } from './overlay/index.ts';

/**
 * What this computer keeps of a running backup, in a folder of its own per session: who is at work (through the lock of
 * a small SQLite file, held for as long as the process lives) and, from the phone's "done" on, everything that a commit
 * needs. A session that died before that left nothing of worth; one that died after it is committed at the next start.
 */

const FILE = 'journal.db';
const LOCK_FILE = 'folder.lock';
/** Of our own making and milliseconds long, so it is not scaled with the waits for phones. */
const FOLDER_LOCK_TIMEOUT_MS = 10_000;
const SCHEMA_VERSION = 1;
const SCHEMA = `
CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE chunk (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
PRAGMA user_version = ${SCHEMA_VERSION};
`;

const hashText = z.string().regex(/^[0-9a-f]{64}$/);

const receivedSchema = z.object({
  vaultId: z.string(),
  /** Which copy of the vault: copies have one id. */
  place: z.string(),
  /** Id of the version that the changes are relative to, or that came before a full one. */
  parent: hashText.nullable(),
  full: z.boolean(),
  facts: z.object({
    udid: z.string(),
    name: z.string(),
    model: z.string(),
    ios: z.string(),
    encrypted: z.boolean(),
    statusUuid: z.string(),
    statusDate: z.string(),
    startedAt: z.string(),
    notSent: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
  }),
  tops: z.array(
    z.object({
      name: z.string(),
      hash: hashText.nullable(),
      sizeBytes: z.number().int().nonnegative(),
      modified: z.number().int(),
    }),
  ),
  rows: z.number().int().nonnegative(),
  /** SHA-256 of all rows. */
  rowsHash: hashText,
});

/** A commit that the phone has earned. */
export interface ReceivedBackup {
  readonly vaultId: string;
  readonly place: string;
  readonly parent: string | null;
  readonly full: boolean;
  readonly facts: SnapshotFacts;
  readonly tops: readonly TopEntry[];
  /** In id order; may be read more than once. */
  readonly changes: Iterable<EntryChange>;
}

export type LeftSession =
  /** Its process is at work. */
  | { readonly kind: 'living'; readonly id: string }
  /** Ended before the phone's last word, or cannot be read: nothing in it can become a version. */
  | { readonly kind: 'worthless'; readonly id: string; readonly journal: SessionJournal | null }
  | {
      readonly kind: 'received';
      readonly id: string;
      readonly journal: SessionJournal;
      readonly backup: ReceivedBackup;
    };

export class SessionJournal {
  readonly #folder: string;
  readonly #db: Database.Database;

  private constructor(folder: string, db: Database.Database) {
    this.#folder = folder;
    this.#db = db;
  }

  /** Makes the session's folder and takes its lock. */
  static create(sessionsDir: string, id: string): SessionJournal {
    const folder = join(sessionsDir, id);
    return explaining(folder, () =>
      withFolderLock(sessionsDir, () => {
        mkdirSync(folder, { mode: 0o700 });
        const db = new Database(join(folder, FILE));
        try {
          claim(db);
          db.exec(SCHEMA);
          return new SessionJournal(folder, db);
        } catch (error) {
          db.close();
          throw error;
        }
      }),
    );
  }

  /** Everything that sessions before this one left in `sessionsDir`. The caller closes or removes each journal. */
  static leftIn(sessionsDir: string): LeftSession[] {
    if (!existsSync(sessionsDir)) return [];
    return explaining(sessionsDir, () =>
      withFolderLock(sessionsDir, () => {
        const left: LeftSession[] = [];
        for (const id of readdirSync(sessionsDir).sort()) {
          const folder = join(sessionsDir, id);
          if (id.startsWith(LOCK_FILE)) continue;
          if (existsSync(join(folder, FILE))) left.push(readLeft(id, folder));
          else rmSync(folder, { recursive: true, force: true });
        }
        return left;
      }),
    );
  }

  /**
   * Writes down what the phone's "done" has earned, and answers with what is read back from the file. When this returns
   * it survives a power cut; when it throws, the commit can go on without it.
   */
  writeReceived(backup: ReceivedBackup): ReceivedBackup {
    return explaining(this.#folder, () => {
      const write = this.#db.transaction(() => this.#writeAll(backup));
      this.#db.pragma('synchronous = FULL');
      write.exclusive();
      syncFolder(this.#folder);
      syncFolder(join(this.#folder, '..'));
      const written = this.received();
      if (written === null) throw new Error('it is not there after it was written');
      return written;
    });
  }

  /** Lets go of the lock and forgets the session. */
  remove(): void {
    this.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Lets go of the lock; what was written stays. */
  close(): void {
    if (this.#db.open) this.#db.close();
  }

  /**
   * What was written down; null when the phone had not said "done". Its rows are proved at the end of each reading:
   * that throws `backup/interrupted-commit` when they are not those that were written.
   */
  received(): ReceivedBackup | null {
    const db = this.#db;
    const row: unknown = db.prepare("SELECT v FROM meta WHERE k = 'received'").pluck().get();
    if (typeof row !== 'string') return null;
    const { rows, rowsHash, tops, facts, ...rest } = receivedSchema.parse(JSON.parse(row));
    const { notSent, ...others } = facts;
    return {
      ...rest,
      facts: notSent === undefined ? others : { ...others, notSent },
      tops: tops.map((top) => ({ ...top, hash: top.hash === null ? null : Buffer.from(top.hash, 'hex') })),
      changes: { [Symbol.iterator]: () => decodeRows(checkedChunks(db, { rows, rowsHash })) },
    };
  }

  static openLeft(folder: string): SessionJournal | 'living' {
    const db = new Database(join(folder, FILE), { fileMustExist: true, timeout: 0 });
    try {
      claim(db);
      const version: unknown = db.pragma('user_version', { simple: true });
      if (version !== SCHEMA_VERSION) throw new Error(`journal of version ${String(version)}`);
      return new SessionJournal(folder, db);
    } catch (error) {
      db.close();
      if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return 'living';
      throw error;
    }
  }

  #writeAll(backup: ReceivedBackup): void {
    const insert = this.#db.prepare('INSERT INTO chunk (bytes) VALUES (?)');
    const hash = createHash('sha256');
    let rows = 0;
    for (const bytes of encodeRows(backup.changes)) {
      hash.update(bytes);
      insert.run(bytes);
      rows += bytes.length / ROW_BYTES;
    }
    const received: z.infer<typeof receivedSchema> = {
      vaultId: backup.vaultId,
      place: backup.place,
      parent: backup.parent,
      full: backup.full,
      facts: plainFacts(backup.facts),
      tops: backup.tops.map((top) => ({
        name: top.name,
        hash: top.hash?.toString('hex') ?? null,
        sizeBytes: top.sizeBytes,
        modified: top.modified,
      })),
      rows,
      rowsHash: hash.digest('hex'),
    };
    this.#db.prepare("INSERT INTO meta VALUES ('received', ?)").run(JSON.stringify(received));
  }
}

function plainFacts({ notSent, ...facts }: SnapshotFacts): z.infer<typeof receivedSchema>['facts'] {
  return notSent === undefined ? facts : { ...facts, notSent: notSent.map((file) => ({ ...file })) };
}

function readLeft(id: string, folder: string): LeftSession {
  let journal: SessionJournal | 'living';
  try {
    journal = SessionJournal.openLeft(folder);
  } catch {
    // A journal that cannot be opened was never written whole: its one transaction did not happen.
    rmSync(folder, { recursive: true, force: true });
    return { kind: 'worthless', id, journal: null };
  }
  if (journal === 'living') return { kind: 'living', id };
  try {
    const backup = journal.received();
    if (backup !== null && areRowsSound(backup)) return { kind: 'received', id, journal, backup };
  } catch {
    // Rows that do not match their hash must not become a version.
  }
  return { kind: 'worthless', id, journal };
}

/** Nobody looks for left sessions while another process is between making a folder and locking it. */
function withFolderLock<T>(sessionsDir: string, work: () => T): T {
  mkdirSync(sessionsDir, { recursive: true, mode: 0o700 });
  const lock = new Database(join(sessionsDir, LOCK_FILE), { timeout: FOLDER_LOCK_TIMEOUT_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return work();
  } finally {
    lock.close();
  }
}

/** With exclusive locking the file stays locked until the connection closes, however the process ends. */
function claim(db: Database.Database): void {
  // What is written here is read once, from front to back.
  db.pragma('cache_size = -1024');
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('journal_mode = DELETE');
  db.exec('BEGIN EXCLUSIVE; COMMIT');
}

function areRowsSound(backup: ReceivedBackup): boolean {
  try {
    for (const _change of backup.changes);
    return true;
  } catch (error) {
    if (isBackstopError(error, 'backup/interrupted-commit')) return false;
    throw error;
  }
}

/** Hashes what passes. A reader that stops early has used nothing that a commit would keep. */
function* checkedChunks(
  db: Database.Database,
  written: { readonly rows: number; readonly rowsHash: string },
): Generator<Buffer> {
  const hash = createHash('sha256');
  let rows = 0;
  for (const chunk of chunksOf(db)) {
    hash.update(chunk);
    rows += chunk.length / ROW_BYTES;
    yield chunk;
  }
  if (rows === written.rows && hash.digest('hex') === written.rowsHash) return;
  const reason = 'what was written down about it is damaged';
  throw new BackstopError('backup/interrupted-commit', { message: reason, data: { reason } });
}

/** One at a time, with no query left open in between. */
function* chunksOf(db: Database.Database): Generator<Buffer> {
  const next = db.prepare<[number], { n: number; bytes: Buffer }>(
    'SELECT n, bytes FROM chunk WHERE n > ? ORDER BY n LIMIT 1',
  );
  let row = next.get(0);
  while (row !== undefined) {
    const { n, bytes } = row;
    yield bytes;
    // Whoever reads rows copies them: all chunks together would wait for the collector.
    releaseBytes(bytes);
    row = next.get(n);
  }
}

/** Makes the names in a folder durable. Windows cannot open folders and does this on its own. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function explaining<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackstopError('backup/work-folder-failed', {
      message: `session journal in ${path}: ${reason}`,
      cause: error,
      data: { path, reason },
    });
  }
}
