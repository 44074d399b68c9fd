import { cocoa } from '../../calendar-time.ts';
import { mediaSource } from '../../media/media-source.ts';
import { SMALLEST_PICTURE } from '../../media/shapes.ts';
import type { Plan, SizePool } from '../../plan.ts';
import { describeStore, updatePrimaryKeys } from '../../storage/core-data.ts';
import type { ScratchDatabase } from '../../storage/scratch-database.ts';
import { fixedBytes } from '../../storage/sources.ts';
import type { World } from '../../world.ts';
import { choose, type Kind, type TruthSection } from '../kind.ts';
import { Albums } from './albums.ts';
import { type Asset, type AssetPlan, type Flavour, isMovie, type PlanOptions, planAsset } from './asset.ts';
import { AssetSource, adjustmentFile, adjustmentList } from './asset-files.ts';
import { makeAsset } from './asset-maker.ts';
import { deleteAsset, insertAsset, insertEditResources } from './asset-rows.ts';
import { photoEntities, photoSchema } from './schema.ts';

const DOMAIN = 'CameraRollDomain';
const THUMBNAILS = 'Media/PhotoData/Thumbnails/V2';

export type MediaKind = 'photos' | 'videos';

/** The camera roll: files under Media, and Photos.sqlite about them. */
export class PhotoLibrary implements Kind {
  readonly #world: World;
  readonly #pool: SizePool;
  readonly #planOptions: PlanOptions;
  readonly #plans: AssetPlan[] = [];
  readonly #database: ScratchDatabase;
  readonly #albums: Albums;
  #assets: Asset[] = [];
  #nextIndex = 0;

