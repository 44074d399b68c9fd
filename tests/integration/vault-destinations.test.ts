import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeVolume, type VolumeDescription } from '../../src/main/engine/platform/index.ts';
import { type Snapshot, Vault } from '../../src/main/engine/vault/index.ts';
import { type DiskImage, type ImageKind, makeDiskImage } from '../support/disk-images.ts';
import { Random } from '../support/vault/random.ts';
import { type Content, commitVersion, differenceFrom, UDID } from '../support/vault/versions.ts';

/** Vaults on the file systems that this computer can mount; the others are named and left out. */

const MIB = 1024 * 1024;

function content(version: number): Content {
  const made = new Map<string, Buffer>();
  for (let at = 0; at < 30; at += 1)
    made.set(`file ${at}`, new Random(at * 7 + (at % 3 === 0 ? version : 0)).bytes(5000));
  made.set('photo', new Random(99).bytes(2 * MIB));
  made.set('Manifest.db', new Random(version + 500).bytes(9000));
  made.set('Status.plist', new Random(version + 600).bytes(100));
  return made;
}

interface Made {
  readonly snapshot: Snapshot;
  readonly content: Content;
}

async function backUp(vault: Vault, version: number, before: Made | null): Promise<Made> {
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  const date = new Date(Date.UTC(2026, 0, version)).toISOString();
  const files = content(version);
  return { snapshot: await commitVersion(session, before, files, date), content: files };
}

async function expectWhole(vault: Vault, versions: readonly Made[]): Promise<void> {
  const { snapshots, unreadable } = await vault.snapshots();
  expect(unreadable).toEqual([]);
  expect(snapshots.map(({ id }) => id)).toEqual(versions.map(({ snapshot }) => snapshot.id));
  for (const version of versions) {
    expect((await vault.checkStructure(version.snapshot)).problems).toEqual([]);
    expect(await differenceFrom(vault, version.snapshot, version.content)).toBeNull();
  }
}

const EXPECTED: Record<ImageKind, { fanOut: string; singleFromBytes: number; suitedTo: string; reflink: string }> = {
  ext4: { fanOut: 'two-hex', singleFromBytes: 4 * MIB, suitedTo: 'plain', reflink: 'no' },
  xfs: { fanOut: 'two-hex', singleFromBytes: MIB, suitedTo: 'reflink', reflink: 'yes' },
  btrfs: { fanOut: 'two-hex', singleFromBytes: MIB, suitedTo: 'reflink', reflink: 'yes' },
  exfat: { fanOut: 'flat', singleFromBytes: 16 * MIB, suitedTo: 'exfat', reflink: 'no' },
  ntfs: { fanOut: 'two-hex', singleFromBytes: 4 * MIB, suitedTo: 'plain', reflink: 'no' },
  tmpfs: { fanOut: 'two-hex', singleFromBytes: 4 * MIB, suitedTo: 'plain', reflink: 'no' },
};

const images = new Map<ImageKind, DiskImage>();
const scratch = mkdtempSync(join(tmpdir(), 'backstop-destinations-'));
let caches = 0;
const freshCache = (): string => {
  caches += 1;
  return join(scratch, `cache ${caches}`);
};

beforeAll(() => {
  for (const kind of Object.keys(EXPECTED) as ImageKind[]) {
    const image = makeDiskImage(kind);
    if ('reason' in image) console.warn(`NOT RUN: vaults on ${kind}, because ${image.reason}`);
    else images.set(kind, image);
  }
});
afterAll(() => {
  for (const image of images.values()) image.remove();
  rmSync(scratch, { recursive: true, force: true });
});

