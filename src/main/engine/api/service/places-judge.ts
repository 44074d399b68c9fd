import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, statfs, unlink } from 'node:fs/promises';
import { basename, join, parse, sep } from 'node:path';
import type { PlaceView } from '../../../../shared/contract/procedures/index.ts';
import { describeVolume, type VolumeDescription } from '../../platform/index.ts';
import { vaultIdAt } from '../../vault/index.ts';

/** A place as a home for backups: the facts that the system tells, and the verdict of the design's table on them. */

export type Judged = Omit<PlaceView, 'token'>;

/** Slower than this, a first backup takes a day. */
const SLOW_BYTES_PER_SECOND = 10e6;
const TEST_BYTES = 8 * 1024 * 1024;
const FAT32 = /^(vfat|msdos|fat(12|16|32)?)$/;
const LEVELS: Readonly<Record<PlaceView['verdict'], PlaceView['level']>> = {
  good: 'pass',
  internal: 'note',
  'nearly-full': 'fail',
  exfat: 'warn',
  fat32: 'fail',
  hfs: 'note',
  network: 'pass',
  'network-slow': 'warn',
  'cloud-synced': 'fail',
  'time-machine': 'fail',
  'not-writable': 'fail',
  'flash-stick': 'warn',
  unknown: 'note',
  'has-vault': 'pass',
};
/** Folders of services that do not say themselves where they are, as they are called everywhere. */
const SYNCED =
  /(^|[/\\])(Mobile Documents|CloudStorage|iCloud ?Drive|Dropbox|OneDrive[^/\\]*|Google ?Drive|GoogleDrive[^/\\]*)([/\\]|$)/i;

export async function judgePlace(
  path: string,
  { neededBytes, isTested }: { readonly neededBytes: number | null; readonly isTested: boolean },
): Promise<Judged> {
  const volume = await describeVolume(path, isTested ? {} : { detail: 'quick' });
  const space = await statfs(path).catch(() => null);
  const freeBytes = space === null ? null : Number(space.bavail) * space.bsize;
  const totalBytes = space === null ? null : Number(space.blocks) * space.bsize;
  const vault = await vaultIdAt(path);
  const canWrite = await access(path, constants.W_OK).then(
    () => volume.readOnly !== 'yes',
    () => false,
  );
  const bytesPerSecond = canWrite && isTested ? await writeSpeed(path) : null;
  const verdict = verdictOf({ path, volume, freeBytes, neededBytes, canWrite, vault, bytesPerSecond, isTested });
  return {
    name: nameOf(path, volume),
    path,
    kind: volume.mountPoint === path || parse(path).root === path ? kindOf(volume) : 'folder',
    fileSystem: volume.fileSystem,
    isEncrypted: volume.encrypted === 'unknown' ? null : volume.encrypted === 'yes',
    freeBytes,
    totalBytes,
    verdict,
    level: LEVELS[verdict],
    bytesPerSecond,
    vault,
  };
}

export function verdictOf(facts: {
  readonly path: string;
  readonly volume: Pick<VolumeDescription, 'attachment' | 'fileSystem' | 'cloudService' | 'timeMachine'>;
  readonly freeBytes: number | null;
  readonly neededBytes: number | null;
  readonly canWrite: boolean;
  readonly vault: string | null;
  readonly bytesPerSecond: number | null;
  readonly isTested: boolean;
}): PlaceView['verdict'] {
  const { volume, freeBytes, neededBytes, bytesPerSecond } = facts;
  const fileSystem = volume.fileSystem ?? '';
  if (volume.cloudService !== null || SYNCED.test(facts.path)) return 'cloud-synced';
  if (volume.timeMachine === 'inside' && /backups?\.backupdb|\.timemachine/i.test(facts.path)) return 'time-machine';
  if (!facts.canWrite || (facts.isTested && bytesPerSecond === null)) return 'not-writable';
  if (FAT32.test(fileSystem)) return 'fat32';
  // What is there already is kept, however full its disk is.
  if (facts.vault !== null) return 'has-vault';
  if (freeBytes !== null && neededBytes !== null && freeBytes < neededBytes) return 'nearly-full';
  if (volume.attachment === 'network') {
    return bytesPerSecond !== null && bytesPerSecond < SLOW_BYTES_PER_SECOND ? 'network-slow' : 'network';
  }
  if (fileSystem === 'exfat') return 'exfat';
  if (/^hfs/.test(fileSystem)) return 'hfs';
  if (volume.attachment === 'internal') return 'internal';
  if (volume.attachment === 'removable') return 'good';
  return 'unknown';
}

/** What was written is synced, so that no cache answers for the disk; and removed whatever happens. */
async function writeSpeed(folder: string): Promise<number | null> {
  const path = join(folder, `.backstop-test-${randomUUID()}`);
  const started = performance.now();
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      const piece = Buffer.alloc(1024 * 1024, 0x5a);
      for (let written = 0; written < TEST_BYTES; written += piece.length) await file.write(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    return Math.round(TEST_BYTES / ((performance.now() - started) / 1000));
  } catch {
    return null;
  } finally {
    await unlink(path).catch(() => undefined);
  }
}

function kindOf({ attachment }: VolumeDescription): PlaceView['kind'] {
  if (attachment === 'network') return 'network';
  return attachment === 'removable' ? 'external' : 'internal';
}

function nameOf(path: string, { mountPoint }: VolumeDescription): string {
  const name = basename(path);
  if (name !== '') return name;
  return mountPoint === sep || path === sep ? 'This computer' : path;
}
