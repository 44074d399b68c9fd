import { BackstopError, isBackstopError } from '../../../../../shared/errors/index.ts';
import { scaledMs } from '../../../platform/index.ts';
import type { ReadOptions, SocketWire } from '../../wire/index.ts';
import type { ConversationEvent } from './events.ts';

/** Minutes of nothing are normal while a phone prepares; this long is worth a word. */
const SILENCE_WARNING_MS = scaledMs(2 * 60_000);
/** This long is the end, however alive the connection looks. A connection that closed ends the wait at once. */
const SILENCE_LIMIT_MS = scaledMs(30 * 60_000);

/**
 * Waits for a phone that may be silent for long. Every byte that comes starts the time anew. Callers ask the wire
 * itself first (`try…`) and come here only when there is nothing to take.
 */
export class Patience {
  readonly #wire: SocketWire;
  readonly #onEvent: (event: ConversationEvent) => void;

  constructor(wire: SocketWire, onEvent: (event: ConversationEvent) => void) {
    this.#wire = wire;
    this.#onEvent = onEvent;
  }

  readUInt32BE(signal?: AbortSignal): Promise<number> {
    return this.#wait((options) => this.#wire.readUInt32BE(options), signal);
  }

  readUInt8(): Promise<number> {
    return this.#wait((options) => this.#wire.readUInt8(options));
  }

  read(length: number): Promise<Buffer> {
    return this.#wait((options) => this.#wire.read(length, options));
  }

  readSome(max: number): Promise<Buffer> {
    return this.#wait((options) => this.#wire.readSome(max, options));
  }

  /** Nothing that was written is still in our hands. */
  get hasSentAll(): boolean {
    return this.#wire.unsent === 0;
  }

  /** A phone that does not take our bytes is as silent as one that sends none. */
  async write(data: Uint8Array): Promise<void> {
    if (!this.#wire.tryWrite(data)) await this.#wait((options) => this.#wire.drained(options));
  }

  async #wait<T>(work: (options: ReadOptions) => Promise<T>, signal?: AbortSignal): Promise<T> {
    let waitedMs = 0;
    for (;;) {
      const before = this.#wire.received;
      const stepMs = waitedMs === 0 ? SILENCE_WARNING_MS : SILENCE_LIMIT_MS - waitedMs;
      try {
        const result = await work({ signal, timeoutMs: stepMs });
        if (waitedMs > 0) this.#onEvent({ kind: 'heard' });
        return result;
      } catch (error) {
        if (!isBackstopError(error, 'device/silent')) throw error;
      }
      const wasHeard = this.#wire.received !== before;
      waitedMs = wasHeard ? stepMs : waitedMs + stepMs;
      if (waitedMs >= SILENCE_LIMIT_MS) {
        throw new BackstopError('device/silent', {
          message: `nothing came for ${SILENCE_LIMIT_MS} ms`,
          data: { waitedMs: SILENCE_LIMIT_MS },
        });
      }
      this.#onEvent({ kind: 'silent', forMs: waitedMs });
    }
  }
}
