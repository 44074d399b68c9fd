import type { CallOptions } from '../../usbmux/index.ts';
import type { SocketWire } from '../../wire/index.ts';
import { AfcConnection } from './connection.ts';
import { AFC_STATUS, afcError, badMessage, badReply, isMissing } from './errors.ts';
import { AFC_MODE, AFC_OPERATION, pairs, pathBytes, statusIn, texts, u64 } from './messages.ts';

const READ_BYTES = 1024 * 1024;
/** Names in one folder. iOS starts a new one every thousand photos. */
const MAX_NAMES = 1_000_000;

export interface AfcStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly sizeBytes: number;
  /** Milliseconds since 1970; null when the phone did not tell. */
  readonly modifiedMs: number | null;
  readonly createdMs: number | null;
}

/** What the phone's file service says of its disk; null where it does not tell. */
export interface AfcDevice {
  readonly model: string | null;
  readonly totalBytes: number | null;
  readonly freeBytes: number | null;
}

export interface AfcReadOptions extends CallOptions {
  /** Where to begin. */
  readonly offset?: number;
  /** Reading more than this is `device/bad-message`: a file that has no end. */
  readonly maxBytes?: number;
}

/** An open file on the phone. It is closed by `close`, and by the end of the connection. */
export interface AfcHandle {
  readonly path: string;
  readonly number: bigint;
}

/**
 * Looks at the phone's media folder, and can do nothing else: it knows no operation that writes, renames or removes.
 * Paths begin with `/`, which is `/var/mobile/Media`. Several calls may be under way at once.
 *
 * Service: com.apple.afc.
 */
export class AfcReader {
  protected readonly connection: AfcConnection;

  constructor(wire: SocketWire) {
    this.connection = new AfcConnection(wire);
  }

  /** Names in one folder, without "." and "..". Throws `device/file-error`. */
  async list(path: string, options: CallOptions = {}): Promise<readonly string[]> {
    const names = texts(await this.#data(AFC_OPERATION.readDirectory, pathBytes(path), path, options));
    if (names.length > MAX_NAMES) throw badMessage(`a folder holds more than ${MAX_NAMES} files`);
    return names.filter((name) => name !== '.' && name !== '..' && name !== '');
  }

  /** Null when there is nothing of that name. */
  async stat(path: string, options: CallOptions = {}): Promise<AfcStat | null> {
    try {
      return readStat(pairs(await this.#data(AFC_OPERATION.fileInfo, pathBytes(path), path, options)));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async device(options: CallOptions = {}): Promise<AfcDevice> {
    const facts = pairs(await this.#data(AFC_OPERATION.deviceInfo, Buffer.alloc(0), '/', options));
    return {
      model: facts.get('Model') ?? null,
      totalBytes: countIn(facts.get('FSTotalBytes')),
      freeBytes: countIn(facts.get('FSFreeBytes')),
    };
  }

  /** A whole small file; null when it is missing. Throws `device/bad-message` when it is larger than `maxBytes`. */
  async readFile(path: string, maxBytes: number, options: CallOptions = {}): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    let handle: AfcHandle;
    try {
      handle = await this.openFile(path, AFC_MODE.read, options);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    for await (const part of this.#pieces(handle, { ...options, maxBytes })) parts.push(part);
    return Buffer.concat(parts);
  }

  /** The content in pieces of at most 1 MiB; the next one is asked for only when it is wanted. */
  async *read(path: string, options: AfcReadOptions = {}): AsyncGenerator<Buffer, void> {
    const handle = await this.openFile(path, AFC_MODE.read, options);
    yield* this.#pieces(handle, options);
  }

  /** Ends the connection; what is open or locked is let go by that. */
  disconnect(): void {
    this.connection.close();
  }

  protected async openFile(path: string, mode: number, options: CallOptions): Promise<AfcHandle> {
    const head = Buffer.concat([u64(mode), pathBytes(path)]);
    const { operation, payload } = await this.connection.exchange(AFC_OPERATION.fileOpen, head, options);
    if (operation === AFC_OPERATION.status) throw afcError(statusIn(payload), path);
    if (operation !== AFC_OPERATION.fileOpened || payload.length < 8) throw badReply('opening a file');
    return { path, number: payload.readBigUInt64LE(0) };
  }

  /** Of a request that is answered with a status alone. */
  protected async ask(operation: number, head: Buffer, options: CallOptions, data?: Uint8Array): Promise<number> {
    const reply = await this.connection.exchange(operation, head, options, data);
    if (reply.operation !== AFC_OPERATION.status) throw badReply('a request that has no data');
    return statusIn(reply.payload);
  }

  /** Closing a file on a phone that has gone is no failure: the connection's end closed it. */
  protected async closeFile(handle: AfcHandle): Promise<void> {
    await this.ask(AFC_OPERATION.fileClose, u64(handle.number), {}).catch(() => undefined);
  }

  /** What is left of an open file, which is closed at the end. */
  async *#pieces(handle: AfcHandle, options: AfcReadOptions): AsyncGenerator<Buffer, void> {
    const { offset = 0, maxBytes = Number.POSITIVE_INFINITY } = options;
    let total = 0;
    try {
      if (offset > 0) await this.#seek(handle, offset, options);
      for (;;) {
        const part = await this.#readPiece(handle, options);
        if (part.length === 0) return;
        total += part.length;
        if (total > maxBytes) throw badMessage(`${handle.path} is larger than ${maxBytes} bytes`);
        yield part;
      }
    } finally {
      await this.closeFile(handle);
    }
  }

  /** From the beginning of the file. */
  async #seek(handle: AfcHandle, offset: number, options: CallOptions): Promise<void> {
    const status = await this.ask(AFC_OPERATION.fileSeek, u64(handle.number, 0, offset), options);
    if (status !== AFC_STATUS.ok) throw afcError(status, handle.path);
  }

  async #readPiece(handle: AfcHandle, options: CallOptions): Promise<Buffer> {
    const head = u64(handle.number, READ_BYTES);
    const { operation, payload } = await this.connection.exchange(AFC_OPERATION.fileRead, head, options);
    if (operation === AFC_OPERATION.data) return payload;
    const status = statusIn(payload);
    if (status === AFC_STATUS.ok || status === AFC_STATUS.endOfData) return Buffer.alloc(0);
    throw afcError(status, handle.path);
  }

  async #data(operation: number, head: Buffer, path: string, options: CallOptions): Promise<Buffer> {
    const reply = await this.connection.exchange(operation, head, options);
    if (reply.operation === AFC_OPERATION.data) return reply.payload;
    throw afcError(statusIn(reply.payload), path);
  }
}

const KINDS: Readonly<Record<string, AfcStat['kind']>> = { S_IFREG: 'file', S_IFDIR: 'directory', S_IFLNK: 'link' };

function readStat(facts: ReadonlyMap<string, string>): AfcStat {
  return {
    kind: KINDS[facts.get('st_ifmt') ?? ''] ?? 'other',
    sizeBytes: countIn(facts.get('st_size')) ?? 0,
    modifiedMs: momentIn(facts.get('st_mtime')),
    createdMs: momentIn(facts.get('st_birthtime')),
  };
}

/** The last moment that a date can be. */
const LAST_MS = 8.64e15;

/** Nanoseconds since 1970 as milliseconds. */
function momentIn(text: string | undefined): number | null {
  const ms = Math.floor(numberIn(text) / 1e6);
  return Math.abs(ms) <= LAST_MS ? ms : null;
}

function countIn(text: string | undefined): number | null {
  const value = numberIn(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function numberIn(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}
