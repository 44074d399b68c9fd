import { encodePlist, type PlistDict, type PlistValue } from '../../../../engine/formats/plist/index.ts';
import { cocoa, DAY } from '../../calendar-time.ts';
import { encodeJpeg } from '../../media/jpeg.ts';
import { mediaSource } from '../../media/media-source.ts';
import { drawLandscape } from '../../media/picture.ts';
import { entityTable } from '../../storage/core-data.ts';
import { fixedBytes } from '../../storage/sources.ts';
import type { World } from '../../world.ts';
import type { Kind, TruthSection } from '../kind.ts';
import { iconState } from './home-screen.ts';
import { keychainBackup, keychainCounts } from './keychain.ts';
import { addPreferences } from './preferences.ts';

/** Wallpapers: raw BGRA rows and a trailer of 24 bytes with the size (backup-format 4.14, not certain). */
const WALLPAPER = { width: 32, height: 64 };

const networks = ['Home 2.4', 'Café “Zur Post”', '東京メトロ', 'FRITZ!Box 7590 AB', 'Guest', 'مقهى'];

/** Everything small that belongs to no app: settings, networks, keychain, home screen, and one or two of each domain. */
export class SystemFiles implements Kind {
  readonly #world: World;

  constructor(world: World, preferences: number, bundleIds: readonly string[]) {
    this.#world = world;
    addPreferences(world, preferences);
    this.#home(bundleIds);
    this.#network();
    this.#keychain();
    this.#domains();
    this.#databases();
  }

  truth(): readonly TruthSection[] {
    return [
      { name: 'wifiNetworks', rows: () => networks.map((ssid) => ({ ssid })) },
      { name: 'keychain', rows: () => Object.entries(keychainCounts).map(([kind, items]) => ({ kind, items })) },
    ];
  }

