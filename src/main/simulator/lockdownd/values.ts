import { type PlistDict, PlistReal, type PlistValue } from '../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../phone.ts';
import { diskOf } from '../phone-disk.ts';
import { zoneOffsetSeconds } from '../time-zone.ts';

/** What GetValue may see: the values of a domain with and without a session. */
export interface DomainValues {
  readonly open: PlistDict;
  /** Includes the open ones. */
  readonly full: PlistDict;
}

/** Seconds between 1970 and 2001, the zero of Apple's dates. */
const APPLE_EPOCH_SECONDS = 978_307_200;

/**
 * Lockdown values by domain; undefined for a domain that the phone does not know. Domains that exist but are empty on
 * modern phones answer with an empty dictionary. Key lists: device protocol reference 2.2 and 2.3.
 */
export function domainValues(
  phone: SimulatedPhone,
  domain: string | undefined,
  publicPem: Buffer,
): DomainValues | undefined {
  if (domain === undefined || domain === '') return defaultDomain(phone, publicPem);
  const make = DOMAINS[domain];
  if (make !== undefined) return { open: {}, full: make(phone) };
  return EMPTY_DOMAINS.has(domain) ? { open: {}, full: {} } : undefined;
}

function defaultDomain(phone: SimulatedPhone, publicPem: Buffer): DomainValues {
  const { identity, state } = phone;
  const open: PlistDict = {
    BasebandVersion: '4.20.03',
    BoardId: 8,
    BuildVersion: identity.buildVersion,
    CPUArchitecture: 'arm64e',
    ChipID: 33_040,
    DeviceClass: 'iPhone',
    DeviceColor: '1',
    DeviceName: identity.name,
    DevicePublicKey: publicPem,
    DieID: identity.uniqueChipId,
    HardwareModel: identity.hardwareModel,
    HasSiDP: true,
    PartitionType: 'GUID_partition_scheme',
    ProductName: identity.productName,
    ProductType: identity.productType,
    ProductVersion: identity.productVersion,
    ProductionSOC: true,
    ProtocolVersion: '2',
    SupportedDeviceFamilies: [1],
    TelephonyCapability: true,
    UniqueChipID: identity.uniqueChipId,
    UniqueDeviceID: identity.udid,
    WiFiAddress: identity.wifiAddress,
  };
  const full: PlistDict = {
    ...open,
    ActivationState: 'Activated',
    ActivationStateAcknowledged: true,
    BasebandStatus: 'BBInfoAvailable',
    BluetoothAddress: identity.bluetoothAddress,
    DeviceEnclosureColor: '1',
    EthernetAddress: nextAddress(identity.wifiAddress),
    HostAttached: true,
    HumanReadableProductVersionString: identity.productVersion,
    IntegratedCircuitCardIdentity: identity.iccid,
    InternationalMobileEquipmentIdentity: identity.imei,
    InternationalMobileEquipmentIdentity2: identity.imei2,
    InternationalMobileSubscriberIdentity: '262011234567890',
    MobileEquipmentIdentifier: identity.meid,
    ModelNumber: 'MLPF3',
    PasswordProtected: state.passcodeSet && state.locked,
    PhoneNumber: identity.phoneNumber,
    RegionInfo: 'ZD/A',
    SIMStatus: 'kCTSIMSupportSIMStatusReady',
    SIMTrayStatus: 'kCTSIMSupportSIMTrayInsertedWithSIM',
    SerialNumber: identity.serialNumber,
    TimeIntervalSince1970: new PlistReal(Date.now() / 1000),
    TimeZone: identity.timeZone,
    TimeZoneOffsetFromUTC: new PlistReal(zoneOffsetSeconds(identity.timeZone, new Date())),
    TrustedHostAttached: true,
    Uses24HourClock: true,
    WirelessBoardSerialNumber: identity.serialNumber,
    kCTPostponementStatus: 'kCTPostponementStatusActivated',
  };
  return { open, full };
}

const DOMAINS: Readonly<Record<string, (phone: SimulatedPhone) => PlistDict>> = {
  'com.apple.mobile.battery': ({ state }) => ({
    BatteryCurrentCapacity: state.batteryLevel,
    BatteryIsCharging: state.batteryCharging && state.batteryLevel < 100,
    ExternalChargeCapable: state.batteryCharging,
    ExternalConnected: state.batteryCharging,
    FullyCharged: state.batteryLevel === 100,
    GasGaugeCapability: true,
    HasBattery: true,
  }),
  'com.apple.disk_usage': diskUsage,
  'com.apple.disk_usage.factory': diskUsage,
  'com.apple.mobile.backup': (phone) => ({
    CloudBackupEnabled: phone.state.cloudBackupEnabled,
    RequiresEncryption: phone.state.requiresEncryption ? 1 : 0,
    Version: '2.0',
    WillEncrypt: phone.willEncrypt,
    ...lastBackup(phone),
  }),
  'com.apple.mobile.wireless_lockdown': ({ identity, state }) => ({
    BonjourFullServiceName: bonjourName(identity.wifiAddress),
    EnableWifiConnections: state.wifiConnectionsEnabled,
    EnableWifiDebugging: false,
    SupportsWifi: true,
  }),
  'com.apple.mobile.iTunes': () => ({
    AppleDRMVersion: { Format: 1, Maximum: 4 },
    iTunesSetupComplete: true,
    MinITunesVersion: '12.12.0',
    MinMacOSVersion: '10.15',
    PhotosAppVersion: '8.0',
    SupportsAirTraffic: true,
    SyncDataClasses: ['Contacts', 'Calendars', 'Bookmarks', 'Mail Accounts', 'Notes'],
  }),
  'com.apple.iTunes': () => ({}),
  'com.apple.mobile.data_sync': () => ({
    Bookmarks: { AccountNames: ['iCloud'], Sources: ['iCloud'] },
    Calendars: { AccountNames: ['iCloud'], Sources: ['iCloud'] },
    Contacts: { AccountNames: ['iCloud'], Sources: ['iCloud'] },
    Notes: { AccountNames: ['iCloud'], Sources: ['iCloud'] },
  }),
  'com.apple.fmip': ({ state }) => ({ IsAssociated: state.findMyEnabled }),
  'com.apple.international': ({ identity }) => ({
    Keyboard: identity.locale.replace('-', '_'),
    Language: identity.language,
    Locale: identity.locale.replace('-', '_'),
    SupportedLanguages: [...new Set([identity.language, 'en', 'de', 'fr', 'es', 'it', 'ja', 'ar', 'he'])],
    SupportedLocales: [...new Set([identity.locale.replace('-', '_'), 'en_US', 'de_DE', 'fr_FR', 'ja_JP'])],
  }),
  'com.apple.mobile.chaperone': () => ({ DeviceIsChaperoned: false }),
  'com.apple.purplebuddy': setupAssistant,
  'com.apple.PurpleBuddy': setupAssistant,
};

