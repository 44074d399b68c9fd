import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  choosePhone,
  inspectPhone,
  isPaired,
  listPhones,
  openPhone,
  type Phone,
  PhoneLink,
  watchPhones,
} from '../index.ts';
import { type PairRecordStore, pairRecordFolder } from '../pairing/index.ts';
import { ScriptedAgent } from '../test-support/scripted-agent.ts';
import { ScriptedMux } from '../test-support/scripted-mux.ts';
import { ScriptedPhone, TEST_UDID } from '../test-support/scripted-phone.ts';
import type { MuxEntry } from '../usbmux/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../wire/index.ts';
import { mergeEntries } from './list.ts';

vi.hoisted(() => {
  // The backup service is tried again after 40 ms; a silent phone is left out of lists after two seconds.
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.02';
});

let phone: ScriptedPhone;
let folder: string;
let store: PairRecordStore;

beforeEach(async () => {
  phone = await ScriptedPhone.start();
  folder = mkdtempSync(join(tmpdir(), 'backstop-phones-'));
  store = pairRecordFolder(folder);
});

afterEach(async () => {
  await phone[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const entry = (deviceId: number, connection: 'usb' | 'wifi', udid: string): MuxEntry => ({
  deviceId,
  connection,
  udid: udid as MuxEntry['udid'],
  address: null,
  interfaceIndex: null,
});

async function open(): Promise<Phone> {
  phone.records.set(TEST_UDID, await phone.makeRecord());
  return openPhone({ udid: null, endpoint: phone.endpoint, store });
}

describe('a list of phones', () => {
  it('holds one phone for a cable and a Wi-Fi, the cable first', () => {
    const phones = mergeEntries([
      entry(3, 'wifi', '00008130-001A2B3C4D5E6F70'),
      entry(7, 'usb', '00008130001a2b3c4d5e6f70'),
      entry(9, 'usb', 'b'),
    ]);
    expect(phones.map((one) => [one.connections, one.entries.map(({ deviceId }) => deviceId)])).toEqual([
      [
        ['usb', 'wifi'],
        [7, 3],
      ],
      [['usb'], [9]],
    ]);
  });

  it('is asked for one: by name in any form, or the only one', async () => {
    const phones = await listPhones(phone.endpoint);
    expect(choosePhone(phones, null).udid).toBe(TEST_UDID);
    expect(choosePhone(phones, '00008130001a2b3c4d5e6f70').udid).toBe(TEST_UDID);
    expect(() => choosePhone(phones, 'x')).toThrowError(expect.objectContaining({ code: 'device/not-found' }));
    expect(() => choosePhone([], null)).toThrowError(expect.objectContaining({ code: 'device/not-found' }));
    const two = mergeEntries([entry(1, 'usb', 'a'), entry(2, 'usb', 'b')]);
    expect(() => choosePhone(two, null)).toThrowError(expect.objectContaining({ code: 'device/several' }));
  });

  it('is told again when something changes, and only then', async () => {
    const attached = (deviceId: number, connection: string) => ({
      MessageType: 'Attached',
      DeviceID: deviceId,
      Properties: { ConnectionType: connection, DeviceID: deviceId, SerialNumber: TEST_UDID },
    });
    await using mux = await ScriptedMux.start(async ({ request, reply }) => {
      if (request['MessageType'] === 'ListDevices') return reply({ DeviceList: [attached(1, 'USB')] });
      await reply({ MessageType: 'Result', Number: 0 });
      await reply(attached(1, 'USB'));
      await reply(attached(2, 'Network'));
      await reply({ MessageType: 'Detached', DeviceID: 99 });
      await reply({ MessageType: 'Detached', DeviceID: 1 });
      await reply({ MessageType: 'Detached', DeviceID: 2 });
    });
    const seen: string[][] = [];
    for await (const phones of watchPhones(mux.endpoint)) {
      seen.push(phones.flatMap((one) => one.connections));
      if (seen.length === 4) break;
    }
    expect(seen).toEqual([['usb'], ['usb', 'wifi'], ['wifi'], []]);
  });
});

/** This phone has no words for its battery and its room. */
const UNTOLD = {
  icloudBackup: null,
  batteryPercent: null,
  isCharging: null,
  capacityBytes: null,
  usedBytes: null,
};

describe('a look at a phone', () => {
  const look = async () => {
    const [first] = await listPhones(phone.endpoint);
    if (first === undefined) throw new Error('no phone');
    return inspectPhone(phone.endpoint, first, store);
  };

  it('tells a trusted computer everything', async () => {
    phone.records.set(TEST_UDID, await phone.makeRecord());
    phone.values['ProductType'] = 'iPhone16,1';
    phone.answer = (request) =>
      request['Domain'] === 'com.apple.mobile.backup' ? { Value: { WillEncrypt: true } } : undefined;
    expect(await look()).toEqual({
      name: 'Test phone',
      productType: 'iPhone16,1',
      productVersion: null,
      paired: true,
      encrypted: true,
      ...UNTOLD,
    });
  });

  it('tells a stranger the name, and never that it trusts', async () => {
    expect(await look()).toMatchObject({ name: 'Test phone', paired: false, encrypted: null });
    expect(await isPaired(new PhoneLink(phone.endpoint, phone.entry), store)).toBe(false);
    phone.records.set(TEST_UDID, await phone.makeRecord({ trusted: false }));
    expect(await look()).toMatchObject({ name: 'Test phone', paired: false, encrypted: null });
  });

  it('says "unknown" of a locked one and of a silent one', async () => {
    phone.records.set(TEST_UDID, await phone.makeRecord());
    phone.answer = (request) => (request['Request'] === 'StartSession' ? { Error: 'PasswordProtected' } : undefined);
    expect(await look()).toMatchObject({ name: 'Test phone', paired: null });
    phone.answer = () => 'silence';
    expect(await look()).toEqual({
      name: null,
      productType: null,
      productVersion: null,
      paired: null,
      encrypted: null,
      ...UNTOLD,
    });
  });
});

describe('an open phone', () => {
  it('has its values, its settings and its services', async () => {
    phone.values['ProductVersion'] = '18.5';
    phone.answer = (request) =>
      request['Domain'] === 'com.apple.mobile.backup'
        ? { Value: { WillEncrypt: true, RequiresEncryption: 1 } }
        : undefined;
    await using opened = await open();
    expect([opened.udid, opened.connection, opened.name, opened.text('ProductVersion')]).toEqual([
      TEST_UDID,
      'usb',
      'Test phone',
      '18.5',
    ]);
    expect(await opened.backupSettings()).toEqual({ willEncrypt: true, requiresEncryption: true });
    await expect(opened.afc()).rejects.toMatchObject({ code: 'device/service-refused' });
  });

  it('is missed, unknown or busy with a name', async () => {
    const options = { udid: null, endpoint: phone.endpoint, store };
    await expect(openPhone(options)).rejects.toMatchObject({ code: 'pairing/not-paired' });
    phone.records.set(TEST_UDID, await phone.makeRecord({ trusted: false }));
    await expect(openPhone(options)).rejects.toMatchObject({ code: 'pairing/invalid-record' });
    phone.deviceId = 0;
    await expect(openPhone(options)).rejects.toMatchObject({ code: 'device/not-found' });
  });

  it('takes its services with it', async () => {
    const ends: Promise<boolean>[] = [];
    phone.services['com.apple.afc'] = async (wire) => ends.push(wire.atEnd());
    {
      await using opened = await open();
      await opened.afc();
      await expect.poll(() => ends.length).toBe(1);
    }
    expect(await ends[0]).toBe(true);
  });

  it('gives its backup service a moment after another run, with the escrow bag', async () => {
    let starts = 0;
    phone.services['com.apple.mobilebackup2'] = async (wire) => {
      starts += 1;
      if (starts < 3) return wire.destroy();
      await new ScriptedAgent(wire).shakeHands();
    };
    await using opened = await open();
    const client = await opened.mobileBackup2();
    expect(client.protocolVersion).toBe(2.1);
    expect(phone.requests.filter((request) => request['Service'] === 'com.apple.mobilebackup2')).toHaveLength(3);
    expect(phone.requests.at(-1)).toMatchObject({ EscrowBag: Buffer.from('escrow') });
  });
});

describe('a phone on Wi-Fi', () => {
  const beat = async (wire: SocketWire): Promise<void> => {
    await writePlistFrame(wire, { Command: 'Marco', Interval: 1 }, 'xml');
    await readPlistFrame(wire, { maxBytes: 1000 });
  };

  it('hears our heart before anything else, and is lost when its own stops', async () => {
    phone.connection = 'Network';
    phone.services['com.apple.mobile.heartbeat'] = beat;
    phone.services['com.apple.afc'] = () => new Promise(() => undefined);
    await using opened = await open();
    const wire = await opened.startService('com.apple.afc');
    const services = phone.requests.map((request) => request['Service']).filter((name) => name !== undefined);
    expect(services).toEqual(['com.apple.mobile.heartbeat', 'com.apple.afc']);
    await expect(wire.read(1)).rejects.toMatchObject({
      code: 'device/connection-lost',
      message: 'the phone’s heartbeat stopped',
    });
    expect(opened.lost.aborted).toBe(true);
  });

  it('without a heartbeat is used all the same', async () => {
    phone.connection = 'Network';
    await using opened = await open();
    expect(opened.connection).toBe('wifi');
    expect(opened.lost.aborted).toBe(false);
  });
});
