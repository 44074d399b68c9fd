import { join } from 'node:path';
import { errnoOf, type VaultIo } from '../io/index.ts';
import { isIgnoredName, parseObjectName, parsePackName, type VaultPaths } from '../layout/names.ts';

/** The large files of a vault: everything whose name is the SHA-256 of its bytes and that holds phones' content. */

export type ScrubFolder = 'packs' | 'objects' | 'catalogs';

export interface StoredName {
  readonly folder: ScrubFolder;
  /** SHA-256, hex. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const LISTERS = 16;

export async function listStoredFiles(io: VaultIo, paths: VaultPaths, signal?: AbortSignal): Promise<StoredName[]> {
  const folders: Array<{ folder: ScrubFolder; path: string }> = [
    ...paths.fans('packs').map((path) => ({ folder: 'packs' as const, path })),
    ...paths.fans('objects').map((path) => ({ folder: 'objects' as const, path })),
    { folder: 'catalogs', path: paths.folder('catalogs') },
  ];
  const files: StoredName[] = [];
  const waiting = folders.values();
  const worker = async (): Promise<void> => {
    for (const { folder, path } of waiting) {
      signal?.throwIfAborted();
      for (const item of await readFolder(io, path)) {
        const name = item.kind === 'file' && !isIgnoredName(item.name) ? hashOf(folder, item.name) : null;
        if (name === null) continue;
        const facts = await io.stat(join(path, item.name));
        if (facts === null) continue;
        const { sizeBytes, modifiedMs } = facts;
        files.push({ folder, name, path: join(path, item.name), sizeBytes, modifiedMs });
      }
    }
  };
  await Promise.all(Array.from({ length: LISTERS }, worker));
  return files;
}

/** A folder that is missing is empty: what should lie in it is missed by its name. */
async function readFolder(io: VaultIo, path: string): ReturnType<VaultIo['readdir']> {
  try {
    return await io.readdir(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function hashOf(folder: ScrubFolder, name: string): string | null {
  if (folder === 'packs') return parsePackName(name);
  if (folder === 'objects') return parseObjectName(name);
  return /^([0-9a-f]{64})\.db$/.exec(name)?.[1] ?? null;
}
