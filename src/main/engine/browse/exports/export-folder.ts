import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath, rm, symlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { foldedName, numbered, safeFileName } from './safe-file-names.ts';
import { giveName, sweepUnfinished, UnfinishedNames } from './unfinished.ts';

/**
 * A folder of the owner that things are taken out to. Nothing is written outside of it, whatever names come from the
 * phone; nothing that is there is overwritten; and at the end every file is read back and listed with its SHA-256.
 *
 * Every file has an unfinished name until it is whole. One that is there already with the same content, as after an export
 * that was killed, is taken as it is; one with another content stays, and ours gets a number.
 */

export const SUMS = 'SHA256SUMS';
const MAX_NUMBER = 10_000;
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'your share of the disk is full'],
  ['EACCES', 'not allowed'],
  ['EPERM', 'not allowed'],
  ['EROFS', 'the disk can only be read'],
  ['ENOTDIR', 'a file is in the way'],
  ['EIO', 'the disk reports an error'],
  ['ENAMETOOLONG', 'the path is too long'],
]);

export interface WrittenFile {
  /** Below the folder, with "/". */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface FileTimes {
  /** Unix milliseconds. */
  readonly modifiedMs?: number | null | undefined;
}

export interface WriteOptions extends FileTimes {
  readonly signal?: AbortSignal | undefined;
  /** What to do when the name is taken: another name, or `browse/name-taken`. */
  readonly onClash?: 'number' | 'refuse' | undefined;
}

export interface Exported {
  readonly files: number;
  readonly bytes: number;
  /** Name of the list of sums; null when nothing was written. */
  readonly sums: string | null;
}

interface Claim {
  readonly path: readonly string[];
  /** Files that have the names before it. */
  readonly passed: readonly (readonly string[])[];
}

export class ExportFolder implements AsyncDisposable {
  readonly #root: string;
  readonly #taken = new Set<string>();
  /** Is the folder new? Then nothing of somebody else is in it. */
  readonly #folders = new Map<string, Promise<boolean>>();
  /** What was written and not yet read back. */
  readonly #unchecked: WrittenFile[] = [];
  readonly #names: UnfinishedNames;
  readonly #sumsName: string;
  /** The list under its unfinished name: half a list would say that all is well. */
  readonly #sumsPath: string;
  readonly #sums: FileHandle;
  #files = 0;
  #bytes = 0;

  private constructor(root: string, names: UnfinishedNames, sumsName: string, sumsPath: string, sums: FileHandle) {
    this.#root = root;
    this.#names = names;
    this.#sumsName = sumsName;
    this.#sumsPath = sumsPath;
    this.#sums = sums;
  }

  /** Makes the folder if need be. `outside`: folders in which nothing may be written, such as the vault. */
  static async open(directory: string, outside: readonly string[] = []): Promise<ExportFolder> {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const root = await realpath(directory);
      for (const one of outside) {
        const other = await realpath(one).catch(() => one);
        if (root === other || root.startsWith(other + sep)) {
          throw new BackstopError('export/target-in-vault', { data: { path: root } });
        }
      }
      await sweepUnfinished(root);
      const names = new UnfinishedNames();
      const sumsName = await freeName(root);
      const sumsPath = join(root, names.next());
      return new ExportFolder(root, names, sumsName, sumsPath, await open(sumsPath, 'wx+', 0o600));
    } catch (error) {
      throw asExportError(error, directory);
    }
  }

  get root(): string {
    return this.#root;
  }

