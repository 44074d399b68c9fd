import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeIo, type VaultIo } from '../io/index.ts';
import type { Host } from './host.ts';
import { listLeases } from './lease-file.ts';
import { isLeaseDead, isLeaseStale, LEASE_PATIENCE_MS, type LivenessContext, Sightings } from './liveness.ts';
import { newSessionId } from './session-id.ts';
import { LEASE_LIFE_MS, type LeaseOptions, RENEWAL_MS, SessionLease } from './session-lease.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'backstop-lease-'));
  for (const name of ['leases', 'locks', 'seen']) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

class FakeClock {
  wallMs = 1_800_000_000_000;
  monotonic = 0;
  now(): Date {
    return new Date(this.wallMs);
  }
  monotonicMs(): number {
    return this.monotonic;
  }
}

const desk: Host = { installation: randomUUID(), name: 'desk', boot: 'boot 1' };
const laptop: Host = { installation: randomUUID(), name: 'laptop', boot: 'boot 9' };
const TAG = Buffer.alloc(16, 7);

function options(extra: Partial<LeaseOptions> = {}): LeaseOptions {
  return {
    io: nodeIo,
    folder: join(root, 'leases'),
    lockFolder: join(root, 'locks'),
    host: desk,
    clock: new FakeClock(),
    session: newSessionId(),
    kind: 'session',
    deviceTag: TAG,
    parent: null,
    isStale: () => false,
    ...extra,
  };
}

function context(host: Host, extra: Partial<LivenessContext> = {}): LivenessContext {
  return {
    host,
    lockFolder: join(root, 'locks'),
    sightings: new Sightings(join(root, 'seen')),
    storeNowMs: Date.now(),
    monotonicMs: 0,
    ...extra,
  };
}

test('a renewal writes the next number and keeps the one before until then', async () => {
  const lease = await SessionLease.take(options());
  await lease.renewNow();
  await lease.renewNow();
  const numbers = readdirSync(join(root, 'leases')).map((name) => Number(name.split('.').at(-2)));
  expect(numbers.sort()).toEqual([2, 3]);
  await lease.release();
  expect(readdirSync(join(root, 'leases'))).toEqual([]);
});

test('a lease whose file was removed is lost', async () => {
  const lease = await SessionLease.take(options());
  for (const name of readdirSync(join(root, 'leases'))) rmSync(join(root, 'leases', name));
  await expect(lease.renewNow()).rejects.toMatchObject({ code: 'vault/lease-lost' });
  expect(lease.signal.aborted).toBe(true);
  await expect(lease.renewNow()).rejects.toMatchObject({ code: 'vault/lease-lost' });
  await lease.release();
});

test('after 20 minutes by either clock a lease is lost, even if it could be renewed', async () => {
  for (const which of ['wallMs', 'monotonic'] as const) {
    const clock = new FakeClock();
    const lease = await SessionLease.take(options({ clock }));
    clock[which] += LEASE_LIFE_MS - 1000;
    await lease.renewNow();
    clock[which] += LEASE_LIFE_MS + 1;
    await expect(lease.renewNow()).rejects.toMatchObject({ code: 'vault/lease-lost' });
    await lease.release();
  }
});

test('before a version is named, a lease is lost by any clock after 20 minutes, and proved anew after a missed renewal', async () => {
  for (const which of ['wallMs', 'monotonic', 'store'] as const) {
    const clock = new FakeClock();
    const lease = await SessionLease.take(options({ clock }));
    const pass = (ms: number): number => {
      if (which === 'store') return lease.storeNowMs + ms;
      clock[which] += ms;
      return lease.storeNowMs;
    };
    await lease.confirm(pass(RENEWAL_MS));
    expect((await listLeases(nodeIo, join(root, 'leases')))[0]?.counter).toBe(1);
    await lease.confirm(pass(2 * RENEWAL_MS));
    expect((await listLeases(nodeIo, join(root, 'leases')))[0]?.counter).toBe(which === 'store' ? 1 : 2);
    await lease.confirm(pass(3 * RENEWAL_MS));
    expect((await listLeases(nodeIo, join(root, 'leases')))[0]?.counter).toBe(which === 'store' ? 2 : 3);
    await expect(lease.confirm(pass(LEASE_LIFE_MS + 1))).rejects.toMatchObject({ code: 'vault/lease-lost' });
    expect(lease.signal.aborted).toBe(true);
    await lease.release();
  }
});

test('a lease that was taken away meanwhile is seen before a version is named', async () => {
  const clock = new FakeClock();
  const lease = await SessionLease.take(options({ clock }));
  for (const name of readdirSync(join(root, 'leases'))) rmSync(join(root, 'leases', name));
  clock.wallMs -= 3 * RENEWAL_MS; // Set back while the computer slept.
  await expect(lease.confirm(lease.storeNowMs)).rejects.toMatchObject({ code: 'vault/lease-lost' });
  await lease.release();
});

