import { dirname } from 'node:path';

/**
 * How soon a disk answers about small things, by folder. What is small and lies in the cache of a near disk is read in
 * the main thread itself: handing it to another thread costs ten times the read. A folder has to earn that by quick
 * answers and loses it with the first slow one, so that a slow disk holds the event loop for one read, and a share that
 * hangs is usually met by a thread.
 */

/** Through the thread pool, which may be busy. */
const QUICK_ANSWER_MS = 5;
const SLOW_READ_MS = 1;
/** A folder is quick for so long after an answer that was. */
const QUICK_FOR_MS = 250;
const MAX_FOLDERS = 256;

export class Speed {
  static readonly #folders = new Map<string, Speed>();
  #quickUntil = 0;

  /** One for all that lies two levels below the same folder: a vault spreads its files over hundreds of folders. */
  static of(path: string): Speed {
    const folder = dirname(dirname(path));
    let speed = Speed.#folders.get(folder);
    if (speed === undefined) {
      if (Speed.#folders.size >= MAX_FOLDERS) Speed.#folders.clear();
      speed = new Speed();
      Speed.#folders.set(folder, speed);
    }
    return speed;
  }

  get isQuick(): boolean {
    return performance.now() < this.#quickUntil;
  }

  /** Work of another thread: a quick answer earns the right to the next. */
  async watched<T>(work: Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work;
    const now = performance.now();
    if (now - started < QUICK_ANSWER_MS) this.#quickUntil = now + QUICK_FOR_MS;
    return result;
  }

  /** Work of this thread. */
  timed<T>(work: () => T): T {
    const started = performance.now();
    try {
      return work();
    } finally {
      const now = performance.now();
      this.#quickUntil = now - started < SLOW_READ_MS ? now + QUICK_FOR_MS : 0;
    }
  }
}
