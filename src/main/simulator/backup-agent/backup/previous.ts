import { copyFile } from 'node:fs/promises';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import {
  type ManifestPlist,
  openClassedKey,
  openManifestDb,
  readManifestPlist,
  readStatusPlist,
} from '../../../engine/formats/index.ts';
import type { BackupKeys } from '../agent-keys.ts';
import type { AgentMemory } from '../memory.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import { BLOCK } from '../protocol/messages.ts';
import { BackupIndex } from './backup-index.ts';
import { fetchSmall } from './host-files.ts';
import { KeptFile } from './kept-file.ts';
import { StoredManifest } from './stored-manifest.ts';

/** What the host holds of this phone, as far as a new backup can build upon it. */
export type Previous =
  | { readonly kind: 'full'; readonly why: string }
  /** `path`: the plain Manifest.db, in a file that may be changed. */
  | { readonly kind: 'incremental'; readonly path: string; readonly index: BackupIndex };

export interface PreviousOptions {
  readonly udid: string;
  readonly keys: BackupKeys | null;
  readonly isForced: boolean;
  /** Where the plain Manifest.db goes. */
  readonly path: string;
  readonly memory: AgentMemory;
}

/**
 * Reads the previous backup back from the host and decides: only one that is finished, complete and encrypted with this
 * phone's own key bag (or as little encrypted as the new one) can be built upon (protocol reference 5.4).
 */
export async function readPrevious(link: AgentLink, options: PreviousOptions): Promise<Previous> {
  const full = (why: string): Previous => ({ kind: 'full', why });
  const { udid, keys } = options;
  const status = await fetchSmall(link, `${udid}/Status.plist`, 'Status.plist');
  if (options.isForced) return full('the host forces it');
  if (status === null) return full('the host has no backup');
  if (options.memory.foundHoles) return full('files were missing from the last backup');
  const state = readOrNull(() => readStatusPlist(status).snapshotState ?? 'missing');
  if (state === null) return full('Status.plist is unreadable');
  if (state !== 'finished') return full(`the last backup is not finished but ${state}`);

  const plist = await fetchSmall(link, `${udid}/Manifest.plist`, 'Manifest.plist');
  if (plist === null) return full('the host has no Manifest.plist');
  const manifest = readOrNull(() => readManifestPlist(plist));
  if (manifest === null) return full('Manifest.plist is unreadable');
  const mismatch = mismatchOf(manifest, keys);
  if (mismatch !== null) return full(mismatch);
  const key =
    keys === null || manifest.manifestKey === undefined ? null : openClassedKey(keys.classKeys, manifest.manifestKey);
  if (keys !== null && key === null) return full('the key of Manifest.db does not open');

  const { lastBackup } = options.memory;
  await using copy = lastBackup === null ? null : new CopyOnTheSide(lastBackup.manifest, `${options.path}-kept`);
  using kept = lastBackup === null ? null : new KeptFile(lastBackup.manifest);
  const stored = new StoredManifest(options.path, key, kept);
  const { files } = await link.download([`${udid}/Manifest.db`], 0, () => stored, 'Manifest.db');
  const arrived = stored.end();
  if (files[0]?.code !== BLOCK.success) return full('the host has no Manifest.db');
  if (arrived === null) return full('Manifest.db is unreadable');
  if (arrived.isKept && lastBackup !== null && copy !== null) {
    return { kind: 'incremental', path: await copy.path(), index: lastBackup.index };
  }
  const index = readOrNull(() => indexOf(options.path));
  return index === null ? full('Manifest.db is damaged') : { kind: 'incremental', path: options.path, index };
}

/** A copy that is made while something else goes on; usually it is wanted in the end. */
class CopyOnTheSide implements AsyncDisposable {
  readonly #to: string;
  readonly #copying: Promise<void>;

  constructor(from: string, to: string) {
    this.#to = to;
    this.#copying = copyFile(from, to);
    this.#copying.catch(() => undefined); // Told by `path`.
  }

  async path(): Promise<string> {
    await this.#copying;
    return this.#to;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#copying.catch(() => undefined);
  }
}

function mismatchOf(manifest: ManifestPlist, keys: BackupKeys | null): string | null {
  const isEncrypted = manifest.isEncrypted === true;
  if (isEncrypted !== (keys !== null)) return `encryption was turned ${isEncrypted ? 'off' : 'on'}`;
  if (keys !== null && !keys.bag.equals(manifest.keybag ?? new Uint8Array())) return 'the key bag is another';
  return null;
}

/** From a manifest that this phone does not remember. Sizes of the contents are not in it, only what it claims. */
function indexOf(path: string): BackupIndex {
  using db = openManifestDb(path);
  const [problem] = db.quickCheck();
  if (problem !== undefined) throw new BackstopError('formats/bad-manifest', { message: problem });
  const index = new BackupIndex();
  for (const row of db.rows()) {
    const file = row.metadata();
    if (index.find(row.domain, row.relativePath) >= 0) {
      throw new BackstopError('formats/bad-manifest', { message: 'two rows for one file' });
    }
    index.add(row.domain, row.relativePath, row.fileId, {
      flags: row.flags,
      sizeBytes: file?.size ?? -1,
      manifestSizeBytes: file?.size ?? -1,
      modified: file?.modified ?? -1,
      inode: file?.inode ?? -1,
      revision: 0,
    });
  }
  return index;
}

/** What a phone cannot read of an old backup is only a reason to make a new one. */
function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isBackstopError(error)) return null;
    throw error;
  }
}
