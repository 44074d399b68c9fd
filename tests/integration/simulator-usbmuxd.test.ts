import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMuxPacket, SocketWire, writeMuxPacket } from '../../src/main/engine/device/wire/index.ts';
import {
  arrayAt,
  dataAt,
  dictAt,
  dictOf,
  integerAt,
  type PlistDict,
  stringAt,
} from '../../src/main/engine/formats/plist/index.ts';
import { type Simulator, startSimulator } from '../../src/main/simulator/simulator.ts';
import { makeTinyContent, uniqueName } from '../../src/main/simulator/test-support/tiny-content.ts';
import { TinyHost } from '../../src/main/simulator/test-support/tiny-host.ts';

/** Two phones; the second is on Wi-Fi too. Entry numbers: 1 first by cable, 2 second by cable, 3 second by Wi-Fi. */
describe('the simulated usbmuxd', () => {
  const path = join(tmpdir(), `${uniqueName()}.sock`);
  let simulator: Simulator;
  let host: TinyHost;

  beforeAll(async () => {
    simulator = await startSimulator({
      listen: [
        { kind: 'unix', path },
        { kind: 'tcp', host: '127.0.0.1', port: 0 },
      ],
      phones: [
        { spec: { seed: 1, files: 1, bytes: 1 } },
        { spec: { seed: 2, files: 1, bytes: 1 }, attach: ['usb', 'wifi'] },
      ],
      makeContent: (spec) => Promise.resolve(makeTinyContent(spec)),
    });
    host = new TinyHost(simulator.address);
  });
  afterAll(() => simulator.close());

  async function devices(): Promise<{ id: number; kind: string; udid: string; address: Uint8Array | undefined }[]> {
    const list = arrayAt(await host.ask({ MessageType: 'ListDevices' }), 'DeviceList') ?? [];
    return list.map((device) => {
      const properties = dictAt(device, 'Properties');
      return {
        id: integerAt(device, 'DeviceID') ?? 0,
        kind: stringAt(properties, 'ConnectionType') ?? '',
        udid: stringAt(properties, 'SerialNumber') ?? '',
        address: dataAt(properties, 'NetworkAddress'),
      };
    });
  }

  it('lists one entry for each phone and transport', async () => {
    const found = await devices();
    expect(found.map(({ kind, udid }) => `${kind} ${udid.slice(-1)}`)).toEqual(['USB 1', 'USB 2', 'Network 2']);
    expect(found[2]?.address?.length).toBe(128);
    expect([...(found[2]?.address ?? [])].slice(0, 5)).toEqual([16, 2, 0, 0, 127]);
  });

  it('serves the same phones over TCP', async () => {
    const [tcpHost = '', port = ''] = (simulator.addresses[1] ?? '').split(':');
    const socket = connect({ host: tcpHost, port: Number(port) });
    await once(socket, 'connect');
    const wire = new SocketWire(socket);
    await writeMuxPacket(wire, { MessageType: 'ListDevices' }, 99);
    const reply = await readMuxPacket(wire);
    expect(reply.tag).toBe(99);
    expect(arrayAt(reply.body, 'DeviceList')?.length).toBe(3);
    wire.destroy();
  });

  it('answers errors with the numbers that clients know', async () => {
    const number = async (body: PlistDict): Promise<number | undefined> => integerAt(await host.ask(body), 'Number');
    expect(await number({ MessageType: 'NoSuchThing' })).toBe(1);
    expect(await number({ MessageType: 'Connect', DeviceID: 1 })).toBe(1);
    expect(await number({ MessageType: 'Connect', DeviceID: 77, PortNumber: 32498 })).toBe(2);
    expect(await number({ MessageType: 'Connect', DeviceID: 1, PortNumber: 12 })).toBe(3);
    expect(await number({ MessageType: 'ReadPairRecord' })).toBe(22);
    expect(await number({ MessageType: 'ReadPairRecord', PairRecordID: 'nobody' })).toBe(2);
    expect(
      await number({ MessageType: 'SavePairRecord', PairRecordID: '../x', PairRecordData: Buffer.from('x') }),
    ).toBe(22);
    expect(await number({ MessageType: 'DeletePairRecord', PairRecordID: 'nobody' })).toBe(2);
  });

  it('refuses the old binary protocol with result 6 and drops packets that are too large', async () => {
    const old = await host.openMux();
    await old.write(Buffer.from('100000000000000003000000050000000', 'hex'));
    const reply = await old.read(20);
    expect([reply.readUInt32LE(4), reply.readUInt32LE(8), reply.readUInt32LE(16)]).toEqual([0, 1, 6]);
    const large = await host.openMux();
    await large.write(Buffer.from('01000100010000000800000001000000', 'hex'));
    expect(await large.atEnd()).toBe(true);
  });

  it('keeps pair records and its own identity', async () => {
    const udid = (await devices())[0]?.udid ?? '';
    const buid = stringAt(await host.ask({ MessageType: 'ReadBUID' }), 'BUID');
    expect(buid).toMatch(/^[0-9A-F-]{36}$/);
    expect(stringAt(await host.ask({ MessageType: 'ReadBUID' }), 'BUID')).toBe(buid);
    const save = { MessageType: 'SavePairRecord', PairRecordID: udid, PairRecordData: Buffer.from('record') };
    expect(integerAt(await host.ask(save), 'Number')).toBe(0);
    const read = await host.ask({ MessageType: 'ReadPairRecord', PairRecordID: udid });
    expect(Buffer.from(dataAt(read, 'PairRecordData') ?? []).toString()).toBe('record');
    expect(integerAt(await host.ask({ MessageType: 'DeletePairRecord', PairRecordID: udid }), 'Number')).toBe(0);
  });

  it('tells listeners who is there, who goes, who comes and who paired', async () => {
    const listener = await host.openMux();
    await writeMuxPacket(listener, { MessageType: 'Listen', ProgName: 'test' }, 4);
    const next = async (): Promise<string> => {
      const { body, tag } = await readMuxPacket(listener);
      return `${tag} ${stringAt(body, 'MessageType')} ${integerAt(body, 'DeviceID') ?? integerAt(body, 'Number')}`;
    };
    expect([await next(), await next(), await next(), await next()]).toEqual([
      '4 Result 0',
      '0 Attached 1',
      '0 Attached 2',
      '0 Attached 3',
    ]);
    const names = arrayAt(await host.ask({ MessageType: 'ListListeners' }), 'ListenerList')?.map((entry) =>
      stringAt(entry, 'ProgName'),
    );
    expect(names).toEqual(['test']);
    const udid = simulator.phones[0]?.identity.udid ?? '';
    await host.ask({
      MessageType: 'SavePairRecord',
      PairRecordID: udid,
      PairRecordData: Buffer.from('r'),
      DeviceID: 1,
    });
    expect(await next()).toBe('0 Paired 1');
    expect(await simulator.command({ cmd: 'detach', udid })).toEqual({ ok: true });
    expect(await next()).toBe('0 Detached 1');
    expect(await simulator.command({ cmd: 'attach', udid, via: 'usb' })).toEqual({ ok: true });
    expect(await next()).toBe('0 Attached 4');
    // From Listen on the connection is for events only.
    await writeMuxPacket(listener, { MessageType: 'ListDevices' }, 5);
    expect(await listener.atEnd()).toBe(true);
  });

  it('carries several requests on one connection, and a Connect after a refused one', async () => {
    const wire = await host.openMux();
    await writeMuxPacket(wire, { MessageType: 'Connect', DeviceID: 2, PortNumber: 1 }, 1);
    expect(integerAt((await readMuxPacket(wire)).body, 'Number')).toBe(3);
    await writeMuxPacket(wire, { MessageType: 'Connect', DeviceID: 2, PortNumber: 32498 }, 2);
    expect(integerAt((await readMuxPacket(wire)).body, 'Number')).toBe(0);
    wire.destroy();
  });

  it('cuts the connections of a phone that is detached', async () => {
    const lockdown = await host.lockdown(2);
    expect(stringAt(await lockdown.ask({ Request: 'QueryType' }), 'Type')).toBe('com.apple.mobile.lockdown');
    const udid = simulator.phones[1]?.identity.udid ?? '';
    await simulator.command({ cmd: 'detach', udid, via: 'usb' });
    expect(await lockdown.wire.atEnd()).toBe(true);
    await simulator.command({ cmd: 'attach', udid, via: 'usb' });
  });

  it('answers lockdownd at the address of a Wi-Fi entry as well', async () => {
    const address = (await devices()).find(({ kind }) => kind === 'Network')?.address ?? new Uint8Array();
    const socket = connect({ host: [...address.subarray(4, 8)].join('.'), port: 62_078 });
    await once(socket, 'connect');
    const { TinyLockdown } = await import('../../src/main/simulator/test-support/tiny-host.ts');
    const lockdown = new TinyLockdown(new SocketWire(socket));
    expect(dictOf(await lockdown.ask({ Request: 'QueryType' }))).toBeDefined();
    lockdown.close();
  });

  it('breaks its own answers when told to', async () => {
    const udid = simulator.phones[0]?.identity.udid ?? '';
    const fault = (kind: string, more: object): Promise<unknown> =>
      simulator.command({ cmd: 'fault', udid, kind, at: { service: 'usbmuxd' }, ...more });
    const ask = async (): Promise<SocketWire> => {
      const wire = await host.openMux();
      await writeMuxPacket(wire, { MessageType: 'ReadBUID' }, 1);
      return wire;
    };
    await fault('wrong-length', { length: 99 });
    expect((await (await ask()).read(4)).readUInt32LE(0)).toBe(99);
    await fault('drop', { at: { service: 'usbmuxd', bytes: 10 } });
    const dropped = await ask();
    expect((await dropped.read(10)).length).toBe(10);
    expect(await dropped.atEnd()).toBe(true);
    expect(await host.ask({ MessageType: 'ReadBUID' })).toHaveProperty('BUID');
  });

  it('unlinks its socket when it stops', async () => {
    const other = join(tmpdir(), `${uniqueName()}.sock`);
    const short = await startSimulator({
      listen: [{ kind: 'unix', path: other }],
      phones: [{ spec: { seed: 3, files: 1, bytes: 1 } }],
      makeContent: (spec) => Promise.resolve(makeTinyContent(spec)),
    });
    expect(existsSync(other)).toBe(true);
    await short.command({ cmd: 'stop' });
    expect(existsSync(other)).toBe(false);
  });
});
