import { DAY } from '../../calendar-time.ts';
import type { StoredFile } from '../../storage/tree.ts';
import type { City } from '../../text/language.ts';
import { someLanguage } from '../../text/words.ts';
import type { World } from '../../world.ts';

export type Flavour =
  | 'plain'
  | 'live'
  | 'portrait'
  | 'panorama'
  | 'screenshot'
  | 'received'
  | 'burst'
  | 'duplicate'
  | 'shared'
  | 'video'
  | 'slowMotion'
  | 'timeLapse'
  | 'screenRecording';

export type Place = 'camera' | 'cloudLibrary' | 'sharedAlbum';

/** What kind of asset number `index` is, before it has sizes, dates or files. A pure function of seed and index. */
export interface AssetPlan {
  readonly index: number;
  readonly flavour: Flavour;
  readonly place: Place;
  readonly favorite: boolean;
  readonly hidden: boolean;
  readonly trashed: boolean;
  readonly cloudOnly: boolean;
  readonly edited: boolean;
  /** Is there a small copy below PhotoData/Thumbnails? */
  readonly thumbnail: boolean;
  /** Position in its burst: 0 is the first frame of three. */
  readonly burstFrame: number;
  /** Weights for the size pool; 0 for a part the asset does not have. */
  readonly weight: number;
  readonly liveWeight: number;
  readonly renderWeight: number;
}

/** One photo or video of the library as it is now. */
export interface Asset {
  readonly pk: number;
  readonly plan: AssetPlan;
  readonly uuid: string;
  /** Names the bytes of the original; equal for exact duplicates. */
  readonly contentId: string;
  readonly directory: string;
  readonly filename: string;
  readonly originalFilename: string;
  readonly kind: 0 | 1;
  readonly subtype: number;
  readonly created: number;
  readonly added: number;
  modified: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  readonly durationSeconds: number;
  readonly originalBytes: number;
  readonly liveBytes: number;
  readonly city: City | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  favorite: boolean;
  readonly burstUuid: string | null;
  readonly mediaGroupUuid: string | null;
  readonly stableHash: string;
  duplicateOf: Asset | null;
  edits: number;
  readonly files: {
    original?: StoredFile;
    liveMovie?: StoredFile;
    render?: StoredFile;
    aae?: StoredFile;
    list?: StoredFile;
    thumbnail?: StoredFile;
  };
  readonly albums: number[];
}

/** The phone keeps most thumbnails in one table file; a few stand alone. */
const THUMBNAIL_EVERY = 9;

/** Every phone shows each of these at least once, in this order, as far as its files go. */
const gallery: readonly Partial<AssetPlan & { flavour: Flavour }>[] = [
  { flavour: 'plain' },
  { flavour: 'live' },
  { flavour: 'video' },
  { flavour: 'screenshot' },
  { flavour: 'plain', cloudOnly: true },
  { flavour: 'plain', favorite: true },
  { flavour: 'plain', hidden: true },
  { flavour: 'plain', trashed: true },
  { flavour: 'plain', edited: true },
  { flavour: 'burst', burstFrame: 0 },
  { flavour: 'burst', burstFrame: 1 },
  { flavour: 'burst', burstFrame: 2 },
  { flavour: 'duplicate' },
  { flavour: 'screenRecording' },
  { flavour: 'slowMotion' },
  { flavour: 'live', edited: true, favorite: true },
  { flavour: 'panorama' },
  { flavour: 'plain', place: 'cloudLibrary' },
  { flavour: 'timeLapse' },
  { flavour: 'duplicate' },
  { flavour: 'video', edited: true },
  { flavour: 'shared', place: 'sharedAlbum' },
  { flavour: 'received' },
  { flavour: 'live', cloudOnly: true },
  { flavour: 'video', trashed: true },
  { flavour: 'video', cloudOnly: true },
  { flavour: 'portrait' },
];

