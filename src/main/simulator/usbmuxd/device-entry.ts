import type { PlistDict } from '../../engine/formats/plist/index.ts';

/** One line of ListDevices: one phone over one transport. */
export interface DeviceEntry {
  readonly deviceId: number;
  readonly udid: string;
  readonly connection:
    | { readonly kind: 'usb'; readonly locationId: number }
    | {
        readonly kind: 'network';
        readonly address: string;
        readonly serviceName: string;
        readonly layout: AddressLayout;
      };
}

/**
 * How `NetworkAddress` is laid out: `bsd` (macOS, Windows, and the only one that Debian's libimobiledevice 1.3.0
 * understands, on Linux too) begins with a length and an 8-bit family, `linux` with a 16-bit family.
 */
export type AddressLayout = 'bsd' | 'linux';

const USB_BITS_PER_SECOND = 480_000_000;
const IPHONE_PRODUCT_ID = 0x12a8;
const SOCKADDR_BYTES = 128;
const SOCKADDR_IN_BYTES = 16;
const AF_INET = 2;

/** The dictionary of an `Attached` event and of an element of `DeviceList`. */
export function attachedMessage(entry: DeviceEntry): PlistDict {
  return { MessageType: 'Attached', DeviceID: entry.deviceId, Properties: deviceProperties(entry) };
}

function deviceProperties(entry: DeviceEntry): PlistDict {
  const { connection } = entry;
  if (connection.kind === 'usb') {
    return {
      ConnectionSpeed: USB_BITS_PER_SECOND,
      ConnectionType: 'USB',
      DeviceID: entry.deviceId,
      LocationID: connection.locationId,
      ProductID: IPHONE_PRODUCT_ID,
      SerialNumber: entry.udid,
      UDID: entry.udid,
      USBSerialNumber: entry.udid.replace('-', ''),
    };
  }
  return {
    ConnectionType: 'Network',
    DeviceID: entry.deviceId,
    EscapedFullServiceName: connection.serviceName,
    InterfaceIndex: 1,
    NetworkAddress: encodeNetworkAddress(connection.address, connection.layout),
    SerialNumber: entry.udid,
  };
}

/** A sockaddr_in of an IPv4 address, port 0, padded to 128 bytes. */
export function encodeNetworkAddress(address: string, layout: AddressLayout): Buffer {
  const bytes = Buffer.alloc(SOCKADDR_BYTES);
  if (layout === 'bsd') {
    bytes[0] = SOCKADDR_IN_BYTES;
    bytes[1] = AF_INET;
  } else {
    bytes.writeUInt16LE(AF_INET, 0);
  }
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
}

/** A port travels with its two bytes swapped: 62078 as 32498. */
export function swapPort(port: number): number {
  return ((port & 0xff) << 8) | ((port >> 8) & 0xff);
}
