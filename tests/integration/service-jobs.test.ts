import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { ServiceWorld } from '../support/service-world.ts';

/** The main job of the window, on the demo phone, through the contract and nothing else. */

const PASSWORD = 'correct horse battery';

let world: ServiceWorld;
let udid: string;
let vault: string;

const backup = (more: object = {}) =>
  world.ask('backups.start', { udid, vault: null, full: false, unencrypted: false, verify: null, ...more });
const list = async () => (await world.ask('backups.list', { udid })).backups;

beforeAll(async () => {
  world = await ServiceWorld.start(null);
  ({ udid } = await world.ask('phones.startDemo', {}));
}, 60_000);
afterAll(() => world?.[Symbol.asyncDispose]());

describe('from a stranger to a verified backup', () => {
  it('shows the demo phone although no daemon of the system answers', async () => {
    const { phones, muxer } = await world.ask('phones.list', {});
    expect(muxer).toBe('missing');
    expect(phones).toMatchObject([
      { udid, isConnected: true, isDemo: true, backups: 0, health: { rule: 'no-backup' } },
    ]);
  });

  it('pairs, and then knows what the phone tells', async () => {
    const job = await world.ended(await world.ask('phones.pair', { udid }));
    expect(job).toMatchObject({ kind: 'pair', state: 'done', result: { kind: 'pair', name: 'Demo iPhone' } });
    const phone = await world.until(udid, ({ pairing }) => pairing === 'paired');
    expect(phone).toMatchObject({ name: 'Demo iPhone', encrypted: false });
    expect(phone.batteryPercent).toBeGreaterThan(0);
    expect(phone.capacityBytes).toBeGreaterThan(phone.usedBytes ?? Number.POSITIVE_INFINITY);
    expect(phone.model).toMatch(/^iPhone/);
  });

  it('has no place for backups before one was chosen', async () => {
    await expect(backup()).rejects.toMatchObject({ code: 'app/no-destination' });
    vault = await world.addVault('first');
  });

  it('turns encryption on, and keeps the password that the phone took', async () => {
    const request = { udid, action: 'on', newPassword: PASSWORD, remember: true } as const;
    const job = await world.ended(await world.ask('phones.encryption', request));
    expect(job).toMatchObject({ state: 'done', result: { encrypted: true } });
    // There is no keychain here, and it says so.
    expect((await world.phone(udid)).password.kept).toBe('memory');
    await world.until(udid, ({ encrypted }) => encrypted === true);
  });

  it('backs up, with progress that only grows, and verifies', async () => {
    const started = await backup();
    const job = await world.ended(started);
    expect(job.failure).toBeNull();
    expect(job).toMatchObject({ kind: 'backup', state: 'done', udid, vault, result: { kind: 'backup', vault } });
    expect(job.phases).toEqual(expect.arrayContaining(['receiving', 'committing', 'rereading']));
    const told = world.told(started.job);
    expect(told[0]?.state).toBe('waiting');
    expect(told.at(-1)?.state).toBe('done');
    expect(told.some(({ passcodeSince }) => passcodeSince !== null)).toBe(true);
    expect(told.some(({ cancelCosts }) => cancelCosts === 'this-run')).toBe(true);
    expect(told.some(({ cancelCosts }) => cancelCosts === 'verification')).toBe(true);
    const percents = told.flatMap(({ percent }) => percent ?? []);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    for (const phase of job.phases) {
      const bytes = told.flatMap(({ progress }) => (progress?.phase === phase ? [progress.doneBytes] : []));
      expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    }
    const rows = await list();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ id: job.snapshot, vault, encrypted: true, verified: { ok: true, level: 'quick' } });
    const phone = await world.phone(udid);
    expect(phone).toMatchObject({ backups: 1, health: { rule: 'well', protectedUntil: rows[0]?.finishedAt } });
    expect(phone.fence.at(-1)).toBe('verified');
  }, 60_000);

  it('tries passwords on that version, and keeps none that does not fit', async () => {
    const wrong = await world.ask('passwords.give', { udid, password: 'wrong', remember: true });
    expect(wrong).toMatchObject({ fits: false, otherVersions: 1 });
    const right = await world.ask('passwords.give', { udid, password: PASSWORD, remember: false });
    expect(right).toEqual({ fits: true, kept: 'memory', opensVersions: 1, otherVersions: 0 });
    expect(await world.ask('passwords.test', { udid })).toEqual({ fits: true });
    expect((await world.phone(udid)).password.testedAt).not.toBeNull();
  });

  it('verifies again, deeper', async () => {
    const [row] = await list();
    const started = await world.ask('backups.verify', { vault, snapshot: row?.id ?? '', level: 'open' });
    const job = await world.ended(started);
    expect(job).toMatchObject({ state: 'done', result: { kind: 'verify', report: { ok: true, opened: true } } });
    expect((await list())[0]?.verified).toMatchObject({ level: 'open', ok: true });
  }, 60_000);
});

describe('the lock', () => {
  it('closes what is inside backups until a password of theirs opens it', async () => {
    const [row] = await list();
    const ref = { vault, snapshot: row?.id ?? '' };
    await world.ask('browse.kinds', ref);
    await world.ask('settings.set', { lockBrowsing: true });
    await world.ask('lock.lock', {});
    expect(await world.ask('lock.state', {})).toMatchObject({ isOn: true, isLocked: true });
    await expect(world.ask('browse.kinds', ref)).rejects.toMatchObject({ code: 'app/locked' });
    expect(await world.ask('lock.unlock', { password: 'wrong' })).toEqual({ unlocked: false });
    await expect(world.ask('browse.kinds', ref)).rejects.toMatchObject({ code: 'app/locked' });
    expect(await world.ask('lock.unlock', { password: PASSWORD })).toEqual({ unlocked: true });
    await world.ask('browse.kinds', ref);
    // The system itself saw the owner: no password is needed.
    await world.ask('lock.lock', {});
    world.service.host.unlock();
    await world.ask('browse.kinds', ref);
    await world.ask('settings.set', { lockBrowsing: false });
  }, 60_000);
});

