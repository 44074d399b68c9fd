import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** One file to be written by a thread. */
export interface ExtractJob {
  /** Where its stored bytes are: in the block that came along, or in a file. */
  readonly from:
    | { readonly kind: 'block'; readonly at: number; readonly length: number; readonly sha256: string | null }
    | { readonly kind: 'file'; readonly path: string };
  /** Null: stored as they are. */
  readonly key: Uint8Array | null;
  /** The list's size, for a payload without padding. */
  readonly expected: number | null;
  readonly target: string;
  /** Its name until it is whole. */
  readonly unfinished: string;
  /** Unix seconds; 0 leaves the time as it is. */
  readonly modified: number;
}

export type ExtractResult =
  | { readonly bytes: number; readonly sha256: string; readonly isAsWritten: boolean }
  /** It cannot be read; nothing was written. */
  | { readonly problem: string }
  /** Something of that name is there already; nothing was written. */
  | { readonly isTaken: true }
  /** The block holds other bytes than it should; nothing was written. */
  | { readonly isOther: true };

interface Answer {
  readonly ticket: number;
  readonly results: readonly ExtractResult[];
  readonly failure: { readonly code: string | null; readonly message: string; readonly target: string | null } | null;
}

interface Waiter {
  resolve(results: readonly ExtractResult[]): void;
  reject(error: Error): void;
}

/** One core is left to the reading and to everybody else. */
export const MAX_EXTRACTORS = Math.max(1, Math.min(4, availableParallelism() - 1));
const WORKER_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 };
/** Pieces of a long file on their way to its thread. */
const PIECES = 4;

/** Threads that write files; started when there is work for them. Failures of the disk carry its code. */
export class ExtractThreads {
  readonly #threads: Thread[] = [];

  files(jobs: readonly ExtractJob[], block: SharedArrayBuffer | null): Promise<readonly ExtractResult[]> {
    return this.#next().ask({ kind: 'files', jobs, block });
  }

  /** A long file, whose bytes come piece by piece; its job's `from` is not looked at. */
  async stream(job: ExtractJob, pieces: AsyncIterable<Uint8Array>): Promise<ExtractResult> {
    const thread = this.#next();
    const stream = thread.newStream();
    await thread.ask({ kind: 'open', stream, jobs: [job] });
    try {
      const sent: Array<Promise<unknown>> = [];
      for await (const piece of pieces) {
        // A piece is ours only until we ask for the next one.
        const bytes = Uint8Array.from(piece);
        sent.push(thread.ask({ kind: 'piece', stream, bytes }, [bytes.buffer]));
        if (sent.length >= PIECES) await sent.shift();
      }
      await Promise.all(sent);
      const [result] = await thread.ask({ kind: 'end', stream });
      if (result === undefined) throw new Error('a thread forgot a file');
      return result;
    } catch (error) {
      await thread.ask({ kind: 'drop', stream });
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #next(): Thread {
    const idle = this.#threads.find((thread) => thread.load === 0);
    if (idle !== undefined) return idle;
    if (this.#threads.length < MAX_EXTRACTORS) {
      const thread = new Thread();
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads.reduce((best, next) => (next.load < best.load ? next : best));
  }
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiter>();
  #lastTicket = 0;
  #lastStream = 0;
  #failure: Error | null = null;

  constructor() {
    this.#worker = new Worker(new URL('./extract-thread.mjs', import.meta.url), {
      name: 'extract',
      resourceLimits: WORKER_LIMITS,
    });
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('error', (error: Error) => this.#fail(error));
  }

  get load(): number {
    return this.#waiting.size;
  }

  newStream(): number {
    this.#lastStream += 1;
    return this.#lastStream;
  }

  ask(request: object, transfer: readonly ArrayBuffer[] = []): Promise<readonly ExtractResult[]> {
    const asked = new Promise<readonly ExtractResult[]>((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#lastTicket += 1;
      this.#waiting.set(this.#lastTicket, { resolve, reject });
      this.#worker.postMessage({ ticket: this.#lastTicket, ...request }, [...transfer]);
    });
    // Whoever asked is told when they wait for it; until then it is no unheard failure.
    asked.catch(() => undefined);
    return asked;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #take({ ticket, results, failure }: Answer): void {
    const waiter = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    if (failure === null) waiter?.resolve(results);
    else {
      const { code, message, target } = failure;
      waiter?.reject(Object.assign(new Error(message), { code: code ?? undefined, target: target ?? undefined }));
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const waiter of this.#waiting.values()) waiter.reject(error);
    this.#waiting.clear();
  }
}
