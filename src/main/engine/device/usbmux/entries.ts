import {
  dataAt,
  dictAt,
  integerAt,
  isPlistDict,
  type PlistDict,
  type PlistValue,
  stringAt,
} from '../../formats/plist/index.ts';
import { type NetworkAddress, parseNetworkAddress } from './network-address.ts';
import { parseUdid, type Udid } from './udid.ts';

/** One way to one phone: a phone on the cable and on Wi-Fi has two entries with different device ids. */
export interface MuxEntry {
  /** Unique while the daemon runs; a phone that was plugged in again has a new one. */
  readonly deviceId: number;
  readonly udid: Udid;
  readonly connection: 'usb' | 'wifi';
  /** Wi-Fi only; null when the daemon did not tell or told something unreadable. */
  readonly address: NetworkAddress | null;
  readonly interfaceIndex: number | null;
}

export type MuxEvent =
  | { readonly kind: 'attached'; readonly entry: MuxEntry }
  | { readonly kind: 'detached'; readonly deviceId: number }
  | { readonly kind: 'paired'; readonly deviceId: number };

/** Reads an Attached-shaped dictionary. Null for one that names no phone we could speak to. */
export function readEntry(value: PlistValue): MuxEntry | null {
  if (!isPlistDict(value)) return null;
  const properties = dictAt(value, 'Properties') ?? value;
  const deviceId = integerAt(value, 'DeviceID') ?? integerAt(properties, 'DeviceID');
  const udid = parseUdid(stringAt(properties, 'SerialNumber') ?? stringAt(properties, 'UDID') ?? '');
  if (deviceId === undefined || udid === null) return null;
  const address = dataAt(properties, 'NetworkAddress');
  return {
    deviceId,
    udid,
    connection: stringAt(properties, 'ConnectionType') === 'Network' ? 'wifi' : 'usb',
    address: address === undefined ? null : parseNetworkAddress(address),
    interfaceIndex: integerAt(properties, 'InterfaceIndex') ?? null,
  };
}

/** Null for events of a kind we do not know, which clients must ignore. */
export function readEvent(message: PlistDict): MuxEvent | null {
  const deviceId = integerAt(message, 'DeviceID');
  switch (stringAt(message, 'MessageType')) {
    case 'Attached': {
      const entry = readEntry(message);
      return entry === null ? null : { kind: 'attached', entry };
    }
    case 'Detached':
      return deviceId === undefined ? null : { kind: 'detached', deviceId };
    case 'Paired':
      return deviceId === undefined ? null : { kind: 'paired', deviceId };
    default:
      return null;
  }
}
