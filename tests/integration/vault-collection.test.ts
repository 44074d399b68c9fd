import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { pruneVault } from '../../src/main/engine/api/retention.ts';
import { type Snapshot, Vault, type VaultOptions } from '../../src/main/engine/vault/index.ts';
import { canonicalLine } from '../../src/main/engine/vault/layout/canonical.ts';
import { retentionPresets } from '../../src/shared/rules/retention/index.ts';
import { MemoryDisk } from '../support/vault/memory-disk.ts';
import { Random } from '../support/vault/random.ts';
import { type Content, commitVersion, differenceFrom, UDID } from '../support/vault/versions.ts';

/** Forgetting, and what a collection may take. The disk is one in memory whose clock the tests turn. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const scratch = mkdtempSync(join(tmpdir(), 'backstop-collect-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const open: Vault[] = [];
afterEach(async () => {
  for (const vault of open.splice(0)) await vault.close();
});
let caches = 0;

async function vaultOn(disk: MemoryDisk, options: Partial<VaultOptions> = {}): Promise<Vault> {
  caches += 1;
  const vault = await Vault.openOrCreate('/vault', {
    host: { installation: '11111111-2222-4333-8444-555555555555', name: 'desk', boot: 'boot' },
    cacheDir: join(scratch, `cache-${caches}`),
    io: disk,
    policy: { singleFromBytes: 64 * 1024, packTargetBytes: 128 * 1024 },
    fanOut: 'flat',
    placement: async () => 'internal',
    ...options,
  });
  open.push(vault);
  return vault;
}

interface Version {
  readonly snapshot: Snapshot;
  readonly content: Content;
}

/**
 * Files that stay, files that every second version has anew, and some that each has, so that packs without their
 * version are half empty, and that there are full catalogs and deltas.
 */
function contentOf(version: number): Content {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < 30; at += 1) files.set(`stays ${at}`, new Random(at + 1).bytes(1000 + at * 50));
  for (let at = 0; at < 30; at += 1)
    files.set(`new ${at}`, new Random(version * 1000 + at + 100).bytes(3000 + at * 90));
  files.set('large', new Random(version + 5000).bytes(80_000));
  files.set('large and constant', new Random(6000).bytes(90_000));
  files.set('empty', Buffer.alloc(0));
  files.set('Manifest.db', new Random(version + 7000).bytes(3000));
  files.set('Status.plist', new Random(version + 8000).bytes(100));
  return files;
}

const day = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number)).toISOString();

async function versions(vault: Vault, count: number): Promise<Version[]> {
  const made: Version[] = [];
  for (let version = 0; version < count; version += 1) {
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    const content = contentOf(version);
    made.push({ snapshot: await commitVersion(session, made.at(-1) ?? null, content, day(version)), content });
  }
  return made;
}

async function expectWhole(vault: Vault, kept: readonly Version[]): Promise<void> {
  const { snapshots } = await vault.snapshots();
  expect(snapshots.map(({ id }) => id)).toEqual(kept.map(({ snapshot }) => snapshot.id));
  for (const { snapshot, content } of kept) {
    expect(await differenceFrom(vault, snapshot, content)).toBeNull();
    expect(await vault.checkStructure(snapshot)).toMatchObject({ ok: true, problems: [] });
  }
}

