import { BackstopError } from '../../../../../shared/errors/index.ts';
import type { CallOptions } from '../../usbmux/index.ts';
import type { SocketWire } from '../../wire/index.ts';
import { SERVICE_REPLY_TIMEOUT_MS } from '../ask.ts';
import { badReply } from './errors.ts';
import { AFC_HEADER_BYTES, decodeHeader, encodePacket } from './messages.ts';

/** A listing of a large folder, or a piece of a file. */
const REPLY_MAX_BYTES = 32 * 1024 * 1024;

export interface AfcReply {
  readonly operation: number;
  readonly payload: Buffer;
}

/**
 * Requests and their replies. The phone answers in the order in which it was asked, so the next request goes out before
 * the last one is answered: how many wait at a time is the callers' affair.
 */
export class AfcConnection {
  readonly #wire: SocketWire;
  #packetNumber = 0n;
  #sending: Promise<unknown> = Promise.resolve();
  #receiving: Promise<unknown> = Promise.resolve();
  #isBroken = false;

  constructor(wire: SocketWire) {
    this.#wire = wire;
  }

  exchange(operation: number, head: Buffer, options: CallOptions, data?: Uint8Array): Promise<AfcReply> {
    const sent = this.#sending.then(() => this.#send(operation, head, options, data));
    // The next in line waits for this one's end, whatever it is; its failure belongs to its own caller.
    this.#sending = sent.catch(() => undefined);
    const reply = this.#receiving.then(async () => this.#receive(await sent, options));
    this.#receiving = reply.catch(() => undefined);
    return reply;
  }

  /** What is open or locked is let go by this. */
  close(): void {
    this.#wire.close();
  }

  async #send(operation: number, head: Buffer, options: CallOptions, data?: Uint8Array): Promise<bigint> {
    options.signal?.throwIfAborted();
    if (this.#isBroken) throw broken();
    this.#packetNumber += 1n;
    const number = this.#packetNumber;
    try {
      const limits = { ...options, timeoutMs: SERVICE_REPLY_TIMEOUT_MS };
      await this.#wire.write(encodePacket(number, operation, head, data), limits);
      return number;
    } catch (error) {
      this.#break();
      throw error;
    }
  }

  async #receive(number: bigint, options: CallOptions): Promise<AfcReply> {
    const limits = { ...options, timeoutMs: SERVICE_REPLY_TIMEOUT_MS };
    if (this.#isBroken) throw broken();
    try {
      const header = decodeHeader(await this.#wire.read(AFC_HEADER_BYTES, limits), REPLY_MAX_BYTES);
      if (header.packetNumber !== number) throw badReply('another request');
      const payload = await this.#wire.read(header.wholeLength - AFC_HEADER_BYTES, limits);
      return { operation: header.operation, payload };
    } catch (error) {
      this.#break();
      throw error;
    }
  }

  /** An exchange that broke off leaves the connection out of step: what is still in its buffers is nobody's answer. */
  #break(): void {
    this.#isBroken = true;
    this.#wire.destroy();
  }
}

function broken(): BackstopError {
  return new BackstopError('device/connection-lost', { message: 'another exchange on this connection broke off' });
}
