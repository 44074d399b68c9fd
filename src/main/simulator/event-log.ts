import type { JsonObject } from './json.ts';

export interface PhoneEvent {
  /** Counts from 1 and never goes back. */
  readonly number: number;
  /** Milliseconds since the phone was made. */
  readonly atMs: number;
  /** A constant: `lockdown.session-started`, `afc.locked`. */
  readonly event: string;
  readonly data: JsonObject;
}

/** Older events are forgotten beyond this many; `number` still tells how many there were. */
const KEPT_EVENTS = 2000;

/** What happened to one phone, for `report`, for scenario steps that wait for something, and for tests. */
export class EventLog {
  readonly #startedMs = performance.now();
  #entries: PhoneEvent[] = [];
  #count = 0;
  readonly #listeners = new Set<(event: PhoneEvent) => void>();

  record(event: string, data: JsonObject = {}): void {
    this.#count += 1;
    const entry: PhoneEvent = {
      number: this.#count,
      atMs: Math.round(performance.now() - this.#startedMs),
      event,
      data,
    };
    this.#entries.push(entry);
    if (this.#entries.length > 2 * KEPT_EVENTS) this.#entries = this.#entries.slice(-KEPT_EVENTS);
    for (const listener of [...this.#listeners]) listener(entry);
  }

  get entries(): readonly PhoneEvent[] {
    return this.#entries.slice(-KEPT_EVENTS);
  }

  /** Calls `listener` for every event from now on; returns how to stop. */
  listen(listener: (event: PhoneEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next event of this name from now on. */
  next(event: string, signal?: AbortSignal): Promise<PhoneEvent> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const settle = (finish: () => void): void => {
        stop();
        signal?.removeEventListener('abort', onAbort);
        finish();
      };
      const onAbort = (): void => settle(() => reject(signal?.reason));
      const stop = this.listen((entry) => {
        if (entry.event === event) settle(() => resolve(entry));
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