function bytesOn(disk: MemoryDisk): number {
  return disk
    .files()
    .filter((path) => /^\/vault\/(packs|objects|catalogs)\//.test(path))
    .reduce((sum, path) => sum + disk.bytesOf(path).length, 0);
}

describe('forgetting', () => {
  test('takes a version off the list, and back, and frees nothing', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    const made = await versions(vault, 3);
    const before = bytesOn(disk);
    await vault.forget([(made[1] as Version).snapshot], 'owner');
    const { snapshots, forgotten } = await vault.snapshots();
    expect(snapshots.map(({ id }) => id)).toEqual([made[0]?.snapshot.id, made[2]?.snapshot.id]);
    expect(forgotten).toMatchObject([{ id: made[1]?.snapshot.id, forgotten: { by: 'owner' } }]);
    await vault.collect();
    expect(bytesOn(disk)).toBe(before);
    await vault.unforget((made[1] as Version).snapshot);
    await expectWhole(vault, made);
  });

  test('refuses what is pinned and what a backup builds upon', async () => {
    const vault = await vaultOn(new MemoryDisk());
    const made = await versions(vault, 2);
    const [first, second] = made.map(({ snapshot }) => snapshot) as [Snapshot, Snapshot];
    await vault.pin(first);
    await expect(vault.forget([first], 'owner')).rejects.toMatchObject({ code: 'vault/pinned' });
    await using _session = await vault.openSession({ udid: UDID, label: 'Anna' });
    await expect(vault.forget([second], 'owner')).rejects.toMatchObject({ code: 'vault/in-use' });
    await vault.unpin(first);
    await vault.forget([first], 'owner');
  });

  test('a pin whose time is over is taken back when the rules want the version gone, and not before', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    const made: Version[] = [];
    const setClocks = (at: number): void => {
      disk.nowMs = Date.parse(day(at));
      vi.setSystemTime(disk.nowMs);
    };
    for (const at of [0, 1, 300, 301]) {
      setClocks(at);
      await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
      const content = contentOf(at);
      made.push({ snapshot: await commitVersion(session, made.at(-1) ?? null, content, day(at)), content });
    }
    const [first, second] = made.map(({ snapshot }) => snapshot) as [Snapshot, Snapshot];
    await vault.pin(first, { untilMs: Date.parse(day(100)), reason: null });
    await vault.pin(first, { untilMs: Date.parse(day(400)), reason: 'longer' });
    await vault.pin(second, { untilMs: Date.parse(day(100)), reason: null });
    const policy = retentionPresets.light;
    const removed = async (dryRun: boolean): Promise<readonly string[]> =>
      (await pruneVault(vault, { dryRun, policy })).remove;
    expect(await removed(true)).toEqual([second.id]);
    expect((await vault.snapshots()).states.get(second.id)?.isPinned).toBe(true);
    expect(await removed(false)).toEqual([second.id]);
    const { forgotten, states } = await vault.snapshots();
    expect(forgotten.map(({ id }) => id)).toEqual([second.id]);
    expect(states.get(first.id)).toMatchObject({ isPinned: true, pinnedUntilMs: Date.parse(day(400)) });
    // This computer's clock alone makes nothing old.
    vi.setSystemTime(Date.parse(day(401)));
    expect(await removed(true)).toEqual([]);
    setClocks(401);
    expect(await removed(false)).toEqual([first.id]);
  });

  test('the next backup does not build upon a forgotten version, and its number is not used again', async () => {
    const vault = await vaultOn(new MemoryDisk());
    const made = await versions(vault, 3);
    await vault.forget([(made[2] as Version).snapshot], 'owner');
    await vault.expire((made[2] as Version).snapshot);
    await vault.collect();
    expect((await vault.chooseParent(UDID)).parent?.id).toBe(made[1]?.snapshot.id);
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    const content = contentOf(9);
    const snapshot = await commitVersion(session, made[1] as Version, content, day(9));
    expect(snapshot.record.seq).toBe(4);
    await expectWhole(vault, [made[0] as Version, made[1] as Version, { snapshot, content }]);
  });
});

