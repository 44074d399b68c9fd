import { BackstopError } from '../../../../../shared/errors/index.ts';
import { isPlistDict, type PlistValue } from '../../../formats/plist/index.ts';
import type { HostFolder } from './host-folder.ts';
import { checkPath } from './hostile-names.ts';
import { encodeListing } from './listing-reply.ts';
import { type DeviceLinkMessage, statusResponse } from './messages.ts';

/** What the phone asks of the folder in one message; the answer to send, or its frame. Throws what the folder throws. */
export type FolderRequest = (folder: HostFolder, message: DeviceLinkMessage) => Promise<DeviceLinkMessage | Buffer>;

/**
 * The requests that are one question and one answer, by name. Phones say "Files" or "Items" by their iOS version and
 * mean the same. Elements beyond the known ones are ignored.
 */
export const FOLDER_REQUESTS: ReadonlyMap<string, FolderRequest> = new Map<string, FolderRequest>([
  ['DLContentsOfDirectory', listContents],
  ['DLMessageContentsOfDirectory', listContents],
  ['DLMessageCreateDirectory', createDirectory],
  ['DLMessageMoveFiles', moveItems],
  ['DLMessageMoveItems', moveItems],
  ['DLMessageRemoveFiles', removeItems],
  ['DLMessageRemoveItems', removeItems],
  ['DLMessageCopyItem', copyItem],
]);

/** How many paths a message is about, for whoever shows what goes on. */
export function itemsIn(message: DeviceLinkMessage): number {
  const first = message[1];
  if (Array.isArray(first)) return first.length;
  return isPlistDict(first) ? Object.keys(first).length : 1;
}

/** The paths of a list element. Throws `device/bad-message`, `device/hostile-path`. */
export function pathsIn(message: DeviceLinkMessage): readonly string[] {
  const list = message[1];
  if (!Array.isArray(list)) throw malformed(message, 'a list of paths');
  return (list as readonly PlistValue[]).map((path) => pathFrom(message, path));
}

async function listContents(folder: HostFolder, message: DeviceLinkMessage): Promise<Buffer> {
  return encodeListing(await folder.list(pathFrom(message, message[1])));
}

async function createDirectory(folder: HostFolder, message: DeviceLinkMessage): Promise<DeviceLinkMessage> {
  await folder.createDirectory(pathFrom(message, message[1]));
  return statusResponse(0);
}

async function moveItems(folder: HostFolder, message: DeviceLinkMessage): Promise<DeviceLinkMessage> {
  const moves = message[1];
  if (!isPlistDict(moves)) throw malformed(message, 'a dictionary of moves');
  await folder.moveItems(Object.entries(moves).map(([from, to]) => [checkPath(from), pathFrom(message, to)] as const));
  return statusResponse(0);
}

async function removeItems(folder: HostFolder, message: DeviceLinkMessage): Promise<DeviceLinkMessage> {
  await folder.removeItems(pathsIn(message));
  return statusResponse(0);
}

async function copyItem(folder: HostFolder, message: DeviceLinkMessage): Promise<DeviceLinkMessage> {
  await folder.copyItem(pathFrom(message, message[1]), pathFrom(message, message[2]));
  return statusResponse(0);
}

function pathFrom(message: DeviceLinkMessage, value: PlistValue | undefined): string {
  if (typeof value !== 'string') throw malformed(message, 'a path');
  return checkPath(value);
}

function malformed(message: DeviceLinkMessage, missing: string): BackstopError {
  return new BackstopError('device/bad-message', {
    message: `${message[0]} holds no ${missing}`,
    data: { problem: `${message[0]} held no ${missing}` },
  });
}
