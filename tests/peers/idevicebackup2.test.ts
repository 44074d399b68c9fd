import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readAppleBackup } from '../support/apple-backup.ts';
import { havePeers, type PeerResult, runPeer } from '../support/peers.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';

interface Conversation {
  readonly request: string;
  readonly outcome: string;
  readonly errorCode: number | null;
  readonly full?: boolean;
  readonly why?: string | null;
  readonly uploaded: { readonly files: number };
  readonly checks: ReadonlyArray<{ readonly what: string; readonly ok: boolean }>;
}

interface AgentReport {
  readonly conversations: readonly Conversation[];
  readonly restore: Readonly<Record<string, unknown>> | null;
}

interface PhoneReport {
  readonly attached: readonly string[];
  readonly events: ReadonlyArray<{ readonly event: string }>;
  readonly services: Readonly<Record<string, AgentReport>>;
}

interface TruthFile {
  readonly fileId: string;
  readonly sha256: string;
  readonly encryptedOnly?: boolean;
}

/** One story, in order: each test goes on where the one before it ended, as the owner of a phone does. */
describe.skipIf(!havePeers('idevicepair', 'idevicebackup2'))('idevicebackup2 and the simulated iPhone', () => {
  let dir = '';
  let root = '';
  let phone: SimulatorProcess;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'backstop-idevicebackup2-'));
    root = join(dir, 'backups');
    phone = await startSimulatorProcess({
      args: ['--files', '400', '--bytes', '12M', '--seed', '23', '--passcode-delay', '1'],
    });
    await runPeer('idevicepair', ['pair'], { address: phone.address });
    await runPeer('mkdir', [root]);
  });
  afterAll(async () => {
    await phone.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const host = (...args: string[]): Promise<PeerResult> =>
    runPeer('idevicebackup2', [...args, root], { address: phone.address, timeoutMs: 90_000 });

  async function state(): Promise<PhoneReport> {
    const { phones } = await phone.command({ cmd: 'report' });
    const [first] = phones as PhoneReport[];
    if (first === undefined) throw new Error('no phone');
    return first;
  }

  async function report(): Promise<AgentReport> {
    const agent = (await state()).services['com.apple.mobilebackup2'];
    if (agent === undefined) throw new Error('no report of the backup service');
    return agent;
  }

  async function lastConversation(): Promise<Conversation> {
    const last = (await report()).conversations.at(-1);
    if (last === undefined) throw new Error('no conversation');
    return last;
  }

  /** Everything that belongs into a backup of this kind, and nothing else, with the phone's own bytes. */
  async function expectSameAsPhone(password: string | null): Promise<void> {
    const file = join(dir, 'truth.json');
    await phone.command({ cmd: 'truth', file });
    const { files } = JSON.parse(readFileSync(file, 'utf8')) as { readonly files: readonly TruthFile[] };
    const wanted = files.filter(({ encryptedOnly }) => password !== null || encryptedOnly !== true);
    const backup = await readAppleBackup(join(root, phone.udid), password);
    expect(backup.problems).toEqual([]);
    expect(backup.files).toEqual(new Map(wanted.map(({ fileId, sha256 }) => [fileId, sha256])));
  }

  it('makes a first, full backup, and behaves', async () => {
    const run = await host('backup');
    expect(run.stdout).toContain('Backup Successful.');
    expect(await lastConversation()).toMatchObject({ outcome: 'done', full: true, why: 'the host has no backup' });
    await expectSameAsPhone(null);
    const { checks } = await lastConversation();
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'the versions of Hello are reals',
        'the sync lock is held when the request comes',
        'syncDidStart is posted before the request',
        'syncDidFinish is posted at the end',
        'Info.plist is there before the backup',
        'blocks to the phone hold at most 32 KiB',
        'negative statuses are written so that the phone reads them',
      ]),
    );
  });

  it('makes an incremental one that sends what changed and takes away what was deleted', async () => {
    await phone.command({
      cmd: 'mutate',
      delete: { photos: 4, contacts: 1 },
      add: { photos: 3, messages: 5 },
      edit: { notes: 1 },
    });
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    const { full, uploaded } = await lastConversation();
    expect(full).toBe(false);
    expect(uploaded.files).toBeLessThan(60);
    await expectSameAsPhone(null);
  });

  it('sends nothing when nothing has changed', async () => {
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    expect(await lastConversation()).toMatchObject({ full: false, uploaded: { files: 0 } });
    await expectSameAsPhone(null);
  });

  it('makes a full one over the old one when asked to, and leaves no orphans', async () => {
    await phone.command({ cmd: 'mutate', delete: { photos: 5 } });
    expect((await host('backup', '--full')).stdout).toContain('Backup Successful.');
    expect(await lastConversation()).toMatchObject({ full: true, why: 'the host forces it' });
    await expectSameAsPhone(null);
  });

  it('turns encryption on; the next backup is a full one, encrypted, with what only encrypted ones hold', async () => {
    const on = await host('encryption', 'on', 'first password');
    expect(on.stdout).toContain('Backup encryption has been enabled successfully.');
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    expect(await lastConversation()).toMatchObject({ full: true, why: 'encryption was turned on' });
    await expectSameAsPhone('first password');
    await expect(readAppleBackup(join(root, phone.udid), 'another password')).rejects.toThrow('does not open');
  });

  it('makes an incremental encrypted one', async () => {
    await phone.command({ cmd: 'mutate', percent: 5 });
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    expect((await lastConversation()).full).toBe(false);
    await expectSameAsPhone('first password');
  });

  it('restores it: the phone gets its own bytes back, and the list of its apps', async () => {
    const run = await host('restore', '--system', '--settings', '--no-reboot', '--password', 'first password');
    expect(run.stdout).toContain('Restore Successful.');
    const { restore } = await report();
    expect(restore).toMatchObject({ outcome: 'done', missingCount: 0, wrongCount: 0 });
    expect(restore?.['restoredFiles']).toBe(restore?.['comparedFiles']);
    expect(restore?.['restoredFiles']).toBeGreaterThan(300);
    expect(restore?.['applications']).not.toEqual([]);
    expect(restore?.['applications']).not.toBeNull();
    expect(restore?.['options']).toMatchObject({ RestoreSystemFiles: true, Password: '(given)' });
    expect((await lastConversation()).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('is told when the password is wrong, at a restore and at a change', async () => {
    const restored = await host('restore', '--system', '--no-reboot', '--password', 'wrong');
    expect(restored.stdout).toContain('Error Code 207');
    const changed = await host('changepw', 'wrong', 'other');
    expect(changed.stdout).toContain('ErrorCode 207');
    expect(changed.code).not.toBe(0);
  });

  it('a damaged and a missing file are found by a restore, all of them', async () => {
    const folder = join(root, phone.udid);
    const payloads = readdirSync(folder)
      .filter((name) => /^[0-9a-f]{2}$/.test(name))
      .flatMap((shard) => readdirSync(join(folder, shard)).map((id) => join(folder, shard, id)));
    const [damaged = '', missing = ''] = payloads.filter((path) => readFileSync(path).length > 1000);
    const before = [readFileSync(damaged), readFileSync(missing)] as const;
    const bytes = Buffer.from(before[0]);
    bytes[500] = (bytes[500] ?? 0) ^ 0xff;
    writeFileSync(damaged, bytes);
    unlinkSync(missing);
    const run = await host('restore', '--system', '--no-reboot', '--password', 'first password');
    expect(run.stdout).toContain('Error Code 205');
    expect((await report()).restore).toMatchObject({ missingCount: 1, wrongCount: 1 });
    writeFileSync(damaged, before[0]);
    writeFileSync(missing, before[1]);
  });

  it('changes the password; the next backup opens with the new one only', async () => {
    const run = await host('changepw', 'first password', 'second password');
    expect(run.stdout).toContain('password has been changed successfully');
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    expect(await lastConversation()).toMatchObject({ full: true, why: 'the key bag is another' });
    await expectSameAsPhone('second password');
  });

  it('a profile that forces encryption keeps it on', async () => {
    await phone.command({ cmd: 'managed', requiresEncryption: true });
    const run = await host('encryption', 'off', 'second password');
    expect(run.code).not.toBe(0);
    expect(await lastConversation()).toMatchObject({ request: 'ChangePassword', errorCode: 22 });
    await phone.command({ cmd: 'managed', requiresEncryption: false });
  });

  it('turns encryption off; the next backup is a full one, plain, and restores with a copy', async () => {
    const off = await host('encryption', 'off', 'second password');
    expect(off.stdout).toContain('Backup encryption has been disabled successfully.');
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    expect(await lastConversation()).toMatchObject({ full: true, why: 'encryption was turned off' });
    await expectSameAsPhone(null);
    const run = await host('restore', '--system', '--copy');
    expect(run.stdout).toContain('Restore Successful.');
    expect((await report()).restore).toMatchObject({ outcome: 'done', missingCount: 0, wrongCount: 0 });
    // It has rebooted: it was away for a moment.
    await vi.waitFor(async () => expect(await state()).toMatchObject({ attached: ['usb'] }), { timeout: 20_000 });
    expect((await state()).events.map(({ event }) => event)).toContain('phone.reboot');
  });

  it('a passcode that is refused ends in error 208', async () => {
    await phone.command({ cmd: 'passcode', answer: 'deny' });
    const run = await host('backup');
    expect(run.stdout).toContain('ErrorCode 208');
    await phone.command({ cmd: 'passcode', answer: 'ok' });
  });

  it('a connection cut among the moves is repaired by the next backup', async () => {
    await phone.command({ cmd: 'mutate', percent: 30 });
    await phone.command({ cmd: 'fault', kind: 'drop', at: { message: 'moves', index: 1 }, when: 'answered' });
    expect((await host('backup')).stdout).not.toContain('Backup Successful.');
    expect((await lastConversation()).outcome).toBe('cut by a fault');
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    await expectSameAsPhone(null);
  });

  it('a file that the phone cannot read is left out, and the rest is whole', async () => {
    await phone.command({ cmd: 'mutate', add: { photos: 2 } });
    await phone.command({ cmd: 'fault', kind: 'unreadable', at: { file: 1 } });
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    expect((await readAppleBackup(join(root, phone.udid), null)).problems).toEqual([]);
    expect((await host('backup')).stdout).toContain('Backup Successful.');
    await expectSameAsPhone(null);
  });

  it('what works on no modern phone is refused, not crashed upon', async () => {
    for (const command of ['info', 'list']) {
      const run = await host(command);
      expect(run.timedOut, command).toBe(false);
    }
    expect((await host('backup')).stdout).toContain('Backup Successful.');
  });
});
