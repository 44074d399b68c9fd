import type { BackupChoice, ExtractResult, ListFilesResult, WorkOptions } from '../../../shared/contract/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { type Backup, type BackupFile, extractFiles } from '../browse/index.ts';
import type { BackupOpener } from './open-backup.ts';

/** Files of a backup as they lie on the phone: listing, reading, taking out. */

export async function listFiles(
  opener: BackupOpener,
  choice: BackupChoice,
  { domain, folder }: { readonly domain: string | null; readonly folder: string },
  options: WorkOptions,
): Promise<ListFilesResult> {
  await using opened = await opener.open(choice, options);
  const { backup } = opened;
  if (domain === null) {
    const entries = backup.domains().map((one) => ({
      domain: one.domain,
      path: '',
      size: one.bytes,
      mtime: null,
      kind: 'domain' as const,
      files: one.files,
    }));
    return { type: 'result', entries };
  }
  const asked = backup.file(domain, folder);
  // The root of a domain, and folders without a row of their own, are only known by what is in them.
  const found = asked !== null && asked.kind !== 'folder' && folder !== '' ? [asked] : backup.list(domain, folder);
  if (found.length === 0 && asked === null) throw noSuchFile(domain, folder);
  return { type: 'result', entries: found.map(entryOf) };
}

function entryOf({ domain, path, sizeBytes, modified, kind }: BackupFile): ListFilesResult['entries'][number] {
  return { domain, path, size: sizeBytes, mtime: modified === null ? null : isoOf(modified), kind };
}

function isoOf(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  return Number.isFinite(date.getTime()) ? date.toISOString() : null;
}

/** Hands a file's bytes to `write`, piece by piece. */
export async function readFile(
  opener: BackupOpener,
  choice: BackupChoice,
  request: { readonly domain: string; readonly path: string; readonly write: (bytes: Uint8Array) => Promise<void> },
  options: WorkOptions,
): Promise<void> {
  await using opened = await opener.open(choice, options);
  const file = fileOf(opened.backup, request.domain, request.path);
  for await (const chunk of opened.backup.read(file, { signal: options.signal })) await request.write(chunk);
}

export async function extract(
  opener: BackupOpener,
  choice: BackupChoice,
  request: { readonly directory: string; readonly domain: string | null; readonly path: string | null },
  options: WorkOptions,
): Promise<ExtractResult> {
  await using opened = await opener.open(choice, options);
  const { files, bytes, sums, renamed, links, failed } = await extractFiles(
    opened.backup,
    {
      directory: request.directory,
      domain: request.domain ?? undefined,
      path: request.path ?? undefined,
      outside: opened.outside,
    },
    options,
  );
  const directory = request.directory;
  return {
    type: 'result',
    directory,
    files,
    bytes,
    sums,
    renamed: [...renamed],
    links: [...links],
    failed: [...failed],
  };
}

function fileOf(backup: Backup, domain: string, path: string): BackupFile {
  const file = backup.file(domain, path);
  if (file === null || file.kind === 'folder') throw noSuchFile(domain, path);
  return file;
}

function noSuchFile(domain: string, path: string): BackstopError {
  return new BackstopError('browse/no-such-file', { data: { domain, path: path === '' ? '(any)' : path } });
}
