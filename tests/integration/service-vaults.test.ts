import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceWorld } from '../support/service-world.ts';

/** Places for backups as a page sees them: real folders, through the contract. */

const NO_SUCH_PLACE = 'A'.repeat(24);

let world: ServiceWorld;

beforeEach(async () => {
  world = await ServiceWorld.start(null);
});
afterEach(() => world[Symbol.asyncDispose]());

const vaults = async () => (await world.ask('vaults.list', {})).vaults;
const offered = (name: string): string => {
  const path = join(world.dir, name);
  mkdirSync(path, { recursive: true });
  return world.service.host.offerPlace(path);
};

describe('places', () => {
  it('are named by tokens that were offered, and by no others', async () => {
    for (const name of ['places.folders', 'places.inspect'] as const)
      await expect(world.ask(name, { place: NO_SUCH_PLACE })).rejects.toMatchObject({ code: 'app/unknown-place' });
    await expect(world.ask('vaults.add', { place: NO_SUCH_PLACE, name: null, makeMain: false })).rejects.toMatchObject({
      code: 'app/unknown-place',
    });
    const { places } = await world.ask('places.list', { purpose: 'vault' });
    expect(places.length).toBeGreaterThan(0);
    expect(new Set(places.map(({ token }) => token)).size).toBe(places.length);
  });

  it('show folders, but neither hidden ones nor where links lead', async () => {
    const place = offered('disk');
    for (const name of ['b', 'a', '.hidden']) mkdirSync(join(world.dir, 'disk', name));
    mkdirSync(join(world.dir, 'elsewhere'));
    symlinkSync(join(world.dir, 'elsewhere'), join(world.dir, 'disk', 'link'));
    writeFileSync(join(world.dir, 'disk', 'file'), '');
    const { folders, more } = await world.ask('places.folders', { place });
    expect(folders.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(more).toBe(0);
    // A new folder of a link's name does not open the way behind it.
    await expect(world.ask('places.newFolder', { place, name: 'link' })).rejects.toMatchObject({
      name: 'BackstopError',
    });
    await expect(world.ask('places.newFolder', { place, name: 'file' })).rejects.toMatchObject({
      name: 'BackstopError',
    });
  });

  it('get new folders of safe names only', async () => {
    const place = offered('disk');
    for (const name of ['..', '../out', 'a/b', 'a\\b', '.x', 'x.', 'a\u0000b'])
      await expect(world.ask('places.newFolder', { place, name }), name).rejects.toThrow();
    expect(readdirSync(join(world.dir, 'disk'))).toEqual([]);
    const made = await world.ask('places.newFolder', { place, name: 'Backups 2026' });
    expect(existsSync(join(world.dir, 'disk', 'Backups 2026'))).toBe(true);
    expect((await world.ask('places.folders', { place: made.token })).folders).toEqual([]);
  });

  it('are judged with a real write test that leaves nothing', async () => {
    const seen = await world.ask('places.inspect', { place: offered('disk') });
    expect(seen.bytesPerSecond).toBeGreaterThan(0);
    expect(readdirSync(join(world.dir, 'disk'))).toEqual([]);
    expect(await world.ask('places.inspect', { place: offered('Dropbox') })).toMatchObject({
      verdict: 'cloud-synced',
      level: 'fail',
    });
  });
});

describe('vaults', () => {
  it('get a folder of their own beside other things, and are opened where they are', async () => {
    const place = offered('disk');
    writeFileSync(join(world.dir, 'disk', 'letter.txt'), 'dear');
    const first = await world.ask('vaults.add', { place, name: 'Studio', makeMain: true });
    expect(first.created).toBe(true);
    expect(existsSync(join(world.dir, 'disk', 'Backstop', 'vault.json'))).toBe(true);
    const again = await world.ask('vaults.add', { place, name: null, makeMain: false });
    expect(again).toEqual({ vault: first.vault, created: false });
    expect(await vaults()).toMatchObject([{ id: first.vault, name: 'Studio', isMain: true, isOnline: true }]);
  });

  it('are renamed, made the main one and taken off the list, and what is on the disk stays', async () => {
    const one = await world.addVault('one');
    const two = await world.addVault('two');
    expect((await vaults()).map(({ id }) => id)).toEqual([two, one]);
    await world.ask('vaults.makeMain', { vault: one });
    await world.ask('vaults.rename', { vault: one, name: 'The first' });
    expect(await vaults()).toMatchObject([
      { id: one, name: 'The first', isMain: true },
      { id: two, isMain: false },
    ]);
    await world.ask('vaults.remove', { vault: one });
    expect(await vaults()).toMatchObject([{ id: two, isMain: true }]);
    expect(existsSync(join(world.dir, 'one', 'vault.json'))).toBe(true);
    await world.ask('vaults.add', { place: offered('one'), name: null, makeMain: false });
    expect(await vaults()).toHaveLength(2);
  });

  it('are moved, and used from then on where they are', async () => {
    const vault = await world.addVault('one');
    expect(await vaults()).toMatchObject([{ path: join(world.dir, 'one') }]);
    const job = await world.ended(await world.ask('vaults.move', { vault, place: offered('new') }));
    expect(job).toMatchObject({ state: 'done', failure: null });
    expect(await vaults()).toMatchObject([{ id: vault, path: join(world.dir, 'new'), isOnline: true }]);
  });

  it('are checked, rebuilt, read through and repaired as jobs', async () => {
    const vault = await world.addVault('one');
    for (const ask of [
      () => world.ask('vaults.check', { vault }),
      () => world.ask('vaults.rebuild', { vault }),
      () => world.ask('vaults.scrub', { vault, everything: true }),
      () => world.ask('vaults.repair', { vault }),
    ])
      expect(await world.ended(await ask())).toMatchObject({ state: 'done', failure: null });
    expect(await world.ask('vaults.damage', { vault })).toEqual({ problems: [], more: 0 });
  });
});

describe('the program itself', () => {
  it('keeps settings, tells what happened, and writes a report that names nobody', async () => {
    const vault = await world.addVault('Annas secret disk');
    await world.ask('settings.set', { limitDays: 7 });
    expect(await world.ask('settings.get', {})).toMatchObject({ limitDays: 7, verifyAfterUsb: 'quick' });
    const request = { before: null, limit: 10, udid: null, what: 'all' } as const;
    expect((await world.ask('activity.list', request)).entries).toMatchObject([{ what: 'vault-added', vault }]);
    expect(await world.ask('system.info', {})).toMatchObject({ keychain: 'none', platform: process.platform });
    await world.ask('cache.clear', {});
    const place = offered('out');
    const { file, lines } = await world.ask('diagnostics.save', { place, withNames: false });
    expect(lines).toBeGreaterThan(0);
    expect(readFileSync(join(world.dir, 'out', file), 'utf8')).not.toContain('secret');
  });
});
