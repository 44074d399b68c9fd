import { describe, expect, it } from 'vitest';
import { readInfoPlist } from '../../formats/index.ts';
import { dictAt } from '../../formats/plist/index.ts';
import { buildInfoPlist, type InfoPlistFacts } from './build.ts';

const UDID = '00008130-001234567890abcd';

function facts(change: Partial<InfoPlistFacts> = {}): InfoPlistFacts {
  return {
    udid: UDID,
    values: {
      DeviceName: 'Ada’s iPhone',
      ProductType: 'iPhone16,1',
      ProductVersion: '18.5',
      BuildVersion: '22F76',
      SerialNumber: 'F2L',
      PhoneNumber: '+49 1',
      InternationalMobileEquipmentIdentity: '35',
    },
    itunesSettings: { LibraryApplications: ['a'] },
    minItunesVersion: '12.10.10',
    extras: {
      apps: [
        { bundleId: 'com.store', sinf: Buffer.of(1), itunesMetadata: Buffer.of(2), icon: Buffer.of(3) },
        { bundleId: 'com.store.plain', sinf: Buffer.of(1), itunesMetadata: Buffer.of(2), icon: null },
        { bundleId: 'com.sideloaded', sinf: null, itunesMetadata: Buffer.of(2), icon: null },
      ],
      itunesFiles: new Map([['iTunesPrefs', Buffer.of(4)]]),
      ibooksData2: Buffer.of(5),
    },
    guid: '0'.repeat(32),
    now: new Date('2026-09-01T10:00:00Z'),
    ...change,
  };
}

describe('Info.plist', () => {
  it('holds what Apple’s host writes, as XML', () => {
    const bytes = buildInfoPlist(facts());
    expect(bytes.toString('utf8', 0, 5)).toBe('<?xml');
    const info = readInfoPlist(bytes);
    expect(info).toMatchObject({
      deviceName: 'Ada’s iPhone',
      displayName: 'Ada’s iPhone',
      productName: 'iPhone 15 Pro',
      productType: 'iPhone16,1',
      productVersion: '18.5',
      buildVersion: '22F76',
      serialNumber: 'F2L',
      uniqueIdentifier: UDID.toUpperCase(),
      targetIdentifier: UDID,
      guid: '0'.repeat(32),
      imei: '35',
      phoneNumber: '+49 1',
      lastBackupDate: new Date('2026-09-01T10:00:00Z'),
      itunesVersion: '12.10.10',
      installedApplications: ['com.store', 'com.store.plain', 'com.sideloaded'],
    });
    expect(Object.keys(info.applications ?? {})).toEqual(['com.store', 'com.store.plain']);
    expect(Object.keys(dictAt(info.applications, 'com.store') ?? {}).sort()).toEqual([
      'ApplicationSINF',
      'PlaceholderIcon',
      'iTunesMetadata',
    ]);
    expect(info.raw['Target Type']).toBe('Device');
    expect(info.raw['iTunes Settings']).toEqual({ LibraryApplications: ['a'] });
    expect(Object.keys(dictAt(info.raw, 'iTunes Files') ?? {})).toEqual(['iTunesPrefs']);
    expect(info.raw['iBooks Data 2']).toBeDefined();
  });

  it('leaves out what the phone does not have, instead of writing empty texts', () => {
    const bytes = buildInfoPlist(
      facts({
        values: { DeviceName: 'iPad', PhoneNumber: '', ProductType: 'iPad99,9' },
        itunesSettings: null,
        minItunesVersion: null,
        extras: { apps: [], itunesFiles: new Map(), ibooksData2: null },
      }),
    );
    const { raw } = readInfoPlist(bytes);
    for (const key of ['Phone Number', 'IMEI', 'Product Name', 'Serial Number', 'iBooks Data 2']) {
      expect(raw[key], key).toBeUndefined();
    }
    expect(raw['Applications']).toEqual({});
    expect(raw['iTunes Settings']).toEqual({});
    expect(raw['iTunes Version']).toMatch(/^12\./);
  });
});
