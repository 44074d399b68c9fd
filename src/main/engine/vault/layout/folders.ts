import { join } from 'node:path';
import { errnoOf, syncFolders, type VaultIo } from '../io/index.ts';
import { FOLDERS, type VaultPaths } from './names.ts';

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
    const fans = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
    await make(paths.folder('packs'), fans);
    await make(paths.folder('objects'), fans);
  }
  await syncFolders(io, made);
}
