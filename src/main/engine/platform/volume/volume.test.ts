import { describe, expect, it } from 'vitest';
import { describeVolume } from './describe.ts';
import { mountOf, parseMountTable } from './mount-table.ts';
import { type FakeComputer, fakeSystem } from './test-support/fake-system.ts';

const TABLE = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
41 27 0:24 / /tmp rw - tmpfs tmpfs rw
50 27 8:17 / /media/anna/My\\040Disk rw,nosuid - exfat /dev/sdb1 rw
51 27 253:1 / /home rw,relatime - ext4 /dev/mapper/home rw
52 27 0:51 / /mnt/nas rw - cifs //nas/backups rw,vers=3.1.1
53 27 0:52 / /mnt/old ro - nfs4 nas:/old rw
54 27 0:53 /@data /data rw - btrfs /dev/sdc1 rw,subvol=/@data
55 27 8:49 / /mnt/ntfs rw - fuseblk /dev/sdd1 rw,blksize=4096
56 27 0:54 / /mnt/drive rw - fuse.google-drive-ocamlfuse gdfuse rw
57 27 7:0 / /mnt/image rw - ext4 /dev/loop0 rw
58 27 8:65 / /mnt/first rw - ext4 /dev/sde1 rw
59 27 0:24 / /mnt/first rw - tmpfs tmpfs rw
60 27 0:60 / /mnt/layers rw - overlay overlay rw,lowerdir=/a,upperdir=/b
a line of nonsense
`;

const SYS = '/sys/devices/pci0000:00';
const ntfs = Buffer.alloc(512);
ntfs.write('NTFS    ', 3, 'latin1');
ntfs.writeBigUInt64LE(0x681f363a1db71851n, 72);

const LAPTOP: FakeComputer = {
  files: {
    '/proc/self/mountinfo': TABLE,
    '/proc/sys/kernel/random/boot_id': 'boot-1\n',
    '/etc/hosts': '',
    '/tmp/x': '',
    '/home/anna/vault/a': '',
    '/home/anna/link': '→ /media/anna/My Disk/vault',
    '/media/anna/My Disk/vault/a': '',
    '/mnt/nas/a': '',
    '/mnt/old/a': '',
    '/mnt/ntfs/a': '',
    '/mnt/drive/a': '',
    '/mnt/image/a': '',
    '/mnt/first/a': '',
    '/mnt/layers/a': '',
    '/data/a': '',
    // The inner disk, with an unencrypted system and an encrypted home.
    '/sys/dev/block/259:2': '→ /sys/class/block/nvme0n1p2',
    '/sys/dev/block/253:1': '→ /sys/class/block/dm-1',
    '/sys/class/block/nvme0n1p2': `→ ${SYS}/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1/nvme0n1p2`,
    '/sys/class/block/nvme0n1p3': `→ ${SYS}/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1/nvme0n1p3`,
    [`${SYS}/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1/removable`]: '0\n',
    [`${SYS}/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1/diskseq`]: '9\n',
    [`${SYS}/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1/nvme0n1p2/partition`]: '2\n',
    [`${SYS}/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1/nvme0n1p3/partition`]: '3\n',
    '/dev/disk/by-uuid/0B3D-AAAA': '→ /dev/nvme0n1p1',
    '/dev/disk/by-uuid/11111111-aaaa-bbbb-cccc-222222222222': '→ /dev/nvme0n1p2',
    '/dev/nvme0n1p1': 'device',
    '/dev/nvme0n1p2': 'device',
    '/sys/class/block/dm-1': '→ /sys/devices/virtual/block/dm-1',
    '/sys/devices/virtual/block/dm-1/dm/uuid': 'LVM-abc\n',
    '/sys/devices/virtual/block/dm-1/slaves/dm-0': 'link',
    '/sys/class/block/dm-0': '→ /sys/devices/virtual/block/dm-0',
    '/sys/devices/virtual/block/dm-0/dm/uuid': 'CRYPT-LUKS2-77-luks\n',
    '/sys/devices/virtual/block/dm-0/slaves/nvme0n1p3': 'link',
    // A USB disk, of which udev knows everything.
    '/sys/dev/block/8:17': '→ /sys/class/block/sdb1',
    '/sys/class/block/sdb1': `→ ${SYS}/0000:00:14.0/usb2/2-1/2-1:1.0/host1/target1/block/sdb/sdb1`,
    [`${SYS}/0000:00:14.0/usb2/2-1/2-1:1.0/host1/target1/block/sdb/sdb1/partition`]: '1\n',
    [`${SYS}/0000:00:14.0/usb2/2-1/2-1:1.0/host1/target1/block/sdb/sdb1/dev`]: '8:17\n',
    [`${SYS}/0000:00:14.0/usb2/2-1/2-1:1.0/host1/target1/block/sdb/removable`]: '0\n',
    '/run/udev/data/b8:17': 'E:ID_BUS=usb\nE:ID_FS_UUID=FBD5-B9A4\nE:ID_FS_TYPE=exfat\n',
    // A Thunderbolt disk that looks like an inner one.
    '/sys/class/block/sdc1': `→ ${SYS}/0000:00:1c.0/0000:05:00.0/ata9/host9/block/sdc/sdc1`,
    '/dev/sdc1': 'device',
    [`${SYS}/0000:00:1c.0/0000:05:00.0/removable`]: 'removable\n',
    [`${SYS}/0000:00:1c.0/0000:05:00.0/ata9/host9/block/sdc/sdc1/partition`]: '1\n',
    '/sys/fs/btrfs/b90c46fe-487b-4692-8357-442cc46663b8/devices/sdc1': 'link',
    '/sys/fs/btrfs/features/raid56': '0',
    // A disk on a bus that nobody has heard of, behind FUSE.
    '/sys/dev/block/8:49': '→ /sys/class/block/sdd1',
    '/sys/class/block/sdd1': '→ /sys/devices/odd/block/sdd/sdd1',
    '/sys/devices/odd/block/sdd/sdd1/partition': '1\n',
    '/dev/sdd1': ntfs,
    '/sys/dev/block/7:0': '→ /sys/class/block/loop0',
    '/sys/class/block/loop0': '→ /sys/devices/virtual/block/loop0',
    '/sys/devices/virtual/block/loop0/loop/backing_file': '/home/anna/disk.img\n',
  },
};

const ask = (path: string, computer: FakeComputer = LAPTOP) =>
  describeVolume(path, { system: fakeSystem(computer), addon: null });

describe('the mount table of Linux', () => {
  it('knows names with spaces, read-only mounts, and the last of two in one place', () => {
    const mounts = parseMountTable(TABLE);
    expect(mounts).toHaveLength(14);
    expect(mountOf(mounts, '/media/anna/My Disk/vault')?.source).toBe('/dev/sdb1');
    expect(mountOf(mounts, '/mediaplayer')?.mountPoint).toBe('/');
    expect(mountOf(mounts, '/mnt/first/x')?.kind).toBe('tmpfs');
    expect(mountOf(mounts, '/mnt/old')?.readOnly).toBe(true);
    expect(mountOf([], '/')).toBeNull();
  });
});

describe('a volume of Linux, without the addon', () => {
  it('is an inner disk that the system does not encrypt', async () => {
    expect(await ask('/etc')).toMatchObject({
      id: 'uuid:11111111-aaaa-bbbb-cccc-222222222222',
      fileSystem: 'ext4',
      attachment: 'internal',
      encrypted: 'no',
      readOnly: 'no',
      reflink: 'no',
      timeMachine: 'none',
      source: 'fallback',
    });
  });

  it('is encrypted when LUKS lies anywhere below it', async () => {
    expect(await ask('/home/anna/vault')).toMatchObject({ attachment: 'internal', encrypted: 'yes', id: null });
    expect(await ask('/mnt/image')).toMatchObject({ attachment: 'internal', encrypted: 'yes' });
  });

  it('is removable by its bus, whatever its own flag says, and is found behind a symbolic link', async () => {
    const disk = { id: 'uuid:fbd5-b9a4', fileSystem: 'exfat', attachment: 'removable', encrypted: 'no' };
    expect(await ask('/home/anna/link')).toMatchObject({ ...disk, path: '/media/anna/My Disk/vault' });
    expect(await ask('/media/anna/My Disk/not/there/yet')).toMatchObject({ ...disk, path: '/media/anna/My Disk' });
  });

  it('is removable behind Thunderbolt, and btrfs is named by the kernel', async () => {
    expect(await ask('/data')).toMatchObject({
      id: 'uuid:b90c46fe-487b-4692-8357-442cc46663b8',
      attachment: 'removable',
      reflink: 'yes',
    });
  });

  it('is what its first sector says when only a driver in user space stands before it', async () => {
    expect(await ask('/mnt/ntfs')).toMatchObject({
      id: 'uuid:681f363a1db71851',
      fileSystem: 'ntfs',
      attachment: 'unknown',
      encrypted: 'unknown',
    });
  });

  it('is on another computer, in memory, or in layers', async () => {
    expect(await ask('/mnt/nas')).toMatchObject({
      attachment: 'network',
      id: 'network://nas/backups',
      encrypted: 'unknown',
    });
    expect(await ask('/mnt/old')).toMatchObject({ attachment: 'network', readOnly: 'yes', id: 'network:nas:/old' });
    expect(await ask('/tmp')).toMatchObject({ attachment: 'memory', id: null });
    expect(await ask('/mnt/layers')).toMatchObject({ attachment: 'unknown', reflink: 'unknown', id: null });
    expect(await ask('/mnt/drive')).toMatchObject({ cloudService: 'Google Drive' });
  });

  it('has another mount text after it was plugged in again or the computer started again', async () => {
    const files = LAPTOP.files ?? {};
    const before = (await ask('/etc')).mount;
    const diskseq = `${SYS}/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1/diskseq`;
    const again = await ask('/etc', { files: { ...files, [diskseq]: '10\n' } });
    const restarted = await ask('/etc', { files: { ...files, '/proc/sys/kernel/random/boot_id': 'boot-2\n' } });
    expect(new Set([before, again.mount, restarted.mount]).size).toBe(3);
    expect((await ask('/etc')).mount).toBe(before);
  });

  it('is unknown in everything where nothing can be read', async () => {
    expect(await ask('/', { files: {} })).toEqual({
      path: '/',
      mountPoint: null,
      id: null,
      mount: null,
      fileSystem: null,
      attachment: 'unknown',
      readOnly: 'unknown',
      reflink: 'unknown',
      encrypted: 'unknown',
      timeMachine: 'none',
      cloudService: null,
      source: 'fallback',
      means: [],
    });
  });
});

describe('the addon', () => {
  it('is believed first, and what it does not know comes from the files', async () => {
    const addon = async () => ({ id: 'uuid:from-addon', mount: 'mount:7', reflink: true, encrypted: undefined });
    const told = await describeVolume('/etc', { system: fakeSystem(LAPTOP), addon: addon as never });
    expect(told).toMatchObject({
      id: 'uuid:from-addon',
      reflink: 'yes',
      encrypted: 'no',
      fileSystem: 'ext4',
      source: 'addon',
    });
    expect(told.mount).toContain('mount:7');
    expect(told.mount).toContain('boot-1');
  });

  it('that fails leaves the fallback', async () => {
    const addon = () => Promise.reject(new Error('no'));
    const told = await describeVolume('/etc', { system: fakeSystem(LAPTOP), addon });
    expect(told).toMatchObject({ source: 'fallback', fileSystem: 'ext4' });
  });

  it('spares a Mac the programs, except those that only Apple’s own programs can answer', async () => {
    const programs = {
      '/bin/df -P': '/dev/disk3s5  971350180 500 600 52%    /System/Volumes/Data',
      '/usr/sbin/diskutil info': '<dict><key>FileVault</key><true/></dict>',
      '/usr/bin/tmutil destinationinfo': 'Name : Backups\nID   : 5E\n',
    };
    const addon = async () => ({ id: 'uuid:x', fileSystem: 'apfs', internal: true, timeMachineExcluded: false });
    const system = fakeSystem({ platform: 'darwin', files: { '/Users/a': '' }, programs });
    expect(await describeVolume('/Users', { system, addon })).toMatchObject({
      encrypted: 'yes',
      timeMachine: 'inside',
      attachment: 'internal',
    });
    expect(await describeVolume('/Users', { system, addon, detail: 'quick' })).toMatchObject({
      encrypted: 'unknown',
      timeMachine: 'unknown',
    });
  });

  it('names the service of a folder that the system knows to be kept in step', async () => {
    const addon = async () => ({ cloud: true, cloudName: 'com.apple.CloudDocs.MobileDocumentsFileProvider/x' });
    const system = fakeSystem({ platform: 'darwin', files: { '/Users/a': '' } });
    expect((await describeVolume('/Users', { system, addon })).cloudService).toBe('iCloud Drive');
  });
});

describe('a volume of macOS, without the addon', () => {
  const MOUNTS = `/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled)
