import { scaledMs } from '../../platform/index.ts';
import type { ObjectRef } from '../types.ts';
import { RENEWAL_MS, type SessionLease } from './session-lease.ts';

/**
 * Keeps sweeps away from what is being read: a lease of kind `read`, one for all readers of a vault. It is taken when
 * one of them reads much, so that a short look writes nothing and waits for nothing, and given back when they are done
 * or have not read for a while. Reading never depends on it: on a disk that cannot be written it goes on without.
 */

/** A list of files, a property list, a small database: over before a sweep could get in the way. */
const LITTLE_BYTES = 8 * 1024 * 1024;
const FEW_OBJECTS = 1000;
/** Somebody left a window open: their lease must not keep the vault from being cleared. */
const IDLE_MS = scaledMs(5 * 60_000);

export class ReadHold {
  readonly #take: (() => Promise<SessionLease>) | null;
  #readers = 0;
  #running = 0;
  #lease: Promise<SessionLease | null> | null = null;
  /** When to try again, on `performance.now`; null: the last attempt was good. */
  #retryAtMs: number | null = null;
  #idle: NodeJS.Timeout | null = null;

  /** Null: in this vault nothing may be written. */
  constructor(take: (() => Promise<SessionLease>) | null) {
    this.#take = take;
  }

  reader(): Reader {
    this.#readers += 1;
    return new Reader(this);
  }

  /** Between this and `end` the lease is held, if it can be had at all. */
  async begin(): Promise<void> {
    this.#running += 1;
    this.#stopTimer();
    await this.#ensure();
  }

  end(): void {
    this.#running -= 1;
    if (this.#running > 0 || this.#lease === null) return;
    this.#stopTimer();
    this.#idle = setTimeout(() => void this.giveBack(), IDLE_MS);
    this.#idle.unref();
  }

  async leave(): Promise<void> {
    this.#readers -= 1;
    if (this.#readers === 0) await this.giveBack();
  }

  /** Never throws. */
  async giveBack(): Promise<void> {
    this.#stopTimer();
    const lease = this.#lease;
    this.#lease = null;
    this.#retryAtMs = null;
    await (await lease)?.release();
  }

  async #ensure(): Promise<void> {
    if (this.#take === null) return;
    const isToRetry = this.#retryAtMs !== null && performance.now() >= this.#retryAtMs;
    if (this.#lease === null || isToRetry) this.#lease = this.#try(this.#take);
    await this.#lease;
  }

  async #try(take: () => Promise<SessionLease>): Promise<SessionLease | null> {
    this.#retryAtMs = null;
    try {
      const lease = await take();
      lease.signal.addEventListener('abort', () => void this.#renew(), { once: true });
      return lease;
    } catch {
      // A disk that takes no lease is read all the same.
      this.#retryAtMs = performance.now() + RENEWAL_MS;
      return null;
    }
  }

  /** It was lost, because the computer slept for example. Whoever is reading needs another one. */
  async #renew(): Promise<void> {
    await this.giveBack();
    if (this.#running > 0) await this.#ensure();
  }

  #stopTimer(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
  }
}

/** One who reads: a view of a version, or a check. */
export class Reader implements AsyncDisposable {
  readonly #hold: ReadHold;
  #bytes = 0;
  #isDone = false;

  constructor(hold: ReadHold) {
    this.#hold = hold;
  }

  /** Pieces of something of this size. */
  pieces<T>(sizeBytes: number, read: () => AsyncIterable<T>): AsyncIterable<T> {
    this.#bytes += sizeBytes;
    return this.#bytes > LITTLE_BYTES ? this.#held(read) : read();
  }

  /** What `work` makes of a list of objects. */
  async list<T extends ObjectRef, R>(objects: Iterable<T>, work: (objects: Iterable<T>) => Promise<R>): Promise<R> {
    const iterator = objects[Symbol.iterator]();
    const first: T[] = [];
    while (this.#bytes <= LITTLE_BYTES && first.length < FEW_OBJECTS) {
      const next = iterator.next();
      if (next.done === true) return work(first);
      first.push(next.value);
      this.#bytes += next.value.sizeBytes;
    }
    return this.during(LITTLE_BYTES + 1, () => work(chain(first, iterator)));
  }

  /** A piece of work that looks at so many bytes. */
  async during<R>(sizeBytes: number, work: () => Promise<R>): Promise<R> {
    this.#bytes += sizeBytes;
    if (this.#bytes <= LITTLE_BYTES) return work();
    await this.#hold.begin();
    try {
      return await work();
    } finally {
      this.#hold.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    await this.#hold.leave();
  }

  async *#held<T>(read: () => AsyncIterable<T>): AsyncGenerator<T> {
    await this.#hold.begin();
    try {
      yield* read();
    } finally {
      this.#hold.end();
    }
  }
}

function* chain<T>(first: readonly T[], rest: Iterator<T>): Generator<T> {
  yield* first;
  yield* { [Symbol.iterator]: () => rest };
}
