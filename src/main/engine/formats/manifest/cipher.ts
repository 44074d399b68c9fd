import { createCipheriv, createDecipheriv } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { releaseBytes } from '../../platform/index.ts';
import type { PayloadEncryptor } from '../crypto/payload.ts';
import { badManifest } from './database.ts';

const BLOCK_BYTES = 16;
const ZERO_IV = Buffer.alloc(BLOCK_BYTES);
const SQLITE_MAGIC = Buffer.from('SQLite format 3\0');

/**
 * Writes the plain Manifest.db to `target`, a new file that only this user can read. `key` is the unwrapped
 * `ManifestKey`, or null where the index is plain (unencrypted backups, iOS 10.0 and 10.1); an index that is plain
 * although there is a key is taken as it is, too: the content decides.
 *
 * AES-256-CBC, an initial vector of zeros, the whole file. SQLite files are whole pages, so nothing needs to be padded; one block
 * of padding that some writers add is taken off. Throws `formats/manifest-locked` when the key does not fit or the file
 * is damaged, which cannot be told apart, and leaves no file then.
 */
export async function decryptManifestDb(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array | null,
  target: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const file = await open(target, 'wx', 0o600);
  let isDone = false;
  try {
    await file.writeFile(eachFreed(plainManifestChunks(source, key)), { signal });
    isDone = true;
  } finally {
    await file.close();
    if (!isDone) await rm(target, { force: true });
  }
}

/** Gives back the memory of each piece when it is written: the collector would come after dozens of them. */
async function* eachFreed(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    yield piece;
    releaseBytes(piece);
  }
}

/** The bytes of the plain Manifest.db; see `decryptManifestDb`, which writes them to a file. */
export async function* plainManifestChunks(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array | null,
): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  let decipher: ReturnType<typeof createDecipheriv> | null = null;
  let storedBytes = 0;
  let pageBytes = 0;
  let held = Buffer.alloc(0);
  for await (const bytes of source) {
    storedBytes += bytes.length;
    let chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (head !== null) {
      // The first 32 bytes tell whether it is plain, whether the key fits, and the page size.
      head = Buffer.concat([head, chunk]);
      if (head.length < 2 * BLOCK_BYTES) continue;
      chunk = head;
      head = null;
      if (!chunk.subarray(0, BLOCK_BYTES).equals(SQLITE_MAGIC)) decipher = startDecipher(key);
    }
    const plain = decipher === null ? Buffer.from(chunk) : decipher.update(chunk);
    if (plain.length === 0) continue;
    if (pageBytes === 0) pageBytes = pageSizeOf(plain);
    if (held.length > 0) yield held;
    held = plain;
  }
  if (pageBytes === 0) throw badManifest('it is empty or cut off at the start');
  if (decipher !== null && storedBytes % BLOCK_BYTES !== 0) throw badManifest(`it is cut off: ${storedBytes} bytes`);
  const hasPadding =
    storedBytes % pageBytes === BLOCK_BYTES && held.subarray(-BLOCK_BYTES).every((byte) => byte === BLOCK_BYTES);
  yield hasPadding ? held.subarray(0, held.length - BLOCK_BYTES) : held;
}

function startDecipher(key: Uint8Array | null): ReturnType<typeof createDecipheriv> {
  if (key === null) throw badManifest('it is neither a database nor is there a key to decrypt it');
  return createDecipheriv('aes-256-cbc', key, ZERO_IV).setAutoPadding(false);
}

function pageSizeOf(start: Buffer): number {
  if (!start.subarray(0, BLOCK_BYTES).equals(SQLITE_MAGIC)) {
    throw new BackstopError('formats/manifest-locked', { message: 'Manifest.db: its key gives no database' });
  }
  // Two bytes big-endian at 16; 1 stands for 65,536.
  const size = start.readUInt16BE(BLOCK_BYTES);
  return size === 1 ? 65_536 : Math.max(size, 512);
}

/** The other direction, for the simulated phone: no padding is added, as a database is whole pages. */
export function createManifestEncryptor(key: Uint8Array): PayloadEncryptor {
  return createCipheriv('aes-256-cbc', key, ZERO_IV).setAutoPadding(false);
}
