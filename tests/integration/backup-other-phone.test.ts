import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  // Pauses and hints in hundredths; the other phone answers within milliseconds.
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.05';
});

import { changeEncryption, readEncryption } from '../../src/main/engine/backup/index.ts';
import { type ErrorCode, isBackstopError } from '../../src/shared/errors/index.ts';
import { BackupWorld } from '../support/backup-world.ts';
import { OtherPhone, whyNoOtherPhone } from '../support/other-phone/other-phone.ts';

/**
 * Whole backups of the second simulated iPhone, which was written by other hands from the protocol's description alone.
 */

const why = whyNoOtherPhone();
if (why !== null) console.warn(`SKIPPED: backups of the other phone, because ${why}`);

let dir: string;
let phone: OtherPhone;
let world: BackupWorld;

async function stop(): Promise<void> {
  await world[Symbol.asyncDispose]();
  await phone[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
}

async function start(options: { readonly files?: number; readonly password?: string } = {}): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'backstop-other-'));
  phone = await OtherPhone.start({ dir, ...options });
  world = new BackupWorld(phone.address);
  await world.pair();
}

/** The code that the work ends with. */
async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'no error'> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    if (isBackstopError(error)) return error.code;
    throw error;
  }
}

async function expectSameAsPhone(): Promise<void> {
  const newest = (await world.snapshots()).at(-1);
  if (newest === undefined) throw new Error('no version');
  const { files, tops } = await world.contentOf(newest);
  expect(files).toEqual(await phone.truth());
  expect(tops.filter((name) => !name.endsWith('/')).sort()).toEqual([
    'Info.plist',
    'Manifest.db',
    'Manifest.plist',
    'Status.plist',
  ]);
}

/** Nothing is left on this computer or in the vault of a session that is over. */
function expectNoLeavings(): void {
  const sessions = join(world.stateDir, 'backup', 'sessions');
  expect(readdirSync(sessions).filter((name) => !name.startsWith('folder.lock'))).toEqual([]);
  expect(readdirSync(join(world.vaultDir, 'tmp'))).toEqual([]);
  expect(readdirSync(join(world.vaultDir, 'leases'))).toEqual([]);
}

async function expectReleased(): Promise<void> {
  const report = await phone.command({ cmd: 'report' });
  expect(report['locked']).toBe(false);
  expect((report['posted'] as string[]).at(-1)).toBe('com.apple.itunes-mobdev.syncDidFinish');
}

