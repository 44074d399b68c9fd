import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** What a writing thread is asked for; the lists have one element for each file. */
export interface WriteRequest {
  readonly block: SharedArrayBuffer;
  /** Offset and length in the block, of each file. */
  readonly places: Uint32Array;
  /** SHA-256 (hex) that the bytes must have. */
  readonly hashes: readonly string[];
  readonly paths: readonly string[];
  /** Unix seconds; 0 leaves the time as it is. */
  readonly modified: readonly number[];
}

interface Answer {
  readonly ticket: number;
  readonly wrong: readonly number[];
  readonly failure: { readonly code: string | null; readonly message: string } | null;
}

interface Waiter {
  resolve(wrong: readonly number[]): void;
  reject(error: Error): void;
}

/** One core is left to the reading and to everybody else. */
export const MAX_WRITERS = Math.max(1, Math.min(4, availableParallelism() - 1));
/** Starting a thread costs as much as writing some hundreds of files. */
const FILES_PER_THREAD = 2000;
const WORKER_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

/** As many threads as there is work for. */
export class WriterThreads {
  readonly #threads: WriterThread[] = [];
  #files = 0;

  /** Answers the positions of the files that were not written because their bytes are wrong. */
  write(request: WriteRequest): Promise<readonly number[]> {
    this.#files += request.paths.length;
    return this.#next().write(request);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #next(): WriterThread {
    if (this.#threads.length < Math.min(MAX_WRITERS, 1 + this.#files / FILES_PER_THREAD)) {
      const thread = new WriterThread();
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads.reduce((best, next) => (next.load < best.load ? next : best));
  }
}

class WriterThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiter>();
  #lastTicket = 0;
  #failure: Error | null = null;

  constructor() {
    this.#worker = new Worker(new URL('./writer-thread.mjs', import.meta.url), {
      name: 'export',
      resourceLimits: WORKER_LIMITS,
    });
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('error', (error: Error) => this.#fail(error));
  }

  get load(): number {
    return this.#waiting.size;
  }

  write(request: WriteRequest): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#lastTicket += 1;
      this.#waiting.set(this.#lastTicket, { resolve, reject });
      this.#worker.postMessage({ ticket: this.#lastTicket, ...request });
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #take({ ticket, wrong, failure }: Answer): void {
    const waiter = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    if (failure === null) waiter?.resolve(wrong);
    else waiter?.reject(Object.assign(new Error(failure.message), { code: failure.code ?? undefined }));
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const waiter of this.#waiting.values()) waiter.reject(error);
    this.#waiting.clear();
  }
}