  /** Streams one file. `parts` are names as the phone has them; they are made safe and, where taken, numbered. */
  async write(
    parts: readonly string[],
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<WrittenFile> {
    const claim = await this.#claim(parts, options.onClash ?? 'number');
    const unfinished = this.#unfinishedBeside(claim.path);
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      const file = await open(unfinished, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
      try {
        for await (const chunk of content) {
          options.signal?.throwIfAborted();
          hash.update(chunk);
          for (let done = 0; done < chunk.length; ) {
            done += (await file.write(chunk, done, chunk.length - done)).bytesWritten;
          }
          bytes += chunk.length;
        }
        await setTimes(file, options);
        await file.datasync();
      } finally {
        await file.close();
      }
      const sha256 = hash.digest('hex');
      const path = await this.#settle(parts, claim, unfinished, { bytes, sha256 }, options);
      const written = { path: path.join('/'), bytes, sha256 };
      this.#unchecked.push(written);
      await this.#list([written]);
      return written;
    } catch (error) {
      await rm(unfinished, { force: true });
      this.#taken.delete(foldedName(claim.path.join('/')));
      throw asExportError(error, join(this.#root, ...claim.path));
    }
  }

  /** The place of a file that is whole: its claimed name, or that of one with the same content. */
  async #settle(
    parts: readonly string[],
    first: Claim,
    unfinished: string,
    whole: { readonly bytes: number; readonly sha256: string },
    { onClash = 'number', signal }: WriteOptions,
  ): Promise<readonly string[]> {
    for (let claim = first; ; claim = await this.#claim(parts, onClash)) {
      for (const there of claim.passed) {
        const folded = foldedName(there.join('/'));
        if (this.#taken.has(folded) || !(await hasContent(join(this.#root, ...there), whole, signal))) continue;
        // Another file of ours may have taken it while it was read.
        if (this.#taken.has(folded)) continue;
        this.#taken.add(folded);
        this.#taken.delete(foldedName(claim.path.join('/')));
        await rm(unfinished, { force: true });
        return there;
      }
      if (await giveName(unfinished, join(this.#root, ...claim.path))) return claim.path;
      // Somebody else's file came there while ours was written: its name stays taken.
    }
  }

  /**
   * A free name for a file that somebody else writes, first under its unfinished name; they say so with `wrote`. Null: there
   * is a file of that name, which may be the same; only `write` can tell.
   */
  async reserve(
    parts: readonly string[],
  ): Promise<{ readonly path: string; readonly target: string; readonly unfinished: string } | null> {
    const { path, passed } = await this.#claim(parts, 'number');
    if (passed.length > 0) {
      this.#taken.delete(foldedName(path.join('/')));
      return null;
    }
    return { path: path.join('/'), target: join(this.#root, ...path), unfinished: this.#unfinishedBeside(path) };
  }

  /** A folder for what is not to stay; whoever asks for it takes it away, or the next export after a kill. */
  async scratchFolder(): Promise<string> {
    const path = join(this.#root, this.#names.next());
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  #unfinishedBeside(path: readonly string[]): string {
    return join(this.#root, ...path.slice(0, -1), this.#names.next());
  }

  /** These were written under their reserved names, and read back. */
  async wrote(files: readonly WrittenFile[]): Promise<void> {
    await this.#list(files);
  }

  async #list(files: readonly WrittenFile[]): Promise<void> {
    await this.#sums.appendFile(files.map(({ sha256, path }) => `${sha256}  ${path}\n`).join(''));
    for (const { bytes } of files) this.#bytes += bytes;
    this.#files += files.length;
  }

  /** A whole text, as UTF-8. */
  writeText(parts: readonly string[], text: string, options: WriteOptions = {}): Promise<WrittenFile> {
    return this.write(parts, [Buffer.from(text, 'utf8')], options);
  }

  async makeFolder(parts: readonly string[]): Promise<void> {
    await this.#folder(parts.map((part) => safeFileName(part)));
  }

  /** A link to something in this folder, by a path relative to the link; others are refused by `browse/link-outside`. */
  async link(parts: readonly string[], target: string): Promise<string> {
    const folder = parts.slice(0, -1).map((part) => safeFileName(part));
    const end = join(
      ...folder,
      ...target.split('/').map((part) => (part === '..' || part === '.' ? part : safeFileName(part))),
    );
    if (target === '' || target.startsWith('/') || end === '..' || end.startsWith(`..${sep}`)) {
      throw new BackstopError('browse/link-outside', { data: { target } });
    }
    const { path } = await this.#claim(parts, 'refuse');
    await symlink(relative(join(...folder, '.'), end) || '.', join(this.#root, ...path)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') throw new BackstopError('browse/name-taken', { data: { path: path.join('/') } });
        throw asExportError(error, join(this.#root, ...path));
      },
    );
    return path.join('/');
  }

  /** Reads every file back; throws `browse/export-damaged` when one is not as it was written. */
  async finish(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Exported> {
    if (this.#files === 0) return { files: 0, bytes: 0, sums: null };
    await this.#sums.sync();
    for (const { path, sha256 } of this.#unchecked) {
      options.signal?.throwIfAborted();
      const found = await sumOf(join(this.#root, ...path.split('/')), options.signal);
      if (found !== sha256) throw exportDamaged(join(this.#root, path));
    }
    let sums = this.#sumsName;
    // Another export into the same folder may have ended first.
    while (!(await giveName(this.#sumsPath, join(this.#root, sums)))) sums = await freeName(this.#root);
    await syncFolder(this.#root);
    return { files: this.#files, bytes: this.#bytes, sums };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sums.close();
    await rm(this.#sumsPath, { force: true });
  }

  /** Takes a free name below the folder, and makes the folders above it. */
  async #claim(parts: readonly string[], onClash: 'number' | 'refuse'): Promise<Claim> {
    const passed: string[][] = [];
    const safe = parts.map((part) => safeFileName(part));
    const name = safe.pop() ?? '_';
    const isNew = await this.#folder(safe);
    for (let number = 1; number < MAX_NUMBER; number += 1) {
      const path = [...safe, numbered(name, number)];
      const folded = foldedName(path.join('/'));
      const isFolder = this.#folders.has(join(this.#root, ...path));
      if (!this.#taken.has(folded) && !isFolder && folded !== foldedName(this.#sumsName)) {
        this.#taken.add(folded);
        const there = isNew ? null : await lstat(join(this.#root, ...path)).catch(() => null);
        if (there === null) return { path, passed };
        this.#taken.delete(folded);
        if (there.isFile()) passed.push(path);
      }
      if (onClash === 'refuse') break;
    }
    throw new BackstopError('browse/name-taken', { data: { path: join(this.#root, ...safe, name) } });
  }

  /** Makes folders one by one and follows no link: somebody may have put one there. True: the last one is new. */
  async #folder(parts: readonly string[]): Promise<boolean> {
    let isNew = false;
    const [top] = parts;
    if (top !== undefined && foldedName(top) === foldedName(this.#sumsName)) {
      throw new BackstopError('browse/name-taken', { data: { path: join(this.#root, top) } });
    }
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const path = join(this.#root, ...parts.slice(0, depth));
      let made = this.#folders.get(path);
      if (made === undefined) {
        made = makePlainFolder(path);
        this.#folders.set(path, made);
      }
      isNew = await made;
    }
    return isNew;
  }
}

async function makePlainFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw asExportError(error, path);
    if (!(await lstat(path)).isDirectory()) throw new BackstopError('browse/name-taken', { data: { path } });
    await sweepUnfinished(path);
    return false;
  }
}

export function exportDamaged(path: string): BackstopError {
  return new BackstopError('browse/export-damaged', { data: { path } });
}

async function setTimes(file: FileHandle, { modifiedMs }: FileTimes): Promise<void> {
  if (modifiedMs == null) return;
  const date = new Date(modifiedMs);
  if (Number.isFinite(date.getTime())) await file.utimes(date, date);
}

async function freeName(root: string): Promise<string> {
  for (let number = 1; number < MAX_NUMBER; number += 1) {
    const name = numbered(SUMS, number);
    if ((await lstat(join(root, name)).catch(() => null)) === null) return name;
  }
  throw new BackstopError('browse/name-taken', { data: { path: join(root, SUMS) } });
}

async function hasContent(
  path: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const there = await lstat(path).catch(() => null);
  return there?.isFile() === true && there.size === bytes && (await sumOf(path, signal)) === sha256;
}

/** Names that were given outlast a power cut. Not every disk knows it, and none of the files depends on it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync().catch(() => undefined);
  } finally {
    await folder.close();
  }
}

async function sumOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      signal?.throwIfAborted();
      hash.update(chunk as Buffer);
    }
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return ''; // Not readable: not as it was written.
  }
  return hash.digest('hex');
}

export function asExportError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const reason = REASONS.get(code ?? '');
  if (reason === undefined) return error;
  return new BackstopError('export/target-unwritable', { cause: error, data: { path, reason } });
}
