import { isBackstopError } from '../../../../shared/errors/index.ts';
import {
  type ManifestPlist,
  openClassedKey,
  parseKeybag,
  readInfoPlist,
  readManifestPlist,
  readStatusPlist,
  unlockKeybag,
} from '../../../engine/formats/index.ts';
import { fetchSmall } from '../backup/host-files.ts';
import { StoredManifest } from '../backup/stored-manifest.ts';
import { AgentFailure } from '../endings.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import { BLOCK } from '../protocol/messages.ts';

/** The backup that is to be restored, as far as its top files tell. */
export interface SourceBackup {
  /** Null for an unencrypted backup. */
  readonly classKeys: ReadonlyMap<number, Buffer> | null;
  readonly productVersion: string | undefined;
}

/**
 * Reads the top files from the host and unlocks them with the password; the plain Manifest.db goes to `path`. Throws
 * error 207 for a wrong or missing password, 205 for a backup that is not whole, 11 for what cannot be read.
 */
export async function openSourceBackup(
  link: AgentLink,
  source: string,
  password: string | null,
  path: string,
): Promise<SourceBackup> {
  const status = readAs('Status.plist', readStatusPlist, await fetchTop(link, source, 'Status.plist'));
  if (status.snapshotState !== 'finished') {
    throw new AgentFailure(205, `The backup is not finished but ${status.snapshotState ?? 'unknown'}`);
  }
  const manifest = readAs('Manifest.plist', readManifestPlist, await fetchTop(link, source, 'Manifest.plist'));
  const { classKeys, manifestKey } = await unlock(manifest, password, link.signal);
  const stored = new StoredManifest(path, manifestKey);
  const { files } = await link.download([`${source}/Manifest.db`], 2, () => stored, 'Manifest.db');
  const arrived = stored.end();
  if (files[0]?.code !== BLOCK.success) throw new AgentFailure(205, 'Manifest.db is missing from the backup');
  if (arrived === null) throw new AgentFailure(11, 'Manifest.db cannot be read');
  const info = await fetchTop(link, source, 'Info.plist');
  readAs('Info.plist', readInfoPlist, info);
  return { classKeys, productVersion: manifest.lockdown.productVersion };
}

async function fetchTop(link: AgentLink, source: string, name: string): Promise<Buffer> {
  const bytes = await fetchSmall(link, `${source}/${name}`, name);
  if (bytes === null) throw new AgentFailure(205, `${name} is missing from the backup`);
  return bytes;
}

function readAs<T>(name: string, read: (bytes: Uint8Array) => T, bytes: Buffer): T {
  try {
    return read(bytes);
  } catch (error) {
    if (isBackstopError(error)) throw new AgentFailure(11, `${name} cannot be read`);
    throw error;
  }
}

async function unlock(
  manifest: ManifestPlist,
  password: string | null,
  signal: AbortSignal,
): Promise<{ readonly classKeys: ReadonlyMap<number, Buffer> | null; readonly manifestKey: Buffer | null }> {
  if (manifest.isEncrypted !== true) return { classKeys: null, manifestKey: null };
  if (password === null) throw new AgentFailure(207, 'The backup is encrypted and there is no password');
  const bag = readAs('BackupKeyBag', parseKeybag, Buffer.from(manifest.keybag ?? []));
  const unlocked = await unlockKeybag(bag, password, { signal });
  if (unlocked.kind === 'wrong-password') throw new AgentFailure(207, 'Invalid password');
  const { manifestKey } = manifest;
  const key = manifestKey === undefined ? null : openClassedKey(unlocked.classKeys, manifestKey);
  if (key === null) throw new AgentFailure(209, 'The key of Manifest.db cannot be unwrapped');
  return { classKeys: unlocked.classKeys, manifestKey: key };
}
