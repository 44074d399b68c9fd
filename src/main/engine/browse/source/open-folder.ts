import { createReadStream, statSync } from 'node:fs';
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { type ManifestPlist, readManifestPlist, readStatusPlist } from '../../formats/index.ts';
import { OpenBackup, type StoredFiles } from './open-backup.ts';
import { classKeysOf, factsOf, type OpenOptions, openManifestIndex } from './open-manifest.ts';
import type { Backup } from './types.ts';

const MAX_PLIST_BYTES = 256 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;
const FILE_ID = /^[0-9a-f]{40}$/;

export interface OpenedFolder {
  readonly backup: Backup;
  /** What somebody should know who relies on it; empty for a backup that its phone called finished. */
  readonly warnings: readonly string[];
}

/** A backup folder of Finder, iTunes, Apple Devices or another tool. Nothing in it is changed, and nothing put beside it. */
export async function openFolderBackup(path: string, options: OpenOptions): Promise<OpenedFolder> {
  const folder = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    throw notABackup(path, error.code === 'ENOENT' ? 'there is no such folder' : reasonOf(error));
  });
  const plist = await small(folder, 'Manifest.plist');
  if (plist === null) throw notABackup(path, await whyNoPlist(folder));
  const manifest = readManifestPlist(plist);
  const classKeys = await classKeysOf(manifest, manifest.isEncrypted === true, options);
  const facts = factsOf(manifest, await small(folder, 'Info.plist'), {});
  const index = await openManifestIndex(
    createReadStream(join(folder, 'Manifest.db')),
    manifest,
    classKeys,
    options,
  ).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? notABackup(path, 'it has no Manifest.db') : error;
  });
  const stored = new FolderFiles(folder);
  const backup = new OpenBackup({ facts, index, stored, classKeys, workFolder: options.workFolder });
  return { backup, warnings: await warningsOf(folder, manifest) };
}

async function warningsOf(folder: string, manifest: ManifestPlist): Promise<string[]> {
  const warnings: string[] = [];
  const bytes = await small(folder, 'Status.plist');
  if (bytes === null) {
    warnings.push('It has no Status.plist, which says whether the iPhone finished it.');
  } else {
    const { snapshotState } = readStatusPlist(bytes);
    if (snapshotState !== 'finished') {
      warnings.push(`Its iPhone calls it “${snapshotState ?? 'unknown'}”, not finished: files may be missing.`);
    }
  }
  const leftOver = await stat(join(folder, 'Snapshot')).catch(() => null);
  if (leftOver !== null)
    warnings.push('An interrupted backup left files in its folder “Snapshot”; they are not looked at.');
  if (manifest.isEncrypted === undefined) warnings.push('It does not say whether it is encrypted.');
  return warnings;
}

async function whyNoPlist(folder: string): Promise<string> {
  const facts = await stat(folder);
  if (!facts.isDirectory()) return 'it is a file';
  return 'it has no Manifest.plist';
}

async function small(folder: string, name: string): Promise<Buffer | null> {
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    if (size > MAX_PLIST_BYTES) throw notABackup(folder, `its ${name} has ${size} bytes`);
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    if (error instanceof BackstopError) throw error;
    throw notABackup(folder, `its ${name} cannot be read: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // macOS guards the folder of Finder's backups, and answers like this.
  if (code === 'EPERM') return 'the system does not let this program read it; give it Full Disk Access';
  return message;
}

function notABackup(path: string, reason: string): BackstopError {
  return new BackstopError('browse/not-a-backup', { data: { path, reason } });
}

class FolderFiles implements StoredFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  storedBytes(fileId: string): number | null {
    const path = this.#place(fileId);
    return path === null ? null : path.bytes;
  }

  read(fileId: string): AsyncIterable<Uint8Array> {
    const place = this.#place(fileId);
    if (place === null) throw new Error(`nothing is stored for ${fileId}`);
    return createReadStream(place.path, { highWaterMark: READ_BYTES });
  }

  async readRange(fileId: string, offset: number, length: number): Promise<Buffer> {
    const place = this.#place(fileId);
    if (place === null) throw new Error(`nothing is stored for ${fileId}`);
    const file = await open(place.path, 'r');
    try {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, place.bytes - offset)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  all(): null {
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** In the folder of its first two digits; before iOS 10 at the top. Ids that are none lead nowhere. */
  #place(fileId: string): { readonly path: string; readonly bytes: number } | null {
    if (!FILE_ID.test(fileId)) return null;
    for (const path of [join(this.#folder, fileId.slice(0, 2), fileId), join(this.#folder, fileId)]) {
      const facts = statSync(path, { throwIfNoEntry: false });
      if (facts?.isFile() === true) return { path, bytes: facts.size };
    }
    return null;
  }
}
