/**
 * RFC 3394 key wrap with AES-256, by hand on ECB: BoringSSL has no `id-aes256-wrap`.
 *
 * A wrapped key is A‖R1‖…‖Rn, eight bytes each; a backup's keys are 32 bytes, so n is 4 and 24 rounds follow. Each
 * round takes the block A‖R through AES, R1 to R4 in turn, and mixes the number of the round into A.
 */
export const KEY_BYTES = 32;
export const WRAPPED_KEY_BYTES = 40;
export const PARTS = 4;
export const ROUNDS = 6 * PARTS;
export const BLOCK_BYTES = 16;
/** Half of the default initial value A6A6A6A6A6A6A6A6, which A must be at the end. */
export const INTEGRITY_WORD = 0xa6a6a6a6;

/** `Buffer.alloc` does not take from the shared pool, so the start is aligned. Words are only moved, never counted with. */
export function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
