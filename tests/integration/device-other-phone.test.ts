import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  inspectPhone,
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
import { OtherPhone, whyNoOtherPhone } from '../support/other-phone/other-phone.ts';

vi.hoisted(() => {
  // The owner is waited for 1.2 s, the repeated question comes every 10 ms.
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.01';
});

const why = whyNoOtherPhone();
if (why !== null) console.warn(`SKIPPED: the device stack and the other phone, because ${why}`);

let dir: string;
let phone: OtherPhone;
let endpoint: MuxEndpoint;
let store: PairRecordStore;

async function start(): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'backstop-device-'));
  phone = await OtherPhone.start({ dir, files: 5 });
  endpoint = parseMuxAddress(phone.address);
  store = pairRecordFolder(join(dir, 'records'));
}

async function stop(): Promise<void> {
  phone.setFault({});
  await phone[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
}

async function link(): Promise<PhoneLink> {
  const [found] = await listPhones(endpoint);
  const [entry] = found?.entries ?? [];
  if (entry === undefined) throw new Error('no phone');
  return new PhoneLink(endpoint, entry);
}

/** How the device stack and a phone of other hands get on before any backup is asked for. */
describe.skipIf(why !== null)('a pairing with the other phone', () => {
  beforeAll(start);
  afterEach(() => phone.setFault({}));
  afterAll(stop);

  it.each([
    ['denied', 'pairing/denied'],
    ['prohibited', 'pairing/prohibited'],
    ['locked', 'pairing/locked'],
    ['pending', 'pairing/pending-timeout'],
  ])('that is %s ends as %s, and nothing is kept', async (pair, code) => {
    phone.setFault({ pair });
    await expect(pairPhone(await link(), store)).rejects.toMatchObject({ code });
    const [found] = await listPhones(endpoint);
    expect(found === undefined ? null : (await inspectPhone(endpoint, found, store)).paired).toBe(false);
  });

  it('that the owner takes his time for is kept', async () => {
    phone.setFault({ pair: 'slow' });
    const states: PairingState[] = [];
    const { created } = await pairPhone(await link(), store, { onState: (state) => states.push(state) });
    expect(created).toBe(true);
    expect((await pairPhone(await link(), store)).created).toBe(false);
  });
});

describe.skipIf(why !== null)('a session with the other phone', () => {
  beforeAll(async () => {
    await start();
    await pairPhone(await link(), store);
  });
  afterEach(() => phone.setFault({}));
  afterAll(stop);

  it.each([
    [{ gone: true }, 'device/not-found'],
    [{ lockdown: 'silent' }, 'device/silent'],
    // It hangs up right after: whether its words or its leaving are met first is chance.
    [{ lockdown: 'garbage' }, /^device\/(bad-message|connection-lost)$/],
    [{ lockdown: 'huge' }, /^device\/(bad-message|connection-lost)$/],
    [{ lockdown: 'eof' }, 'device/connection-lost'],
    [{ session: 'InvalidHostID' }, 'pairing/invalid-record'],
    [{ session: 'PasswordProtected' }, 'device/locked'],
    [{ tls: 'garbage' }, 'pairing/invalid-record'],
    [{ tls: 'eof' }, 'pairing/invalid-record'],
    [{ tls: 'stranger' }, 'device/key-mismatch'],
  ])('with %j ends as %s, and the next one opens', async (fault, code) => {
    phone.setFault(fault);
    await expect(openPhone({ udid: null, endpoint, store })).rejects.toMatchObject({
      code: expect.stringMatching(code),
    });
    phone.setFault({});
    await using opened = await openPhone({ udid: phone.udid, endpoint, store });
    expect(opened.text('ProductVersion')).toBe('16.7.10');
  });

  it('tells a refused service from a missing phone', async () => {
    await using opened = await openPhone({ udid: null, endpoint, store });
    await expect(opened.installationProxy()).rejects.toMatchObject({ code: 'device/service-refused' });
    phone.setFault({ hello: 'eof' });
    await expect(opened.mobileBackup2()).rejects.toMatchObject({ code: 'device/connection-lost' });
    phone.setFault({});
    expect((await opened.mobileBackup2()).protocolVersion).toBe(2.1);
  });
});
