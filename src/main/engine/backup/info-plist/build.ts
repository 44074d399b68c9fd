import { encodePlist, isPlistDict, type PlistDict, type PlistValue } from '../../formats/plist/index.ts';
import { productName } from './product-names.ts';

/**
 * Info.plist: the host's description of the phone, which tools show and a restore reads (device protocols 6.1). XML, as
 * Apple's host writes it. What a phone does not have or tell is left out, never written as an empty text.
 */

/** What goes in besides the phone's own values, gathered from its services. */
export interface PhoneExtras {
  readonly apps: readonly InstalledApp[];
  /** Files of `/iTunes_Control/iTunes/` by name. */
  readonly itunesFiles: ReadonlyMap<string, Uint8Array>;
  /** Content of `/Books/iBooksData2.plist`. */
  readonly ibooksData2: Uint8Array | null;
}

export interface InstalledApp {
  readonly bundleId: string;
  /** Its licence; App Store apps have one. */
  readonly sinf: Uint8Array | null;
  readonly itunesMetadata: Uint8Array | null;
  /** PNG. */
  readonly icon: Uint8Array | null;
}

export interface InfoPlistFacts {
  readonly udid: string;
  /** lockdownd's default domain. */
  readonly values: PlistDict;
  /** Domain com.apple.iTunes. */
  readonly itunesSettings: PlistValue | null;
  /** MinITunesVersion of domain com.apple.mobile.iTunes. */
  readonly minItunesVersion: PlistValue | null;
  readonly extras: PhoneExtras;
  /** 32 upper-case hex digits; the same in every run. */
  readonly guid: string;
  readonly now: Date;
}

/** A late version of iTunes for Windows: what other hosts write when the phone names none. */
const DEFAULT_ITUNES_VERSION = '12.13.2.3';

/** Info.plist's key ← lockdownd's key, for values that are copied as they are. */
const COPIED: ReadonlyArray<readonly [key: string, source: string]> = [
  ['Build Version', 'BuildVersion'],
  ['Device Name', 'DeviceName'],
  ['Display Name', 'DeviceName'],
  ['ICCID', 'IntegratedCircuitCardIdentity'],
  ['IMEI', 'InternationalMobileEquipmentIdentity'],
  ['IMEI 2', 'InternationalMobileEquipmentIdentity2'],
  ['MEID', 'MobileEquipmentIdentifier'],
  ['Phone Number', 'PhoneNumber'],
  ['Product Type', 'ProductType'],
  ['Product Version', 'ProductVersion'],
  ['Serial Number', 'SerialNumber'],
];

export function buildInfoPlist(facts: InfoPlistFacts): Buffer {
  const { values, extras } = facts;
  const dict: Record<string, PlistValue> = {
    Applications: applications(extras.apps),
    GUID: facts.guid,
    'Installed Applications': extras.apps.map(({ bundleId }) => bundleId),
    'Last Backup Date': facts.now,
    'Target Identifier': facts.udid,
    'Target Type': 'Device',
    'Unique Identifier': facts.udid.toUpperCase(),
    'iTunes Files': Object.fromEntries(extras.itunesFiles),
    'iTunes Settings': isPlistDict(facts.itunesSettings) ? facts.itunesSettings : {},
    'iTunes Version': textOr(facts.minItunesVersion, DEFAULT_ITUNES_VERSION),
  };
  for (const [key, source] of COPIED) {
    const value = values[source];
    if (typeof value === 'string' && value !== '') dict[key] = value;
  }
  const product = productName(textOr(values['ProductType'] ?? null, ''));
  if (product !== null) dict['Product Name'] = product;
  if (extras.ibooksData2 !== null) dict['iBooks Data 2'] = extras.ibooksData2;
  return encodePlist(dict, 'xml');
}

/** Only apps that came from the App Store with both their papers, as other hosts do. */
function applications(apps: readonly InstalledApp[]): PlistDict {
  const dict: Record<string, PlistDict> = Object.create(null);
  for (const { bundleId, sinf, itunesMetadata, icon } of apps) {
    if (sinf === null || itunesMetadata === null) continue;
    dict[bundleId] = {
      ApplicationSINF: sinf,
      iTunesMetadata: itunesMetadata,
      ...(icon === null ? {} : { PlaceholderIcon: icon }),
    };
  }
  return dict;
}

function textOr(value: PlistValue | null, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
