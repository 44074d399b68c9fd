import type { VolumeDescription } from '../../platform/index.ts';
import type { VolumeFacts } from '../io/index.ts';
import type { VaultDescription } from './description.ts';

/** Write policy by kind of file system, chosen at creation (vault format, "Write policy"). Readers accept anything. */

const MIB = 1024 * 1024;

/** Linux: statfs(2), f_type. Other systems answer numbers that mean nothing here and get the middle row. */
const EXFAT = 0x2011bab0;
const MSDOS = 0x4d44;
const NETWORK = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x01021997]); // NFS, CIFS, SMB2, SMB, 9P
const REFLINK = new Set([0x9123683e, 0x58465342]); // btrfs, XFS

const FAT_FAMILY = /^(exfat|texfat|vfat|msdos|fat(12|16|32)?)$/;
/** A driver in user space on a disk, and nobody knows which: exFAT if it does not tell capitals from small letters. */
const SOME_FUSE = 'fuseblk';

export type VolumeKind = 'reflink' | 'plain' | 'exfat' | 'network';

export function volumeKind(volume: VolumeFacts): VolumeKind {
  const type = volume.type >>> 0;
  if (type === EXFAT || type === MSDOS) return 'exfat';
  if (NETWORK.has(type)) return 'network';
  return REFLINK.has(type) ? 'reflink' : 'plain';
}

/** What was seen on the disk itself counts for more than what its name promises. */
export interface SeenOnDisk {
  readonly reflink: VolumeDescription['reflink'];
  readonly caseSensitive: VolumeDescription['reflink'];
}

export function destinationKind(
  facts: VolumeFacts,
  volume: VolumeDescription | null,
  seen: SeenOnDisk | null,
): VolumeKind {
  const byNumber = volumeKind(facts);
  if (volume?.attachment === 'network' || byNumber === 'network') return 'network';
  if (volume === null || volume.fileSystem === null) return byNumber;
  const isSomeFat = volume.fileSystem === SOME_FUSE && seen?.caseSensitive === 'no';
  if (FAT_FAMILY.test(volume.fileSystem) || isSomeFat) return 'exfat';
  const reflink = seen === null || seen.reflink === 'unknown' ? volume.reflink : seen.reflink;
  return reflink === 'yes' ? 'reflink' : 'plain';
}

export function policyFor(kind: VolumeKind): Pick<VaultDescription, 'fanOut' | 'policy'> {
  switch (kind) {
    case 'reflink':
      return { fanOut: 'two-hex', policy: { singleFromBytes: MIB, packTargetBytes: 32 * MIB } };
    case 'plain':
      return { fanOut: 'two-hex', policy: { singleFromBytes: 4 * MIB, packTargetBytes: 32 * MIB } };
    case 'exfat':
      return { fanOut: 'flat', policy: { singleFromBytes: 16 * MIB, packTargetBytes: 64 * MIB } };
    case 'network':
      return { fanOut: 'two-hex', policy: { singleFromBytes: 16 * MIB, packTargetBytes: 64 * MIB } };
  }
}
