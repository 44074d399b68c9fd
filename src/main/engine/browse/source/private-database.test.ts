import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPrivateDatabase } from './private-database.ts';
import { cleanPrivateFiles, PrivateFile } from './private-file.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-private-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function* bytes(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

function living(): { main: Buffer; wal: Buffer } {
  const path = join(dir, 'living.db');
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE t (text TEXT)');
  db.exec(`INSERT INTO t VALUES ('a secret of the owner')`);
  const parts = { main: readFileSync(path), wal: readFileSync(`${path}-wal`) };
  db.close();
  rmSync(path);
  return parts;
}

describe('a database of the phone', () => {
  it('opens with what stands in its log only, and lies nowhere', async () => {
    const { main, wal } = living();
    const work = join(dir, 'work');
    const parts = {
      name: 'a',
      main: bytes(main.subarray(0, 1000), main.subarray(1000)),
      wal: bytes(wal),
      journal: null,
    };
    {
      using opened = await openPrivateDatabase(parts, work);
      expect(opened.db.prepare('SELECT * FROM t').all()).toEqual([{ text: 'a secret of the owner' }]);
      expect(opened.warning).toBeNull();
      expect(() => opened.db.exec('DELETE FROM t')).toThrow();
      if (process.platform !== 'win32') expect(readdirSync(work)).toEqual([]);
      opened.db.prepare('SELECT * FROM t ORDER BY random()').all();
      if (process.platform !== 'win32') expect(readdirSync(work)).toEqual([]);
    }
    expect(readdirSync(work)).toEqual([]);
  });

  it('says what it is not, and leaves nothing then either', async () => {
    const work = join(dir, 'work');
    const open = (main: Buffer) =>
      openPrivateDatabase({ name: 'sms.db', main: bytes(main), wal: null, journal: null }, work);
    for (const main of [Buffer.from('no database'), Buffer.alloc(5000), living().main.subarray(0, 50)]) {
      await expect(open(main)).rejects.toMatchObject({ code: 'browse/damaged-database', data: { name: 'sms.db' } });
    }
    using empty = await open(Buffer.alloc(0));
    expect(empty.db.prepare('SELECT name FROM sqlite_master').all()).toEqual([]);
    expect(readdirSync(work)).toEqual([]);
  });

  it('takes an odd log as a warning', async () => {
    const { main, wal } = living();
    wal[9] = 3;
    using opened = await openPrivateDatabase({ name: 'a', main: bytes(main), wal: bytes(wal), journal: null }, dir);
    expect(opened.warning).toContain('log');
  });

  it('does not run what its schema says', async () => {
    const path = join(dir, 'hostile.db');
    const db = new Database(path);
    db.exec(
      `CREATE TABLE t (x TEXT DEFAULT (ab_generate_guid())); CREATE VIEW v AS SELECT load_extension('/tmp/x') AS x`,
    );
    db.close();
    using opened = await openPrivateDatabase(
      { name: 'a', main: bytes(readFileSync(path)), wal: null, journal: null },
      dir,
    );
    expect(opened.db.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 0 });
    expect(() => opened.db.prepare('SELECT * FROM v').all()).toThrow();
  });
});

describe('files without a name', () => {
  it('are not on the disk after a kill', () => {
    const script = `import { PrivateFile } from ${JSON.stringify(join(import.meta.dirname, 'private-file.ts'))};
      const { file } = PrivateFile.create(${JSON.stringify(dir)});
      file.write(Buffer.from('a secret'), 0);
      process.kill(process.pid, 'SIGKILL');`;
    spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    cleanPrivateFiles(dir);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('can be written, read and cut at any place', () => {
    using file = PrivateFile.create(dir).file;
    file.write(Buffer.from('hello'), 3);
    const into = Buffer.alloc(10);
    expect([file.read(into, 0), into.toString('latin1', 3, 8)]).toEqual([8, 'hello']);
    file.truncate(5);
    expect([file.size(), file.read(into, 4), file.read(into, 5)]).toEqual([5, 1, 0]);
  });
});
