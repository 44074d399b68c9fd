import { AgentFailure } from '../endings.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import type { HostEntry } from '../protocol/host-listing.ts';
import { BLOCK } from '../protocol/messages.ts';
import type { BackupIndex } from './backup-index.ts';
import type { SentManifest } from './manifest-upload.ts';
import { storedBytesOf } from './payload-upload.ts';
import { ManifestComparison, SmallFile } from './stored-manifest.ts';

/** Names of missing files in an error text. */
const NAMED = 10;

export interface Verification {
  readonly udid: string;
  readonly status: Buffer;
  readonly manifest: SentManifest;
  readonly index: BackupIndex;
  readonly isEncrypted: boolean;
  /** Ids that the phone knows to be missing. */
  readonly forgiven: ReadonlySet<string>;
}

/**
 * The last part of a backup: what the host says it holds must be what was sent. Throws error 205, which names what is
 * missing (protocol reference 5.3). Whether real phones compare sizes is not known; this one does.
 */
export async function verifyOnHost(link: AgentLink, verification: Verification): Promise<void> {
  const { udid, status, manifest } = verification;
  await compareSmall(link, `${udid}/Status.plist`, status);
  await compareSmall(link, `${udid}/Manifest.plist`, manifest.plist);
  await compareDatabase(link, `${udid}/Manifest.db`, manifest);
  await compareFolders(link, verification);
}

async function compareSmall(link: AgentLink, path: string, sent: Buffer): Promise<void> {
  const sink = new SmallFile();
  const { files } = await link.download([path], 99, () => sink, 'verification');
  if (files[0]?.code !== BLOCK.success) throw new AgentFailure(205, `${path} is missing from the backup`);
  if (!sink.bytes().equals(sent)) throw new AgentFailure(205, `${path} came back changed`);
}

async function compareDatabase(
  link: AgentLink,
  path: string,
  { path: sent, key, databaseBytes }: SentManifest,
): Promise<void> {
  using comparison = new ManifestComparison(sent, key);
  const { files } = await link.download([path], 99, () => comparison, 'verification');
  if (files[0]?.code !== BLOCK.success) throw new AgentFailure(205, 'Manifest.db is missing from the backup');
  if (comparison.isSame()) return;
  throw new AgentFailure(205, `Manifest.db came back changed: ${comparison.bytes} of ${databaseBytes} bytes`);
}

async function compareFolders(link: AgentLink, { udid, index, isEncrypted, forgiven }: Verification): Promise<void> {
  const { rows, starts } = index.filesByShard();
  const missing: string[] = [];
  let missingCount = 0;
  const compare = (shard: number, entries: ReadonlyMap<string, HostEntry>): void => {
    for (const row of rows.subarray(starts[shard], starts[shard + 1])) {
      const id = index.idOf(row);
      const problem = problemOf(entries.get(id), storedBytesOf(index, row, isEncrypted));
      if (problem === null || forgiven.has(id)) continue;
      missingCount += 1;
      if (missing.length < NAMED) missing.push(`${id.slice(0, 2)}/${id} ${problem}`);
    }
  };
  // While the host makes one answer, the phone goes through the one before.
  let meanwhile: (() => void) | undefined;
  for (let shard = 0; shard < 256; shard += 1) {
    if (starts[shard] === starts[shard + 1]) continue;
    const name = shard.toString(16).padStart(2, '0');
    const listing = await link.list(`${udid}/${name}`, { label: 'verification', meanwhile });
    meanwhile = () => compare(shard, listing.entries());
  }
  meanwhile?.();
  if (missingCount === 0) return;
  throw new AgentFailure(205, `Manifest references ${missingCount} files not in backup: ${missing.join(', ')}`);
}

function problemOf(entry: HostEntry | undefined, bytes: number): string | null {
  if (entry === undefined) return 'is missing';
  if (entry.type !== 'DLFileTypeRegular') return `is ${entry.type}`;
  return entry.sizeBytes === bytes ? null : `has ${entry.sizeBytes} of ${bytes} bytes`;
}
