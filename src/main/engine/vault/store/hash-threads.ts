import { Worker } from 'node:worker_threads';
import type { HashAnswer, HashRequest } from './hash-protocol.ts';

/** It holds a few hash states and short messages. */
const WORKER_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

/** One hashing thread. It starts at its first use. */
export class HashThread {
  #worker: Worker | null = null;
  #failure: Error | null = null;
  #lastStream = 0;
  #lastTicket = 0;
  #pending = 0;
  readonly #streams = new Set<number>();
  /** Updates are answered in order, so each stream has a queue. */
  readonly #updates = new Map<number, Array<Waiter<void>>>();
  readonly #digests = new Map<number, Waiter<Buffer>>();
  readonly #checks = new Map<number, Waiter<readonly number[]>>();

  /** Starts it before its first use, for whoever knows that there will be one: a thread takes 50 ms to come up. */
  warmUp(): void {
    if (this.#failure === null) this.#start();
  }

  openStream(): HashStream {
    this.#lastStream += 1;
    this.#streams.add(this.#lastStream);
    return new HashStream(this, this.#lastStream);
  }

  /** What it has to do; a stream counts from its beginning, when nothing of it is here yet. */
  get load(): number {
    return this.#pending + this.#streams.size;
  }

  update(stream: number, block: SharedArrayBuffer, length: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.#updates.get(stream);
      if (queue === undefined) this.#updates.set(stream, [{ resolve, reject }]);
      else queue.push({ resolve, reject });
      this.#post({ kind: 'update', stream, block, length }, reject);
    });
  }

  digest(stream: number): Promise<Buffer> {
    this.#streams.delete(stream);
    return new Promise((resolve, reject) => {
      this.#digests.set(stream, { resolve, reject });
      this.#post({ kind: 'digest', stream }, reject);
    });
  }

  drop(stream: number): void {
    this.#streams.delete(stream);
    this.#worker?.postMessage({ kind: 'drop', stream } satisfies HashRequest);
  }

  check(block: SharedArrayBuffer, places: Uint32Array, hashes: string): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      this.#lastTicket += 1;
      this.#checks.set(this.#lastTicket, { resolve, reject });
      this.#post({ kind: 'check', ticket: this.#lastTicket, block, places, hashes }, reject);
    });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #post(request: HashRequest, reject: (error: Error) => void): void {
    if (this.#failure !== null) {
      reject(this.#failure);
      return;
    }
    const worker = this.#start();
    // Only an answer that somebody waits for keeps the process alive.
    if (this.#pending === 0) worker.ref();
    this.#pending += 1;
    worker.postMessage(request);
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL('./hash-worker.mjs', import.meta.url), {
      name: 'hash',
      resourceLimits: WORKER_LIMITS,
    });
    worker.on('message', (answer: HashAnswer) => this.#take(answer));
    worker.on('error', (error: Error) => this.#fail(error));
    // After the listeners: adding a message listener keeps the process alive until unref.
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #take(answer: HashAnswer): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#worker?.unref();
    switch (answer.kind) {
      case 'updated':
        this.#updates.get(answer.stream)?.shift()?.resolve();
        return;
      case 'digest':
        this.#updates.delete(answer.stream);
        this.#digests.get(answer.stream)?.resolve(Buffer.from(answer.hash));
        this.#digests.delete(answer.stream);
        return;
      case 'checked':
        this.#checks.get(answer.ticket)?.resolve(answer.wrong);
        this.#checks.delete(answer.ticket);
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const queue of this.#updates.values()) for (const waiter of queue) waiter.reject(error);
    for (const waiter of this.#digests.values()) waiter.reject(error);
    for (const waiter of this.#checks.values()) waiter.reject(error);
    this.#updates.clear();
    this.#digests.clear();
    this.#checks.clear();
  }
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** A running SHA-256 in the hashing thread. */
export class HashStream {
  readonly #thread: HashThread;
  readonly #id: number;

  constructor(thread: HashThread, id: number) {
    this.#thread = thread;
    this.#id = id;
  }

  /** Resolves when the block may be reused. */
  update(block: SharedArrayBuffer, length: number): Promise<void> {
    return this.#thread.update(this.#id, block, length);
  }

  digest(): Promise<Buffer> {
    return this.#thread.digest(this.#id);
  }

  drop(): void {
    this.#thread.drop(this.#id);
  }
}
