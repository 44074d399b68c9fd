import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import * as z from 'zod';
import type { SecretStore } from '../../platform/index.ts';
import type { PrivateFile } from './private-file.ts';
import { SealedReader, SealedWriter } from './sealed-file.ts';
import type { DomainTotals } from './types.ts';

/**
 * Lists of files of backups that were opened before, on this computer's disk: encrypted with a random key that only the
 * system's keychain has. What is shown first, the domains, stands at the front and is there at once; the list itself is
 * decrypted when the first file is asked for.
 */

const SECRET = 'browse-cache';
const KEY_BYTES = 32;
const PIECE_BYTES = 4 * 1024 * 1024;
const MAX_LIST_BYTES = 64 * 1024 ** 3;

const headSchema = z.object({
  pieces: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative().max(MAX_LIST_BYTES),
  domains: z.array(z.object({ domain: z.string(), files: z.number().int(), bytes: z.number().int().nullable() })),
});

export interface CachedManifest {
  readonly domains: readonly DomainTotals[];
  readonly sizeBytes: number;
  /** Writes the plain list. Throws when the cache is damaged; it is gone then. */
  fill(into: PrivateFile): void;
}

export class ManifestCache {
  readonly #folder: string;
  readonly #secrets: SecretStore;

  constructor(folder: string, secrets: SecretStore) {
    this.#folder = folder;
    this.#secrets = secrets;
  }

  /** Null: not there, or not readable. `identity` is of the list's content. */
  async find(identity: string): Promise<CachedManifest | null> {
    const key = await this.#secrets.get(SECRET);
    if (key === null) return null;
    const path = this.#path(key, identity);
    try {
      using file = new SealedReader(path, key);
      const { bytes, domains, pieces } = headSchema.parse(JSON.parse(file.next()?.toString('utf8') ?? ''));
      return { domains, sizeBytes: bytes, fill: (into) => fill(path, key, { bytes, pieces }, into) };
    } catch {
      // A cache is made anew from what it was made of.
      rmSync(path, { force: true });
      return null;
    }
  }

  /** Best effort: a disk that is full costs time at the next opening, and nothing else. */
  async save(identity: string, list: PrivateFile, domains: CachedManifest['domains']): Promise<void> {
    const key = await this.#key();
    const path = this.#path(key, identity);
    const unfinished = `${path}.${randomUUID()}`;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const bytes = list.size();
      const writer = new SealedWriter(unfinished, key);
      try {
        writer.add(Buffer.from(JSON.stringify({ pieces: Math.ceil(bytes / PIECE_BYTES), bytes, domains })));
        const piece = Buffer.allocUnsafe(PIECE_BYTES);
        for (let at = 0; at < bytes; at += PIECE_BYTES) {
          const length = list.read(piece, at);
          writer.add(zstdCompressSync(piece.subarray(0, length)));
          await setImmediate();
        }
      } finally {
        writer.close();
      }
      renameSync(unfinished, path);
    } catch {
      rmSync(unfinished, { force: true });
    }
  }

  /** Everything, and the key with it. */
  async forget(): Promise<void> {
    await this.#secrets.remove(SECRET);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #key(): Promise<Buffer> {
    const known = await this.#secrets.get(SECRET);
    if (known !== null) return known;
    const key = randomBytes(KEY_BYTES);
    await this.#secrets.set(SECRET, key);
    return key;
  }

  /** The name says nothing either. */
  #path(key: Uint8Array, identity: string): string {
    const name = createHmac('sha256', key).update('name').update(identity).digest('hex');
    return join(this.#folder, `${name}.sealed`);
  }
}

function fill(
  path: string,
  key: Uint8Array,
  { bytes, pieces }: { readonly bytes: number; readonly pieces: number },
  into: PrivateFile,
): void {
  try {
    using file = new SealedReader(path, key);
    file.next();
    let at = 0;
    for (let number = 0; number < pieces; number += 1) {
      const plain = zstdDecompressSync(file.next() ?? Buffer.alloc(0), { maxOutputLength: PIECE_BYTES });
      into.write(plain, at);
      at += plain.length;
    }
    if (at !== bytes) throw new Error(`${at} bytes instead of ${bytes}`);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}
