import { cocoa } from '../../calendar-time.ts';
import type { OpenDatabase } from '../../storage/scratch-database.ts';
import type { World } from '../../world.ts';
import { type Asset, isMovie } from './asset.ts';
import { burstPick } from './asset-files.ts';
import { RESOURCE_ENTITY } from './schema.ts';

/** Keys of the attribute rows differ from their asset's, so that nobody gets away with confusing the two. */
const ATTRIBUTES_OFFSET = 5;

/** ZLOCALAVAILABILITY "not applicable": seen on assets that are there all the same, such as pictures saved from Messages. */
const LINKED = -32_768;

/** −180 is Core Data's "no place". */
const NO_PLACE = -180;

export function insertAsset(world: World, database: OpenDatabase, asset: Asset): void {
  const { plan } = asset;
  const random = world.stream(`asset/${plan.index}/rows`);
  const movie = isMovie(plan.flavour);
  const live = plan.flavour === 'live';
  database.insert('ZASSET', {
    Z_PK: asset.pk,
    Z_ENT: 3,
    Z_OPT: 1,
    ZUUID: asset.uuid,
    ZDIRECTORY: asset.directory,
    ZFILENAME: asset.filename,
    ZUNIFORMTYPEIDENTIFIER: uniformType(asset),
    ZKIND: asset.kind,
    ZKINDSUBTYPE: asset.subtype,
    ZDATECREATED: cocoa(asset.created),
    ZADDEDDATE: cocoa(asset.added),
    ZMODIFICATIONDATE: cocoa(asset.modified),
    ZSORTTOKEN: cocoa(asset.created),
    ZWIDTH: asset.width,
    ZHEIGHT: asset.height,
    ZORIENTATION: 1,
    ZDURATION: asset.durationSeconds,
    ZFAVORITE: asset.favorite ? 1 : 0,
    ZHIDDEN: plan.hidden ? 1 : 0,
    ZTRASHEDSTATE: plan.trashed ? 1 : 0,
    ZTRASHEDDATE: plan.trashed ? cocoa(world.clock.now - random.between(1, 25) * 86_400) : null,
    ZADJUSTMENTSSTATE: asset.edits > 0 ? 2 : 0,
    ZADJUSTMENTTIMESTAMP: asset.edits > 0 ? cocoa(asset.modified) : null,
    ZAVALANCHEUUID: asset.burstUuid,
    ZAVALANCHEPICKTYPE: asset.burstUuid === null ? 0 : burstPick(plan.burstFrame),
    ZVISIBILITYSTATE: asset.burstUuid !== null && plan.burstFrame > 0 ? 2 : 0,
    ZSAVEDASSETTYPE: plan.place === 'sharedAlbum' ? 4 : plan.place === 'cloudLibrary' ? 6 : 3,
    ZCLOUDLOCALSTATE: plan.place === 'camera' && !plan.cloudOnly ? 0 : 1,
    ZCLOUDASSETGUID: plan.place === 'camera' && !plan.cloudOnly ? null : random.uuid(),
    ZCLOUDDELETESTATE: 0,
    ZCLOUDISMYASSET: plan.place === 'sharedAlbum' ? 0 : 1,
    ZCLOUDISDELETABLE: 1,
    ZCOMPLETE: 1,
    ZLATITUDE: asset.latitude ?? NO_PLACE,
    ZLONGITUDE: asset.longitude ?? NO_PLACE,
    ZLOCATIONDATA: null,
    ZVIDEOCPVISIBILITYSTATE: live ? 1 : 0,
    ZVIDEOCPDURATIONVALUE: live ? 1800 : 0,
    ZMEDIAGROUPUUID: asset.mediaGroupUuid,
    ZISDETECTEDSCREENSHOT: plan.flavour === 'screenshot' ? 1 : 0,
    ZDUPLICATEASSETVISIBILITYSTATE: asset.duplicateOf === null ? 0 : 2,
    ZDEPTHTYPE: plan.flavour === 'portrait' ? 1 : 0,
    ZHDRTYPE: 0,
    ZPLAYBACKSTYLE: movie ? 4 : live ? 3 : 1,
    ZPLAYBACKVARIATION: 0,
    ZHIGHFRAMERATESTATE: plan.flavour === 'slowMotion' ? 1 : 0,
    ZDERIVEDCAMERACAPTUREDEVICE: 0,
    ZORIGINALCOLORSPACE: 'Display P3',
    ZCURATIONSCORE: random.below(1000) / 1000,
    ZOVERALLAESTHETICSCORE: random.below(1000) / 1000,
    ZPROMOTIONSCORE: random.below(1000) / 1000,
    ZBUNDLESCOPE: plan.place === 'sharedAlbum' ? 1 : 0,
    ZTHUMBNAILINDEX: asset.pk - 1,
    ZADDITIONALATTRIBUTES: asset.pk + ATTRIBUTES_OFFSET,
    ZEXTENDEDATTRIBUTES: asset.pk,
    ZMOMENT: 1,
  });
  insertAttributes(world, database, asset);
  insertResources(database, asset);
}

