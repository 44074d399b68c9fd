import { type Backup, type BackupFile, PrivateFile } from '../../browse/index.ts';

/**
 * Films are asked for in parts, and the bytes of a vault come from their beginning only: a large file is decrypted once,
 * into a file without a name, while its first parts are being shown. Few at a time; they go with the version.
 */

const MOST_FILES = 2;
const CHUNK_BYTES = 256 * 1024;

interface Filling {
  readonly file: PrivateFile;
  readonly stop: AbortController;
  filled: number;
  isDone: boolean;
  error: unknown;
  users: number;
  waiters: (() => void)[];
}

export class MediaScratch implements Disposable {
  readonly #folder: string;
  readonly #backup: Backup;
  /** The one used last stands last. */
  readonly #files = new Map<string, Filling>();

  constructor(folder: string, backup: Backup) {
    this.#folder = folder;
    this.#backup = backup;
  }

  get count(): number {
    return this.#files.size;
  }

  /** `start` to `end`, both counted in. Throws what reading the file throws, and when it ends too early. */
  async *read(file: BackupFile, start: number, end: number): AsyncIterable<Uint8Array> {
    const filling = this.#filling(file);
    if (filling === null) {
      yield* this.#direct(file, start, end);
      return;
    }
    filling.users += 1;
    try {
      for (let at = start; at <= end; ) {
        const length = Math.min(CHUNK_BYTES, end + 1 - at);
        await reached(filling, at + length);
        const chunk = Buffer.allocUnsafe(length);
        const count = filling.file.read(chunk, at);
        if (count < length) throw new Error('a file that is shorter than its list says');
        yield chunk;
        at += length;
      }
    } finally {
      filling.users -= 1;
    }
  }

  [Symbol.dispose](): void {
    for (const one of this.#files.values()) letGo(one);
    this.#files.clear();
  }

  /** Null: all places are taken by files that are being shown. */
  #filling(file: BackupFile): Filling | null {
    const known = this.#files.get(file.fileId);
    if (known !== undefined && known.error === undefined) {
      this.#files.delete(file.fileId);
      this.#files.set(file.fileId, known);
      return known;
    }
    if (known === undefined && this.#files.size >= MOST_FILES) {
      const idle = [...this.#files].find(([, one]) => one.users === 0);
      if (idle === undefined) return null;
      this.#files.delete(idle[0]);
      letGo(idle[1]);
    }
    if (known !== undefined) letGo(known);
    const made = this.#fill(file);
    this.#files.set(file.fileId, made);
    return made;
  }

  #fill(source: BackupFile): Filling {
    const { file } = PrivateFile.create(this.#folder);
    const stop = new AbortController();
    const filling: Filling = { file, stop, filled: 0, isDone: false, error: undefined, users: 0, waiters: [] };
    const run = async (): Promise<void> => {
      for await (const chunk of this.#backup.read(source, { signal: stop.signal })) {
        stop.signal.throwIfAborted();
        file.write(chunk, filling.filled);
        filling.filled += chunk.length;
        wake(filling);
      }
      filling.isDone = true;
    };
    void run()
      .catch((error: unknown) => {
        filling.error = error ?? new Error('it stopped');
      })
      .finally(() => wake(filling));
    return filling;
  }

  /** From the beginning of the file, leaving out what is before. */
  async *#direct(file: BackupFile, start: number, end: number): AsyncIterable<Uint8Array> {
    let at = 0;
    for await (const chunk of this.#backup.read(file)) {
      const from = Math.max(0, start - at);
      const to = Math.min(chunk.length, end + 1 - at);
      if (to > from) yield Buffer.from(chunk.subarray(from, to));
      at += chunk.length;
      if (at > end) return;
    }
  }
}

async function reached(filling: Filling, bytes: number): Promise<void> {
  while (filling.filled < bytes) {
    if (filling.error !== undefined) throw filling.error;
    if (filling.isDone) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    filling.waiters.push(resolve);
    await promise;
  }
}

function wake(filling: Filling): void {
  const waiting = filling.waiters;
  filling.waiters = [];
  for (const resolve of waiting) resolve();
}

function letGo(filling: Filling): void {
  filling.error ??= new Error('it was closed');
  filling.stop.abort();
  wake(filling);
  filling.file[Symbol.dispose]();
}
