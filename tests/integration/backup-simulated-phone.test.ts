import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const SCALE = vi.hoisted(() => {
  // Both processes: three minutes at the passcode screen become two seconds.
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.01';
  return '0.01';
});

import { readInfoPlist } from '../../src/main/engine/formats/index.ts';
import { dataAt, dictAt, dictOf } from '../../src/main/engine/formats/plist/index.ts';
import type { Snapshot } from '../../src/main/engine/vault/index.ts';
import { type ErrorCode, isBackstopError } from '../../src/shared/errors/index.ts';
import { BackupWorld } from '../support/backup-world.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';

/** Whole backups of the simulated phone over real sockets: what the other phone cannot do, and what it does differently. */

const PASSWORD = 'Pässwörd 1';

let phone: SimulatorProcess;
let world: BackupWorld;
let dir: string;

async function start(...args: string[]): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'backstop-simulated-'));
  phone = await startSimulatorProcess({
    args: ['--files', '300', '--bytes', '6M', '--seed', '11', '--passcode-delay', '1', ...args],
    env: { PHONE_PASSWORD: PASSWORD, BACKSTOP_TIMEOUT_SCALE: SCALE },
  });
  world = new BackupWorld(phone.address);
  await world.pair();
}

async function stop(): Promise<void> {
  await world[Symbol.asyncDispose]();
  await phone.stop();
  rmSync(dir, { recursive: true, force: true });
}

interface Truth {
  readonly files: ReadonlyArray<{ readonly fileId: string; readonly sha256: string }>;
}

async function truth(): Promise<Map<string, string>> {
  const file = join(dir, 'truth.json');
  await phone.command({ cmd: 'truth', file });
  const { files } = JSON.parse(readFileSync(file, 'utf8')) as Truth;
  return new Map(files.map(({ fileId, sha256 }) => [fileId, sha256]));
}

/** What an unencrypted backup leaves out is not in its list of files either; everything in the list is as on the phone. */
async function expectSameAsPhone(snapshot: Snapshot): Promise<void> {
  const onPhone = await truth();
  const listed = (await world.manifestOf(snapshot)).filter(({ flags }) => flags === 1).map(({ fileId }) => fileId);
  expect(listed.length).toBeGreaterThan(onPhone.size * 0.9);
  const { files } = await world.contentOf(snapshot);
  expect(files).toEqual(new Map(listed.map((fileId) => [fileId, onPhone.get(fileId)])));
}

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'no error'> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    if (isBackstopError(error)) return error.code;
    throw error;
  }
}

/** What hosts posted, in order. */
async function posted(): Promise<readonly string[]> {
  const answer = await phone.command({ cmd: 'report' });
  return JSON.stringify(answer).match(/com\.apple\.itunes-mobdev\.sync\w+/g) ?? [];
}

async function infoOf(snapshot: Snapshot) {
  await using view = await (await world.vault()).view(snapshot);
  const top = view.top('Info.plist');
  if (top === null) throw new Error('no Info.plist');
  return readInfoPlist(await view.readWhole(top, 1e8));
}

