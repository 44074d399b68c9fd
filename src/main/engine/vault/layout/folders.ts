import { join } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { errnoOf, syncFolders, type VaultIo } from '../io/index.ts';
import { FOLDERS, type VaultPaths } from './names.ts';

const FANS: ReadonlySet<string> = new Set(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')));

/**
 * Makes the folders of a vault that are not there. They are all made at its creation; but programs that carry folders
 * about leave empty ones behind, and a vault that was copied with one has to take a backup like any other.
 */
export async function makeMissingFolders(io: VaultIo, paths: VaultPaths): Promise<void> {
  const made: string[] = [];
  const make = async (parent: string, names: readonly string[]): Promise<void> => {
    const there = new Set((await io.readdir(parent)).map((item) => item.name));
    for (const name of names) {
      if (there.has(name)) continue;
      try {
        await io.mkdir(join(parent, name));
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
      made.push(parent);
    }
  };
  await make(paths.root, FOLDERS);
  if (paths.fanOut === 'two-hex') {
    await make(paths.folder('packs'), [...FANS]);
    await make(paths.folder('objects'), [...FANS]);
  }
  await syncFolders(io, made);
}

/**
 * A vault lies in one place. Where one of its own folders is a link, reading and, worse, sweeping would happen elsewhere,
 * wherever whoever can write to the disk wants it to.
 */
export async function refuseLinkedFolders(io: VaultIo, paths: VaultPaths): Promise<void> {
  const refuse = async (parent: string, names: ReadonlySet<string>): Promise<void> => {
    for (const { name, kind } of await io.readdir(parent)) {
      if (kind === 'folder' || !names.has(name)) continue;
      throw new BackstopError('vault/linked-folder', { data: { path: join(parent, name) } });
    }
  };
  await refuse(paths.root, new Set(FOLDERS));
  if (paths.fanOut === 'flat') return;
  for (const kind of ['packs', 'objects'] as const) {
    const folder = await io.stat(paths.folder(kind));
    if (folder !== null) await refuse(paths.folder(kind), FANS);
  }
}
