import { describe, expect, it } from 'vitest';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { encodePlist, PlistReal, type PlistValue } from '../plist/index.ts';
import { readInfoPlist, readManifestPlist, readStatusPlist } from './plists.ts';

const DATE = new Date('2026-09-01T10:00:00Z');

describe.each(['binary', 'xml'] as const)('the three property lists of a backup, %s', (format) => {
  const bytes = (value: PlistValue) => encodePlist(value, format);

  it('Status.plist', () => {
    const status = {
      BackupState: 'new',
      Date: DATE,
      IsFullBackup: false,
      SnapshotState: 'finished',
      UUID: 'A-B',
      Version: '3.3',
    };
    expect(readStatusPlist(bytes(status))).toMatchObject({
      snapshotState: 'finished',
      backupState: 'new',
      isFullBackup: false,
      date: DATE,
      uuid: 'A-B',
      version: '3.3',
    });
  });

  it('Manifest.plist', () => {
    const key = Buffer.concat([Buffer.from([4, 0, 0, 0]), Buffer.alloc(40, 9)]);
    const manifest = readManifestPlist(
      bytes({
        IsEncrypted: true,
        BackupKeyBag: Buffer.from('VERS'),
        ManifestKey: key,
        Version: '10.0',
        SystemDomainsVersion: '24.0',
        Date: DATE,
        WasPasscodeSet: true,
        Lockdown: { DeviceName: 'Ada', ProductVersion: '18.5', UniqueDeviceID: '0000', 'com.apple.x': {} },
        Applications: { 'com.example': { CFBundleIdentifier: 'com.example' } },
      }),
    );
    expect(manifest).toMatchObject({
      isEncrypted: true,
      keybag: Buffer.from('VERS'),
      manifestKey: { classId: 4, wrapped: Buffer.alloc(40, 9) },
      version: '10.0',
      wasPasscodeSet: true,
      lockdown: { deviceName: 'Ada', productVersion: '18.5', uniqueDeviceId: '0000', serialNumber: undefined },
    });
  });

  it('Info.plist', () => {
    const info = readInfoPlist(
      bytes({
        'Device Name': 'Ada’s iPhone',
        'Target Identifier': '00008130-0012',
        GUID: Buffer.from('00ff', 'hex'),
        'Installed Applications': ['a.b', 5, 'c.d'],
        'Last Backup Date': DATE,
        'IMEI 2': '35',
        'Phone Number': '',
      }),
    );
    expect(info).toMatchObject({
      deviceName: 'Ada’s iPhone',
      targetIdentifier: '00008130-0012',
      guid: '00FF',
      installedApplications: ['a.b', 'c.d'],
      lastBackupDate: DATE,
      imei2: '35',
      phoneNumber: '',
      meid: undefined,
    });
    expect(readInfoPlist(bytes({ GUID: 'ABCD' })).guid).toBe('ABCD');
  });

  it('may lack every key, or have others in their place', () => {
    const odd = { SnapshotState: 1, IsEncrypted: 'yes', BackupKeyBag: 'text', Lockdown: [], Date: new PlistReal(5) };
    for (const value of [{}, odd]) {
      expect(readStatusPlist(bytes(value))).toMatchObject({ snapshotState: undefined, date: undefined });
      expect(readManifestPlist(bytes(value))).toMatchObject({ isEncrypted: undefined, keybag: undefined });
      expect(readInfoPlist(bytes(value))).toMatchObject({ deviceName: undefined, installedApplications: undefined });
    }
  });

  it('are refused when they are something else', () => {
    for (const read of [readStatusPlist, readManifestPlist, readInfoPlist]) {
      for (const junk of [
        bytes([]),
        bytes('text'),
        Buffer.alloc(0),
        Buffer.from('<html>'),
        bytes({}).subarray(0, 40),
      ]) {
        expect(() => read(junk)).toThrowError(expect.toSatisfy((error) => isBackstopError(error, 'formats/bad-plist')));
      }
    }
  });
});