describe('a change of the password', () => {
  it('keeps the old one when the phone refuses', async () => {
    const request = { udid, action: 'change', oldPassword: 'wrong', newPassword: 'new one', remember: true } as const;
    const job = await world.ended(await world.ask('phones.encryption', request));
    expect(job.state).toBe('failed');
    expect(await world.ask('passwords.test', { udid })).toEqual({ fits: true });
  });

  it('leaves the versions from before with the old one, and says how many', async () => {
    const NEW = 'another password';
    const request = { udid, action: 'change', oldPassword: PASSWORD, newPassword: NEW, remember: false } as const;
    expect((await world.ended(await world.ask('phones.encryption', request))).state).toBe('done');
    expect(await world.ask('passwords.test', { udid })).toEqual({ fits: false });
    const job = await world.ended(await backup());
    expect(job).toMatchObject({ state: 'done', failure: null });
    const given = await world.ask('passwords.give', { udid, password: NEW, remember: false });
    expect(given).toEqual({ fits: true, kept: 'memory', opensVersions: 1, otherVersions: 1 });
    // Each is opened with its own: the old one is still known, and could be given again.
    for (const { vault, id } of await list()) {
      expect((await world.ask('browse.kinds', { vault, snapshot: id })).kinds.length).toBeGreaterThan(5);
    }
    const again = await world.ask('passwords.give', { udid, password: PASSWORD, remember: false });
    expect(again).toEqual({ fits: false, kept: 'memory', opensVersions: 1, otherVersions: 1 });
    expect(await world.ask('passwords.test', { udid })).toEqual({ fits: true });
  }, 60_000);

  it('opens the versions from before once the old one is given, by a program that never knew it', async () => {
    await world.ask('passwords.forget', { udid });
    const [newest, oldest] = await list();
    if (newest === undefined || oldest === undefined) throw new Error('there are two versions');
    await world.ask('lock.lock', {});
    await world.ask('passwords.give', { udid, password: 'another password', remember: false });
    await expect(world.ask('browse.kinds', { vault: oldest.vault, snapshot: oldest.id })).rejects.toMatchObject({
      code: 'app/password-needed',
    });
    await world.ask('passwords.give', { udid, password: PASSWORD, remember: false });
    expect(
      (await world.ask('browse.kinds', { vault: oldest.vault, snapshot: oldest.id })).kinds.length,
    ).toBeGreaterThan(5);
    expect(
      (await world.ask('browse.kinds', { vault: newest.vault, snapshot: newest.id })).kinds.length,
    ).toBeGreaterThan(5);
  }, 60_000);
});

describe('what is stopped', () => {
  it('takes no earlier version with it', async () => {
    const before = await list();
    await world.ask('phones.changeDemo', {});
    const started = await backup({ full: true });
    expect(await backup({ full: true })).toEqual(started);
    while (!world.told(started.job).some(({ progress }) => progress?.phase === 'receiving')) await sleep(5);
    await world.ask('jobs.cancel', started);
    const job = await world.ended(started);
    expect(job).toMatchObject({ state: 'cancelled', failure: null, result: null, snapshot: null });
    expect(world.told(started.job).map(({ state }) => state)).toContain('cancelling');
    expect(await list()).toEqual(before);
    expect((await world.phone(udid)).lastFailure).toBeNull();
  }, 60_000);

  it('keeps the version when only its verification is skipped', async () => {
    const started = await backup({ verify: 'full' });
    await world.ask('jobs.skipVerification', started);
    const job = await world.ended(started);
    expect(job).toMatchObject({ state: 'done', failure: null, result: null });
    const row = (await list()).find(({ id }) => id === job.snapshot);
    expect(row?.verified).toBeNull();
    expect(await list()).toHaveLength(3);
    expect((await world.phone(udid)).health.rule).toBe('not-verified');
  }, 60_000);

  it('tells a failure, and what it was', async () => {
    await world.ask('passwords.forget', { udid });
    await world.ask('phones.stopDemo', {});
    const job = await world.ended(await backup());
    expect(job).toMatchObject({ state: 'failed', failure: { code: 'usbmux/not-running', olderSnapshotsSafe: true } });
    const phone = await world.phone(udid);
    expect(phone).toMatchObject({ isConnected: false, backups: 3, lastFailure: { code: 'usbmux/not-running' } });
    expect(phone.health.rule).toBe('last-attempt-failed');
    const { entries } = await world.ask('activity.list', { before: null, limit: 50, udid: null, what: 'all' });
    const codes = entries.map(({ what }) => what);
    for (const what of ['paired', 'encryption-on', 'backup-done', 'verified', 'backup-cancelled', 'backup-failed']) {
      expect(codes).toContain(what);
    }
  }, 60_000);

  it('lists what ran, until it is dismissed', async () => {
    const { jobs } = await world.ask('jobs.list', {});
    expect(jobs.length).toBeGreaterThan(5);
    await world.ask('jobs.dismiss', { job: jobs[0]?.id ?? '' });
    expect((await world.ask('jobs.list', {})).jobs).toHaveLength(jobs.length - 1);
  });
});

describe('what the engine does not answer', () => {
  it('leaves the questions of a face to the face', async () => {
    await expect(world.ask('system.pickFolder', { purpose: 'vault' })).rejects.toSatisfy((error) =>
      isBackstopError(error, 'app/not-in-this-face'),
    );
  });
});
