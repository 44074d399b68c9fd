import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyWal, type PageFile, playBackJournal } from './index.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-wal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function fileOf(bytes: Uint8Array): PageFile & { bytes: Buffer } {
  const file = {
    bytes: Buffer.from(bytes),
    size: () => file.bytes.length,
    read(into: Buffer, at: number) {
      return at >= file.bytes.length ? 0 : file.bytes.copy(into, 0, at);
    },
    write(some: Uint8Array, at: number) {
      if (at + some.length > file.bytes.length) file.truncate(at + some.length);
      file.bytes.set(some, at);
    },
    truncate(size: number) {
      const next = Buffer.alloc(size);
      file.bytes.copy(next);
      file.bytes = next;
    },
  };
  return file;
}

interface Pair {
  readonly main: Buffer;
  readonly wal: Buffer;
  /** What SQLite itself reads of the two. */
  readonly truth: unknown;
}

/** A database in the middle of its life: some of it in the file, some only in the log. */
function livingDatabase(pageSize: number, write: (db: Database.Database) => void, checkpointed = true): Pair {
  const path = join(dir, 'living.db');
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const db = new Database(path);
  db.pragma(`page_size = ${pageSize}`);
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)');
  if (checkpointed) db.pragma('wal_checkpoint(TRUNCATE)');
  write(db);
  const pair = { main: readFileSync(path), wal: readFileSync(`${path}-wal`), truth: contentOf(db) };
  db.close();
  return pair;
}

function contentOf(db: Database.Database): unknown {
  return db.prepare('SELECT id, text FROM t ORDER BY id').all();
}

/** Without any log: the head says so. */
function contentOfBytes(bytes: Buffer): unknown {
  const path = join(dir, `replayed-${Math.random()}.db`);
  const plain = Buffer.from(bytes);
  plain.set([1, 1], 18);
  writeFileSync(path, plain);
  const db = new Database(path, { readonly: true });
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    return contentOf(db);
  } finally {
    db.close();
  }
}

function fill(count: number, length = 200, from = 1) {
  return (db: Database.Database): void => {
    const insert = db.prepare('INSERT OR REPLACE INTO t VALUES (?, ?)');
    for (let id = from; id < from + count; id += 1) insert.run(id, `${id} `.repeat(length));
  };
}

