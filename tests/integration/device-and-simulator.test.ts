import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AFC_MODE,
  listPhones,
  type MuxEndpoint,
  openPhone,
  type PairingState,
  type PairRecordStore,
  PhoneLink,
  pairPhone,
  pairRecordFolder,
  parseMuxAddress,
} from '../../src/main/engine/device/index.ts';
import type { SimulatedPhone } from '../../src/main/simulator/phone.ts';
import { type Simulator, startSimulator } from '../../src/main/simulator/simulator.ts';
import { makeTinyContent, uniqueName } from '../../src/main/simulator/test-support/tiny-content.ts';

vi.hoisted(() => {
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.02';
});

/** The product's device stack against the simulated phone: two programs that share no protocol code above the frames. */
describe('the device stack and the simulated iPhone', () => {
  let dir: string;
  let simulator: Simulator;
  let phone: SimulatedPhone;
  let endpoint: MuxEndpoint;
  let store: PairRecordStore;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'backstop-device-'));
    simulator = await startSimulator({
      listen: [{ kind: 'unix', path: join(dir, uniqueName()) }],
      phones: [{ spec: { seed: 5, files: 1, bytes: 1 }, attach: ['usb', 'wifi'] }],
      makeContent: (spec) => Promise.resolve(makeTinyContent(spec)),
      scratchDir: join(dir, 'scratch'),
    });
    phone = simulator.phones[0] as SimulatedPhone;
    endpoint = parseMuxAddress(simulator.address);
    store = pairRecordFolder(join(dir, 'records'));
  });
  afterEach(async () => {
    await simulator.close();
    await rm(dir, { recursive: true, force: true });
  });

  async function link(connection: 'usb' | 'wifi' = 'usb'): Promise<PhoneLink> {
    const [found] = await listPhones(endpoint);
    const entry = found?.entries.find((candidate) => candidate.connection === connection);
    if (entry === undefined) throw new Error(`not on ${connection}`);
    return new PhoneLink(endpoint, entry);
  }

  const open = (): ReturnType<typeof openPhone> => openPhone({ udid: null, endpoint, store });

  it('sees one phone on two ways, pairs with it and keeps what it was told', async () => {
    const phones = await listPhones(endpoint);
    expect(phones.map(({ udid, entries }) => [udid, entries.length])).toEqual([[phone.identity.udid, 2]]);
    const states: PairingState[] = [];
    phone.state.trust = { kind: 'pending', times: 2 };
    const pairing = await pairPhone(await link(), store, { onState: (state) => states.push(state) });
    expect(pairing.created).toBe(true);
    expect(pairing.record.escrowBag?.length).toBe(32);
    expect(states).toEqual(['trust']);
    expect((await pairPhone(await link(), store)).created).toBe(false);
    await using connected = await open();
    expect([connected.name, connected.connection]).toEqual([phone.identity.name, 'usb']);
    expect(await connected.backupSettings()).toEqual({ willEncrypt: false, requiresEncryption: false });
  });

  it('is told why pairing does not go on', async () => {
    phone.state.trust = { kind: 'deny' };
    await expect(pairPhone(await link(), store)).rejects.toMatchObject({ code: 'pairing/denied' });
    phone.state.trust = { kind: 'ok' };
    await expect(pairPhone(await link('wifi'), store)).rejects.toMatchObject({ code: 'pairing/prohibited' });
    await expect(open()).rejects.toMatchObject({ code: 'pairing/not-paired' });
  });

  it('uses the services over the cable', async () => {
    await pairPhone(await link(), store);
    await using connected = await open();
    const afc = await connected.afc();
    expect(await afc.list('/DCIM/100APPLE')).toEqual(['IMG_0001.JPG']);
    expect((await afc.readFile('/DCIM/100APPLE/IMG_0001.JPG', 1000))?.toString()).toBe('photo of phone 5');
    const handle = await afc.open('/com.apple.itunes.lock_sync', AFC_MODE.readWrite);
    expect(await afc.lock(handle)).toBe(true);
    expect(phone.media.syncLockHeld).toBe(true);
    const other = await connected.afc();
    const second = await other.open('/com.apple.itunes.lock_sync', AFC_MODE.readWrite);
    expect(await other.lock(second)).toBe(false);
    await afc.unlock(handle);
    const apps = await connected.installationProxy();
    expect((await apps.userApps()).map((app) => app.bundleId)).toEqual(['com.example.tiny']);
    const springboard = await connected.springboard();
    expect((await springboard.icon('com.example.tiny'))?.length).toBe(8);
    const proxy = await connected.notificationProxy();
    await proxy.observe(['com.apple.LocalAuthentication.ui.presented']);
    await phone.events.next('notification.observed');
    phone.postNotification('com.apple.LocalAuthentication.ui.presented');
    for await (const name of proxy.events()) {
      expect(name).toBe('com.apple.LocalAuthentication.ui.presented');
      break;
    }
  });

  it('goes on over Wi-Fi when the cable is gone, with a heartbeat', async () => {
    await pairPhone(await link(), store);
    await simulator.command({ cmd: 'detach', via: 'usb' });
    await using connected = await open();
    expect(connected.connection).toBe('wifi');
    expect(await (await connected.afc()).list('/')).toEqual(['DCIM']);
    await phone.events.next('heartbeat.polo');
  });

  it('refuses a phone that proves another key than the paired one', async () => {
    await pairPhone(await link(), store);
    await simulator.command({ cmd: 'detach', via: 'wifi' });
    await simulator.command({ cmd: 'fault', kind: 'tls-wrong-certificate', times: 5, at: { service: 'lockdownd' } });
    await expect(open()).rejects.toMatchObject({ code: expect.stringMatching(/^(device|pairing)\//) });
    await simulator.command({ cmd: 'fault', kind: 'clear' });
    await using connected = await open();
    expect(connected.name).toBe(phone.identity.name);
  });

  // Five times each: the stack tries again where that is right (another record, a connection that was closed).
  it.each([
    ['tls-refused', {}],
    ['tls-garbage', {}],
    ['tls-stall', {}],
    ['drop', { at: { service: 'lockdownd', bytes: 100 } }],
    ['drop', { at: { service: 'lockdownd-session', bytes: 2 } }],
    ['stall', { at: { service: 'lockdownd-session', bytes: 50 } }],
    ['garbage', { at: { service: 'lockdownd-session' } }],
    ['wrong-length', { at: { service: 'lockdownd' } }],
    ['detach', { at: { service: 'lockdownd-session', bytes: 60 } }],
    ['lockdown-error', { at: { request: 'StartSession' }, error: 'InvalidHostID' }],
    ['refuse-connect', {}],
  ])('ends %s in a named error, and the next try works', async (kind, more) => {
    await pairPhone(await link(), store);
    await simulator.command({ cmd: 'detach', via: 'wifi' });
    const armed = await simulator.command({ cmd: 'fault', kind, times: 5, at: { service: 'lockdownd' }, ...more });
    expect(armed).toEqual({ ok: true });
    await expect(open()).rejects.toMatchObject({ code: expect.stringMatching(/^(device|pairing)\//) });
    await simulator.command({ cmd: 'fault', kind: 'clear' });
    await simulator.command({ cmd: 'attach', via: 'usb' });
    await using connected = await open();
    expect(connected.udid).toBe(phone.identity.udid);
  });

  it('copes with one byte at a time', async () => {
    await pairPhone(await link(), store);
    for (const service of ['usbmuxd', 'lockdownd', 'lockdownd-session', 'com.apple.afc']) {
      await simulator.command({ cmd: 'fault', kind: 'slow', at: { service } });
    }
    await using connected = await open();
    expect(await (await connected.afc()).list('/')).toEqual(['DCIM']);
  });
});
