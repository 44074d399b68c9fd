import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';

vi.hoisted(() => {
  process.env['BACKSTOP_TIMEOUT_SCALE'] ??= '0.02';
});

import { exportSnapshot } from '../../src/main/engine/export/index.ts';
import { describeVolume } from '../../src/main/engine/platform/index.ts';
import { writeMark } from '../../src/main/engine/vault/collect/gc-files.ts';
import type { DescribeVolume } from '../../src/main/engine/vault/destination/destination.ts';
import { Vault, type VaultOptions, type VaultSession } from '../../src/main/engine/vault/index.ts';
import { nodeIo, type VaultIo } from '../../src/main/engine/vault/io/index.ts';
import { encodeDescription } from '../../src/main/engine/vault/layout/description.ts';
import { VaultPaths } from '../../src/main/engine/vault/layout/names.ts';
import { listLeases } from '../../src/main/engine/vault/lease/lease-file.ts';
import { LEASE_PATIENCE_MS } from '../../src/main/engine/vault/lease/liveness.ts';
import { findLease } from '../../src/main/engine/vault/lease/presence.ts';
import { newSessionId } from '../../src/main/engine/vault/lease/session-id.ts';
import { LEASE_LIFE_MS, RENEWAL_MS, SessionLease } from '../../src/main/engine/vault/lease/session-lease.ts';
import type { BackstopError } from '../../src/shared/errors/index.ts';
import { BACKUP_CHILD } from '../support/vault/backup-child.ts';
import { SMALL_POLICY } from '../support/vault/folders.ts';
import { backUp, dayOf, freshComputer, keeperContent, problemOf, type Version } from '../support/vault/keeper.ts';
import { MemoryDisk } from '../support/vault/memory-disk.ts';
import { Random } from '../support/vault/random.ts';
import { READING_CHILD } from '../support/vault/reading-child.ts';
import {
  commitVersion,
  differenceFrom,
  differenceOf,
  fileId,
  requestFor,
  store,
  UDID,
} from '../support/vault/versions.ts';
import { WatchedIo } from '../support/vault/watched-io.ts';

/** Two computers at work in one vault, each with its own clock, cache and notes. Real files, and clocks that are set. */

const HOUR_MS = 3_600_000;
const roots: string[] = [];
const afterwards: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const end of afterwards.splice(0).reverse()) await end();
});
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

function freshFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'backstop-two-'));
  roots.push(root);
  return root;
}

/** One computer: its own installation, cache, notes and clocks. */
class Computer {
  readonly #root: string;
  readonly #digit: string;
  readonly name: string;
  /** How far its calendar is off. */
  skewMs: number;
  monotonicMs = 0;
  uptimeMs = 0;

  constructor(root: string, name: 'desk' | 'lap', skewMs = 0) {
    this.#root = root;
    this.name = name;
    this.skewMs = skewMs;
    this.#digit = name === 'desk' ? '1' : '9';
  }