describe.each(Object.keys(EXPECTED) as ImageKind[])('a vault on %s', (kind) => {
  const expected = EXPECTED[kind];
  const made: Made[] = [];
  let cacheDir = '';

  it('is on a disk that is described without guessing, with the addon and without', async ({ skip }) => {
    const image = images.get(kind) ?? skip();
    const full = await describeVolume(join(image.mountPoint, 'vault'));
    const plain = await describeVolume(image.mountPoint, { addon: null });
    const below = await describeVolume(dirname(image.mountPoint));
    const common: Partial<VolumeDescription> = {
      mountPoint: image.mountPoint,
      attachment: kind === 'tmpfs' ? 'memory' : below.attachment,
      readOnly: 'no',
      timeMachine: 'none',
      cloudService: null,
      fileSystem: kind,
    };
    expect(full).toMatchObject(common);
    expect(plain).toMatchObject(common);
    expect(plain.source).toBe('fallback');
    const id = image.uuid === null ? null : `uuid:${image.uuid.toLowerCase()}`;
    // Nothing but the file system itself or the device's first sector tells here: there is no udev.
    if (full.source === 'addon' || kind === 'exfat' || kind === 'ntfs') expect(full.id).toBe(id);
    expect([id, null]).toContain(plain.id);
    expect(full.mount).not.toBeNull();
  });

  it('is made for that disk and holds versions', async ({ skip }) => {
    const image = images.get(kind) ?? skip();
    cacheDir = freshCache();
    await using vault = await Vault.create(join(image.mountPoint, 'vault'), { cacheDir });
    expect(vault.description).toMatchObject({
      fanOut: expected.fanOut,
      policy: { singleFromBytes: expected.singleFromBytes },
    });
    expect(existsSync(join(vault.dir, 'packs', 'ab'))).toBe(expected.fanOut === 'two-hex');
    made.push(await backUp(vault, 1, null));
    made.push(await backUp(vault, 2, made[0] ?? null));
    await expectWhole(vault, made);
    const report = await vault.describeDestination();
    expect(report).toMatchObject({
      fileSystem: kind,
      reflink: expected.reflink,
      policy: { suitedTo: expected.suitedTo, fits: true },
      probe: { makesCompanions: 'no', syncsFiles: 'yes', renameReplaces: 'yes', listingDelayMs: 0 },
    });
    expect(report.cautions.map(({ code }) => code)).toEqual(kind === 'tmpfs' ? ['lost-at-restart'] : []);
    expect(report.freeBytes).toBeGreaterThan(0);
    expect(report.totalBytes).toBeGreaterThanOrEqual(report.freeBytes);
    expect(report.probe?.tookMs).toBeLessThan(1000);
    expect(Math.abs(report.probe?.clockSkewMs ?? Number.NaN)).toBeLessThan(3000);
    console.log(`${kind}: probe ${report.probe?.tookMs} ms, told by ${report.source}`);
    expect(readdirSync(vault.dir).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('is tested again after it was unmounted, and goes on', async ({ skip }) => {
    const image = images.get(kind) ?? skip();
    if (kind === 'tmpfs') skip('it is gone when it is unmounted');
    const before = (await describeVolume(image.mountPoint)).mount;
    image.unmount();
    image.mount();
    expect((await describeVolume(image.mountPoint)).mount).not.toBe(before);
    await using vault = await Vault.open(join(image.mountPoint, 'vault'), { cacheDir });
    expect((await vault.describeDestination()).probe).toBeNull();
    made.push(await backUp(vault, 3, made[1] ?? null));
    const probe = (await vault.describeDestination()).probe;
    expect(probe).not.toBeNull();
    await using again = await Vault.open(vault.dir, { cacheDir });
    made.push(await backUp(again, 4, made[2] ?? null));
    expect((await again.describeDestination()).probe?.probedAt).toBe(probe?.probedAt);
    await expectWhole(again, made);
  });

  it('can be read and not added to when the disk is mounted for reading only', async ({ skip }) => {
    const image = images.get(kind) ?? skip();
    if (kind === 'tmpfs') skip('it is gone when it is unmounted');
    image.unmount();
    image.mount({ readOnly: true });
    await using vault = await Vault.open(join(image.mountPoint, 'vault'), { cacheDir: freshCache() });
    await expect(backUp(vault, 5, null)).rejects.toMatchObject({ code: 'vault/read-only-disk' });
    await expectWhole(vault, made);
    const report = await vault.describeDestination();
    expect(report.readOnly).toBe('yes');
    await expect(Vault.create(join(image.mountPoint, 'new'), { cacheDir: freshCache() })).rejects.toMatchObject({
      code: 'vault/read-only-disk',
    });
    await vault.close();
    image.unmount();
    image.mount();
  });
});

describe('a vault that was copied to a disk of another kind', () => {
  it.each<[ImageKind, ImageKind]>([
    ['exfat', 'ext4'],
    ['ext4', 'exfat'],
    ['xfs', 'ntfs'],
  ])('from %s to %s is read, added to, and told to be a guest', async (from, to) => {
    const [source, target] = [images.get(from), images.get(to)];
    if (source === undefined || target === undefined) return console.warn(`NOT RUN: from ${from} to ${to}`);
    const options = { cacheDir: freshCache() };
    const versions: Made[] = [];
    {
      await using vault = await Vault.create(join(source.mountPoint, 'traveller'), options);
      versions.push(await backUp(vault, 1, null));
    }
    const place = join(target.mountPoint, `from ${from}`);
    cpSync(join(source.mountPoint, 'traveller'), place, { recursive: true });
    await using moved = await Vault.open(place, options);
    await expectWhole(moved, versions);
    versions.push(await backUp(moved, 2, versions[0] ?? null));
    await expectWhole(moved, versions);
    const { policy, cautions } = await moved.describeDestination();
    expect(policy).toMatchObject({ fanOut: EXPECTED[from].fanOut, suitedTo: EXPECTED[to].suitedTo, fits: false });
    expect(cautions.map(({ code }) => code)).toEqual(['policy-of-another-disk']);
  });
});

describe('the folder of a cloud service', () => {
  it('is refused before anything is made in it', async () => {
    const place = join(scratch, 'Dropbox', 'vault');
    await expect(Vault.create(place, { cacheDir: freshCache() })).rejects.toMatchObject({
      code: 'vault/cloud-folder',
      data: { service: 'Dropbox' },
    });
    expect(existsSync(join(scratch, 'Dropbox'))).toBe(false);
  });
});

describe('the test of this computer’s own disk', () => {
  it('takes less than a second and leaves nothing', async () => {
    const cacheDir = freshCache();
    const place = join(scratch, 'here');
    await using vault = await Vault.create(place, { cacheDir });
    const before = statSync(place).nlink;
    const report = await vault.describeDestination({ probe: true });
    expect(report.probe?.tookMs).toBeLessThan(1000);
    console.log(`${report.fileSystem}: probe ${report.probe?.tookMs} ms`);
    expect(readdirSync(place).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(statSync(place).nlink).toBe(before);
  });
});