describe('a backup of the simulated phone', () => {
  afterEach(stop);

  it('holds the same bytes as the phone, in the first run and in an incremental one', async () => {
    await start();
    const first = await world.backup({ unencrypted: true });
    await expectSameAsPhone(first.snapshot);
    await phone.command({
      cmd: 'mutate',
      delete: { photos: 3, messages: 2 },
      add: { photos: 4, contacts: 1 },
      edit: { notes: 1 },
    });
    const second = await world.backup({ unencrypted: true });
    expect(second.snapshot.record.full).toBe(false);
    await expectSameAsPhone(second.snapshot);
    const third = await world.backup({ unencrypted: true, full: true });
    expect(third.snapshot.record.full).toBe(true);
    await expectSameAsPhone(third.snapshot);
  });

  it('is encrypted with the phone’s own password, and its list of files opens with it', async () => {
    await start('--encrypted', '--password-env', 'PHONE_PASSWORD');
    const first = await world.backup();
    expect(first.snapshot.record.encrypted).toBe(true);
    await phone.command({ cmd: 'mutate', percent: 5 });
    const second = await world.backup();
    const rows = await world.manifestOf(second.snapshot, PASSWORD);
    const ids = rows.filter(({ flags }) => flags === 1).map(({ fileId }) => fileId);
    expect(ids.sort()).toEqual([...(await truth()).keys()].sort());
    const { files } = await world.contentOf(second.snapshot);
    for (const id of ids) expect(files.has(id), id).toBe(true);
  });

  it('tells of the passcode screen as a phase of its own', async () => {
    await start('--passcode-delay', '300');
    await world.backup({ unencrypted: true });
    const codes = world.noticeCodes().filter((code) => code.startsWith('passcode'));
    expect(codes.at(-1)).toBe('passcode-entered');
    expect(world.notices.find(({ code, data }) => code === 'passcode-asked' && data['certain'] === true)).toBeDefined();
    expect(world.phases()).toEqual(expect.arrayContaining(['waiting-for-passcode', 'preparing', 'receiving']));
  });

  it('describes the phone in Info.plist as Apple’s host does', async () => {
    await start();
    const done = await world.backup({ unencrypted: true });
    const info = await infoOf(done.snapshot);
    expect(info.deviceName).toBe(phone.phones[0]?.name);
    expect(info.uniqueIdentifier).toBe(phone.udid.toUpperCase());
    expect(info.guid).toMatch(/^[0-9A-F]{32}$/);
    expect(info.installedApplications?.length).toBeGreaterThan(0);
    const apps = Object.values(info.applications ?? {}).map((app) => dictOf(app));
    expect(apps.length).toBeGreaterThan(0);
    for (const app of apps) {
      expect(dataAt(app, 'ApplicationSINF')).toBeDefined();
      expect(dataAt(app, 'iTunesMetadata')).toBeDefined();
    }
    expect(apps.some((app) => dataAt(app, 'PlaceholderIcon') !== undefined)).toBe(true);
    expect(dictAt(info.raw, 'iTunes Settings')).toBeDefined();
    expect(world.noticeCodes()).not.toContain('info-incomplete');
  });

  it('works over Wi-Fi, with its heartbeat', async () => {
    await start('--wifi');
    await phone.command({ cmd: 'detach', via: 'usb' });
    const done = await world.backup({ unencrypted: true });
    await expectSameAsPhone(done.snapshot);
  });
});

