import type { Socket } from 'node:net';
import { BackstopError } from '../../../shared/errors/index.ts';
import { type ReadOptions, SocketWire } from '../../engine/device/wire/index.ts';
import { sleep } from '../../engine/platform/index.ts';
import type { WireFault } from './transport-faults.ts';

/** What a fault may do beyond its own connection. */
export interface FaultEffects {
  /** Cuts the connection at once, below TLS; `reset` sends RST where the transport knows it. */
  cut(how: 'close' | 'reset'): void;
  /** Pulls the cable of the transport that this connection uses. */
  detach(reattachAfterMs: number | null): void;
  record(event: string, data: { kind: string; bytes: number }): void;
  /** Which bytes of a frame are its length: 4-byte big-endian for plist services, others for usbmuxd and AFC. */
  readonly lengthField: LengthField;
  readonly signal: AbortSignal;
}

export type LengthField = 'be32-at-0' | 'le32-at-0' | 'le64-at-8';

/**
 * A wire on which armed faults happen at exact places of the plain byte stream. It does what `SocketWire` does until
 * the first place is reached, so a connection without faults never pays for it (it gets a plain `SocketWire`).
 */
export class FaultyWire extends SocketWire {
  readonly #raw: Socket;
  readonly #effects: FaultEffects;
  #onSent: WireFault[];
  #onReceived: WireFault[];
  #sent = 0;
  #received = 0;

  constructor(socket: Socket, faults: readonly WireFault[], effects: FaultEffects) {
    super(socket);
    this.#raw = socket;
    this.#effects = effects;
    this.#onSent = faults.filter((fault) => fault.direction === 'sent');
    this.#onReceived = faults.filter((fault) => fault.direction === 'received');
  }

