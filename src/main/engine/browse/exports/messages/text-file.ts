import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ExportFolder, WrittenFile } from '../export-folder.ts';

/** Messages are short; a write for each would take longer than all the rest. */
const CHUNK = 64 * 1024;

/** A file that is written piece by piece while something else decides what comes next. */
export class TextFile implements AsyncDisposable {
  readonly #stream = new PassThrough();
  readonly #written: Promise<WrittenFile>;
  #waiting: string[] = [];
  #letters = 0;

  /** Refuses a name that is taken: pages name each other. */
  constructor(folder: ExportFolder, parts: readonly string[], signal: AbortSignal | undefined) {
    this.#written = folder.write(parts, this.#stream, { signal, onClash: 'refuse' });
    // It reaches the writer too; without this, giving up before anybody reads would end the process.
    this.#stream.on('error', () => undefined);
    // Whoever writes next or ends the file hears of the failure; until then it is not unheard.
    this.#written.catch(() => undefined);
  }

  async write(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#letters += text.length;
    if (this.#letters >= CHUNK) await this.#flush();
  }

  async #flush(): Promise<void> {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#letters = 0;
    if (this.#stream.destroyed) await this.#written;
    if (text !== '' && !this.#stream.write(text)) await Promise.race([once(this.#stream, 'drain'), this.#written]);
  }

  async end(): Promise<WrittenFile> {
    await this.#flush();
    this.#stream.end();
    return this.#written;
  }

  /** Before its end: nothing of it stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#stream.writableEnded) this.#stream.destroy(new Error('the export was given up'));
    await this.#written.catch(() => undefined);
  }
}
