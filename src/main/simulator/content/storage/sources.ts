import { keystream } from './keystream.ts';
import type { ContentSource } from './tree.ts';

/** Bytes that are already made; for small things only. */
export function fixedBytes(bytes: Uint8Array): ContentSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { read: () => (buffer.length === 0 ? [] : [buffer]) };
}

/** Shared by all files without structure: nothing but keystream. */
export const bulkSource = (seed: number): ContentSource => ({
  read: (file) => keystream(seed, file.contentName, file.sizeBytes),
});

/** A real head, filled up with keystream to the wanted size; never shorter than the head. */
export function* padded(seed: number, name: string, size: number, head: Buffer): Generator<Buffer> {
  yield head;
  yield* keystream(seed, name, size - head.length);
}
