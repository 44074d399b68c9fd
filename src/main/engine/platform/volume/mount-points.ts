import { join } from 'node:path';
import { parseMountTable } from './mount-table.ts';
import { thisSystem } from './system-reader.ts';
import type { SystemReader } from './types.ts';

/** Kernel file systems that hold nobody's files. */
const PSEUDO =
  /^(proc|sysfs|devpts|devtmpfs|cgroup2?|securityfs|pstore|bpf|tracefs|debugfs|mqueue|hugetlbfs|configfs|fusectl|binfmt_misc|autofs|rpc_pipefs|nsfs|efivarfs|selinuxfs|squashfs)$/;
const LETTERS = 'CDEFGHIJKLMNOPQRSTUVWXYZAB';

/** Where disks and shares are mounted now: places to look for something that was found on one of them before. */
export async function mountPoints(system: SystemReader = thisSystem): Promise<readonly string[]> {
  switch (system.platform) {
    case 'linux': {
      const mounts = parseMountTable((await system.text('/proc/self/mountinfo')) ?? '');
      const places = mounts.filter(({ kind }) => !PSEUDO.test(kind)).map(({ mountPoint }) => mountPoint);
      return [...new Set(places)];
    }
    case 'darwin':
      return ['/', ...(await system.names('/Volumes')).map((name) => join('/Volumes', name))];
    case 'win32': {
      const drives: string[] = [];
      for (const letter of LETTERS) {
        const drive = `${letter}:\\`;
        if ((await system.realPath(drive)) !== null) drives.push(drive);
      }
      return drives;
    }
    default:
      return [];
  }
}
