import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath, rename, rm, symlink, utimes } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { foldedName, numbered, safeFileName } from './safe-file-names.ts';

/**
 * A folder of the owner that things are taken out to. Nothing is written outside of it, whatever names come from the
 * phone; nothing that is there is overwritten; and at the end every file is read back and listed with its SHA-256.
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

export class ExportFolder implements AsyncDisposable {
  readonly #root: string;
  readonly #taken = new Set<string>();
  /** Is the folder new? Then nothing of somebody else is in it. */
  readonly #folders = new Map<string, Promise<boolean>>();
  /** What was written and not yet read back. */
  readonly #unchecked: WrittenFile[] = [];
  readonly #sumsName: string;
  readonly #sums: FileHandle;
  #files = 0;
  #bytes = 0;
  #isFinished = false;

  private constructor(root: string, sumsName: string, sums: FileHandle) {
    this.#root = root;
    this.#sumsName = sumsName;
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
      for (let number = 1; number < MAX_NUMBER; number += 1) {
        const name = numbered(SUMS, number);
        const sums = await open(join(root, name), 'wx+', 0o600).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return null;
          throw error;
        });
        if (sums !== null) return new ExportFolder(root, name, sums);
      }
      throw new BackstopError('browse/name-taken', { data: { path: join(root, SUMS) } });
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
    const path = await this.#claim(parts, options.onClash ?? 'number');
    const target = join(this.#root, ...path);
    const unfinished = join(this.#root, ...path.slice(0, -1), `.backstop-${randomUUID()}`);
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
      } finally {
        await file.close();
      }
      await setTimes(unfinished, options);
      await rename(unfinished, target);
    } catch (error) {
      await rm(unfinished, { force: true });
      this.#taken.delete(foldedName(path.join('/')));
      throw asExportError(error, target);
    }
    const written = { path: path.join('/'), bytes, sha256: hash.digest('hex') };
    this.#unchecked.push(written);
    await this.#list([written]);
    return written;
  }

  /** A free name for a file that somebody else writes, as a new one; they say so with `wrote`. */
  async reserve(parts: readonly string[]): Promise<{ readonly path: string; readonly target: string }> {
    const path = await this.#claim(parts, 'number');
    return { path: path.join('/'), target: join(this.#root, ...path) };
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
    const path = await this.#claim(parts, 'refuse');
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
    this.#isFinished = true;
    return { files: this.#files, bytes: this.#bytes, sums: this.#sumsName };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sums.close();
    // Half a list would say that all is well.
    if (!this.#isFinished) await rm(join(this.#root, this.#sumsName), { force: true });
  }

  /** Takes a free name below the folder, and makes the folders above it. */
  async #claim(parts: readonly string[], onClash: 'number' | 'refuse'): Promise<string[]> {
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
        if (there === null) return path;
        this.#taken.delete(folded);
      }
      if (onClash === 'refuse') break;
    }
    throw new BackstopError('browse/name-taken', { data: { path: join(this.#root, ...safe, name) } });
  }

  /** Makes folders one by one and follows no link: somebody may have put one there. True: the last one is new. */
  async #folder(parts: readonly string[]): Promise<boolean> {
    let isNew = false;
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
    return false;
  }
}

export function exportDamaged(path: string): BackstopError {
  return new BackstopError('browse/export-damaged', { data: { path } });
}

async function setTimes(path: string, { modifiedMs }: FileTimes): Promise<void> {
  if (modifiedMs == null) return;
  const date = new Date(modifiedMs);
  if (Number.isFinite(date.getTime())) await utimes(path, date, date);
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
