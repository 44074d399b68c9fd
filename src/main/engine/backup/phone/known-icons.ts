import { dataAt, dictAt, type PlistDict } from '../../formats/plist/index.ts';
import type { InstalledApp } from '../info-plist/index.ts';
import type { KnownIcon } from './extras.ts';

/**
 * The icons in the Info.plist of an earlier version, for apps that have not changed since: App Store papers, which hold
 * the app's version, are the same byte for byte.
 */
export function knownIcons(applications: PlistDict | undefined): KnownIcon {
  return ({ bundleId, sinf, itunesMetadata }: InstalledApp) => {
    const known = dictAt(applications, bundleId);
    const icon = dataAt(known, 'PlaceholderIcon') ?? null;
    const isSame =
      areEqual(dataAt(known, 'ApplicationSINF'), sinf) && areEqual(dataAt(known, 'iTunesMetadata'), itunesMetadata);
    return isSame ? icon : null;
  };
}

function areEqual(a: Uint8Array | undefined, b: Uint8Array | null): boolean {
  return a !== undefined && b !== null && Buffer.compare(a, b) === 0;
}
