import { isBackstopError } from '../../../../../shared/errors/index.ts';
import { dictOf, type PlistDict, type PlistValue, parsePlist } from '../../../formats/plist/index.ts';
import type { Backup } from '../../source/types.ts';
import { type Reading, UnreadableList } from '../reading.ts';

/** Names of Wi-Fi networks that the phone knows; passwords lie in the keychain and are not read (reference 4.14). */
export interface WifiNetwork {
  /** The network's name, which is what the phone knows it by. */
  readonly id: string;
  readonly ssid: string;
  readonly addedMs: number | null;
  readonly lastJoinedMs: number | null;
}

const DOMAIN = 'SystemPreferencesDomain';
const FILES = [
  'com.apple.wifi.known-networks.plist',
  'SystemConfiguration/com.apple.wifi.known-networks.plist',
  'SystemConfiguration/com.apple.wifi.plist',
  'com.apple.wifi.plist',
  'com.apple.wifi-networks.plist.backup',
  'SystemConfiguration/com.apple.wifi-networks.plist.backup',
];
const PREFIX = 'wifi.network.ssid.';
const MAX_BYTES = 64 * 1024 * 1024;

export async function readWifiNetworks(
  backup: Backup,
): Promise<Reading<WifiNetwork> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const found = new Map<string, WifiNetwork>();
  let isPresent = false;
  for (const path of FILES) {
    const file = backup.file(DOMAIN, path);
    if (file === null || !backup.hasContent(file)) continue;
    isPresent = true;
    try {
      for (const network of networksOf(dictOf(parsePlist(await backup.readWhole(file, MAX_BYTES))) ?? {})) {
        if (!found.has(network.id)) found.set(network.id, network);
      }
    } catch (error) {
      if (!isBackstopError(error)) throw error;
      unreadable.add(path, error.message);
    }
  }
  return { items: [...found.values()], isPresent, unreadable: unreadable.items };
}

function* networksOf(dict: PlistDict): Iterable<WifiNetwork> {
  for (const [key, value] of Object.entries(dict)) {
    const about = dictOf(value);
    if (about === undefined || !key.startsWith(PREFIX)) continue;
    yield networkOf(nameIn(about['SSID']) ?? key.slice(PREFIX.length), about);
  }
  // Until iOS 15 or so.
  const list = dict['List of known networks'];
  for (const one of Array.isArray(list) ? list : []) {
    const about = dictOf(one as PlistValue);
    const name = about === undefined ? null : (nameIn(about['SSID_STR']) ?? nameIn(about['SSID']));
    if (about !== undefined && name !== null) yield networkOf(name, about);
  }
}

function networkOf(ssid: string, about: PlistDict): WifiNetwork {
  const joined = [about['JoinedByUserAt'], about['JoinedBySystemAt'], about['lastJoined'], about['lastAutoJoined']];
  const times = joined.flatMap((one) => (one instanceof Date ? [one.getTime()] : []));
  const added = about['AddedAt'] ?? about['addedAt'];
  return {
    id: ssid,
    ssid,
    addedMs: added instanceof Date ? added.getTime() : null,
    lastJoinedMs: times.length === 0 ? null : Math.max(...times),
  };
}

/** Names are bytes on the air, and text where they can be. */
function nameIn(value: PlistValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : null;
}
