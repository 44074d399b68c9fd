import { createDecipheriv, createHash } from 'node:crypto';
import type { PhoneFile } from '../../content/types.ts';
import type { FileSink } from '../protocol/incoming-files.ts';

export interface PayloadExpectation {
  /** Null: stored as it is. */
  readonly key: Buffer | null;
  /** SHA-1 of the stored bytes, where the manifest has one. */
  readonly digest: Uint8Array | null;
  /** The same content on the phone now; null when it has changed since, or is gone. */
  readonly truth: PhoneFile | null;
}

/** Checks one restored file while it comes: its digest, its padding, and every byte against what the phone holds. */
export class PayloadCheck implements FileSink {
  readonly #hash: ReturnType<typeof createHash> | null;
  readonly #digest: Uint8Array | null;
  readonly #decipher: ReturnType<typeof createDecipheriv> | null;
  readonly #truth: Iterator<Buffer> | null;
  /** Bytes of the truth that are not compared yet. */
  #waiting: Buffer = Buffer.alloc(0);
  #problem: string | null = null;
  #plainBytes = 0;
  #storedBytes = 0;

  constructor({ key, digest, truth }: PayloadExpectation) {
    this.#digest = digest;
    this.#hash = digest === null ? null : createHash('sha1');
    this.#decipher = key === null ? null : createDecipheriv('aes-256-cbc', key, Buffer.alloc(16));
    this.#truth = truth === null ? null : truth.read()[Symbol.iterator]();
  }

  data(piece: Buffer): void {
    this.#storedBytes += piece.length;
    this.#hash?.update(piece);
    this.#compare(this.#decipher === null ? piece : this.#decipher.update(piece));
  }

  /** Null when everything fits. `plainBytes`: the content's length. */
  end(): { readonly problem: string | null; readonly plainBytes: number } {
    if (this.#decipher !== null && this.#storedBytes > 0) {
      try {
        this.#compare(this.#decipher.final());
      } catch {
        // Padding is all that the cipher can find wrong.
        this.#problem ??= 'it does not decrypt';
      }
    }
    if (this.#truth !== null && (this.#waiting.length > 0 || this.#nextTruth())) {
      this.#problem ??= `it ends after ${this.#plainBytes} bytes`;
    }
    if (this.#hash !== null && !this.#hash.digest().equals(this.#digest ?? new Uint8Array())) {
      this.#problem ??= 'its digest is another';
    }
    return { problem: this.#problem, plainBytes: this.#plainBytes };
  }

  #compare(plain: Buffer): void {
    const start = this.#plainBytes;
    this.#plainBytes += plain.length;
    if (this.#truth === null || this.#problem !== null) return;
    for (let at = 0; at < plain.length; ) {
      if (this.#waiting.length === 0 && !this.#nextTruth()) {
        this.#problem = `it goes on after ${start + at} bytes`;
        return;
      }
      const length = Math.min(this.#waiting.length, plain.length - at);
      if (this.#waiting.compare(plain, at, at + length, 0, length) !== 0) {
        this.#problem = `it differs between byte ${start + at} and ${start + at + length}`;
        return;
      }
      this.#waiting = this.#waiting.subarray(length);
      at += length;
    }
  }

  #nextTruth(): boolean {
    for (;;) {
      const next = this.#truth?.next();
      if (next === undefined || next.done === true) return false;
      if (next.value.length === 0) continue;
      this.#waiting = next.value;
      return true;
    }
  }
}
