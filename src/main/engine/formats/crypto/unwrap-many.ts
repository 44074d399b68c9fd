import { createDecipheriv } from 'node:crypto';
import {
  BLOCK_BYTES,
  INTEGRITY_WORD,
  KEY_BYTES,
  PARTS,
  ROUNDS,
  WRAPPED_KEY_BYTES,
  wordsOf,
} from './key-wrap-layout.ts';

/**
 * Unwraps many 32-byte keys that were wrapped with the same kek; null where the integrity check fails or the input has
 * not 40 bytes. All keys go through each round together: a manifest of 900,000 files has as many wrapped keys, and one
 * cipher call per round and key would take half a minute.
 */
export function unwrapMany(kek: Uint8Array, wrapped: readonly Uint8Array[]): (Buffer | null)[] {
  const count = wrapped.length;
  const cipher = createDecipheriv('aes-256-ecb', kek, null).setAutoPadding(false);
  // One block per key: A, then the part that is this round's turn. The other parts wait in `parts`.
  const blocks = Buffer.alloc(count * BLOCK_BYTES);
  const parts = Buffer.alloc(count * KEY_BYTES);
  for (let index = 0; index < count; index += 1) {
    const bytes = wrapped[index];
    if (bytes?.length !== WRAPPED_KEY_BYTES) continue;
    blocks.set(bytes.subarray(0, 8), index * BLOCK_BYTES);
    parts.set(bytes.subarray(8), index * KEY_BYTES);
  }
  const blockWords = wordsOf(blocks);
  const partWords = wordsOf(parts);
  for (let round = ROUNDS; round >= 1; round -= 1) {
    const part = (round - 1) % PARTS;
    for (let index = 0; index < count; index += 1) {
      // The counter is a 64-bit big-endian number, but it never passes 24: one byte.
      blocks[index * BLOCK_BYTES + 7] = (blocks[index * BLOCK_BYTES + 7] ?? 0) ^ round;
      blockWords[index * 4 + 2] = partWords[index * 8 + part * 2] ?? 0;
      blockWords[index * 4 + 3] = partWords[index * 8 + part * 2 + 1] ?? 0;
    }
    blocks.set(cipher.update(blocks));
    for (let index = 0; index < count; index += 1) {
      partWords[index * 8 + part * 2] = blockWords[index * 4 + 2] ?? 0;
      partWords[index * 8 + part * 2 + 1] = blockWords[index * 4 + 3] ?? 0;
    }
  }
  return wrapped.map((bytes, index) => {
    const isWhole =
      bytes.length === WRAPPED_KEY_BYTES &&
      blockWords[index * 4] === INTEGRITY_WORD &&
      blockWords[index * 4 + 1] === INTEGRITY_WORD;
    return isWhole ? Buffer.from(parts.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES)) : null;
  });
}
