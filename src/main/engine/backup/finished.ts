import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BackstopError, isBackstopError } from '../../../shared/errors/index.ts';
import {
  decryptManifestDb,
  isFileId,
  type ManifestPlist,
  openClassedKey,
  openManifestDb,
  parseKeybag,
  readManifestPlist,
  readStatusPlist,
  unlockKeybag,
} from '../formats/index.ts';
import type { Overlay, StoredFile } from './overlay/index.ts';
import { parseVirtualPath } from './paths.ts';
import type { ObjectStore } from './virtual-folder.ts';

/**
 * Is what the phone left behind a backup? Its word alone is not enough: the top-level Status.plist must say "finished",
 * be newer than the previous version's, and nothing may be left where unfinished files lie (vault, correction 4).
 */

export interface FinishedBackup {
  readonly statusUuid: string;
  readonly statusDate: Date;
  readonly isFull: boolean | null;
  readonly manifest: ManifestPlist;
}

export interface PreviousRun {
  readonly statusUUID: string;
  /** ISO 8601. */
  readonly statusDate: string;
}

export interface FinishContext {
  readonly overlay: Overlay;
  readonly objects: Pick<ObjectStore, 'read'>;
  readonly previous: PreviousRun | null;
}

/** Far above any real one: about 200 bytes, and about 100 kB. */
const MAX_STATUS_BYTES = 1024 * 1024;
const MAX_MANIFEST_PLIST_BYTES = 64 * 1024 * 1024;

/** Throws `backup/not-finished` with the reason. */
export async function checkFinished(context: FinishContext): Promise<FinishedBackup> {
  const { overlay, previous } = context;
  const status = await readPlist(context, 'Status.plist', MAX_STATUS_BYTES, readStatusPlist);
  if (status.snapshotState !== 'finished') {
    throw notFinished(`its status is “${status.snapshotState ?? 'missing'}” and not “finished”`);
  }
  const { date, uuid = '' } = status;
  if (date === undefined || Number.isNaN(date.getTime())) throw notFinished('its status has no date');
  if (previous !== null && !isLater(date, uuid, previous)) {
    throw notFinished(
      `its status is of ${date.toISOString()}, and the version before is of ${previous.statusDate} by the iPhone’s own clock`,
    );
  }
  const left = overlay.list(parseVirtualPath(`${overlay.udid}/Snapshot`));
  if (left.length > 0) throw notFinished(`${left.length} items are left in its folder for unfinished files`);
  if (fileOf(overlay, 'Manifest.db').sizeBytes === 0) throw notFinished('its Manifest.db is empty');
  const manifest = await readPlist(context, 'Manifest.plist', MAX_MANIFEST_PLIST_BYTES, readManifestPlist);
  return { statusUuid: uuid, statusDate: date, isFull: status.isFullBackup ?? null, manifest };
}

/** Two quick runs may carry the same second; then they differ in their identity. */
function isLater(date: Date, uuid: string, previous: PreviousRun): boolean {
  const before = Date.parse(previous.statusDate);
  return date.getTime() > before || (date.getTime() === before && uuid !== previous.statusUUID);
}

/**
 * The stricter check for a phone that left without its last word: the manifest must open, and every file in it must be
 * here. Throws `backup/ended-without-answer` with the reason; an encrypted manifest needs the password.
 */
export async function checkWithoutAnswer(
  context: FinishContext,
  look: { readonly manifest: ManifestPlist; readonly password: string | null; readonly scratch: string },
  signal?: AbortSignal,
): Promise<void> {
  const key = await manifestKey(look.manifest, look.password, signal);
  await mkdir(look.scratch, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(look.scratch, 'manifest-'));
  try {
    const path = join(scratch, 'Manifest.db');
    await decryptManifestDb(readFile(context, fileOf(context.overlay, 'Manifest.db')), key, path, { signal });
    using db = openManifestDb(path);
    for (const row of db.rows()) {
      if (row.flags !== FILE_FLAG) continue;
      if (!isFileId(row.fileId)) throw unproven('its list of files holds an id that is none');
      const at = parseVirtualPath(`${context.overlay.udid}/${row.fileId.slice(0, 2)}/${row.fileId}`);
      if (context.overlay.find(at).kind !== 'file') throw unproven('its list of files names one that did not arrive');
    }
  } catch (error) {
    if (error instanceof BackstopError && error.code.startsWith('formats/')) {
      throw unproven(`its list of files cannot be read: ${error.message}`, error);
    }
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** In `flags`: a regular file. */
const FILE_FLAG = 1;

async function manifestKey(
  manifest: ManifestPlist,
  password: string | null,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  if (manifest.isEncrypted !== true || manifest.manifestKey === undefined) return null;
  if (password === null || manifest.keybag === undefined) {
    throw unproven('its list of files is encrypted, and no password was given to look into it');
  }
  const unlocked = await unlockKeybag(parseKeybag(manifest.keybag), password, { signal });
  if (unlocked.kind === 'wrong-password') throw unproven('the password does not open its list of files');
  const key = openClassedKey(unlocked.classKeys, manifest.manifestKey);
  if (key === null) throw unproven('the key of its list of files does not open');
  return key;
}

function fileOf(overlay: Overlay, name: string): StoredFile {
  const found = overlay.find(parseVirtualPath(`${overlay.udid}/${name}`));
  if (found.kind !== 'file') throw notFinished(`its ${name} is missing`);
  return found.file;
}

async function* readFile({ objects }: FinishContext, file: StoredFile): AsyncGenerator<Uint8Array> {
  if (file.hash !== null) yield* objects.read(file);
}

async function readPlist<T>(
  context: FinishContext,
  name: string,
  maxBytes: number,
  read: (bytes: Buffer) => T,
): Promise<T> {
  const file = fileOf(context.overlay, name);
  if (file.sizeBytes > maxBytes) throw notFinished(`its ${name} has ${file.sizeBytes} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readFile(context, file)) chunks.push(Buffer.from(chunk));
  try {
    return read(Buffer.concat(chunks));
  } catch (error) {
    if (isBackstopError(error)) throw notFinished(`its ${name} cannot be read`, error);
    throw error;
  }
}

function notFinished(reason: string, cause?: unknown): BackstopError {
  return new BackstopError('backup/not-finished', { message: reason, cause, data: { reason } });
}

function unproven(reason: string, cause?: unknown): BackstopError {
  return new BackstopError('backup/ended-without-answer', { message: reason, cause, data: { reason } });
}
