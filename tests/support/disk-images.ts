import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Real file systems in image files, where this computer lets us mount: Linux, root, and the tools of the file system. */

export type ImageKind = 'ext4' | 'xfs' | 'btrfs' | 'exfat' | 'ntfs' | 'tmpfs';

/** `make` formats an image; `mount` mounts a device; exFAT and NTFS go through their FUSE drivers. */
const TOOLS: Record<ImageKind, { readonly make: readonly string[]; readonly mount: readonly string[] }> = {
  ext4: { make: ['mkfs.ext4', '-q', '-F'], mount: ['mount', '-t', 'ext4'] },
  xfs: { make: ['mkfs.xfs', '-q', '-f'], mount: ['mount', '-t', 'xfs'] },
  btrfs: { make: ['mkfs.btrfs', '-q', '-f'], mount: ['mount', '-t', 'btrfs'] },
  exfat: { make: ['mkfs.exfat'], mount: ['mount.exfat-fuse'] },
  ntfs: { make: ['mkfs.ntfs', '-F', '-Q', '-q'], mount: ['ntfs-3g'] },
  tmpfs: { make: [], mount: ['mount', '-t', 'tmpfs'] },
};
const IMAGE_BYTES = 400 * 1024 * 1024;
const COMMAND_MS = 30_000;

export interface DiskImage {
  readonly kind: ImageKind;
  readonly mountPoint: string;
  /** As blkid(8) tells it; null when it does not. */
  readonly uuid: string | null;
  unmount(): void;
  mount(options?: { readonly readOnly?: boolean }): void;
  remove(): void;
}

/** The reason is for a test that is left out: it has to be said aloud. */
export function makeDiskImage(kind: ImageKind): DiskImage | { readonly reason: string } {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { reason: 'mounting needs Linux and root' };
  const { make, mount } = TOOLS[kind];
  for (const tool of [make[0], mount[0], 'losetup']) {
    if (tool !== undefined && spawnSync('which', [tool]).status !== 0) return { reason: `${tool} is not installed` };
  }
  const folder = mkdtempSync(join(tmpdir(), `backstop-${kind}-`));
  const image = join(folder, 'image');
  const mountPoint = join(folder, 'disk');
  mkdirSync(mountPoint);
  let device: string | null = null;
  let isMounted = false;

  const disk = {
    kind,
    mountPoint,
    uuid: null as string | null,
    mount({ readOnly = false } = {}) {
      if (make.length > 0) device ??= run('losetup', ['--find', '--show', image]).trim();
      run(mount[0] ?? '', [...mount.slice(1), ...(readOnly ? ['-o', 'ro'] : []), device ?? 'tmpfs', mountPoint]);
      isMounted = true;
    },
    unmount() {
      if (isMounted) run('umount', [mountPoint]);
      isMounted = false;
      // A new number for the device, as if it had been plugged in again. FUSE drivers let go a moment later.
      if (device !== null) run('losetup', ['--detach', device]);
      device = null;
    },
    remove() {
      disk.unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    if (make.length > 0) {
      writeFileSync(image, '');
      truncateSync(image, IMAGE_BYTES);
      run(make[0] ?? '', [...make.slice(1), image]);
      disk.uuid = spawnSync('blkid', ['-o', 'value', '-s', 'UUID', image], { encoding: 'utf8' }).stdout.trim() || null;
    }
    disk.mount();
    return disk;
  } catch (error) {
    disk.remove();
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function run(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: COMMAND_MS });
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} failed: ${result.error?.message ?? result.stderr.trim()}`);
}
