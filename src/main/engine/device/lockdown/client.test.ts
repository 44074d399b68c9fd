import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dictAt, parsePlist, stringAt } from '../../formats/plist/index.ts';
import { makePairingCertificates } from '../pairing/index.ts';
import { ScriptedPhone, TEST_UDID } from '../test-support/scripted-phone.ts';
import { PhoneLink } from '../usbmux/index.ts';
import { LockdownClient } from './client.ts';
import { type PairRecord, parsePairRecord } from './pair-record.ts';

let phone: ScriptedPhone;
let recordData: Buffer;
let record: PairRecord;
let client: LockdownClient;

beforeAll(async () => {
  await using maker = await ScriptedPhone.start();
  recordData = await maker.makeRecord();
});

beforeEach(async () => {
  phone = await ScriptedPhone.start();
  record = parsePairRecord(recordData);
  phone.trusted.set(record.hostId, Buffer.from(record.fields['DeviceCertificate'] as Uint8Array).toString());
  client = new LockdownClient(new PhoneLink(phone.endpoint, phone.entry), record);
});

afterEach(async () => {
  client.close();
  await phone[Symbol.asyncDispose]();
});

const requestNames = (): string[] => phone.requests.map((request) => String(request['Request']));

describe('a session', () => {
  it('opens with the record, inside TLS with the host certificate, and is used again', async () => {
    expect(await client.getValue({ key: 'DeviceName' })).toBe('Test phone');
    expect(await client.getValue({ domain: 'com.apple.fmip', key: 'Nothing' })).toBeNull();
    expect(requestNames()).toEqual(['QueryType', 'StartSession', 'GetValue', 'GetValue', 'GetValue']);
    expect(phone.requests[1]).toMatchObject({ Label: 'backstop', HostID: record.hostId, SystemBUID: 'BUID' });
    const host = new X509Certificate(Buffer.from(record.fields['HostCertificate'] as Uint8Array));
    expect(phone.shownCertificates).toEqual([host.raw.toString('base64')]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('works in %s', async (maxVersion) => {
    phone.tlsOptions = { maxVersion };
    expect(await client.getValue({ key: 'DeviceName' })).toBe('Test phone');
  });

  it('is refused to a phone with another key', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    phone.serverKey = other.privateKey;
    phone.trusted.set(record.hostId, (await makePairingCertificates(other.publicKey, new Date())).deviceCertificate);
    await expect(client.connect()).rejects.toMatchObject({ code: 'device/key-mismatch' });
    // Nothing was said to it inside TLS.
    expect(requestNames()).toEqual(['QueryType', 'StartSession']);
  });

  it('without TLS proves nothing and is refused', async () => {
    phone.answer = (request) =>
      request['Request'] === 'StartSession' ? { SessionID: 'S', EnableSessionSSL: false } : undefined;
    await expect(client.connect()).rejects.toMatchObject({ code: 'device/key-mismatch' });
  });

  it('is tried with the root certificate when the phone does not take the host’s', async () => {
    let sessions = 0;
    phone.answer = (request, isSecure) => {
      if (request['Request'] === 'StartSession') sessions += 1;
      return isSecure && sessions === 1 ? 'hang-up' : undefined;
    };
    expect(await client.getValue({ key: 'DeviceName' })).toBe('Test phone');
    const root = new X509Certificate(Buffer.from(record.fields['RootCertificate'] as Uint8Array));
    expect(phone.shownCertificates.at(-1)).toBe(root.raw.toString('base64'));
  });

  it('whose TLS always fails speaks of a record that is no longer good', async () => {
    phone.answer = (_request, isSecure) => (isSecure ? 'hang-up' : undefined);
    await expect(client.connect()).rejects.toMatchObject({ code: 'pairing/invalid-record' });
  });

  it.each([
    ['InvalidHostID', 'pairing/invalid-record'],
    ['PasswordProtected', 'device/locked'],
    ['EscrowLocked', 'device/locked-since-restart'],
    ['SomethingNew', 'device/refused'],
  ])('refused with %s is %s', async (reason, code) => {
    phone.answer = (request) => (request['Request'] === 'StartSession' ? { Error: reason } : undefined);
    await expect(client.connect()).rejects.toMatchObject({ code, data: { reason } });
  });

  it('is not asked for in restore mode', async () => {
    phone.answer = (request) =>
      request['Request'] === 'QueryType' ? { Type: 'com.apple.mobile.restored' } : undefined;
    await expect(client.connect()).rejects.toMatchObject({ code: 'device/restore-mode' });
  });
});

describe('a session that died', () => {
  it('is replaced once when the connection is gone', async () => {
    await client.connect();
    phone.cut();
    expect(await client.getValue({ key: 'DeviceName' })).toBe('Test phone');
    expect(requestNames().filter((name) => name === 'StartSession')).toHaveLength(2);
  });

  it('is replaced once when the phone calls it inactive', async () => {
    await client.connect();
    let refusals = 0;
    phone.answer = (request) => {
      if (stringAt(request, 'Key') !== 'DeviceName' || refusals > 0) return undefined;
      refusals += 1;
      return { Error: 'SessionInactive' };
    };
    expect(await client.getValue({ key: 'DeviceName' })).toBe('Test phone');
  });

  it('is not replaced for ever', async () => {
    phone.answer = (request) => (stringAt(request, 'Key') === 'DeviceName' ? 'hang-up' : undefined);
    await expect(client.getValue({ key: 'DeviceName' })).rejects.toMatchObject({ code: 'device/connection-lost' });
    expect(phone.requests.filter((request) => stringAt(request, 'Key') === 'DeviceName')).toHaveLength(2);
  });

  it('survives callers that ask at the same time, in turn', async () => {
    phone.values['A'] = 1;
    phone.values['B'] = 2;
    expect(
      await Promise.all([client.getValue({ key: 'A' }), client.getValue({ key: 'B' }), client.getValue({ key: 'A' })]),
    ).toEqual([1, 2, 1]);
    expect(requestNames().filter((name) => name === 'StartSession')).toHaveLength(1);
  });
});

describe('a phone that comes back under another device id', () => {
  it('is found again', async () => {
    await client.connect();
    phone.cut();
    phone.deviceId = 9;
    expect(await client.getValue({ key: 'DeviceName' })).toBe('Test phone');
  });

  it('is missed when it does not come back', async () => {
    await client.connect();
    phone.cut();
    phone.deviceId = 0;
    await expect(client.getValue({ key: 'DeviceName' })).rejects.toMatchObject({
      code: 'device/not-found',
      data: { udid: TEST_UDID },
    });
  });
});

describe('services', () => {
  it('start with the escrow bag only when asked, and speak TLS', async () => {
    phone.services['com.apple.afc'] = (wire) => wire.write(Buffer.from('hello'));
    for (const escrow of [false, true]) {
      const wire = await client.startService('com.apple.afc', { escrow });
      expect((await wire.read(5)).toString()).toBe('hello');
      wire.destroy();
    }
    const starts = phone.requests.filter((request) => request['Request'] === 'StartService');
    expect(starts.map((request) => request['EscrowBag'] instanceof Uint8Array)).toEqual([false, true]);
    expect(phone.shownCertificates).toHaveLength(3);
  });

  it('speak plain over USB when the phone does not ask for TLS', async () => {
    phone.servesTls = false;
    phone.services['com.apple.afc'] = (wire) => wire.write(Buffer.from('hello'));
    const wire = await client.startService('com.apple.afc');
    expect((await wire.read(5)).toString()).toBe('hello');
    wire.destroy();
  });

  it('without TLS are refused over Wi-Fi', async () => {
    phone.connection = 'Network';
    phone.servesTls = false;
    phone.services['com.apple.afc'] = (wire) => wire.write(Buffer.from('hello'));
    const far = new LockdownClient(new PhoneLink(phone.endpoint, phone.entry), record);
    await expect(far.startService('com.apple.afc')).rejects.toMatchObject({ code: 'device/tls-failed' });
    far.close();
  });

  it('get a second port when the first one does not take the connection', async () => {
    phone.services['com.apple.afc'] = (wire) => wire.write(Buffer.from('hello'));
    let starts = 0;
    phone.answer = (request) => {
      if (request['Request'] !== 'StartService') return undefined;
      starts += 1;
      return starts === 1 ? { Port: 9, EnableServiceSSL: true } : undefined;
    };
    const wire = await client.startService('com.apple.afc');
    expect((await wire.read(5)).toString()).toBe('hello');
    wire.destroy();
  });

  it.each([
    [{ Error: 'InvalidService' }, 'device/service-refused'],
    [{ Error: 'PasswordProtected' }, 'device/locked'],
    [{ Error: 'MCProtected' }, 'device/managed'],
    [{ Port: 0 }, 'device/bad-message'],
    [{ Port: 65_536 }, 'device/bad-message'],
    [{}, 'device/bad-message'],
  ])('answered with %j are %s', async (answer, code) => {
    phone.answer = (request) => (request['Request'] === 'StartService' ? answer : undefined);
    await expect(client.startService('com.apple.x')).rejects.toMatchObject({ code });
  });
});

describe('waiting', () => {
  it('stops at once when told to, and the next request opens a new connection', async () => {
    await client.connect();
    const stop = new AbortController();
    phone.answer = (request) => {
      if (stringAt(request, 'Key') !== 'Slow') return undefined;
      stop.abort(new Error('enough'));
      return 'silence';
    };
    await expect(client.getValue({ key: 'Slow' }, { signal: stop.signal })).rejects.toThrow('enough');
    expect(await client.getValue({ key: 'DeviceName' })).toBe('Test phone');
  });
});

describe('without a record', () => {
  it('what strangers may know is read in the clear, and no session is tried', async () => {
    const stranger = new LockdownClient(new PhoneLink(phone.endpoint, phone.entry), null);
    expect(await stranger.getValue({ key: 'DeviceName' })).toBe('Test phone');
    expect(requestNames()).toEqual(['QueryType', 'GetValue']);
    stranger.close();
  });
});

describe('requests', () => {
  it('set, remove and unpair as the protocol names them', async () => {
    await client.setValue({ domain: 'com.apple.mobile.wireless_lockdown', key: 'EnableWifiConnections', value: true });
    await client.removeValue({ domain: 'd', key: 'k' });
    await client.unpair();
    const [set, remove, unpair] = phone.requests.slice(-3);
    expect(set).toMatchObject({
      Request: 'SetValue',
      Domain: 'com.apple.mobile.wireless_lockdown',
      Key: 'EnableWifiConnections',
      Value: true,
    });
    expect(remove).toMatchObject({ Request: 'RemoveValue', Domain: 'd', Key: 'k' });
    expect(dictAt(unpair, 'PairRecord')).toEqual({ HostID: record.hostId });
  });

  it('never carry a private key', async () => {
    await client.unpair();
    const sent = JSON.stringify(phone.requests, (_key, value) =>
      Buffer.isBuffer(value) ? value.toString('latin1') : value,
    );
    expect(sent).not.toContain('PRIVATE');
  });
});

describe('a pair record', () => {
  it('keeps what other programs put into it', () => {
    expect(Object.keys(record.fields).length).toBe(Object.keys(parsePlist(recordData) as object).length);
    expect(
      createHash('sha256')
        .update(record.escrowBag ?? '')
        .digest('hex'),
    ).toHaveLength(64);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no property list', Buffer.from('hello')],
    ['no HostID', Buffer.from('<plist><dict/></plist>')],
  ])('that holds %s is invalid', (_name, data) => {
    expect(() => parsePairRecord(data)).toThrowError(expect.objectContaining({ code: 'pairing/invalid-record' }));
  });

  it('with unreadable keys is invalid, and says nothing of them', async () => {
    const broken = { ...record, fields: { ...record.fields, HostPrivateKey: Buffer.from('-----BEGIN SECRET') } };
    const other = new LockdownClient(new PhoneLink(phone.endpoint, phone.entry), broken);
    await expect(other.connect()).rejects.toMatchObject({
      code: 'pairing/invalid-record',
      message: expect.not.stringContaining('SECRET'),
    });
  });
});
