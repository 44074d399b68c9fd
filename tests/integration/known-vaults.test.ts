import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KnownVaults, type Surroundings } from '../../src/main/engine/api/known-vaults.ts';
import { Vault } from '../../src/main/engine/vault/index.ts';

/** Disks are folders here: each "mount point" is one, and its name on the day is where it is mounted. */
let dir = '';
let id = '';
/** Which disk is mounted where. */
let mounted: Map<string, string>;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-known-'));
  mounted = new Map([
    [dir, 'system'],
    [join(dir, 'usb1'), 'stick'],
  ]);
  mkdirSync(join(dir, 'usb1'));
  const vault = await Vault.create(join(dir, 'usb1', 'Backups', 'vault'), { cacheDir: join(dir, 'cache') });
  id = vault.id;
  await vault.close();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const around: Surroundings = {
  mountPoints: async () => [...mounted.keys()],
  describe: async (path) => {
    const [mountPoint = dir] = [...mounted.keys()]
      .filter((each) => path === each || path.startsWith(`${each}/`))
      .sort((a, b) => b.length - a.length);
    return { id: mounted.get(mountPoint) ?? null, mountPoint };
  },
};

function known(): KnownVaults {
  return new KnownVaults(join(dir, 'home'), around);
}

function plug(from: string, to: string, name = 'stick'): void {
  mounted.delete(join(dir, from));
  renameSync(join(dir, from), join(dir, to));
  mounted.set(join(dir, to), name);
}

describe('where vaults are', () => {
  const path = (): string => join(dir, 'usb1', 'Backups', 'vault');

  it('is found by its path, and by its id or the first digits of it', async () => {
    expect(await known().find(path())).toBe(path());
    await expect(known().find(id)).rejects.toMatchObject({ code: 'vault/not-found' });
    await known().remember(id, path());
    for (const asked of [path(), id, id.toUpperCase(), id.slice(0, 8), id.slice(0, 13)]) {
      expect(await known().find(asked)).toBe(path());
    }
    await expect(known().find('00000000')).rejects.toMatchObject({ code: 'vault/not-found' });
  });

  it('is found under another drive letter, by path as well as by id', async () => {
    await known().remember(id, path());
    plug('usb1', 'usb2');
    const there = join(dir, 'usb2', 'Backups', 'vault');
    expect(await known().find(path())).toBe(there);
    expect(await known().find(id)).toBe(there);
  });

  it('makes nothing new where a disk is not connected, and lets an owner begin anew on one that is', async () => {
    await known().remember(id, path());
    plug('usb1', 'away');
    mounted.delete(join(dir, 'away'));
    await expect(known().find(path())).rejects.toMatchObject({ code: 'vault/not-connected', data: { id } });
    await expect(known().find(id)).rejects.toMatchObject({ code: 'vault/not-connected' });
    mkdirSync(path(), { recursive: true });
    await expect(known().find(path())).rejects.toMatchObject({ code: 'vault/not-connected' });
    mounted.set(join(dir, 'usb1'), 'stick');
    expect(await known().find(path())).toBe(path());
    expect(await known().find(join(dir, 'never', 'seen'))).toBe(join(dir, 'never', 'seen'));
  });

  it('asks which one when a copy has the same id, unless one of them is where it was', async () => {
    await known().remember(id, path());
    cpSync(join(dir, 'usb1'), join(dir, 'usb2'), { recursive: true });
    mounted.set(join(dir, 'usb2'), 'copy');
    expect(await known().find(id)).toBe(path());
    plug('usb1', 'usb3');
    await expect(known().find(id)).rejects.toMatchObject({ code: 'vault/several' });
    // One disk that is mounted twice is no copy.
    mounted.set(join(dir, 'usb2'), 'stick');
    expect(await known().find(id)).toMatch(/usb[23]/);
  });

  it('does not trust another vault at the old place, and forgets nothing because of a damaged list', async () => {
    await known().remember(id, path());
    plug('usb1', 'usb2');
    const other = await Vault.create(path(), { cacheDir: join(dir, 'cache') });
    await other.close();
    expect(await known().find(id)).toBe(join(dir, 'usb2', 'Backups', 'vault'));
    expect(await known().find(path())).toBe(path());
    writeFileSync(join(dir, 'home', 'vaults.json'), '{"format":"backstop-known-vaults","version":1,"vaults":[{}, 7]}');
    expect(await known().list()).toEqual([]);
    writeFileSync(join(dir, 'home', 'vaults.json'), 'not json');
    expect(await known().find(path())).toBe(path());
    await known().remember(other.id, path());
    expect(await known().find(other.id)).toBe(path());
  });
});
