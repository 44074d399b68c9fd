import * as fs from 'node:fs';
import { createReadStream, mkdirSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseVirtualPath, type VirtualPath } from '../../src/main/engine/backup/paths.ts';
import {
  FOLDER_STATUS,
  FolderError,
  type FolderFile,
  type FolderListing,
  type FolderStatus,
  type FolderUpload,
  type HostFolder,
} from '../../src/main/engine/device/index.ts';

/**
 * A backup folder in a real directory, answering as the known clients do: the measure for the virtual one.
 *
 * It shares only the check of names with the product. Everything else is the file system's own doing, so what it
 * answers is what a real folder answers. Uploads and batches pass through a scratch directory on the same volume.
 */
export class RealFolder implements HostFolder {
  readonly root: string;
  readonly #scratch: string;
  #scratchNames = 0;

  /** Makes `root` and `scratch` where they are missing. */
  constructor(root: string, scratch: string) {
    mkdirSync(root, { recursive: true });
    mkdirSync(scratch, { recursive: true });
    this.root = root;
    this.#scratch = mkdtempSync(join(scratch, 'moving-'));
  }

  async openFile(raw: string): Promise<FolderFile> {
    const path = this.#path(raw);
    const stat = answering(() => fs.statSync(this.#at(path)));
    if (stat.isDirectory()) throw new FolderError(FOLDER_STATUS.isDirectory, 'Is a directory');
    return { sizeBytes: stat.size, read: () => createReadStream(this.#at(path)), close: async () => {} };
  }

  createFile(raw: string): FolderUpload {
    const path = this.#path(raw);
    this.#checkFile(path);
    const part = this.#scratchName();
    const fd = openSync(part, 'wx');
    return {
      write: (chunk) => {
        writeSync(fd, chunk);
      },
      finish: () => {
        fs.closeSync(fd);
        answering(() => {
          fs.mkdirSync(this.#at(parentOf(path)), { recursive: true });
          fs.renameSync(part, this.#at(path));
        });
      },
      abort: () => {
        fs.closeSync(fd);
        fs.rmSync(part, { force: true });
      },
    };
  }

  async list(raw: string): Promise<readonly FolderListing[]> {
    const at = this.#at(this.#path(raw));
    if (this.#kind(at) !== 'directory') return [];
    return fs.readdirSync(at).map((name) => {
      const stat = fs.lstatSync(join(at, name));
      const modified = Math.floor(stat.mtimeMs / 1000);
      if (stat.isDirectory()) return { name, kind: 'directory', sizeBytes: 0, modified };
      return { name, kind: stat.isFile() ? 'file' : 'other', sizeBytes: stat.size, modified };
    });
  }

  async createDirectory(raw: string): Promise<void> {
    const at = this.#at(this.#path(raw));
    answering(() => fs.mkdirSync(at, { recursive: true }));
  }

  async moveItems(pairs: ReadonlyArray<readonly [from: string, to: string]>): Promise<void> {
    const moves = pairs.map(([from, to]) => ({ from: this.#path(from), to: this.#path(to) }));
    const sources = new Set<string>();
    const targets = new Set<string>();
    for (const { from, to } of moves) {
      if (from.text === '' || to.text === '') throw new FolderError(FOLDER_STATUS.other, 'the root');
      answering(() => fs.lstatSync(this.#at(from)));
      if (sources.has(from.text) || targets.has(to.text)) throw new FolderError(FOLDER_STATUS.other, 'named twice');
      sources.add(from.text);
      targets.add(to.text);
      if (to.text.startsWith(`${from.text}/`)) throw new FolderError(FOLDER_STATUS.other, 'inside itself');
    }
    const real = moves.filter(({ from, to }) => from.text !== to.text);
    // A file that stands where a folder is needed, after all sources have left, makes the whole batch fail.
    for (const { to } of real) this.#checkWay(to, real);
    const held = new Map<string, string>();
    for (const { from } of [...real].sort((a, b) => depth(b.from) - depth(a.from))) {
      const name = this.#scratchName();
      fs.renameSync(this.#at(from), name);
      held.set(from.text, name);
    }
    for (const { from, to } of [...real].sort((a, b) => depth(a.to) - depth(b.to))) {
      this.#replace(held.get(from.text) ?? '', to);
    }
  }

  async removeItems(raws: readonly string[]): Promise<void> {
    const paths = raws.map((raw) => this.#path(raw));
    if (paths.some((path) => path.text === '')) throw new FolderError(FOLDER_STATUS.other, 'the root');
    for (const path of paths) {
      if (this.#kind(this.#at(path)) !== null) fs.rmSync(this.#at(path), { recursive: true });
    }
  }

  async copyItem(rawFrom: string, rawTo: string): Promise<void> {
    const from = this.#path(rawFrom);
    const to = this.#path(rawTo);
    answering(() => fs.lstatSync(this.#at(from)));
    if (from.text === to.text) return;
    if (from.text === '' || to.text.startsWith(`${from.text}/`)) throw new FolderError(FOLDER_STATUS.other, 'inside');
    if (to.text === '') throw new FolderError(FOLDER_STATUS.other, 'the root');
    this.#checkWay(to, []);
    const name = this.#scratchName();
    fs.cpSync(this.#at(from), name, { recursive: true, preserveTimestamps: true });
    this.#replace(name, to);
  }

  async freeBytes(): Promise<bigint> {
    const { bavail, bsize } = fs.statfsSync(this.root, { bigint: true });
    return bavail * bsize;
  }

  #path(raw: string): VirtualPath {
    return parseVirtualPath(raw);
  }

  #at(path: VirtualPath): string {
    return join(this.root, path.text);
  }

  #scratchName(): string {
    this.#scratchNames += 1;
    return join(this.#scratch, String(this.#scratchNames));
  }

  #replace(source: string, to: VirtualPath): void {
    fs.rmSync(this.#at(to), { recursive: true, force: true });
    fs.mkdirSync(this.#at(parentOf(to)), { recursive: true });
    fs.renameSync(source, this.#at(to));
  }

  #kind(at: string): 'directory' | 'file' | null {
    try {
      return fs.lstatSync(at).isDirectory() ? 'directory' : 'file';
    } catch {
      return null; // missing, or below a file
    }
  }

  #checkFile(path: VirtualPath): void {
    if (path.text === '') throw new FolderError(FOLDER_STATUS.isDirectory, 'Is a directory');
    this.#checkWay(path, []);
    if (this.#kind(this.#at(path)) === 'directory') throw new FolderError(FOLDER_STATUS.isDirectory, 'Is a directory');
  }

  /** Is there a file on the way to `path`, once the sources of `moves` are gone and their targets are in place? */
  #checkWay(path: VirtualPath, moves: ReadonlyArray<{ from: VirtualPath; to: VirtualPath }>): void {
    const parts = path.text.split('/').slice(0, -1);
    for (let count = 1; count <= parts.length; count += 1) {
      const prefix = parts.slice(0, count).join('/');
      if (this.#kindAfter(prefix, moves) === 'file') {
        throw new FolderError(FOLDER_STATUS.notDirectory, 'Not a directory');
      }
    }
  }

  #kindAfter(
    prefix: string,
    moves: ReadonlyArray<{ from: VirtualPath; to: VirtualPath }>,
  ): 'directory' | 'file' | null {
    const arriving = moves
      .filter(({ to }) => covers(to, prefix))
      .sort((a, b) => b.to.text.length - a.to.text.length)[0];
    const origin = arriving === undefined ? prefix : arriving.from.text + prefix.slice(arriving.to.text.length);
    const takenOut = moves.some((move) => move !== arriving && covers(move.from, origin) && !within(arriving, move));
    if (takenOut) return null;
    return this.#kind(join(this.root, origin));
  }
}

/** Has `path` or a folder above `prefix` been taken away or replaced? */
function covers(path: VirtualPath, prefix: string): boolean {
  return prefix === path.text || prefix.startsWith(`${path.text}/`);
}

/** Does `outer`'s source hold the thing that arrives, so that taking it does not touch what arrives? */
function within(arriving: { from: VirtualPath } | undefined, outer: { from: VirtualPath }): boolean {
  return arriving !== undefined && covers(outer.from, arriving.from.text);
}

function parentOf(path: VirtualPath): VirtualPath {
  return { text: path.folder, folder: '', name: '' };
}

function depth(path: VirtualPath): number {
  return path.text.split('/').length;
}

const STATUS_OF: Readonly<Record<string, FolderStatus>> = {
  ENOENT: FOLDER_STATUS.notFound,
  EEXIST: FOLDER_STATUS.exists,
  ENOTDIR: FOLDER_STATUS.notDirectory,
  EISDIR: FOLDER_STATUS.isDirectory,
};

/** The system's error number as the status that clients make of it. */
function answering<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new FolderError(STATUS_OF[code] ?? FOLDER_STATUS.io, `${code}`, { cause: error });
  }
}
