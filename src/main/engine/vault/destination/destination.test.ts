import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../../../../tests/support/vault/memory-disk.ts';
import type { VolumeDescription } from '../../platform/index.ts';
import type { VaultIo } from '../io/index.ts';
import type { VaultDescription } from '../layout/description.ts';
import { destinationKind, policyFor } from '../layout/policy.ts';
import { cloudMarkerAbove, cloudServiceOf } from './cloud.ts';
import { Destination } from './destination.ts';
import { Verdicts } from './verdicts.ts';

const ROOT = '/media/disk/vault';
const VOLUME: VolumeDescription = {
  path: ROOT,
  mountPoint: '/media/disk',
  id: 'uuid:fbd5-b9a4',
  mount: 'mount 1',
  fileSystem: 'ext4',
  attachment: 'removable',
  readOnly: 'no',
  reflink: 'no',
  encrypted: 'yes',
  timeMachine: 'none',
  cloudService: null,
  source: 'addon',
  means: ['addon'],
};
const PLAIN = policyFor('plain');
const OWN = { ...PLAIN, id: 'x' } as unknown as VaultDescription;

let disk: MemoryDisk;
let folder = '';
let probes = 0;
let volume: VolumeDescription = VOLUME;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-destination-'));
  volume = VOLUME;
  probes = 0;
  disk = new MemoryDisk();
  await disk.mkdir('/media');
  await disk.mkdir('/media/disk');
  await disk.mkdir(ROOT);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = { now: () => new Date(disk.nowMs), monotonicMs: () => 0 };

