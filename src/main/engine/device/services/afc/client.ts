import { BackstopError, isBackstopError } from '../../../../../shared/errors/index.ts';
import type { CallOptions } from '../../usbmux/index.ts';
import type { SocketWire } from '../../wire/index.ts';
import { SERVICE_REPLY_TIMEOUT_MS } from '../ask.ts';
import { AFC_STATUS, afcError } from './errors.ts';
import {
  AFC_HEADER_BYTES,
  AFC_LOCK,
  AFC_MODE,
  AFC_OPERATION,
  type AfcMode,
  decodeHeader,
  encodePacket,
  pathBytes,
  texts,
  u64,
} from './messages.ts';

export const AFC_SERVICE = 'com.apple.afc';

const READ_BYTES = 1024 * 1024;
const WRITE_BYTES = 256 * 1024;
/** A listing of a large folder, or a piece of a file. */
const REPLY_MAX_BYTES = 32 * 1024 * 1024;

export interface AfcStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly sizeBytes: number;
  /** Milliseconds since 1970; null when the phone did not tell. */
  readonly modifiedMs: number | null;
}

/** An open file on the phone. It is closed by `close`, and by the end of the connection. */
export interface AfcHandle {
  readonly path: string;
  readonly number: bigint;
}

interface Reply {
  readonly operation: number;
  readonly payload: Buffer;
}

/**
 * Files of the phone's media folder. Paths begin with `/`, which is `/var/mobile/Media`.
 *
 * Service: com.apple.afc. Requests of several callers are sent one after the other.
 */