  override async write(data: Uint8Array | readonly Uint8Array[], options: ReadOptions = {}): Promise<void> {
    if (this.#onSent.length === 0) return super.write(data, options);
    let rest: Buffer = data instanceof Uint8Array ? Buffer.from(data) : Buffer.concat(data);
    let atFrameStart = true;
    for (let fault = this.#onSent[0]; fault !== undefined; fault = this.#onSent[0]) {
      const before = fault.bytes - this.#sent;
      if (!isDue(fault, before, rest.length, atFrameStart)) break;
      if (before > 0) {
        await this.#pass(rest.subarray(0, before));
        rest = rest.subarray(before);
        atFrameStart = false;
      }
      this.#onSent.shift();
      rest = await this.#act(fault, rest, this.#sent);
    }
    if (rest.length > 0) await this.#pass(rest, options);
  }

  override async read(length: number, options: ReadOptions = {}): Promise<Buffer> {
    if (this.#onReceived.length === 0) return super.read(length, options);
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const part = await this.readSome(missing, options);
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts, length);
  }

  override tryRead(length: number): Buffer | null {
    if (length > this.#receivable()) return null;
    const taken = super.tryRead(length);
    this.#received += taken?.length ?? 0;
    return taken;
  }

  // The short cuts of the plain wire know nothing of places: here they are ordinary reads.
  override tryReadUInt32BE(): number | null {
    return this.tryRead(4)?.readUInt32BE(0) ?? null;
  }

  override async readUInt32BE(options: ReadOptions = {}): Promise<number> {
    return (await this.read(4, options)).readUInt32BE(0);
  }

  override tryReadUInt8(): number | null {
    return this.tryRead(1)?.readUInt8(0) ?? null;
  }

  override async readUInt8(options: ReadOptions = {}): Promise<number> {
    return (await this.read(1, options)).readUInt8(0);
  }

  override async readSome(max: number, options: ReadOptions = {}): Promise<Buffer> {
    for (let fault = this.#onReceived[0]; fault !== undefined && this.#receivable() <= 0; fault = this.#onReceived[0]) {
      this.#onReceived.shift();
      await this.#act(fault, Buffer.alloc(0), this.#received);
    }
    return super.readSome(max, options);
  }

  override tryReadSome(max: number): Buffer | null {
    const taken = super.tryReadSome(Math.min(max, this.#receivable()));
    this.#received += taken?.length ?? 0;
    return taken;
  }

  /** Bytes that may still be taken before the next fault on what the phone receives. */
  #receivable(): number {
    const next = this.#onReceived[0];
    return next === undefined ? Number.POSITIVE_INFINITY : next.bytes - this.#received;
  }

  async #pass(bytes: Buffer, options: ReadOptions = {}): Promise<void> {
    this.#sent += bytes.length;
    await super.write(bytes, options);
  }

  /** Does the fault; returns what is left to send of `rest`. */
  async #act(fault: WireFault, rest: Buffer, place: number): Promise<Buffer> {
    this.#effects.record('fault.happened', { kind: fault.kind, bytes: place });
    switch (fault.kind) {
      case 'drop':
        await this.#flush();
        this.#effects.cut(fault.how);
        throw new BackstopError('device/connection-lost', {
          message: `a fault dropped the connection after ${place} bytes`,
        });
      case 'detach':
        await this.#flush();
        this.#effects.detach(fault.reattachAfterMs);
        throw new BackstopError('device/connection-lost', {
          message: `a fault detached the phone after ${place} bytes`,
        });
      case 'stall':
        await this.#stall(fault.ms);
        return rest;
      case 'garbage':
        await this.#pass(noise(fault.length));
        return rest.subarray(Math.min(fault.length, rest.length));
      case 'wrong-length':
        return withLength(rest, fault.length, this.#effects.lengthField);
      case 'slow':
        return this.#sendSlowly(rest, fault);
    }
  }

  /** Bytes written so far are with the system before the connection is cut: the place of a fault is exact. */
  #flush(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#raw.destroyed) resolve();
      else this.#raw.write(Buffer.alloc(0), () => resolve());
    });
  }

  async #stall(ms: number | null): Promise<void> {
    const closed = new AbortController();
    const onClose = (): void => closed.abort(new BackstopError('device/connection-lost'));
    this.#raw.once('close', onClose);
    try {
      const signal = AbortSignal.any([closed.signal, this.#effects.signal]);
      // "For ever" is until somebody closes: the longest timer of the platform, about 24 days, renewed.
      do await sleep(ms ?? 2_147_483_647, signal);
      while (ms === null);
    } finally {
      this.#raw.off('close', onClose);
    }
  }

  async #sendSlowly(rest: Buffer, fault: Extract<WireFault, { kind: 'slow' }>): Promise<Buffer> {
    const slowly = rest.subarray(0, fault.length);
    for (let at = 0; at < slowly.length; at += fault.segment) {
      await this.#pass(slowly.subarray(at, at + fault.segment));
      await this.#flush();
      if (fault.delayMs > 0) await sleep(fault.delayMs, this.#effects.signal);
    }
    const left = fault.length - slowly.length;
    if (left > 0) this.#onSent.unshift({ ...fault, bytes: this.#sent, length: left });
    return rest.subarray(slowly.length);
  }
}

/**
 * Does the fault happen within this write? Those that change bytes need bytes to change; a wrong length needs the start
 * of a frame, which is the start of a write at or after its place.
 */
function isDue(fault: WireFault, before: number, length: number, atFrameStart: boolean): boolean {
  switch (fault.kind) {
    case 'wrong-length':
      return before <= 0 && atFrameStart;
    case 'garbage':
    case 'slow':
      return before < length;
    default:
      return before <= length;
  }
}

/** Bytes that are no message of any protocol, the same every time. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 0x9e3779b9;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

function withLength(frame: Buffer, length: number, field: LengthField): Buffer {
  const changed = Buffer.from(frame);
  if (field === 'be32-at-0' && changed.length >= 4) changed.writeUInt32BE(length, 0);
  if (field === 'le32-at-0' && changed.length >= 4) changed.writeUInt32LE(length, 0);
  if (field === 'le64-at-8' && changed.length >= 16) changed.writeBigUInt64LE(BigInt(length), 8);
  return changed;
}
