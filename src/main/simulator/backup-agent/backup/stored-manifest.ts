import { createDecipheriv } from 'node:crypto';
import { closeSync, copyFileSync, openSync, truncateSync, writeSync } from 'node:fs';
import type { FileSink } from '../protocol/incoming-files.ts';
import { KeptFile } from './kept-file.ts';

const BLOCK_BYTES = 16;
const MAGIC = 'SQLite format 3\0';

/**
 * Takes the host's Manifest.db as it comes: decrypts it, and writes the plain database into a file of the phone's own.
 * As long as it is what the phone sent itself, and still has, nothing is written.
 */
export class StoredManifest implements FileSink {
  readonly #path: string;
  readonly #decipher: ReturnType<typeof createDecipheriv> | null;
  /** Null from the first difference on. */
  #kept: KeptFile | null;
  #file: number | null = null;
  #storedBytes = 0;
  #plainBytes = 0;
  #looksRight = false;

  /** `key`: null for an unencrypted backup. `kept` is the caller's to close. */
  constructor(path: string, key: Buffer | null, kept: KeptFile | null = null) {
    this.#path = path;
    this.#kept = kept;
    this.#decipher = key === null ? null : manifestDecipher(key);
  }

  data(piece: Buffer): void {
    this.#storedBytes += piece.length;
    const plain = this.#decipher === null ? piece : this.#decipher.update(piece);
    if (plain.length === 0) return;
    if (this.#plainBytes === 0) this.#looksRight = plain.toString('latin1', 0, MAGIC.length) === MAGIC;
    this.#plainBytes += plain.length;
    if (this.#kept?.isNext(plain) === true) return;
    writeSync(this.#begin(), plain);
  }

  /** Closes the file. Null when it is no database, or not one of this key; `isKept`: what the phone has itself. */
  end(): { readonly isKept: boolean } | null {
    const isKept = this.#kept?.isWhole() === true && this.#plainBytes > 0;
    if (!isKept) closeSync(this.#begin());
    const isWhole = this.#storedBytes % BLOCK_BYTES === 0;
    return this.#looksRight && isWhole ? { isKept } : null;
  }

  /** The file, with everything before this in it. */
  #begin(): number {
    const kept = this.#kept;
    this.#kept = null;
    if (kept !== null) {
      copyFileSync(kept.path, this.#path);
      truncateSync(this.#path, kept.sameBytes);
    }
    this.#file ??= openSync(this.#path, kept === null ? 'w' : 'a', 0o600);
    return this.#file;
  }
}

/** As the host holds it, against the plain database that was sent. */
export class ManifestComparison implements FileSink, Disposable {
  bytes = 0;
  readonly #sent: KeptFile;
  readonly #decipher: ReturnType<typeof createDecipheriv> | null;
  #isSame = true;

  constructor(path: string, key: Buffer | null) {
    this.#sent = new KeptFile(path);
    this.#decipher = key === null ? null : manifestDecipher(key);
  }

  data(piece: Buffer): void {
    this.bytes += piece.length;
    // With this key every other stored byte is another plain byte: comparing these is comparing those.
    this.#isSame &&= this.#sent.isNext(this.#decipher === null ? piece : this.#decipher.update(piece));
  }

  isSame(): boolean {
    return this.#isSame && this.#sent.isWhole() && this.bytes === this.#sent.sameBytes;
  }

  [Symbol.dispose](): void {
    this.#sent[Symbol.dispose]();
  }
}

function manifestDecipher(key: Buffer): ReturnType<typeof createDecipheriv> {
  return createDecipheriv('aes-256-cbc', key, Buffer.alloc(BLOCK_BYTES)).setAutoPadding(false);
}

/** Gathers a small file; more than `limit` is refused. */
export class SmallFile implements FileSink {
  readonly #parts: Buffer[] = [];
  readonly #limit: number;
  #bytes = 0;

  constructor(limit = 64 * 1024 * 1024) {
    this.#limit = limit;
  }

  data(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#limit) throw new Error(`a file of more than ${this.#limit} bytes`);
    this.#parts.push(piece);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts, this.#bytes);
  }
}
