import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { PageFile } from '../../formats/sqlite/index.ts';

/**
 * Decrypted bytes on this computer's disk that nobody can find there: the file loses its name before the first byte is
 * written, and its bytes go when it is closed, also when this process is killed. Windows does not let go of the name of an
 * open file; there it lies in a private folder until it is closed, and `cleanPrivateFiles` removes what a killed process
 * left.
 */

const PREFIX = 'private-';

export class PrivateFile implements PageFile, Disposable {
  readonly #fd: number;
  /** Null: it has no name any more. */
  #path: string | null;
  #isOpen = true;

  private constructor(fd: number, path: string | null) {
    this.#fd = fd;
    this.#path = path;
  }

  /** `beforeItHasNoName` may open the file by its name, which it will never have again. */
  static create<T = null>(
    folder: string,
    beforeItHasNoName: (path: string) => T = () => null as T,
  ): { readonly file: PrivateFile; readonly opened: T } {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${PREFIX}${process.pid}-${randomUUID()}`);
    const fd = openSync(path, 'wx+', 0o600);
    try {
      const opened = beforeItHasNoName(path);
      return { file: new PrivateFile(fd, unlink(path) ? null : path), opened };
    } catch (error) {
      closeSync(fd);
      rmSync(path, { force: true });
      throw error;
    }
  }

  size(): number {
    return fstatSync(this.#fd).size;
  }

  read(into: Buffer, at: number): number {
    let done = 0;
    while (done < into.length) {
      const count = readSync(this.#fd, into, done, into.length - done, at + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, at + done);
    }
  }

  truncate(size: number): void {
    ftruncateSync(this.#fd, size);
  }

  async fill(content: AsyncIterable<Uint8Array>): Promise<void> {
    let at = 0;
    for await (const chunk of content) {
      this.write(chunk, at);
      at += chunk.length;
    }
  }

  /** Nothing is written or read here any more; whoever opened it by its name goes on. */
  letGo(): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  /** To be called when nobody else has it open: only then every system gives up the name. */
  [Symbol.dispose](): void {
    this.letGo();
    if (this.#path !== null) rmSync(this.#path, { force: true });
    this.#path = null;
  }
}

/** False where the system keeps names of open files. */
function unlink(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch (error) {
    if (process.platform !== 'win32') throw error;
    return false;
  }
}

/** An SQLite connection to an empty private file, and all there is to close. */
export interface PrivateDatabase extends Disposable {
  readonly file: PrivateFile;
  readonly db: Database.Database;
}

/** To be filled through `file`, which is let go then, before the first statement. */
export function privateDatabaseFile(folder: string, mode: 'read' | 'write' = 'read'): PrivateDatabase {
  // SQLite opens the file at once and looks into it with the first statement.
  const { file, opened } = PrivateFile.create(folder, (path) => new Database(path, { readonly: mode === 'read' }));
  return {
    file,
    db: opened,
    [Symbol.dispose]: () => {
      opened.close();
      file[Symbol.dispose]();
    },
  };
}

/** Removes what killed processes left where files keep their names. */
export function cleanPrivateFiles(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // Nothing was ever opened.
  }
  for (const name of names) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
