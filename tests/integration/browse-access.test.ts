import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Keyring, ManifestCache, openFolderBackup, openSnapshotBackup } from '../../src/main/engine/browse/index.ts';
import { exportSnapshot } from '../../src/main/engine/export/index.ts';
import { MemorySecrets } from '../../src/main/engine/platform/index.ts';
import type { Snapshot } from '../../src/main/engine/vault/index.ts';
import { BackupWorld } from '../support/backup-world.ts';
import { openBackupFolder, openBackupVersion, sumsOf, treeOf } from '../support/browse/open-options.ts';
import { OtherPhone, whyNoOtherPhone } from '../support/other-phone/other-phone.ts';
import { startSimulatorProcess } from '../support/simulator-process.ts';

/** Versions and backup folders, opened with their password and without a trace. */

const PASSWORD = 'Pässwörd 1';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-access-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Truth {
  readonly files: ReadonlyArray<{ readonly fileId: string; readonly sha256: string }>;
  readonly items: { readonly messages: ReadonlyArray<{ readonly text?: string | null }> };
}

/** Backs a simulated phone up, and exports the version. */
async function encryptedPhone(name: string, files: number, bytes: string) {
  const truthFile = join(dir, `${name}-truth.json`);
  await using phone = await startSimulatorProcess({
    args: [
      ...['--files', `${files}`, '--bytes', bytes, '--seed', '5', '--passcode-delay', '1', '--truth', truthFile],
      ...['--encrypted', '--password-env', 'PHONE_PASSWORD'],
    ],
    env: { PHONE_PASSWORD: PASSWORD },
  });
  const world = new BackupWorld(phone.address);
  await world.pair();
  await world.backup();
  const [snapshot] = await world.snapshots();
  if (snapshot === undefined) throw new Error('no version');
  const truth = JSON.parse(readFileSync(truthFile, 'utf8')) as Truth;
  return { world, snapshot, truth, sums: new Map(truth.files.map(({ fileId, sha256 }) => [fileId, sha256])) };
}

async function exported(world: BackupWorld, snapshot: Snapshot, to: string): Promise<string> {
  const vault = await world.vault();
  await using view = await vault.view(snapshot);
  const { udid } = snapshot.record;
  const request = { view, udid, directory: to, vaultDirectory: world.vaultDir, bytes: snapshot.record.bytes };
  return (await exportSnapshot(request)).path;
}

