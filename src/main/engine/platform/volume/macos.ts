import type { Answer, Attachment, SystemReader, TimeMachine, VolumeFindings } from './types.ts';

/** macOS without an addon, and the two answers that only Apple's own programs give: FileVault and Time Machine. */

const NETWORK = /^(smbfs|nfs|afpfs|webdav|ftp|cifs|macfuse_sshfs)$/;

interface MountLine {
  readonly source: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
}

/** mount(8): `//anna@nas/backups on /Volumes/backups (smbfs, nodev, nosuid)`. */
export function parseMountLines(text: string): MountLine[] {
  const lines: MountLine[] = [];
  for (const line of text.split('\n')) {
    const [, source, mountPoint, options] = /^(.+?) on (\/.*) \(([^()]*)\)$/.exec(line) ?? [];
    if (source === undefined || mountPoint === undefined || options === undefined) continue;
    lines.push({ source, mountPoint, options: options.split(', ') });
  }
  return lines;
}

/** The plain values of a property list that diskutil wrote; nothing nested is wanted from it. */
export function parsePlainPlist(xml: string): ReadonlyMap<string, string | boolean> {
  const values = new Map<string, string | boolean>();
  for (const match of xml.matchAll(/<key>([^<]*)<\/key>\s*(?:<(true|false)\/>|<string>([^<]*)<\/string>)/g)) {
    const [, key = '', flag, text] = match;
    if (!values.has(key)) values.set(key, flag === undefined ? (text ?? '') : flag === 'true');
  }
  return values;
}

export async function macFindings(
  system: SystemReader,
  path: string,
): Promise<{ readonly findings: VolumeFindings; readonly means: readonly string[] }> {
  const means: string[] = [];
  const mounts = parseMountLines((await system.run('/sbin/mount', [])) ?? '');
  const disk = await diskOf(system, path);
  const mount = mounts.find((each) => each.mountPoint === disk?.mountPoint) ?? null;
  if (mounts.length > 0) means.push('mount');
  const kind = mount?.options[0]?.toLowerCase() ?? null;
  if (mount !== null && kind !== null && NETWORK.test(kind)) {
    return {
      findings: {
        mountPoint: mount.mountPoint,
        fileSystem: kind,
        attachment: 'network',
        id: `network:${mount.source.replace(/^\/\/[^@/]*@/, '//')}`,
        readOnly: mount.options.includes('read-only') ? 'yes' : 'no',
      },
      means,
    };
  }
  const about = await diskutil(system, path);
  if (about === null) return { findings: { fileSystem: kind, mountPoint: mount?.mountPoint ?? null }, means };
  means.push('diskutil info');
  const uuid = about.get('VolumeUUID');
  const kindToldBy = about.get('FilesystemType');
  const mountPoint = about.get('MountPoint');
  const writable = about.get('WritableVolume');
  return {
    findings: {
      mountPoint: typeof mountPoint === 'string' ? mountPoint : (mount?.mountPoint ?? null),
      id: typeof uuid === 'string' ? `uuid:${uuid.toLowerCase()}` : null,
      fileSystem: typeof kindToldBy === 'string' ? kindToldBy.toLowerCase() : kind,
      attachment: attachmentOf(about),
      readOnly: typeof writable === 'boolean' ? (writable ? 'no' : 'yes') : 'unknown',
      // apfs(5): every APFS volume can clone; HFS+, exFAT and FAT cannot.
      reflink: kindToldBy === 'apfs' ? 'yes' : /^(hfs|exfat|msdos)$/.test(String(kindToldBy)) ? 'no' : 'unknown',
    },
    means,
  };
}

function attachmentOf(about: ReadonlyMap<string, string | boolean>): Attachment {
  if (about.get('RemovableMediaOrExternalDevice') === true || about.get('RemovableMedia') === true) return 'removable';
  const internal = about.get('Internal');
  return internal === true ? 'internal' : internal === false ? 'removable' : 'unknown';
}

/**
 * FileVault. Of a volume that says "encrypted, but not by FileVault" (the disk of a newer Mac is always encrypted by its
 * hardware, and opens without a password) nothing is claimed.
 */
export async function fileVault(system: SystemReader, path: string): Promise<Answer> {
  const about = await diskutil(system, path);
  const isOn = about?.get('FileVault');
  if (isOn === true) return 'yes';
  return isOn === false && about?.get('Encryption') === false ? 'no' : 'unknown';
}

/** tmutil(8): `[Included]` only means "not excluded"; without a disk to write to nothing is inside. */
export async function timeMachine(system: SystemReader, path: string, excluded?: boolean): Promise<TimeMachine> {
  const said = excluded === undefined ? await system.run('/usr/bin/tmutil', ['isexcluded', path]) : null;
  const isExcluded = excluded ?? (said === null ? undefined : isMarked(said));
  if (isExcluded === true) return 'excluded';
  const disks = await system.run('/usr/bin/tmutil', ['destinationinfo']);
  if (disks !== null && /No destinations configured/i.test(disks)) return 'off';
  return isExcluded === false && disks !== null && /^ID\s*:/m.test(disks) ? 'inside' : 'unknown';
}

function isMarked(text: string): boolean | undefined {
  const word = /^\[(Included|Excluded)\]/m.exec(text)?.[1];
  return word === undefined ? undefined : word === 'Excluded';
}

/** df(1) asks the file itself: by its name alone, a home folder seems to lie on the sealed system volume. */
async function diskOf(system: SystemReader, path: string) {
  const text = await system.run('/bin/df', ['-P', path]);
  const line = /^(\S.*?)\s+\d+\s+-?\d+\s+-?\d+\s+\d+%\s+(\/.*)$/m.exec(text ?? '');
  const [, device, mountPoint] = line ?? [];
  return device === undefined || mountPoint === undefined ? null : { device, mountPoint };
}

async function diskutil(system: SystemReader, path: string): Promise<ReadonlyMap<string, string | boolean> | null> {
  const disk = await diskOf(system, path);
  if (disk === null || !disk.device.startsWith('/dev/')) return null;
  const xml = await system.run('/usr/sbin/diskutil', ['info', '-plist', disk.device]);
  const values = xml === null ? null : parsePlainPlist(xml);
  return values === null || values.size === 0 ? null : values;
}