export function planAsset(world: World, index: number, options: PlanOptions): AssetPlan {
  const random = world.stream(`asset/${index}/plan`);
  const shown = options.plain ? undefined : gallery[index];
  const flavour = shown?.flavour ?? options.only ?? randomFlavour(world, index, options);
  const movie = isMovie(flavour);
  const flags = shown ?? {
    favorite: random.chance(5),
    hidden: random.chance(2),
    trashed: random.chance(3),
    cloudOnly: random.chance(4),
    edited: random.chance(5),
    place: random.chance(10) ? ('cloudLibrary' as const) : ('camera' as const),
  };
  const place = flags.place ?? 'camera';
  const simple = flavour === 'burst' || flavour === 'duplicate' || flavour === 'shared' || options.plain;
  const photoWeight = flavour === 'screenshot' ? 0.2 : 0.6 + random.fraction();
  const movieWeight = options.flat ? 3 + random.below(6) : 6 + random.below(10) * random.below(10);
  const weight = movie ? movieWeight : photoWeight;
  return {
    index,
    flavour,
    place,
    favorite: flags.favorite ?? false,
    hidden: !simple && (flags.hidden ?? false),
    trashed: !simple && (flags.trashed ?? false),
    cloudOnly: !simple && (flags.cloudOnly ?? false),
    edited: !simple && (flags.edited ?? false),
    thumbnail: !options.plain && place === 'camera' && index % THUMBNAIL_EVERY === 0,
    burstFrame: flavour === 'burst' ? burstFrame(world, index, options, shown?.burstFrame) : 0,
    weight,
    liveWeight: flavour === 'live' ? 0.8 + random.fraction() * 0.6 : 0,
    renderWeight: photoWeight * 0.9,
  };
}

export interface PlanOptions {
  readonly videoPercent: number;
  readonly flat: boolean;
  /** For additions: every new asset is of this flavour. */
  readonly only?: Flavour;
  /** No hidden, trashed, edited or cloud-only ones: a tiny phone's files should all be there. */
  readonly plain: boolean;
}

export function isMovie(flavour: Flavour): boolean {
  return flavour === 'video' || flavour === 'slowMotion' || flavour === 'timeLapse' || flavour === 'screenRecording';
}

/** Bursts come in threes: one draw decides for a whole block of four neighbours, the fourth is plain. */
function randomFlavour(world: World, index: number, options: PlanOptions): Flavour {
  const inBlock = index % 4;
  if (!options.plain && inBlock < 3 && burstBlock(world, index, options)) return 'burst';
  const random = world.stream(`asset/${index}/flavour`);
  if (random.chance(options.videoPercent)) {
    const draw = random.below(10);
    return draw === 0 ? 'slowMotion' : draw === 1 ? 'timeLapse' : draw === 2 ? 'screenRecording' : 'video';
  }
  if (options.plain) return 'plain';
  const draw = random.below(100);
  if (draw < 30) return 'live';
  if (draw < 40) return 'screenshot';
  if (draw < 43) return 'received';
  if (draw < 45) return 'panorama';
  if (draw < 49) return 'duplicate';
  if (draw < 56) return 'portrait';
  return 'plain';
}

function burstBlock(world: World, index: number, options: PlanOptions): boolean {
  const block = Math.floor(index / 4);
  const afterGallery = block * 4 >= gallery.length;
  return afterGallery && options.only === undefined && world.stream(`burst/${block}`).chance(4);
}

function burstFrame(world: World, index: number, options: PlanOptions, shown: number | undefined): number {
  if (shown !== undefined) return shown;
  return burstBlock(world, index, options) ? index % 4 : 0;
}

/** Somewhere in the owner's cities, or nowhere: screenshots and received pictures have no place. */
export function placeOf(
  world: World,
  plan: AssetPlan,
): { city: City | null; latitude: number | null; longitude: number | null } {
  const random = world.stream(`asset/${plan.index}/place`);
  const camera = plan.flavour !== 'screenshot' && plan.flavour !== 'received' && plan.flavour !== 'screenRecording';
  if (!camera || random.chance(20)) return { city: null, latitude: null, longitude: null };
  const city = random.pick(someLanguage(random, world.language).cities);
  const near = (value: number): number => Math.round((value + (random.fraction() - 0.5) / 5) * 1e6) / 1e6;
  return { city, latitude: near(city.latitude), longitude: near(city.longitude) };
}

/** Four years of pictures, the last from yesterday; frames of a burst within a second. */
export function dateOf(world: World, plan: AssetPlan, total: number): number {
  const anchor = plan.flavour === 'burst' ? plan.index - plan.burstFrame : plan.index;
  const span = 4 * 365 * DAY;
  const step = Math.max(1, Math.floor(span / Math.max(1, total)));
  const jitter = world.stream(`asset/${anchor}/date`).below(step);
  const begin = world.clock.now - DAY - span;
  return begin + anchor * step + jitter + (plan.flavour === 'burst' ? plan.burstFrame * 0.125 : 0);
}
