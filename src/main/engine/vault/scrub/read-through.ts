import { createHash } from 'node:crypto';
import { sleep } from '../../platform/index.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { readStored } from '../collect/repack.ts';
import { errnoOf, type VaultIo } from '../io/index.ts';
import { INDEX_ENTRY_BYTES, INDEX_HEADER_BYTES, readIndexEntry } from '../pack/layout.ts';
import { readPackContents } from '../pack/read-index.ts';
import { salvageRecords } from '../pack/salvage.ts';
import type { StoredName } from './vault-files.ts';

/** Reads whole files and compares them with their names, no faster than it may. */

const READ_BYTES = 1024 * 1024;

export interface Throttle {
  /** Bytes a second; null: as fast as the disk. */
  readonly bytesPerSecond: number | null;
}

/** Null when the bytes are what the name says; else what is wrong. */
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
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      for (let position = 0; ; ) {
        signal?.throwIfAborted();
        const got = await handle.read(buffer, position);
        if (got === 0) break;
        hash.update(buffer.subarray(0, got));
        position += got;
        await pace.did(got, signal);
      }
      return hash.digest('hex') === file.name ? null : 'its bytes do not match the SHA-256 in its name';
    } finally {
      await handle.close();
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null || errno === 'ENOENT') throw error;
    return `it cannot be read (${errno})`;
  }
}

/** The objects of a damaged pack that cannot be read from it. */
export async function damagedObjects(
  io: VaultIo,
  index: ObjectIndex,
  path: string,
  pack: string,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const bad = new Set<string>();
  const contents = await readPackContents(io, path).catch((error: unknown) => ({ problem: String(error) }));
  if ('problem' in contents) return lostBySalvage(io, index, path, pack, signal);
  const file = await io.open(path, 'read');
  try {
    for (let at = INDEX_HEADER_BYTES; at < contents.index.length; at += INDEX_ENTRY_BYTES) {
      signal?.throwIfAborted();
      const entry = readIndexEntry(contents.index, at);
      if ((await readStored(file, entry).catch(() => null)) === null) bad.add(entry.hash.toString('hex'));
    }
  } finally {
    await file.close();
  }
  return bad;
}

/** Its own list is damaged: what this computer's index says was in it, less what can be found by scanning. */
async function lostBySalvage(
  io: VaultIo,
  index: ObjectIndex,
  path: string,
  pack: string,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const bad = new Set<string>();
  const number = index.pack(pack)?.n;
  for (const place of index.allPlaces()) if (place.pack === number) bad.add(place.hash.toString('hex'));
  for await (const record of salvageRecords(io, path, signal)) {
    if (record.isWhole) bad.delete(record.hash.toString('hex'));
    else bad.add(record.hash.toString('hex'));
  }
  return bad;
}

/** Holds a reader to a speed, by sleeping when it is ahead. */
export class Pace {
  readonly #bytesPerSecond: number | null;
  readonly #started = performance.now();
  #bytes = 0;

  constructor({ bytesPerSecond }: Throttle) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async did(bytes: number, signal?: AbortSignal): Promise<void> {
    this.#bytes += bytes;
    if (this.#bytesPerSecond === null) return;
    const dueMs = (this.#bytes / this.#bytesPerSecond) * 1000;
    const aheadMs = dueMs - (performance.now() - this.#started);
    if (aheadMs > 20) await sleep(aheadMs, signal);
  }
}
