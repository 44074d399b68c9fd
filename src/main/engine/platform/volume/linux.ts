import { join } from 'node:path';
import { blockFacts, deviceIdentity, deviceOf, folderOf } from './block-device.ts';
import { type Mount, mountOf, parseMountTable } from './mount-table.ts';
import type { Answer, Attachment, SystemReader, VolumeFindings } from './types.ts';

/** Linux without an addon: plain files that the kernel and udev keep for everybody. */

/** File systems whose bytes lie on another computer, or on the host of a virtual one. */
const NETWORK =
  /^(nfs4?|cifs|smb3|smbfs|9p|ceph|afs|davfs|glusterfs|lustre|virtiofs|vboxsf|drvfs|fuse\.(sshfs|rclone|davfs2?|glusterfs|s3fs|gvfsd-fuse|vmhgfs-fuse|kio-fuse|curlftpfs|smbnetfs|ceph-fuse|juicefs))$/;
const MEMORY = /^(tmpfs|ramfs|devtmpfs)$/;
const CLOUD: ReadonlyArray<readonly [pattern: RegExp, service: string]> = [
  [/^fuse\.(google-drive-ocamlfuse|gdfuse)$/, 'Google Drive'],
  [/^fuse\.(onedriver|onedrive)$/, 'OneDrive'],
];
/** Layers that encrypt each file over a folder of another file system. */
const ENCRYPTING = /^(ecryptfs|fuse\.(gocryptfs|encfs|cryfs|securefs))$/;
const REFLINK: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['btrfs', 'yes'],
  ['bcachefs', 'yes'],
  ...['ext2', 'ext3', 'ext4', 'vfat', 'exfat', 'tmpfs', 'ntfs', 'ntfs3'].map((kind) => [kind, 'no'] as const),
]);

export async function linuxFindings(
  system: SystemReader,
  path: string,
): Promise<{ readonly findings: VolumeFindings; readonly means: readonly string[] }> {
  const table = await system.text('/proc/self/mountinfo');
  const mounts = parseMountTable(table ?? '');
  const mount = mountOf(mounts, path);
  const none = { timeMachine: 'none' } as const;
  if (mount === null) return { findings: none, means: [] };

  const { kind, source } = mount;
  const means = ['/proc/self/mountinfo'];
  const common = { ...none, mountPoint: mount.mountPoint, readOnly: mount.readOnly ? 'yes' : 'no' } as const;
  const cloudService = CLOUD.find(([pattern]) => pattern.test(kind))?.[1] ?? gvfsCloud(path);
  const boot = (await system.text('/proc/sys/kernel/random/boot_id'))?.trim() ?? 'boot';
  if (NETWORK.test(kind) || cloudService !== null) {
    return {
      findings: {
        ...common,
        fileSystem: kind,
        attachment: 'network',
        cloudService,
        id: /[:/]/.test(source) ? `network:${source}` : null,
        mount: `${boot} ${mount.id} ${mount.device}`,
      },
      means,
    };
  }
  const device = await deviceOf(system, mount);
  if (device === null) {
    const attachment: Attachment = MEMORY.test(kind) ? 'memory' : 'unknown';
    const encrypted: Answer = ENCRYPTING.test(kind) ? 'yes' : 'unknown';
    const mountText = `${boot} ${mount.id} ${mount.device}`;
    return { findings: { ...common, fileSystem: kind, attachment, encrypted, mount: mountText }, means };
  }
  means.push('/sys/class/block');
  const identity = await deviceIdentity(system, device);
  const fileSystem = kind === 'fuseblk' ? (identity.kind ?? kind) : kind;
  return {
    findings: {
      ...common,
      ...(await blockFacts(system, device, mounts)),
      id: identity.id,
      fileSystem,
      reflink: REFLINK.get(fileSystem) ?? 'unknown',
      mount: `${boot} ${await mountText(system, mount, device)}`,
    },
    means,
  };
}

/** A number of a mount is used again after it was unmounted; that of an attached disk is not (since Linux 5.15). */
async function mountText(system: SystemReader, mount: Mount, device: string): Promise<string> {
  const folder = await folderOf(system, device);
  const disks = folder === null ? [] : [folder, join(folder, '..')];
  for (const disk of disks) {
    const sequence = await system.text(join(disk, 'diskseq'));
    if (sequence !== null) return `${mount.id} ${mount.device} disk ${sequence.trim()}`;
  }
  return `${mount.id} ${mount.device}`;
}

/** GNOME shows accounts as folders: /run/user/1000/gvfs/google-drive:host=… */
function gvfsCloud(path: string): string | null {
  const scheme = /\/gvfs\/([a-z-]+):/.exec(path)?.[1];
  if (scheme === 'google-drive') return 'Google Drive';
  return scheme === 'onedrive' ? 'OneDrive' : null;
}
