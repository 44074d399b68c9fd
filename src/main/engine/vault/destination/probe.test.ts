import { basename } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../../../../tests/support/vault/memory-disk.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { VaultIo } from '../io/index.ts';
import { PROBE_PREFIX, probeDestination } from './probe.ts';

const ROOT = '/vault';
const HOUR_MS = 60 * 60_000;

let disk: MemoryDisk;
beforeEach(async () => {
  disk = new MemoryDisk();
  await disk.mkdir(ROOT);
});

const clock = { now: () => new Date(disk.nowMs), monotonicMs: () => 0 };

/** The disk, with some of its answers replaced by lies. */
function lying(lies: (truth: MemoryDisk) => Partial<VaultIo>): VaultIo {
  const truth: VaultIo = {
    open: (path, mode) => disk.open(path, mode),
    rename: (from, to) => disk.rename(from, to),
    unlink: (path) => disk.unlink(path),
    mkdir: (path) => disk.mkdir(path),
    rmdir: (path) => disk.rmdir(path),
    readdir: (path) => disk.readdir(path),
    stat: (path) => disk.stat(path),
    syncFolder: (path) => disk.syncFolder(path),
    statfs: () => disk.statfs(),
  };
  return { ...truth, ...lies(disk) };
}

const probe = (io: VaultIo, listingMs = 200) => probeDestination(io, ROOT, { clock, listingMs });

async function refusal(io: VaultIo): Promise<string> {
  const error: unknown = await probe(io, 40).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isBackstopError(error)) throw error ?? new Error('the disk was accepted');
  return error.code === 'vault/unsuitable-destination' ? String(error.data['reason']) : error.code;
}

async function left(): Promise<readonly string[]> {
  return (await disk.readdir(ROOT)).map((item) => item.name);
}

