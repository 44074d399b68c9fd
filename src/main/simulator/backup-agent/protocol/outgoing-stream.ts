import type { SocketWire } from '../../../engine/device/wire/index.ts';
import { sleep } from '../../../engine/platform/index.ts';
import { BLOCK } from './messages.ts';

/** Written at once: large enough that 50,000 small files are a few hundred writes. */
const WRITE_BYTES = 256 * 1024;
/** Smaller pieces are copied together; larger ones are handed on as they are. */
const COPY_BYTES = 32 * 1024;
/** Room for the names and lengths of one file, without its data. */
const HEADER_ROOM = 4096;

/**
 * The stream behind DLMessageUploadFiles (protocol reference 4.4), written without a promise per file: everything is
 * gathered by plain calls, and the caller awaits `flush` whenever `isFull` says so.
 *
 *   file := u32 length, device name, u32 length, host name, block+      block := u32 length, u8 code, payload
 */
export class OutgoingStream {
  readonly #wire: SocketWire;
  readonly #signal: AbortSignal;
  readonly #bytesPerSecond: number | null;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #buffer = Buffer.allocUnsafeSlow(WRITE_BYTES);
  /** Bytes of `#buffer` in use, and how many of them are in `#parts` already. */
  #used = 0;
  #cut = 0;
  #pending: Promise<void> | null = null;
  /** Bytes handed to the wire or waiting for it. */
  bytes = 0;

  /** `bytesPerSecond`: not faster than this, as over a cable; null: as fast as it goes. */
  constructor(wire: SocketWire, signal: AbortSignal, bytesPerSecond: number | null = null) {
    this.#wire = wire;
    this.#signal = signal;
    this.#bytesPerSecond = bytesPerSecond;
  }

  get isFull(): boolean {
    return this.#partBytes + this.#used - this.#cut >= WRITE_BYTES;
  }

  file(deviceName: string | Buffer, hostName: string | Buffer): void {
    this.#name(deviceName);
    this.#name(hostName);
  }

  data(piece: Buffer): void {
    this.block(BLOCK.data, piece);
  }

  /** The file is complete. */
  success(): void {
    this.block(BLOCK.success);
  }

  block(code: number, payload?: Buffer): void {
    const length = payload?.length ?? 0;
    this.#reserve(5);
    this.#buffer.writeUInt32BE(length + 1, this.#used);
    this.#buffer[this.#used + 4] = code;
    this.#used += 5;
    this.bytes += 5;
    if (payload !== undefined) this.raw(payload);
  }

  /** Ends the stream: a device name of no length. */
  end(): void {
    this.u32(0);
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#buffer.writeUInt32BE(value, this.#used);
    this.#used += 4;
    this.bytes += 4;
  }

  raw(bytes: Buffer): void {
    this.bytes += bytes.length;
    if (bytes.length >= COPY_BYTES) {
      this.#cutBuffer();
      this.#parts.push(bytes);
      this.#partBytes += bytes.length;
      return;
    }
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /**
   * Hands everything to the wire, once it has taken what came before: one write is under way while the next one is
   * being made.
   */
  async flush(): Promise<void> {
    this.#cutBuffer();
    const parts = this.#parts;
    if (parts.length === 0) return;
    const bytes = this.#partBytes;
    this.#parts = [];
    this.#partBytes = 0;
    await this.#pending;
    if (this.#bytesPerSecond !== null) await sleep((bytes * 1000) / this.#bytesPerSecond, this.#signal);
    this.#pending = this.#wire.write(parts, { signal: this.#signal });
    // Whoever flushes or drains next is told of a failure; until then it must not end the process.
    this.#pending.catch(() => undefined);
  }

  /** Resolves when the wire has taken everything. */
  async drain(): Promise<void> {
    await this.flush();
    await this.#pending;
    this.#pending = null;
  }

  #name(name: string | Buffer): void {
    if (typeof name !== 'string' || name.length > HEADER_ROOM / 4) {
      const bytes = typeof name === 'string' ? Buffer.from(name) : name;
      this.u32(bytes.length);
      this.raw(bytes);
      return;
    }
    this.#reserve(HEADER_ROOM);
    const length = this.#buffer.write(name, this.#used + 4, 'utf8');
    this.#buffer.writeUInt32BE(length, this.#used);
    this.#used += 4 + length;
    this.bytes += 4 + length;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    this.#cutBuffer();
    // The old one is on its way and must not change any more.
    this.#buffer = Buffer.allocUnsafeSlow(WRITE_BYTES);
    this.#used = 0;
    this.#cut = 0;
  }

  #cutBuffer(): void {
    if (this.#used === this.#cut) return;
    this.#parts.push(this.#buffer.subarray(this.#cut, this.#used));
    this.#partBytes += this.#used - this.#cut;
    this.#cut = this.#used;
  }
}
