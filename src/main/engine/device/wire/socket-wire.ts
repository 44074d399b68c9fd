import type { Socket } from 'node:net';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import { type ReadOptions, waitFor } from './wait-for.ts';

/** How long a closed wire waits for the other side's end before it lets go of the socket. */
const CLOSE_GRACE_MS = answerLimitMs(250);

/**
 * A socket read by pulling: nothing is taken from the socket before somebody asks, so TCP's own window is the back
 * pressure. One reader and one writer at a time. Works on plain and TLS sockets, on both ends (host and simulator).
 *
 * The `try…` methods never wait and make no promise: a loop over thousands of small pieces asks them first and awaits
 * only when they answer null. A read that is given up (signal, timeout) takes nothing: what has arrived stays readable.
 */
export class SocketWire {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  /** Bytes of `#chunks[0]` that are already used. */
  #offset = 0;
  #available = 0;
  #received = 0;
  #ended = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  #detached = false;
  #closing = false;

  readonly #onReadable = (): void => this.#wake?.();
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };
  readonly #onError = (error: Error): void => {
    this.#failure ??= error;
    this.#wake?.();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    if (socket.destroyed || socket.readableEnded) this.#ended = true;
    socket.on('readable', this.#onReadable);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
    socket.on('error', this.#onError);
  }

  /** True once the other side has ended or the connection broke. Bytes that came before may still be readable. */
  get closed(): boolean {
    return this.#ended || this.#failure !== null || this.#socket.destroyed;
  }

  /** Bytes that can be read without waiting, as far as known. */
  get buffered(): number {
    return this.#available;
  }

  /** Bytes that have come so far, read or not: a sign of life. */
  get received(): number {
    return this.#received;
  }

  /** Bytes that were written and still wait here for the system to take them; their buffers are in use. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Exactly `length` bytes, or throws `device/connection-lost` (end of stream) or `device/silent` (timeout). */
  async read(length: number, options: ReadOptions = {}): Promise<Buffer> {
    let taken = this.tryRead(length);
    while (taken === null) {
      await this.#more(options);
      taken = this.tryRead(length);
    }
    return taken;
  }

  /** Exactly `length` bytes if they are here already, else null. Never waits. */
  tryRead(length: number): Buffer | null {
    if (this.#available < length) this.#pull(length);
    return this.#available < length ? null : this.#take(length);
  }

  /** A length or a code, without the small buffer that `tryRead(4)` would make. */
  tryReadUInt32BE(): number | null {
    if (this.#available < 4) this.#pull(4);
    if (this.#available < 4) return null;
    const first = this.#chunks[0] as Buffer;
    if (first.length - this.#offset <= 4) return this.#take(4).readUInt32BE(0);
    const value = first.readUInt32BE(this.#offset);
    this.#offset += 4;
    this.#available -= 4;
    return value;
  }

  async readUInt32BE(options: ReadOptions = {}): Promise<number> {
    let value = this.tryReadUInt32BE();
    while (value === null) {
      await this.#more(options);
      value = this.tryReadUInt32BE();
    }
    return value;
  }

  tryReadUInt8(): number | null {
    if (this.#available < 1) this.#pull(1);
    const first = this.#chunks[0];
    if (first === undefined) return null;
    const value = first[this.#offset] as number;
    this.#offset += 1;
    this.#available -= 1;
    if (this.#offset === first.length) {
      this.#chunks.shift();
      this.#offset = 0;
    }
    return value;
  }

  async readUInt8(options: ReadOptions = {}): Promise<number> {
    let value = this.tryReadUInt8();
    while (value === null) {
      await this.#more(options);
      value = this.tryReadUInt8();
    }
    return value;
  }

  /** At least one byte and at most `max`, without joining chunks: the cheap way to move file contents. */
  async readSome(max: number, options: ReadOptions = {}): Promise<Buffer> {
    let taken = this.tryReadSome(max);
    while (taken === null) {
      await this.#more(options);
      taken = this.tryReadSome(max);
    }
    return taken;
  }

  tryReadSome(max: number): Buffer | null {
    if (this.#available === 0) this.#pull(1);
    const first = this.#chunks[0];
    if (first === undefined || max <= 0) return null;
    return this.#take(Math.min(max, first.length - this.#offset));
  }

  /** True at the end of the stream; waits until that is known. */
  async atEnd(options: ReadOptions = {}): Promise<boolean> {
    while (this.#available === 0) {
      this.#pull(1);
      if (this.#available > 0) return false;
      if (this.#ended || this.#failure !== null) return true;
      await this.#more(options);
    }
    return false;
  }

  /** Resolves when the bytes are handed to the system or the socket's buffer has room again. */
  async write(data: Uint8Array | readonly Uint8Array[], options: ReadOptions = {}): Promise<void> {
    if (!this.tryWrite(data)) await this.drained(options);
  }

  /** Takes the bytes in any case. False: wait for `drained` before the next ones. They must not change any more. */
  tryWrite(data: Uint8Array | readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (this.#failure !== null || !socket.writable) throw this.#lost();
    if (data instanceof Uint8Array) return socket.write(data);
    let room = true;
    socket.cork();
    for (const part of data) room = socket.write(part);
    socket.uncork();
    return room;
  }

  /** Resolves when the socket takes more: at once, unless what was written still waits for the other side. */
  async drained(options: ReadOptions = {}): Promise<void> {
    const socket = this.#socket;
    if (this.#failure !== null || socket.destroyed) throw this.#lost();
    if (!socket.writableNeedDrain) return;
    await waitFor((wake) => {
      socket.once('drain', wake);
      socket.once('close', wake);
      return () => {
        socket.off('drain', wake);
        socket.off('close', wake);
      };
    }, options);
    if (this.#failure !== null || socket.destroyed) throw this.#lost();
  }

  /** Hands the raw socket over (to TLS, say) with every byte that was not read put back. This wire is dead afterwards. */
  detach(): Socket {
    const socket = this.#socket;
    this.#detached = true;
    // The new owner listens for errors itself; without any listener an error in between would end the process.
    socket.on('error', ignoreError);
    socket.off('readable', this.#onReadable);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onEnd);
    socket.off('error', this.#onError);
    if (this.#available > 0 && !socket.readableEnded) socket.unshift(this.#take(this.#available));
    return socket;
  }

  /**
   * Sends what was written, ends our side, waits a moment for the other, then lets go. A read that is waiting ends with
   * `device/connection-lost`. Never throws.
   */
  close(): void {
    if (this.#detached || this.#closing || this.#socket.destroyed) return;
    this.#closing = true;
    this.#ended = true;
    const socket = this.#socket;
    // A `readable` listener would hold the stream in pulling mode, and the other side's end would never be seen.
    socket.off('readable', this.#onReadable);
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS);
    socket.once('close', () => clearTimeout(timer));
    this.#wake?.();
  }

  /** Lets go at once. Whoever reads or writes gets `device/connection-lost`, or `error` if one is given. */
  destroy(error?: Error): void {
    if (this.#detached) return;
    this.#failure ??= error ?? null;
    this.#ended = true;
    this.#socket.destroy();
    this.#wake?.();
  }

  #pull(wanted: number): void {
    while (this.#available < wanted) {
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk === null) return;
      this.#chunks.push(chunk);
      this.#available += chunk.length;
      this.#received += chunk.length;
    }
  }

  #take(length: number): Buffer {
    if (length === 0) return Buffer.alloc(0);
    this.#available -= length;
    const first = this.#chunks[0] as Buffer;
    const end = this.#offset + length;
    if (end <= first.length) {
      const part = first.subarray(this.#offset, end);
      if (end === first.length) {
        this.#chunks.shift();
        this.#offset = 0;
      } else {
        this.#offset = end;
      }
      return part;
    }
    const joined = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const chunk = this.#chunks[0] as Buffer;
      const part = Math.min(length - filled, chunk.length - this.#offset);
      chunk.copy(joined, filled, this.#offset, this.#offset + part);
      filled += part;
      this.#offset += part;
      if (this.#offset === chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
    }
    return joined;
  }

  async #more(options: ReadOptions): Promise<void> {
    if (this.#ended || this.#failure !== null) throw this.#lost();
    await waitFor((wake) => {
      this.#wake = wake;
      return () => {
        this.#wake = null;
      };
    }, options);
    if (this.#failure !== null && this.#socket.readableLength === 0) throw this.#lost();
  }

  #lost(): Error {
    if (isBackstopError(this.#failure)) return this.#failure;
    return new BackstopError('device/connection-lost', {
      message: this.#failure?.message ?? 'the other side closed the connection',
      ...(this.#failure === null ? {} : { cause: this.#failure }),
    });
  }
}

function ignoreError(): void {
  // On purpose: see `detach`.
}