function insertAttributes(world: World, database: OpenDatabase, asset: Asset): void {
  const { plan } = asset;
  const received = plan.flavour === 'received';
  const camera = !received && plan.flavour !== 'screenshot' && plan.flavour !== 'screenRecording';
  database.insert('ZADDITIONALASSETATTRIBUTES', {
    Z_PK: asset.pk + ATTRIBUTES_OFFSET,
    Z_ENT: 1,
    Z_OPT: 1,
    ZASSET: asset.pk,
    ZORIGINALFILENAME: asset.originalFilename,
    ZORIGINALFILESIZE: asset.originalBytes,
    ZORIGINALWIDTH: asset.width,
    ZORIGINALHEIGHT: asset.height,
    ZORIGINALORIENTATION: 1,
    ZTIMEZONEOFFSET: world.language.utcOffset,
    ZTIMEZONENAME: world.identity.timeZone,
    ZINFERREDTIMEZONEOFFSET: world.language.utcOffset,
    ZIMPORTEDBY: received ? 3 : camera ? 1 : 8,
    ZIMPORTEDBYBUNDLEIDENTIFIER: received
      ? 'com.apple.MobileSMS'
      : camera
        ? 'com.apple.camera'
        : 'com.apple.springboard',
    ZIMPORTEDBYDISPLAYNAME: received ? 'Messages' : null,
    ZORIGINALSTABLEHASH: asset.stableHash,
    ZADJUSTEDSTABLEHASH: null,
    ZEXIFTIMESTAMPSTRING: null,
    ZCAMERACAPTUREDEVICE: 0,
    ZALLOWEDFORANALYSIS: 1,
    ZGPSHORIZONTALACCURACY: asset.latitude === null ? -1 : 4.5,
    ZVIEWCOUNT: plan.index % 5,
    ZPLAYCOUNT: asset.kind,
    ZSHARECOUNT: 0,
    ZPUBLICGLOBALUUID: asset.uuid,
  });
  database.insert('ZEXTENDEDATTRIBUTES', {
    Z_PK: asset.pk,
    Z_ENT: 24,
    Z_OPT: 1,
    ZASSET: asset.pk,
    ZCAMERAMAKE: camera ? 'Apple' : null,
    ZCAMERAMODEL: camera ? world.identity.productName : null,
    ZLENSMODEL: camera ? `${world.identity.productName} back camera 6.86mm f/1.78` : null,
    ZISO: camera ? 64 : null,
    ZAPERTURE: camera ? 1.78 : null,
    ZFOCALLENGTH: camera ? 6.86 : null,
    ZDURATION: asset.durationSeconds,
    ZFPS: plan.flavour === 'slowMotion' ? 240 : asset.kind === 1 ? 30 : null,
    ZCODEC: asset.kind === 1 ? 'jpeg' : null,
    ZLATITUDE: asset.latitude,
    ZLONGITUDE: asset.longitude,
    ZDATECREATED: cocoa(asset.created),
    ZTIMEZONEOFFSET: world.language.utcOffset,
    ZTIMEZONENAME: world.identity.timeZone,
  });
}

