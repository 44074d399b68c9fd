import { encodePlist } from '../../../../engine/formats/plist/index.ts';
import { isoSeconds } from '../../calendar-time.ts';
import { exifSegment } from '../../media/exif.ts';
import { encodeJpeg } from '../../media/jpeg.ts';
import { jpegFile } from '../../media/jpeg-file.ts';
import { movieHead } from '../../media/movie.ts';
import { drawLandscape } from '../../media/picture.ts';
import { screenshotFile } from '../../media/png.ts';
import { shapeFor } from '../../media/shapes.ts';
import { uuidBytes } from '../../random.ts';
import { keystream } from '../../storage/keystream.ts';
import { padded } from '../../storage/sources.ts';
import type { ContentSource, StoredFile } from '../../storage/tree.ts';
import type { World } from '../../world.ts';
import { type Asset, isMovie } from './asset.ts';

const LIVE_SECONDS = 3;

type Part = 'original' | 'liveMovie' | 'render';

/** The bytes and attributes of one part of an asset, made when they are read. */
export class AssetSource implements ContentSource {
  readonly #world: World;
  readonly #asset: Asset;
  readonly #part: Part;

  constructor(world: World, asset: Asset, part: Part) {
    this.#world = world;
    this.#asset = asset;
    this.#part = part;
  }

  *read(file: StoredFile): Generator<Buffer> {
    const name = this.#contentName(file);
    const { plan } = this.#asset;
    if (plan.flavour === 'screenshot' && this.#part === 'original') {
      const filling = (length: number) => keystream(this.#world.seed, name, length);
      yield* screenshotFile(this.#world.stream(name), this.#asset, file.sizeBytes, filling);
      return;
    }
    const movie = this.#movie(file.sizeBytes, name);
    if (movie !== null) yield* padded(this.#world.seed, name, file.sizeBytes, movie);
    else yield* this.#photo(file.sizeBytes, name);
  }

  attributes(): ReadonlyMap<string, Uint8Array> {
    return assetAttributes(this.#world, this.#asset);
  }

  /** Originals never change; a rendering differs with every edit. */
  #contentName(file: StoredFile): string {
    const { contentId, uuid } = this.#asset;
    if (this.#part === 'original') return `${contentId}/original`;
    if (this.#part === 'liveMovie') return `${contentId}/live`;
    return `${uuid}/render/${file.revision}`;
  }

  #photo(size: number, name: string): Iterable<Buffer> {
    const asset = this.#asset;
    const shape = this.#part === 'original' ? asset : shapeFor('photo', size);
    return jpegFile({
      seed: this.#world.seed,
      name,
      totalBytes: size,
      shape,
      picture: drawLandscape(this.#world.stream(name), shape.columns, shape.rows),
      segments: this.#camera(shape.width, shape.height),
    });
  }

  #camera(width: number, height: number): readonly Buffer[] {
    const { plan, created, latitude, longitude } = this.#asset;
    if (plan.flavour === 'received' || plan.flavour === 'shared') return [];
    const { productName, productVersion } = this.#world.identity;
    const offsetSeconds = this.#world.language.utcOffset;
    const facts = { model: productName, software: productVersion, created, offsetSeconds, width, height };
    return [exifSegment({ ...facts, latitude, longitude })];
  }

  /** The beginning of a film; null for pictures. */
  #movie(size: number, name: string): Buffer | null {
    const { plan, durationSeconds, created, mediaGroupUuid } = this.#asset;
    const live = this.#part === 'liveMovie';
    if (!live && !isMovie(plan.flavour)) return null;
    const shape = shapeFor('movie', size);
    const picture = drawLandscape(this.#world.stream(name), shape.columns, shape.rows);
    return movieHead({
      brand: plan.flavour === 'screenRecording' ? 'mp42' : 'qt  ',
      width: shape.width,
      height: shape.height,
      durationSeconds: live ? LIVE_SECONDS : durationSeconds,
      created: Math.floor(created),
      frame: encodeJpeg(shape.width, shape.height, picture),
      totalBytes: size,
      ...(live && mediaGroupUuid !== null ? { contentIdentifier: mediaGroupUuid } : {}),
    });
  }
}

/** Names seen on camera-roll files: backup-format 1.5. */
function assetAttributes(world: World, asset: Asset): ReadonlyMap<string, Uint8Array> {
  const { plan } = asset;
  const attributes = new Map<string, Uint8Array>([
    ['com.apple.assetsd.UUID', uuidBytes(asset.uuid)],
    ['com.apple.assetsd.originalFilename', Buffer.from(asset.originalFilename, 'utf8')],
    ['com.apple.assetsd.assetType', flag(asset.subtype)],
    ['com.apple.assetsd.favorite', flag(asset.favorite ? 1 : 0)],
    ['com.apple.assetsd.hidden', flag(plan.hidden ? 1 : 0)],
    ['com.apple.assetsd.trashed', flag(plan.trashed ? 1 : 0)],
    ['com.apple.assetsd.timeZoneName', Buffer.from(world.identity.timeZone, 'utf8')],
    ['com.apple.assetsd.timeZoneOffset', Buffer.from(String(world.language.utcOffset), 'latin1')],
    ['com.apple.assetsd.customCreationDate', dateValue(asset.created)],
    ['com.apple.assetsd.addedDate', dateValue(asset.added)],
  ]);
  if (plan.flavour === 'burst') attributes.set('com.apple.assetsd.avalanche.type', flag(burstPick(plan.burstFrame)));
  if (plan.flavour === 'received') {
    attributes.set('com.apple.assetsd.creatorBundleID', Buffer.from('com.apple.MobileSMS', 'latin1'));
  }
  if (plan.place === 'cloudLibrary') attributes.set('com.apple.cpl.original', Buffer.from([1]));
  return attributes;
}

/** Bits of ZAVALANCHEPICKTYPE: the first frame is the default pick and the key frame, the others are not selected. */
export function burstPick(frame: number): number {
  return frame === 0 ? 20 : 2;
}

function flag(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value, 0);
  return bytes;
}

function dateValue(unixSeconds: number): Buffer {
  return encodePlist(new Date(Math.round(unixSeconds * 1000)), 'binary');
}

/** The adjustment file beside an edited original, and the list beside its rendering: small plists of real form. */
export function adjustmentFile(world: World, asset: Asset, edit: number): Buffer {
  const random = world.stream(`${asset.uuid}/adjustment/${edit}`);
  return encodePlist(
    {
      adjustmentBaseVersion: 0,
      adjustmentData: random.bytes(random.between(180, 420)),
      adjustmentEditorBundleID: 'com.apple.mobileslideshow',
      adjustmentFormatIdentifier: 'com.apple.photo',
      adjustmentFormatVersion: '1.9',
      adjustmentRenderTypes: isMovie(asset.plan.flavour) ? 256 : 0,
      adjustmentTimestamp: new Date(Math.floor(asset.modified) * 1000),
    },
    'xml',
  );
}

export function adjustmentList(world: World, asset: Asset, edit: number): Buffer {
  const random = world.stream(`${asset.uuid}/list/${edit}`);
  return encodePlist(
    {
      adjustmentBaseVersion: 0,
      adjustmentData: random.bytes(random.between(120, 300)),
      adjustmentEditorBundleID: 'com.apple.mobileslideshow',
      adjustmentFormatIdentifier: 'com.apple.photo',
      adjustmentFormatVersion: '1.9',
      comment: `Edited ${isoSeconds(asset.modified)}`,
    },
    'binary',
  );
}