  async open(place: string, options: Partial<VaultOptions> = {}): Promise<Vault> {
    const installation = `${this.#digit.repeat(8)}-2222-4333-8444-555555555555`;
    const vault = await Vault.openOrCreate(join(this.#root, place), {
      cacheDir: join(this.#root, this.name),
      host: { installation, name: this.name, boot: 'boot' },
      clock: { now: () => new Date(Date.now() + this.skewMs), monotonicMs: () => this.monotonicMs },
      sinceBootMs: () => this.uptimeMs,
      policy: SMALL_POLICY,
      ...options,
    });
    afterwards.push(() => vault.close());
    return vault;
  }
}

/** As if the vault lay on a server. */
const networkIo: VaultIo = {
  ...nodeIo,
  statfs: async (path) => ({ ...(await nodeIo.statfs(path)), type: 0x6969 }),
};

test('on a network store a lease is seen that the first listing does not show yet; a local disk is listed once', async () => {
  const root = freshFolder();
  for (const name of ['leases', 'locks']) mkdirSync(join(root, name));
  const folder = join(root, 'leases');
  const lease = await SessionLease.take({
    io: nodeIo,
    folder,
    lockFolder: join(root, 'locks'),
    host: { installation: '11111111-2222-4333-8444-555555555555', name: 'desk', boot: 'boot' },
    clock: { now: () => new Date(), monotonicMs: () => 0 },
    session: newSessionId(),
    kind: 'session',
    deviceTag: Buffer.alloc(16, 7),
    parent: null,
    isStale: () => false,
  });
  afterwards.push(() => lease.release());
  let listings = 0;
  const readdir = async (path: string) => {
    listings += 1;
    return listings === 1 ? [] : nodeIo.readdir(path);
  };
  const io = { ...nodeIo, readdir };
  const look = (isShared: boolean) => findLease({ io, folder, isShared }, ({ session }) => session === lease.session);
  expect(await look(false)).toBeNull();
  expect(listings).toBe(1);
  listings = 0;
  expect((await look(true))?.session).toBe(lease.session);
  expect(listings).toBe(2);
  expect(await listLeases(nodeIo, folder)).toHaveLength(1);
});

test('nothing is named a version when the computer slept between the last look and the naming', async () => {
  for (const which of ['skewMs', 'monotonicMs'] as const) {
    const desk = new Computer(freshFolder(), 'desk');
    let sleepMs = 0;
    const io = new WatchedIo(nodeIo, {
      before: ({ kind, path }) => {
        if (kind === 'sync' && path.endsWith('record.json')) desk[which] += sleepMs;
      },
    });
    const vault = await desk.open('vault', { io });
    sleepMs = LEASE_LIFE_MS + 1;
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    await expect(commitVersion(session, null, keeperContent(0), dayOf(0))).rejects.toMatchObject({
      code: 'vault/lease-lost',
    });
    expect((await vault.snapshots()).snapshots).toEqual([]);
    await session.abort();
    sleepMs = 0;
    await using again = await vault.openSession({ udid: UDID, label: 'Anna' });
    await commitVersion(again, null, keeperContent(0), dayOf(0));
    expect((await vault.snapshots()).snapshots).toHaveLength(1);
  }
});

test('nothing is named a version when the lease was taken away between the last look and the naming', async () => {
  const root = freshFolder();
  const desk = new Computer(root, 'desk');
  const leases = join(root, 'vault', 'leases');
  const io = new WatchedIo(nodeIo, {
    before: ({ kind, path }) => {
      if (kind !== 'sync' || !path.endsWith('record.json')) return;
      for (const name of readdirSync(leases)) rmSync(join(leases, name));
      desk.skewMs += 3 * RENEWAL_MS;
    },
  });
  const vault = await desk.open('vault', { io });
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  await expect(commitVersion(session, null, keeperContent(0), dayOf(0))).rejects.toMatchObject({
    code: 'vault/lease-lost',
  });
  expect((await vault.snapshots()).snapshots).toEqual([]);
});

test('on a network store a version whose lease went away at its naming is not trusted, and the next one is full', async () => {
  const root = freshFolder();
  const desk = new Computer(root, 'desk');
  const leases = join(root, 'vault', 'leases');
  let isToGo = true;
  const io = new WatchedIo(networkIo, {
    before: ({ kind, path }) => {
      if (!isToGo || kind !== 'rename' || !path.includes('/snapshots/')) return;
      for (const name of readdirSync(leases)) rmSync(join(leases, name));
    },
  });
  const vault = await desk.open('vault', { io });
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  const snapshot = await commitVersion(session, null, keeperContent(0), dayOf(0));
  isToGo = false;
  const { events } = await vault.listEvents();
  expect(events.map((event) => [event.kind, event.record])).toEqual([['damaged', snapshot.id]]);
  await using next = await vault.openSession({ udid: UDID, label: 'Anna' });
  expect(next.parent).toMatchObject({ parent: null, damaged: { snapshot: { id: snapshot.id } } });
});

/** A collection of somebody who did not see the session marks these files; `sweep` takes them away. */
async function markPacks(vault: Vault, packs: readonly string[]): Promise<() => void> {
  const paths = new VaultPaths(vault.dir, vault.description.fanOut);
  const named = packs.map((hash) => ({ hash, size: statSync(paths.pack(hash)).size }));
  const stamp = { vault: vault.id, writer: '99999999-2222-4333-8444-555555555555', at: new Date() };
  await writeMark(nodeIo, paths, { records: [], packs: named, objects: [], catalogs: [] }, stamp);
  return () => {
    for (const hash of packs) rmSync(paths.pack(hash));
  };
}

function packsIn(vault: Vault): string[] {
  const names = readdirSync(join(vault.dir, 'packs'), { recursive: true, encoding: 'utf8' });
  return names.flatMap((name) => /([0-9a-f]{64})\.pack$/.exec(name)?.[1] ?? []);
}

test('what is marked while a version is put together is stored once more, and may go then', async () => {
  const desk = new Computer(freshFolder(), 'desk');
  let sweep: (() => void) | null = null;
  let isToMark = false;
  let marking: Promise<unknown> = Promise.resolve();
  const io = new WatchedIo(nodeIo, {
    before: ({ kind, path }) => {
      // The first look at the marks is over when the catalog is written.
      if (kind !== 'create' || !path.includes('catalog-') || !isToMark) return;
      isToMark = false;
      marking = markPacks(vault, left).then((taken) => {
        sweep = taken;
      });
    },
  });
  const syncFolder = io.syncFolder.bind(io);
  io.syncFolder = async (path) => {
    await marking;
    await syncFolder(path);
  };
  const vault = await desk.open('vault', { io });
  const content = keeperContent(0);
  {
    await using gone = await vault.openSession({ udid: UDID, label: 'Anna' });
    for (const bytes of content.values()) await store(gone, bytes);
    await gone.seal();
  }
  const left = packsIn(vault);
  isToMark = true;
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  const snapshot = await commitVersion(session, null, content, dayOf(0));
  expect(sweep).not.toBeNull();
  (sweep as unknown as () => void)();
  expect(await problemOf(vault, { snapshot, content })).toBeNull();
  // The catalog that came to nothing is not a part of the version.
  for (const pack of snapshot.record.packsAdded) expect(packsIn(vault)).toContain(pack);
  expect(snapshot.record.packsAdded.length).toBe(packsIn(vault).length - 1);
});

test('two versions of one phone that are made at once, because neither saw the other, get numbers of their own', async () => {
  const root = freshFolder();
  const blind: VaultIo = {
    ...nodeIo,
    readdir: async (path) => (path.endsWith('leases') ? [] : nodeIo.readdir(path)),
  };
  const lap = await new Computer(root, 'lap').open('vault', { io: blind });
  let other: Promise<Version> | null = null;
  const io = new WatchedIo(blind, {
    before: ({ kind, path }) => {
      if (kind === 'create' && path.includes('catalog-')) other ??= commitFor(theirs, UDID, 1);
    },
  });
  const syncFolder = io.syncFolder.bind(io);
  io.syncFolder = async (path) => {
    await other;
    await syncFolder(path);
  };
  const desk = await new Computer(root, 'desk').open('vault', { io });
  await using theirs = await lap.openSession({ udid: UDID, label: 'Anna' });
  await using ours = await desk.openSession({ udid: UDID, label: 'Anna' });
  const made = await commitFor(ours, UDID, 2);
  const first = await (other as unknown as Promise<Version>);
  expect([first.snapshot.record.seq, made.snapshot.record.seq]).toEqual([1, 2]);
  for (const version of [first, made]) expect(await problemOf(desk, version)).toBeNull();
});

test('what is marked and gone ends the session, and nothing becomes a version', async () => {
  const desk = new Computer(freshFolder(), 'desk');
  const vault = await desk.open('vault');
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  const request = await requestFor(session, null, keeperContent(0), dayOf(0));
  (await markPacks(vault, packsIn(vault)))();
  await expect(session.commit(request)).rejects.toMatchObject({ code: 'vault/object-vanished' });
  expect((await vault.snapshots()).snapshots).toEqual([]);
});

test('a run that had received everything is committed though a collection has marked what it left', async () => {
  const desk = new Computer(freshFolder(), 'desk');
  const vault = await desk.open('vault');
  const content = keeperContent(0);
  const session = await vault.openSession({ udid: UDID, label: 'Anna' });
  const request = await requestFor(session, null, content, dayOf(0));
  await session.abort();
  const sweep = await markPacks(vault, packsIn(vault));
  const resumed = await vault.resumeSession(session.id, { udid: UDID, label: 'Anna' });
  if (resumed.kind !== 'session') throw new Error('it was not committed before');
  await using again = resumed.session;
  const snapshot = await again.commit(request);
  sweep();
  expect(await problemOf(vault, { snapshot, content })).toBeNull();
});

const LONG = new Map([
  ['large', new Random(1).bytes(9 * 1024 * 1024)],
  ['small', new Random(2).bytes(3000)],
]);

function kindsOfLeases(vault: Vault): string[] {
  return readdirSync(join(vault.dir, 'leases')).map((name) => name.split('-')[0] ?? '');
}

test('what one computer reads for long no other one sweeps away, and a short look takes no lease', async () => {
  const root = freshFolder();
  const desk = await new Computer(root, 'desk').open('vault');
  const lap = await new Computer(root, 'lap').open('vault');
  await using session = await desk.openSession({ udid: UDID, label: 'Anna' });
  const snapshot = await commitVersion(session, null, LONG, dayOf(0));
  const view = await lap.view(snapshot);
  const [small, large] = [view.get(fileId('small')), view.get(fileId('large'))];
  if (small === null || large === null) throw new Error('they are in the version');
  await view.readWhole(small, 1e6);
  expect(kindsOfLeases(desk)).toEqual([]);
  await view.readWhole(large, 1e8);
  expect(kindsOfLeases(desk)).toEqual(['read']);
  await expect(desk.collect()).rejects.toMatchObject({
    code: 'vault/collection-busy',
    data: { work: 'somebody reading', host: 'lap' },
  });
  // A second reader shares the lease, and ends without taking it from the first.
  expect((await lap.rehash([...view.entries()])).ok).toBe(true);
  expect(kindsOfLeases(desk)).toEqual(['read']);
  await view[Symbol.asyncDispose]();
  expect(kindsOfLeases(desk)).toEqual([]);
  await desk.collect();
  expect(await problemOf(lap, { snapshot, content: LONG })).toBeNull();
  expect(kindsOfLeases(desk)).toEqual([]);
});

test('an export holds sweeps off as long as it reads', async () => {
  const root = freshFolder();
  const desk = await new Computer(root, 'desk').open('vault');
  await using session = await desk.openSession({ udid: UDID, label: 'Anna' });
  const snapshot = await commitVersion(session, null, LONG, dayOf(0));
  const io = new WatchedIo(nodeIo);
  const lap = await new Computer(root, 'lap').open('vault', { io });
  {
    await using view = await lap.view(snapshot);
    const directory = join(root, 'exported');
    const { bytes } = snapshot.record;
    await exportSnapshot({ view, udid: UDID, directory, vaultDirectory: lap.dir, bytes });
    expect(kindsOfLeases(desk)).toEqual(['read']);
  }
  expect(kindsOfLeases(desk)).toEqual([]);
  expect(io.operations.every(({ path }) => path.includes('/leases/read-') || path.endsWith('/leases'))).toBe(true);
});

test('who may not write reads all the same', async () => {
  const root = freshFolder();
  const desk = await new Computer(root, 'desk').open('vault');
  await using session = await desk.openSession({ udid: UDID, label: 'Anna' });
  const snapshot = await commitVersion(session, null, LONG, dayOf(0));
  const io = new WatchedIo(nodeIo, { fault: () => ({ errno: 'EROFS' }) });
  const lap = await new Computer(root, 'lap').open('vault', { io });
  expect(await problemOf(lap, { snapshot, content: LONG })).toBeNull();
  expect(io.operations.every(({ path }) => path.includes('/leases/'))).toBe(true);
  expect(io.operations.length).toBeGreaterThan(0);
});

test('a vault of a newer program, which may only be read, gets no lease', async () => {
  const root = freshFolder();
  const desk = await new Computer(root, 'desk').open('vault');
  await using session = await desk.openSession({ udid: UDID, label: 'Anna' });
  const snapshot = await commitVersion(session, null, LONG, dayOf(0));
  const { description } = desk;
  const features = { ...description.features, readonly_compatible: ['of-later'] };
  writeFileSync(join(desk.dir, 'vault.2.json'), encodeDescription({ ...description, features }));
  const io = new WatchedIo(nodeIo);
  const lap = await new Computer(root, 'lap').open('vault', { io });
  expect(lap.isReadOnly).toBe(true);
  expect(await problemOf(lap, { snapshot, content: LONG })).toBeNull();
  expect(io.operations).toEqual([]);
});

test('somebody who was killed while reading holds nothing up', async () => {
  const root = freshFolder();
  const vault = await Vault.openOrCreate(join(root, 'vault'), { cacheDir: join(root, 'cache'), policy: SMALL_POLICY });
  afterwards.push(() => vault.close());
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  await commitVersion(session, null, LONG, dayOf(0));
  const child = spawn(process.execPath, [READING_CHILD, vault.dir, join(root, 'cache')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(kindsOfLeases(vault)).toEqual(['read']);
  await expect(vault.collect()).rejects.toMatchObject({ data: { work: 'somebody reading' } });
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  await vault.collect();
  expect(kindsOfLeases(vault)).toEqual([]);
});

const OTHER_UDID = '00008101-000FFFFFFFFFFFFF';

async function commitFor(session: VaultSession, udid: string, version: number): Promise<Version> {
  const content = keeperContent(version);
  const request = await requestFor(session, null, content, dayOf(version));
  return { snapshot: await session.commit({ ...request, facts: { ...request.facts, udid } }), content };
}

/** Clocks that are wrong by hours, both ways. */
const SKEWS = [
  { desk: 5 * HOUR_MS, lap: -7 * HOUR_MS },
  { desk: -7 * HOUR_MS, lap: 5 * HOUR_MS },
] as const;

for (const skew of SKEWS) {
  const hours = `clocks wrong by ${skew.desk / HOUR_MS} and ${skew.lap / HOUR_MS} hours`;

  test(`two phones are backed up at once from two computers, ${hours}`, async () => {
    const root = freshFolder();
    const [desk, lap] = await bothComputers(root, skew);
    await using one = await desk.openSession({ udid: UDID, label: 'Anna' });
    await using two = await lap.openSession({ udid: OTHER_UDID, label: 'Ben' });
    expect(kindsOfLeases(desk)).toEqual(['session', 'session']);
    const made = await Promise.all([commitFor(one, UDID, 1), commitFor(two, OTHER_UDID, 2)]);
    expect(kindsOfLeases(desk)).toEqual([]);
    for (const vault of [desk, lap]) {
      for (const version of made) expect(await problemOf(vault, version)).toBeNull();
      expect((await vault.snapshots()).snapshots.map(({ id }) => id).sort()).toEqual(
        made.map(({ snapshot }) => snapshot.id).sort(),
      );
    }
  });

  test(`of two for one phone the second ends with who has it and since when, or waits, ${hours}`, async () => {
    const root = freshFolder();
    const [desk, lap] = await bothComputers(root, skew);
    const first = await desk.openSession({ udid: UDID, label: 'Anna' });
    const since = new Date(Date.now() + skew.desk);
    const refusal = await lap.openSession({ udid: UDID, label: 'Anna' }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: 'vault/device-busy', data: { host: 'desk' } });
    const told = Date.parse(String((refusal as BackstopError).data['since']));
    expect(Math.abs(told - since.getTime())).toBeLessThan(HOUR_MS / 60);
    // The first one was not disturbed: it renews, whichever of the two has the smaller id.
    expect(kindsOfLeases(desk)).toEqual(['session']);
    const waits: string[] = [];
    const waiting = lap.openSession({ udid: UDID, label: 'Anna', onWait: ({ host }) => waits.push(host) });
    await vi.waitFor(() => expect(waits).toEqual(['desk']));
    const version = await commitFor(first, UDID, 1);
    await using second = await waiting;
    expect(waits).toEqual(['desk']);
    expect(second.parent.parent?.id).toBe(version.snapshot.id);
    const next = await commitFor(second, UDID, 2);
    expect(next.snapshot.record.seq).toBe(2);
    expect(await problemOf(desk, next)).toBeNull();
  });

  test(`a claim of a computer that went away ends by itself, ${hours}`, async () => {
    const root = freshFolder();
    let isGone = false;
    const io = new WatchedIo(nodeIo, { fault: () => (isGone ? 'stop' : null) });
    const lapComputer = new Computer(root, 'lap', skew.lap);
    const lap = await lapComputer.open('vault', { io });
    await lap.openSession({ udid: UDID, label: 'Anna' });
    isGone = true;
    const deskComputer = new Computer(root, 'desk', skew.desk);
    const desk = await deskComputer.open('vault');
    const busy = { code: 'vault/device-busy', data: { host: 'lap' } };
    await expect(desk.openSession({ udid: UDID, label: 'Anna' })).rejects.toMatchObject(busy);
    // Neither the calendar nor the watching alone makes it dead: the store's clock has to say so too.
    deskComputer.skewMs += 24 * HOUR_MS;
    deskComputer.uptimeMs += 24 * HOUR_MS;
    await expect(desk.openSession({ udid: UDID, label: 'Anna' })).rejects.toMatchObject(busy);
    const waiting = desk.openSession({ udid: UDID, label: 'Anna', onWait: () => letTimePass(desk) });
    await using session = await waiting;
    const version = await commitFor(session, UDID, 1);
    expect(await problemOf(desk, version)).toBeNull();
    // It is dead by now for deletions as well, and its leavings go.
    expect(kindsOfLeases(desk)).toEqual([]);
    expect(readdirSync(join(desk.dir, 'tmp'))).toEqual([]);
  });
}

async function bothComputers(
  root: string,
  skew: { readonly desk: number; readonly lap: number },
): Promise<[Vault, Vault]> {
  const desk = await new Computer(root, 'desk', skew.desk).open('vault');
  return [desk, await new Computer(root, 'lap', skew.lap).open('vault')];
}

/** By the clock of the disk, all leases that are there now were written long ago. */
function letTimePass(vault: Vault): void {
  const folder = join(vault.dir, 'leases');
  const before = new Date(Date.now() - LEASE_PATIENCE_MS - 1000);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), before, before);
}

