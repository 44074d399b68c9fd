import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recoverSessions } from '../../src/main/engine/backup/index.ts';
import { Vault } from '../../src/main/engine/vault/index.ts';
import { BackupWorld } from '../support/backup-world.ts';
import { OtherPhone, whyNoOtherPhone } from '../support/other-phone/other-phone.ts';

const why = whyNoOtherPhone();
if (why !== null) console.warn(`SKIPPED: killed backups, because ${why}`);

const SCRIPT = join(import.meta.dirname, '../support/killed-backup.ts');

let dir: string;
let phone: OtherPhone;
let world: BackupWorld;

/** Runs a backup in another process until it kills itself. */
async function backUpUntil(point: string): Promise<void> {
  await world.closeVault();
  const child = spawn(process.execPath, [SCRIPT, phone.address, world.stateDir, world.vaultDir, point], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  expect(signal, `killed at ${point}`).toBe('SIGKILL');
}

function leavings(): { sessions: string[]; staging: string[]; leases: string[] } {
  const sessions = readdirSync(join(world.stateDir, 'backup', 'sessions'));
  return {
    sessions: sessions.filter((name) => !name.startsWith('folder.lock')),
    staging: readdirSync(join(world.vaultDir, 'tmp')),
    leases: readdirSync(join(world.vaultDir, 'leases')),
  };
}

async function expectSameAsPhone(): Promise<void> {
  const newest = (await world.snapshots()).at(-1);
  if (newest === undefined) throw new Error('no version');
  expect((await world.contentOf(newest)).files).toEqual(await phone.truth());
  const report = await (await world.vault()).checkStructure(newest);
  expect(report.problems).toEqual([]);
}

describe.skipIf(why !== null)('a backup that was killed', () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'backstop-killed-'));
    phone = await OtherPhone.start({ dir, files: 150 });
    world = new BackupWorld(phone.address);
    await world.pair();
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await phone[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  it('before its first version is never built upon', async () => {
    await backUpUntil('files=60');
    expect(await world.snapshots()).toEqual([]);
    const done = await world.backup({ unencrypted: true });
    expect(done).toMatchObject({ fullReason: null, recovered: [] });
    expect(phone.said.at(-1)).toMatchObject({ type: 'done', full: true });
    expect(leavings()).toEqual({ sessions: [], staging: [], leases: [] });
    await expectSameAsPhone();
  });

  it.each(['phase=receiving', 'files=30', 'phase=moving', 'phase=verifying-on-phone', 'seal'])(
    'at %s changes no version, and the next one is whole',
    async (point) => {
      const before = await world.snapshots();
      await phone.command({ cmd: 'mutate', percent: 40 });
      await backUpUntil(point);
      expect(await world.snapshots()).toEqual(before);
      const done = await world.backup({ unencrypted: true });
      expect(done.recovered).toEqual([]);
      expect(leavings()).toEqual({ sessions: [], staging: [], leases: [] });
      await expectSameAsPhone();
    },
  );

  it('SIGKILL after the phone’s final Response', async () => {
    const before = await world.snapshots();
    await phone.command({ cmd: 'mutate', percent: 40 });
    await backUpUntil('commit');
    expect(await world.snapshots()).toEqual(before);
    // Completed at the next start, without the phone.
    const { completed, failed } = await recoverSessions(await world.vault(), world.stateDir);
    expect(failed).toEqual([]);
    expect(completed).toHaveLength(1);
    expect((await world.snapshots()).map(({ id }) => id)).toEqual([...before, ...completed].map(({ id }) => id));
    expect(leavings()).toEqual({ sessions: [], staging: [], leases: [] });
    await expectSameAsPhone();
    // The phone builds on it as on any other.
    await phone.command({ cmd: 'mutate', percent: 5 });
    const next = await world.backup({ unencrypted: true });
    expect(next.snapshot.record).toMatchObject({ full: false, parent: completed[0]?.id });
    await expectSameAsPhone();
  });

  it('after "done" is completed where it was received, not in another copy of the vault', async () => {
    const before = await world.snapshots();
    await world.closeVault();
    const copy = join(world.dir, 'copy of the vault');
    cpSync(world.vaultDir, copy, { recursive: true, preserveTimestamps: true });
    await phone.command({ cmd: 'mutate', percent: 40 });
    await backUpUntil('commit');
    {
      await using other = await Vault.open(copy, {
        cacheDir: join(world.stateDir, 'cache'),
        stateDir: world.stateDir,
      });
      expect(await recoverSessions(other, world.stateDir)).toEqual({ completed: [], failed: [] });
      expect((await other.snapshots()).snapshots).toHaveLength(before.length);
    }
    const { completed, failed } = await recoverSessions(await world.vault(), world.stateDir);
    expect(failed).toEqual([]);
    expect(completed).toHaveLength(1);
    expect(await world.snapshots()).toHaveLength(before.length + 1);
    expect(leavings()).toEqual({ sessions: [], staging: [], leases: [] });
    await expectSameAsPhone();
  });

  it('right after its commit is listed once', async () => {
    const before = await world.snapshots();
    await phone.command({ cmd: 'mutate', percent: 10 });
    await backUpUntil('committed');
    const after = await world.snapshots();
    expect(after).toHaveLength(before.length + 1);
    const { completed, failed } = await recoverSessions(await world.vault(), world.stateDir);
    expect(failed).toEqual([]);
    expect(completed.map(({ id }) => id)).toEqual([after.at(-1)?.id]);
    expect(await world.snapshots()).toEqual(after);
    expect(leavings()).toEqual({ sessions: [], staging: [], leases: [] });
    await expectSameAsPhone();
  });

  it('after "done" is given up when what had arrived is damaged', async () => {
    const before = await world.snapshots();
    await phone.command({ cmd: 'mutate', percent: 40 });
    const packsBefore = packs();
    await backUpUntil('commit');
    const fresh = packs().filter((pack) => !packsBefore.includes(pack));
    expect(fresh.length).toBeGreaterThan(0);
    for (const pack of fresh) rmSync(pack);
    const { completed, failed } = await recoverSessions(await world.vault(), world.stateDir);
    expect(completed).toEqual([]);
    expect(failed.map(({ isKept }) => isKept)).toEqual([false]);
    expect(await world.snapshots()).toEqual(before);
    await world.backup({ unencrypted: true });
    expect(leavings()).toEqual({ sessions: [], staging: [], leases: [] });
    await expectSameAsPhone();
  });
});

function packs(): string[] {
  const root = join(world.vaultDir, 'packs');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pack'))
    .map((name) => join(root, name));
}