describe('a write-ahead log', () => {
  it.each([512, 4096, 65_536])('is written back as SQLite would read it, with pages of %d bytes', async (pageSize) => {
    const { main, wal, truth } = livingDatabase(pageSize, fill(60));
    const file = fileOf(main);
    const { frames, warning } = await applyWal(file, fileOf(wal));
    expect([frames > 0, warning]).toEqual([true, null]);
    expect(contentOfBytes(file.bytes)).toEqual(truth);
  });

  it('may hold all of a database whose file has one page, or nothing', async () => {
    const { main, wal, truth } = livingDatabase(4096, fill(20), false);
    expect(main.length).toBeLessThanOrEqual(4096);
    for (const file of [fileOf(main), fileOf(Buffer.alloc(0))]) {
      await applyWal(file, fileOf(wal));
      expect(contentOfBytes(file.bytes)).toEqual(truth);
    }
  });

  it('ends at the last transaction that came to its end, wherever it is torn', async () => {
    const rows: number[] = [];
    const { main, wal } = livingDatabase(1024, (db) => {
      for (let id = 1; id <= 8; id += 1) {
        fill(1, 300, id)(db);
        rows.push(id);
      }
    });
    let last = -1;
    for (let length = wal.length; length > 0; length -= 333) {
      const file = fileOf(main);
      await applyWal(file, fileOf(wal.subarray(0, length)));
      const count = (contentOfBytes(file.bytes) as unknown[]).length;
      if (last >= 0) expect(count).toBeLessThanOrEqual(last);
      last = count;
    }
    expect(last).toBe(0);
  });

  it('leaves out a transaction that was never finished, and what an earlier round of the log left behind', async () => {
    const path = join(dir, 'round.db');
    const db = new Database(path);
    db.pragma('journal_mode = WAL');
    db.pragma('wal_autocheckpoint = 0');
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)');
    fill(300)(db);
    db.pragma('wal_checkpoint(RESTART)');
    db.exec('DELETE FROM t WHERE id > 100; UPDATE t SET text = id');
    db.pragma('cache_size = 2');
    db.exec('BEGIN');
    fill(400, 400, 1000)(db);
    const [main, wal] = [readFileSync(path), readFileSync(`${path}-wal`)];
    db.exec('ROLLBACK');
    const truth = contentOf(db);
    db.close();
    const file = fileOf(main);
    await applyWal(file, fileOf(wal));
    expect(contentOfBytes(file.bytes)).toEqual(truth);
  });

  it('makes a database shorter that became shorter', async () => {
    const { main, wal, truth } = livingDatabase(4096, (db) => {
      fill(500)(db);
      db.exec('DELETE FROM t WHERE id > 3');
      db.exec('VACUUM');
    });
    const file = fileOf(main);
    await applyWal(file, fileOf(wal));
    expect(contentOfBytes(file.bytes)).toEqual(truth);
    expect(file.size()).toBeLessThan(20 * 4096);
  });

  it('is not believed when it is another’s, damaged or none at all', async () => {
    const { main, wal } = livingDatabase(4096, fill(5));
    const other = livingDatabase(1024, fill(5));
    const harmed = Buffer.from(wal);
    harmed[20] = (harmed[20] as number) ^ 1;
    for (const [log, warning] of [
      [other.wal, 'its log belongs to another database'],
      [harmed, 'the head of its log is damaged'],
      [Buffer.from('no log of anything, but long enough to be read as one'), 'its log is none of SQLite’s'],
      [wal.subarray(0, 10), 'its log is cut off'],
      [Buffer.alloc(100), null],
      [Buffer.alloc(0), null],
    ] as const) {
      const file = fileOf(main);
      expect(await applyWal(file, fileOf(log))).toEqual({ frames: 0, warning });
      expect(file.bytes.equals(main)).toBe(true);
    }
  });

  it('never makes anything but what SQLite would, nor hangs, whatever bytes are changed', async () => {
    const { main, wal } = livingDatabase(512, fill(10));
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed % below;
    };
    for (let round = 0; round < 100; round += 1) {
      const harmed = Buffer.from(wal);
      for (let change = random(4); change >= 0; change -= 1) harmed[random(harmed.length)] = random(256);
      const file = fileOf(main);
      await applyWal(file, fileOf(harmed));
      const path = join(dir, 'judge.db');
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      writeFileSync(path, main);
      writeFileSync(`${path}-wal`, harmed);
      const judge = new Database(path);
      const truth = contentOf(judge);
      judge.close();
      expect(contentOfBytes(file.bytes)).toEqual(truth);
    }
  });
});

describe('a rollback journal', () => {
  it('takes back a transaction in whose middle the phone sent the files', () => {
    const path = join(dir, 'journal.db');
    const db = new Database(path);
    db.pragma('page_size = 1024');
    db.pragma('journal_mode = DELETE');
    db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)');
    fill(200, 50)(db);
    const truth = contentOf(db);
    db.pragma('cache_size = 5');
    db.pragma('cache_spill = 5');
    db.exec('BEGIN');
    db.exec(`UPDATE t SET text = 'changed' WHERE id % 2 = 0`);
    fill(300, 300, 1000)(db);
    expect(existsSync(`${path}-journal`)).toBe(true);
    copyFileSync(path, join(dir, 'main'));
    copyFileSync(`${path}-journal`, join(dir, 'journal'));
    db.exec('ROLLBACK');
    db.close();
    const file = fileOf(readFileSync(join(dir, 'main')));
    const journal = fileOf(readFileSync(join(dir, 'journal')));
    expect(playBackJournal(file, journal).pages).toBeGreaterThan(0);
    expect(contentOfBytes(file.bytes)).toEqual(truth);
    const untouched = fileOf(readFileSync(join(dir, 'main')));
    const before = Buffer.from(untouched.bytes);
    journal.bytes.fill(0, 0, 28);
    expect(playBackJournal(untouched, journal).pages).toBe(0);
    expect(playBackJournal(untouched, fileOf(Buffer.alloc(0))).pages).toBe(0);
    expect(untouched.bytes.equals(before)).toBe(true);
  });
});
