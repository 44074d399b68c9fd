import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { applyWal, playBackJournal } from '../../formats/sqlite/index.ts';
import { PrivateFile, privateDatabaseFile } from './private-file.ts';
import type { PhoneDatabase } from './types.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
/** Where the head says whether a write-ahead log belongs to the file; 1 is "none". */
const READ_VERSION_AT = 18;

export interface DatabaseParts {
  /** Domain and path, for people. */
  readonly name: string;
  readonly main: AsyncIterable<Uint8Array>;
  readonly wal: AsyncIterable<Uint8Array> | null;
  readonly journal: AsyncIterable<Uint8Array> | null;
}

/** Puts a database of the phone and its logs together, in a file without a name, and opens it for reading. */
export async function openPrivateDatabase(
  parts: DatabaseParts,
  folder: string,
): Promise<PhoneDatabase & { readonly sizeBytes: number }> {
  const own = privateDatabaseFile(folder);
  const { file, db } = own;
  try {
    await file.fill(parts.main);
    const warning = await takeLogs(parts, file, folder);
    const sizeBytes = file.size();
    closeHead(file, parts.name);
    file.letGo();
    settle(db);
    check(db, parts.name);
    return { db, warning, sizeBytes, [Symbol.dispose]: () => own[Symbol.dispose]() };
  } catch (error) {
    own[Symbol.dispose]();
    throw error;
  }
}

/** Nothing in the file runs, and nothing is written beside it. */
export function settle(db: Database.Database): void {
  for (const setting of [
    'query_only = ON',
    'trusted_schema = OFF',
    'cell_size_check = ON',
    'mmap_size = 0',
    'temp_store = MEMORY',
  ]) {
    db.pragma(setting);
  }
}

async function takeLogs({ wal, journal }: DatabaseParts, file: PrivateFile, folder: string): Promise<string | null> {
  if (journal !== null) {
    using log = PrivateFile.create(folder).file;
    await log.fill(journal);
    playBackJournal(file, log);
  }
  if (wal === null) return null;
  using log = PrivateFile.create(folder).file;
  await log.fill(wal);
  return (await applyWal(file, log, () => setImmediate())).warning;
}

/** An empty file is a database without tables. Otherwise it must be one, and is told that its log is done. */
function closeHead(file: PrivateFile, name: string): void {
  if (file.size() === 0) return;
  const head = Buffer.alloc(HEADER_BYTES);
  if (file.read(head, 0) < HEADER_BYTES || head.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw damaged(name, 'it is no SQLite database');
  }
  file.write(Buffer.of(1, 1), READ_VERSION_AT);
}

function check(db: Database.Database, name: string): void {
  try {
    db.prepare('SELECT count(*) FROM sqlite_master').get();
  } catch (error) {
    throw damaged(name, error instanceof Error ? error.message : String(error));
  }
}

function damaged(name: string, reason: string): BackstopError {
  return new BackstopError('browse/damaged-database', { message: `${name}: ${reason}`, data: { name, reason } });
}
