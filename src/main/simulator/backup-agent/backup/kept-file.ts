import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1024 * 1024;

/** A file of the phone's own that what comes from the host is compared with, piece by piece. */
export class KeptFile implements Disposable {
  readonly path: string;
  /** Bytes that have come and were the same. */
  sameBytes = 0;
  readonly #file: number;
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #chunkStart = 0;
  #chunkBytes = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
  }

  /** Are these the next bytes of the file? If not, nothing of them counts. */
  isNext(piece: Buffer): boolean {
    let at = this.sameBytes;
    for (let done = 0; done < piece.length; ) {
      if (at >= this.#chunkStart + this.#chunkBytes) this.#load(at);
      const from = at - this.#chunkStart;
      const length = Math.min(piece.length - done, this.#chunkBytes - from);
      if (length <= 0 || piece.compare(this.#chunk, from, from + length, done, done + length) !== 0) return false;
      done += length;
      at += length;
    }
    this.sameBytes = at;
    return true;
  }

  /** Has all of it come? */
  isWhole(): boolean {
    this.#load(this.sameBytes);
    return this.#chunkBytes === 0;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #load(at: number): void {
    this.#chunkStart = at;
    this.#chunkBytes = readSync(this.#file, this.#chunk, 0, CHUNK_BYTES, at);
  }
}
