import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { PlistDict } from '../../formats/plist/index.ts';
import { type MuxCall, ScriptedMux } from '../test-support/scripted-mux.ts';
import { encodeMuxPacket } from '../wire/index.ts';
import { connectToPhone } from './connect.ts';
import type { MuxEntry, MuxEvent } from './entries.ts';
import { listenMux } from './events.ts';
import { deleteMuxPairRecord, listMuxEntries, readBuid, readMuxPairRecord, saveMuxPairRecord } from './requests.ts';
import { parseUdid, type Udid } from './udid.ts';

const udid = parseUdid('00008130-001A2B3C4D5E6F70') as Udid;
const usb: MuxEntry = { deviceId: 5, udid, connection: 'usb', address: null, interfaceIndex: null };

function attached(deviceId: number, connection = 'USB'): PlistDict {
  return {
    MessageType: 'Attached',
    DeviceID: deviceId,
    Properties: { ConnectionType: connection, DeviceID: deviceId, SerialNumber: udid },
  };
}
const ok: PlistDict = { MessageType: 'Result', Number: 0 };
const result = (number: number): PlistDict => ({ MessageType: 'Result', Number: number });

let mux: ScriptedMux | undefined;
async function start(answer: (call: MuxCall) => unknown): Promise<ScriptedMux> {
  mux = await ScriptedMux.start(answer);
  return mux;
}
afterEach(async () => {
  await mux?.[Symbol.asyncDispose]();
  mux = undefined;
});

