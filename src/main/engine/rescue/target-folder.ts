import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { BackstopError } from '../../../shared/errors/index.ts';
import { lockFolder } from './folder-lock.ts';
import { type Copy, Journal } from './journal.ts';
import { asTargetError } from './target-errors.ts';

/** Backstop's own in the folder: the journal, files that are on their way, and the lock. */
const STATE = '.backstop-rescue';
/** What systems put on a disk by themselves. */
const NOT_OURS = new Set(['lost+found', 'system volume information', '$recycle.bin']);
const EARLIER = 'Earlier';

export interface TargetRequest {
  readonly directory: string;
  readonly udid: string;
  /** Folders that nothing may be written into: vaults. */
  readonly outside: readonly string[];
}

/** The folder of a rescue: everything in it is put there whole, and nothing is ever written over. */
export class TargetFolder implements AsyncDisposable {
  readonly path: string;
  readonly journal: Journal;
  readonly #state: string;
  readonly #lock: AsyncDisposable;
  /** Folders that were seen to be folders, and no links to elsewhere. */
  readonly #known = new Set<string>();
  readonly #damaged = new Set<string>();
  readonly #startedAt = new Date().toISOString().replaceAll(':', '-').slice(0, 19);

  private constructor(path: string, state: string, journal: Journal, lock: AsyncDisposable) {
    this.path = path;
    this.#state = state;
    this.journal = journal;
    this.#lock = lock;
  }

  /** Throws `rescue/not-empty`, `rescue/other-phone`, `rescue/in-vault`, `rescue/in-use`, `rescue/unwritable`. */
  static async open({ directory, udid, outside }: TargetRequest): Promise<TargetFolder> {
    const path = resolve(directory);
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      await refuseInside(path, outside);
      const state = join(path, STATE);
      const journalPath = join(state, 'journal.jsonl');
      await refuseOthers(path, journalPath, udid);
      await mkdir(state, { recursive: true, mode: 0o700 });
      if (!(await lstat(state)).isDirectory()) throw new BackstopError('rescue/not-empty', { data: { path } });
      const lock = await lockFolder(state, path);
      try {
        // Another run may have been faster, for another phone.
        await refuseOthers(path, journalPath, udid);
        return new TargetFolder(path, state, await Journal.open(journalPath, udid), lock);
      } catch (error) {
        await lock[Symbol.asyncDispose]();
        throw error;
      }
    } catch (error) {
      throw await asTargetError(error, path, null);
    }
  }

  partPath(name: string): string {
    return join(this.#state, `part-${name}`);
  }

  /** A new file, or what there is of one; never through a link. */
  openPart(name: string): Promise<FileHandle> {
    const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
    return open(this.partPath(name), flags, 0o600);
  }

  /**
   * Gives a finished file its name. Whatever is there already is set aside, never written over, but for a copy of the
   * same that the disk has damaged.
   */
  async place(partName: string, copy: Copy): Promise<void> {
    const target = join(this.path, copy.as);
    await this.#folder(dirname(copy.as));
    const isThere = (await lstat(target).catch(() => null)) !== null;
    if (isThere && !this.#damaged.delete(copy.as)) await this.#setAside(copy.as);
    await this.journal.copied(copy);
    await rename(this.partPath(partName), target);
  }

  /** The disk did not give it back as it was: it stays until a better one is there. */
  markDamaged(copy: Copy): void {
    this.journal.forget(copy.path);
    this.#damaged.add(copy.as);
  }

  /** To read: a plain file of this folder, not what a link leads to. Null: it is not there. */
  async openCopy(as: string): Promise<FileHandle | null> {
    try {
      return await open(join(this.path, as), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async sizeOf(as: string): Promise<number | null> {
    const found = await lstat(join(this.path, as)).catch(() => null);
    return found?.isFile() === true ? found.size : null;
  }

  removePart(name: string): Promise<void> {
    return rm(this.partPath(name), { force: true });
  }

  /** Parts that no file of the phone needs any more. */
  async cleanParts(wanted: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#state)) {
      const part = name.startsWith('part-') ? name.slice('part-'.length) : null;
      if (part !== null && !wanted.has(part)) await this.removePart(part);
    }
  }

  /** A small file of our own, replaced whole. */
  async writeText(name: string, lines: Iterable<string>): Promise<void> {
    const part = `text-${process.pid}`;
    const file = await this.openPart(part);
    try {
      await file.truncate(0);
      let some = '';
      for (const line of lines) {
        some += `${line}\n`;
        if (some.length < 64 * 1024) continue;
        await file.write(some);
        some = '';
      }
      await file.write(some);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(this.partPath(part), join(this.path, name));
  }

  async removeText(name: string): Promise<void> {
    await rm(join(this.path, name), { force: true });
  }

  /** Names survive a power cut from here on. */
  async sync(): Promise<void> {
    await this.journal.sync();
    if (process.platform === 'win32') return;
    for (const folder of ['.', STATE, ...this.#known]) {
      const handle = await open(join(this.path, folder), 'r');
      await handle.sync().catch(() => undefined);
      await handle.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.journal[Symbol.asyncDispose]();
    await this.#lock[Symbol.asyncDispose]();
  }

  async #setAside(as: string): Promise<void> {
    for (let number = 1; ; number += 1) {
      const place = `${EARLIER}/${this.#startedAt}${number === 1 ? '' : ` (${number})`}/${as}`;
      if ((await lstat(join(this.path, place)).catch(() => null)) !== null) continue;
      await this.#folder(dirname(place));
      await this.journal.setAside(as, place);
      await rename(join(this.path, as), join(this.path, place));
      return;
    }
  }

  async #folder(relative: string): Promise<void> {
    let folder = '';
    for (const part of relative.split('/')) {
      folder = folder === '' ? part : `${folder}/${part}`;
      if (folder === '.' || this.#known.has(folder)) continue;
      const path = join(this.path, folder);
      await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      if (!(await lstat(path)).isDirectory()) {
        throw new BackstopError('rescue/unwritable', { data: { path, reason: 'it is no folder' } });
      }
      this.#known.add(folder);
    }
  }
}

async function refuseOthers(path: string, journalPath: string, udid: string): Promise<void> {
  const owner = await Journal.owner(journalPath);
  if (owner === udid) return;
  if (owner !== null) throw new BackstopError('rescue/other-phone', { data: { path } });
  if (!(await isEmpty(path))) throw new BackstopError('rescue/not-empty', { data: { path } });
}

/** But for what systems put there, and for a run that was killed before it had brought anything. */
async function isEmpty(path: string): Promise<boolean> {
  const names = await readdir(path);
  return names.every((name) => NOT_OURS.has(name.toLowerCase()) || name.startsWith('.'));
}

async function refuseInside(path: string, outside: readonly string[]): Promise<void> {
  const real = await realpath(path);
  for (const folder of outside) {
    const root = await realpath(folder).catch(() => null);
    if (root === null || (real !== root && !real.startsWith(root + sep))) continue;
    throw new BackstopError('rescue/in-vault', { data: { path } });
  }
}
