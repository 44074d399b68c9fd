import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { AfcReader } from '../../device/index.ts';

/** A file of the phone's photo library, without its content. */
export interface MediaFile {
  /** Below /var/mobile/Media, without a slash at its beginning; as the phone wrote it: no safe name for a disk. */
  readonly path: string;
  readonly area: MediaArea;
  readonly sizeBytes: number;
  /** Milliseconds since 1970; null where the phone does not tell. */
  readonly modifiedMs: number | null;
  readonly createdMs: number | null;
}

/** `library`: the owner's own; `edits`: what belongs to them; `shared-album`: what other people shared. */
export type MediaArea = 'library' | 'edits' | 'shared-album';

/** Listed by the phone, and not to be looked at. */
export interface UnreadMedia {
  readonly path: string;
  /** `refused`: the phone would not; `unsafe-name`: no path can be made of it; `no-file`: a link or something else. */
  readonly why: 'refused' | 'unsafe-name' | 'no-file';
}

export interface MediaListing {
  readonly listedAtMs: number;
  readonly files: readonly MediaFile[];
  readonly unread: readonly UnreadMedia[];
}

export interface ListMediaOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onFound?: ((files: number, bytes: number) => void) | undefined;
}

const ROOTS: ReadonlyArray<readonly [path: string, area: MediaArea]> = [
  ['DCIM', 'library'],
  // Originals that iCloud brought to the phone, and what a computer put there.
  ['PhotoData/CPLAssets', 'library'],
  ['PhotoData/Sync', 'library'],
  ['PhotoData/Mutations', 'edits'],
  ['PhotoData/PhotoCloudSharingData', 'shared-album'],
];

/** Components of a path. A library needs nine; a folder that lies in itself has no end. */
const MAX_DEPTH = 12;
const MAX_FILES = 3_000_000;
const MAX_NAME_BYTES = 255;
/** Questions that wait for their answers together: one by one, every file takes a turn of the cable. */
const TOGETHER = 32;
const TELL_EVERY_MS = 100;

/**
 * Every file of the photo library with its size and dates; no content is read. Files that vanish meanwhile are left out.
 * Throws `device/file-error` when the camera roll itself is refused.
 */
export async function listMedia(files: AfcReader, options: ListMediaOptions = {}): Promise<MediaListing> {
  const listing = new Listing(files, options);
  for (const [path, area] of ROOTS) await listing.addRoot(path, area);
  return { listedAtMs: Date.now(), files: listing.files, unread: listing.unread };
}

class Listing {
  readonly files: MediaFile[] = [];
  readonly unread: UnreadMedia[] = [];
  readonly #reader: AfcReader;
  readonly #options: ListMediaOptions;
  #looked = 0;
  #bytes = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(reader: AfcReader, options: ListMediaOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  async addRoot(root: string, area: MediaArea): Promise<void> {
    const names = await this.#names(root, root === 'DCIM');
    if (names !== null) await this.#addFolder(root, names, area);
  }

  async #addFolder(folder: string, names: readonly string[], area: MediaArea): Promise<void> {
    const folders: string[] = [];
    for (let at = 0; at < names.length; at += TOGETHER) {
      const some = names.slice(at, at + TOGETHER);
      const found = await Promise.all(some.map((name) => this.#look(folder, name, area)));
      for (const path of found) if (path !== null) folders.push(path);
      this.#tell();
    }
    for (const path of folders) {
      const inside = await this.#names(path, false);
      if (inside !== null) await this.#addFolder(path, inside, area);
    }
  }

  #tell(): void {
    const now = performance.now();
    if (now - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = now;
    this.#options.onFound?.(this.files.length, this.#bytes);
  }

  /** Null when the folder has gone, or is refused. */
  async #names(folder: string, isNeeded: boolean): Promise<readonly string[] | null> {
    const { signal } = this.#options;
    try {
      return await this.#reader.list(`/${folder}`, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      if (!isBackstopError(error, 'device/file-error')) throw error;
      const isGone = (await this.#reader.stat(`/${folder}`, { signal }).catch(() => undefined)) === null;
      if (isGone) return null;
      if (isNeeded) throw error;
      this.unread.push({ path: folder, why: 'refused' });
      return null;
    }
  }

  /** The path of a folder, which is to be looked into; null for everything else. */
  async #look(folder: string, name: string, area: MediaArea): Promise<string | null> {
    const path = `${folder}/${name}`;
    this.#looked += 1;
    if (this.#looked > MAX_FILES) throw tooMany();
    if (!isPlainName(name)) {
      this.unread.push({ path, why: 'unsafe-name' });
      return null;
    }
    const stat = await this.#stat(path);
    if (stat === null) return null;
    if (stat.kind === 'directory') {
      if (path.split('/').length < MAX_DEPTH) return path;
      throw tooDeep();
    }
    if (stat.kind !== 'file') {
      this.unread.push({ path, why: 'no-file' });
      return null;
    }
    const { sizeBytes, modifiedMs, createdMs } = stat;
    this.files.push({ path, area, sizeBytes, modifiedMs, createdMs });
    this.#bytes += sizeBytes;
    return null;
  }

  async #stat(path: string): ReturnType<AfcReader['stat']> {
    const { signal } = this.#options;
    try {
      return await this.#reader.stat(`/${path}`, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      if (!isBackstopError(error, 'device/file-error')) throw error;
      this.unread.push({ path, why: 'refused' });
      return null;
    }
  }
}

/** A name that can be asked for again: one component, and the bytes that the phone has. */
function isPlainName(name: string): boolean {
  if (name === '.' || name === '..' || name.includes('/') || name.includes('\uFFFD')) return false;
  return Buffer.byteLength(name) <= MAX_NAME_BYTES;
}

function tooMany(): BackstopError {
  return new BackstopError('device/bad-message', { data: { problem: `it listed more than ${MAX_FILES} files` } });
}

function tooDeep(): BackstopError {
  return new BackstopError('device/bad-message', { data: { problem: 'its folders have no end' } });
}
