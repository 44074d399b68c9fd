import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeAheadLog } from './write-ahead-log.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'write-ahead-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A database before and after a change, both marked as being in WAL mode. */
function twoStates(before: string, after: string): { main: Buffer; live: Buffer } {
  const file = path.join(folder, 'live');
  const database = new Database(file);
  database.pragma('page_size = 4096');
  database.exec(before);
  copyFileSync(file, path.join(folder, 'main'));
  database.exec(after);
  database.close();
  const marked = (name: string): Buffer => {
    const bytes = readFileSync(path.join(folder, name));
    bytes.fill(2, 18, 20);
    return bytes;
  };
  return { main: marked('main'), live: marked('live') };
}

function replay(main: Buffer, log: Buffer): Database.Database {
  const file = path.join(folder, 'replayed');
  writeFileSync(file, main);
  writeFileSync(`${file}-wal`, log);
  return new Database(file);
}

const options = { pageSize: 4096, salt: Buffer.from('0102030405060708', 'hex'), checkpointSequence: 1 };

function logOf(main: Buffer, live: Buffer): Buffer {
  const log = writeAheadLog({ main, live, ...options });
  if (log === null) throw new Error('no difference');
  return log;
}

describe('writeAheadLog', () => {
  test('is replayed by SQLite', () => {
    const { main, live } = twoStates(
      'CREATE TABLE t (a); INSERT INTO t VALUES (1)',
      `INSERT INTO t VALUES (2), ('${'x'.repeat(9000)}')`,
    );
    const database = replay(main, logOf(main, live));
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.prepare('SELECT count(*), max(a) FROM t').raw().get()).toEqual([3, 'x'.repeat(9000)]);
    database.close();
  });

  test('may hold everything: the main file is one page without a table', () => {
    const { main, live } = twoStates('PRAGMA user_version = 1', 'CREATE TABLE t (a); INSERT INTO t VALUES (7)');
    expect(main).toHaveLength(4096);
    const database = replay(main, logOf(main, live));
    expect(database.prepare('SELECT a FROM t').pluck().get()).toBe(7);
    database.close();
  });

  test('a wrong checksum is not replayed: the sums are really looked at', () => {
    const { main, live } = twoStates('CREATE TABLE t (a)', 'INSERT INTO t VALUES (2)');
    const log = logOf(main, live);
    log.writeUInt8((log.at(-1) ?? 0) ^ 1, log.length - 1);
    const database = replay(main, log);
    expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(0);
    database.close();
  });

  test('makes a database smaller too', () => {
    const { main, live } = twoStates(
      `CREATE TABLE t (a); INSERT INTO t VALUES ('${'x'.repeat(50_000)}')`,
      'DELETE FROM t; VACUUM; INSERT INTO t VALUES (1)',
    );
    expect(live.length).toBeLessThan(main.length);
    const database = replay(main, logOf(main, live));
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.prepare('SELECT a FROM t').pluck().all()).toEqual([1]);
    database.close();
  });

  test('is nothing when nothing differs, and the same every time', () => {
    const { main, live } = twoStates('CREATE TABLE t (a)', 'INSERT INTO t VALUES (1)');
    expect(writeAheadLog({ main, live: main, ...options })).toBeNull();
    expect(logOf(main, live).equals(logOf(main, live))).toBe(true);
  });
});
