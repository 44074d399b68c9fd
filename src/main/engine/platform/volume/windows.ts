import { z } from 'zod';
import type { Answer, Attachment, SystemReader, VolumeFindings } from './types.ts';

/** Windows without an addon: PowerShell's own commands, one start for all of them (it takes about a second). */

/** The path comes in an environment variable, so that no character of it is read as a command. */
const SCRIPT = `
$ErrorActionPreference = 'SilentlyContinue'
$volume = Get-Volume -FilePath $env:BACKSTOP_VOLUME_PATH
$partition = $volume | Get-Partition
$disk = $partition | Get-Disk
$root = if ($volume.DriveLetter) { "$($volume.DriveLetter):" } else { $null }
$logical = if ($root) { Get-CimInstance Win32_LogicalDisk -Filter "DeviceID='$root'" }
$shell = if ($root) { (New-Object -ComObject Shell.Application).NameSpace($root).Self.ExtendedProperty('System.Volume.BitLockerProtection') }
$bitlocker = if ($root) { (Get-BitLockerVolume -MountPoint $root).ProtectionStatus }
@{
  serial = $logical.VolumeSerialNumber
  kind = $volume.FileSystem
  drive = "$($volume.DriveType)"
  bus = "$($disk.BusType)"
  readOnly = if ($disk) { [bool]($disk.IsReadOnly -or $partition.IsReadOnly) } else { $null }
  root = $root
  shell = $shell
  bitlocker = if ($null -ne $bitlocker) { "$bitlocker" } else { $null }
} | ConvertTo-Json -Compress
`;

const toldSchema = z.object({
  serial: z.string().nullish(),
  kind: z.string().nullish(),
  drive: z.string().nullish(),
  bus: z.string().nullish(),
  readOnly: z.boolean().nullish(),
  root: z.string().nullish(),
  shell: z.number().nullish(),
  bitlocker: z.string().nullish(),
});
type Told = z.infer<typeof toldSchema>;

/** Without the addon nobody tells whether an inner bus leads outside (Thunderbolt), so that no bus means "internal". */
const OUTSIDE = new Set(['USB', '1394', 'SD']);
const REFLINK: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['refs', 'yes'],
  ['ntfs', 'no'],
  ['exfat', 'no'],
  ['fat32', 'no'],
  ['fat', 'no'],
]);

export async function windowsFindings(
  system: SystemReader,
  path: string,
): Promise<{ readonly findings: VolumeFindings; readonly means: readonly string[] }> {
  const share = networkShare(path);
  const none = { timeMachine: 'none' } as const;
  if (share !== null) {
    return { findings: { ...none, attachment: 'network', id: `network:${share}` }, means: ['the path'] };
  }
  const args = ['-NoProfile', '-NonInteractive', '-Command', SCRIPT];
  const output = await system.run('powershell.exe', args, { BACKSTOP_VOLUME_PATH: path });
  const told = parseTold(output);
  if (told === null) return { findings: none, means: [] };
  const kind = told.kind?.toLowerCase() || null;
  return {
    findings: {
      ...none,
      mountPoint: told.root ? `${told.root}\\` : null,
      id: told.serial ? `serial:${told.serial.toLowerCase()}` : null,
      fileSystem: kind,
      attachment: attachmentOf(told),
      readOnly: told.readOnly === true ? 'yes' : told.readOnly === false ? 'no' : 'unknown',
      reflink: (kind === null ? undefined : REFLINK.get(kind)) ?? 'unknown',
      encrypted: encryptedOf(told),
    },
    means: ['PowerShell'],
  };
}

/** `\\server\share\folder` and its long form `\\?\UNC\server\share\folder`. */
export function networkShare(path: string): string | null {
  const match = /^\\\\(?:\?\\UNC\\)?([^\\?.][^\\]*)\\([^\\]+)/i.exec(path);
  return match === null ? null : `//${match[1]}/${match[2]}`.toLowerCase();
}

function parseTold(output: string | null): Told | null {
  try {
    const parsed = toldSchema.safeParse(JSON.parse(output ?? 'null'));
    return parsed.success ? parsed.data : null;
  } catch {
    // PowerShell that speaks otherwise has told nothing.
    return null;
  }
}

function attachmentOf({ drive, bus }: Told): Attachment {
  if (drive === 'Network' || drive === 'Remote') return 'network';
  return drive === 'Removable' || drive === 'CD-ROM' || OUTSIDE.has(bus ?? '') ? 'removable' : 'unknown';
}

/** Get-BitLockerVolume answers administrators only; Explorer's number (1, 6 on; 2 off) answers everybody. */
function encryptedOf({ bitlocker, shell }: Told): Answer {
  if (bitlocker === 'On' || shell === 1 || shell === 6) return 'yes';
  return shell === 2 || (bitlocker === 'Off' && (shell === null || shell === undefined)) ? 'no' : 'unknown';
}