/dev/disk5s1 on /Volumes/Old (Backup) (exfat, local, nodev, nosuid)
//anna:x@nas._smb._tcp.local/backups on /Volumes/backups (smbfs, nodev, nosuid, mounted by anna)
`;
  const plist = (values: Record<string, string | boolean>): string =>
    `<plist><dict>${Object.entries(values)
      .map(([key, value]) =>
        typeof value === 'string'
          ? `<key>${key}</key>\n\t<string>${value}</string>`
          : `<key>${key}</key>\n\t<${value}/>`,
      )
      .join('\n\t')}</dict></plist>`;
  const mac = (
    about: Record<string, string | boolean>,
    tmutil: Record<string, string> = {},
    df = dfLine('/dev/disk3s5', '/System/Volumes/Data'),
  ): FakeComputer => ({
    platform: 'darwin',
    files: { '/Users/anna/v/a': '', '/Volumes/backups/a': '', '/Volumes/Old (Backup)/a': '' },
    programs: { '/sbin/mount': MOUNTS, '/bin/df -P': df, '/usr/sbin/diskutil info': plist(about), ...tmutil },
  });
  const dfLine = (device: string, mountPoint: string): string =>
    `Filesystem 512-blocks Used Available Capacity  Mounted on\n${device}  971350180 500 600 52%    ${mountPoint}\n`;
  const inner = {
    VolumeUUID: 'AAAA-BBBB',
    FilesystemType: 'apfs',
    Internal: true,
    WritableVolume: true,
    MountPoint: '/',
  };

  it('tells FileVault, and claims nothing for a disk that only its hardware encrypts', async () => {
    const on = await ask('/Users/anna/v', mac({ ...inner, FileVault: true, Encryption: true }));
    expect(on).toMatchObject({
      id: 'uuid:aaaa-bbbb',
      fileSystem: 'apfs',
      encrypted: 'yes',
      reflink: 'yes',
      readOnly: 'no',
    });
    const hardware = await ask('/Users/anna/v', mac({ ...inner, FileVault: false, Encryption: true }));
    expect(hardware.encrypted).toBe('unknown');
    const off = await ask('/Users/anna/v', mac({ ...inner, FileVault: false, Encryption: false }));
    expect(off.encrypted).toBe('no');
  });

  it.each([
    ['[Included]    /v', 'Name : B\nID   : 5E', 'inside'],
    ['[Excluded]    /v', 'Name : B\nID   : 5E', 'excluded'],
    ['[Included]    /v', 'tmutil: No destinations configured.', 'off'],
    ['[Included]    /v', undefined, 'unknown'],
    ['Error: something', 'Name : B\nID   : 5E', 'unknown'],
  ])('is in Time Machine as tmutil says: %s', async (isExcluded, destinations, expected) => {
    const tmutil = {
      '/usr/bin/tmutil isexcluded': isExcluded,
      ...(destinations === undefined ? {} : { '/usr/bin/tmutil destinationinfo': destinations }),
    };
    expect((await ask('/Users/anna/v', mac(inner, tmutil))).timeMachine).toBe(expected);
  });

  it('is on a server, without the name and the password of whoever mounted it', async () => {
    expect(
      await ask('/Volumes/backups', mac({}, {}, dfLine('//anna:x@nas._smb._tcp.local/backups', '/Volumes/backups'))),
    ).toMatchObject({
      attachment: 'network',
      fileSystem: 'smbfs',
      id: 'network://nas._smb._tcp.local/backups',
    });
  });

  it('is a removable disk', async () => {
    const about = {
      FilesystemType: 'exfat',
      Internal: false,
      WritableVolume: false,
      FileVault: false,
      Encryption: false,
    };
    expect(
      await ask('/Volumes/Old (Backup)', mac(about, {}, dfLine('/dev/disk5s1', '/Volumes/Old (Backup)'))),
    ).toMatchObject({
      attachment: 'removable',
      fileSystem: 'exfat',
      readOnly: 'yes',
      reflink: 'no',
      encrypted: 'no',
      mountPoint: '/Volumes/Old (Backup)',
    });
  });
});

describe('a volume of Windows, without the addon', () => {
  const windows = (told: unknown): FakeComputer => ({
    platform: 'win32',
    programs: { 'powershell.exe -NoProfile': typeof told === 'string' ? told : JSON.stringify(told) },
  });

  it('is told by PowerShell, and no bus is enough to be called internal', async () => {
    const told = {
      serial: 'A1B2C3D4',
      kind: 'NTFS',
      drive: 'Fixed',
      bus: 'NVMe',
      readOnly: false,
      root: 'D:',
      shell: 1,
    };
    expect(await ask('/v', windows(told))).toMatchObject({
      id: 'serial:a1b2c3d4',
      fileSystem: 'ntfs',
      attachment: 'unknown',
      encrypted: 'yes',
      readOnly: 'no',
      timeMachine: 'none',
    });
    expect(await ask('/v', windows({ ...told, bus: 'USB', shell: 2 }))).toMatchObject({
      attachment: 'removable',
      encrypted: 'no',
    });
    expect((await ask('/v', windows({ ...told, shell: 3 }))).encrypted).toBe('unknown');
    expect((await ask('/v', windows({ ...told, shell: null, bitlocker: 'On' }))).encrypted).toBe('yes');
  });

  it('is unknown when PowerShell is silent or babbles', async () => {
    for (const told of ['', 'null', '{"serial":5}', 'Get-Volume : not found']) {
      expect(await ask('/v', windows(told))).toMatchObject({ id: null, attachment: 'unknown', encrypted: 'unknown' });
    }
  });
});

describe('folders that a service itself says it keeps in step', () => {
  const dropbox = JSON.stringify({ personal: { path: '/data/box', host: 5 } });

  it('are Dropbox’s, wherever they were moved, and what lies in them', async () => {
    const computer = { files: { ...LAPTOP.files, '/home/anna/.dropbox/info.json': dropbox, '/data/box/b/c': '' } };
    expect((await ask('/data/box/b', computer)).cloudService).toBe('Dropbox');
    expect((await ask('/data/boxes', computer)).cloudService).toBeNull();
  });

  it('are OneDrive’s by its variable, whatever the case of the letters', async () => {
    const env = { OneDrive: 'C:\\Users\\Anna\\Wolke' };
    const realPath = async (path: string) => (path === env.OneDrive ? path : 'c:\\users\\anna\\WOLKE\\v');
    const system = { ...fakeSystem({ platform: 'win32', env }), realPath };
    const told = await describeVolume('/v', { system, addon: null });
    expect(told.cloudService).toBe('OneDrive');
  });

  it('are none when the notes are damaged', async () => {
    const computer = { files: { ...LAPTOP.files, '/home/anna/.dropbox/info.json': '{"personal":', '/data/box/b': '' } };
    expect((await ask('/data/box', computer)).cloudService).toBeNull();
  });
});