function destination({ boot = 'boot 1', root = ROOT, describe = true } = {}): Destination {
  const io: VaultIo = new Proxy(disk, {
    get(target, name) {
      if (name === 'mkdir') probes += 1;
      const member = Reflect.get(target, name) as unknown;
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const verdicts = new Verdicts(join(folder, 'destinations'), boot);
  return new Destination({ io, root, clock, verdicts, describe: describe ? async () => volume : null });
}

describe('the test of a disk', () => {
  it('is made once for a mount, whoever asks, and under whatever path', async () => {
    await destination().enter();
    await destination().enter();
    await disk.mkdir('/other');
    await destination({ root: '/other' }).enter();
    expect(probes).toBe(1);
  });

  it('is made again after every new mount and every start of the computer', async () => {
    const visit = async (boot: string): Promise<void> => {
      const here = destination({ boot });
      await here.enter();
      await here.leave();
    };
    await visit('boot 1');
    volume = { ...VOLUME, mount: 'mount 2' };
    await visit('boot 1');
    expect(probes).toBe(2);
    await visit('boot 2');
    expect(probes).toBe(3);
    await visit('boot 2');
    expect(probes).toBe(3);
  });

  it('is made for another disk in the same place', async () => {
    await destination().enter();
    volume = { ...VOLUME, id: 'uuid:0000-0001' };
    await destination().enter();
    expect(probes).toBe(2);
  });

  it('is made each time when nothing names the disk', async () => {
    volume = { ...VOLUME, id: null, mount: null };
    await destination().enter();
    await destination().enter();
    expect(probes).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is made again when a note about it is damaged', async () => {
    await destination().enter();
    const notes = join(folder, 'destinations');
    for (const name of readdirSync(notes)) if (name.endsWith('.json')) writeFileSync(join(notes, name), '{"version":1');
    await destination().enter();
    expect(probes).toBe(2);
  });

  it('is made at every creation', async () => {
    await destination().enter();
    expect(await destination().probeNew()).toBe('plain');
    expect(probes).toBe(2);
  });

  it('is not made at all where nothing is known about volumes, except at creation', async () => {
    const unknown = destination({ describe: false });
    await unknown.enter();
    expect(probes).toBe(0);
    await unknown.probeNew();
    expect(probes).toBe(1);
  });
});

describe('leaving a disk', () => {
  it('is clean when it is still there', async () => {
    const first = destination();
    await first.enter();
    await first.leave();
    expect((await destination().report(OWN)).lastUse).toBe('clean');
  });

  it('is not clean when it was pulled out, and it is tested again and the owner told', async () => {
    const first = destination();
    await first.enter();
    volume = { ...VOLUME, mount: 'mount 2' };
    await first.leave();
    const next = destination();
    const report = await next.report(OWN);
    expect(report.lastUse).toBe('unclean');
    expect(report.cautions.map(({ code }) => code)).toEqual(['not-ejected']);
    await next.enter();
    expect(probes).toBe(2);
    expect((await next.report(OWN)).lastUse).toBe('clean');
  });

  it('is not clean when the process was killed', async () => {
    await destination().enter();
    const notes = join(folder, 'destinations');
    const use = readdirSync(notes).find((name) => name.endsWith('.use')) ?? '';
    // No process of that number can be alive: it is beyond the highest that Linux gives.
    writeFileSync(join(notes, use), JSON.stringify({ boot: 'boot 1', mount: 'mount 1', pid: 2 ** 30 }));
    expect((await destination().report(OWN)).lastUse).toBe('unclean');
    await destination().enter();
    expect(probes).toBe(2);
  });

  it('is unknown of a disk that was never used', async () => {
    expect((await destination().report(OWN)).lastUse).toBe('unknown');
  });
});

describe('a destination that is refused', () => {
  it.each([
    ['the service itself says so', { cloudService: 'Dropbox' }, 'vault/cloud-folder'],
    ['the path behind a link says so', { path: '/Users/anna/Library/Mobile Documents/x' }, 'vault/cloud-folder'],
    ['it can only be read', { readOnly: 'yes' as const }, 'vault/read-only-disk'],
  ])('because %s', async (_why, facts, code) => {
    volume = { ...VOLUME, ...facts };
    await expect(destination().refuseUnfit()).rejects.toMatchObject({ code });
    await expect(destination().enter()).rejects.toMatchObject({ code });
    expect(probes).toBe(0);
  });

  it('because of a marker above it', async () => {
    await (await disk.open('/media/disk/.849C9593-D756-4E56-8D6E-42412F2A707B', 'create')).close();
    await expect(destination().refuseUnfit()).rejects.toMatchObject({
      code: 'vault/cloud-folder',
      data: { service: 'OneDrive' },
    });
  });

  it('is still described', async () => {
    volume = { ...VOLUME, cloudService: 'Dropbox' };
    expect((await destination().report(OWN)).cloudService).toBe('Dropbox');
  });
});

describe('a folder of a cloud service', () => {
  it.each([
    ['/Users/a/Library/Mobile Documents/com~apple~CloudDocs/v', 'iCloud Drive'],
    ['/Users/a/Library/CloudStorage/GoogleDrive-a@b.c/My Drive/v', 'Google Drive'],
    ['/Users/a/Library/CloudStorage/OneDrive-Personal', 'OneDrive'],
    ['/Users/a/Library/CloudStorage/Box-Box/v', 'a cloud service'],
    ['/home/a/Dropbox (Work)/v', 'Dropbox'],
    ['/c/Users/a/OneDrive - Contoso/v', 'OneDrive'],
    ['/home/a/dropboxes/v', null],
    ['/home/a/vault', null],
  ])('is known by its path: %s', (path, service) => {
    expect(cloudServiceOf(path)).toBe(service);
  });

  it('is known by what the service leaves in it, but not by Dropbox’s own settings in a home', async () => {
    await disk.mkdir('/media/.dropbox');
    expect(await cloudMarkerAbove(disk, ROOT)).toBeNull();
    await disk.mkdir('/media/disk/.dropbox.cache');
    expect(await cloudMarkerAbove(disk, ROOT)).toBe('Dropbox');
  });
});

describe('how a vault writes', () => {
  const space = { freeBytes: 0, totalBytes: 0, type: 0xef53 };
  const seen = { reflink: 'unknown', caseSensitive: 'unknown' } as const;
  it.each([
    ['ext4', {}, {}, 'plain'],
    ['ntfs', {}, {}, 'plain'],
    ['apfs', { reflink: 'yes' as const }, {}, 'reflink'],
    ['xfs', { reflink: 'yes' as const }, { reflink: 'no' as const }, 'plain'],
    ['refs', {}, { reflink: 'yes' as const }, 'reflink'],
    ['exfat', { reflink: 'yes' as const }, {}, 'exfat'],
    ['vfat', {}, {}, 'exfat'],
    ['fuseblk', {}, { caseSensitive: 'no' as const }, 'exfat'],
    ['fuseblk', {}, { caseSensitive: 'yes' as const }, 'plain'],
    ['smbfs', { attachment: 'network' as const }, {}, 'network'],
    ['exfat', { attachment: 'network' as const }, {}, 'network'],
  ])('follows the disk: %s %j %j', (fileSystem, facts, looked, kind) => {
    const about = { ...VOLUME, reflink: 'unknown' as const, fileSystem, ...facts };
    expect(destinationKind(space, about, { ...seen, ...looked })).toBe(kind);
  });

  it('follows the number of the file system where nothing else is known', () => {
    const unknown = { ...VOLUME, fileSystem: null };
    expect(destinationKind({ ...space, type: 0x2011bab0 }, unknown, null)).toBe('exfat');
    expect(destinationKind({ ...space, type: 0x2011bab0 }, null, null)).toBe('exfat');
    expect(destinationKind({ ...space, type: 0xff534d42 | 0 }, VOLUME, null)).toBe('network');
    expect(destinationKind(space, null, null)).toBe('plain');
  });

  it('is told, with a word when the vault was made on another kind of disk', async () => {
    volume = { ...VOLUME, fileSystem: 'exfat' };
    const report = await destination().report(OWN, { probe: true });
    expect(report).toMatchObject({
      volumeId: VOLUME.id,
      attachment: 'removable',
      encryptedAtRest: 'yes',
      caseSensitive: 'yes',
      policy: { ...PLAIN.policy, fanOut: 'two-hex', suitedTo: 'exfat', fits: false },
      probe: { probedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      cautions: [{ code: 'policy-of-another-disk', sentence: expect.any(String) }],
    });
  });

  it('is told without a test, and then claims nothing that only a test can know', async () => {
    const report = await destination().report(OWN);
    expect(report).toMatchObject({ probe: null, caseSensitive: 'unknown', cautions: [], policy: { fits: true } });
    expect(probes).toBe(0);
  });

  it('warns of memory and of FAT', async () => {
    volume = { ...VOLUME, attachment: 'memory', fileSystem: 'vfat' };
    const { cautions } = await destination().report(policyFor('exfat') as unknown as VaultDescription);
    expect(cautions.map(({ code }) => code)).toEqual(['lost-at-restart', 'small-files-only']);
  });
});
