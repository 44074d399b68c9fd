import {
  closeSync,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, zstdCompressSync } from 'node:zlib';

/** Files of this computer's own state and of the program: never of a vault, whose only door is vault/io. */

const CHUNK_BYTES = 1024 * 1024;

export function makeLocalFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** A file or a folder with all that is in it; nothing if it is not there. */
export function removeLocal(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** What lies in a folder and was not written for so long: nobody can be at work on it. */
export function removeOlder(folder: string, olderThanMs: number): void {
  if (!existsSync(folder)) return;
  const limit = Date.now() - olderThanMs;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts !== undefined && facts.mtimeMs < limit) removeLocal(path);
  }
}

/** A SQLite file with the files that SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}

export function copyLocal(from: string, to: string): void {
  removeDatabase(to);
  copyFileSync(from, to);
}

export function localSize(path: string): number {
  return statSync(path).size;
}

/**
 * Read in this thread: this computer's own disk has them in memory, they were written a moment ago. Each chunk is the
 * same buffer: whoever takes one is done with it before the next.
 */
export async function* localChunks(path: string): AsyncGenerator<Buffer> {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    for (;;) {
      const got = readSync(file, chunk);
      if (got > 0) yield chunk.subarray(0, got);
      if (got < CHUNK_BYTES) return;
    }
  } finally {
    closeSync(file);
  }
}

export async function compressLocal(from: string, to: string): Promise<void> {
  if (localSize(from) <= CHUNK_BYTES) {
    // Done sooner than a thread is asked.
    writeFileSync(to, zstdCompressSync(readFileSync(from)), { mode: 0o600 });
    return;
  }
  await pipeline(createReadStream(from), createZstdCompress(), createWriteStream(to, { mode: 0o600 }));
}

/** A file that came with the program; null when it is not there. */
export function readProgramFile(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** A small note of this computer; null when it is not there or cannot be read. */
export function readLocalText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Notes are made anew when they are missing, for whatever reason.
    return null;
  }
}

/** Whole or not at all. */
export function writeLocalText(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, path);
}

export function localNames(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
