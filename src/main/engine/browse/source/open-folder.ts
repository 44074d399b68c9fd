import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { type ManifestPlist, readManifestPlist, readStatusPlist } from '../../formats/index.ts';
import { OpenBackup, type StoredFiles } from './open-backup.ts';
import { classKeysOf, factsOf, type OpenOptions, openManifestIndex, openMbdbIndex } from './open-manifest.ts';
import type { Backup, BackupFile } from './types.ts';

const MAX_PLIST_BYTES = 256 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;
const SMALL_BYTES = 128 * 1024;
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
  const list = await listIn(folder, path);
  // Who does not say it, and has a key for the list of files, is.
  const isEncrypted = manifest.isEncrypted ?? manifest.manifestKey !== undefined;
  const classKeys = await classKeysOf(manifest, isEncrypted, options);
  const facts = factsOf(manifest, await small(folder, 'Info.plist'), { isEncrypted });
  const bytes = createReadStream(join(folder, list), { highWaterMark: READ_BYTES });
  const index = await (list === 'Manifest.db'
    ? openManifestIndex(bytes, await identityOf(join(folder, list), plist), manifest, classKeys, options)
    : openMbdbIndex(bytes, options)
  ).finally(() => bytes.destroy());
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
  if (existsSync(join(folder, 'Snapshot'))) {
    warnings.push('An interrupted backup left files in its folder “Snapshot”; they are not looked at.');
  }
  if (existsSync(join(folder, 'Manifest.db-wal'))) {
    warnings.push('Another program left changes beside its list of files (Manifest.db-wal); they are not looked at.');
  }
  if (manifest.isEncrypted === undefined) warnings.push('It does not say whether it is encrypted.');
  return warnings;
}

async function whyNoPlist(folder: string): Promise<string> {
  const facts = await stat(folder);
  if (!facts.isDirectory()) return 'it is a file';
  const names = await readdir(folder);
  const backups = names.filter((name) => existsSync(join(folder, name, 'Manifest.plist'))).sort();
  if (backups.length > 0) return `it is no backup itself; it holds ${backups.slice(0, 5).join(', ')}`;
  return 'it has no Manifest.plist';
}

/** The list of files: of iOS 10 and later, or of iOS 5 to 9. */
async function listIn(folder: string, path: string): Promise<'Manifest.db' | 'Manifest.mbdb'> {
  const names = new Set(await readdir(folder));
  const isFile = async (name: string): Promise<boolean> => names.has(name) && (await stat(join(folder, name))).isFile();
  if (await isFile('Manifest.db')) return 'Manifest.db';
  if (names.has('Manifest.mbdx') || [...names].some((name) => /\.(mdinfo|mdbackup)$/.test(name))) {
    throw new BackstopError('browse/unsupported-backup', { data: { path } });
  }
  if (await isFile('Manifest.mbdb')) return 'Manifest.mbdb';
  throw notABackup(path, 'it has no Manifest.db, the list of its files');
}

/** The plist holds the key of the list, which is a new one each time. */
async function identityOf(list: string, plist: Buffer): Promise<string> {
  const { size, mtimeMs } = await stat(list);
  return `${createHash('sha256').update(plist).digest('hex')} ${size} ${mtimeMs}`;
}

async function small(folder: string, name: string): Promise<Buffer | null> {
  const path = join(folder, name);
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw notABackup(folder, `its ${name} is no file`);
    if (facts.size > MAX_PLIST_BYTES) throw notABackup(folder, `its ${name} has ${facts.size} bytes`);
    return await readFile(path);
  } catch (error) {
    if (/^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? '')) return null;
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
  readonly raw = { placeOf: ({ fileId }: BackupFile) => this.#place(fileId) };
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  storedBytes(fileId: string): number | null {
    const path = this.#place(fileId);
    return path === null ? null : path.bytes;
  }

  async *read(fileId: string): AsyncIterable<Uint8Array> {
    const place = this.#place(fileId);
    if (place === null) throw new Error(`nothing is stored for ${fileId}`);
    if (place.bytes <= SMALL_BYTES) {
      // Most files are small, and a stream for each of them costs ten times as much as its bytes.
      yield readFileSync(place.path);
      return;
    }
    const file = await open(place.path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, place.bytes));
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
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
