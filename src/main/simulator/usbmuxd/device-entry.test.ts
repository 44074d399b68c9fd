import { expect, it } from 'vitest';
import { dictAt, stringAt, valueAt } from '../../engine/formats/plist/index.ts';
import { attachedMessage, encodeNetworkAddress, swapPort } from './device-entry.ts';

it('swaps the bytes of a port, both ways', () => {
  expect(swapPort(62_078)).toBe(32_498);
  expect(swapPort(32_498)).toBe(62_078);
  expect(swapPort(swapPort(1))).toBe(1);
});

it('writes an address in both layouts', () => {
  const bsd = encodeNetworkAddress('127.0.0.9', 'bsd');
  const linux = encodeNetworkAddress('127.0.0.9', 'linux');
  expect([bsd.length, linux.length]).toEqual([128, 128]);
  expect([...bsd.subarray(0, 8)]).toEqual([16, 2, 0, 0, 127, 0, 0, 9]);
  expect([...linux.subarray(0, 8)]).toEqual([2, 0, 0, 0, 127, 0, 0, 9]);
});

it('shows the UDID with its hyphen, and the number on the cable without', () => {
  const entry = { deviceId: 3, udid: '00008110-0000000000000001', connection: { kind: 'usb', locationId: 9 } } as const;
  const properties = dictAt(attachedMessage(entry), 'Properties');
  expect(stringAt(properties, 'SerialNumber')).toBe('00008110-0000000000000001');
  expect(stringAt(properties, 'USBSerialNumber')).toBe('000081100000000000000001');
  expect(valueAt(properties, 'NetworkAddress')).toBeUndefined();
});
