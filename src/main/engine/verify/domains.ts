import { join } from 'node:path';
import { BackstopError } from '../../../shared/errors/index.ts';
import {
  decryptManifestDb,
  openClassedKey,
  openManifestDb,
  parseKeybag,
  readManifestPlist,
  unlockKeybag,
} from '../formats/index.ts';
import type { SnapshotView } from '../vault/index.ts';
import { openScratch } from './scratch.ts';

const MAX_PLIST_BYTES = 256 * 1024 * 1024;

export interface DomainSummary {
  readonly domain: string;
  readonly files: number;
  readonly bytes: number;
}

/** Files and stored bytes of each domain, the largest first; null when the list of files is encrypted and stays so. */
export async function listDomains(request: {
  readonly view: SnapshotView;
  readonly password: string | null;
  readonly scratchParent: string;
}): Promise<DomainSummary[] | null> {
  const { view, password } = request;
  const { record, id } = view.snapshot;
  if (record.encrypted && password === null) return null;
  const database = view.top('Manifest.db');
  const plist = view.top('Manifest.plist');
  if (database === null || plist === null) return null;
  const manifest = readManifestPlist(await view.readWhole(plist, MAX_PLIST_BYTES));
  let key: Buffer | null = null;
  if (record.encrypted && manifest.manifestKey !== undefined && manifest.keybag !== undefined) {
    const unlocked = await unlockKeybag(parseKeybag(manifest.keybag), password ?? '');
    if (unlocked.kind === 'wrong-password')
      throw new BackstopError('verify/wrong-password', { data: { snapshot: id.slice(0, 12) } });
    key = openClassedKey(unlocked.classKeys, manifest.manifestKey);
  }
  await using scratch = await openScratch(request.scratchParent);
  const path = join(scratch.directory, 'Manifest.db');
  await decryptManifestDb(view.read(database), key, path);
  const domains = new Map<string, { files: number; bytes: number }>();
  const opened = openManifestDb(path);
  try {
    for (const row of opened.rows()) {
      if (row.flags !== 1) continue;
      const sum = domains.get(row.domain) ?? { files: 0, bytes: 0 };
      sum.files += 1;
      sum.bytes += view.get(Buffer.from(row.fileId, 'hex'))?.sizeBytes ?? 0;
      domains.set(row.domain, sum);
    }
  } finally {
    opened.close();
  }
  return [...domains].map(([domain, sum]) => ({ domain, ...sum })).sort((a, b) => b.bytes - a.bytes);
}