export class AfcClient {
  readonly #wire: SocketWire;
  #packetNumber = 0n;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(wire: SocketWire) {
    this.#wire = wire;
  }

  /** Names in one folder, without "." and "..". Throws `device/file-error`. */
  async list(path: string, options: CallOptions = {}): Promise<readonly string[]> {
    const payload = await this.#data(AFC_OPERATION.readDirectory, pathBytes(path), path, options);
    return texts(payload).filter((name) => name !== '.' && name !== '..' && name !== '');
  }

  /** Null when there is nothing of that name. */
  async stat(path: string, options: CallOptions = {}): Promise<AfcStat | null> {
    try {
      return readStat(texts(await this.#data(AFC_OPERATION.fileInfo, pathBytes(path), path, options)));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** A whole small file; null when it is missing. Throws `device/bad-message` when it is larger than `maxBytes`. */
  async readFile(path: string, maxBytes: number, options: CallOptions = {}): Promise<Buffer | null> {
    let handle: AfcHandle;
    try {
      handle = await this.open(path, AFC_MODE.read, options);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    const parts: Buffer[] = [];
    let total = 0;
    for await (const part of this.#pieces(handle, options)) {
      total += part.length;
      if (total > maxBytes) throw tooLarge(path, maxBytes);
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  /** The content in pieces of at most 1 MiB; the next one is asked for only when it is wanted. */
  async *read(path: string, options: CallOptions = {}): AsyncGenerator<Buffer, void> {
    yield* this.#pieces(await this.open(path, AFC_MODE.read, options), options);
  }

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
    const status = await this.#status(AFC_OPERATION.makeDirectory, pathBytes(path), options);
    if (status !== AFC_STATUS.ok && status !== AFC_STATUS.exists) throw afcError(status, path);
  }

  /** A file or an empty folder; one that is missing is fine. */
  async remove(path: string, options: CallOptions = {}): Promise<void> {
    const status = await this.#status(AFC_OPERATION.removePath, pathBytes(path), options);
    if (status !== AFC_STATUS.ok && status !== AFC_STATUS.notFound) throw afcError(status, path);
  }

  async open(path: string, mode: AfcMode, options: CallOptions = {}): Promise<AfcHandle> {
    const head = Buffer.concat([u64(mode), pathBytes(path)]);
    const { operation, payload } = await this.#exchange(AFC_OPERATION.fileOpen, head, options);
    if (operation === AFC_OPERATION.status) throw afcError(statusIn(payload), path);
    if (operation !== AFC_OPERATION.fileOpened || payload.length < 8) throw badReply('opening a file');
    return { path, number: payload.readBigUInt64LE(0) };
  }

  /** Closing a file on a phone that has gone is no failure: the connection's end closed it. */
  async close(handle: AfcHandle): Promise<void> {
    try {
      await this.#done(AFC_OPERATION.fileClose, u64(handle.number), handle.path, {});
    } catch (error) {
      if (!isBackstopError(error)) throw error;
    }
  }

  /** False: somebody else holds the lock. */
  async lock(handle: AfcHandle, options: CallOptions = {}): Promise<boolean> {
    const head = u64(handle.number, AFC_LOCK.exclusive);
    const status = await this.#status(AFC_OPERATION.fileLock, head, options);
    if (status === AFC_STATUS.wouldBlock) return false;
    if (status !== AFC_STATUS.ok) throw afcError(status, handle.path);
    return true;
  }

  async unlock(handle: AfcHandle, options: CallOptions = {}): Promise<void> {
    await this.#done(AFC_OPERATION.fileLock, u64(handle.number, AFC_LOCK.unlock), handle.path, options);
  }

  /** Ends the connection; what is open or locked is let go by that. */
  disconnect(): void {
    this.#wire.close();
  }

  /** The rest of an open file, which is closed at the end. */
  async *#pieces(handle: AfcHandle, options: CallOptions): AsyncGenerator<Buffer, void> {
    try {
      for (;;) {
        const part = await this.#readPiece(handle, options);
        if (part.length === 0) return;
        yield part;
      }
    } finally {
      await this.close(handle);
    }
  }

  async #readPiece(handle: AfcHandle, options: CallOptions): Promise<Buffer> {
    const head = u64(handle.number, READ_BYTES);
    const { operation, payload } = await this.#exchange(AFC_OPERATION.fileRead, head, options);
    if (operation === AFC_OPERATION.data) return payload;
    const status = statusIn(payload);
    if (status === AFC_STATUS.ok || status === AFC_STATUS.endOfData) return Buffer.alloc(0);
    throw afcError(status, handle.path);
  }

  async #data(operation: number, head: Buffer, path: string, options: CallOptions): Promise<Buffer> {
    const reply = await this.#exchange(operation, head, options);
    if (reply.operation === AFC_OPERATION.data) return reply.payload;
    throw afcError(statusIn(reply.payload), path);
  }

  async #done(operation: number, head: Buffer, path: string, options: CallOptions, data?: Uint8Array): Promise<void> {
    const status = await this.#status(operation, head, options, data);
    if (status !== AFC_STATUS.ok) throw afcError(status, path);
  }

  async #status(operation: number, head: Buffer, options: CallOptions, data?: Uint8Array): Promise<number> {
    const reply = await this.#exchange(operation, head, options, data);
    if (reply.operation !== AFC_OPERATION.status) throw badReply('a request that has no data');
    return statusIn(reply.payload);
  }

  #exchange(operation: number, head: Buffer, options: CallOptions, data?: Uint8Array): Promise<Reply> {
    const work = (): Promise<Reply> => this.#exchangeNow(operation, head, options, data);
    const turn = this.#turn.then(work, work);
    // The next in line waits for this one's end, whatever it is; its failure belongs to its own caller.
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #exchangeNow(operation: number, head: Buffer, options: CallOptions, data?: Uint8Array): Promise<Reply> {
    const limits = { ...options, timeoutMs: SERVICE_REPLY_TIMEOUT_MS };
    options.signal?.throwIfAborted();
    this.#packetNumber += 1n;
    try {
      await this.#wire.write(encodePacket(this.#packetNumber, operation, head, data), limits);
      const header = decodeHeader(await this.#wire.read(AFC_HEADER_BYTES, limits), REPLY_MAX_BYTES);
      if (header.packetNumber !== this.#packetNumber) throw badReply('another request');
      const payload = await this.#wire.read(header.wholeLength - AFC_HEADER_BYTES, limits);
      return { operation: header.operation, payload };
    } catch (error) {
      // An exchange that broke off leaves the connection out of step.
      this.#wire.destroy();
      throw error;
    }
  }
}

/** A missing file is answered with "not found" or "read error". */
function isMissing(error: unknown): boolean {
  if (!isBackstopError(error, 'device/file-error')) return false;
  const { status } = error.data;
  return status === AFC_STATUS.notFound || status === AFC_STATUS.readError;
}

function statusIn(payload: Buffer): number {
  return payload.length < 8 ? 1 : Number(payload.readBigUInt64LE(0));
}

const KINDS: Readonly<Record<string, AfcStat['kind']>> = { S_IFREG: 'file', S_IFDIR: 'directory', S_IFLNK: 'link' };

function readStat(parts: readonly string[]): AfcStat {
  const facts = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) facts.set(parts[at] as string, parts[at + 1] as string);
  const size = Number(facts.get('st_size') ?? 0);
  const nanoseconds = Number(facts.get('st_mtime') ?? Number.NaN);
  return {
    kind: KINDS[facts.get('st_ifmt') ?? ''] ?? 'other',
    sizeBytes: Number.isSafeInteger(size) && size >= 0 ? size : 0,
    modifiedMs: Number.isFinite(nanoseconds) ? Math.floor(nanoseconds / 1e6) : null,
  };
}

function badReply(what: string): BackstopError {
  return new BackstopError('device/bad-message', {
    message: `AFC answered ${what} with something else`,
    data: { problem: `the file service answered ${what} with something else` },
  });
}

function tooLarge(path: string, maxBytes: number): BackstopError {
  return new BackstopError('device/bad-message', {
    message: `${path} is larger than ${maxBytes} bytes`,
    data: { problem: `${path} is larger than ${maxBytes} bytes` },
  });
}
