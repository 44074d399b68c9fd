import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { BackstopError } from '../../../shared/errors/index.ts';
import type { AfcReader } from '../device/index.ts';
import type { MediaFile } from '../storage/index.ts';
import type { Copy } from './journal.ts';
import type { TargetFolder } from './target-folder.ts';

/** A large file is safe on the disk up to here every so often, and need not begin anew after a cable was pulled. */
export const KEEP_EVERY_BYTES = 16 * 1024 * 1024;
const READ_BYTES = 256 * 1024;

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
  /** So much of a large file is safe that it need not be sent again. */
  readonly onKept?: () => void;
}

/** The name of a file on its way: another size or date is another file. */
export function partName({ path, sizeBytes, modifiedMs }: MediaFile): string {
  return createHash('sha256').update(`${path}\0${sizeBytes}\0${modifiedMs}`).digest('hex').slice(0, 32);
}

/**
 * Brings one file of the phone to the disk, with its date. It gets its name when all of it is there and safe. Null: it
 * was not as long as the phone had said, so it has changed meanwhile.
 */
export async function copyFile(
  phone: AfcReader,
  folder: TargetFolder,
  file: MediaFile,
  as: string,
  options: CopyOptions,
): Promise<Copy | null> {
  const name = partName(file);
  const part = await onDisk(folder, file, () => folder.openPart(name));
  let sha256: string | null;
  try {
    sha256 = await receive(phone, folder, part, file, options);
  } finally {
    await part.close();
  }
  if (sha256 === null) {
    await folder.removePart(name);
    return null;
  }
  const copy: Copy = { path: file.path, as, size: file.sizeBytes, modified: file.modifiedMs, sha256 };
  await onDisk(folder, file, () => folder.place(name, copy));
  return copy;
}

/** The sum of the whole file, or null when it had another length. */
async function receive(
  phone: AfcReader,
  folder: TargetFolder,
  part: FileHandle,
  file: MediaFile,
  { signal, onBytes, onKept }: CopyOptions,
): Promise<string | null> {
  const name = partName(file);
  const { hash, bytes: offset } = await onDisk(folder, file, () => resume(folder, part, file));
  let written = offset;
  let kept = offset;
  if (offset > 0) onBytes(offset);
  for await (const piece of phone.read(`/${file.path}`, { signal, offset })) {
    if (written + piece.length > file.sizeBytes) return null;
    await onDisk(folder, file, () => writeAll(part, piece, written));
    hash.update(piece);
    written += piece.length;
    onBytes(piece.length);
    if (written - kept < KEEP_EVERY_BYTES) continue;
    kept = written;
    onKept?.();
    await onDisk(folder, file, async () => {
      await part.datasync();
      await folder.journal.kept({ part: name, bytes: kept, sha256: hash.copy().digest('hex') });
    });
  }
  if (written !== file.sizeBytes) return null;
  await onDisk(folder, file, async () => {
    const seconds = (file.modifiedMs ?? 0) / 1000;
    if (seconds > 0) await part.utimes(seconds, seconds);
    await part.sync();
  });
  return hash.digest('hex');
}

/** What an earlier run brought of this file, if the disk still has it as it was. */
async function resume(
  folder: TargetFolder,
  part: FileHandle,
  file: MediaFile,
): Promise<{ readonly hash: Hash; readonly bytes: number }> {
  const known = folder.journal.parts.get(partName(file));
  if (known !== undefined && known.bytes <= file.sizeBytes) {
    const hash = createHash('sha256');
    const bytes = await hashUpTo(part, known.bytes, hash);
    if (bytes === known.bytes && hash.copy().digest('hex') === known.sha256) {
      await part.truncate(known.bytes);
      return { hash, bytes };
    }
  }
  await part.truncate(0);
  return { hash: createHash('sha256'), bytes: 0 };
}

async function hashUpTo(file: FileHandle, end: number, hash: Hash): Promise<number> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let at = 0;
  while (at < end) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return at;
}

/** Reads a copy back from the disk. True: it is what was received. */
export async function isWhole(folder: TargetFolder, copy: Copy, { signal, onBytes }: CopyOptions): Promise<boolean> {
  const file = await folder.openCopy(copy.as).catch(() => null);
  if (file === null) return false;
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(READ_BYTES, copy.size)));
    let size = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, size);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
      onBytes(bytesRead);
    }
    return size === copy.size && hash.digest('hex') === copy.sha256;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof BackstopError) throw error;
    // A disk that cannot read a file has not kept it.
    return false;
  } finally {
    await file.close();
  }
}

async function writeAll(part: FileHandle, piece: Uint8Array, at: number): Promise<void> {
  let written = 0;
  while (written < piece.length) {
    written += (await part.write(piece, written, piece.length - written, at + written)).bytesWritten;
  }
}

/** What a disk refuses about a file is told with its name. */
async function onDisk<T>(folder: TargetFolder, file: MediaFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EFBIG') throw error;
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    throw new BackstopError('rescue/file-too-large', { cause: error, data: { name, path: folder.path } });
  }
}
