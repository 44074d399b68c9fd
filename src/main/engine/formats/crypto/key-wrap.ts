import { createCipheriv } from 'node:crypto';
import {
  BLOCK_BYTES,
  INTEGRITY_WORD,
  KEY_BYTES,
  PARTS,
  ROUNDS,
  WRAPPED_KEY_BYTES,
  wordsOf,
} from './key-wrap-layout.ts';
import { unwrapMany } from './unwrap-many.ts';

/** The 32-byte key, or null: a wrong kek or damaged bytes, which this cannot tell apart. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Buffer | null {
  return unwrapMany(kek, [wrapped])[0] ?? null;
}

/** 40 bytes that only the kek turns back into the 32-byte key. */
export function wrapKey(kek: Uint8Array, key: Uint8Array): Buffer {
  return wrapMany(kek, [key])[0] as Buffer;
}

/** `wrapKey` for many keys of one kek, in order. */
export function wrapMany(kek: Uint8Array, keys: readonly Uint8Array[]): Buffer[] {
  const count = keys.length;
  const cipher = createCipheriv('aes-256-ecb', kek, null).setAutoPadding(false);
  const blocks = Buffer.alloc(count * BLOCK_BYTES);
  const parts = Buffer.alloc(count * KEY_BYTES);
  const blockWords = wordsOf(blocks);
  const partWords = wordsOf(parts);
  for (let index = 0; index < count; index += 1) {
    const key = keys[index];
    if (key?.length !== KEY_BYTES) throw new RangeError('only 32-byte keys are wrapped');
    parts.set(key, index * KEY_BYTES);
    blockWords[index * 4] = INTEGRITY_WORD;
    blockWords[index * 4 + 1] = INTEGRITY_WORD;
  }
  for (let round = 1; round <= ROUNDS; round += 1) {
    const part = (round - 1) % PARTS;
    for (let index = 0; index < count; index += 1) {
      blockWords[index * 4 + 2] = partWords[index * 8 + part * 2] ?? 0;
      blockWords[index * 4 + 3] = partWords[index * 8 + part * 2 + 1] ?? 0;
    }
    blocks.set(cipher.update(blocks));
    for (let index = 0; index < count; index += 1) {
      blocks[index * BLOCK_BYTES + 7] = (blocks[index * BLOCK_BYTES + 7] ?? 0) ^ round;
      partWords[index * 8 + part * 2] = blockWords[index * 4 + 2] ?? 0;
      partWords[index * 8 + part * 2 + 1] = blockWords[index * 4 + 3] ?? 0;
    }
  }
  return keys.map((_key, index) =>
    Buffer.concat([
      blocks.subarray(index * BLOCK_BYTES, index * BLOCK_BYTES + 8),
      parts.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES),
    ]),
  );
}

/** A file's key as the manifest has it: a protection class, and the key wrapped with that class's key. */
export interface ClassedKey {
  readonly classId: number;
  readonly wrapped: Uint8Array;
}

/**
 * 4 bytes little-endian class, 40 bytes wrapped key (`EncryptionKey` of a file, `ManifestKey`). Damaged bytes are given
 * as they are: a wrapped key of another length opens nothing, which is what is true of them.
 */
export function readClassedKey(bytes: Uint8Array): ClassedKey {
  if (bytes.length < 4) return { classId: 0, wrapped: bytes };
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
  return { classId: view.getUint32(0, true), wrapped: bytes.subarray(4) };
}

export function writeClassedKey(classId: number, wrapped: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4 + WRAPPED_KEY_BYTES);
  bytes.writeUInt32LE(classId, 0);
  bytes.set(wrapped, 4);
  return bytes;
}

/** The key itself; null when the class is not among the unlocked ones or the wrapping does not fit it. */
export function openClassedKey(classKeys: ReadonlyMap<number, Uint8Array>, key: ClassedKey): Buffer | null {
  const classKey = classKeys.get(key.classId);
  return classKey === undefined ? null : unwrapKey(classKey, key.wrapped);
}
