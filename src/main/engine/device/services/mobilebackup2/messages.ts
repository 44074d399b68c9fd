import { type PlistDict, PlistReal, type PlistValue } from '../../../formats/plist/index.ts';

/**
 * The words of DeviceLink and mobilebackup2 (protocol reference 3 and 4). A message is an array: a name that starts
 * with `DL`, then what the name asks for. More elements than known are allowed everywhere.
 */
export const MOBILEBACKUP2_SERVICE = 'com.apple.mobilebackup2';

/** A frame may be large (lists of files), but never this large. */
export const DEVICE_LINK_MAX_BYTES = 256 * 1024 * 1024;
/** The newest version of DeviceLink known. Phones up to iOS 15 say 300, later ones 400. */
export const DEVICE_LINK_VERSION = 400;
/** DeviceLink's way to say "no text". */
export const EMPTY_TEXT = '___EmptyParameterString___';

/** Longest file name in a stream, in bytes. */
export const NAME_MAX_BYTES = 4096;
/** Data of one block towards the phone: its agent buffers a whole block and is killed over larger ones. */
export const BLOCK_DATA_BYTES = 32 * 1024;

/** Codes of blocks in file streams. */
export const BLOCK = {
  success: 0x00,
  localError: 0x06,
  remoteError: 0x0b,
  data: 0x0c,
} as const;

/** Status of DLMessageDownloadFiles when at least one file was not sent. */
export const MULTI_STATUS = -13;

export type DeviceLinkMessage = readonly [name: string, ...rest: PlistValue[]];

export function versionsOk(major: number): DeviceLinkMessage {
  return ['DLMessageVersionExchange', 'DLVersionsOk', Math.min(major, DEVICE_LINK_VERSION)];
}

export function processMessage(body: PlistDict): DeviceLinkMessage {
  return ['DLMessageProcessMessage', body];
}

/** The versions must be reals: a phone tells 2 from 2.0. */
export function hello(): DeviceLinkMessage {
  return processMessage({
    MessageName: 'Hello',
    SupportedProtocolVersions: [new PlistReal(2.0), new PlistReal(2.1)],
  });
}

export function statusResponse(status: number, text = EMPTY_TEXT, value: PlistValue = {}): DeviceLinkMessage {
  return ['DLMessageStatusResponse', status, text, value];
}

export function disconnect(): DeviceLinkMessage {
  return ['DLMessageDisconnect', EMPTY_TEXT];
}
