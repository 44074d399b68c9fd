import { createCipheriv, createHash } from 'node:crypto';
import { Random } from '../random.ts';

/** Large enough to keep AES busy, small enough to stay in the processor's cache. */
const CHUNK_BYTES = 256 * 1024;
const zeros = Buffer.alloc(CHUNK_BYTES);
const noCounter = Buffer.alloc(16);

/** Below this our own generator is quicker than setting up a cipher. */
const SMALL_BYTES = 4096;

/**
 * Bulk content named by seed and text: incompressible, different for every name, the same everywhere. Long stretches are
 * the AES-256-CTR keystream of a key made from the name (gigabytes a second), short ones come from `Random`.
 */
export function* keystream(seed: number, name: string, length: number): Generator<Buffer> {
  if (length <= 0) return;
  if (length <= SMALL_BYTES) {
    yield new Random(seed, name).words(length);
    return;
  }
  const key = createHash('sha256').update(`${seed}/${name}`).digest();
  const cipher = createCipheriv('aes-256-ctr', key, noCounter);
  for (let left = length; left > 0; left -= CHUNK_BYTES) {
    yield cipher.update(left >= CHUNK_BYTES ? zeros : zeros.subarray(0, left));
  }
}