describe('the simulated phone in trouble', () => {
  beforeAll(async () => {
    await start();
    await world.backup({ unencrypted: true });
  });
  afterAll(stop);
  afterEach(async () => {
    await phone.command({ cmd: 'fault', kind: 'clear' });
    await phone.command({ cmd: 'passcode', answer: 'ok' });
  });

  async function expectHarmless(...codes: ErrorCode[]): Promise<void> {
    await phone.command({ cmd: 'mutate', percent: 20 });
    const before = await world.snapshots();
    expect(codes).toContain(await codeOf(world.backup({ unencrypted: true })));
    expect(await world.snapshots()).toEqual(before);
    await phone.command({ cmd: 'fault', kind: 'clear' });
    await phone.command({ cmd: 'passcode', answer: 'ok' });
    const next = await world.backup({ unencrypted: true });
    await expectSameAsPhone(next.snapshot);
    expect((await posted()).at(-1)).toBe('com.apple.itunes-mobdev.syncDidFinish');
  }

  it.each(['deny', 'ignore'])('a passcode that is not entered (%s) was asked for, not answered', async (answer) => {
    await phone.command({ cmd: 'passcode', answer });
    await expectHarmless('backup/passcode-not-entered');
  });

  it('the cancel button on the phone', async () => {
    await phone.command({ cmd: 'passcode', answer: 'ignore' });
    world.progress.length = 0;
    const running = expectHarmless('backup/cancelled-on-phone');
    await vi.waitFor(() => expect(world.phases()).toContain('waiting-for-passcode'), { timeout: 20_000, interval: 5 });
    await phone.command({ cmd: 'notify', name: 'com.apple.itunes-client.syncCancelRequest' });
    await running;
  });

  const faults: ReadonlyArray<{
    readonly name: string;
    readonly fault: Readonly<Record<string, unknown>>;
    readonly codes: readonly ErrorCode[];
  }> = [
    {
      name: 'a dropped connection among the moves',
      fault: { kind: 'backup-drop', at: { message: 'DLMessageMoveItems' } },
      codes: ['backup/connection-lost'],
    },
    {
      name: 'a dropped connection at the removals',
      fault: { kind: 'backup-drop', at: { message: 'DLMessageRemoveItems' } },
      codes: ['backup/connection-lost'],
    },
    {
      name: 'a dropped connection inside a file',
      fault: { kind: 'backup-drop-in-file', at: { bytes: 10_000 } },
      codes: ['backup/connection-lost'],
    },
    {
      name: 'noise',
      fault: { kind: 'backup-garbage', at: { message: 'DLMessageUploadFiles' } },
      codes: ['device/bad-message', 'backup/connection-lost'],
    },
    { name: 'a name of 2 GB', fault: { kind: 'backup-name-length' }, codes: ['device/bad-message'] },
    {
      name: 'a name that climbs',
      fault: { kind: 'backup-hostile-names', names: ['../../evil'] },
      codes: ['device/hostile-path', 'backup/hostile-path'],
    },
    {
      name: 'a status that is not finished',
      fault: { kind: 'backup-status', state: 'moving' },
      codes: ['backup/not-finished'],
    },
    { name: 'unfinished files left behind', fault: { kind: 'backup-leave-snapshot' }, codes: ['backup/not-finished'] },
    { name: 'error 1', fault: { kind: 'backup-final-error', code: 1 }, codes: ['backup/phone-error'] },
    { name: 'a busy sync lock', fault: { kind: 'afc-lock-busy' }, codes: ['backup/sync-busy'] },
    {
      name: 'the cable',
      fault: { kind: 'detach', at: { service: 'com.apple.mobilebackup2', bytes: 60_000 }, reattachAfterMs: 1 },
      codes: ['backup/connection-lost'],
    },
  ];
  it.each(faults)('$name', async ({ fault, codes }) => {
    await phone.command({ cmd: 'fault', ...fault });
    await expectHarmless(...codes);
  });

  it('XML, other spellings, extra elements and unknown messages are no trouble', async () => {
    for (const kind of ['backup-xml', 'backup-files-spelling', 'backup-extra-elements']) {
      await phone.command({ cmd: 'fault', kind });
    }
    await phone.command({ cmd: 'fault', kind: 'backup-unknown', at: { message: 3 }, times: 1 });
    await phone.command({ cmd: 'mutate', percent: 20 });
    const done = await world.backup({ unencrypted: true });
    await expectSameAsPhone(done.snapshot);
  });

  it('a phone whose encryption is forced by a profile is not backed up without it', async () => {
    await phone.command({ cmd: 'managed', requiresEncryption: true });
    expect(await codeOf(world.backup({ unencrypted: true }))).toBe('backup/encryption-forced');
    await phone.command({ cmd: 'managed', requiresEncryption: false });
  });

  it('a file that the phone cannot read is named with the version', async () => {
    await phone.command({ cmd: 'fault', kind: 'backup-unreadable', path: 'DCIM' });
    const done = await world.backup({ unencrypted: true, full: true });
    expect(done.notSent.length).toBeGreaterThan(0);
    expect(world.noticeCodes()).toContain('not-sent');
  });
});
