import type { EntryChange } from './overlay/index.ts';

/** One change: kind (1), id (20), SHA-256 (32, zeros where there is none), size (8, double), date (4). Little-endian. */
export const ROW_BYTES = 65;
const CHUNK_ROWS = 2048;
const KIND = { removed: 0, object: 1, empty: 2 } as const;

/** Each chunk is the same buffer: whoever takes one is done with it before the next. */
export function* encodeRows(entries: Iterable<EntryChange>): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_ROWS * ROW_BYTES);
  let at = 0;
  for (const entry of entries) {
    if (at === chunk.length) {
      yield chunk;
      chunk.fill(0);
      at = 0;
    }
    entry.id.copy(chunk, at + 1, 0, 20);
    if ('removed' in entry) {
      chunk[at] = KIND.removed;
    } else {
      chunk[at] = entry.hash === null ? KIND.empty : KIND.object;
      entry.hash?.copy(chunk, at + 21, 0, 32);
      chunk.writeDoubleLE(entry.sizeBytes, at + 53);
      chunk.writeUInt32LE(entry.modified >>> 0, at + 61);
    }
    at += ROW_BYTES;
  }
  if (at > 0) yield chunk.subarray(0, at);
}

export function* decodeRows(chunks: Iterable<Buffer>): Generator<EntryChange> {
  for (const chunk of chunks) {
    for (let at = 0; at + ROW_BYTES <= chunk.length; at += ROW_BYTES) {
      const id = Buffer.from(chunk.subarray(at + 1, at + 21));
      if (chunk[at] === KIND.removed) {
        yield { id, removed: true };
      } else {
        const hash = chunk[at] === KIND.empty ? null : Buffer.from(chunk.subarray(at + 21, at + 53));
        yield { id, hash, sizeBytes: chunk.readDoubleLE(at + 53), modified: chunk.readUInt32LE(at + 61) };
      }
    }
  }
}
