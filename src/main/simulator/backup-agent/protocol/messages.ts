import { PlistReal, type PlistValue } from '../../../engine/formats/plist/index.ts';

/**
 * The phone's words of DeviceLink and mobilebackup2 (protocol reference 3 and 4). Written apart from the host's side:
 * the two must agree through the wire only.
 */
export type DeviceMessage = readonly [name: string, ...elements: PlistValue[]];

/** A host's list of files may be long; more than this is no host. */
export const MESSAGE_MAX_BYTES = 256 * 1024 * 1024;

/** Codes of the blocks of a file stream. */
export const BLOCK = { success: 0x00, localError: 0x06, remoteError: 0x0b, data: 0x0c } as const;

/** A real phone buffers a whole block and is killed over large ones: 32 KiB of data and the code. */
export const MAX_BLOCK_BYTES = 32 * 1024 + 1;

/** Statuses of a host (reference 4.7). */
export const STATUS = { ok: 0, notFound: -6, multi: -13, noSpace: -15 } as const;

/** DeviceLink's way to say "no text". */
const EMPTY_TEXT = '___EmptyParameterString___';

/** The empty dictionary of options that phones add to most messages. */
const NOTHING: PlistValue = {};

export const versionExchange = (major: number): DeviceMessage => ['DLMessageVersionExchange', major, 0];
export const deviceReady = (): DeviceMessage => ['DLMessageDeviceReady'];
export const disconnect = (): DeviceMessage => ['DLMessageDisconnect', EMPTY_TEXT];
export const ping = (): DeviceMessage => ['DLMessagePing', EMPTY_TEXT];

/** The phone's answer to a request of the host. Code 0 is success; the key is there in both cases. */
export function response(code: number, text = '', more: Readonly<Record<string, PlistValue>> = {}): DeviceMessage {
  return [
    'DLMessageProcessMessage',
    { MessageName: 'Response', ErrorCode: code, ...(text === '' ? {} : { ErrorDescription: text }), ...more },
  ];
}

export function downloadFiles(paths: readonly string[], progress: number): DeviceMessage {
  return ['DLMessageDownloadFiles', paths, NOTHING, new PlistReal(progress), 0];
}

/** `bytes`: of all files in the stream that follows; 0 for a few small ones. */
export function uploadFiles(progress: number, bytes: number): DeviceMessage {
  return ['DLMessageUploadFiles', NOTHING, new PlistReal(progress), bytes];
}

export const freeDiskSpace = (): DeviceMessage => ['DLMessageGetFreeDiskSpace'];

/** Urgency 4 is the only one seen. */
export const purgeDiskSpace = (bytes: number): DeviceMessage => ['DLMessagePurgeDiskSpace', bytes, 4];

export const contentsOfDirectory = (path: string): DeviceMessage => ['DLContentsOfDirectory', path];
export const createDirectory = (path: string): DeviceMessage => ['DLMessageCreateDirectory', path, NOTHING];

export function moveItems(pairs: Readonly<Record<string, string>>, progress: number): DeviceMessage {
  return ['DLMessageMoveItems', pairs, NOTHING, new PlistReal(progress)];
}

export function removeItems(paths: readonly string[], progress: number): DeviceMessage {
  return ['DLMessageRemoveItems', paths, NOTHING, new PlistReal(progress)];
}

export const copyItem = (from: string, to: string): DeviceMessage => ['DLMessageCopyItem', from, to, NOTHING];