/** One row per stored representation; numbers as in backup-format 4.1. */
function insertResources(database: OpenDatabase, asset: Asset): void {
  const remote = asset.plan.place !== 'camera' || asset.plan.cloudOnly;
  const common = {
    asset,
    local: asset.plan.cloudOnly ? -1 : asset.plan.flavour === 'received' ? LINKED : 1,
    remote: remote ? 1 : 0,
  };
  insertResource(database, { ...common, type: asset.kind, subtype: 1, version: 0, bytes: asset.originalBytes });
  if (asset.liveBytes > 0) {
    insertResource(database, { ...common, type: 3, subtype: 18, version: 0, bytes: asset.liveBytes });
  }
  insertResource(database, { ...common, local: 1, remote: 0, type: 0, subtype: 0, version: 3, bytes: 0 });
  insertEditResources(database, asset);
}

/** The rendering and the adjustment file of an edited asset. */
export function insertEditResources(database: OpenDatabase, asset: Asset): void {
  const render = asset.files.render;
  if (asset.edits === 0 || render === undefined) return;
  const common = { asset, local: 1, remote: 0, version: 2 };
  insertResource(database, { ...common, type: asset.kind, subtype: 2, bytes: render.sizeBytes });
  insertResource(database, { ...common, type: 5, subtype: 22, bytes: asset.files.aae?.sizeBytes ?? 0 });
}

interface Resource {
  readonly asset: Asset;
  readonly type: number;
  readonly subtype: number;
  readonly version: number;
  readonly local: number;
  readonly remote: number;
  readonly bytes: number;
}

function insertResource(database: OpenDatabase, resource: Resource): void {
  const { asset } = resource;
  const original = resource.subtype === 1;
  database.insert('ZINTERNALRESOURCE', {
    Z_ENT: RESOURCE_ENTITY,
    Z_OPT: 1,
    ZASSET: asset.pk,
    ZRESOURCETYPE: resource.type,
    ZDATASTORESUBTYPE: resource.subtype,
    ZDATASTORECLASSID: 0,
    ZVERSION: resource.version,
    ZLOCALAVAILABILITY: resource.local,
    ZLOCALAVAILABILITYTARGET: 0,
    ZREMOTEAVAILABILITY: resource.remote,
    ZREMOTEAVAILABILITYTARGET: resource.remote,
    ZDATALENGTH: resource.bytes,
    ZSTABLEHASH: original ? asset.stableHash : null,
    ZFINGERPRINT: original ? asset.stableHash : null,
    ZCOMPACTUTI: original ? uniformType(asset) : null,
    ZCLOUDLOCALSTATE: resource.remote === 1 ? 3 : 0,
    ZTRASHEDSTATE: asset.plan.trashed ? 1 : 0,
    ZUNORIENTEDWIDTH: asset.width,
    ZUNORIENTEDHEIGHT: asset.height,
    ZORIENTATION: 1,
    ZQUALITYSORTVALUE: 0,
    ZRECIPEID: 65_537 + resource.subtype,
  });
}

export function deleteAsset(database: OpenDatabase, asset: Asset): void {
  for (const sql of [
    'DELETE FROM ZADDITIONALASSETATTRIBUTES WHERE ZASSET = ?',
    'DELETE FROM ZEXTENDEDATTRIBUTES WHERE ZASSET = ?',
    'DELETE FROM ZINTERNALRESOURCE WHERE ZASSET = ?',
    'DELETE FROM Z_30ASSETS WHERE Z_3ASSETS = ?',
    'DELETE FROM ZASSET WHERE Z_PK = ?',
  ]) {
    database.run(sql, asset.pk);
  }
}

export function uniformType(asset: Asset): string {
  if (asset.filename.endsWith('.MOV')) return 'com.apple.quicktime-movie';
  if (asset.filename.endsWith('.MP4')) return 'public.mpeg-4';
  return asset.filename.endsWith('.PNG') ? 'public.png' : 'public.jpeg';
}
