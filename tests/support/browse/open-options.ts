import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Keyring, openFolderBackup, openSnapshotBackup } from '../../../src/main/engine/browse/index.ts';
import type { Backup } from '../../../src/main/engine/browse/source/types.ts';
import type { Snapshot, Vault } from '../../../src/main/engine/vault/index.ts';

/** Opening backups as a person with that password would. */

export function openBackupFolder(folder: string, workFolder: string, password: string | null) {
  return openFolderBackup(folder, { keyring: new Keyring(), askPassword: async () => password, workFolder });
}

export async function openBackupVersion(
  vault: Vault,
  snapshot: Snapshot,
  workFolder: string,
  password: string | null,
): Promise<Backup> {
  const options = { keyring: new Keyring(), askPassword: async () => password, workFolder };
  return openSnapshotBackup(await vault.view(snapshot), options);
}

/** File id → SHA-256 of every file's decrypted content. */
export async function sumsOf(backup: Backup): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  for (const file of [...backup.files()]) {
    if (file.kind !== 'file') continue;
    const hash = createHash('sha256');
    for await (const chunk of backup.read(file)) hash.update(chunk);
    sums.set(file.fileId, hash.digest('hex'));
  }
  return sums;
}

/** Every path of a folder with what tells whether it was touched: kind, mode, times, size, content. Follows no link. */
export function treeOf(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  const look = (path: string): void => {
    const facts = lstatSync(path);
    const content = facts.isFile()
      ? createHash('sha256').update(readFileSync(path)).digest('hex')
      : facts.isSymbolicLink()
        ? readlinkSync(path)
        : '';
    const about = `${facts.mode} ${facts.size} ${facts.mtimeMs} ${facts.ctimeMs} ${content}`;
    found.set(relative(folder, path), about);
    if (facts.isDirectory()) for (const name of readdirSync(path).sort()) look(join(path, name));
  };
  look(folder);
  return found;
}
