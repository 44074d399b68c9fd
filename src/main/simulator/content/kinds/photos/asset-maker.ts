import { DAY } from '../../calendar-time.ts';
import { SMALLEST_PICTURE, shapeFor } from '../../media/shapes.ts';
import type { SizePool } from '../../plan.ts';
import type { World } from '../../world.ts';
import { type Asset, type AssetPlan, dateOf, isMovie, placeOf } from './asset.ts';

/** A whole screen in sixteen colours does not pack smaller. */
const SMALLEST_SCREENSHOT = 24_000;
const SCREEN = { width: 1179, height: 2556, columns: 1, rows: 1 };
/** Bytes of a second of video, for believable durations. */
const VIDEO_BYTES_PER_SECOND = 1_200_000;

const subtypes: Readonly<Record<AssetPlan['flavour'], number>> = {
  plain: 0,
  live: 2,
  portrait: 0,
  panorama: 1,
  screenshot: 10,
  received: 0,
  burst: 0,
  duplicate: 0,
  shared: 0,
  video: 100,
  slowMotion: 101,
  timeLapse: 102,
  screenRecording: 103,
};

export function smallestBytes(plan: AssetPlan): number {
  if (plan.flavour === 'screenshot') return SMALLEST_SCREENSHOT;
  return isMovie(plan.flavour) ? SMALLEST_PICTURE + 1000 : SMALLEST_PICTURE;
}

export interface Circumstances {
  readonly pool: SizePool;
  /** How many assets share the four years. */
  readonly total: number;
  /** Unix seconds; for assets taken after the phone was made. */
  readonly takenAt?: number;
  readonly twin: Asset | null;
  readonly burstUuid: string | null;
}

/** Gives a planned asset its name, date, size and shape. Its files and rows come later. */
export function makeAsset(world: World, plan: AssetPlan, circumstances: Circumstances): Asset {
  const random = world.stream(`asset/${plan.index}`);
  const uuid = random.uuid();
  const { twin } = circumstances;
  const movie = isMovie(plan.flavour);
  const created = twin?.created ?? circumstances.takenAt ?? dateOf(world, plan, circumstances.total);
  const originalBytes = twin?.originalBytes ?? circumstances.pool.size(plan.weight, smallestBytes(plan));
  const liveBytes = plan.flavour === 'live' ? circumstances.pool.size(plan.liveWeight, SMALLEST_PICTURE + 1000) : 0;
  const portrait = plan.flavour === 'portrait' || random.chance(25);
  const family = movie ? 'movie' : plan.flavour === 'panorama' ? 'panorama' : 'photo';
  const shape =
    twin ?? (plan.flavour === 'screenshot' ? SCREEN : shapeFor(family, originalBytes, family === 'photo' && portrait));
  const names = namesOf(world, plan, uuid);
  return {
    pk: world.next('asset-pk'),
    plan,
    uuid,
    contentId: twin?.contentId ?? `asset/${plan.index}`,
    ...names,
    kind: movie ? 1 : 0,
    subtype: plan.flavour === 'video' ? 0 : subtypes[plan.flavour],
    created,
    added: twin === null ? created + 1 : created + DAY,
    modified: created + 2,
    width: shape.width,
    height: shape.height,
    columns: shape.columns,
    rows: shape.rows,
    durationSeconds: movie ? Math.max(1, Math.round((originalBytes / VIDEO_BYTES_PER_SECOND) * 100) / 100) : 0,
    originalBytes,
    liveBytes,
    ...(twin === null ? placeOf(world, plan) : { city: twin.city, latitude: twin.latitude, longitude: twin.longitude }),
    favorite: plan.favorite,
    burstUuid: circumstances.burstUuid,
    mediaGroupUuid: plan.flavour === 'live' ? random.uuid() : null,
    stableHash: twin?.stableHash ?? Buffer.concat([Buffer.from([1]), random.bytes(20)]).toString('base64'),
    duplicateOf: twin,
    edits: 0,
    files: {},
    albums: [],
  };
}

/** The camera counts to 9999 and takes a new folder every thousand. */
function namesOf(
  world: World,
  plan: AssetPlan,
  uuid: string,
): Pick<Asset, 'directory' | 'filename' | 'originalFilename'> {
  const extension = extensionOf(plan);
  const number = world.next('dcim');
  const camera = `IMG_${String(number % 10_000).padStart(4, '0')}.${extension}`;
  if (plan.place === 'cloudLibrary') {
    const directory = `PhotoData/CPLAssets/group${100 + (plan.index % 50)}`;
    return { directory, filename: `${uuid}.${extension}`, originalFilename: camera };
  }
  if (plan.place === 'sharedAlbum') {
    const album = world.stream('shared-album').uuid();
    return {
      directory: `PhotoData/PhotoCloudSharingData/${album}/100CLOUD`,
      filename: camera,
      originalFilename: camera,
    };
  }
  const originalFilename =
    plan.flavour === 'screenRecording'
      ? `ScreenRecording_${String(plan.index).padStart(4, '0')}.MP4`
      : plan.flavour === 'received'
        ? `received-${uuid.slice(0, 8).toLowerCase()}.jpg`
        : camera;
  return { directory: `DCIM/${100 + Math.floor(number / 1000)}APPLE`, filename: camera, originalFilename };
}

function extensionOf(plan: AssetPlan): string {
  if (plan.flavour === 'screenRecording') return 'MP4';
  if (isMovie(plan.flavour)) return 'MOV';
  return plan.flavour === 'screenshot' ? 'PNG' : 'JPG';
}
