import { createHash } from 'node:crypto';
import { sleep } from '../../platform/index.ts';
import { errnoOf, isMediaError, readFully, type VaultFile, type VaultIo } from '../io/index.ts';
import { CODEC_STORED, CODEC_ZSTD, INDEX_ENTRY_BYTES, INDEX_HEADER_BYTES, readIndexEntry } from '../pack/layout.ts';
import { readPackContents } from '../pack/read-index.ts';
import { unzstd } from '../store/unzstd.ts';
import type { StoredName } from './vault-files.ts';

/** Reads whole files and compares them with their names, no faster than it may. */

const READ_BYTES = 1024 * 1024;
const SHORTEST_REST_MS = 20;

/** Null when the bytes are what the name says; else what is wrong. Throws ENOENT when the file is not there any more. */
export async function readThrough(
  io: VaultIo,
  file: StoredName,
  pace: Pace,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    const handle = await io.open(file.path, 'read');
    try {
      const hash = createHash('sha256');
      const buffers = [Buffer.allocUnsafe(READ_BYTES), Buffer.allocUnsafe(READ_BYTES)] as const;
      // The next piece is on its way while this one is hashed.
      let next = readFully(handle, buffers[0], 0);
      for (let position = 0, turn = 0; ; turn = 1 - turn) {
        const got = await next;
        position += got;
        const isLast = got < READ_BYTES;
        if (!isLast) {
          next = readFully(handle, turn === 0 ? buffers[1] : buffers[0], position);
          next.catch(() => undefined); // Told when it is waited for.
        }
        hash.update((turn === 0 ? buffers[0] : buffers[1]).subarray(0, got));
        if (isLast) {
          await pace.did(got, signal);
          break;
        }
        try {
          signal?.throwIfAborted();
          await pace.did(got, signal);
        } catch (error) {
          await next.catch(() => undefined); // The file is about to be closed.
          throw error;
        }
      }
      return hash.digest('hex') === file.name ? null : 'its bytes do not match the SHA-256 in its name';
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isMediaError(error)) throw error;
    return `it cannot be read (${errnoOf(error)})`;
  }
}

/**
 * Of a damaged pack: the objects of its own list that cannot be read from it. Where the list itself is damaged the index
 * of this computer, made anew, holds only what a scan found whole, so nothing of it is damaged.
 */
export async function damagedObjects(io: VaultIo, path: string, signal?: AbortSignal): Promise<Set<string>> {
  const bad = new Set<string>();
  const contents = await readPackContents(io, path).catch((error: unknown) => {
    if (!isMediaError(error)) throw error;
    return { problem: String(error) };
  });
  if ('problem' in contents) return bad;
  const file = await io.open(path, 'read');
  try {
    for (let at = INDEX_HEADER_BYTES; at < contents.index.length; at += INDEX_ENTRY_BYTES) {
      signal?.throwIfAborted();
      const entry = readIndexEntry(contents.index, at);
      const isWhole = await isRecordWhole(file, entry, signal).catch((error: unknown) => {
        if (!isMediaError(error)) throw error;
        return false;
      });
      if (!isWhole) bad.add(entry.hash.toString('hex'));
    }
  } finally {
    await file.close();
  }
  return bad;
}

type Entry = ReturnType<typeof readIndexEntry>;

async function isRecordWhole(file: VaultFile, entry: Entry, signal: AbortSignal | undefined): Promise<boolean> {
  if (entry.codec !== CODEC_STORED && entry.codec !== CODEC_ZSTD) return false;
  const stored = piecesOf(file, entry.offset, entry.storedLength);
  const pieces = entry.codec === CODEC_ZSTD ? unzstd(stored, entry.rawLength) : stored;
  const hash = createHash('sha256');
  let length = 0;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    hash.update(piece);
    length += piece.length;
    if (length > entry.rawLength) return false;
  }
  return length === entry.rawLength && hash.digest().equals(entry.hash);
}

async function* piecesOf(file: VaultFile, start: number, length: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, length));
  for (let done = 0; done < length; ) {
    // A decompressor keeps what it was given, so it gets bytes of its own.
    const piece = Buffer.from(buffer.subarray(0, Math.min(buffer.length, length - done)));
    const got = await readFully(file, piece, start + done);
    yield piece.subarray(0, got);
    if (got < piece.length) return;
    done += got;
  }
}

export interface Throttle {
  /** Bytes a second; null: as fast as the disk. Undefined: gently, resting as long as it works. */
  readonly bytesPerSecond?: number | null | undefined;
}

/** Holds a reader to a speed, by sleeping when it is ahead. */
export class Pace {
  readonly #bytesPerSecond: number | null | undefined;
  readonly #started = performance.now();
  #bytes = 0;
  #workedSince = performance.now();

  constructor({ bytesPerSecond }: Throttle) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async did(bytes: number, signal?: AbortSignal): Promise<void> {
    this.#bytes += bytes;
    const now = performance.now();
    const restMs = this.#restMs(now);
    if (restMs < SHORTEST_REST_MS) return;
    await sleep(restMs, signal);
    this.#workedSince = performance.now();
  }

  #restMs(now: number): number {
    if (this.#bytesPerSecond === null) return 0;
    if (this.#bytesPerSecond === undefined) return now - this.#workedSince;
    return (this.#bytes / this.#bytesPerSecond) * 1000 - (now - this.#started);
  }
}
