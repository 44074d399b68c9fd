import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractFiles } from '../../src/main/engine/browse/index.ts';
import { createManifestDb, encodeMbFile } from '../../src/main/engine/formats/index.ts';
import { encodePlist } from '../../src/main/engine/formats/plist/index.ts';
import { BackupWorld } from '../support/backup-world.ts';
import { mbFile } from '../support/browse/loose-backup.ts';
import { openBackupFolder, openBackupVersion, treeOf } from '../support/browse/open-options.ts';
import { startSimulatorProcess } from '../support/simulator-process.ts';

/** Taking files out: all as they were, nothing outside of the folder, and never over something. */

const PASSWORD = 'Pässwörd 1';
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-extract-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Row {
  readonly path: string;
  readonly domain?: string;
  readonly content?: string;
  readonly flags?: number;
  readonly target?: string;
  readonly size?: number;
}

let made = 0;

/** An unencrypted backup folder with just these rows. */
function folderOf(rows: readonly Row[], change: (db: Database.Database) => void = () => undefined): string {
  made += 1;
  const folder = join(dir, `folder-${made}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'Manifest.plist'), encodePlist({ IsEncrypted: false }, 'binary'));
  writeFileSync(join(folder, 'Status.plist'), encodePlist({ SnapshotState: 'finished' }, 'binary'));
  {
    using manifest = createManifestDb(join(folder, 'Manifest.db'));
    for (const { path, domain = 'HomeDomain', content = `content of ${path}`, flags = 1, target, size } of rows) {
      const mode = { 2: 0o040755, 4: 0o120755 }[flags] ?? 0o100644;
      const about = { size: size ?? (flags === 1 ? content.length : 0), modified: 1_600_000_000, mode };
      const file = encodeMbFile(mbFile(path, { ...about, target: target ?? null }));
      const fileId = manifest.put({ domain, relativePath: path, flags, file });
      if (flags !== 1) continue;
      mkdirSync(join(folder, fileId.slice(0, 2)), { recursive: true });
      writeFileSync(join(folder, fileId.slice(0, 2), fileId), content);
    }
  }
  const db = new Database(join(folder, 'Manifest.db'));
  change(db);
  db.close();
  return folder;
}

async function extracted(folder: string, to: string, request: { domain?: string; path?: string } = {}) {
  const { backup } = await openBackupFolder(folder, join(dir, 'work'), null);
  await using opened = backup;
  return await extractFiles(opened, { directory: to, outside: [folder], ...request });
}

/** Every file below, by its path. */
function filesIn(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path.slice(folder.length + 1), readFileSync(path, 'utf8'));
  }
  return found;
}

describe('a phone of 2,000 files', () => {
  it.each(['from the vault', 'encrypted, from the vault'])('%s: every file, folder and date', async (kind) => {
    const isEncrypted = kind.startsWith('encrypted');
    const truthFile = join(dir, 'truth.json');
    const args = ['--files', '2000', '--bytes', '80M', '--seed', '8', '--passcode-delay', '1', '--truth', truthFile];
    await using phone = await startSimulatorProcess({
      args: [...args, ...(isEncrypted ? ['--encrypted', '--password-env', 'PHONE_PASSWORD'] : [])],
      env: { PHONE_PASSWORD: PASSWORD },
    });
    await using world = new BackupWorld(phone.address);
    await world.pair();
    await world.backup(isEncrypted ? {} : { unencrypted: true });
    const [snapshot] = await world.snapshots();
    if (snapshot === undefined) throw new Error('no version');
    const vault = await world.vault();
    const to = join(dir, isEncrypted ? 'all-encrypted' : 'all');
    const phases = new Set<string>();
    await using backup = await openBackupVersion(vault, snapshot, join(dir, 'work'), isEncrypted ? PASSWORD : null);
    const done = await extractFiles(
      backup,
      { directory: to, outside: [vault.dir] },
      { onProgress: ({ phase }) => phases.add(phase) },
    );
    const { files } = JSON.parse(readFileSync(truthFile, 'utf8')) as {
      files: ReadonlyArray<{ domain: string; relativePath: string; sha256: string; encryptedOnly?: boolean }>;
    };
    const wanted = files.filter(({ domain, relativePath }) => backup.file(domain, relativePath) !== null);
    expect(wanted.length).toBeGreaterThan(files.length * 0.9);
    expect(done.files).toBe(wanted.length);
    expect(phases).toEqual(new Set(['extracting', 'checking-export']));
    const names = new Map(done.renamed.map(({ domain, path, name }) => [`${domain}/${path}`, name]));
    for (const { domain, relativePath, sha256 } of wanted) {
      const name = names.get(`${domain}/${relativePath}`) ?? `${domain}/${relativePath}`;
      const path = join(to, ...name.split('/'));
      expect(createHash('sha256').update(readFileSync(path)).digest('hex'), relativePath).toBe(sha256);
      expect(lstatSync(path).mtimeMs).toBe((backup.file(domain, relativePath)?.modified ?? 0) * 1000);
    }
    for (const { domain, path, kind: what } of backup.files()) {
      if (what === 'folder') expect(existsSync(join(to, domain, path)), path).toBe(true);
    }
    const sums = readFileSync(join(to, done.sums ?? ''), 'utf8')
      .trim()
      .split('\n');
    expect(sums).toHaveLength(done.files);
    for (const line of sums.slice(0, 100)) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(to, line.slice(66))))
          .digest('hex'),
      ).toBe(line.slice(0, 64));
    }
    expect(treeOf(to).size).toBeGreaterThan(wanted.length);
  });
});

describe('a hostile list of files', () => {
  it('writes nothing outside of the folder', async () => {
    const rows: Row[] = [
      { path: '../../escaped' },
      { path: '/etc/escaped' },
      { path: 'a/../../../escaped' },
      { path: 'C:\\escaped' },
      { path: '..', domain: '..' },
      { path: 'x', domain: '../escaped' },
      { path: 'x', domain: '/escaped' },
      { path: 'nul\0byte' },
      { path: 'CON' },
      { path: 'trailing. ' },
      { path: `long/${'ä'.repeat(400)}.jpeg` },
      { path: 'SHA256SUMS', domain: 'SHA256SUMS' },
    ];
    const home = join(dir, 'outer/inner');
    const folder = folderOf(rows);
    const done = await extracted(folder, join(home, 'out'));
    // Only where the list of sums is no folder can be.
    expect(done.failed.map(({ domain }) => domain)).toEqual(['SHA256SUMS']);
    expect(done.files).toBe(rows.length - 1);
    expect(readdirSync(join(dir, 'outer'))).toEqual(['inner']);
    expect(readdirSync(home)).toEqual(['out']);
    const found = filesIn(join(home, 'out'));
    found.delete(done.sums ?? '');
    expect([...found.values()].sort()).toEqual(
      rows
        .slice(0, -1)
        .map(({ path }) => `content of ${path}`)
        .sort(),
    );
    for (const name of found.keys()) expect(name).not.toMatch(/(^|\/)\.\.?(\/|$)|[\\:\0]/);
  });

  it('follows no link that lies in the folder already', async () => {
    const outside = join(dir, 'outside');
    const to = join(dir, 'linked');
    mkdirSync(outside);
    mkdirSync(to);
    symlinkSync(outside, join(to, 'HomeDomain'));
    const done = await extracted(folderOf([{ path: 'Library/a' }, { path: 'b' }]), to);
    expect(readdirSync(outside)).toEqual([]);
    expect(done.files).toBe(0);
    expect(done.failed).toHaveLength(2);
  });

  it('makes links only to what is in the folder, and writes through none', async () => {
    const to = join(dir, 'links');
    const done = await extracted(
      folderOf([
        { path: 'real/file' },
        { path: 'good', flags: 4, target: 'real/file' },
        { path: 'real/up', flags: 4, target: '../real' },
        { path: 'absolute', flags: 4, target: '/etc/passwd' },
        { path: 'climbing', flags: 4, target: '../../../etc/passwd' },
        { path: 'real/deep/top', flags: 4, target: '../..' },
        { path: 'chained', flags: 4, target: 'real/deep/top/../../../etc/passwd' },
        { path: 'gate', flags: 4, target: '..' },
        { path: 'gate/inside' },
      ]),
      to,
    );
    expect(readlinkSync(join(to, 'HomeDomain/good'))).toBe('real/file');
    expect(lstatSync(join(to, 'HomeDomain/gate')).isDirectory()).toBe(true);
    expect(readFileSync(join(to, 'HomeDomain/gate/inside'), 'utf8')).toBe('content of gate/inside');
    for (const [path] of treeOf(to)) {
      const full = join(to, path);
      if (!lstatSync(full).isSymbolicLink()) continue;
      expect(readlinkSync(full)).not.toMatch(/^\/|[^./].*\.\./);
    }
    expect(done.links.map(({ path }) => path)).toEqual(expect.arrayContaining(['absolute', 'climbing', 'gate']));
  });

  it('keeps names apart that some disks take for one', async () => {
    const to = join(dir, 'case');
    const rows = [
      { path: 'Photo.jpg' },
      { path: 'photo.JPG' },
      { path: 'PHOTO.jpg' },
      { path: 'e\u0301' },
      { path: '\u00e9' },
    ];
    const done = await extracted(folderOf(rows), to);
    const found = filesIn(join(to, 'HomeDomain'));
    expect(found.size).toBe(5);
    expect(new Set([...found.keys()].map((name) => name.normalize('NFC').toLowerCase())).size).toBe(5);
    expect(done.renamed).toHaveLength(3);
  });

  it('takes content by the ids it has, and those that are none lead nowhere', async () => {
    const folder = folderOf([{ path: 'good' }, { path: 'evil' }, { path: 'none' }], (db) => {
      db.prepare("UPDATE Files SET fileID = '../../../../../../etc/passwd' WHERE relativePath = 'evil'").run();
      db.prepare("UPDATE Files SET fileID = zeroblob(20) WHERE relativePath = 'none'").run();
    });
    const to = join(dir, 'ids');
    const done = await extracted(folder, to);
    expect([...filesIn(join(to, 'HomeDomain')).keys()]).toEqual(['good']);
    expect(done.failed.map(({ path }) => path).sort()).toEqual(['evil', 'none']);
  });

  it('with giant values is named, not loaded', async () => {
    const folder = folderOf([{ path: 'good' }, { path: 'huge' }, { path: 'odd' }], (db) => {
      db.prepare("UPDATE Files SET file = zeroblob(300000000) WHERE relativePath = 'huge'").run();
      db.prepare("UPDATE Files SET file = x'62706c697374303000' WHERE relativePath = 'odd'").run();
    });
    const before = process.memoryUsage().rss;
    const done = await extracted(folder, join(dir, 'giant'));
    expect(done.files).toBe(3);
    expect(process.memoryUsage().rss - before).toBeLessThan(250e6);
  });
});

describe('a folder that is not empty', () => {
  it('keeps what it has', async () => {
    const to = join(dir, 'full');
    mkdirSync(join(to, 'HomeDomain'), { recursive: true });
    writeFileSync(join(to, 'HomeDomain/a.txt'), 'mine');
    writeFileSync(join(to, 'SHA256SUMS'), 'mine too');
    const folder = folderOf([{ path: 'a.txt' }, { path: 'b.txt' }]);
    const done = await extracted(folder, to);
    expect(Object.fromEntries(filesIn(to))).toMatchObject({
      'HomeDomain/a.txt': 'mine',
      'HomeDomain/a (2).txt': 'content of a.txt',
      'HomeDomain/b.txt': 'content of b.txt',
      SHA256SUMS: 'mine too',
    });
    expect(done.renamed).toEqual([{ domain: 'HomeDomain', path: 'a.txt', name: 'HomeDomain/a (2).txt' }]);
    await expect(extracted(folder, join(folder, 'inside'))).rejects.toMatchObject({ code: 'export/target-in-vault' });
  });

  it('takes only what was asked for', async () => {
    const folder = folderOf([
      { path: 'a/b.txt' },
      { path: 'a/c.jpg' },
      { path: 'a.txt' },
      { path: 'a/b.txt', domain: 'X' },
    ]);
    const names = async (request: { domain?: string; path?: string }) => {
      made += 1;
      const to = join(dir, `asked-${made}`);
      const { sums } = await extracted(folder, to, request);
      return [...filesIn(to).keys()].filter((name) => name !== sums).sort();
    };
    expect(await names({ domain: 'X' })).toEqual(['X/a/b.txt']);
    expect(await names({ path: 'a/*.txt' })).toEqual(['HomeDomain/a/b.txt', 'X/a/b.txt']);
    expect(await names({ domain: 'HomeDomain', path: 'a' })).toEqual(['HomeDomain/a/b.txt', 'HomeDomain/a/c.jpg']);
    await expect(names({ path: 'nothing' })).rejects.toMatchObject({ code: 'browse/no-such-file' });
  });

  it('loses nothing when a file cannot be read, and says which', async () => {
    const folder = folderOf([
      { path: 'a' },
      { path: 'gone' },
      { path: 'empty', content: '' },
      { path: 'hollow', content: '', size: 5 },
    ]);
    const { backup } = await openBackupFolder(folder, join(dir, 'work'), null);
    await using opened = backup;
    const gone = opened.file('HomeDomain', 'gone');
    if (gone === null) throw new Error('no file');
    rmSync(join(folder, gone.fileId.slice(0, 2), gone.fileId));
    const to = join(dir, 'losses');
    const done = await extractFiles(opened, { directory: to });
    expect(done.failed.map(({ path }) => path).sort()).toEqual(['gone', 'hollow']);
    expect([...filesIn(join(to, 'HomeDomain')).keys()].sort()).toEqual(['a', 'empty']);
  });

  it('stops when it is told to, and leaves no half file', async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => ({ path: `f${at}`, content: 'x'.repeat(5000) }));
    const { backup } = await openBackupFolder(folderOf(rows), join(dir, 'work'), null);
    await using opened = backup;
    const stop = new AbortController();
    const to = join(dir, 'stopped');
    const onProgress = () => stop.abort();
    await expect(extractFiles(opened, { directory: to }, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const found = filesIn(to);
    expect(found.size).toBeLessThan(3000);
    for (const [name, content] of found) expect(content.length, name).toBe(5000);
    expect(existsSync(join(to, 'SHA256SUMS'))).toBe(false);
  });
});
