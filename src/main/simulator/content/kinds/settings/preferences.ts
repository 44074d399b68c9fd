import { encodePlist, PlistReal, type PlistValue } from '../../../../engine/formats/plist/index.ts';
import { DAY } from '../../calendar-time.ts';
import type { Random } from '../../random.ts';
import { fixedBytes } from '../../storage/sources.ts';
import type { World } from '../../world.ts';

const names = [
  'AppStore',
  'Accessibility',
  'airplay',
  'assistant.backedup',
  'BatteryCenter.BatteryWidget',
  'bluetoothaudio',
  'camera',
  'carplay',
  'celestial',
  'clockd',
  'commcenter',
  'coreduetd',
  'dictionaryservices',
  'facetime.bag',
  'findmy',
  'Fitness',
  'GEO',
  'health',
  'homesharing',
  'imagent',
  'itunescloud',
  'keyboard',
  'locationd',
  'Maps',
  'mobilecal',
  'mobilemail',
  'mobilenotes',
  'mobilephone',
  'mobilesafari',
  'mobileslideshow',
  'MobileSMS',
  'mobiletimer',
  'nanoweatherprefsd',
  'newscore',
  'Passbook',
  'photos.shareddefaults',
  'podcasts',
  'preferences.sounds',
  'Preferences',
  'purplebuddy',
  'reminders',
  'screentime',
  'shortcuts',
  'siri.shortcuts',
  'springboard',
  'stocks',
  'suggestions',
  'tips',
  'Translate',
  'VoiceMemos',
  'voiceservices',
  'weather',
  'WebUI',
  'wifi',
];

const keys = ['Enabled', 'LastCheck', 'Count', 'Identifier', 'Mode', 'Order', 'Scale', 'State', 'Version', 'Seen'];

/** A few to a few hundred `com.apple.….plist` below Library/Preferences: half of what a real HomeDomain has. */
export function addPreferences(world: World, count: number): void {
  const folder = 'Library/Preferences';
  const started = world.clock.now - 600 * DAY;
  for (let index = 0; index < count; index++) {
    const random = world.stream(`preferences/${index}`);
    const known = names[index];
    const name =
      known === undefined ? `com.apple.${random.pick(names).toLowerCase()}.${index}.plist` : `com.apple.${known}.plist`;
    const bytes = encodePlist(settings(random, started), random.chance(90) ? 'binary' : 'xml');
    world.tree.add('HomeDomain', `${folder}/${name}`, {
      source: fixedBytes(bytes),
      size: bytes.length,
      modified: world.clock.now - random.below(500 * DAY),
      protectionClass: random.chance(60) ? 4 : 3,
      permissions: 0o600,
    });
  }
  const bundle = '/System/Library/Carrier Bundles/iPhone/Unknown.bundle';
  for (const link of [
    'com.apple.carrier.default.plist',
    'com.apple.carrier_1.plist',
    'com.apple.operator.merged.plist',
  ]) {
    world.tree.addLink('HomeDomain', `${folder}/${link}`, `${bundle}/${link.replace(/^com\.apple\./, '')}`, started);
  }
}

function settings(random: Random, started: number): PlistValue {
  const entries: Record<string, PlistValue> = {};
  const count = random.between(1, 12);
  for (let entry = 0; entry < count; entry++)
    entries[`${random.pick(keys)}${random.below(30)}`] = setting(random, started, 2);
  return entries;
}

function setting(random: Random, started: number, depth: number): PlistValue {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0:
      return random.chance(50);
    case 1:
      return random.below(1_000_000);
    case 2:
      return new PlistReal(random.below(4000) / 8);
    case 3:
      return random.chance(20) ? '設定 ⚙️' : random.uuid();
    case 4:
      return new Date((started + random.below(500 * DAY)) * 1000);
    case 5:
      return random.bytes(random.between(4, 80));
    case 6:
      return Array.from({ length: random.between(0, 4) }, () => setting(random, started, depth - 1));
    default:
      return { [random.pick(keys)]: setting(random, started, depth - 1), [`${random.pick(keys)}2`]: random.below(9) };
  }
}
