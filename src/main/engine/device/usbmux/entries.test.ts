import { describe, expect, it } from 'vitest';
import { readEntry, readEvent } from './entries.ts';
import { connectableHost, parseNetworkAddress } from './network-address.ts';
import { parseUdid, sameUdid, udidKey } from './udid.ts';

const UDID = '00008130-001A2B3C4D5E6F70';

/** A sockaddr of 128 bytes that begins with these. */
function sockaddr(hex: string): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.set(Buffer.from(hex, 'hex'));
  return bytes;
}

describe('network addresses', () => {
  it.each([
    ['Apple, IPv4', '10020000c0a80142', { family: 4, host: '192.168.1.66', scopeId: 0 }],
    ['Linux, IPv4', '02000000c0a80142', { family: 4, host: '192.168.1.66', scopeId: 0 }],
    [
      'Apple, IPv6',
      '1c1e000000000000fe80000000000000000102030405060705000000',
      { family: 6, host: 'fe80:0:0:0:1:203:405:607', scopeId: 5 },
    ],
    [
      'Windows, IPv6',
      '1c17000000000000fe80000000000000000102030405060705000000',
      { family: 6, host: 'fe80:0:0:0:1:203:405:607', scopeId: 5 },
    ],
    [
      'Linux, IPv6',
      '0a00000000000000fe80000000000000000102030405060700000000',
      { family: 6, host: 'fe80:0:0:0:1:203:405:607', scopeId: 0 },
    ],
  ])('are read in the layout of %s', (_name, hex, address) => {
    expect(parseNetworkAddress(sockaddr(hex))).toEqual(address);
  });

  it('are null when they are none', () => {
    expect(parseNetworkAddress(Buffer.alloc(0))).toBeNull();
    expect(parseNetworkAddress(Buffer.alloc(128))).toBeNull();
    expect(parseNetworkAddress(Buffer.from('1c1e000000000000fe80', 'hex'))).toBeNull();
  });

  it('get the zone that a link-local address needs', () => {
    const host = 'fe80:0:0:0:1:203:405:607';
    expect(connectableHost({ family: 6, host, scopeId: 5 }, 9)).toBe(`${host}%5`);
    expect(connectableHost({ family: 6, host, scopeId: 0 }, 9)).toBe(`${host}%9`);
    expect(connectableHost({ family: 6, host, scopeId: 0 }, null)).toBe(host);
    expect(connectableHost({ family: 6, host: '2001:db8:0:0:0:0:0:1', scopeId: 5 }, 9)).toBe('2001:db8:0:0:0:0:0:1');
    expect(connectableHost({ family: 4, host: '10.0.0.2', scopeId: 0 }, 9)).toBe('10.0.0.2');
  });
});

describe('UDIDs', () => {
  it('get their hyphen, and are compared without it', () => {
    expect(parseUdid('00008130001A2B3C4D5E6F70')).toBe(UDID);
    expect(parseUdid(UDID)).toBe(UDID);
    expect(sameUdid('00008130001a2b3c4d5e6f70', UDID)).toBe(true);
    expect(udidKey(UDID)).toBe('00008130001a2b3c4d5e6f70');
    expect(parseUdid('a'.repeat(40))).toBe('a'.repeat(40));
  });

  it.each(['', 'f'.repeat(40), 'F'.repeat(40), '../x', 'a/b', 'a\0b', '-x', '.', 'a'.repeat(65)])(
    'refuse %j',
    (text) => {
      expect(parseUdid(text)).toBeNull();
    },
  );
});

describe('attached records', () => {
  it('are read for USB and Wi-Fi', () => {
    expect(
      readEntry({ DeviceID: 5, Properties: { ConnectionType: 'USB', SerialNumber: '00008130001A2B3C4D5E6F70' } }),
    ).toEqual({ deviceId: 5, udid: UDID, connection: 'usb', address: null, interfaceIndex: null });
    expect(
      readEntry({
        DeviceID: 6,
        Properties: {
          ConnectionType: 'Network',
          SerialNumber: UDID,
          InterfaceIndex: 4,
          NetworkAddress: sockaddr('10020000c0a80142'),
        },
      }),
    ).toMatchObject({ deviceId: 6, connection: 'wifi', address: { host: '192.168.1.66' }, interfaceIndex: 4 });
  });

  it.each([
    ['no dictionary', 'x'],
    ['no serial number', { DeviceID: 1, Properties: {} }],
    ['a hostile serial number', { DeviceID: 1, Properties: { SerialNumber: '../../etc' } }],
    ['no device id', { Properties: { SerialNumber: UDID } }],
  ])('with %s are left out', (_name, value) => {
    expect(readEntry(value)).toBeNull();
  });

  it('of unknown kinds are no events', () => {
    expect(readEvent({ MessageType: 'Polished', DeviceID: 3 })).toBeNull();
    expect(readEvent({ MessageType: 'Detached', DeviceID: 3 })).toEqual({ kind: 'detached', deviceId: 3 });
    expect(readEvent({ MessageType: 'Paired', DeviceID: 3 })).toEqual({ kind: 'paired', deviceId: 3 });
  });
});
