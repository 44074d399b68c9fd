import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/main/simulator/simulator.ts';
import type { JobView, OutputOf } from '../../src/shared/contract/procedures/index.ts';
import type { CleanupChoice } from '../../src/shared/rules/guidance/index.ts';
import { ServiceWorld } from '../support/service-world.ts';

/** Back up before cleanup as a window asks for it: stories on a simulated phone, with the right promise or the right no. */

const PASSWORD = 'correct horse 8';
const PHOTOS: CleanupChoice = { options: ['delete-unreviewed-photos'], apps: [] };

let dir: string;
let simulator: Simulator;
let world: ServiceWorld;
let vault: string;

const udid = (): string => simulator.phones[0]?.identity.udid ?? '';

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-cleanup-'));
  simulator = await startSimulator({
    listen: [{ kind: 'unix', path: join(dir, 'mux.sock') }],
    phones: [
      { spec: { seed: 71, files: 900, bytes: 12_000_000, name: 'Phone of Ada' }, state: { passcodeDelayMs: 0 } },
    ],
    scratchDir: join(dir, 'phone'),
  });
  world = await ServiceWorld.start(`UNIX:${join(dir, 'mux.sock')}`);
  vault = await world.addVault('vault');
  expect((await world.ended(await world.ask('phones.pair', { udid: udid() }))).state).toBe('done');
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await simulator.close();
  rmSync(dir, { recursive: true, force: true });
});

async function encrypt(): Promise<void> {
  const asked = { udid: udid(), action: 'on' as const, newPassword: PASSWORD, remember: true };
  expect((await world.ended(await world.ask('phones.encryption', asked))).state).toBe('done');
}

const plan = (choice: CleanupChoice = PHOTOS) => world.ask('cleanup.plan', { udid: udid(), vault: null, choice });
const cleanup = async () => (await world.ask('cleanup.get', { udid: udid() })).cleanup;

async function run(choice = PHOTOS): Promise<JobView> {
  return world.ended(await world.ask('cleanup.start', { udid: udid(), vault: null, choice }));
}

const statusOf = ({ checks }: { checks: OutputOf<'cleanup.plan'>['checks'] }, id: string): string | undefined =>
  checks.find((one) => one.id === id)?.status;