test('a lease that was renewed since a cached listing is found under its later number', async () => {
  const lease = await SessionLease.take(options());
  const before = readdirSync(join(root, 'leases')).map((name) => ({ name, kind: 'file' as const }));
  await lease.renewNow();
  await lease.renewNow();
  await lease.renewNow();
  const [seen] = await listLeases({ ...nodeIo, readdir: async () => before }, join(root, 'leases'));
  expect(seen).toMatchObject({ session: lease.session, counter: 3 });
  expect(seen?.content?.counter).toBe(3);
  await lease.release();
  expect(await listLeases({ ...nodeIo, readdir: async () => before }, join(root, 'leases'))).toEqual([]);
});

test('a disk that fails for a while is tried again; the number is not used up', async () => {
  let isDown = false;
  const io: VaultIo = {
    ...nodeIo,
    open: (path, mode) =>
      isDown ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) : nodeIo.open(path, mode),
  };
  const lease = await SessionLease.take(options({ io }));
  isDown = true;
  await expect(lease.renewNow()).rejects.toMatchObject({ code: 'EIO' });
  expect(lease.signal.aborted).toBe(false);
  isDown = false;
  await lease.renewNow();
  expect((await listLeases(nodeIo, join(root, 'leases')))[0]?.counter).toBe(2);
  await lease.release();
});

test('of two sessions for one phone the first goes on; another phone is no matter', async () => {
  const first = await SessionLease.take(options());
  await expect(SessionLease.take(options({ host: laptop }))).rejects.toMatchObject({
    code: 'vault/device-busy',
    data: { host: 'desk' },
  });
  const other = await SessionLease.take(options({ host: laptop, deviceTag: Buffer.alloc(16, 8) }));
  expect(readdirSync(join(root, 'leases'))).toHaveLength(2);
  await first.renewNow();
  await other.release();
  await first.release();
});

test('a later session whose id turns out smaller makes the other give way at its next renewal', async () => {
  const larger = await SessionLease.take(options({ session: newSessionId(Date.now() + 60_000) }));
  const smaller = await SessionLease.take(options({ session: newSessionId(), host: laptop, isStale: () => true }));
  await expect(larger.renewNow()).rejects.toMatchObject({ code: 'vault/device-busy' });
  await smaller.renewNow();
  await smaller.release();
  await larger.release();
});

test('on this computer a lease is dead when its lock is free or the computer was started anew, never by a process id', async () => {
  const lease = await SessionLease.take(options());
  const [seen] = await listLeases(nodeIo, join(root, 'leases'));
  if (seen === undefined) throw new Error('no lease');
  expect(isLeaseDead(seen, context(desk))).toBe(false);
  expect(isLeaseDead(seen, context({ ...desk, boot: 'boot 2' }, { lockFolder: join(root, 'nowhere') }))).toBe(true);
  expect(isLeaseDead(seen, context(desk, { lockFolder: join(root, 'nowhere') }))).toBe(false);
  await lease.release();
});

test('another computer’s lease is dead only after half an hour of our own watching and of the store’s clock', async () => {
  const lease = await SessionLease.take(options({ host: laptop, lockFolder: join(root, 'far') }));
  const [seen] = await listLeases(nodeIo, join(root, 'leases'));
  if (seen === undefined) throw new Error('no lease');
  const sightings = new Sightings(join(root, 'seen'));
  const storeLater = seen.modifiedMs + LEASE_PATIENCE_MS + 1;
  expect(isLeaseDead(seen, context(desk, { sightings, monotonicMs: 1000, storeNowMs: storeLater }))).toBe(false);
  expect(isLeaseStale(seen, context(desk, { sightings, monotonicMs: 1000, storeNowMs: storeLater }))).toBe(true);
  sightings.save([seen]);
  const later = new Sightings(join(root, 'seen'));
  const watched = 1000 + LEASE_PATIENCE_MS;
  expect(
    isLeaseDead(seen, context(desk, { sightings: later, monotonicMs: watched, storeNowMs: seen.modifiedMs + 5 })),
  ).toBe(false);
  expect(isLeaseDead(seen, context(desk, { sightings: later, monotonicMs: watched, storeNowMs: storeLater }))).toBe(
    true,
  );
  // It moved: the watch begins anew.
  expect(
    isLeaseDead(
      { ...seen, counter: 2 },
      context(desk, { sightings: later, monotonicMs: watched, storeNowMs: storeLater }),
    ),
  ).toBe(false);
  await lease.release();
});

test('session ids sort by time', () => {
  expect(newSessionId(1000) < newSessionId(1001)).toBe(true);
  expect(newSessionId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