test('a claim of a process that was killed ends at once, also for somebody who waits', async () => {
  const root = freshFolder();
  const vault = await Vault.openOrCreate(join(root, 'vault'), { cacheDir: join(root, 'cache'), policy: SMALL_POLICY });
  afterwards.push(() => vault.close());
  const child = spawn(process.execPath, [BACKUP_CHILD, vault.dir, join(root, 'cache'), '0', 'wait'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  let isTold = false;
  const waiting = vault.openSession({
    udid: UDID,
    label: 'Anna',
    onWait: () => {
      isTold = true;
      child.kill('SIGKILL');
    },
  });
  await using session = await waiting;
  expect(isTold).toBe(true);
  expect(kindsOfLeases(vault)).toEqual(['session']);
  expect(readdirSync(join(vault.dir, 'tmp'))).toEqual([session.id]);
});

test('what another computer packed anew is read, though this one remembers the packs that are gone', async () => {
  const disk = new MemoryDisk();
  const root = freshFolder();
  const computer = (name: string, digit: string) =>
    Vault.openOrCreate(
      '/vault',
      freshComputer(root, disk, {
        host: { installation: `${digit.repeat(8)}-2222-4333-8444-555555555555`, name, boot: 'boot' },
        placement: async () => 'network',
        cacheDir: join(root, name),
      }),
    );
  const versions: Version[] = [];
  {
    await using before = await computer('desk', '1');
    for (let version = 0; version < 3; version += 1) versions.push(await backUp(before, version, versions));
  }
  const [first, second, third] = versions as [Version, Version, Version];
  await using desk = await computer('desk', '1');
  await using view = await desk.view(third.snapshot);
  await using lap = await computer('lap', '9');
  disk.nowMs += 30 * HOUR_MS;
  await lap.forget([first.snapshot], 'owner');
  await lap.expire(first.snapshot);
  expect((await lap.collect()).repackedPacks).toBeGreaterThan(0);
  disk.nowMs += 30 * HOUR_MS;
  expect((await lap.collect()).freedFiles).toBeGreaterThan(0);
  expect(await differenceOf(view, third.content)).toBeNull();
  expect(await differenceFrom(desk, second.snapshot, second.content)).toBeNull();
  const bytes = await desk.rehash([...view.entries(), ...view.tops()]);
  expect(bytes.damaged).toEqual([]);
});

/** Two disks that are connected to one computer, each with its own identity. */
function twoDisks(root: string): DescribeVolume {
  return async (path) => {
    const mountPoint = join(root, path.startsWith(join(root, 'disk-b')) ? 'disk-b' : 'disk-a');
    const known = await describeVolume(path, { detail: 'quick' });
    return { ...known, path, mountPoint, id: mountPoint.slice(-6), mount: mountPoint, attachment: 'internal' };
  };
}

test('one vault copied to two disks', { timeout: 60_000 }, async () => {
  const root = freshFolder();
  const desk = new Computer(root, 'desk');
  const options = { volumes: twoDisks(root), placement: async () => 'internal' as const };
  const open = (disk: string) => desk.open(join(disk, 'vault'), options);
  const versions: Version[] = [];
  {
    mkdirSync(join(root, 'disk-a'));
    await using a = await open('disk-a');
    for (let version = 0; version < 3; version += 1) versions.push(await backUp(a, version, versions));
    expect((await a.scrub({ everything: true, bytesPerSecond: null })).ok).toBe(true);
    expect((await a.scrubCoverage()).share).toBe(1);
  }
  cpSync(join(root, 'disk-a'), join(root, 'disk-b'), { recursive: true, preserveTimestamps: true });

  // What was read on one disk says nothing about the other, though names, dates and the vault's own notes are equal.
  {
    await using b = await open('disk-b');
    expect((await b.scrubCoverage()).share).toBe(0);
    const pack = join(b.dir, await packOf(b, versions[1] as Version));
    const bytes = readFileSync(pack);
    const dates = statSync(pack);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(pack, bytes);
    utimesSync(pack, dates.atime, dates.mtime);
    expect((await b.scrub({ everything: false, bytesPerSecond: null })).ok).toBe(false);
    await using a = await open('disk-a');
    expect((await a.scrubCoverage()).share).toBe(1);
    expect((await a.scrub({ everything: true, bytesPerSecond: null })).ok).toBe(true);
    expect((await a.scrub({ everything: false, bytesPerSecond: null })).ok).toBe(true);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(pack, bytes);
    expect(await b.scrub({ everything: true, bytesPerSecond: null })).toMatchObject({ ok: true, isComplete: true });
  }

  // They go different ways: one of them loses a version and packs the others anew.
  {
    await using a = await open('disk-a');
    const [first] = versions as [Version];
    await a.forget([first.snapshot], 'owner');
    await a.expire(first.snapshot);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const report = await a.collect();
    expect(report.repackedPacks).toBeGreaterThan(0);
    expect(report.freedFiles).toBeGreaterThan(0);
  }
  {
    await using b = await open('disk-b');
    for (const version of versions) expect(await differenceFrom(b, version.snapshot, version.content)).toBeNull();
  }
  {
    await using a = await open('disk-a');
    for (const version of versions.slice(1)) {
      expect(await differenceFrom(a, version.snapshot, version.content)).toBeNull();
    }
  }

  // Both at once, with what this computer remembers of both.
  {
    await using a = await open('disk-a');
    await using b = await open('disk-b');
    await using one = await a.openSession({ udid: UDID, label: 'Anna' });
    await using two = await b.openSession({ udid: UDID, label: 'Anna' });
    const newest = versions[2] as Version;
    const [contentA, contentB] = [keeperContent(5), keeperContent(6)];
    const onA = { snapshot: await commitVersion(one, newest, contentA, dayOf(5)), content: contentA };
    const onB = { snapshot: await commitVersion(two, newest, contentB, dayOf(6)), content: contentB };
    for (const version of [...versions.slice(1), onA]) expect(await problemOf(a, version)).toBeNull();
    for (const version of [...versions, onB]) expect(await problemOf(b, version)).toBeNull();
    expect((await a.snapshots()).snapshots.map(({ id }) => id)).not.toContain(onB.snapshot.id);
    expect((await b.snapshots()).snapshots.map(({ id }) => id)).not.toContain(onA.snapshot.id);
  }
});

async function packOf(vault: Vault, { snapshot }: Version): Promise<string> {
  await using view = await vault.view(snapshot);
  return view.files().packs[0]?.path ?? '';
}