  #home(bundleIds: readonly string[]): void {
    const domain = 'HomeDomain';
    this.#file(domain, 'Library/SpringBoard/IconState.plist', iconState(bundleIds));
    const thumbnail = encodeJpeg(90, 180, drawLandscape(this.#world.stream('wallpaper'), 6, 12));
    this.#file(domain, 'Library/SpringBoard/LockBackgroundThumbnail.jpg', thumbnail);
    this.#file(domain, 'Library/SpringBoard/LockBackground.cpbitmap', wallpaper(this.#world));
    this.#plist('KeyboardDomain', 'Library/Keyboard/user_model_database.plist', {
      entries: [],
      language: this.#world.identity.language,
    });
    this.#file(
      'KeyboardDomain',
      'Library/Keyboard/dynamic-text.dat',
      Buffer.from(`DynamicDictionary-8\0${this.#world.language.items.join('\0')}`),
    );
    this.#plist('HomeDomain', 'Library/Passes/Cards/loyalty.pkpass/pass.json.plist', {
      formatVersion: 1,
      organizationName: 'Café Code',
    });
  }

  #network(): void {
    const domain = 'SystemPreferencesDomain';
    const known: Record<string, PlistValue> = {};
    networks.forEach((ssid, index) => {
      const random = this.#world.stream(`network/${index}`);
      const added = this.#world.clock.now - random.between(20, 900) * DAY;
      const bssid = (random.hex(12).match(/../g) ?? []).join(':');
      known[`wifi.network.ssid.${ssid}`] = {
        AddedAt: new Date(added * 1000),
        JoinedByUserAt: new Date(added * 1000),
        JoinedBySystemAt: new Date((added + DAY) * 1000),
        SSID: Buffer.from(ssid, 'utf8'),
        SupportedSecurityTypes: index === 4 ? 'Open' : 'WPA2/WPA3 Personal',
        BSSList: [
          { BSSID: bssid, Channel: random.between(1, 13), LastAssociatedAt: new Date((added + 2 * DAY) * 1000) },
        ],
        Hidden: false,
      };
    });
    this.#plist(domain, 'com.apple.wifi.known-networks.plist', known, true);
    this.#plist(domain, 'SystemConfiguration/com.apple.wifi.plist', { AllowEnable: 1, Version: 15 });
    this.#plist(domain, 'SystemConfiguration/preferences.plist', {
      Model: this.#world.identity.productType,
      System: { System: { ComputerName: this.#world.identity.name, HostName: 'iPhone' } },
    });
  }

  #keychain(): void {
    const domain = 'KeychainDomain';
    this.#file(domain, 'keychain-backup.plist', keychainBackup(this.#world.stream('keychain')), true);
    const trust = this.#world.database({
      domain,
      relativePath: 'TrustStore.sqlite3',
      schema: [
        'CREATE TABLE tsettings (sha256 BLOB NOT NULL DEFAULT "", subj BLOB NOT NULL DEFAULT "", tset BLOB, data BLOB, PRIMARY KEY (sha256))',
      ],
    });
    const random = this.#world.stream('trust');
    trust.change().insert('tsettings', { sha256: random.bytes(32), subj: random.bytes(40), data: random.bytes(600) });
  }

  /** One file for each domain that has no kind of its own. */
  #domains(): void {
    const { identity, clock } = this.#world;
    this.#plist('RootDomain', 'Library/Preferences/com.apple.MobileBackup.plist', {
      AccountEnabledDate: new Date((clock.now - 90 * DAY) * 1000),
    });
    this.#plist('RootDomain', 'Library/Caches/locationd/clients.plist', {
      'com.apple.Maps': { Authorization: 2, BundleId: 'com.apple.Maps' },
    });
    this.#plist('WirelessDomain', 'Library/Preferences/com.apple.commcenter.plist', {
      ICCID: identity.iccid,
      PhoneNumber: identity.phoneNumber,
    });
    this.#plist('DatabaseDomain', 'com.apple.xpc.launchd/disabled.plist', { 'com.apple.ftpd': true });
    this.#world.tree.addLink(
      'DatabaseDomain',
      'timezone/localtime',
      `/var/db/timezone/zoneinfo/${identity.timeZone}`,
      clock.now - 90 * DAY,
    );
    this.#plist('InstallDomain', 'Library/MobileInstallation/BackedUpState/SystemAppInstallState.plist', {
      Identifiers: ['com.apple.stocks'],
    });
    this.#plist('ManagedPreferencesDomain', 'mobile/com.apple.purplebuddy.plist', {});
    this.#file(
      'MobileDeviceDomain',
      'ProvisioningProfiles/3f0a.mobileprovision',
      Buffer.from('<?xml version="1.0"?><plist version="1.0"><dict/></plist>'),
    );
    this.#plist(
      'SysSharedContainerDomain-systemgroup.com.apple.configurationprofiles',
      'Library/ConfigurationProfiles/ProfileTruth.plist',
      { Version: 2 },
    );
    this.#plist('SysContainerDomain-com.apple.geod', 'Library/Preferences/com.apple.geod.plist', {
      Country: this.#world.language.countryCode.toUpperCase(),
    });
    const tone = { source: mediaSource(this.#world, 'm4a'), size: 6000, modified: clock.now - 400 * DAY };
    this.#world.tree.add('TonesDomain', 'Media/iTunes_Control/Ringtones/ABCD.m4r', tone);
    this.#plist('HomeKitDomain', 'Library/homed/plain-metadata.plist', { HomeCount: 1 });
    this.#plist('HealthDomain', 'MedicalID/MedicalIDData.archive', {
      bloodType: 'A+',
      name: this.#world.identity.name,
    });
    this.#world.tree.folder('HealthDomain', 'Health/ExtraFolder', clock.now);
  }

  #databases(): void {
    const { clock } = this.#world;
    const usage = this.#world.database({
      domain: 'WirelessDomain',
      relativePath: 'Library/Databases/DataUsage.sqlite',
      schema: [entityTable('ZPROCESS', { timestamp: 'ZFIRSTTIMESTAMP ZTIMESTAMP', varchar: 'ZBUNDLENAME ZPROCNAME' })],
    });
    for (let index = 0; index < 30; index++) {
      usage.change().insert('ZPROCESS', {
        Z_PK: index + 1,
        Z_ENT: 3,
        Z_OPT: 1,
        ZBUNDLENAME: `com.example.app${index}`,
        ZPROCNAME: `app${index}`,
        ZTIMESTAMP: cocoa(clock.now - index * DAY),
      });
    }
    const cellular = this.#world.database({
      domain: 'WirelessDomain',
      relativePath: 'Library/Databases/CellularUsage.db',
      schema: [
        'CREATE TABLE subscriber_info (ROWID INTEGER PRIMARY KEY, subscriber_id TEXT, subscriber_mdn TEXT, tag INTEGER, last_update_time REAL)',
      ],
    });
    cellular.change().insert('subscriber_info', {
      subscriber_id: this.#world.identity.iccid,
      tag: 1,
      last_update_time: cocoa(clock.now),
    });
    const homes = this.#world.database({
      domain: 'HomeKitDomain',
      relativePath: 'Library/homed/datastore3.sqlite',
      schema: [entityTable('ZMKFHOME', { varchar: 'ZNAME', blob: 'ZMODELID' })],
    });
    homes.change().insert('ZMKFHOME', {
      Z_PK: 1,
      Z_ENT: 12,
      Z_OPT: 1,
      ZNAME: '🏠',
      ZMODELID: this.#world.stream('home').bytes(16),
    });
    this.#liars = [usage, cellular];
  }

  #liars: readonly { readonly file: { lieAboutSize(difference: number): void } }[] = [];

  /** To be called once the databases have rows: two of them get a `Size` that is not theirs, one too small, one too large. */
  lie(): void {
    this.#liars[0]?.file.lieAboutSize(-4096);
    this.#liars[1]?.file.lieAboutSize(8192);
  }

  #plist(domain: string, path: string, value: PlistDict, encryptedOnly = false): void {
    this.#file(domain, path, encodePlist(value, 'binary'), encryptedOnly);
  }

  #file(domain: string, path: string, bytes: Buffer, encryptedOnly = false): void {
    const modified = this.#world.clock.now - this.#world.stream(`system/${domain}-${path}`).between(1, 300) * DAY;
    this.#world.tree.add(domain, path, {
      source: fixedBytes(bytes),
      size: bytes.length,
      modified,
      encryptedOnly,
      protectionClass: 4,
    });
  }
}

function wallpaper(world: World): Buffer {
  const { width, height } = WALLPAPER;
  const pixels = Buffer.alloc(width * height * 4 + 24, 0xff);
  const [blue, green, red] = world.stream('wallpaper/colour').bytes(3);
  for (let at = 0; at < width * height * 4; at += 4) {
    pixels[at] = blue ?? 0;
    pixels[at + 1] = green ?? 0;
    pixels[at + 2] = red ?? 0;
  }
  pixels.fill(0, width * height * 4);
  pixels.writeUInt32LE(1, pixels.length - 24);
  pixels.writeUInt32LE(width, pixels.length - 20);
  pixels.writeUInt32LE(height, pixels.length - 16);
  return pixels;
}
