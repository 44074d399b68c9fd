import { encodePlist } from '../../../../engine/formats/plist/index.ts';
import { encodeIcon } from '../../media/png.ts';
import type { World } from '../../world.ts';
import type { AppIdentity } from './catalogue.ts';

/** What the App Store gives an app besides its program: receipt data that hosts store in Info.plist. */
export interface StorePapers {
  readonly iTunesMetadata: Buffer | null;
  readonly applicationSinf: Buffer | null;
  readonly icon: Buffer;
}

const ICON_SIDE = 120;

export function storePapers(world: World, app: AppIdentity, version: string): StorePapers {
  const random = world.stream(`app/${app.bundleId}/papers`);
  const icon = encodeIcon(random, ICON_SIDE);
  if (!app.fromStore) return { iTunesMetadata: null, applicationSinf: null, icon };
  const id = 300_000_000 + random.below(1_500_000_000);
  const owner = `owner.${random.hex(6)}@example.com`;
  const iTunesMetadata = encodePlist(
    {
      'com.apple.iTunesStore.downloadInfo': {
        accountInfo: {
          AppleID: owner,
          DSPersonID: random.next32(),
          DownloaderID: 0,
          FamilyID: 0,
          PurchaserID: random.next32(),
        },
        purchaseDate: new Date((world.clock.now - random.between(1, 900) * 86_400) * 1000)
          .toISOString()
          .replace('.000', ''),
      },
      artistId: id - 7,
      artistName: app.vendor,
      bundleShortVersionString: version,
      bundleVersion: version,
      gameCenterEnabled: false,
      genre: 'Utilities',
      genreId: 6002,
      itemId: id,
      itemName: app.name,
      kind: 'software',
      'product-type': 'ios-app',
      releaseDate: '2021-03-04T08:00:00Z',
      s: 143_444,
      softwareIcon57x57URL: `https://example.org/icons/${id}.png`,
      softwareSupportedDeviceIds: [2, 9, 4],
      softwareVersionBundleId: app.bundleId,
      softwareVersionExternalIdentifier: 850_000_000 + random.below(20_000_000),
      softwareVersionExternalIdentifiers: [850_000_000],
      storefrontCountryCode: world.language.countryCode.toUpperCase(),
    },
    'binary',
  );
  return { iTunesMetadata, applicationSinf: sinf(random.bytes(768)), icon };
}

/** A "sinf" box as in protected media: length, name, and what only the phone can read. */
function sinf(secret: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + secret.length, 0);
  head.write('sinf', 4, 'latin1');
  return Buffer.concat([head, secret]);
}
