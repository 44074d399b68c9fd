import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeMbFile,
  decryptCbc,
  decryptManifestDb,
  openClassedKey,
  openManifestDb,
  parseKeybag,
  readManifestPlist,
  readStatusPlist,
  unlockKeybag,
} from '../../src/main/engine/formats/index.ts';

/** A standard backup folder as some host wrote it, decrypted: file id → SHA-256 of the content. */
export interface ReadBackup {
  readonly files: ReadonlyMap<string, string>;
  readonly isFull: boolean | undefined;
  /** What is wrong with it: payloads without rows, rows without payloads, digests and paddings that do not fit. */
  readonly problems: readonly string[];
}

/** `password`: null for an unencrypted backup. Throws where the folder cannot be read at all. */
export async function readAppleBackup(folder: string, password: string | null): Promise<ReadBackup> {
  const status = readStatusPlist(readFileSync(join(folder, 'Status.plist')));
  const problems: string[] = [];
  if (status.snapshotState !== 'finished') problems.push(`the state is ${status.snapshotState}`);
  const manifest = readManifestPlist(readFileSync(join(folder, 'Manifest.plist')));
  if ((manifest.isEncrypted === true) !== (password !== null)) problems.push('encryption is not as expected');
  const classKeys = password === null ? null : await unlock(manifest.keybag, password);
  const key =
    classKeys === null || manifest.manifestKey === undefined ? null : openClassedKey(classKeys, manifest.manifestKey);
  const plain = join(folder, '..', `plain-${Math.random()}.db`);
  await decryptManifestDb(createReadStream(join(folder, 'Manifest.db')), key, plain);
  const files = new Map<string, string>();
  const named = new Set<string>();
  try {
    using db = openManifestDb(plain);
    problems.push(...db.quickCheck());
    for (const row of db.rows()) {
      if (row.flags !== 1) continue;
      named.add(row.fileId);
      const content = contentOf(folder, row.fileId, row.file, classKeys);
      if (typeof content === 'string') problems.push(`${row.domain}-${row.relativePath}: ${content}`);
      else files.set(row.fileId, createHash('sha256').update(content).digest('hex'));
    }
  } finally {
    rmSync(plain);
  }
  problems.push(...strangersIn(folder, named));
  return { files, isFull: status.isFullBackup, problems };
}

async function unlock(bag: Uint8Array | undefined, password: string): Promise<ReadonlyMap<number, Buffer>> {
  const unlocked = await unlockKeybag(parseKeybag(bag ?? new Uint8Array()), password);
  if (unlocked.kind === 'wrong-password') throw new Error('the password does not open the key bag');
  return unlocked.classKeys;
}

/** The plain bytes, or what is wrong. */
function contentOf(
  folder: string,
  fileId: string,
  archive: Uint8Array | null,
  classKeys: ReadonlyMap<number, Buffer> | null,
): Buffer | string {
  const file = archive === null ? null : decodeMbFile(archive);
  if (file === null) return 'its row cannot be read';
  let stored: Buffer;
  try {
    stored = readFileSync(join(folder, fileId.slice(0, 2), fileId));
  } catch {
    return 'its payload is missing';
  }
  if (file.digest !== null && !createHash('sha1').update(stored).digest().equals(file.digest)) return 'wrong digest';
  if (classKeys === null) return stored;
  const key = file.encryptionKey === null ? null : openClassedKey(classKeys, file.encryptionKey);
  if (key === null) return 'its key does not open';
  const { plain, padding } = decryptCbc(stored, key);
  return padding === 'valid' ? plain : 'its padding is not valid';
}

/** Everything in the folder that does not belong there. */
function strangersIn(folder: string, named: ReadonlySet<string>): string[] {
  const strangers: string[] = [];
  const tops = new Set(['Info.plist', 'Status.plist', 'Manifest.plist', 'Manifest.db']);
  for (const name of readdirSync(folder)) {
    if (tops.has(name)) continue;
    if (!/^[0-9a-f]{2}$/.test(name)) strangers.push(`${name} is left`);
    else for (const id of readdirSync(join(folder, name))) if (!named.has(id)) strangers.push(`${id} has no row`);
  }
  return strangers;
}
