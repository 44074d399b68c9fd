import { createCipheriv, createHash } from 'node:crypto';

/** Large enough to keep AES busy, small enough to stay in the processor's cache. */
const CHUNK_BYTES = 256 * 1024;
const zeros = Buffer.alloc(CHUNK_BYTES);
const noCounter = Buffer.alloc(16);

/**
 * Bulk content: the AES-256-CTR keystream of a key named by text. Incompressible, different for every name, the same
 * everywhere, and several gigabytes a second.
 */
export function* keystream(name: string, length: number): Generator<Buffer> {
  if (length <= 0) return;
  const key = createHash('sha256').update(name).digest();
  const cipher = createCipheriv('aes-256-ctr', key, noCounter);
  for (let left = length; left > 0; left -= CHUNK_BYTES) {
    yield cipher.update(left >= CHUNK_BYTES ? zeros : zeros.subarray(0, left));
  }
}