describe('the probe of a disk', () => {
  it('accepts a sound one, tells what it saw, and leaves nothing', async () => {
    expect(await probe(disk)).toEqual({
      caseSensitive: 'yes',
      renameReplaces: 'yes',
      syncsFiles: 'unknown',
      syncsFolders: 'unknown',
      reflink: 'unknown',
      makesCompanions: 'no',
      listingDelayMs: 0,
      clockSkewMs: expect.any(Number),
      tookMs: expect.any(Number),
    });
    expect(await left()).toEqual([]);
  });

  it('refuses one without exclusive creation', async () => {
    const io = lying((truth) => ({
      open: (path, mode) => truth.open(path, mode).catch(() => truth.open(path, 'update')),
    }));
    expect(await refusal(io)).toBe('it lets two programs create the same file at once');
    expect(await left()).toEqual([]);
  });

  it('does not take another failure for exclusive creation', async () => {
    const io = lying((truth) => ({
      open: async (path, mode) => {
        if (mode === 'create' && (await truth.stat(path)) !== null) {
          throw Object.assign(new Error('EIO'), { code: 'EIO' });
        }
        return truth.open(path, mode);
      },
    }));
    await expect(probe(io)).rejects.toMatchObject({ code: 'EIO' });
    expect(await left()).toEqual([]);
  });

  it.each<[what: string, rename: (truth: MemoryDisk, from: string, to: string) => Promise<void>, reason: string]>([
    [
      'loses the file and says so',
      async (truth, from) => {
        await truth.unlink(from);
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      },
      'renaming a file lost it',
    ],
    ['loses the file and is silent', (truth, from) => truth.unlink(from), 'it cannot rename a file'],
    ['does nothing and is silent', async () => undefined, 'it cannot rename a file'],
    [
      'refuses',
      async () => {
        throw Object.assign(new Error('ENOSYS'), { code: 'ENOSYS' });
      },
      'it cannot rename a file',
    ],
    [
      'leaves the old name too',
      async (truth, from, to) => {
        const file = await truth.open(from, 'read');
        const bytes = Buffer.alloc(await file.sizeBytes());
        await file.read(bytes, 0);
        const copy = await truth.open(to, 'create');
        await copy.write(bytes, 0);
      },
      'a renamed file stays under its old name too',
    ],
    [
      'loses what was under the new name',
      async (truth, from, to) => {
        if ((await truth.stat(to)) === null) return truth.rename(from, to);
        await truth.unlink(to);
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      },
      'renaming a file onto another lost one of them',
    ],
  ])('refuses one whose rename %s', async (_what, rename, reason) => {
    expect(await refusal(lying((truth) => ({ rename: (from, to) => rename(truth, from, to) })))).toBe(reason);
    expect(await left()).toEqual([]);
  });

  it('accepts one whose rename never replaces, and says so', async () => {
    const io = lying((truth) => ({
      rename: async (from, to) => {
        if ((await truth.stat(to)) !== null) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' });
        await truth.rename(from, to);
      },
    }));
    expect(await probe(io)).toMatchObject({ renameReplaces: 'no' });
    expect(await left()).toEqual([]);
  });

  it('refuses one that does not give back what was written', async () => {
    const zeros = lying((truth) => ({
      open: async (path, mode) => {
        const file = await truth.open(path, mode);
        if (mode !== 'read') return file;
        return {
          read: async (into, position) => {
            const count = await file.read(into, position);
            into.fill(0);
            return count;
          },
          write: (bytes, position) => file.write(bytes, position),
          sizeBytes: () => file.sizeBytes(),
          sync: () => file.sync(),
          close: () => file.close(),
        };
      },
    }));
    expect(await refusal(zeros)).toBe('it does not give back what was written');
    const longer = lying((truth) => ({
      open: async (path, mode) => {
        const file = await truth.open(path, mode);
        if (mode === 'create') await file.write(Buffer.alloc(9000), 0);
        return file;
      },
    }));
    expect(await refusal(longer)).toBe('it does not give back what was written');
  });

  it('waits for listings that are behind, measures them, and refuses those that never come', async () => {
    let looks = 0;
    const late = lying((truth) => ({
      readdir: async (path) => {
        looks += 1;
        const items = await truth.readdir(path);
        return looks <= 3 ? items.filter((item) => item.name !== 'first') : items;
      },
    }));
    const facts = await probe(late);
    expect(facts.listingDelayMs).toBeGreaterThanOrEqual(40);
    const never = lying((truth) => ({
      readdir: async (path) => (path === ROOT ? truth.readdir(path) : []),
    }));
    expect(await refusal(never)).toBe('its listings do not show a file that is there');
  });

  it('refuses one whose listings keep what is gone', async () => {
    const io = lying((truth) => ({
      readdir: async (path) => {
        const items = await truth.readdir(path);
        return basename(path).startsWith(PROBE_PREFIX) ? [...items, { name: 'first', kind: 'file' }] : items;
      },
      unlink: (path) => truth.unlink(path).catch(() => undefined),
    }));
    expect(await refusal(io)).toBe('its listings show a file that is gone');
    expect(await left()).toEqual([]);
  });

  it('sees the second files that macOS makes, and takes them away', async () => {
    const io = lying((truth) => ({
      open: async (path, mode) => {
        const file = await truth.open(path, mode);
        const companion = path.replace(/[^/]+$/, (name) => `._${name}`);
        if (mode === 'create' && (await truth.stat(companion)) === null) await truth.open(companion, 'create');
        return file;
      },
    }));
    expect(await probe(io)).toMatchObject({ makesCompanions: 'yes' });
    expect(await left()).toEqual([]);
  });

  it('sees that capitals do not matter', async () => {
    const io = lying((truth) => ({ stat: (path) => truth.stat(path.replace(/FIRST$/, 'first')) }));
    expect(await probe(io)).toMatchObject({ caseSensitive: 'no' });
  });

  it('tells by how much the store’s clock is off, and that it has none', async () => {
    disk.nowMs += 5 * HOUR_MS;
    const behind = { now: () => new Date(disk.nowMs - 5 * HOUR_MS), monotonicMs: () => 0 };
    const { clockSkewMs } = await probeDestination(disk, ROOT, { clock: behind });
    expect(Math.round((clockSkewMs ?? 0) / HOUR_MS)).toBe(5);
    const none = lying((truth) => ({
      stat: async (path) => {
        const facts = await truth.stat(path);
        return facts === null ? null : { ...facts, modifiedMs: 0 };
      },
    }));
    expect((await probe(none)).clockSkewMs).toBeNull();
  });

  it('tells which syncs the system knows, and whether copies share blocks', async () => {
    const io = lying((truth) => ({
      canSync: async (path) => (await truth.stat(path))?.kind === 'file',
      clone: async (from, to) => {
        await truth.open(to, 'create');
        return (await truth.stat(from)) !== null;
      },
    }));
    expect(await probe(io)).toMatchObject({ syncsFiles: 'yes', syncsFolders: 'no', reflink: 'yes' });
    expect(await left()).toEqual([]);
  });

  it('names a disk that can only be read', async () => {
    const io = lying(() => ({
      mkdir: async () => {
        throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
      },
    }));
    expect(await refusal(io)).toBe('vault/read-only-disk');
  });

  it('clears what a killed probe left, and not what another one is using', async () => {
    const [dead, live] = [`${ROOT}/${PROBE_PREFIX}dead`, `${ROOT}/${PROBE_PREFIX}live`];
    for (const folder of [dead, live]) {
      await disk.mkdir(folder);
      await (await disk.open(`${folder}/first`, 'create')).close();
    }
    const io = lying((truth) => ({
      stat: async (path) => {
        const facts = await truth.stat(path);
        const modifiedMs = path === dead ? Date.now() - 2 * HOUR_MS : Date.now();
        return facts === null ? null : { ...facts, modifiedMs };
      },
    }));
    await probe(io);
    expect(await left()).toEqual([basename(live)]);
  });
});
