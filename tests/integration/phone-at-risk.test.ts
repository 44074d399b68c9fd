import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PhoneWorld } from '../support/phone-world.ts';

/** What would be lost if the phone were lost now, counted over the connection to the simulated phone. */

const PASSWORD = 'a password for photos';

/** On the phone itself, and the owner's own. */
async function own(world: PhoneWorld): Promise<{ photos: number; videos: number; bytes: number }> {
  const { photos } = await world.truth();
  const here = photos.filter((one) => !one.inCloudOnly && !one.shared);
  let bytes = 0;
  for (const [path, { size }] of await world.mediaTruth()) if (!path.includes('CloudSharing')) bytes += size;
  const count = (kind: string): number => here.filter((one) => one.kind === kind).length;
  return { photos: count('photo'), videos: count('video'), bytes };
}

describe('the loss meter', () => {
  let world: PhoneWorld;
  beforeAll(async () => {
    world = await PhoneWorld.start({ seed: 71, files: 500, bytes: 20e6 });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('counts everything while there is no version', async () => {
    const { loss, storage, name } = await world.atRisk();
    expect(name).toBe(world.phone.identity.name);
    const there = await own(world);
    expect(there.photos).toBeGreaterThan(20);
    expect(loss).toMatchObject({ how: 'measured', since: null, ...there, changed: 0, unread: 0 });
    expect(storage?.media).toMatchObject({ how: 'measured', ...there });
  });

  it('counts nothing after a verified version', async () => {
    const { snapshot } = await world.backUp(null);
    const { loss } = await world.atRisk();
    expect(loss).toMatchObject({ how: 'measured', photos: 0, videos: 0, changed: 0, bytes: 0, oldest: null });
    expect(loss.since?.snapshot).toBe(snapshot.id);
  });

  it('counts what was taken and edited since, and not what was deleted', async () => {
    const before = await world.mediaTruth();
    await world.command({
      cmd: 'mutate',
      add: { photos: 6, videos: 2 },
      edit: { photos: 3 },
      delete: { photos: 5, videos: 1 },
    });
    const { photos } = await world.truth();
    let bytes = 0;
    for (const [path, { size, sha256 }] of await world.mediaTruth()) {
      if (!path.includes('CloudSharing') && before.get(path)?.sha256 !== sha256) bytes += size;
    }
    const added = photos.filter((one) => !before.has(one.relativePath.slice('Media/'.length)) && !one.inCloudOnly);
    const isOf = (kind: string): number => added.filter((one) => one.kind === kind).length;
    const { loss } = await world.atRisk();
    expect([isOf('photo'), isOf('video')]).toEqual([6, 2]);
    // An edit may have met a photo that is new itself.
    expect(loss).toMatchObject({ how: 'measured', photos: 6, videos: 2, bytes });
    expect(loss.changed).toBeGreaterThan(0);
    expect(loss.changed).toBeLessThanOrEqual(3);
    expect(Date.parse(loss.newest ?? '')).toBeGreaterThan(Date.parse(loss.oldest ?? '') - 1);
  });

  it('says that it does not know where the phone does not let itself be asked', async () => {
    await world.command({ cmd: 'fault', kind: 'afc-refuse', at: { path: '/DCIM' } });
    const refused = await world.atRisk();
    expect(refused.loss).toMatchObject({ how: 'unknown', reason: 'device/file-error', photos: null, bytes: null });
    expect(refused.storage?.media).toMatchObject({ how: 'unknown', reason: 'device/file-error' });
    expect(refused.storage?.totalBytes.how).toBe('measured');
    await world.command({ cmd: 'fault', kind: 'clear' });

    await world.command({
      cmd: 'fault',
      kind: 'lockdown-error',
      error: 'PasswordProtected',
      at: { request: 'StartService', service: 'com.apple.afc' },
    });
    expect((await world.atRisk()).loss).toMatchObject({ how: 'unknown', reason: 'device/locked' });
    await world.command({ cmd: 'fault', kind: 'clear' });

    await world.command({ cmd: 'fault', kind: 'afc-endless', at: { path: '/DCIM/100APPLE' } });
    expect((await world.atRisk()).loss).toMatchObject({ how: 'unknown', reason: 'device/bad-message' });
    await world.command({ cmd: 'fault', kind: 'clear' });

    const names = ['../../../etc/passwd', 'a/b', '..', '\uFFFD'];
    await world.command({ cmd: 'fault', kind: 'afc-extra-names', at: { path: '/DCIM/100APPLE' }, names });
    const odd = await world.atRisk();
    expect(odd.loss).toMatchObject({ how: 'measured', photos: 6, unread: 3 });
    expect(odd.storage?.media.how).toBe('estimated');
    await world.command({ cmd: 'fault', kind: 'clear' });
  });

  it('tells the phone’s room as the phone does', async () => {
    await world.command({ cmd: 'fill', freeBytes: 300_000_000 });
    const { storage } = await world.atRisk();
    const { content, identity } = world.phone;
    expect(storage?.totalBytes).toMatchObject({ bytes: identity.totalDiskCapacity, how: 'measured' });
    expect(storage?.freeBytes).toMatchObject({ bytes: 300_000_000, how: 'measured' });
    const apps = content.apps.reduce((sum, app) => sum + app.staticDiskUsage + app.dynamicDiskUsage, 0);
    const sizes = Object.fromEntries((storage?.byKind ?? []).map(({ kind, size }) => [kind, size]));
    expect(sizes['apps']).toMatchObject({ bytes: apps, how: 'measured' });
    expect(sizes['other']?.how).toBe('estimated');
    const sum = (storage?.byKind ?? []).reduce((total, { size }) => total + (size.bytes ?? 0), 300_000_000);
    expect(sum).toBe(identity.totalDiskCapacity);
    expect(storage?.apps.map((app) => app.bundleId).sort()).toEqual(content.apps.map((app) => app.bundleId).sort());
    await expect(world.backUp(null)).rejects.toMatchObject({ code: 'backup/phone-full' });
  });

  it('asks the file service for the disk where lockdownd does not tell it', async () => {
    const at = { request: 'GetValue', domain: 'com.apple.disk_usage' };
    await world.command({ cmd: 'fault', kind: 'lockdown-error', error: 'MissingValue', at, times: 9 });
    const { storage } = await world.atRisk();
    expect(storage?.totalBytes).toMatchObject({ bytes: world.phone.identity.totalDiskCapacity, how: 'measured' });
    expect(storage?.freeBytes.how).toBe('measured');
    expect(storage?.byKind.find(({ kind }) => kind === 'system')?.size.how).toBe('unknown');
    expect(storage?.byKind.find(({ kind }) => kind === 'other')?.size.how).toBe('unknown');
    await world.command({ cmd: 'fault', kind: 'clear' });
  });

  it('changes nothing on the phone', () => {
    const mine = new Set(['/com.apple.itunes.lock_sync', '']);
    expect(world.phone.hostWrites.all.filter(({ what }) => !mine.has(what))).toEqual([]);
  });
});

it('goes by dates where an encrypted version cannot be opened, and says so', async () => {
  // A phone whose clock is right.
  await using world = await PhoneWorld.start({ seed: 72, files: 200, bytes: 6e6, present: Date.now() / 1000 });
  await world.backUp(PASSWORD);
  await world.command({ cmd: 'mutate', add: { photos: 4, videos: 1 } });
  expect((await world.atRisk(PASSWORD)).loss).toMatchObject({ how: 'measured', photos: 4, videos: 1, changed: 0 });
  // An engine that was opened with the password remembers it; another one has never heard it.
  world.restartEngine();
  expect((await world.atRisk()).loss).toMatchObject({ how: 'estimated', photos: 4, videos: 1, changed: 0 });
});
