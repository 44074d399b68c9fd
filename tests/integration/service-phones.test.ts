import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Simulator, startSimulator } from '../../src/main/simulator/simulator.ts';
import { ServiceWorld } from '../support/service-world.ts';

vi.hoisted(() => {
  // A daemon that went away is asked again after 100 ms, a phone that did not tell after 250 ms.
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.05';
});

let dir: string;
let simulator: Simulator;
let world: ServiceWorld;

const startPhone = () =>
  startSimulator({
    listen: [{ kind: 'unix', path: join(dir, 'mux.sock') }],
    phones: [{ spec: { seed: 11, files: 40, bytes: 200_000, name: 'Phone of Ada' } }],
    scratchDir: join(dir, 'phone'),
  });
const udid = (): string => simulator.phones[0]?.identity.udid ?? '';

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-phones-'));
  simulator = await startPhone();
  world = await ServiceWorld.start(`UNIX:${join(dir, 'mux.sock')}`);
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await simulator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('phones as they come and go', () => {
  it('are in the first list, and named when they were asked', async () => {
    const { phones, muxer } = await world.ask('phones.list', {});
    expect(muxer).toBe('ready');
    expect(phones).toMatchObject([{ udid: udid(), isConnected: true, isDemo: false, connections: ['usb'] }]);
    const phone = await world.until(udid(), ({ name }) => name === 'Phone of Ada');
    expect(phone).toMatchObject({ pairing: 'not-paired', encrypted: null, batteryPercent: null });
    expect(world.events).toContainEqual({ type: 'changed', topic: 'phones' });
  });

  it('stay on the list when they are unplugged, with when they were seen', async () => {
    await world.until(udid(), ({ name }) => name === 'Phone of Ada');
    await simulator.command({ cmd: 'detach' });
    const gone = await world.until(udid(), ({ isConnected }) => !isConnected);
    expect(gone).toMatchObject({ name: 'Phone of Ada', pairing: 'unknown', connections: [] });
    expect(Date.now() - Date.parse(gone.lastSeenAt ?? '')).toBeLessThan(60_000);
    await simulator.command({ cmd: 'attach' });
    await world.until(udid(), ({ isConnected }) => isConnected);
  });

  it('are found again when their daemon comes back', async () => {
    await world.until(udid(), ({ isConnected }) => isConnected);
    await simulator.close();
    await world.until(udid(), ({ isConnected }) => !isConnected);
    expect((await world.ask('phones.list', {})).muxer).toBe('missing');
    simulator = await startPhone();
    await world.until(udid(), ({ isConnected }) => isConnected);
    expect((await world.ask('phones.list', {})).muxer).toBe('ready');
  });

  it('are paired once both sides agree, and forgotten by this computer when its owner wants that', async () => {
    const job = await world.ended(await world.ask('phones.pair', { udid: udid() }));
    expect(job.state).toBe('done');
    const paired = await world.until(udid(), ({ pairing }) => pairing === 'paired');
    expect(paired.batteryPercent).toBe(82);
    await world.ask('phones.rename', { udid: udid(), name: 'Ada’s' });
    expect((await world.phone(udid())).name).toBe('Ada’s');
    await world.ask('phones.rename', { udid: udid(), name: null });
    expect((await world.phone(udid())).name).toBe('Phone of Ada');
    await simulator.command({ cmd: 'detach' });
    await world.until(udid(), ({ isConnected }) => !isConnected);
    await world.ask('phones.forget', { udid: udid() });
    expect((await world.ask('phones.list', {})).phones).toEqual([]);
  });

  it('never hold the list up when they are silent', async () => {
    await world.until(udid(), ({ isConnected }) => isConnected);
    await simulator.command({ cmd: 'detach' });
    await world.until(udid(), ({ isConnected }) => !isConnected);
    const fault = { cmd: 'fault', kind: 'stall', at: { service: 'lockdownd' }, times: 20 };
    expect(await simulator.command(fault)).toMatchObject({ ok: true });
    await simulator.command({ cmd: 'attach' });
    await world.until(udid(), ({ isConnected }) => isConnected);
    const started = performance.now();
    for (let times = 0; times < 5; times += 1) {
      expect(await world.phone(udid())).toMatchObject({ isConnected: true, pairing: 'unknown' });
    }
    expect(performance.now() - started).toBeLessThan(400);
  });

  it('are one list with the demo phone, and each is reached where it is', async () => {
    const demo = await world.ask('phones.startDemo', {});
    expect(await world.ask('phones.startDemo', {})).toEqual(demo);
    await world.until(udid(), ({ isConnected }) => isConnected);
    await world.until(demo.udid, ({ isDemo, isConnected }) => isDemo && isConnected);
    for (const one of [demo.udid, udid()]) {
      expect((await world.ended(await world.ask('phones.pair', { udid: one }))).state).toBe('done');
      await world.until(one, ({ pairing }) => pairing === 'paired');
    }
    await world.ask('phones.stopDemo', {});
    const { phones } = await world.ask('phones.list', {});
    expect(phones.map((phone) => phone.udid)).toEqual([udid()]);
    await world.ask('phones.stopDemo', {});
    await expect(world.ask('phones.changeDemo', {})).rejects.toMatchObject({ code: 'device/not-found' });
    expect(await world.ask('phones.startDemo', {})).toEqual(demo);
  }, 60_000);

  it('say why trust was not given', async () => {
    await simulator.command({ cmd: 'trust', answer: 'deny' });
    const job = await world.ended(await world.ask('phones.pair', { udid: udid() }));
    expect(job).toMatchObject({ state: 'failed', failure: { code: 'pairing/denied' } });
  });

  it('can be stopped while they wait for their owner', async () => {
    await simulator.command({ cmd: 'trust', answer: 'pending' });
    const started = await world.ask('phones.pair', { udid: udid() });
    while (world.told(started.job).every(({ notices }) => notices.length === 0)) await sleep(5);
    await world.ask('jobs.cancel', started);
    expect(await world.ended(started)).toMatchObject({ state: 'cancelled' });
  });
});