describe('an encrypted backup of 5,000 files', () => {
  let phone: Awaited<ReturnType<typeof encryptedPhone>>;
  let folder: string;
  beforeAll(async () => {
    phone = await encryptedPhone('large', 5000, '60M');
    folder = await exported(phone.world, phone.snapshot, join(dir, 'exported'));
  });
  afterAll(() => phone.world[Symbol.asyncDispose]());
  const work = () => join(dir, 'work');

  it('opens in the vault, and every file is as on the phone', async () => {
    await using backup = await openBackupVersion(await phone.world.vault(), phone.snapshot, work(), PASSWORD);
    expect(await sumsOf(backup)).toEqual(phone.sums);
    expect(phone.sums.size).toBeGreaterThan(4900);
    const totals = backup.domains();
    expect(totals.reduce((sum, { files }) => sum + files, 0)).toBe(phone.sums.size);
    expect(backup.facts).toMatchObject({ isEncrypted: true, udid: phone.snapshot.record.udid });
  });

  it('opens as a folder that nothing is written to, however it is protected', async () => {
    const before = treeOf(folder);
    for (const path of before.keys()) chmodSync(join(folder, path), path.includes('/') ? 0o400 : 0o500);
    const locked = treeOf(folder);
    {
      const { backup, warnings } = await openBackupFolder(folder, work(), PASSWORD);
      await using opened = backup;
      expect(warnings).toEqual([]);
      expect(await sumsOf(opened)).toEqual(phone.sums);
      using messages = await opened.openDatabase('HomeDomain', 'Library/SMS/sms.db');
      const count = messages?.db.prepare('SELECT count(*) FROM message').pluck().get();
      expect(Number(count)).toBeGreaterThanOrEqual(phone.truth.items.messages.length);
    }
    expect(treeOf(folder)).toEqual(locked);
    for (const path of before.keys()) chmodSync(join(folder, path), 0o700);
  });

  it('reads from within files, as much as is asked for', async () => {
    const { backup } = await openBackupFolder(folder, work(), PASSWORD);
    await using opened = backup;
    const files = [...opened.files({ domain: 'CameraRollDomain' })].filter(({ kind }) => kind === 'file');
    const largest = files.reduce((a, b) => ((b.sizeBytes ?? 0) > (a.sizeBytes ?? 0) ? b : a));
    for (const file of [largest, ...files.slice(0, 20)]) {
      const whole = await opened.readWhole(file, 1e9);
      for (const [offset, length] of [
        [0, 1],
        [0, 16],
        [15, 2],
        [16, 16],
        [17, 1000],
        [whole.length - 5, 100],
        [1, 1e9],
      ]) {
        const [from = 0, many = 0] = [offset, length];
        if (from < 0) continue;
        const expected = whole.subarray(from, from + many);
        expect(Buffer.compare(await opened.readRange(file, from, many), expected), `${file.path} ${from}+${many}`).toBe(
          0,
        );
      }
    }
  });

  it('is refused without the password or with another one', async () => {
    await expect(openBackupFolder(folder, work(), null)).rejects.toMatchObject({ code: 'browse/password-needed' });
    await expect(openBackupFolder(folder, work(), 'wrong')).rejects.toMatchObject({ code: 'browse/wrong-password' });
    const wrong = openBackupVersion(await phone.world.vault(), phone.snapshot, work(), 'wrong');
    await expect(wrong).rejects.toMatchObject({ code: 'browse/wrong-password' });
  });

  it('asks for the password once, until it is locked', async () => {
    let asked = 0;
    const keyring = new Keyring();
    const askPassword = async () => {
      asked += 1;
      return PASSWORD;
    };
    const options = { keyring, askPassword, workFolder: work() };
    for (let time = 0; time < 3; time += 1)
      await (await openFolderBackup(folder, options)).backup[Symbol.asyncDispose]();
    expect(asked).toBe(1);
    keyring.lock();
    await (await openFolderBackup(folder, options)).backup[Symbol.asyncDispose]();
    expect(asked).toBe(2);
  });

  it('opens a second time from the cache, which shows nothing to others', async () => {
    const cacheFolder = join(dir, 'cache');
    const cache = new ManifestCache(cacheFolder, new MemorySecrets());
    const options = { keyring: new Keyring(), askPassword: async () => PASSWORD, workFolder: work(), cache };
    const vault = await phone.world.vault();
    const open = {
      version: async () => openSnapshotBackup(await vault.view(phone.snapshot), options),
      folder: async () => (await openFolderBackup(folder, options)).backup,
    };
    for (const [name, again] of Object.entries(open)) {
      const first = await again();
      const totals = first.domains();
      await first[Symbol.asyncDispose]();
      expect(holding(cacheFolder, []), name).toEqual([]);
      await using second = await again();
      expect(second.domains(), name).toEqual(totals);
      expect(await sumsOf(second), name).toEqual(phone.sums);
    }
    expect(readdirSync(cacheFolder)).toHaveLength(2);
    await cache.forget();
    expect(existsSync(cacheFolder)).toBe(false);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const options = { keyring: new Keyring(), workFolder: work(), signal: stop.signal };
    const opening = openFolderBackup(folder, {
      ...options,
      askPassword: async () => {
        stop.abort();
        return PASSWORD;
      },
    });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('opens through a link, and says what is odd about it', async () => {
    const copy = join(dir, 'copy');
    cpSync(folder, copy, { recursive: true });
    const link = join(dir, 'link');
    symlinkSync(copy, link);
    mkdirSync(join(copy, 'Snapshot'));
    rmSync(join(copy, 'Status.plist'));
    // Old tools put every payload at the top.
    const shards = readdirSync(copy).filter((name) => /^[0-9a-f]{2}$/.test(name));
    for (const shard of shards.slice(0, 100)) {
      for (const id of readdirSync(join(copy, shard))) renameSync(join(copy, shard, id), join(copy, id));
    }
    const { backup, warnings } = await openBackupFolder(link, work(), PASSWORD);
    await using opened = backup;
    expect(warnings).toHaveLength(2);
    expect(await sumsOf(opened)).toEqual(phone.sums);
    rmSync(copy, { recursive: true });
  });

  it('says which file it does not hold, and which it cannot read', async () => {
    const copy = join(dir, 'holes');
    cpSync(folder, copy, { recursive: true });
    const { backup } = await openBackupFolder(copy, work(), PASSWORD);
    await using opened = backup;
    const [first, second] = [...opened.files({ domain: 'CameraRollDomain' })].filter(
      ({ kind, sizeBytes }) => kind === 'file' && (sizeBytes ?? 0) > 100,
    );
    if (first === undefined || second === undefined) throw new Error('no files');
    rmSync(join(copy, first.fileId.slice(0, 2), first.fileId));
    const stored = join(copy, second.fileId.slice(0, 2), second.fileId);
    writeFileSync(stored, readFileSync(stored).subarray(0, -5));
    expect(opened.hasContent(first)).toBe(false);
    await expect(opened.readWhole(first, 1e9)).rejects.toMatchObject({ code: 'browse/no-content' });
    await expect(opened.readWhole(second, 1e9)).rejects.toMatchObject({ code: 'browse/unreadable-file' });
    await expect(opened.readWhole(second, 10)).rejects.toMatchObject({ code: 'browse/too-large' });
    rmSync(copy, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')('leaves nothing readable behind when it is killed', async () => {
    const texts = phone.truth.items.messages
      .map(({ text }) => text ?? '')
      .filter((text) => /^[ -~]{24,}$/.test(text))
      .slice(0, 20);
    expect(texts.length).toBeGreaterThan(5);
    const home = join(dir, 'killed');
    const places = ['work', 'tmp', 'home'].map((name) => join(home, name));
    for (const place of places) mkdirSync(place, { recursive: true });
    const [workFolder = '', tmp = '', user = ''] = places;
    const child: ChildProcess = spawn(
      process.execPath,
      [
        join(import.meta.dirname, '../support/browse/opened-in-child.ts'),
        folder,
        workFolder,
        'HomeDomain/Library/SMS/sms.db',
        'AppDomainGroup-group.com.apple.notes/NoteStore.sqlite',
        'CameraRollDomain/Media/PhotoData/Photos.sqlite',
      ],
      {
        env: {
          PATH: process.env['PATH'],
          BACKSTOP_PASSWORD: PASSWORD,
          TMPDIR: tmp,
          SQLITE_TMPDIR: tmp,
          HOME: user,
          BACKSTOP_HOME: user,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      if (child.stdout === null) throw new Error('no output');
      const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
      expect(JSON.parse(String(value))).toEqual([true, true, true]);
      expect(holding(home, texts)).toEqual([]);
      // The search would find them: they are in files without names that only this process has open.
      if (process.platform === 'linux') expect(openFilesHold(child.pid ?? 0, texts)).toBe(true);
    } finally {
      child.kill('SIGKILL');
    }
    await once(child, 'exit');
    expect(holding(home, texts)).toEqual([]);
    expect(readdirSync(workFolder)).toEqual([]);
  });
});

/** Files below a folder that hold one of the texts, or the names of the phone's files. */
function holding(folder: string, texts: readonly string[]): string[] {
  const words = [...texts, 'Library/SMS/sms.db', 'CameraRollDomain'].map((text) => Buffer.from(text));
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const bytes = readFileSync(path);
      return words.some((word) => bytes.includes(word));
    });
}

function openFilesHold(pid: number, texts: readonly string[]): boolean {
  const words = texts.map((text) => Buffer.from(text));
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => `/proc/${pid}/fd/${fd}`)
    .filter((path) => readlinkSync(path).endsWith(' (deleted)'))
    .some((path) => {
      const bytes = readFileSync(path);
      return words.some((word) => bytes.includes(word));
    });
}

const why = whyNoOtherPhone();
if (why !== null) console.warn(`SKIPPED: backups of the other phone, because ${why}`);

describe.skipIf(why !== null)('an encrypted backup of the other phone', () => {
  it('opens with its password, refuses another, and gives every file as it is on the phone', async () => {
    const password = 'Geheim 7';
    const home = join(dir, 'other');
    mkdirSync(home);
    await using phone = await OtherPhone.start({ dir: home, files: 200, password });
    await using world = new BackupWorld(phone.address);
    await world.pair();
    await world.backup();
    const [snapshot] = await world.snapshots();
    if (snapshot === undefined) throw new Error('no version');
    const work = join(home, 'work');
    const vault = await world.vault();
    await expect(openBackupVersion(vault, snapshot, work, 'geheim 7')).rejects.toMatchObject({
      code: 'browse/wrong-password',
    });
    await using backup = await openBackupVersion(vault, snapshot, work, password);
    expect(await sumsOf(backup)).toEqual(await phone.truth());
  });
});

describe('what is no backup', () => {
  it('is said to be none, in words', async () => {
    const work = join(dir, 'work');
    const cases: Array<[string, () => void, string, RegExp]> = [
      ['absent', () => undefined, 'browse/not-a-backup', /no such folder/],
      ['empty', () => mkdirSync(join(dir, 'empty')), 'browse/not-a-backup', /no Manifest\.plist/],
      ['file', () => writeFileSync(join(dir, 'file'), 'x'), 'browse/not-a-backup', /it is a file/],
      [
        'many',
        () => {
          mkdirSync(join(dir, 'many/one'), { recursive: true });
          writeFileSync(join(dir, 'many/one/Manifest.plist'), 'x');
        },
        'browse/not-a-backup',
        /it holds one/,
      ],
      [
        'ios3',
        () => {
          mkdirSync(join(dir, 'ios3'));
          writeFileSync(join(dir, 'ios3/Manifest.plist'), PLAIN);
          writeFileSync(join(dir, 'ios3/Manifest.mbdx'), 'x');
        },
        'browse/unsupported-backup',
        /./,
      ],
      [
        'listless',
        () => {
          mkdirSync(join(dir, 'listless'));
          writeFileSync(join(dir, 'listless/Manifest.plist'), PLAIN);
        },
        'browse/not-a-backup',
        /no Manifest\.db/,
      ],
    ];
    for (const [name, make, code, reason] of cases) {
      make();
      const error = await openBackupFolder(join(dir, name), work, null).catch((caught: unknown) => caught);
      expect(error, name).toMatchObject({ code });
      expect(JSON.stringify((error as { data: unknown }).data), name).toMatch(reason);
    }
    expect(existsSync(work) ? readdirSync(work) : []).toEqual([]);
  });
});

const PLAIN = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>IsEncrypted</key><false/></dict></plist>`;