describe.skipIf(why !== null)('a backup of the other phone', () => {
  afterEach(stop);

  it('is whole, and an incremental one sends and stores only what changed', async () => {
    await start({ files: 200 });
    const first = await world.backup({ unencrypted: true });
    expect(first).toMatchObject({ fullReason: null, notSent: [], recovered: [], wasAnswered: true });
    expect(first.snapshot.record).toMatchObject({ full: true, encrypted: false, files: 200, parent: null });
    expect(world.phases()).toEqual([
      'recovering',
      'connecting',
      'preparing',
      'receiving',
      'moving',
      'verifying-on-phone',
      'committing',
    ]);
    await expectSameAsPhone();
    await expectReleased();
    expectNoLeavings();
    const begun = phone.said.find(({ type }) => type === 'backup');
    expect(begun).toMatchObject({ lock: true, options: {} });

    await phone.command({ cmd: 'mutate', percent: 5 });
    const second = await world.backup({ unencrypted: true });
    expect(second.snapshot.record).toMatchObject({ full: false, parent: first.snapshot.id });
    expect(second.snapshot.record.newBytes).toBeLessThan(first.snapshot.record.newBytes / 2);
    expect(phone.said.at(-1)).toMatchObject({ type: 'done', full: false });
    await expectSameAsPhone();

    const third = await world.backup({ unencrypted: true });
    expect(third.snapshot.record.files).toBe(second.snapshot.record.files);
    await expectSameAsPhone();
    const guids = await Promise.all([first, second, third].map(({ snapshot }) => infoGuid(snapshot)));
    expect(new Set(guids).size).toBe(1);
  });

  it('is a full one when asked for, and still holds everything', async () => {
    await start();
    await world.backup({ unencrypted: true });
    const full = await world.backup({ unencrypted: true, full: true });
    expect(full.fullReason).toBe('it was asked for');
    expect(full.snapshot.record).toMatchObject({ full: true });
    expect(phone.said.filter(({ type }) => type === 'backup').at(-1)).toMatchObject({
      options: { ForceFullBackup: true },
    });
    await expectSameAsPhone();
  });

  it('is encrypted by default: says what would be missing, and turns encryption on with the password it is given', async () => {
    await start();
    expect(await codeOf(world.backup())).toBe('backup/password-needed');
    expect(world.notices[0]?.code).toBe('encryption-off');
    expect(world.notices[0]?.data['missing']).toContain('call history');
    expect(await world.snapshots()).toEqual([]);

    await world.backup({ unencrypted: true });
    const asked: string[] = [];
    const done = await world.backup({
      askPassword: async (purpose) => {
        asked.push(purpose);
        return 'päss';
      },
    });
    expect(asked).toEqual(['new-backup-password']);
    expect(world.noticeCodes()).toEqual(
      expect.arrayContaining(['encryption-off', 'encryption-turning-on', 'encryption-on', 'full-because']),
    );
    expect(done.snapshot.record).toMatchObject({ encrypted: true, full: true });
    expect(done.fullReason).toContain('encryption was turned on');
    const rows = await world.manifestOf(done.snapshot, 'päss');
    expect(rows.filter(({ flags }) => flags === 1)).toHaveLength((await phone.truth()).size);

    expect(await codeOf(world.backup({ unencrypted: true }))).toBe('backup/unencrypted-not-possible');
    await phone.command({ cmd: 'mutate', percent: 5 });
    expect((await world.backup()).snapshot.record).toMatchObject({ encrypted: true, full: false });
  });

  it('can be stopped within a message, and the phone is told', async () => {
    await start({ files: 300 });
    await world.backup({ unencrypted: true });
    await phone.command({ cmd: 'mutate', percent: 80 });
    const stop = new AbortController();
    const running = world.backup({ unencrypted: true, signal: stop.signal });
    await vi.waitFor(() => expect(world.phases()).toContain('receiving'), { timeout: 20_000, interval: 5 });
    stop.abort(new Error('enough'));
    expect(await codeOf(running)).toBe('backup/cancelled');
    expect(await world.snapshots()).toHaveLength(1);
    await expectReleased();
    expectNoLeavings();
    await world.backup({ unencrypted: true });
    await expectSameAsPhone();
  });

  it('does not run twice at once for one phone', async () => {
    await start();
    const both = await Promise.all([
      codeOf(world.backup({ unencrypted: true })),
      codeOf(world.backup({ unencrypted: true })),
    ]);
    expect(both.sort()).toEqual(['no error', 'vault/device-busy']);
    expect(await world.snapshots()).toHaveLength(1);
  });

  it('begins anew, and says why, when the newest version is damaged', async () => {
    await start();
    const first = await world.backup({ unencrypted: true });
    await world.closeVault();
    const [pack] = first.snapshot.record.packsAdded;
    for (const folder of readdirSync(join(world.vaultDir, 'packs'))) {
      for (const file of readdirSync(join(world.vaultDir, 'packs', folder))) {
        if (file === `${pack}.pack`) rmSync(join(world.vaultDir, 'packs', folder, file));
      }
    }
    const second = await world.backup({ unencrypted: true });
    expect(second.fullReason).not.toBeNull();
    expect(second.snapshot.record.full).toBe(true);
    await expectSameAsPhone();
  });

  it('without the phone’s last word is kept only when everything its list names is here', async () => {
    await start();
    phone.setFault({ no_response: true });
    const done = await world.backup({ unencrypted: true });
    expect(done.wasAnswered).toBe(false);
    await expectSameAsPhone();
    phone.setFault({ no_response: true, omit: 'Documents' });
    expect(await codeOf(world.backup({ unencrypted: true, full: true }))).toBe('backup/ended-without-answer');
    expect(await world.snapshots()).toHaveLength(1);
  });

  it('without the last word and encrypted needs the password to be believed', async () => {
    await start({ password: 'secret' });
    phone.setFault({ no_response: true });
    expect(await codeOf(world.backup())).toBe('backup/ended-without-answer');
    expect(await codeOf(world.backup({ askPassword: async () => 'wrong' }))).toBe('backup/ended-without-answer');
    const done = await world.backup({ askPassword: async () => 'secret' });
    expect(done.wasAnswered).toBe(false);
    await expect(world.snapshots()).resolves.toHaveLength(1);
  });

  it('names files that the phone could not read', async () => {
    await start();
    phone.setFault({ unsendable: (await anyFileId()).slice(0, 6) });
    const done = await world.backup({ unencrypted: true });
    expect(done.notSent.length).toBeGreaterThan(0);
    expect(done.notSent[0]?.reason).toContain('could not read');
    expect(world.noticeCodes()).toContain('not-sent');
  });
});

