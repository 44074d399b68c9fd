import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * A file of encrypted pieces that are read in order: magic, salt, and for each piece its length (32 bits), its bytes and
 * their tag (AES-256-GCM). Its key comes from the cache's and the salt; a piece's nonce is its number, so that none can be
 * swapped, and the first piece says how many there are.
 */

const MAGIC = Buffer.from('backstop sealed1');
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const MAX_PIECE_BYTES = 64 * 1024 * 1024;

export class SealedWriter {
  readonly #file: number;
  readonly #key: Buffer;
  #count = 0;

  /** A new file. */
  constructor(path: string, cacheKey: Uint8Array) {
    const salt = randomBytes(SALT_BYTES);
    this.#key = keyOf(cacheKey, salt);
    this.#file = openSync(path, 'wx', 0o600);
    writeSync(this.#file, Buffer.concat([MAGIC, salt]));
  }

  add(piece: Uint8Array): void {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#count));
    const sealed = Buffer.concat([Buffer.alloc(4), cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
    sealed.writeUInt32BE(piece.length, 0);
    for (let done = 0; done < sealed.length; ) done += writeSync(this.#file, sealed, done);
    this.#count += 1;
  }

  close(): void {
    closeSync(this.#file);
  }
}

export class SealedReader implements Disposable {
  readonly #file: number;
  readonly #key: Buffer;
  #count = 0;

  /** Throws what the system says, or that it is none. */
  constructor(path: string, cacheKey: Uint8Array) {
    this.#file = openSync(path, 'r');
    const head = Buffer.alloc(MAGIC.length + SALT_BYTES);
    if (!this.#fill(head) || !head.subarray(0, MAGIC.length).equals(MAGIC)) {
      closeSync(this.#file);
      throw new Error('no sealed file');
    }
    this.#key = keyOf(cacheKey, head.subarray(MAGIC.length));
  }

  /** Null at the end. Throws when a piece is damaged, cut off or not where it was. */
  next(): Buffer | null {
    const head = Buffer.alloc(4);
    if (!this.#fill(head)) return null;
    const length = head.readUInt32BE(0);
    if (length > MAX_PIECE_BYTES) throw new Error('a piece longer than any');
    const sealed = Buffer.allocUnsafe(length + TAG_BYTES);
    if (!this.#fill(sealed)) throw new Error('it is cut off');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(this.#count)).setAuthTag(
      sealed.subarray(length),
    );
    this.#count += 1;
    return Buffer.concat([decipher.update(sealed.subarray(0, length)), decipher.final()]);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #fill(bytes: Buffer): boolean {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#file, bytes, done, bytes.length - done, null);
      if (count === 0) return false;
      done += count;
    }
    return true;
  }
}

function keyOf(cacheKey: Uint8Array, salt: Uint8Array): Buffer {
  return createHmac('sha256', cacheKey).update('file').update(salt).digest();
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(number, 8);
  return nonce;
}
