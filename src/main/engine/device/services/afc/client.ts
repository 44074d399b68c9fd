import type { CallOptions } from '../../usbmux/index.ts';
import { AFC_STATUS, afcError } from './errors.ts';
import { AFC_LOCK, AFC_MODE, AFC_OPERATION, type AfcMode, pathBytes, u64 } from './messages.ts';
import { type AfcHandle, AfcReader } from './reader.ts';

const WRITE_BYTES = 256 * 1024;

/** Files of the phone's media folder for what may write there: the sync lock, and a restore that its owner confirmed. */
export class AfcClient extends AfcReader {
  async writeFile(path: string, content: Uint8Array, options: CallOptions = {}): Promise<void> {
    const handle = await this.open(path, AFC_MODE.write, options);
    try {
      for (let at = 0; at < content.length; at += WRITE_BYTES) {
        const piece = content.subarray(at, at + WRITE_BYTES);
        await this.#done(AFC_OPERATION.fileWrite, u64(handle.number), path, options, piece);
      }
    } finally {
      await this.close(handle);
    }
  }

  /** An existing folder is fine. */
  async makeDirectory(path: string, options: CallOptions = {}): Promise<void> {
    const status = await this.ask(AFC_OPERATION.makeDirectory, pathBytes(path), options);
    if (status !== AFC_STATUS.ok && status !== AFC_STATUS.exists) throw afcError(status, path);
  }

  /** A file or an empty folder; one that is missing is fine. */
  async remove(path: string, options: CallOptions = {}): Promise<void> {
    const status = await this.ask(AFC_OPERATION.removePath, pathBytes(path), options);
    if (status !== AFC_STATUS.ok && status !== AFC_STATUS.notFound) throw afcError(status, path);
  }

  open(path: string, mode: AfcMode, options: CallOptions = {}): Promise<AfcHandle> {
    return this.openFile(path, mode, options);
  }

  close(handle: AfcHandle): Promise<void> {
    return this.closeFile(handle);
  }

  /** False: somebody else holds the lock. */
  async lock(handle: AfcHandle, options: CallOptions = {}): Promise<boolean> {
    const status = await this.ask(AFC_OPERATION.fileLock, u64(handle.number, AFC_LOCK.exclusive), options);
    if (status === AFC_STATUS.wouldBlock) return false;
    if (status !== AFC_STATUS.ok) throw afcError(status, handle.path);
    return true;
  }

  async unlock(handle: AfcHandle, options: CallOptions = {}): Promise<void> {
    await this.#done(AFC_OPERATION.fileLock, u64(handle.number, AFC_LOCK.unlock), handle.path, options);
  }

  async #done(operation: number, head: Buffer, path: string, options: CallOptions, data?: Uint8Array): Promise<void> {
    const status = await this.ask(operation, head, options, data);
    if (status !== AFC_STATUS.ok) throw afcError(status, path);
  }
}
