import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { createManifestEncryptor, decryptManifestDb } from './cipher.ts';
import { openManifestDb } from './database.ts';
import { createManifestDb } from './database-writer.ts';
import { fileIdOf, isFileId } from './file-id.ts';
import { decodeMbFile, type MbFile } from './mb-file.ts';
import { encodeMbFile } from './mb-file-writer.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-manifest-'));
  path = join(folder, 'Manifest.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const META: MbFile = {
  size: 5,
  mode: 0o100644,
  relativePath: 'Library/SMS/sms.db',
  modified: 1,
  statusChanged: 2,
  birth: 3,
  userId: 501,
  groupId: 501,
  inode: 4,
  flags: 0,
  protectionClass: 3,
  encryptionKey: null,
  digest: null,
  extendedAttributes: null,
  target: null,
};

function makeManifest(rows = 1): void {
  using writer = createManifestDb(path);
  writer.put({ domain: 'HomeDomain', relativePath: '', flags: 2, file: null });
  for (let row = 0; row < rows; row += 1) {
    writer.put({
      domain: 'HomeDomain',
      relativePath: `file ${row}`,
      flags: 1,
      file: encodeMbFile({ ...META, size: row }),
    });
  }
}

/** A database with any schema. */
function makeDatabase(sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (isBackstopError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('file ids', () => {
  it('are the SHA-1 of domain and path', () => {
    expect(fileIdOf('HomeDomain', 'Library/SMS/sms.db')).toBe('3d0d7e5fb2ce288813306e4d4636395e047a3d28');
    expect(fileIdOf('KeychainDomain', 'keychain-backup.plist')).toBe('51a4616e576dd33cd2abadfea874eb8ff246bf0e');
    expect(fileIdOf('HomeDomain', 'é')).toBe(fileIdOf('HomeDomain', '\u00e9'));
  });

  it('are 40 lower-case hex digits', () => {
    expect(isFileId(fileIdOf('HomeDomain', ''))).toBe(true);
    for (const text of ['', '../../x', 'A'.repeat(40), '0'.repeat(41), `${'0'.repeat(40)}\n`]) {
      expect(isFileId(text)).toBe(false);
    }
  });
});

describe('Manifest.db', () => {
  it('comes back as it was written', () => {
    makeManifest();
    using manifest = openManifestDb(path);
    expect(manifest.quickCheck()).toEqual([]);
    const rows = [...manifest.rows()];
    expect(rows[0]).toMatchObject({
      fileId: fileIdOf('HomeDomain', ''),
      domain: 'HomeDomain',
      relativePath: '',
      flags: 2,
    });
    expect(rows[0]?.metadata()).toBe(null);
    expect(rows[1]).toMatchObject({ fileId: fileIdOf('HomeDomain', 'file 0'), relativePath: 'file 0', flags: 1 });
    expect(rows[1]?.metadata()).toEqual({ ...META, size: 0 });
    expect(manifest.row(fileIdOf('HomeDomain', 'file 0'))?.relativePath).toBe('file 0');
    expect(manifest.row('none')).toBe(null);
  });

  it('is written like a phone’s: WAL in the header, the usual indices, and one file', () => {
    makeManifest();
    expect([...readFileSync(path).subarray(18, 20)]).toEqual([2, 2]);
    expect(readdirSync(folder)).toEqual(['Manifest.db']);
    const db = new Database(path);
    const names = db
      .prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name")
      .pluck()
      .all();
    expect(names).toEqual(['Files', 'FilesDomainIdx', 'FilesFlagsIdx', 'FilesRelativePathIdx', 'Properties']);
    expect(db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    db.close();
  });

  it('is not changed by reading, and leaves nothing beside it', () => {
    makeManifest(100);
    const before = readFileSync(path);
    const manifest = openManifestDb(path);
    for (const row of manifest.rows()) if (row.flags === 1) break;
    manifest.close();
    expect(readdirSync(folder)).toEqual(['Manifest.db']);
    expect(readFileSync(path)).toEqual(before);
  });

  it('replaces a row of the same name', () => {
    const writer = createManifestDb(path);
    for (const size of [1, 2])
      writer.put({ domain: 'A', relativePath: 'b', flags: 1, file: encodeMbFile({ ...META, size }) });
    writer.close();
    writer.close();
    using manifest = openManifestDb(path);
    expect([...manifest.rows()].map((row) => row.metadata()?.size)).toEqual([2]);
  });

  it.each([
    ['no table', 'CREATE TABLE Other (x)'],
    [
      'a view',
      'CREATE TABLE x (a); CREATE VIEW Files AS SELECT a AS fileID, a AS domain, a AS relativePath, a AS flags, a AS file FROM x',
    ],
    ['a virtual table', 'CREATE VIRTUAL TABLE Files USING fts5(fileID, domain, relativePath, flags, file)'],
    ['a missing column', 'CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER)'],
    [
      'a computed column',
      'CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file AS (zeroblob(1000000000)))',
    ],
  ])('with %s for Files is refused', async (_what, sql) => {
    makeDatabase(sql);
    expect(await codeOf(() => openManifestDb(path))).toBe('formats/bad-manifest');
  });

  const files =
    'CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);';
  it('keeps a row whose details are odd or far too large, without them', () => {
    makeDatabase(`${files}
      INSERT INTO Files VALUES ('a', 'D', NULL, NULL, NULL), ('b', 'D', 'x', 'text', 'text'),
      ('c', 'D', 'y', 1, zeroblob(5000000)), ('d', 'D', 'z', 9e18, x'00');`);
    using manifest = openManifestDb(path);
    expect([...manifest.rows()].map((row) => [row.relativePath, row.flags, row.file?.length, row.metadata()])).toEqual([
      ['', 0, undefined, null],
      ['x', 0, undefined, null],
      ['y', 1, undefined, null],
      ['z', 0, 1, null],
    ]);
  });

  it.each([
    ['no id', "INSERT INTO Files VALUES (NULL, 'D', 'x', 1, NULL)"],
    ['no domain', "INSERT INTO Files VALUES ('a', NULL, 'x', 1, NULL)"],
    ['a path of 64 KiB', "INSERT INTO Files VALUES ('a', 'D', printf('%.70000c', 'x'), 1, NULL)"],
    ['a path of 5 MB', "INSERT INTO Files VALUES ('a', 'D', zeroblob(5000000), 1, NULL)"],
  ])('with a row of %s is refused', async (_what, sql) => {
    makeDatabase(files + sql);
    using manifest = openManifestDb(path);
    expect(await codeOf(() => [...manifest.rows()])).toBe('formats/bad-manifest');
  });

  it('whose pages are used again and again is refused', async () => {
    makeDatabase(`CREATE TABLE Files (fileID TEXT, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      INSERT INTO Files SELECT hex(randomblob(20)), 'HomeDomain', 'file ' || i, 1, zeroblob(50) FROM n;`);
    // Page 2 is the root of the table: an interior page (5). All its children become page 3, and the rest goes.
    const bytes = Buffer.from(readFileSync(path).subarray(0, 4 * 4096));
    const root = bytes.subarray(4096, 8192);
    expect(root[0]).toBe(5);
    root.writeUInt32BE(3, 8);
    for (let cell = 0; cell < root.readUInt16BE(3); cell += 1) root.writeUInt32BE(3, root.readUInt16BE(12 + 2 * cell));
    bytes.writeUInt32BE(4, 28);
    writeFileSync(path, bytes);
    using manifest = openManifestDb(path);
    expect(await codeOf(() => [...manifest.rows()])).toBe('formats/bad-manifest');
  });

  it('that is no database, or is cut off, is refused or gives an error of ours', async () => {
    writeFileSync(path, 'not a database at all');
    expect(await codeOf(() => openManifestDb(path))).toBe('formats/bad-manifest');
    makeAndRead(0);
    expect(await codeOf(() => openManifestDb(path))).toBe('formats/bad-manifest');
    for (const length of [100, 4096, 20_000, 60_000]) {
      makeAndRead(length);
      expect(await codeOf(readAll)).toBe('formats/bad-manifest');
    }
  });

  function makeAndRead(length: number): void {
    rmSync(path, { force: true });
    makeManifest(300);
    writeFileSync(path, readFileSync(path).subarray(0, length));
  }

  function readAll(): number {
    using manifest = openManifestDb(path);
    let rows = 0;
    for (const row of manifest.rows()) {
      row.metadata();
      rows += 1;
    }
    if (manifest.quickCheck().length > 0) throw new Error('the check found something that the rows did not');
    return rows;
  }

  it('never makes the reader throw anything else, whatever bytes are flipped', async () => {
    makeManifest(60);
    const good = readFileSync(path);
    let seed = 5;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let round = 0; round < 150; round += 1) {
      const bytes = Buffer.from(good);
      for (let flips = 1 + random(20); flips > 0; flips -= 1) bytes[100 + random(bytes.length - 100)] = random(256);
      writeFileSync(path, bytes);
      expect(['nothing thrown', 'formats/bad-manifest']).toContain(
        await codeOf(() => {
          using manifest = openManifestDb(path);
          for (const row of manifest.rows()) row.metadata();
          manifest.quickCheck();
        }),
      );
    }
  });
});

describe('an encrypted Manifest.db', () => {
  const KEY = Buffer.alloc(32, 7);
  const target = () => join(folder, 'plain.db');

  async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  function encrypted(): { plain: Buffer; stored: Buffer } {
    makeManifest(50);
    const plain = readFileSync(path);
    const encryptor = createManifestEncryptor(KEY);
    return { plain, stored: Buffer.concat([encryptor.update(plain), encryptor.final()]) };
  }

  it('is decrypted to a file that only this user reads, in chunks of any size', async () => {
    const { plain, stored } = encrypted();
    expect(stored.length).toBe(plain.length);
    for (const size of [97, 4096, 1_000_000]) {
      await decryptManifestDb(chunksOf(stored, size), KEY, target());
      expect(readFileSync(target())).toEqual(plain);
      expect(statSync(target()).mode & 0o777).toBe(0o600);
      rmSync(target());
    }
  });

  it('loses the block of padding that some writers add, and nothing else', async () => {
    const { plain } = encrypted();
    const encryptor = createManifestEncryptor(KEY);
    const padded = encryptor.update(Buffer.concat([plain, Buffer.alloc(16, 16)]));
    await decryptManifestDb(chunksOf(padded, 5000), KEY, target());
    expect(readFileSync(target())).toEqual(plain);
  });

  it('that is plain is copied as it is, with a key or without', async () => {
    const { plain } = encrypted();
    for (const key of [KEY, null]) {
      await decryptManifestDb(chunksOf(plain, 1000), key, target());
      expect(readFileSync(target())).toEqual(plain);
      rmSync(target());
    }
  });

  it('that does not open leaves no file, and never takes the place of one', async () => {
    const { stored } = encrypted();
    const decrypt = (bytes: Uint8Array, key: Buffer | null) => () =>
      decryptManifestDb(chunksOf(bytes, 999), key, target());
    expect(await codeOf(decrypt(stored, Buffer.alloc(32)))).toBe('formats/manifest-locked');
    expect(await codeOf(decrypt(stored, null))).toBe('formats/bad-manifest');
    expect(await codeOf(decrypt(stored.subarray(0, 5001), KEY))).toBe('formats/bad-manifest');
    expect(await codeOf(decrypt(Buffer.alloc(0), KEY))).toBe('formats/bad-manifest');
    expect(await codeOf(decrypt(stored.subarray(0, 16), KEY))).toBe('formats/bad-manifest');
    expect(readdirSync(folder)).toEqual(['Manifest.db']);
    writeFileSync(target(), 'mine');
    await expect(decrypt(stored, KEY)).rejects.toThrow('EEXIST');
    expect(readFileSync(target(), 'utf8')).toBe('mine');
  });

  it('stops when it is told to', async () => {
    const { stored } = encrypted();
    const stop = new AbortController();
    async function* stopping(): AsyncGenerator<Uint8Array> {
      yield stored.subarray(0, 4096);
      stop.abort();
      yield stored.subarray(4096);
    }
    await expect(decryptManifestDb(stopping(), KEY, target(), { signal: stop.signal })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['Manifest.db']);
  });
});

it('what the writer puts in, the reader’s metadata gives back', () => {
  const file = { ...META, encryptionKey: { classId: 3, wrapped: Buffer.alloc(40, 1) }, digest: Buffer.alloc(20, 2) };
  expect(decodeMbFile(encodeMbFile(file))).toEqual(file);
});
