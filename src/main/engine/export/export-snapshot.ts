import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { WorkOptions } from '../../../shared/contract/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { formatBytes } from '../../../shared/text/index.ts';
import type { Entry, ObjectRef, SnapshotView } from '../vault/index.ts';
import { ExportNames } from './safe-names.ts';
import { MAX_WRITERS, WriterThreads } from './writer-threads.ts';

/** Blocks of the vault on their way: some are being read while files are made of the others. */
const BLOCKS = 4 + MAX_WRITERS;
const UNFINISHED = '.backstop-unfinished';

export interface ExportRequest {
  readonly view: SnapshotView;
  readonly udid: string;
  readonly directory: string;
  /** The vault's folder: nothing may be exported into it. */
  readonly vaultDirectory: string;
  readonly bytes: number;
}

export interface ExportOutcome {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Writes a version as a standard Apple backup folder `directory/<UDID>`, byte for byte what the phone sent. Everything
 * is written under an unfinished name first and renamed whole at the end, so that no half folder looks like a backup.
 * Every object's hash is checked on the way out.
 */
export async function exportSnapshot(request: ExportRequest, options: WorkOptions = {}): Promise<ExportOutcome> {
  const { view, udid, directory } = request;
  const names = new ExportNames();
  const [folder] = names.split(udid);
  const target = resolve(directory, folder as string);
  const unfinished = `${target}${UNFINISHED}`;
  try {
    await mkdir(resolve(directory), { recursive: true, mode: 0o700 });
    await refuseInsideVault(resolve(directory), request.vaultDirectory);
    await refuseExisting(target);
    await refuseWithoutSpace(directory, request.bytes);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    try {
      const outcome = await writeAll(view, unfinished, options);
      await removeEmpty(target);
      await rename(unfinished, target);
      await syncFolder(dirname(target));
      return { path: target, ...outcome };
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw asExportError(error, target);
  }
}

async function writeAll(
  view: SnapshotView,
  root: string,
  options: WorkOptions,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const { signal, onProgress } = options;
  const totalFiles = view.entryCount;
  const totalBytes = view.snapshot.record.bytes;
  const started = performance.now();
  let files = 0;
  let bytes = 0;
  let lastReport = started;
  const report = (force: boolean): void => {
    const now = performance.now();
    if (!force && now - lastReport < 100) return;
    lastReport = now;
    const seconds = (now - started) / 1000;
    const rate = seconds > 0.5 ? bytes / seconds : null;
    onProgress?.({
      type: 'progress',
      phase: 'exporting',
      doneFiles: files,
      doneBytes: bytes,
      totalFiles,
      totalBytes,
      bytesPerSecond: rate,
      secondsLeft: rate === null || rate === 0 ? null : Math.max(0, totalBytes - bytes) / rate,
    });
  };

  const names = new ExportNames();
  for (const top of view.tops()) {
    signal?.throwIfAborted();
    const parts = names.split(top.name);
    const path = join(root, ...parts);
    if (top.name.endsWith('/')) {
      await mkdir(path, { recursive: true, mode: 0o700 });
      continue;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const written = await writeObject(view, top, path, top.modified, signal);
    bytes += written;
    files += 1;
    report(false);
  }

  const made = new Map<string, Promise<unknown>>();
  const pathOf = async ({ id }: Entry): Promise<string> => {
    const name = id.toString('hex');
    const shard = join(root, name.slice(0, 2));
    // Everybody waits for the same folder instead of racing it.
    const folder = made.get(shard) ?? mkdir(shard, { recursive: true, mode: 0o700 });
    made.set(shard, folder);
    await folder;
    return join(shard, name);
  };
  const written = (count: number, size: number): void => {
    files += count;
    bytes += size;
    report(false);
  };
  const threads = new WriterThreads();
  try {
    await view.readBlocks(
      view.entriesInStoredOrder(),
      {
        async block({ bytes: block, objects, places }) {
          const wrong = await threads.write({
            block,
            places,
            hashes: objects.map(({ hash }) => hash?.toString('hex') ?? ''),
            paths: await Promise.all(objects.map(pathOf)),
            modified: objects.map(({ modified }) => modified),
          });
          const bad = new Set(wrong);
          const size = objects.reduce((sum, { sizeBytes }, at) => (bad.has(at) ? sum : sum + sizeBytes), 0);
          written(objects.length - bad.size, size);
          return wrong;
        },
        async alone(entry) {
          written(1, await writeObject(view, entry, await pathOf(entry), entry.modified, signal));
        },
      },
      { signal, blocks: BLOCKS, distinct: false },
    );
  } finally {
    await threads.stop();
  }
  report(true);
  return { files, bytes };
}

/** `wx` and no-follow: what is written is always a new file of ours, never something that was put in its place. */
async function writeObject(
  view: SnapshotView,
  object: ObjectRef,
  path: string,
  modified: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const file: FileHandle = await open(path, flags, 0o600);
  try {
    let written = 0;
    for await (const chunk of view.read(object)) {
      signal?.throwIfAborted();
      let offset = 0;
      while (offset < chunk.length) offset += (await file.write(chunk, offset)).bytesWritten;
      written += chunk.length;
    }
    if (modified > 0) await file.utimes(modified, modified);
    return written;
  } finally {
    await file.close();
  }
}

async function refuseInsideVault(directory: string, vault: string): Promise<void> {
  const inside = await realpath(directory);
  const root = await realpath(vault);
  if (inside === root || inside.startsWith(root + sep)) {
    throw new BackstopError('export/target-in-vault', { data: { path: directory } });
  }
}

async function refuseExisting(target: string): Promise<void> {
  const found = await lstat(target).catch(() => null);
  if (found === null) return;
  if (!found.isDirectory() || (await readdir(target)).length > 0) {
    throw new BackstopError('export/target-exists', { data: { path: target } });
  }
}

/** An empty folder of the right name is as good as none; rename over it is not possible on every system. */
async function removeEmpty(target: string): Promise<void> {
  if ((await lstat(target).catch(() => null)) !== null) await rmdir(target);
}

async function refuseWithoutSpace(directory: string, needed: number): Promise<void> {
  const disk = await statfs(directory, { bigint: true });
  const free = disk.bavail * disk.bsize;
  if (free < BigInt(needed)) {
    throw new BackstopError('export/no-space', {
      data: { path: directory, needed: formatBytes(needed), free: formatBytes(Number(free)) },
    });
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function asExportError(error: unknown, path: string): unknown {
  if (error instanceof BackstopError || !(error instanceof Error)) return error;
  const reason = (error as NodeJS.ErrnoException).code;
  if (reason === undefined || !/^E[A-Z0-9]+$/.test(reason)) return error;
  return new BackstopError('export/target-unwritable', {
    cause: error,
    message: error.message,
    data: { path, reason },
  });
}
