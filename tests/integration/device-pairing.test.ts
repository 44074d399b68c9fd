import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parsePairRecord } from '../../src/main/engine/device/lockdown/index.ts';
import { makePairingCertificates } from '../../src/main/engine/device/pairing/certificates.ts';
import { findPairRecords } from '../../src/main/engine/device/pairing/find-record.ts';
import { isPaired, openTrustedSession } from '../../src/main/engine/device/pairing/index.ts';
import { type PairingState, pairPhone } from '../../src/main/engine/device/pairing/pair.ts';
import { type PairRecordStore, pairRecordFolder } from '../../src/main/engine/device/pairing/record-store.ts';
import {
  type LockdownAnswer,
  ScriptedPhone,
  TEST_UDID,
} from '../../src/main/engine/device/test-support/scripted-phone.ts';
import { PhoneLink } from '../../src/main/engine/device/usbmux/index.ts';
import { dictAt, type PlistDict, parsePlist } from '../../src/main/engine/formats/plist/index.ts';
import { systemClock } from '../../src/main/engine/platform/index.ts';
import { BackstopError } from '../../src/shared/errors/index.ts';

vi.hoisted(() => {
  // The pace of the repeated question: 20 ms instead of a second.
  process.env['BACKSTOP_TIMEOUT_SCALE'] = '0.02';
});

let phone: ScriptedPhone;
let link: PhoneLink;
let folder: string;
let store: PairRecordStore;
let states: PairingState[];
const onState = (state: PairingState): number => states.push(state);

beforeEach(async () => {
  phone = await ScriptedPhone.start();
  link = new PhoneLink(phone.endpoint, phone.entry);
  folder = join(mkdtempSync(join(tmpdir(), 'backstop-pairing-')), 'records');
  store = pairRecordFolder(folder);
  states = [];
});