  /** Plans the assets and reserves their bytes; `build` makes them. */
  constructor(world: World, plan: Plan, pool: SizePool, assetFiles: number) {
    this.#world = world;
    this.#pool = pool;
    this.#planOptions = { videoPercent: plan.videoPercent, flat: plan.flat, plain: plan.tiny };
    for (let files = 0; files < assetFiles; this.#nextIndex++) {
      const asset = planAsset(world, this.#nextIndex, this.#planOptions);
      this.#plans.push(asset);
      if (asset.cloudOnly) continue;
      const parts = fileWeights(asset);
      for (const weight of parts) pool.reserve(weight);
      files += parts.length + (asset.edited ? 2 : 0) + (asset.thumbnail ? 1 : 0);
    }
    this.#database = world.database({
      domain: DOMAIN,
      relativePath: 'Media/PhotoData/Photos.sqlite',
      schema: photoSchema,
    });
    const open = this.#database.change();
    describeStore(open, world.stream('photos/store'), photoEntities);
    this.#albums = new Albums(world, open);
  }

  build(): void {
    const database = this.#database.change();
    const { now } = this.#world.clock;
    database.insert('ZMOMENT', {
      Z_PK: 1,
      Z_ENT: 45,
      Z_OPT: 1,
      ZCACHEDCOUNT: this.#plans.length,
      ZTITLE: this.#world.language.cities[0]?.name ?? null,
      ZUUID: this.#world.stream('moment').uuid(),
      ZSTARTDATE: cocoa(now - 4 * 365 * 86_400),
      ZENDDATE: cocoa(now),
      ZREPRESENTATIVEDATE: cocoa(now),
      ZTRASHEDSTATE: 0,
      ZTIMEZONEOFFSET: this.#world.language.utcOffset,
    });
    for (const plan of this.#plans) this.#make(plan, this.#plans.length);
    this.#plans.length = 0;
    updatePrimaryKeys(database, photoEntities);
    if (this.#assets.length > 20) this.#world.tree.add(DOMAIN, 'Media/PhotoData/cpl_enabled_marker', marker(now));
  }

  count(kind: MediaKind): number {
    return this.#of(kind).length;
  }

  /** Takes new pictures or videos, in the phone's present. Returns how many. */
  add(kind: MediaKind, count: number): number {
    const before = this.#assets.length;
    for (let made = 0; made < count; made++) {
      const random = this.#world.stream(`asset/${this.#nextIndex}/added`);
      const photo: Flavour = random.chance(40) && !this.#planOptions.plain ? 'live' : 'plain';
      const only: Flavour = kind === 'videos' ? 'video' : photo;
      const plan = planAsset(this.#world, this.#nextIndex++, {
        ...this.#planOptions,
        only,
        plain: true,
      });
      this.#make({ ...plan, place: 'camera' }, 1, this.#world.clock.now - 600 + made);
    }
    updatePrimaryKeys(this.#database.change(), photoEntities);
    return this.#assets.length - before;
  }

  /** Deletes for good, past "Recently Deleted". */
  remove(kind: MediaKind, count: number, below: (limit: number) => number): number {
    const here = this.#of(kind).filter(({ plan }) => !plan.cloudOnly);
    const all = count <= here.length ? here : this.#of(kind);
    const chosen = new Set(choose(all, count, below));
    const database = this.#database.change();
    for (const asset of chosen) {
      this.#albums.leave(database, asset);
      deleteAsset(database, asset);
      const { original, liveMovie, render, aae, list, thumbnail } = asset.files;
      for (const file of [original, liveMovie, aae]) if (file !== undefined) this.#world.tree.remove(file);
      if (thumbnail !== undefined) this.#world.tree.remove(thumbnail, THUMBNAILS);
      for (const file of [render, list]) {
        if (file !== undefined) this.#world.tree.remove(file, 'Media/PhotoData/Mutations');
      }
    }
    this.#assets = this.#assets.filter((asset) => !chosen.has(asset));
    return chosen.size;
  }

  /** Edits as the Photos app does: a new rendering beside the untouched original. */
  edit(kind: MediaKind, count: number, below: (limit: number) => number): number {
    const chosen = choose(
      this.#of(kind).filter(({ plan }) => !plan.cloudOnly && plan.place === 'camera'),
      count,
      below,
    );
    for (const asset of chosen) this.#edit(asset, this.#world.clock.now);
    return chosen.length;
  }

  truth(): readonly TruthSection[] {
    return [
      { name: 'photos', rows: () => this.#truthRows() },
      {
        name: 'albums',
        rows: () => this.#albums.visible().map(({ uuid, title, kind, count }) => ({ uuid, title, kind, count })),
      },
    ];
  }

  #of(kind: MediaKind): Asset[] {
    return this.#assets.filter((asset) => asset.kind === (kind === 'videos' ? 1 : 0));
  }

  #make(plan: AssetPlan, total: number, takenAt?: number): void {
    const asset = makeAsset(this.#world, plan, {
      pool: this.#pool,
      total,
      twin: plan.flavour === 'duplicate' ? this.#twin() : null,
      burstUuid: plan.flavour === 'burst' ? this.#world.stream(`burst/${plan.index - plan.burstFrame}`).uuid() : null,
      ...(takenAt === undefined ? {} : { takenAt }),
    });
    this.#assets.push(asset);
    if (!plan.cloudOnly) this.#placeFiles(asset);
    const database = this.#database.change();
    insertAsset(this.#world, database, asset);
    this.#albums.place(database, asset);
    if (plan.edited && !plan.cloudOnly) this.#edit(asset, asset.created + 3600);
  }

  /** The latest plain photo of the camera: what a duplicate duplicates. */
  #twin(): Asset | null {
    const suits = ({ plan, duplicateOf }: Asset): boolean =>
      plan.flavour === 'plain' && plan.place === 'camera' && !plan.cloudOnly && !plan.trashed && duplicateOf === null;
    return this.#assets.findLast(suits) ?? null;
  }

  #placeFiles(asset: Asset): void {
    const { tree } = this.#world;
    const path = `Media/${asset.directory}/${asset.filename}`;
    const times = { modified: Math.floor(asset.modified), birth: Math.floor(asset.created) };
    const source = (part: 'original' | 'liveMovie') => new AssetSource(this.#world, asset, part);
    asset.files.original = tree.add(DOMAIN, path, { source: source('original'), size: asset.originalBytes, ...times });
    if (asset.plan.thumbnail) {
      const below = `${THUMBNAILS}/${asset.directory}/${asset.filename}/5003.JPG`;
      const source = mediaSource(this.#world, 'jpeg');
      asset.files.thumbnail = tree.add(DOMAIN, below, { source, size: SMALLEST_PICTURE, ...times });
    }
    if (asset.liveBytes === 0) return;
    const movie = path.replace(/\.[^.]+$/, '.MOV');
    asset.files.liveMovie = tree.add(DOMAIN, movie, { source: source('liveMovie'), size: asset.liveBytes, ...times });
  }

  #edit(asset: Asset, when: number): void {
    const { tree } = this.#world;
    const database = this.#database.change();
    asset.edits += 1;
    asset.modified = when;
    const modified = Math.floor(when);
    const aae = adjustmentFile(this.#world, asset, asset.edits);
    const list = adjustmentList(this.#world, asset, asset.edits);
    const known = asset.files;
    if (known.render === undefined || known.aae === undefined || known.list === undefined) {
      const stem = asset.filename.replace(/\.[^.]+$/, '');
      const folder = `Media/PhotoData/Mutations/${asset.directory}/${stem}/Adjustments`;
      const size = this.#pool.size(renderWeight(asset.plan), SMALLEST_PICTURE + 1000);
      const name = asset.kind === 1 ? 'FullSizeRender.mov' : 'FullSizeRender.jpg';
      known.render = tree.add(DOMAIN, `${folder}/${name}`, {
        source: new AssetSource(this.#world, asset, 'render'),
        size,
        modified,
      });
      known.list = tree.add(DOMAIN, `${folder}/Adjustments.plist`, {
        source: fixedBytes(list),
        size: list.length,
        modified,
      });
      const beside = `Media/${asset.directory}/${stem}.AAE`;
      known.aae = tree.add(DOMAIN, beside, { source: fixedBytes(aae), size: aae.length, modified });
      insertEditResources(database, asset);
    } else {
      tree.change(known.render, { modified });
      tree.change(known.list, { modified, size: list.length, source: fixedBytes(list) });
      tree.change(known.aae, { modified, size: aae.length, source: fixedBytes(aae) });
      database.run(
        'UPDATE ZINTERNALRESOURCE SET ZDATALENGTH = ? WHERE ZASSET = ? AND ZDATASTORESUBTYPE = 22',
        aae.length,
        asset.pk,
      );
    }
    database.run(
      'UPDATE ZASSET SET ZADJUSTMENTSSTATE = 2, ZADJUSTMENTTIMESTAMP = ?, ZMODIFICATIONDATE = ? WHERE Z_PK = ?',
      cocoa(when),
      cocoa(when),
      asset.pk,
    );
    database.run(
      'UPDATE ZADDITIONALASSETATTRIBUTES SET ZEDITORBUNDLEID = ? WHERE ZASSET = ?',
      'com.apple.mobileslideshow',
      asset.pk,
    );
  }

  *#truthRows(): Generator<Readonly<Record<string, unknown>>> {
    for (const asset of this.#assets) {
      const { plan } = asset;
      yield {
        uuid: asset.uuid,
        filename: asset.filename,
        originalFilename: asset.originalFilename,
        domain: DOMAIN,
        relativePath: `Media/${asset.directory}/${asset.filename}`,
        kind: asset.kind === 1 ? 'video' : 'photo',
        flavour: plan.flavour,
        created: asset.created,
        width: asset.width,
        height: asset.height,
        duration: asset.durationSeconds,
        size: asset.originalBytes,
        favorite: asset.favorite,
        hidden: plan.hidden,
        trashed: plan.trashed,
        inCloudOnly: plan.cloudOnly,
        shared: plan.place === 'sharedAlbum',
        edited: asset.edits > 0,
        render: asset.files.render?.relativePath ?? null,
        live: plan.flavour === 'live',
        liveMovie: asset.files.liveMovie?.relativePath ?? null,
        burst: asset.burstUuid,
        burstPicked: asset.burstUuid !== null && plan.burstFrame === 0,
        duplicateOf: asset.duplicateOf?.uuid ?? null,
        city: asset.city?.name ?? null,
        latitude: asset.latitude,
        longitude: asset.longitude,
        albums: this.#albums.titlesOf(asset),
      };
    }
  }
}

/** A duplicate has its twin's bytes, and the gallery's twin has weight 1 like any other: good enough for the pool. */
function fileWeights(plan: AssetPlan): number[] {
  const weights = [plan.weight];
  if (plan.liveWeight > 0) weights.push(plan.liveWeight);
  if (plan.edited) weights.push(renderWeight(plan));
  return weights;
}

function renderWeight(plan: AssetPlan): number {
  return isMovie(plan.flavour) ? plan.weight * 0.8 : plan.renderWeight;
}

/** iCloud Photos is on: an empty file says so. */
function marker(modified: number): { source: ReturnType<typeof fixedBytes>; size: number; modified: number } {
  return { source: fixedBytes(new Uint8Array()), size: 0, modified };
}