describe('questions to the daemon', () => {
  it('list every way to every phone, and say who we are', async () => {
    const { endpoint, requests } = await start(({ reply }) =>
      reply({ DeviceList: [attached(5), attached(6, 'Network'), { DeviceID: 7, Properties: {} }] }),
    );
    const entries = await listMuxEntries(endpoint);
    expect(entries.map(({ deviceId, connection }) => [deviceId, connection])).toEqual([
      [5, 'usb'],
      [6, 'wifi'],
    ]);
    expect(requests[0]).toMatchObject({ MessageType: 'ListDevices', kLibUSBMuxVersion: 3 });
  });

  it('fall back to listening when the daemon cannot list', async () => {
    const { endpoint } = await start(async ({ request, reply }) => {
      if (request['MessageType'] === 'ListDevices') return reply(result(1));
      await reply(ok);
      await reply(attached(5));
    });
    expect((await listMuxEntries(endpoint)).map((entry) => entry.deviceId)).toEqual([5]);
  });

  it('read, save and delete pair records', async () => {
    const records = new Map<string, PlistDict['x']>();
    const { endpoint, requests } = await start(({ request, reply }) => {
      const id = String(request['PairRecordID']);
      if (request['MessageType'] === 'ReadBUID') return reply({ BUID: 'THE-BUID' });
      if (request['MessageType'] === 'ReadPairRecord') {
        const data = records.get(id);
        return reply(data === undefined ? result(2) : { PairRecordData: data });
      }
      if (request['MessageType'] === 'SavePairRecord') records.set(id, request['PairRecordData'] as never);
      else if (!records.delete(id)) return reply(result(2));
      return reply(ok);
    });
    expect(await readBuid(endpoint)).toBe('THE-BUID');
    expect(await readMuxPairRecord(endpoint, udid)).toBeNull();
    await saveMuxPairRecord(endpoint, { udid, data: Buffer.from('<plist/>'), deviceId: 5 });
    expect(Buffer.from((await readMuxPairRecord(endpoint, udid)) ?? []).toString()).toBe('<plist/>');
    expect(requests[2]).toMatchObject({ PairRecordID: udid, DeviceID: 5 });
    await deleteMuxPairRecord(endpoint, udid);
    await deleteMuxPairRecord(endpoint, udid);
    expect(await readMuxPairRecord(endpoint, udid)).toBeNull();
  });

  it('name a refusal', async () => {
    const { endpoint } = await start(({ reply }) => reply(result(22)));
    await expect(saveMuxPairRecord(endpoint, { udid, data: Buffer.alloc(1), deviceId: 5 })).rejects.toMatchObject({
      code: 'usbmux/refused',
      data: { request: 'SavePairRecord', result: '22 (invalidArgument)' },
    });
  });

  it('are not sent when stock usbmuxd would drop them', async () => {
    const { endpoint } = await start(({ reply }) => reply(ok));
    await expect(saveMuxPairRecord(endpoint, { udid, data: Buffer.alloc(60_000), deviceId: 5 })).rejects.toMatchObject({
      code: 'usbmux/refused',
    });
  });

  it.each<[string, (call: MuxCall) => unknown, string]>([
    ['hangs up', ({ socket }) => socket.destroy(), 'usbmux/closed'],
    ['hangs up inside its answer', ({ socket }) => socket.end(encodeMuxPacket(ok, 1).subarray(0, 40)), 'usbmux/closed'],
    [
      'announces 2 GiB',
      ({ socket }) => socket.write(Buffer.from('00000080010000000800000001000000', 'hex')),
      'usbmux/bad-answer',
    ],
    [
      'answers with no property list',
      ({ socket }) => socket.write(Buffer.from('14000000010000000800000001000000deadbeef', 'hex')),
      'usbmux/bad-answer',
    ],
  ])('end with a named error when the daemon %s', async (_name, answer, code) => {
    const { endpoint } = await start(answer);
    await expect(readBuid(endpoint)).rejects.toMatchObject({ code });
  });

  it('say what to do when nothing listens', async () => {
    await expect(readBuid({ kind: 'unix', path: '/nonexistent/usbmuxd' })).rejects.toMatchObject({
      code: 'usbmux/not-running',
      data: { address: '/nonexistent/usbmuxd', help: expect.stringContaining('') },
    });
    await expect(readBuid({ kind: 'tcp', host: '127.0.0.1', port: 1 })).rejects.toMatchObject({
      code: 'usbmux/not-running',
    });
  });

  it('stop at once when told to', async () => {
    const { endpoint } = await start(() => undefined);
    const stop = new AbortController();
    const asking = readBuid(endpoint, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
    await expect(readBuid(endpoint, { signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('listening', () => {
  it('tells of phones that come, go and are paired, and passes over what it does not know', async () => {
    const { endpoint } = await start(async ({ reply, socket }) => {
      await reply(ok);
      await reply(attached(5));
      await reply({ MessageType: 'Sneezed', DeviceID: 5 });
      await reply({ MessageType: 'Paired', DeviceID: 5 });
      await reply({ MessageType: 'Detached', DeviceID: 5 });
      socket.end();
    });
    const events: MuxEvent[] = [];
    const listening = (async () => {
      for await (const event of listenMux(endpoint)) events.push(event);
    })();
    await expect(listening).rejects.toMatchObject({ code: 'usbmux/closed' });
    expect(events).toEqual([
      { kind: 'attached', entry: usb },
      { kind: 'paired', deviceId: 5 },
      { kind: 'detached', deviceId: 5 },
    ]);
  });

  it('ends quietly when told to, and leaves no connection', async () => {
    const stop = new AbortController();
    const server = await start(async ({ reply }) => {
      await reply(ok);
      await reply(attached(5));
    });
    for await (const event of listenMux(server.endpoint, { signal: stop.signal })) {
      expect(event.kind).toBe('attached');
      stop.abort();
    }
    await expect.poll(() => server.open).toBe(0);
  });

  it('is refused with the daemon’s number', async () => {
    const { endpoint } = await start(({ reply }) => reply(result(6)));
    await expect(listenMux(endpoint).next()).rejects.toMatchObject({
      code: 'usbmux/refused',
      data: { result: '6 (badVersion)' },
    });
  });
});

describe('a tunnel to a port', () => {
  it('hands over what the service says first, also in the same piece as the answer', async () => {
    const { endpoint, requests } = await start(async ({ socket, wire }) => {
      socket.write(Buffer.concat([encodeMuxPacket(ok, 1), Buffer.from('hello from the phone')]));
      socket.write(await wire.read(4));
      return 'taken';
    });
    const wire = await connectToPhone(endpoint, usb, 62078);
    expect((await wire.read(20)).toString()).toBe('hello from the phone');
    await wire.write(Buffer.from('echo'));
    expect((await wire.read(4)).toString()).toBe('echo');
    // 62078 = 0xF27E goes over with its bytes swapped.
    expect(requests[0]).toMatchObject({ MessageType: 'Connect', DeviceID: 5, PortNumber: 32498 });
    wire.destroy();
  });

  it('opens also when the answer comes byte by byte', async () => {
    const { endpoint } = await start(async ({ socket }) => {
      for (const byte of Buffer.concat([encodeMuxPacket(ok, 1), Buffer.from('x')])) {
        socket.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return 'taken';
    });
    const wire = await connectToPhone(endpoint, usb, 1234);
    expect((await wire.read(1)).toString()).toBe('x');
    wire.destroy();
  });

  it.each([
    [2, 'device/not-found'],
    [3, 'device/unreachable'],
  ])('that is refused with %i is %s and leaves no connection', async (number, code) => {
    const server = await start(({ reply }) => reply(result(number)));
    await expect(connectToPhone(server.endpoint, usb, 62078)).rejects.toMatchObject({ code, data: { udid } });
    await expect.poll(() => server.open).toBe(0);
  });

  it.each<[string, (call: MuxCall) => unknown, string]>([
    ['hangs up', ({ socket }) => socket.destroy(), 'usbmux/closed'],
    ['hangs up inside the header', ({ socket }) => socket.end(Buffer.from('2000', 'hex')), 'usbmux/bad-answer'],
    ['hangs up after the header', ({ socket }) => socket.end(encodeMuxPacket(ok, 1).subarray(0, 16)), 'usbmux/closed'],
    [
      'announces 2 GiB',
      ({ socket }) => socket.write(Buffer.from('00000080010000000800000001000000', 'hex')),
      'usbmux/bad-answer',
    ],
    [
      'has no end',
      ({ socket }) => {
        socket.write(Buffer.from('00000030010000000800000001000000', 'hex'));
        socket.write(Buffer.alloc(4 * 1024 * 1024));
      },
      'usbmux/closed',
    ],
  ])('ends with a named error and no connection when the daemon %s', async (_name, answer, code) => {
    const server = await start((call) => {
      answer(call);
      return 'taken';
    });
    await expect(connectToPhone(server.endpoint, usb, 62078)).rejects.toMatchObject({ code });
    await expect.poll(() => server.open).toBe(0);
  });

  it('stops at once when told to', async () => {
    const server = await start(() => 'taken');
    const stop = new AbortController();
    const connecting = connectToPhone(server.endpoint, usb, 62078, { signal: stop.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort(new Error('enough'));
    await expect(connecting).rejects.toThrow('enough');
    await expect.poll(() => server.open).toBe(0);
  });

  it('goes to the phone’s own address when the daemon does not connect Wi-Fi phones', async () => {
    const phone = createServer((socket) => socket.end('direct'));
    await new Promise<void>((resolve) => phone.listen(0, '127.0.0.1', resolve));
    const { port } = phone.address() as { port: number };
    const { endpoint } = await start(({ reply }) => reply(result(1)));
    const wifi: MuxEntry = { ...usb, connection: 'wifi', address: { family: 4, host: '127.0.0.1', scopeId: 0 } };
    const wire = await connectToPhone(endpoint, wifi, port);
    expect((await wire.read(6)).toString()).toBe('direct');
    wire.destroy();
    await new Promise((resolve) => phone.close(resolve));
    await expect(connectToPhone(endpoint, wifi, port)).rejects.toMatchObject({ code: 'device/unreachable' });
  });

  it('says what to do when nothing listens', async () => {
    await expect(connectToPhone({ kind: 'unix', path: '/nonexistent/usbmuxd' }, usb, 1)).rejects.toMatchObject({
      code: 'usbmux/not-running',
    });
  });
});
