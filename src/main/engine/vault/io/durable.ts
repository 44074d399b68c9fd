import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { errnoOf } from './errors.ts';
import type { VaultFile, VaultIo } from './types.ts';

/** The few ways in which the vault writes and reads whole files. All of them take and give complete bytes or throw. */

const READ_BYTES = 1024 * 1024;

/** Writes all of `bytes`, however few the disk takes at a time. */
export async function writeAll(file: VaultFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const taken = await file.write(done === 0 ? bytes : bytes.subarray(done), position + done);
    if (taken <= 0) throw Object.assign(new Error('the disk took no bytes'), { code: 'EIO' });
    done += taken;
  }
}

/** Fills `into`, or answers how much there was. */
export async function readFully(file: VaultFile, into: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const got = await file.read(done === 0 ? into : into.subarray(done), position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

/** A whole small file; refuses more than `maxBytes` before taking memory. Null when it is not there. */
export async function readSmallFile(io: VaultIo, path: string, maxBytes: number): Promise<Buffer | null> {
  let file: VaultFile;
  try {
    file = await io.open(path, 'read');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const size = await file.sizeBytes();
    if (size > maxBytes) throw new Error(`${path} has ${size} bytes, more than the ${maxBytes} expected`);
    const bytes = Buffer.allocUnsafe(size);
    return bytes.subarray(0, await readFully(file, bytes, 0));
  } finally {
    await file.close();
  }
}

/** A new file with these bytes, synced. A failed one is removed as far as possible and never used. */
export async function writeNewFile(io: VaultIo, path: string, bytes: Uint8Array): Promise<void> {
  const file = await io.open(path, 'create');
  try {
    await writeAll(file, bytes, 0);
    await file.sync();
  } catch (error) {
    await file.close().catch(() => undefined); // The first failure is the one that is told.
    throw error;
  }
  await file.close();
}

/** SHA-256 of a file's bytes and its size, streamed. */
export async function hashFile(
  io: VaultIo,
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly hash: Buffer; readonly sizeBytes: number }> {
  const file = await io.open(path, 'read');
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let position = 0; ; ) {
      signal?.throwIfAborted();
      const got = await file.read(buffer, position);
      if (got === 0) return { hash: hash.digest(), sizeBytes: position };
      hash.update(buffer.subarray(0, got));
      position += got;
    }
  } finally {
    await file.close();
  }
}

/**
 * Gives a synced file its final, content-named place. The target's folder is not synced here.
 *
 * An error of rename is decided by looking: with the source gone and the target's hash right it has happened. A target
 * that is there already is hashed: equal bytes win over ours; different bytes are somebody's damage and are reported.
 */
export async function publish(
  io: VaultIo,
  from: string,
  to: string,
  hash: Buffer,
): Promise<'published' | 'already-there' | 'other-bytes-there'> {
  if ((await io.stat(to)) !== null) {
    const there = await hashFile(io, to);
    if (!there.hash.equals(hash)) return 'other-bytes-there';
    const file = await io.open(to, 'update');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await io.unlink(from);
    return 'already-there';
  }
  try {
    await io.rename(from, to);
    return 'published';
  } catch (error) {
    const isGone = (await io.stat(from)) === null;
    const target = await io.stat(to);
    if (isGone && target !== null && (await hashFile(io, to)).hash.equals(hash)) return 'published';
    if (isGone && target === null) {
      throw new BackstopError('vault/disk-error', { cause: error, data: { path: to, reason: 'rename lost the file' } });
    }
    throw error;
  }
}

/** Writes `bytes` under a fresh name so that the file is there whole or not at all, and durable when this returns. */
export async function createDurably(io: VaultIo, temporary: string, path: string, bytes: Uint8Array): Promise<void> {
  await writeNewFile(io, temporary, bytes);
  const outcome = await publish(io, temporary, path, createHash('sha256').update(bytes).digest());
  if (outcome === 'other-bytes-there') {
    throw new BackstopError('vault/disk-error', { data: { path, reason: 'the name is taken by other bytes' } });
  }
  await io.syncFolder(dirname(path));
}

/** Syncs many folders, a few at a time. */
export async function syncFolders(io: VaultIo, folders: Iterable<string>): Promise<void> {
  const waiting = [...new Set(folders)];
  const worker = async (): Promise<void> => {
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) await io.syncFolder(folder);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