describe('a cleanup in a window', () => {
  it('goes from nothing to a certificate, to a review, and what went is taken back', async () => {
    expect(await cleanup()).toBeNull();
    await encrypt();
    const first = await plan();
    expect(first).toMatchObject({ level: 'high', version: null });
    expect(first.missing).toEqual(expect.arrayContaining(['backup', 'verify', 'pin']));
    const started = await world.ask('cleanup.start', { udid: udid(), vault: null, choice: PHOTOS });
    expect(await cleanup()).toMatchObject({ stage: 'protecting', job: started.job, certificate: null });
    // A second window that asks for the same gets the same.
    expect(await world.ask('cleanup.start', { udid: udid(), vault: null, choice: PHOTOS })).toEqual(started);
    expect((await world.ended(started)).result).toEqual({ kind: 'cleanup', issued: true });
    const made = await cleanup();
    expect(made).toMatchObject({ stage: 'cleaning', vault, reasons: [], failure: null });
    expect(made?.standing).toEqual({ state: 'valid', reason: null });
    const [version] = (await world.ask('backups.list', { udid: udid() })).backups;
    expect(version).toMatchObject({ id: made?.snapshot, pinned: true, encrypted: true, verified: { level: 'full' } });
    const after = await plan();
    expect(after.checks.filter(({ role }) => role === 'required').every(({ status }) => status !== 'fail')).toBe(true);
    expect(after.missing).toEqual([]);

    await simulator.command({ cmd: 'mutate', delete: { photos: 60, conversations: 2 } });
    await world.ask('cleanup.finished', { udid: udid() });
    expect(await cleanup()).toMatchObject({ stage: 'reviewing' });
    const early = await world.ended(await world.ask('cleanup.review', { udid: udid() }));
    expect(early.failure?.code).toBe('cleanup/no-newer-version');
    const next = { udid: udid(), vault: null, full: false, unencrypted: false, verify: 'quick' as const };
    expect((await world.ended(await world.ask('backups.start', next))).state).toBe('done');
    const review = await world.ended(await world.ask('cleanup.review', { udid: udid() }));
    expect(review.result).toMatchObject({ kind: 'cleanup-review', unexpected: 2 });
    const part = { udid: udid(), part: 'unexpected' as const, after: 0, limit: 1 };
    const page = await world.ask('cleanup.reviewed', part);
    expect(page).toMatchObject({ total: 2, unexpected: 2, isCertain: true });
    // A few of the sixty lay in Recently Deleted already.
    expect(page.expected).toBeGreaterThan(50);
    expect(page.items).toHaveLength(1);
    expect(page.kinds).toMatchObject([{ kind: 'conversations', count: 2 }]);
    expect(await cleanup()).toMatchObject({ stage: 'reviewed' });
    const planned = await world.ask('cleanup.reviewed', { ...part, part: 'expected', limit: 5 });
    expect(planned.items.every(({ media }) => media?.type === 'image' || media?.type === 'video')).toBe(true);
    const place = world.service.host.offerPlace(join(dir, 'back'));
    const items = page.items.map(({ kind, id }) => ({ kind, id }));
    const undo = await world.ended(await world.ask('cleanup.undo', { udid: udid(), part: 'unexpected', items, place }));
    expect(undo.result).toMatchObject({ kind: 'export-items', exported: { items: 1, failed: [] } });
    await world.ask('cleanup.keep', { udid: udid(), until: null });
    expect((await world.ask('backups.list', { udid: udid() })).backups.at(-1)).toMatchObject({ pinned: false });
    await world.ask('cleanup.close', { udid: udid() });
    expect(await cleanup()).toBeNull();
  }, 60_000);

  it('refuses without a password, and says what would help', async () => {
    const job = await run();
    expect(job.state).toBe('failed');
    expect(await cleanup()).toMatchObject({
      stage: 'refused',
      certificate: null,
      failure: { code: 'backup/password-needed' },
    });
  }, 30_000);

  it('ends without a certificate when the cable comes out, and the next try succeeds', async () => {
    await encrypt();
    const started = await world.ask('cleanup.start', { udid: udid(), vault: null, choice: PHOTOS });
    await world.until(udid(), ({ health }) => health.rule === 'backing-up');
    await simulator.command({ cmd: 'detach' });
    expect((await world.ended(started)).state).toBe('failed');
    const refused = await cleanup();
    expect(refused).toMatchObject({ stage: 'refused', certificate: null });
    expect(refused?.failure?.code).toMatch(/^(device|backup|usbmux)\//);
    await simulator.command({ cmd: 'attach' });
    await world.until(udid(), ({ isConnected }) => isConnected);
    expect((await run()).result).toEqual({ kind: 'cleanup', issued: true });
  }, 60_000);

  it('claims nothing after the engine died in the middle', async () => {
    await encrypt();
    const started = await world.ask('cleanup.start', { udid: udid(), vault: null, choice: PHOTOS });
    await world.until(udid(), ({ health }) => health.rule === 'backing-up');
    await world.restart();
    const after = await cleanup();
    expect(after).toMatchObject({ stage: 'refused', certificate: null, standing: null });
    expect(after?.failure).not.toBeNull();
    expect(started.id).toBe(after?.id);
    await world.until(udid(), ({ isConnected }) => isConnected);
  }, 60_000);

  it('loses its certificate when the disk goes, when much is added, and when its pin is taken', async () => {
    await encrypt();
    expect((await run()).result).toEqual({ kind: 'cleanup', issued: true });
    renameSync(join(world.dir, 'vault'), join(world.dir, 'away'));
    world.service.host.resumed();
    await expect
      .poll(async () => (await cleanup())?.standing, { timeout: 20_000 })
      .toMatchObject({ state: 'uncertain' });
    renameSync(join(world.dir, 'away'), join(world.dir, 'vault'));
    await world.ask('vaults.rename', { vault, name: 'Disk' });
    await expect.poll(async () => (await cleanup())?.standing, { timeout: 20_000 }).toMatchObject({ state: 'valid' });
    await simulator.command({ cmd: 'mutate', add: { photos: 51 } });
    await world.ask('vaults.rename', { vault, name: 'Disk 2' });
    expect((await cleanup())?.standing).toEqual({ state: 'lapsed', reason: 'added' });
    const snapshots = [(await cleanup())?.snapshot ?? ''];
    await world.ask('backups.pin', { vault, snapshots, pinned: false, until: null, reason: null });
    expect((await cleanup())?.standing?.state).toBe('lapsed');
  }, 60_000);

  it('says what each way could free, what would be lost today, and what its owner declared', async () => {
    await encrypt();
    expect((await world.ask('cleanup.estimates', { udid: udid() })).version).toBeNull();
    expect((await run()).state).toBe('done');
    const { estimates, apps, version } = await world.ask('cleanup.estimates', { udid: udid() });
    expect(version).not.toBeNull();
    expect(apps.length).toBeGreaterThan(3);
    const of = (option: string) => estimates.find((one) => one.option === option);
    expect(of('screenshots')).toMatchObject({ basis: 'measured', from: 'version' });
    expect(of('icloud-drive-files')).toMatchObject({ basis: 'unknown', bytes: null, from: 'none' });
    const loss = await world.ask('risk.loss', { udid: udid() });
    expect(loss).toMatchObject({ photos: 0, videos: 0, reason: null });
    await simulator.command({ cmd: 'mutate', add: { photos: 7 } });
    expect(await world.ask('risk.loss', { udid: udid() })).toMatchObject({ photos: 7 });
    const { map } = await world.ask('risk.map', { udid: udid() });
    const row = (id: string) => map.rows.find((one) => one.id === id);
    expect(row('messages')?.cells.vault.state).toBe('proven');
    expect(row('messages')?.cells.other.state).toBe('unknown');
    await world.ask('risk.declare', { udid: udid(), group: 'messages', place: 'other', value: true });
    const again = (await world.ask('risk.map', { udid: udid() })).map;
    expect(again.rows.find((one) => one.id === 'messages')?.cells.other.state).toBe('declared');
  }, 60_000);

  it('needs nothing for what is harmless', async () => {
    const harmless = { options: ['compress-photos' as const, 'streamed-media' as const], apps: [] };
    expect(await world.ask('cleanup.plan', { udid: udid(), vault: null, choice: harmless })).toMatchObject({
      level: 'low',
      checks: [],
    });
  });

  it('changes nothing on the phone but its encryption, its trust and its lock', async () => {
    await encrypt();
    expect((await run()).state).toBe('done');
    await world.ask('risk.loss', { udid: udid() });
    const report = (await simulator.command({ cmd: 'report' })) as unknown as Record<string, unknown>;
    const writes = (report['phones'] as Array<{ hostWrites: Array<Record<string, string>> }>)[0]?.hostWrites ?? [];
    const kinds = new Set(writes.map(({ service, operation }) => `${service} ${operation}`));
    // What every backup by cable does, and what was asked for: nothing else, and nothing of the phone's content.
    expect([...kinds].sort()).toEqual([
      'com.apple.afc lock',
      'com.apple.afc open-to-write',
      'com.apple.mobilebackup2 ChangePassword',
      'lockdownd Pair',
    ]);
    const paths = writes.filter(({ service }) => service === 'com.apple.afc').map(({ what }) => what);
    expect(new Set(paths)).toEqual(new Set(['/com.apple.itunes.lock_sync']));
    expect(statusOf(await plan(), 'encrypted')).toBe('pass');
  }, 60_000);

  it.each([
    ['bulk-duplicates', 'medium'],
    ['message-attachments', 'medium'],
    ['chat-media', 'medium'],
    ['remove-apps', 'high'],
    ['system-cleanup', 'high'],
  ] as const)(
    'of %s is protected and proved for what it takes',
    async (option, level) => {
      await encrypt();
      const choice: CleanupChoice = { options: [option], apps: [] };
      expect(await plan(choice)).toMatchObject({ level });
      const job = await run(choice);
      const made = await cleanup();
      const facts = JSON.stringify({
        reasons: made?.reasons,
        failure: made?.failure,
        excludes: made?.certificate?.excludes,
      });
      expect(job.result, facts).toEqual({ kind: 'cleanup', issued: true });
      expect(made?.certificate?.covers.map((one) => one.option)).toEqual([option]);
      // Whatever it does not cover is said first, and a second copy there is not.
      const exceptions = made?.certificate?.excludes.findIndex(({ isException }) => !isException) ?? -1;
      expect(made?.certificate?.excludes.slice(0, exceptions).some(({ what }) => what === 'no-second-copy')).toBe(true);
      expect(made?.certificate?.verdict).toBe('safe-except');
    },
    60_000,
  );

  it('names the apps that keep nothing in a backup', async () => {
    await encrypt();
    const { apps } = await (async () => {
      expect((await run()).state).toBe('done');
      return world.ask('cleanup.estimates', { udid: udid() });
    })();
    const empty = apps.filter(({ hasData }) => hasData === false);
    const full = apps.filter(({ hasData }) => hasData === true);
    expect(full.length).toBeGreaterThan(0);
    const both = [...full.slice(0, 1), ...empty.slice(0, 1)].map(({ id }) => id);
    expect((await run({ options: ['remove-apps'], apps: both })).result).toEqual({ kind: 'cleanup', issued: true });
    const named = (await cleanup())?.certificate?.excludes.find(({ what }) => what === 'apps-without-data');
    if (empty.length > 0) expect(named?.isException).toBe(true);
    else expect(named).toBeUndefined();
    expect((await run({ options: ['remove-apps'], apps: ['com.example.not-there'] })).result).toEqual({
      kind: 'cleanup',
      issued: false,
    });
    expect(statusOf({ checks: (await cleanup())?.reasons ?? [] }, 'originals-present')).toBe('fail');
  }, 60_000);

  it('of a phone that is nearly full is of high risk, whatever is deleted', async () => {
    await encrypt();
    await simulator.command({ cmd: 'fill', freeBytes: 3_000_000_000 });
    const screenshots: CleanupChoice = { options: ['screenshots'], apps: [] };
    expect(await plan(screenshots)).toMatchObject({
      level: 'high',
      reasons: [{ reason: 'nearly-full' }, { option: 'screenshots' }],
    });
    expect(await plan({ options: ['compress-photos'], apps: [] })).toMatchObject({ level: 'low' });
    await simulator.command({ cmd: 'fill', freeBytes: 100_000_000 });
    const job = await run(screenshots);
    expect(job.state).toBe('failed');
    expect(await cleanup()).toMatchObject({ stage: 'refused', failure: { code: 'backup/phone-full' } });
    // The way out: photos straight from the phone, every one of them accounted for.
    const place = world.service.host.offerPlace(join(dir, 'rescued'));
    const rescue = await world.ended(await world.ask('rescue.start', { udid: udid(), place }));
    expect(rescue.result).toMatchObject({ kind: 'rescue', report: { outcome: 'complete', problemCount: 0 } });
  }, 60_000);

  it('is refused while backups of the phone are not encrypted, and says what turns that on', async () => {
    const asked = { udid: udid(), vault: null, full: false, unencrypted: true, verify: 'full' as const };
    expect((await world.ended(await world.ask('backups.start', asked))).state).toBe('done');
    const open = await plan();
    expect(statusOf(open, 'encrypted')).toBe('fail');
    expect(open.missing[0]).toBe('turn-on-encryption');
    await encrypt();
    expect((await run()).result).toEqual({ kind: 'cleanup', issued: true });
  }, 60_000);
});
