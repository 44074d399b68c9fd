import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPlistFrame, SocketWire, writePlistFrame } from '../../src/main/engine/device/wire/index.ts';
import {
  arrayAt,
  boolAt,
  dataAt,
  dictAt,
  integerAt,
  isPlistDict,
  type PlistDict,
  stringAt,
  valueAt,
} from '../../src/main/engine/formats/plist/index.ts';
import { makeCertificate } from '../../src/main/simulator/lockdownd/certificate.ts';
import type { SimulatedPhone } from '../../src/main/simulator/phone.ts';
import { type Simulator, startSimulator } from '../../src/main/simulator/simulator.ts';
import { makeTinyContent, uniqueName } from '../../src/main/simulator/test-support/tiny-content.ts';
import { TinyHost } from '../../src/main/simulator/test-support/tiny-host.ts';

const LIMIT = { maxBytes: 1 << 20 };

describe('the simulated lockdownd', () => {
  let simulator: Simulator;
  let phone: SimulatedPhone;
  let host: TinyHost;
  let usb: number;
  let wifi: number;

  beforeAll(async () => {
    simulator = await startSimulator({
      listen: [{ kind: 'unix', path: join(tmpdir(), `${uniqueName()}.sock`) }],
      phones: [{ spec: { seed: 7, files: 1, bytes: 1 }, attach: ['usb', 'wifi'], state: { passcodeDelayMs: 0 } }],
      makeContent: (spec) => Promise.resolve(makeTinyContent(spec)),
      extraServices: () => [
        {
          name: 'com.example.echo',
          needsUnlock: true,
          serve: async ({ wire, signal }) => {
            while (!(await wire.atEnd({ signal }))) await wire.write(await wire.readSome(65_536));
          },
        },
      ],
    });
    phone = simulator.phones[0] as SimulatedPhone;
    host = new TinyHost(simulator.address);
  });
  afterAll(() => simulator.close());

  beforeEach(async () => {
    await simulator.command({ cmd: 'trust', answer: 'reset' });
    await simulator.command({ cmd: 'trust', answer: 'ok' });
    await simulator.command({ cmd: 'unlock' });
    await simulator.command({ cmd: 'fault', kind: 'clear' });
    const list = arrayAt(await host.ask({ MessageType: 'ListDevices' }), 'DeviceList') ?? [];
    usb = integerAt(list[0], 'DeviceID') ?? 0;
    wifi = integerAt(list[1], 'DeviceID') ?? 0;
  });

  const error = async (answer: Promise<PlistDict>): Promise<string | undefined> => stringAt(await answer, 'Error');

  it('shows the open values without a session and keeps the rest', async () => {
    const lockdown = await host.lockdown(usb);
    const all = dictAt(await lockdown.ask({ Request: 'GetValue' }), 'Value');
    expect(stringAt(all, 'UniqueDeviceID')).toBe(phone.identity.udid);
    expect(valueAt(all, 'SerialNumber')).toBeUndefined();
    expect(await error(lockdown.ask({ Request: 'GetValue', Key: 'SerialNumber' }))).toBe('GetProhibited');
    expect(await error(lockdown.ask({ Request: 'GetValue', Key: 'Nonsense' }))).toBe('MissingValue');
    expect(await error(lockdown.ask({ Request: 'SetValue', Key: 'DeviceName', Value: 'x' }))).toBe('SetProhibited');
    expect(await error(lockdown.ask({ Request: 'StartService', Service: 'com.apple.afc' }))).toBe('ServiceProhibited');
    expect(await error(lockdown.ask({ Request: 'StopSession', SessionID: 'x' }))).toBe('SessionInactive');
    expect(await error(lockdown.ask({ Request: 'Dance' }))).toBe('UnknownRequest');
    expect(await error(lockdown.ask({ Request: 'StartSession', HostID: 'nobody', SystemBUID: 'x' }))).toBe(
      'InvalidHostID',
    );
    lockdown.close();
  });

  it('pairs only while unlocked, trusted and on the cable, and only with right certificates', async () => {
    const lockdown = await host.lockdown(usb);
    const record = await host.pairRecord(lockdown);
    const pair = (changed: PlistDict = record): Promise<PlistDict> =>
      lockdown.ask({ Request: 'Pair', PairRecord: changed });
    phone.state.locked = true;
    expect(await error(pair())).toBe('PasswordProtected');
    phone.state.locked = false;
    phone.state.trust = { kind: 'pending', times: 2 };
    expect([await error(pair()), await error(pair())]).toEqual([
      'PairingDialogResponsePending',
      'PairingDialogResponsePending',
    ]);
    phone.state.trust = { kind: 'deny' };
    expect(await error(pair())).toBe('UserDeniedPairing');
    phone.state.trust = { kind: 'ok' };
    expect(await error(lockdown.ask({ Request: 'Pair' }))).toBe('MissingPairRecord');
    const stranger = Buffer.from(makeCertificate(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey));
    expect(await error(pair({ ...record, DeviceCertificate: stranger }))).toBe('InvalidPairRecord');
    expect(await error(pair({ ...record, RootCertificate: stranger }))).toBe('InvalidPairRecord');
    expect(await error(pair({ ...record, HostCertificate: Buffer.from('no certificate') }))).toBe('InvalidPairRecord');
    const overWifi = await host.lockdown(wifi);
    expect(await error(overWifi.ask({ Request: 'Pair', PairRecord: record }))).toBe(
      'PairingProhibitedOverThisConnection',
    );
    overWifi.close();
    const bag = dataAt(await pair(), 'EscrowBag');
    expect(bag?.length).toBe(32);
    expect(await error(lockdown.ask({ Request: 'ValidatePair', PairRecord: record }))).toBeUndefined();
    // A trusted host that asks again is not asked for trust again, and gets the same bag.
    phone.state.trust = { kind: 'deny' };
    expect(dataAt(await pair(), 'EscrowBag')).toEqual(bag);
    expect(await error(lockdown.ask({ Request: 'Unpair', PairRecord: { HostID: host.hostId } }))).toBeUndefined();
    expect(await error(lockdown.ask({ Request: 'ValidatePair', PairRecord: record }))).toBe('InvalidHostID');
    lockdown.close();
  });

  it('speaks TLS in a session, plain again after StopSession, and TLS once more', async () => {
    await host.pair(usb);
    const lockdown = await host.session(usb);
    expect(stringAt(await lockdown.ask({ Request: 'GetValue', Key: 'SerialNumber' }), 'Value')).toBe(
      phone.identity.serialNumber,
    );
    expect(await error(lockdown.ask({ Request: 'StopSession', SessionID: 'wrong' }))).toBe('InvalidSessionID');
    lockdown.close();
    const { session, transport } = await host.detachableSession(usb);
    expect(await error(session.ask({ Request: 'StartSession', HostID: host.hostId, SystemBUID: '1' }))).toBe(
      'SessionActive',
    );
    expect(await error(session.ask({ Request: 'StopSession', SessionID: session.sessionId }))).toBeUndefined();
    session.wire = new SocketWire(await transport.release(() => session.wire.close()));
    // The phone's own goodbye is one more TLS record; after it everything is plain.
    await session.wire.read((await session.wire.read(5)).readUInt16BE(3));
    expect(await error(session.ask({ Request: 'GetValue', Key: 'SerialNumber' }))).toBe('GetProhibited');
    await host.startSession(session);
    expect(stringAt(await session.ask({ Request: 'GetValue', Key: 'SerialNumber' }), 'Value')).toBe(
      phone.identity.serialNumber,
    );
    session.close();
  });

  it('refuses a client that shows no or another certificate', async () => {
    await host.pair(usb);
    const other = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const lockdown = await host.lockdown(usb);
    await lockdown.ask({ Request: 'StartSession', HostID: host.hostId, SystemBUID: '1' });
    const secure = await host.secure(lockdown.wire.detach(), { key: other, cert: makeCertificate(other) });
    expect(await new SocketWire(secure).atEnd()).toBe(true);
  });

  it('serves all domains in a session', async () => {
    await host.pair(usb);
    const lockdown = await host.session(usb);
    const domain = async (name: string): Promise<PlistDict | undefined> =>
      dictAt(await lockdown.ask({ Request: 'GetValue', Domain: name }), 'Value');
    expect(integerAt(await domain('com.apple.disk_usage'), 'TotalDiskCapacity')).toBe(128_000_000_000);
    expect(boolAt(await domain('com.apple.mobile.backup'), 'WillEncrypt')).toBe(false);
    expect(boolAt(await domain('com.apple.fmip'), 'IsAssociated')).toBe(false);
    expect(isPlistDict(await domain('com.apple.iTunes'))).toBe(true);
    expect(isPlistDict(await domain('com.apple.unheard.of'))).toBe(true);
    expect(await error(lockdown.ask({ Request: 'GetValue', Domain: 'com.apple.unheard.of', Key: 'x' }))).toBe(
      'MissingValue',
    );
    phone.setBackupPassword('secret');
    expect(boolAt(await domain('com.apple.mobile.backup'), 'WillEncrypt')).toBe(true);
    phone.setBackupPassword(null);
    const wireless = { Domain: 'com.apple.mobile.wireless_lockdown', Key: 'EnableWifiConnections' };
    await lockdown.ask({ Request: 'SetValue', ...wireless, Value: false });
    expect(valueAt(await lockdown.ask({ Request: 'GetValue', ...wireless }), 'Value')).toBe(false);
    expect(
      await error(
        lockdown.ask({ Request: 'SetValue', Domain: 'com.apple.mobile.backup', Key: 'WillEncrypt', Value: true }),
      ),
    ).toBe('ImmutableValue');
    lockdown.close();
  });

  it('starts services on a port for one connection', async () => {
    await host.pair(usb);
    const session = await host.session(usb);
    expect(await error(session.ask({ Request: 'StartService', Service: 'com.example.none' }))).toBe('InvalidService');
    const reply = await session.ask({ Request: 'StartService', Service: 'com.example.echo' });
    expect(boolAt(reply, 'EnableServiceSSL')).toBe(true);
    const port = integerAt(reply, 'Port') ?? 0;
    const echo = new SocketWire(await host.secure(await host.open(usb, port)));
    await echo.write(Buffer.from('hello'));
    expect((await echo.read(5)).toString()).toBe('hello');
    await expect(host.open(usb, port)).rejects.toThrow('answered with 3');
    echo.close();
    session.close();
  });

  it('wants the escrow bag for a service that needs an unlocked phone', async () => {
    await host.pair(usb);
    await simulator.command({ cmd: 'lock' });
    const session = await host.session(usb);
    const start = (more: PlistDict): Promise<PlistDict> =>
      session.ask({ Request: 'StartService', Service: 'com.example.echo', ...more });
    expect(await error(start({}))).toBe('PasswordProtected');
    expect(await error(start({ EscrowBag: Buffer.alloc(32) }))).toBe('InvalidEscrowBag');
    expect(await error(start({ EscrowBag: host.escrowBag ?? Buffer.alloc(0) }))).toBeUndefined();
    session.close();
  });

  it('relays notifications to those who observe them', async () => {
    await host.pair(usb);
    const proxy = await host.service(usb, 'com.apple.mobile.notification_proxy');
    const send = (message: PlistDict): Promise<void> => writePlistFrame(proxy, message, 'xml');
    await send({ Command: 'ObserveNotification', Name: 'com.apple.LocalAuthentication.ui.presented' });
    await send({ Command: 'PostNotification', Name: 'com.apple.itunes-mobdev.syncWillStart' });
    await phone.events.next('notification.from-host');
    const asked = phone.askPasscode('test', new AbortController().signal);
    expect(stringAt(await readPlistFrame(proxy, LIMIT), 'Name')).toBe('com.apple.LocalAuthentication.ui.presented');
    expect(await asked).toBe('ok');
    await send({ Command: 'Shutdown' });
    expect(stringAt(await readPlistFrame(proxy, LIMIT), 'Command')).toBe('ProxyDeath');
    expect(phone.notifications.postedByHosts).toContain('com.apple.itunes-mobdev.syncWillStart');
  });

  it('offers the insecure notification proxy without a session', async () => {
    const lockdown = await host.lockdown(usb);
    const reply = await lockdown.ask({
      Request: 'StartService',
      Service: 'com.apple.mobile.insecure_notification_proxy',
    });
    expect(valueAt(reply, 'EnableServiceSSL')).toBeUndefined();
    const proxy = new SocketWire(await host.open(usb, integerAt(reply, 'Port') ?? 0));
    const observed = phone.events.next('notification.observed');
    await writePlistFrame(
      proxy,
      { Command: 'ObserveNotification', Name: 'com.apple.mobile.lockdown.request_pair' },
      'xml',
    );
    await observed;
    await simulator.command({ cmd: 'trust', answer: 'ok' });
    expect(stringAt(await readPlistFrame(proxy, LIMIT), 'Name')).toBe('com.apple.mobile.lockdown.request_pair');
    proxy.close();
    lockdown.close();
  });

  it('answers the small services', async () => {
    await host.pair(usb);
    const ask = async (service: string, request: PlistDict): Promise<PlistDict> => {
      const wire = await host.service(usb, service);
      await writePlistFrame(wire, request, 'binary');
      const reply = (await readPlistFrame(wire, LIMIT)) as PlistDict;
      wire.close();
      return reply;
    };
    const apps = await ask('com.apple.mobile.installation_proxy', {
      Command: 'Browse',
      ClientOptions: { ApplicationType: 'User', ReturnAttributes: ['CFBundleIdentifier'] },
    });
    expect(arrayAt(apps, 'CurrentList')).toEqual([{ CFBundleIdentifier: 'com.example.tiny' }]);
    const found = await ask('com.apple.mobile.installation_proxy', {
      Command: 'Lookup',
      ClientOptions: { BundleIDs: ['com.example.tiny'], ReturnAttributes: ['StaticDiskUsage'] },
    });
    expect(dictAt(dictAt(found, 'LookupResult'), 'com.example.tiny')).toEqual({ StaticDiskUsage: 1_000_000 });
    const icon = await ask('com.apple.springboardservices', {
      command: 'getIconPNGData',
      bundleId: 'com.example.tiny',
    });
    expect(dataAt(icon, 'pngData')?.length).toBe(8);
    const battery = await ask('com.apple.mobile.diagnostics_relay', {
      Request: 'IORegistry',
      EntryClass: 'IOPMPowerSource',
    });
    expect(integerAt(dictAt(dictAt(battery, 'Diagnostics'), 'IORegistry'), 'CycleCount')).toBeGreaterThan(0);
    const profiles = await ask('com.apple.mobile.MCInstall', { RequestType: 'GetProfileList' });
    expect(stringAt(profiles, 'Status')).toBe('Acknowledged');
    const marco = await ask('com.apple.mobile.heartbeat', { Command: 'Polo' });
    expect(stringAt(marco, 'Command')).toBe('Marco');
  });

  it('does to the wire what a fault says, where it says', async () => {
    await host.pair(usb);
    const arm = (fault: PlistDict): Promise<unknown> => simulator.command({ cmd: 'fault', ...fault } as never);
    const at = (bytes: number, direction = 'sent'): PlistDict => ({ service: 'com.example.echo', bytes, direction });

    expect(await arm({ kind: 'drop', at: at(3) })).toEqual({ ok: true });
    const dropped = await host.service(usb, 'com.example.echo');
    await dropped.write(Buffer.from('hello'));
    expect((await dropped.read(3)).toString()).toBe('hel');
    expect(await dropped.atEnd()).toBe(true);

    await arm({ kind: 'drop', at: at(2, 'received') });
    const deaf = await host.service(usb, 'com.example.echo');
    await deaf.write(Buffer.from('hello'));
    expect((await deaf.read(2)).toString()).toBe('he');
    expect(await deaf.atEnd()).toBe(true);

    await arm({ kind: 'garbage', length: 2, at: at(1) });
    const noisy = await host.service(usb, 'com.example.echo');
    await noisy.write(Buffer.from('hello'));
    expect((await noisy.read(5)).toString('latin1')).toMatch(/^h[^e][^l]lo$/s);
    noisy.close();

    await arm({ kind: 'wrong-length', length: 77, at: at(0) });
    const long = await host.service(usb, 'com.example.echo');
    await long.write(Buffer.from([0, 0, 0, 1, 9]));
    expect([...(await long.read(5))]).toEqual([0, 0, 0, 77, 9]);
    long.close();

    await arm({ kind: 'stall', ms: 1, at: at(2) });
    await arm({ kind: 'slow', length: 2, at: at(2) });
    const slow = await host.service(usb, 'com.example.echo');
    await slow.write(Buffer.from('hello'));
    expect((await slow.read(5)).toString()).toBe('hello');
    slow.close();

    await arm({ kind: 'refuse-connect', at: { service: 'com.example.echo' } });
    await expect(host.service(usb, 'com.example.echo')).rejects.toThrow('answered with 3');
    await arm({ kind: 'tls-refused', at: { service: 'com.example.echo' } });
    await expect(host.service(usb, 'com.example.echo')).rejects.toThrow();
    await arm({
      kind: 'lockdown-error',
      error: 'ServiceLimit',
      at: { request: 'StartService', service: 'com.example.echo' },
    });
    await expect(host.service(usb, 'com.example.echo')).rejects.toThrow('ServiceLimit');
    expect(await arm({ kind: 'no-such-fault' })).toMatchObject({ ok: false });
    expect(await arm({ kind: 'drop', at: { nowhere: 5 } })).toMatchObject({ ok: false });
  });

  it('shows a certificate that is not its own when told to', async () => {
    await host.pair(usb);
    const own = await host.service(usb, 'com.example.echo');
    const publicKeyOf = (wire: SocketWire): string => {
      const socket = wire.detach() as unknown as import('node:tls').TLSSocket;
      const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'pem' });
      socket.destroy();
      return String(key);
    };
    await simulator.command({ cmd: 'fault', kind: 'tls-wrong-certificate', at: { service: 'com.example.echo' } });
    const strange = await host.service(usb, 'com.example.echo');
    expect(publicKeyOf(strange)).not.toBe(publicKeyOf(own));
  });

  it('detaches in the middle of a conversation', async () => {
    await host.pair(usb);
    await simulator.command({
      cmd: 'fault',
      kind: 'detach',
      reattachAfterMs: 0,
      at: { service: 'com.example.echo', bytes: 4 },
    });
    const echo = await host.service(usb, 'com.example.echo');
    const back = phone.events.next('phone.attached');
    await echo.write(Buffer.from('hello'));
    expect((await echo.read(4)).toString()).toBe('hell');
    expect(await echo.atEnd()).toBe(true);
    await back;
  });
});