/** Known to exist; empty, or without anything a backup would want. */
const EMPTY_DOMAINS = new Set([
  'com.apple.Accessibility',
  'com.apple.fairplay',
  'com.apple.iqagent',
  'com.apple.mobile.internal',
  'com.apple.mobile.lockdown_cache',
  'com.apple.mobile.mobile_application_usage',
  'com.apple.mobile.nikita',
  'com.apple.mobile.restriction',
  'com.apple.mobile.software_behavior',
  'com.apple.mobile.sync_data_class',
  'com.apple.mobile.tethered_sync',
  'com.apple.mobile.third_party_termination',
  'com.apple.mobile.user_preferences',
  'com.apple.xcode.developerdomain',
]);

/** Modern phones still have the keys of old ones for single kinds of data, and say 0. */
function diskUsage(phone: SimulatedPhone): PlistDict {
  const { totalBytes, systemBytes, dataBytes, freeBytes, reservedBytes } = diskOf(phone);
  return {
    AmountDataAvailable: freeBytes - reservedBytes,
    AmountDataReserved: reservedBytes,
    AmountRestoreAvailable: freeBytes,
    CalendarUsage: 0,
    CameraUsage: 0,
    MobileApplicationUsage: 0,
    NotesUsage: 0,
    PhotoUsage: 0,
    TotalDataAvailable: freeBytes,
    TotalDataCapacity: dataBytes,
    TotalDiskCapacity: totalBytes,
    TotalSystemAvailable: 0,
    TotalSystemCapacity: systemBytes,
    VoicemailUsage: 0,
  };
}

function lastBackup({ identity, state }: SimulatedPhone): PlistDict {
  if (state.lastBackupAt === null) return {};
  const hours = Math.trunc(zoneOffsetSeconds(identity.timeZone, state.lastBackupAt) / 3600);
  return {
    LastiTunesBackupDate: Math.floor(state.lastBackupAt.getTime() / 1000) - APPLE_EPOCH_SECONDS,
    LastiTunesBackupTZ: hours === 0 ? 'GMT' : `GMT${hours > 0 ? '+' : ''}${hours}`,
  };
}

function setupAssistant({ state }: SimulatedPhone): PlistDict {
  return { SetupDone: state.setupDone, SetupState: state.setupDone ? 'SetupUsingAssistant' : 'NotStarted' };
}

/** The name under which the phone announces itself: `<MAC>@<link-local address>` of the Wi-Fi interface. */
export function bonjourName(wifiAddress: string): string {
  return `${wifiAddress}@${linkLocal(wifiAddress)}._apple-mobdev2._tcp.local.`;
}

/** EUI-64: fe80::, the second-lowest bit of the first byte flipped, ff:fe in the middle. */
function linkLocal(mac: string): string {
  const [a = '00', b = '00', c = '00', d = '00', e = '00', f = '00'] = mac.split(':');
  const first = ((Number.parseInt(a, 16) ^ 2) & 0xff).toString(16).padStart(2, '0');
  return `fe80::${first}${b}:${c}ff:fe${d}:${e}${f}`;
}

function nextAddress(mac: string): string {
  const last = (Number.parseInt(mac.slice(-2), 16) + 1) & 0xff;
  return mac.slice(0, -2) + last.toString(16).padStart(2, '0');
}

/** The outcome of a SetValue or RemoveValue: null for done, else the error name. */
export function changeValue(
  phone: SimulatedPhone,
  domain: string | undefined,
  key: string,
  value: PlistValue | null,
): string | null {
  const place = `${domain ?? ''}/${key}`;
  if (place === 'com.apple.mobile.wireless_lockdown/EnableWifiConnections') {
    phone.state.wifiConnectionsEnabled = value === true;
    phone.events.record('lockdown.wifi-connections', { enabled: phone.state.wifiConnectionsEnabled });
    return null;
  }
  if (place === '/DeviceName' && typeof value === 'string' && value !== '') {
    phone.rename(value);
    return null;
  }
  if (HARMLESS_PLACES.has(place)) return null;
  return 'ImmutableValue';
}

/** Accepted and without effect here: what usbmuxd and hosts write in passing. */
const HARMLESS_PLACES = new Set([
  '/UntrustedHostBUID',
  '/TimeZone',
  '/TimeIntervalSince1970',
  'com.apple.mobile.wireless_lockdown/EnableWifiDebugging',
  'com.apple.mobile.wireless_lockdown/WirelessBuddyID',
  'com.apple.mobile.iTunes/iTunesSetupComplete',
]);
