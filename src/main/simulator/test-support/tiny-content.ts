import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { InstalledApp, Mutation, PhoneContent, PhoneFile, PhoneIdentity, PhoneSpec } from '../content/types.ts';

/** A phone with one photo and one app: for tests of the transport, where making believable content would be the slow part. */
export function makeTinyContent(spec: PhoneSpec): PhoneContent {
  const identity = tinyIdentity(spec);
  let revision = 1;
  const photo = Buffer.from(`photo of phone ${spec.seed}`);
  const file: PhoneFile = {
    domain: 'CameraRollDomain',
    relativePath: 'Media/DCIM/100APPLE/IMG_0001.JPG',
    kind: 'file',
    mode: 0o100644,
    userId: 501,
    groupId: 501,
    inode: 1001,
    sizeBytes: photo.length,
    manifestSizeBytes: photo.length,
    modified: 1_700_000_000,
    birth: 1_700_000_000,
    statusChanged: 1_700_000_000,
    protectionClass: 3,
    hasDigest: false,
    encryptedOnly: false,
    target: null,
    extendedAttributes: new Map(),
    revision,
    read: () => [photo],
  };
  const folders: Readonly<Record<string, readonly string[]>> = {
    '': ['DCIM'],
    DCIM: ['100APPLE'],
    'DCIM/100APPLE': ['IMG_0001.JPG'],
  };
  return {
    identity,
    apps: [tinyApp],
    fileCount: 1,
    totalBytes: photo.length,
    files: () => [{ ...file, revision }],
    mediaFile: (path) => (path === 'DCIM/100APPLE/IMG_0001.JPG' ? file : null),
    mediaChildren: (path) => folders[path] ?? null,
    mutate: (_mutation: Mutation) => {
      revision += 1;
      return { addedFiles: 0, changedFiles: 1, removedFiles: 0, deleted: {}, added: {}, edited: { photos: 1 } };
    },
    writeTruth: (path) => writeFile(path, JSON.stringify({ udid: identity.udid, files: [], items: {} })),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const tinyApp: InstalledApp = {
  bundleId: 'com.example.tiny',
  name: 'Tiny',
  version: '12',
  shortVersion: '1.2',
  staticDiskUsage: 1_000_000,
  dynamicDiskUsage: 2_000_000,
  iTunesMetadata: null,
  applicationSinf: null,
  groups: [],
  plugins: [],
  icon: Buffer.from('89504e470d0a1a0a', 'hex'),
};

function tinyIdentity(spec: PhoneSpec): PhoneIdentity {
  const serial = spec.seed.toString(16).toUpperCase().padStart(16, '0');
  return {
    udid: spec.udid ?? `00008110-${serial}`,
    name: spec.name ?? `Tiny iPhone ${spec.seed}`,
    productType: 'iPhone14,5',
    productName: 'iPhone OS',
    productVersion: '18.1',
    buildVersion: '22B83',
    hardwareModel: 'D17AP',
    serialNumber: `F2L${serial.slice(-9)}`,
    wifiAddress: 'a4:83:e7:00:00:01',
    bluetoothAddress: 'a4:83:e7:00:00:02',
    uniqueChipId: 6_123_456_789_012_345,
    phoneNumber: '+49 151 0000000',
    imei: '350000000000001',
    imei2: '350000000000002',
    meid: '35000000000000',
    iccid: '8949000000000000001',
    locale: 'de-DE',
    language: 'de',
    timeZone: 'Europe/Berlin',
    totalDiskCapacity: 128_000_000_000,
  };
}

/** A name that no other test has, for sockets and folders. */
export function uniqueName(): string {
  return `backstop-simulator-${randomUUID().slice(0, 8)}`;
}
