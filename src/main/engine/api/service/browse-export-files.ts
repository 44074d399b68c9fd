import type { WorkOptions } from '../../../../shared/contract/index.ts';
import type { InputOf } from '../../../../shared/contract/procedures/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { type BackupFile, ExportFolder, exportKind, type Unreadable } from '../../browse/index.ts';
import type { BrowseContext } from './browse-list.ts';
import type { OpenVersion } from './browse-version.ts';

/** What all exports of chosen items have in common: a folder, and what was written into it. */

export interface TakenOut {
  readonly items: number;
  readonly files: number;
  readonly bytes: number;
  readonly failed: ReadonlyArray<{ readonly what: string; readonly reason: string }>;
}

export type ExportRequest = Pick<InputOf<'browse.export'>, 'kind' | 'filter' | 'gone' | 'ids' | 'format'> & {
  readonly directory: string;
};

export interface Task {
  readonly context: BrowseContext;
  readonly version: OpenVersion;
  readonly request: ExportRequest;
  readonly options: WorkOptions;
  /** Where nothing may be written. */
  readonly outside: readonly string[];
}

export async function byKind(
  { version, request, options, outside }: Task,
  kind: Parameters<typeof exportKind>[1],
  chosen: { readonly ids?: readonly string[] | undefined; readonly groups?: readonly string[] | undefined },
): Promise<TakenOut> {
  const { directory, format } = request;
  const done = await exportKind(
    version.backup,
    kind,
    { directory, format: format ?? undefined, outside, ...chosen },
    options,
  );
  return { items: done.items, files: done.files, bytes: done.bytes, failed: done.unreadable };
}

export async function written(task: Task, items: number, name: string, text: string): Promise<TakenOut> {
  await using folder = await ExportFolder.open(task.request.directory, task.outside);
  await folder.writeText([name], text);
  const { files, bytes } = await folder.finish({ signal: task.options.signal });
  return { items, files, bytes, failed: [] };
}

export interface NamedFile {
  readonly file: BackupFile;
  /** One name, or the file's own place. */
  readonly name: string | readonly string[];
}

/** What cannot be read is told, and stops nothing else. */
export async function writtenFiles(task: Task, items: number, chosen: Iterable<NamedFile>): Promise<TakenOut> {
  const { options, version } = task;
  const { signal } = options;
  await using folder = await ExportFolder.open(task.request.directory, task.outside);
  const failed: Unreadable[] = [];
  let doneFiles = 0;
  let doneBytes = 0;
  const unknown = { totalFiles: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
  for (const { file, name } of chosen) {
    signal?.throwIfAborted();
    try {
      const content = version.backup.read(file, { signal });
      const modifiedMs = file.modified === null ? null : file.modified * 1000;
      const parts = typeof name === 'string' ? [name] : name;
      doneBytes += (await folder.write(parts, content, { modifiedMs, signal })).bytes;
      doneFiles += 1;
    } catch (error) {
      if (!isBackstopError(error) || !UNREADABLE.test(error.code)) throw error;
      failed.push({ what: file.path, reason: error.message });
    }
    options.onProgress?.({ type: 'progress', phase: 'exporting', doneFiles, doneBytes, ...unknown });
  }
  const { files, bytes } = await folder.finish({ signal });
  return { items, files, bytes, failed };
}

const UNREADABLE = /^(browse\/(no-content|unreadable-file)|vault\/damaged-object)$/;
