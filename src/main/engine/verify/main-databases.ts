import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** The databases a person would miss most: domain and path of each (backup format, content schemas). */
const MAIN_DATABASES: ReadonlyArray<readonly [domain: string, relativePath: string]> = [
  ['CameraRollDomain', 'Media/PhotoData/Photos.sqlite'],
  ['HomeDomain', 'Library/SMS/sms.db'],
  ['HomeDomain', 'Library/AddressBook/AddressBook.sqlitedb'],
  ['HomeDomain', 'Library/CallHistoryDB/CallHistory.storedata'],
  ['HomeDomain', 'Library/Calendar/Calendar.sqlitedb'],
  ['HomeDomain', 'Library/Safari/History.db'],
  ['HomeDomain', 'Library/Safari/Bookmarks.db'],
  ['HomeDomain', 'Library/Voicemail/voicemail.db'],
  ['HomeDomain', 'Library/Notes/notes.sqlite'],
  ['AppDomainGroup-group.com.apple.notes', 'NoteStore.sqlite'],
  ['AppDomainGroup-group.net.whatsapp.WhatsApp.shared', 'ChatStorage.sqlite'],
  ['HealthDomain', 'Health/healthdb_secure.sqlite'],
];

const SIDECARS = ['', '-wal'] as const;
const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/** Which part of a main database a file is: the file itself or its write-ahead log; null for any other file. */
export function mainDatabaseOf(
  domain: string,
  relativePath: string,
): { readonly key: string; readonly part: '' | '-wal' } | null {
  for (const part of SIDECARS) {
    if (!relativePath.endsWith(part)) continue;
    const base = part === '' ? relativePath : relativePath.slice(0, -part.length);
    if (MAIN_DATABASES.some(([d, r]) => d === domain && r === base)) return { key: `${domain}/${base}`, part };
  }
  return null;
}

export type DatabaseVerdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'empty' }
  /** Decrypted well, but the phone's file is no SQLite database. */
  | { readonly kind: 'not-a-database' }
  | { readonly kind: 'damaged'; readonly detail: string }
  /** SQLite needs an extension of Apple's for a part of it. */
  | { readonly kind: 'not-fully-checkable'; readonly detail: string };

export interface DatabaseFiles {
  readonly main: AsyncIterable<Uint8Array>;
  readonly wal: AsyncIterable<Uint8Array> | null;
}

/** Puts a database with its write-ahead log into the scratch folder, lets SQLite replay it and check it, and removes it. */
export async function checkDatabase(files: DatabaseFiles, scratch: string): Promise<DatabaseVerdict> {
  const path = join(scratch, 'database.sqlite');
  const wal = `${path}-wal`;
  try {
    await writeFile(path, files.main, { mode: 0o600 });
    if (files.wal !== null) await writeFile(wal, files.wal, { mode: 0o600 });
    const head = await headOf(path);
    if (head.length === 0 && files.wal === null) return { kind: 'empty' };
    if (head.length > 0 && !head.equals(SQLITE_MAGIC)) return { kind: 'not-a-database' };
    return integrityOf(path);
  } finally {
    for (const leaving of [path, wal, `${path}-shm`, `${path}-journal`]) await rm(leaving, { force: true });
  }
}

function integrityOf(path: string): DatabaseVerdict {
  let database: Database.Database | null = null;
  try {
    database = new Database(path);
    database.pragma('trusted_schema = OFF');
    database.pragma('cell_size_check = ON');
    const answer: unknown = database.pragma('integrity_check(1)', { simple: true });
    return answer === 'ok' ? { kind: 'ok' } : { kind: 'damaged', detail: String(answer).slice(0, 200) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const foreign = /no such (collation sequence|function|module|tokenizer)|unknown tokenizer/i.test(message);
    return foreign
      ? { kind: 'not-fully-checkable', detail: message }
      : { kind: 'damaged', detail: message.slice(0, 200) };
  } finally {
    database?.close();
  }
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(SQLITE_MAGIC.length);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