afterEach(async () => {
  await phone[Symbol.asyncDispose]();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

/** Answers of `Pair`, one after the other; the phone trusts after the last. */
function answerPair(...answers: readonly (string | 'hang-up')[]): PlistDict[] {
  const rest = [...answers];
  const seen: PlistDict[] = [];
  phone.answer = (request): LockdownAnswer => {
    if (request['Request'] !== 'Pair') return undefined;
    seen.push(request);
    const answer = rest.shift();
    return answer === undefined || answer === 'hang-up' ? answer : { Error: answer };
  };
  return seen;
}

describe('pairing', () => {
  it('waits for unlocking and for Trust with one and the same record, and keeps it in both places', async () => {
    const asked = answerPair('PasswordProtected', 'PairingDialogResponsePending', 'PairingDialogResponsePending');
    phone.values['WiFiAddress'] = 'aa:bb:cc:dd:ee:ff';
    const { record, created } = await pairPhone(link, store, { onState });
    expect(created).toBe(true);
    expect(states).toEqual(['unlock', 'trust']);
    expect(asked).toHaveLength(4);
    expect(new Set(asked.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(record.escrowBag).toEqual(Buffer.from('escrow'));
    expect(record.fields).toMatchObject({ WiFiMACAddress: 'aa:bb:cc:dd:ee:ff', SystemBUID: 'BUID' });
    const own = await store.read(TEST_UDID);
    expect(own).toEqual(Buffer.from(phone.records.get(TEST_UDID) ?? []));
    expect(parsePairRecord(own ?? Buffer.alloc(0)).hostId).toBe(record.hostId);
    expect(await isPaired(link, store)).toBe(true);
  });

  it('tells the phone no private key', async () => {
    const asked = answerPair();
    await pairPhone(link, store);
    expect(Object.keys(dictAt(asked[0], 'PairRecord') ?? {}).sort()).toEqual([
      'DeviceCertificate',
      'DevicePublicKey',
      'HostCertificate',
      'HostID',
      'RootCertificate',
      'SystemBUID',
    ]);
    expect(asked[0]).toMatchObject({ ProtocolVersion: '2', PairingOptions: { ExtendedPairingErrors: true } });
  });

  it('reads the address and the key before it asks for trust', async () => {
    await pairPhone(link, store);
    const names = phone.requests.map((request) => request['Key'] ?? request['Request']);
    expect(names.indexOf('DevicePublicKey')).toBeLessThan(names.indexOf('Pair'));
    expect(names.indexOf('WiFiAddress')).toBeLessThan(names.indexOf('Pair'));
  });

  it('changes nothing when the phone trusts this computer already', async () => {
    const kept = await phone.makeRecord();
    phone.records.set(TEST_UDID, kept);
    const { created, record } = await pairPhone(link, store);
    expect(created).toBe(false);
    expect(record.hostId).toBe(parsePairRecord(kept).hostId);
    expect(phone.records.get(TEST_UDID)).toEqual(kept);
    expect(phone.requests.some((request) => request['Request'] === 'Pair')).toBe(false);
  });

  it('replaces a record that the phone no longer takes', async () => {
    phone.records.set(TEST_UDID, await phone.makeRecord({ trusted: false }));
    const { created, record } = await pairPhone(link, store);
    expect(created).toBe(true);
    expect(parsePairRecord(phone.records.get(TEST_UDID) ?? Buffer.alloc(0)).hostId).toBe(record.hostId);
  });

  it('leaves a record alone that works and that the daemon made meanwhile', async () => {
    const daemons = await phone.makeRecord();
    phone.answer = (request) => {
      if (request['Request'] === 'Pair') phone.records.set(TEST_UDID, daemons);
      return undefined;
    };
    const { record } = await pairPhone(link, store);
    expect(phone.records.get(TEST_UDID)).toEqual(daemons);
    expect(parsePairRecord((await store.read(TEST_UDID)) ?? Buffer.alloc(0)).hostId).toBe(record.hostId);
  });

  it('leaves a record alone that was refused only for a moment', async () => {
    const kept = await phone.makeRecord();
    phone.records.set(TEST_UDID, kept);
    phone.answer = (request) => {
      const isOver = phone.requests.some((earlier) => earlier['Request'] === 'Pair');
      return request['Request'] === 'StartSession' && !isOver ? { Error: 'InvalidHostID' } : undefined;
    };
    expect((await pairPhone(link, store)).created).toBe(true);
    expect(phone.records.get(TEST_UDID)).toEqual(kept);
  });

  it('goes on with the same record when the phone leaves USB and comes back', async () => {
    const asked = answerPair('PairingDialogResponsePending', 'hang-up', 'InvalidConnection');
    phone.answer = ((inner) => async (request: PlistDict, isSecure: boolean) => {
      const answer = await inner(request, isSecure);
      if (answer === 'hang-up') phone.deviceId = 17;
      return answer;
    })(phone.answer);
    const { record } = await pairPhone(link, store, { onState });
    expect(states).toEqual(['trust', 'reconnecting']);
    expect(new Set(asked.map((request) => dictAt(request, 'PairRecord')?.['HostID']))).toEqual(
      new Set([record.hostId]),
    );
    expect(phone.muxRequests.find((request) => request['MessageType'] === 'SavePairRecord')).toMatchObject({
      DeviceID: 17,
    });
  });

  it.each([
    ['UserDeniedPairing', 'pairing/denied'],
    ['PairingProhibitedOverThisConnection', 'pairing/prohibited'],
    ['MCProtected', 'pairing/managed'],
    ['MCChallengeRequired', 'pairing/managed'],
    ['SavePairRecordFailed', 'pairing/refused'],
    ['SomethingNew', 'pairing/refused'],
  ])('that is answered with %s stops as %s and saves nothing', async (reason, code) => {
    const asked = answerPair(reason);
    await expect(pairPhone(link, store)).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(1);
    expect(phone.records.size).toBe(0);
    expect(await store.read(TEST_UDID)).toBeNull();
  });

  it.each([
    ['PasswordProtected', 'pairing/locked'],
    ['PairingDialogResponsePending', 'pairing/pending-timeout'],
  ])('that is answered with %s for ever ends as %s', async (reason, code) => {
    phone.answer = (request) => (request['Request'] === 'Pair' ? { Error: reason } : undefined);
    let now = 0;
    const clock = { ...systemClock, monotonicMs: () => (now += 500) };
    await expect(pairPhone(link, store, { clock })).rejects.toMatchObject({ code });
  });

  it('waits for a locked phone that refuses even the session', async () => {
    phone.records.set(TEST_UDID, await phone.makeRecord());
    let refusals = 2;
    phone.answer = (request) => {
      if (request['Request'] !== 'StartSession' || refusals === 0) return undefined;
      refusals -= 1;
      return { Error: 'PasswordProtected' };
    };
    expect((await pairPhone(link, store, { onState })).created).toBe(false);
    expect(states).toEqual(['unlock']);
  });

  it('stops at once when told to', async () => {
    const stop = new AbortController();
    phone.answer = (request) => {
      if (request['Request'] !== 'Pair') return undefined;
      stop.abort(new Error('enough'));
      return { Error: 'PairingDialogResponsePending' };
    };
    await expect(pairPhone(link, store, { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('is kept as long as one of the two places takes it, and says so when neither does', async () => {
    const refusing: PairRecordStore = { ...store, write: () => Promise.reject(new Error('disk full')) };
    expect((await pairPhone(link, refusing)).created).toBe(true);
    expect(phone.records.size).toBe(1);
    phone.records.clear();
    phone.keepsRecords = false;
    expect((await pairPhone(link, store)).created).toBe(true);
    await store.remove(TEST_UDID);
    await expect(pairPhone(link, refusing)).rejects.toMatchObject({
      code: 'pairing/not-saved',
      data: { reason: 'disk full' },
    });
  });
});

describe('records', () => {
  it('are searched in usbmuxd first, then in our own folder, each once', async () => {
    const [first, second] = [await phone.makeRecord(), await phone.makeRecord()];
    phone.records.set(TEST_UDID, first);
    await store.write(TEST_UDID, second);
    const found = await findPairRecords(phone.endpoint, TEST_UDID, store);
    expect(found.map(({ source }) => source)).toEqual(['usbmuxd', 'own']);
    await store.write(TEST_UDID, first);
    expect(await findPairRecords(phone.endpoint, TEST_UDID, store)).toHaveLength(1);
    phone.records.set(TEST_UDID, Buffer.from('damaged'));
    expect((await findPairRecords(phone.endpoint, TEST_UDID, store)).map(({ source }) => source)).toEqual(['own']);
  });

  it('are tried until the phone takes one', async () => {
    phone.records.set(TEST_UDID, await phone.makeRecord({ trusted: false }));
    await store.write(TEST_UDID, await phone.makeRecord());
    const session = await openTrustedSession(link, store);
    expect(session?.found.source).toBe('own');
    session?.lockdown.close();
  });

  it('are kept for this user only, whole or not at all', async () => {
    await store.write(TEST_UDID, Buffer.from('one'));
    await store.write(TEST_UDID, Buffer.from('two'));
    expect(readdirSync(folder)).toEqual([`${TEST_UDID}.plist`]);
    if (process.platform !== 'win32') {
      expect(statSync(join(folder, `${TEST_UDID}.plist`)).mode & 0o777).toBe(0o600);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
    }
    await store.remove(TEST_UDID);
    await store.remove(TEST_UDID);
    expect(await store.read(TEST_UDID)).toBeNull();
  });

  it('name this computer always the same', async () => {
    expect(await store.hostBuid()).toMatch(/^[0-9A-F-]{36}$/);
    expect(await store.hostBuid()).toBe(await pairRecordFolder(folder).hostBuid());
  });
});

describe('being paired', () => {
  it('is no without a record, and no with one that the phone refuses', async () => {
    expect(await isPaired(link, store)).toBe(false);
    phone.records.set(TEST_UDID, await phone.makeRecord({ trusted: false }));
    expect(await isPaired(link, store)).toBe(false);
  });

  it('is unknown while the phone is locked or away', async () => {
    phone.records.set(TEST_UDID, await phone.makeRecord());
    phone.answer = (request) => (request['Request'] === 'StartSession' ? { Error: 'PasswordProtected' } : undefined);
    expect(await isPaired(link, store)).toBeNull();
    phone.deviceId = 0;
    expect(await isPaired(link, store)).toBeNull();
  });

  it('is no with a record of another phone’s key', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const record = await phone.makeRecord();
    phone.records.set(TEST_UDID, record);
    phone.serverKey = other.privateKey;
    const { deviceCertificate } = await makePairingCertificates(other.publicKey, new Date());
    phone.trusted.set(parsePairRecord(record).hostId, deviceCertificate);
    expect(await isPaired(link, store)).toBe(false);
    await expect(openTrustedSession(link, store)).rejects.toBeInstanceOf(BackstopError);
  });
});

it('a saved record is a property list that others can read', async () => {
  await pairPhone(link, store);
  const fields = parsePlist((await store.read(TEST_UDID)) ?? Buffer.alloc(0)) as PlistDict;
  expect(Object.keys(fields).sort()).toEqual([
    'DeviceCertificate',
    'DevicePublicKey',
    'EscrowBag',
    'HostCertificate',
    'HostID',
    'HostPrivateKey',
    'RootCertificate',
    'RootPrivateKey',
    'SystemBUID',
  ]);
});
