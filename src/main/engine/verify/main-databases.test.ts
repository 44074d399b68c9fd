import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDatabase, mainDatabaseOf } from './main-databases.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstop-databases-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 1000);
  yield bytes.subarray(1000);
}

async function sampleDatabase(): Promise<{ main: Buffer; wal: Buffer }> {
  const path = join(folder, 'sample.db');
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('wal_autocheckpoint = 0');
  database.exec('CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a);');
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.exec('BEGIN');
  for (let i = 0; i < 500; i += 1) database.prepare('INSERT INTO t VALUES (?)').run(`row ${i} ${'x'.repeat(50)}`);
  database.exec('COMMIT');
  const files = { main: await readFile(path), wal: await readFile(`${path}-wal`) };
  database.close();
  return files;
}

describe('the main databases', () => {
  it('are known by domain and path, with their write-ahead logs', () => {
    expect(mainDatabaseOf('HomeDomain', 'Library/SMS/sms.db')).toEqual({
      key: 'HomeDomain/Library/SMS/sms.db',
      part: '',
    });
    expect(mainDatabaseOf('HomeDomain', 'Library/SMS/sms.db-wal')?.part).toBe('-wal');
    expect(mainDatabaseOf('MediaDomain', 'Library/SMS/sms.db')).toBeNull();
  });

  it('are checked together with what their write-ahead log holds', async () => {
    const { main, wal } = await sampleDatabase();
    expect(await checkDatabase({ main: stream(main), wal: stream(wal) }, folder)).toEqual({ kind: 'ok' });
    expect((await readdir(folder)).filter((name) => name.startsWith('database.sqlite'))).toEqual([]);
  });

  it('are called damaged when a page is', async () => {
    const path = join(folder, 'whole.db');
    const database = new Database(path);
    database.exec('CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a);');
    const insert = database.prepare('INSERT INTO t VALUES (?)');
    database.exec('BEGIN');
    for (let i = 0; i < 2000; i += 1) insert.run(`row ${i} ${'x'.repeat(80)}`);
    database.exec('COMMIT');
    database.close();
    const bytes = await readFile(path);
    bytes.fill(0xff, 8192, 12288);
    expect((await checkDatabase({ main: stream(bytes), wal: null }, folder)).kind).toBe('damaged');
  });

  it('are told from files that are none and from empty ones', async () => {
    expect((await checkDatabase({ main: stream(Buffer.alloc(5000, 7)), wal: null }, folder)).kind).toBe(
      'not-a-database',
    );
    expect((await checkDatabase({ main: stream(Buffer.alloc(0)), wal: null }, folder)).kind).toBe('empty');
  });
});