async function anyFileId(): Promise<string> {
  for (const [id] of await phone.truth()) return id;
  throw new Error('an empty phone');
}

async function infoGuid(snapshot: Parameters<BackupWorld['contentOf']>[0]): Promise<string | undefined> {
  const { readInfoPlist } = await import('../../src/main/engine/formats/index.ts');
  await using view = await (await world.vault()).view(snapshot);
  const info = view.top('Info.plist');
  return info === null ? undefined : readInfoPlist(await view.readWhole(info, 1e8)).guid;
}

describe.skipIf(why !== null)('a failed backup of the other phone ends with a name and changes nothing', () => {
  beforeAll(async () => {
    await start({ files: 120 });
    await world.backup({ unencrypted: true });
  });
  afterAll(stop);

  const faults: ReadonlyArray<{
    readonly name: string;
    readonly fault: Readonly<Record<string, unknown>>;
    readonly codes: readonly ErrorCode[];
  }> = [
    { name: 'the passcode was declined', fault: { passcode: 'deny' }, codes: ['backup/passcode-not-entered'] },
    { name: 'the service hung up at the greeting', fault: { hello: 'eof' }, codes: ['backup/service-busy'] },
    { name: 'another host held the sync lock', fault: { lock_busy: true }, codes: ['backup/sync-busy'] },
    { name: 'the connection broke before anything', fault: { at: 3 }, codes: ['backup/connection-lost'] },
    { name: 'the connection broke between uploads', fault: { at: 130 }, codes: ['backup/connection-lost'] },
    {
      name: 'the connection broke inside a file',
      fault: { drop_in_file: 4_000_000 },
      codes: ['backup/connection-lost'],
    },
    {
      name: 'the phone sent nonsense',
      fault: { at: 20, what: 'garbage' },
      codes: ['device/bad-message', 'backup/connection-lost'],
    },
    { name: 'the phone announced a message of 4 GB', fault: { at: 20, what: 'huge' }, codes: ['device/bad-message'] },
    {
      name: 'the phone announced a message of 2 GB',
      fault: { at: 20, what: 'huge', length: 0x80000000 },
      codes: ['device/bad-message'],
    },
    { name: 'error 104', fault: { at: 150, what: 'error', code: 104 }, codes: ['backup/transfer-failed'] },
    { name: 'error 106', fault: { at: 9, what: 'error', code: 106 }, codes: ['backup/phone-full'] },
    { name: 'error 105', fault: { final_code: 105 }, codes: ['backup/computer-disk-full'] },
    { name: 'error 205', fault: { final_code: 205 }, codes: ['backup/inconsistent'] },
    { name: 'error 202', fault: { final_code: 202 }, codes: ['backup/cancelled-on-phone'] },
    { name: 'an unknown error', fault: { final_code: 999 }, codes: ['backup/phone-error'] },
    { name: 'a status that is not finished', fault: { state: 'uploading' }, codes: ['backup/not-finished'] },
    { name: 'unfinished files left behind', fault: { leave_snapshot: true }, codes: ['backup/not-finished'] },
    {
      name: 'a name that climbs',
      fault: { hostile: ['../../x'] },
      codes: ['backup/hostile-path', 'device/hostile-path'],
    },
    { name: 'an absolute name', fault: { hostile: ['/tmp/x'] }, codes: ['backup/hostile-path', 'device/hostile-path'] },
    {
      name: 'a name with a NUL',
      fault: { hostile: ['a\u0000b'] },
      codes: ['backup/hostile-path', 'device/hostile-path'],
    },
    {
      name: 'a name with a backslash',
      fault: { hostile: ['a\\b'] },
      codes: ['backup/hostile-path', 'device/hostile-path'],
    },
    {
      name: 'a name with a drive',
      fault: { hostile: ['C:/x'] },
      codes: ['backup/hostile-path', 'device/hostile-path'],
    },
    { name: 'a device name', fault: { hostile: ['a/NUL.txt'] }, codes: ['backup/hostile-path', 'device/hostile-path'] },
    {
      name: 'a name of 64 KiB',
      fault: { hostile: ['repeat:65536'] },
      codes: ['device/bad-message', 'backup/hostile-path'],
    },
    {
      name: 'a move out of the folder',
      fault: { hostile_move: ['../a', '../b'] },
      codes: ['backup/hostile-path', 'device/hostile-path'],
    },
  ];

  it.each(faults)('$name', async ({ fault, codes }) => {
    await phone.command({ cmd: 'mutate', percent: 60 });
    const before = await world.snapshots();
    phone.setFault(fault);
    const code = await codeOf(world.backup({ unencrypted: true }));
    expect(codes).toContain(code);
    expect(await world.snapshots()).toEqual(before);
    expectNoLeavings();
    await expectReleased();

    phone.setFault({});
    const next = await world.backup({ unencrypted: true });
    expect(next.snapshot.record.full).toBe(['backup/inconsistent', 'backup/transfer-failed'].includes(code));
    await expectSameAsPhone();
  });

  it('a file of the sync lock that cannot be opened is no reason to go without a backup', async () => {
    phone.setFault({ afc_open: 'missing' });
    await world.backup({ unencrypted: true });
    expect(world.noticeCodes()).toContain('sync-lock-missing');
    await expectSameAsPhone();
  });
});

