import { createDecipheriv, createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { FileSink } from '../protocol/incoming-files.ts';

const BLOCK_BYTES = 16;
const MAGIC = 'SQLite format 3\0';

/** Takes the host's Manifest.db as it comes: its hash, and the plain database into a file of the phone's own. */
export class StoredManifest implements FileSink {
  readonly #file: number;
  readonly #hash = createHash('sha256');
  readonly #decipher: ReturnType<typeof createDecipheriv> | null;
  #storedBytes = 0;
  #plainBytes = 0;
  #looksRight = false;

  /** `key`: null for an unencrypted backup. */
  constructor(path: string, key: Buffer | null) {
    this.#file = openSync(path, 'w', 0o600);
    this.#decipher =
      key === null ? null : createDecipheriv('aes-256-cbc', key, Buffer.alloc(BLOCK_BYTES)).setAutoPadding(false);
  }

  data(piece: Buffer): void {
    this.#hash.update(piece);
    this.#storedBytes += piece.length;
    const plain = this.#decipher === null ? piece : this.#decipher.update(piece);
    if (plain.length === 0) return;
    if (this.#plainBytes === 0) this.#looksRight = plain.toString('latin1', 0, MAGIC.length) === MAGIC;
    writeSync(this.#file, plain);
    this.#plainBytes += plain.length;
  }

  /** Closes the file. Null when it is no database, or not one of this key. */
  end(): { readonly hash: string } | null {
    closeSync(this.#file);
    const isWhole = this.#storedBytes % BLOCK_BYTES === 0;
    return this.#looksRight && isWhole ? { hash: this.#hash.digest('hex') } : null;
  }
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
