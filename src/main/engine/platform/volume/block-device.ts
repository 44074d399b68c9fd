import { basename, join } from 'node:path';
import { type Mount, mountOf } from './mount-table.ts';
import type { Answer, Attachment, SystemReader } from './types.ts';

/** What /sys and udev's notes say about a block device of Linux and about the devices that it is made of. */
export interface BlockFacts {
  readonly attachment: Attachment;
  readonly encrypted: Answer;
}

/** A mapped device on a mapped device on a loop … : deeper ones are not followed. */
const MAX_DEPTH = 8;
const UNKNOWN: BlockFacts = { attachment: 'unknown', encrypted: 'unknown' };

/** The kernel's name (`sda1`, `dm-0`) of what is mounted; null for file systems that are on no device. */
export async function deviceOf(system: SystemReader, mount: Mount): Promise<string | null> {
  if (!mount.device.startsWith('0:')) {
    const folder = await system.realPath(`/sys/dev/block/${mount.device}`);
    if (folder !== null) return basename(folder);
  }
  // btrfs and others have a number of their own; what was mounted tells the device.
  if (!mount.source.startsWith('/dev/')) return null;
  const node = await system.realPath(mount.source);
  const name = node === null ? null : basename(node);
  return name !== null && (await folderOf(system, name)) !== null ? name : null;
}

/** Disks that a RAID, a volume group or an encryption stands on are followed down to what is plugged in. */
export async function blockFacts(
  system: SystemReader,
  device: string,
  mounts: readonly Mount[],
  depth = 0,
): Promise<BlockFacts> {
  const folder = await folderOf(system, device);
  if (folder === null || depth > MAX_DEPTH) return UNKNOWN;
  // A partition has no slaves of its own; the disk is the folder above it.
  const disk = (await system.text(join(folder, 'partition'))) === null ? folder : join(folder, '..');
  if (/^(zram|ram)\d/.test(basename(disk))) return { attachment: 'memory', encrypted: 'unknown' };
  const backing = await system.text(join(disk, 'loop', 'backing_file'));
  if (backing !== null) return backingFacts(system, backing.trim(), mounts, depth);

  const below = await system.names(join(folder, 'slaves'));
  if (below.length > 0) {
    const parts: BlockFacts[] = [];
    for (const part of below) parts.push(await blockFacts(system, part, mounts, depth + 1));
    const isCrypt = ((await system.text(join(folder, 'dm', 'uuid'))) ?? '').startsWith('CRYPT-');
    return {
      attachment: joined(parts.map((part) => part.attachment)),
      encrypted: isCrypt ? 'yes' : allAgree(parts.map((part) => part.encrypted)),
    };
  }
  return physicalFacts(system, disk);
}

async function backingFacts(system: SystemReader, file: string, mounts: readonly Mount[], depth: number) {
  const mount = mountOf(mounts, file);
  const device = mount === null ? null : await deviceOf(system, mount);
  return device === null ? UNKNOWN : blockFacts(system, device, mounts, depth + 1);
}

async function physicalFacts(system: SystemReader, disk: string): Promise<BlockFacts> {
  if (/\/session\d|\/virtual\/block\/(nbd|rbd)/.test(disk)) return { attachment: 'network', encrypted: 'unknown' };
  const isOutside =
    /\/usb\d|\/fw\d/.test(disk) ||
    (await system.text(join(disk, 'removable')))?.trim() === '1' ||
    (await system.text(join(disk, 'device', 'type')))?.trim() === 'SD' ||
    (await anyAboveIsRemovable(system, disk));
  if (isOutside) return { attachment: 'removable', encrypted: 'no' };
  // Buses of disks that are built in. A disk of another kind may be anything.
  const isInside = /\/(ata|nvme|mmc_host\/mmc|ufs)[^/]*\//.test(`${disk}/`);
  // A virtual computer's disk is as much inside as the rest of it; whether its host encrypts it cannot be seen.
  if (/\/virtio\d+\//.test(disk)) return { attachment: 'internal', encrypted: 'unknown' };
  return isInside ? { attachment: 'internal', encrypted: 'no' } : UNKNOWN;
}

/** Since Linux 5.12 a device on a port that leads outside (USB, Thunderbolt, external SATA) says so itself. */
async function anyAboveIsRemovable(system: SystemReader, disk: string): Promise<boolean> {
  const parts = disk.split('/');
  for (let length = parts.length - 1; length > 3; length -= 1) {
    const said = await system.text(join(parts.slice(0, length).join('/'), 'removable'));
    if (said?.trim() === 'removable') return true;
  }
  return false;
}

function joined(all: readonly Attachment[]): Attachment {
  for (const kind of ['network', 'removable', 'memory', 'unknown'] as const) if (all.includes(kind)) return kind;
  return 'internal';
}

function allAgree(all: readonly Answer[]): Answer {
  const [first] = all;
  return first !== undefined && all.every((each) => each === first) ? first : 'unknown';
}

export function folderOf(system: SystemReader, device: string): Promise<string | null> {
  return system.realPath(`/sys/class/block/${device}`);
}

export interface DeviceIdentity {
  readonly id: string | null;
  readonly kind: string | null;
}

/**
 * The UUID and kind of the file system on a device without asking the file system: udev's notes and links, the kernel's
 * list of btrfs, and at last the device itself, where this user may read it.
 */
export async function deviceIdentity(system: SystemReader, device: string): Promise<DeviceIdentity> {
  const number = (await system.text(`/sys/class/block/${device}/dev`))?.trim();
  const notes = number === undefined ? null : await system.text(`/run/udev/data/b${number}`);
  const noted = (name: string): string | null => new RegExp(`^E:${name}=(.+)$`, 'm').exec(notes ?? '')?.[1] ?? null;
  const uuid =
    noted('ID_FS_UUID') ?? (await linkedUuid(system, device)) ?? (await btrfsUuid(system, device)) ?? undefined;
  if (uuid !== undefined) return { id: `uuid:${uuid.toLowerCase()}`, kind: noted('ID_FS_TYPE') };
  return (await bootSectorIdentity(system, device)) ?? { id: null, kind: noted('ID_FS_TYPE') };
}

async function linkedUuid(system: SystemReader, device: string): Promise<string | null> {
  const folder = '/dev/disk/by-uuid';
  for (const name of await system.names(folder)) {
    const target = await system.realPath(join(folder, name));
    if (target !== null && basename(target) === device) return name;
  }
  return null;
}

async function btrfsUuid(system: SystemReader, device: string): Promise<string | null> {
  for (const uuid of await system.names('/sys/fs/btrfs')) {
    if ((await system.names(join('/sys/fs/btrfs', uuid, 'devices'))).includes(device)) return uuid;
  }
  return null;
}

/** exFAT specification 3.1 (name at 3, serial at 100); NTFS (name at 3, serial at 72). Written as blkid(8) does. */
async function bootSectorIdentity(system: SystemReader, device: string): Promise<DeviceIdentity | null> {
  const sector = await system.firstBytes(`/dev/${device}`, 512);
  const name = sector?.toString('latin1', 3, 11);
  if (sector === null || name === undefined) return null;
  if (name === 'EXFAT   ') {
    const serial = sector.readUInt32LE(100).toString(16).padStart(8, '0');
    return { id: `uuid:${serial.slice(0, 4)}-${serial.slice(4)}`, kind: 'exfat' };
  }
  if (name !== 'NTFS    ') return null;
  return { id: `uuid:${sector.readBigUInt64LE(72).toString(16).padStart(16, '0')}`, kind: 'ntfs' };
}