describe.skipIf(why !== null)('the encryption of the other phone’s backups', () => {
  afterEach(stop);

  it('is turned on, changed and turned off, and guarded before the phone is asked', async () => {
    await start();
    await using open = await world.openPhone();
    expect(await readEncryption(open)).toEqual({ isOn: false, isForced: false });
    expect(await codeOf(changeEncryption(open, { action: 'off', oldPassword: 'x' }))).toBe(
      'backup/encryption-already-off',
    );
    expect(await changeEncryption(open, { action: 'on', newPassword: 'one' })).toEqual({
      isOn: true,
      isConfirmed: true,
    });
    expect(await codeOf(changeEncryption(open, { action: 'on', newPassword: 'two' }))).toBe(
      'backup/encryption-already-on',
    );
    const wrong = changeEncryption(open, { action: 'change', oldPassword: 'nope', newPassword: 'two' });
    expect(await codeOf(wrong)).toBe('backup/wrong-password');
    expect(await changeEncryption(open, { action: 'change', oldPassword: 'one', newPassword: 'two' })).toMatchObject({
      isConfirmed: true,
    });
    phone.setFault({ passcode: 'deny' });
    expect(await codeOf(changeEncryption(open, { action: 'off', oldPassword: 'two' }))).toBe(
      'backup/passcode-not-entered',
    );
    phone.setFault({});
    expect(await changeEncryption(open, { action: 'off', oldPassword: 'two' })).toEqual({
      isOn: false,
      isConfirmed: true,
    });
    await expectReleased();
  });

  it('is not claimed to be known when the phone hangs up during a change of password', async () => {
    await start();
    await using open = await world.openPhone();
    phone.setFault({ change: 'drop' });
    expect(await changeEncryption(open, { action: 'on', newPassword: 'one' })).toEqual({
      isOn: true,
      isConfirmed: true,
    });
    expect(await changeEncryption(open, { action: 'change', oldPassword: 'one', newPassword: 'two' })).toEqual({
      isOn: true,
      isConfirmed: false,
    });
    expect(await changeEncryption(open, { action: 'off', oldPassword: 'two' })).toEqual({
      isOn: false,
      isConfirmed: true,
    });
  });
});