describe('a collection', () => {
  test('takes what only an expired version held, at once on an internal disk of this computer alone', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    const made = await versions(vault, 4);
    const before = bytesOn(disk);
    const going = [made[0] as Version, made[2] as Version];
    const estimate = await vault.estimateFreed(going.map(({ snapshot }) => snapshot));
    for (const { snapshot } of going) await vault.forget([snapshot], 'owner');
    for (const { snapshot } of going) await vault.expire(snapshot);
    const report = await vault.collect();
    expect(report.expired.toSorted()).toEqual(going.map(({ snapshot }) => snapshot.id).toSorted());
    expect(report.freedBytes).toBeGreaterThan(estimate * 0.9);
    expect(bytesOn(disk)).toBeLessThan(before - estimate * 0.8);
    const kept = [made[1] as Version, made[3] as Version];
    await expectWhole(vault, kept);
    // A computer that knows nothing reads the same, and backs up on top of it.
    const other = await vaultOn(disk);
    await expectWhole(other, kept);
    await using session = await other.openSession({ udid: UDID, label: 'Anna' });
    const content = contentOf(20);
    const snapshot = await commitVersion(session, made[3] as Version, content, day(20));
    await expectWhole(other, [...kept, { snapshot, content }]);
    expect(await other.collect()).toMatchObject({ expired: [], markedBytes: 0, freedBytes: 0, waitingBytes: 0 });
  });

  test('waits 30 days in the store’s time before an undo is over', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    const made = await versions(vault, 2);
    await vault.forget([(made[0] as Version).snapshot], 'owner');
    for (let days = 0; days < 29; days += 4) {
      disk.nowMs += 4 * DAY_MS;
      if (days < 26) expect((await vault.collect()).expired).toEqual([]);
      await vault.writeNote((made[1] as Version).snapshot, `day ${days}`);
    }
    expect((await vault.collect()).expired).toEqual([made[0]?.snapshot.id]);
    await expectWhole(vault, [made[1] as Version]);
  });

  test('leaves a day between marking and sweeping where another computer may be writing', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk, { placement: async () => 'network' });
    const made = await versions(vault, 3);
    disk.nowMs += 2 * DAY_MS;
    const { snapshot } = made[1] as Version;
    await vault.forget([snapshot], 'owner');
    await vault.expire(snapshot);
    const before = bytesOn(disk);
    const marked = await vault.collect();
    expect(marked).toMatchObject({ expired: [snapshot.id], freedBytes: 0 });
    expect(marked.waitingBytes).toBeGreaterThan(0);
    disk.nowMs += 23 * HOUR_MS;
    expect(await vault.collect()).toMatchObject({ freedBytes: 0, markedBytes: 0 });
    disk.nowMs += 2 * HOUR_MS;
    expect((await vault.collect()).freedBytes).toBe(marked.waitingBytes);
    expect(bytesOn(disk)).toBeLessThan(before);
    await expectWhole(vault, [made[0] as Version, made[2] as Version]);
  });

  test('does not take what a backup of less than a day ago left unfinished', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk, { placement: async () => 'removable' });
    await versions(vault, 1);
    const session = await vault.openSession({ udid: UDID, label: 'Anna' });
    const writer = session.createObject(10_000);
    await writer.write(new Random(1).bytes(10_000));
    await writer.finish();
    await session.seal();
    await session.abort();
    expect((await vault.collect()).markedBytes).toBe(0);
    disk.nowMs += 2 * DAY_MS;
    expect((await vault.collect()).markedBytes).toBeGreaterThan(10_000);
  });

  test('gives way to a running backup', async () => {
    const vault = await vaultOn(new MemoryDisk());
    const made = await versions(vault, 2);
    await vault.forget([(made[0] as Version).snapshot], 'owner');
    await vault.expire((made[0] as Version).snapshot);
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    await expect(vault.collect()).rejects.toMatchObject({ code: 'vault/collection-busy' });
    await session.abort();
    expect((await vault.collect()).expired).toEqual([made[0]?.snapshot.id]);
  });

  test.each(['record', 'catalog', 'event', 'mark', 'unknown event'])(
    'deletes nothing while a %s cannot be read',
    async (what) => {
      const disk = new MemoryDisk();
      const vault = await vaultOn(disk, { placement: async () => 'network' });
      const made = await versions(vault, 3);
      disk.nowMs += 2 * DAY_MS;
      await vault.forget([(made[0] as Version).snapshot], 'owner');
      await vault.expire((made[0] as Version).snapshot);
      await vault.collect();
      disk.nowMs += 2 * DAY_MS;
      const folder = { record: 'snapshots', catalog: 'catalogs', event: 'events', mark: 'gc', 'unknown event': '' }[
        what
      ];
      if (folder === '') {
        const unknown = { format: 'backstop-event', version: 1, kind: 'of the future' };
        const bytes = Buffer.from(`${JSON.stringify(unknown)}\n`);
        const hash = createHash('sha256').update(bytes).digest('hex');
        disk.plant(`/vault/events/20260101T000000000Z-11111111-${hash}.json`, bytes);
      } else {
        const catalog = made[2]?.snapshot.record.catalogs.at(-1)?.hash ?? '';
        const isMeant = (one: string): boolean => one.includes(what === 'catalog' ? catalog : `/${folder}/`);
        const path = disk.files().find((one) => one.startsWith(`/vault/${folder}/`) && isMeant(one)) ?? '';
        const bytes = disk.bytesOf(path);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        disk.plant(path, bytes);
      }
      const before = disk.files();
      const fresh = await vaultOn(disk, { placement: async () => 'network' });
      await expect(fresh.collect()).rejects.toMatchObject({ code: 'vault/gc-blocked' });
      expect(disk.files()).toEqual(before);
    },
  );

  test('judges nothing by age when the store’s clock has jumped', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    const made = await versions(vault, 2);
    await vault.forget([(made[0] as Version).snapshot], 'owner');
    disk.nowMs += 365 * DAY_MS;
    expect(await vault.collect()).toMatchObject({ expired: [], isClockInDoubt: true, freedBytes: 0 });
    disk.nowMs -= 400 * DAY_MS;
    expect(await vault.collect()).toMatchObject({ expired: [], isClockInDoubt: true, freedBytes: 0 });
  });

  test('repacked packs: an old version that still names the old pack is whole, and so is the next backup', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    const made = await versions(vault, 5);
    for (const version of made.slice(0, 3)) {
      await vault.forget([version.snapshot], 'retention');
      await vault.expire(version.snapshot);
    }
    const report = await vault.collect();
    expect(report.repackedPacks).toBeGreaterThan(0);
    expect(disk.files().some((path) => path.endsWith('.moved.json'))).toBe(true);
    const kept = made.slice(3);
    const other = await vaultOn(disk);
    await expectWhole(other, kept);
    expect((await other.chooseParent(UDID)).damaged).toBeNull();
    const later = [...kept];
    for (let version = 5; version < 8; version += 1) {
      await using session = await other.openSession({ udid: UDID, label: 'Anna' });
      const content = contentOf(version);
      later.push({ snapshot: await commitVersion(session, later.at(-1) ?? null, content, day(version)), content });
    }
    await expectWhole(other, later);
  });

  test('packs that were repacked again and again: the way from the first name to the content stays', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    let made = await versions(vault, 2);
    const moves = new Map<string, readonly string[]>();
    for (let round = 0; round < 7; round += 1) {
      const going = made[0] as Version;
      await vault.forget([going.snapshot], 'retention');
      await vault.expire(going.snapshot);
      await vault.collect();
      for (const path of disk.files().filter((one) => one.endsWith('.moved.json'))) {
        const moved = JSON.parse(disk.bytesOf(path).toString()) as { from: string; to: string[] };
        moves.set(moved.from, moved.to);
      }
      made = made.slice(1);
      await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
      const files = new Map(contentOf(6 + round));
      for (let at = 0; at < 60; at += 1) if (at % 8 <= round) files.delete(`stays ${at}`);
      const snapshot = await commitVersion(session, made.at(-1) ?? null, files, day(6 + round));
      made.push({ snapshot, content: files });
      await session.abort();
      await expectWhole(await vaultOn(disk), made);
    }
    expect([...moves.values()].flat().some((pack) => moves.has(pack))).toBe(true);
  });

  test('packs that went and came back: their names lead to where the content is now, never round in a circle', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    const made = await versions(vault, 6);
    const gone = new Map<string, Buffer>();
    const seen = new Map<string, Buffer>();
    for (const version of made.slice(0, 4)) {
      for (const path of disk.files()) if (path.endsWith('.pack')) seen.set(path, disk.bytesOf(path));
      await vault.forget([version.snapshot], 'retention');
      await vault.expire(version.snapshot);
      await vault.collect();
      for (const [path, bytes] of seen) if (!disk.files().includes(path)) gone.set(path, bytes);
      // As a copy of the vault that somebody put back over it would do.
      for (const [path, bytes] of gone) disk.plant(path, bytes);
      const kept = made.slice(made.indexOf(version) + 1);
      await expectWhole(await vaultOn(disk), kept);
      const other = await vaultOn(disk);
      await other.collect();
      await expectWhole(await vaultOn(disk), kept);
      expect((await other.scrub({ everything: true })).problems).toEqual([]);
    }
    expect(gone.size).toBeGreaterThan(3);
  });

  test('a way that leads nowhere is written anew by a repair, whatever this computer’s clock says', async () => {
    const disk = new MemoryDisk();
    const vault = await vaultOn(disk);
    const made = await versions(vault, 5);
    for (const { snapshot } of made.slice(0, 3)) {
      await vault.forget([snapshot], 'retention');
      await vault.expire(snapshot);
    }
    await vault.collect();
    for (const path of disk.files().filter((one) => one.endsWith('.moved.json'))) {
      const moved = { ...JSON.parse(disk.bytesOf(path).toString()), to: ['ab'.repeat(32)] };
      const bytes = canonicalLine(moved);
      const hash = createHash('sha256').update(bytes).digest('hex');
      disk.plant(`/vault/gc/20990101T000000000Z-${hash}.moved.json`, bytes);
    }
    const other = await vaultOn(disk);
    const broken = (await other.scrub({ everything: true })).problems;
    expect(broken.map(({ kind, detail }) => ({ kind, detail }))).toContainEqual({
      kind: 'pack',
      detail: 'it is missing',
    });
    for (const { snapshot, content } of made.slice(3)) {
      expect(await differenceFrom(other, snapshot, content)).toBeNull();
    }
    expect(await other.repair()).toMatchObject({ unrepaired: [] });
    await expectWhole(await vaultOn(disk), made.slice(3));
  });
});
