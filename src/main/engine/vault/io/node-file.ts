import { close, closeSync, constants, fstat, fstatSync, fsync, open, openSync, read, readSync, write } from 'node:fs';
import { Speed } from './speed.ts';
import type { VaultFile } from './types.ts';

/** Files by plain descriptors: Node's FileHandle costs several times as much for each call, which small files feel. */

const FILE_MODE = 0o600;
const SMALL_BYTES = 64 * 1024;

/** `isRealSyncFailure` tells which answers of fsync count on this system. */
export async function openFile(
  path: string,
  flags: number,
  isRealSyncFailure: (error: unknown) => boolean,
): Promise<VaultFile> {
  const isReadOnly = (flags & (constants.O_RDWR | constants.O_WRONLY)) === 0;
  const speed = isReadOnly ? Speed.of(path) : null;
  if (speed?.isQuick === true) {
    const fd = speed.timed(() => openSync(path, flags));
    return new NodeFile(fd, speed, isRealSyncFailure);
  }
  const opening = new Promise<number>((resolve, reject) => {
    open(path, flags, FILE_MODE, (error, opened) => (error === null ? resolve(opened) : reject(error)));
  });
  const fd = await (speed === null ? opening : speed.watched(opening));
  return new NodeFile(fd, speed, isRealSyncFailure);
}

/** Closed once, and only when nothing is under way any more: its number soon belongs to another file. */
class NodeFile implements VaultFile {
  readonly #speed: Speed | null;
  readonly #isRealSyncFailure: (error: unknown) => boolean;
  #fd: number | null;
  #underWay = 0;
  #closing: { readonly done: Promise<void>; readonly begin: () => void } | null = null;

  constructor(fd: number, speed: Speed | null, isRealSyncFailure: (error: unknown) => boolean) {
    this.#fd = fd;
    this.#isRealSyncFailure = isRealSyncFailure;
    this.#speed = speed;
  }

  write(bytes: Uint8Array, position: number): Promise<number> {
    return this.#call((fd, done) => write(fd, bytes, 0, bytes.length, position, done));
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    const speed = this.#speed;
    if (this.#fd !== null && speed?.isQuick === true && into.length <= SMALL_BYTES) {
      const fd = this.#fd;
      return speed.timed(() => readSync(fd, into, 0, into.length, position));
    }
    return this.#call((fd, done) => read(fd, into, 0, into.length, position, done));
  }

  async sizeBytes(): Promise<number> {
    if (this.#fd !== null && this.#speed?.isQuick === true) return fstatSync(this.#fd).size;
    return this.#call((fd, done) => fstat(fd, (error, facts) => done(error, facts?.size)));
  }

  async sync(): Promise<void> {
    try {
      await this.#call<void>((fd, done) => fsync(fd, done));
    } catch (error) {
      if (this.#isRealSyncFailure(error)) throw error;
    }
  }

  close(): Promise<void> {
    if (this.#closing !== null) return this.#closing.done;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fd = this.#fd;
    this.#fd = null;
    const begin = (): void => {
      if (fd !== null) close(fd, (error) => (isSet(error) ? reject(error) : resolve()));
    };
    this.#closing = { done: promise, begin };
    if (fd !== null && this.#underWay === 0) {
      if (this.#speed?.isQuick === true) {
        try {
          closeSync(fd);
          resolve();
        } catch (error) {
          reject(error);
        }
      } else begin();
    }
    return promise;
  }

  #call<T>(work: (fd: number, done: (error: Error | null | undefined, result?: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#fd === null) {
        reject(Object.assign(new Error('the file is closed'), { code: 'EBADF' }));
        return;
      }
      this.#underWay += 1;
      work(this.#fd, (error, result) => {
        this.#underWay -= 1;
        if (this.#underWay === 0) this.#closing?.begin();
        if (isSet(error)) reject(error);
        else resolve(result as T);
      });
    });
  }
}

function isSet(error: Error | null | undefined): error is Error {
  return error !== null && error !== undefined;
}
