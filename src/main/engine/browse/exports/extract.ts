import { matchesGlob } from 'node:path';
import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { Backup, BackupFile } from '../source/types.ts';
import { ExportFolder, type WrittenFile } from './export-folder.ts';
import { BulkExtraction, type BulkOwner, partsOf } from './extract-bulk.ts';
import { SideBySide } from './side-by-side.ts';

/** Files of a backup as files of this computer: `DIR/<domain>/<path>`, with their dates and links. */

export interface ExtractRequest {
  readonly directory: string;
  readonly domain?: string | undefined;
  /** `*` and `?` within a name, `**` over folders; of the path below the domain. A path without any: it and all below it. */
  readonly path?: string | undefined;
  /** Folders in which nothing may be written. */
  readonly outside?: readonly string[] | undefined;
}

export interface Extracted {
  readonly files: number;
  readonly bytes: number;
  readonly sums: string | null;
  readonly renamed: ReadonlyArray<{ readonly domain: string; readonly path: string; readonly name: string }>;
  /** Links that lead out of the folder, and were not made. */
  readonly links: ReadonlyArray<{ readonly domain: string; readonly path: string; readonly target: string }>;
  readonly failed: ReadonlyArray<{ readonly domain: string; readonly path: string; readonly reason: string }>;
}

/** Files that are written side by side: most wait for the disk. */
const SIDE_BY_SIDE = 4;

export async function extractFiles(
  backup: Backup,
  request: ExtractRequest,
  options: WorkOptions = {},
): Promise<Extracted> {
  const { signal } = options;
  await using folder = await ExportFolder.open(request.directory, request.outside);
  const run = new Extraction(backup, folder, options);
  const links: BackupFile[] = [];
  const waiting = new SideBySide(SIDE_BY_SIDE);
  const bulk = backup.raw == null ? null : new BulkExtraction(backup.raw, folder, run, signal);
  try {
    for (const file of chosen(backup, request)) {
      signal?.throwIfAborted();
      if (file.kind === 'symlink') links.push(file);
      else if (file.kind === 'file' && bulk !== null) await bulk.take(file);
      else await waiting.start(() => run.take(file));
    }
    await bulk?.flush();
    await waiting.end();
  } finally {
    // Nobody writes any more when the folder is closed.
    await bulk?.stop();
    await waiting.settle();
  }
  // Links last: nothing is written through them.
  for (const file of links) await run.link(file);
  if (run.found === 0) {
    throw new BackstopError('browse/no-such-file', {
      data: { domain: request.domain ?? 'any domain', path: request.path ?? '' },
    });
  }
  options.onProgress?.(progressOf('checking-export', run.files, run.bytes));
  const { sums } = await folder.finish({ signal });
  return { files: run.files, bytes: run.bytes, sums, renamed: run.renamed, links: run.links, failed: run.failed };
}

function* chosen(backup: Backup, { domain, path }: ExtractRequest): Iterable<BackupFile> {
  const pattern = path === undefined || path === '' ? null : path.replace(/\/+$/, '');
  const isGlob = pattern !== null && /[*?[{]/.test(pattern);
  for (const file of backup.files(domain === undefined ? {} : { domain })) {
    if (pattern === null || isMatch(file.path, pattern, isGlob)) yield file;
  }
}

function isMatch(path: string, pattern: string, isGlob: boolean): boolean {
  return isGlob ? matchesGlob(path, pattern) : path === pattern || path.startsWith(`${pattern}/`);
}

class Extraction implements BulkOwner {
  found = 0;
  files = 0;
  bytes = 0;
  readonly renamed: Array<{ domain: string; path: string; name: string }> = [];
  readonly links: Array<{ domain: string; path: string; target: string }> = [];
  readonly failed: Array<{ domain: string; path: string; reason: string }> = [];
  readonly #backup: Backup;
  readonly #folder: ExportFolder;
  readonly #options: WorkOptions;
  #reportedMs = 0;

  constructor(backup: Backup, folder: ExportFolder, options: WorkOptions) {
    this.#backup = backup;
    this.#folder = folder;
    this.#options = options;
  }

  /** One file or folder. What cannot be taken out is told at the end and stops nothing else; a disk that fails does. */
  async take(file: BackupFile): Promise<void> {
    this.found += 1;
    const parts = partsOf(file);
    try {
      if (file.kind === 'folder') {
        await this.#folder.makeFolder(parts);
        return;
      }
      const written = await this.#folder.write(parts, this.#backup.read(file, { signal: this.#options.signal }), {
        modifiedMs: file.modified === null ? null : file.modified * 1000,
        signal: this.#options.signal,
        onClash: 'number',
      });
      this.wrote(file, written);
    } catch (error) {
      this.missed(file, error);
    }
  }

  wrote(file: BackupFile, { path, bytes }: Pick<WrittenFile, 'path' | 'bytes'>): void {
    this.files += 1;
    this.bytes += bytes;
    if (path !== partsOf(file).join('/')) this.renamed.push({ ...placeOf(file), name: path });
    this.#report();
  }

  missed(file: BackupFile, error: unknown): void {
    if (!isBackstopError(error) || !isAboutTheFile(error.code)) throw error;
    this.failed.push({ ...placeOf(file), reason: error.message });
  }

  async link(file: BackupFile): Promise<void> {
    this.found += 1;
    try {
      await this.#folder.link(partsOf(file), file.target ?? '');
    } catch (error) {
      if (!isBackstopError(error, 'browse/link-outside') && !isBackstopError(error, 'browse/name-taken')) throw error;
      this.links.push({ ...placeOf(file), target: file.target ?? '' });
    }
  }

  #report(): void {
    const now = performance.now();
    if (now - this.#reportedMs < 100) return;
    this.#reportedMs = now;
    this.#options.onProgress?.(progressOf('extracting', this.files, this.bytes));
  }
}

function placeOf({ domain, path }: BackupFile): { domain: string; path: string } {
  return { domain, path };
}

function isAboutTheFile(code: string): boolean {
  return /^(browse\/(no-content|unreadable-file|name-taken)|vault\/damaged-object)$/.test(code);
}

function progressOf(phase: string, doneFiles: number, doneBytes: number) {
  const unknown = { totalFiles: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
  return { type: 'progress', phase, doneFiles, doneBytes, ...unknown } as const;
}
