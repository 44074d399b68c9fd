import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/** The shapes of the library, each as the step from the one before. Steps are never changed, only added. */
const STEPS: readonly string[] = [
  `create table settings (name text primary key, value text not null) without rowid;
   create table activity (id integer primary key, at text not null, what text not null, udid text, vault text,
     snapshot text, facts text not null);
   create index activity_phone on activity (udid, id);
   create table phone (udid text primary key, facts text not null) without rowid;
   create table vault (added integer primary key, id text unique not null, facts text not null);
   create table cache (key text primary key, value text not null) without rowid;`,
];

/**
 * Opens the library, or begins a new one. One that is damaged, or that a later program wrote, is set aside under another
 * name: nothing in it is needed to bring a backup back.
 */
export function openLibrary(file: string): Database.Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    return prepared(file);
  } catch {
    for (const suffix of ['', '-wal', '-shm']) setAside(file, suffix);
    return prepared(file);
  }
}

function prepared(file: string): Database.Database {
  const database = new Database(file);
  try {
    database.pragma('journal_mode = wal');
    database.pragma('synchronous = normal');
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > STEPS.length) throw new Error('a later program wrote it');
    if (version > 0 && database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new Error('it is damaged');
    database.transaction(() => {
      for (const step of STEPS.slice(version)) database.exec(step);
      database.pragma(`user_version = ${STEPS.length}`);
    })();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function setAside(file: string, suffix: string): void {
  try {
    renameSync(file + suffix, `${file}.set-aside-${Date.now()}${suffix}`);
  } catch {
    // Not there.
  }
}
