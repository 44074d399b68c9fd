import { BackstopError } from '../../../../shared/errors/index.ts';
import { type ClassedKey, readClassedKey } from '../crypto/key-wrap.ts';
import {
  boolAt,
  dataAt,
  dateAt,
  dictAt,
  dictOf,
  type PlistDict,
  parsePlist,
  stringAt,
  stringsAt,
} from '../plist/index.ts';

/**
 * The three property lists at the top of a backup. Every key is optional for the reader, as tools and releases differ;
 * what is missing or of another kind is undefined, and the whole dictionary is there as `raw`. All throw
 * `formats/bad-plist` for what is no property list, or one of something else than a dictionary.
 */

/** Status.plist, written by the phone at each step. */
export interface StatusPlist {
  /** Only `finished` means complete. During a run `uploading`, `moving`, `removing` and `new` have been reported. */
  readonly snapshotState: string | undefined;
  readonly backupState: string | undefined;
  /** False after an incremental session; the backup is complete all the same. */
  readonly isFullBackup: boolean | undefined;
  readonly date: Date | undefined;
  readonly uuid: string | undefined;
  readonly version: string | undefined;
  readonly raw: PlistDict;
}

export function readStatusPlist(bytes: Uint8Array): StatusPlist {
  const raw = readDict('Status.plist', bytes);
  return {
    snapshotState: stringAt(raw, 'SnapshotState'),
    backupState: stringAt(raw, 'BackupState'),
    isFullBackup: boolAt(raw, 'IsFullBackup'),
    date: dateAt(raw, 'Date'),
    uuid: stringAt(raw, 'UUID'),
    version: stringAt(raw, 'Version'),
    raw,
  };
}

/** Manifest.plist, written by the phone. */
export interface ManifestPlist {
  /** Decides whether a password is needed; a key bag may be there in unencrypted backups too. */
  readonly isEncrypted: boolean | undefined;
  /** For `parseKeybag`. */
  readonly keybag: Uint8Array | undefined;
  /** Of Manifest.db, for `openClassedKey`. Encrypted backups of iOS 10.2 and later have it. */
  readonly manifestKey: ClassedKey | undefined;
  readonly version: string | undefined;
  readonly systemDomainsVersion: string | undefined;
  readonly date: Date | undefined;
  readonly wasPasscodeSet: boolean | undefined;
  readonly lockdown: ManifestLockdown;
  /** Bundle id → container, Apple's plug-ins included: not the owner's list of apps. */
  readonly applications: PlistDict | undefined;
  readonly raw: PlistDict;
}

export interface ManifestLockdown {
  readonly deviceName: string | undefined;
  readonly productType: string | undefined;
  readonly productVersion: string | undefined;
  readonly buildVersion: string | undefined;
  readonly serialNumber: string | undefined;
  readonly uniqueDeviceId: string | undefined;
}

export function readManifestPlist(bytes: Uint8Array): ManifestPlist {
  const raw = readDict('Manifest.plist', bytes);
  const lockdown = dictAt(raw, 'Lockdown');
  const manifestKey = dataAt(raw, 'ManifestKey');
  return {
    isEncrypted: boolAt(raw, 'IsEncrypted'),
    keybag: dataAt(raw, 'BackupKeyBag'),
    manifestKey: manifestKey === undefined ? undefined : readClassedKey(manifestKey),
    version: stringAt(raw, 'Version'),
    systemDomainsVersion: stringAt(raw, 'SystemDomainsVersion'),
    date: dateAt(raw, 'Date'),
    wasPasscodeSet: boolAt(raw, 'WasPasscodeSet'),
    lockdown: {
      deviceName: stringAt(lockdown, 'DeviceName'),
      productType: stringAt(lockdown, 'ProductType'),
      productVersion: stringAt(lockdown, 'ProductVersion'),
      buildVersion: stringAt(lockdown, 'BuildVersion'),
      serialNumber: stringAt(lockdown, 'SerialNumber'),
      uniqueDeviceId: stringAt(lockdown, 'UniqueDeviceID'),
    },
    applications: dictAt(raw, 'Applications'),
    raw,
  };
}

/** Info.plist, written by the computer. 1–10 MB, most of it icons. */
export interface InfoPlist {
  readonly deviceName: string | undefined;
  readonly displayName: string | undefined;
  /** The model's name for people; Apple writes it, other tools do not. */
  readonly productName: string | undefined;
  readonly productType: string | undefined;
  readonly productVersion: string | undefined;
  readonly buildVersion: string | undefined;
  readonly serialNumber: string | undefined;
  /** The UDID in capitals. */
  readonly uniqueIdentifier: string | undefined;
  /** The UDID as the phone says it. */
  readonly targetIdentifier: string | undefined;
  /** 32 hex digits; some tools write 16 bytes, which are given in the same form. */
  readonly guid: string | undefined;
  readonly imei: string | undefined;
  readonly imei2: string | undefined;
  readonly meid: string | undefined;
  readonly iccid: string | undefined;
  readonly phoneNumber: string | undefined;
  readonly lastBackupDate: Date | undefined;
  readonly itunesVersion: string | undefined;
  readonly macosVersion: string | undefined;
  /** Bundle ids: the owner's list of apps. */
  readonly installedApplications: readonly string[] | undefined;
  /** Bundle id → icon, metadata and signature of App Store apps. */
  readonly applications: PlistDict | undefined;
  readonly raw: PlistDict;
}

export function readInfoPlist(bytes: Uint8Array): InfoPlist {
  const raw = readDict('Info.plist', bytes);
  const guid = dataAt(raw, 'GUID');
  return {
    deviceName: stringAt(raw, 'Device Name'),
    displayName: stringAt(raw, 'Display Name'),
    productName: stringAt(raw, 'Product Name'),
    productType: stringAt(raw, 'Product Type'),
    productVersion: stringAt(raw, 'Product Version'),
    buildVersion: stringAt(raw, 'Build Version'),
    serialNumber: stringAt(raw, 'Serial Number'),
    uniqueIdentifier: stringAt(raw, 'Unique Identifier'),
    targetIdentifier: stringAt(raw, 'Target Identifier'),
    guid: guid === undefined ? stringAt(raw, 'GUID') : Buffer.from(guid).toString('hex').toUpperCase(),
    imei: stringAt(raw, 'IMEI'),
    imei2: stringAt(raw, 'IMEI 2'),
    meid: stringAt(raw, 'MEID'),
    iccid: stringAt(raw, 'ICCID'),
    phoneNumber: stringAt(raw, 'Phone Number'),
    lastBackupDate: dateAt(raw, 'Last Backup Date'),
    itunesVersion: stringAt(raw, 'iTunes Version'),
    macosVersion: stringAt(raw, 'macOS Version'),
    installedApplications: stringsAt(raw, 'Installed Applications'),
    applications: dictAt(raw, 'Applications'),
    raw,
  };
}

function readDict(name: string, bytes: Uint8Array): PlistDict {
  const dict = dictOf(parsePlist(bytes));
  if (dict === undefined) {
    throw new BackstopError('formats/bad-plist', { message: `${name} holds no dictionary`, data: { file: name } });
  }
  return dict;
}
