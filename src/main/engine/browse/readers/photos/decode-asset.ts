import type { Backup, BackupFile } from '../../source/types.ts';
import { cocoaMs, numberOf, textOf } from '../tolerant-table.ts';
import { SHARED_ALBUM, SHARED_WITH_YOU } from './asset-query.ts';
import { adjustmentsOf, fileAt, liveVideoOf, rawOf, renderingsOf } from './companions.ts';
import { kindOfName } from './media-names.ts';
import { type Availability, originalOf } from './originals.ts';
import type { AssetKind, AssetLibrary, AssetVariant, Burst, PhotoAsset } from './types.ts';

/** Wanted columns of the asset table, with the names that they have had. */
export const ASSET_COLUMNS = {
  pk: ['Z_PK'],
  uuid: ['ZUUID'],
  directory: ['ZDIRECTORY'],
  fileName: ['ZFILENAME'],
  kind: ['ZKIND'],
  subtype: ['ZKINDSUBTYPE'],
  taken: ['ZDATECREATED'],
  added: ['ZADDEDDATE'],
  modified: ['ZMODIFICATIONDATE'],
  width: ['ZWIDTH'],
  height: ['ZHEIGHT'],
  duration: ['ZDURATION'],
  favourite: ['ZFAVORITE'],
  hidden: ['ZHIDDEN'],
  trashed: ['ZTRASHEDSTATE'],
  trashedDate: ['ZTRASHEDDATE'],
  visibility: ['ZVISIBILITYSTATE'],
  savedType: ['ZSAVEDASSETTYPE'],
  uniformType: ['ZUNIFORMTYPEIDENTIFIER'],
  burst: ['ZAVALANCHEUUID'],
  burstPick: ['ZAVALANCHEPICKTYPE'],
  adjusted: ['ZHASADJUSTMENTS', 'ZADJUSTMENTSSTATE'],
  adjustedDate: ['ZADJUSTMENTTIMESTAMP'],
  latitude: ['ZLATITUDE'],
  longitude: ['ZLONGITUDE'],
  screenshot: ['ZISDETECTEDSCREENSHOT'],
  companionSeconds: ['ZVIDEOCPDURATIONVALUE'],
  metadataGroup: ['ZDUPLICATEMETADATAMATCHINGALBUM'],
  perceptualGroup: ['ZDUPLICATEPERCEPTUALMATCHINGALBUM'],
} as const;

export const ATTRIBUTE_COLUMNS = {
  asset: ['ZASSET'],
  originalFileName: ['ZORIGINALFILENAME'],
  originalBytes: ['ZORIGINALFILESIZE'],
  zoneOffset: ['ZTIMEZONEOFFSET'],
  zoneName: ['ZTIMEZONENAME'],
  // Renamed in iOS 18.
  fingerprint: ['ZORIGINALSTABLEHASH', 'ZMASTERFINGERPRINT'],
  importedBy: ['ZIMPORTEDBYBUNDLEIDENTIFIER', 'ZCREATORBUNDLEID'],
} as const;

export type Row = Readonly<Record<string, unknown>>;

/** What ZINTERNALRESOURCE says of one asset. */
export interface Resources {
  /** Null: it has no row of an original. */
  readonly availability: Availability | null;
  readonly originalBytes: number | null;
  readonly fingerprint: string | null;
  readonly hasLiveVideo: boolean;
  readonly hasRaw: boolean;
}

export interface AssetSurroundings {
  readonly attributes: Row | null;
  readonly resources: Resources | null;
  readonly albumIds: readonly string[];
}

/** ZKINDSUBTYPE, backup-format 4.1. */
const VARIANTS: ReadonlyMap<number, AssetVariant> = new Map([
  [1, 'panorama'],
  [2, 'live'],
  [10, 'screenshot'],
  [101, 'slow-motion'],
  [102, 'time-lapse'],
  [103, 'screen-recording'],
]);
const LIBRARIES: ReadonlyMap<number, AssetLibrary> = new Map([
  [3, 'own'],
  [SHARED_ALBUM, 'shared-album'],
  [6, 'icloud'],
  [SHARED_WITH_YOU, 'shared-with-you'],
]);
const SCREENSHOT = 10;

/** ZAVALANCHEPICKTYPE: bits. */
const PICK = { notSelected: 2, default: 4, byOwner: 8, keyFrame: 16 } as const;

/** One row and what belongs to it, with the files looked up in the backup. */
export function decodeAsset(
  backup: Backup,
  row: Row,
  { attributes, resources, albumIds }: AssetSurroundings,
): PhotoAsset {
  const directory = textOf(row['directory']);
  const fileName = textOf(row['fileName']);
  const path = directory === null || fileName === null ? null : `Media/${directory}/${fileName}`;
  const kind = kindOf(row, fileName);
  const variant = VARIANTS.get(numberOf(row['subtype']) ?? 0) ?? null;
  const file = path === null ? null : fileAt(backup, path);
  // An original without a single byte is none, whatever the index says.
  const isStored = file !== null && file.sizeBytes !== 0 && backup.hasContent(file);
  const storedBytes = isStored ? file.sizeBytes : null;
  const expectedBytes = positive(resources?.originalBytes) ?? positive(numberOf(attributes?.['originalBytes']));
  const isLive = kind === 'photo' && (variant === 'live' || hasFilm(row) || resources?.hasLiveVideo === true);
  const isEdited = flag(row['adjusted']);
  const duration = numberOf(row['duration']);
  return {
    id: textOf(row['uuid']) || `row:${numberOf(row['pk']) ?? 0}`,
    kind,
    variant,
    library: libraryOf(row),
    fileName,
    originalFileName: textOf(attributes?.['originalFileName']),
    path,
    file,
    original: originalOf({ isStored, storedBytes, expectedBytes, availability: resources?.availability ?? null }),
    sizeBytes: storedBytes,
    uniformType: textOf(row['uniformType']),
    takenMs: cocoaMs(row['taken']),
    addedMs: cocoaMs(row['added']),
    modifiedMs: cocoaMs(row['modified']),
    timeZoneOffsetSeconds: numberOf(attributes?.['zoneOffset']),
    timeZoneName: textOf(attributes?.['zoneName']),
    width: positive(numberOf(row['width'])),
    height: positive(numberOf(row['height'])),
    durationSeconds: kind === 'video' || (duration ?? 0) > 0 ? duration : null,
    isFavourite: flag(row['favourite']),
    isHidden: flag(row['hidden']),
    isTrashed: flag(row['trashed']),
    trashedMs: flag(row['trashed']) === true ? cocoaMs(row['trashedDate']) : null,
    isVisible: inverse(flag(row['visibility'])),
    isScreenshot: isScreenshot(row),
    isLive,
    burst: burstOf(row),
    isEdited,
    editedMs: isEdited === true ? cocoaMs(row['adjustedDate']) : null,
    ...companions(backup, path, { kind, isLive, isEdited, hasRaw: resources?.hasRaw ?? null }),
    place: placeOf(row),
    albumIds,
    fingerprint: textOf(attributes?.['fingerprint']) ?? resources?.fingerprint ?? null,
    duplicateGroup: groupOf(row),
    importedBy: textOf(attributes?.['importedBy']),
  };
}

interface Belongings {
  readonly liveVideo: BackupFile | null;
  readonly editedFile: BackupFile | null;
  readonly editedVideo: BackupFile | null;
  readonly adjustments: BackupFile | null;
  readonly rawFile: BackupFile | null;
}

function companions(
  backup: Backup,
  path: string | null,
  about: {
    readonly kind: AssetKind;
    readonly isLive: boolean;
    readonly isEdited: boolean | null;
    readonly hasRaw: boolean | null;
  },
): Belongings {
  const none = { liveVideo: null, editedFile: null, editedVideo: null, adjustments: null, rawFile: null };
  if (path === null) return none;
  const isVideo = about.kind === 'video';
  const liveVideo = about.isLive ? liveVideoOf(backup, path) : null;
  const rawFile = about.hasRaw !== false && !isVideo ? rawOf(backup, path, about.hasRaw === true) : null;
  if (about.isEdited === false) return { ...none, liveVideo, rawFile };
  const { picture, film } = renderingsOf(backup, path, { picture: !isVideo, film: isVideo || about.isLive });
  return {
    liveVideo,
    rawFile,
    editedFile: isVideo ? film : picture,
    editedVideo: isVideo ? null : film,
    adjustments: adjustmentsOf(backup, path),
  };
}

function kindOf(row: Row, fileName: string | null): AssetKind {
  const kind = numberOf(row['kind']);
  if (kind === null) return fileName === null ? 'unknown' : kindOfName(fileName);
  return kind === 0 ? 'photo' : kind === 1 ? 'video' : 'unknown';
}

function libraryOf(row: Row): AssetLibrary {
  const type = numberOf(row['savedType']);
  return type === null ? null : (LIBRARIES.get(type) ?? 'other');
}

function hasFilm(row: Row): boolean {
  return (numberOf(row['companionSeconds']) ?? 0) > 0;
}

function isScreenshot(row: Row): boolean | null {
  const subtype = numberOf(row['subtype']);
  const detected = numberOf(row['screenshot']);
  if (subtype === SCREENSHOT || detected === 1) return true;
  return subtype === null && detected === null ? null : false;
}

function burstOf(row: Row): Burst | null {
  const id = textOf(row['burst']);
  if (id === null || id === '') return null;
  const pick = numberOf(row['burstPick']);
  if (pick === null) return { id, isPicked: null, isChosenByOwner: null, isKeyFrame: null };
  return { id, ...burstPick(pick) };
}

/** The bits of a frame's pick. */
export function burstPick(pick: number): Omit<Burst, 'id'> {
  const isNamed = (pick & (PICK.default | PICK.byOwner | PICK.keyFrame)) !== 0;
  return {
    isPicked: isNamed ? true : (pick & PICK.notSelected) === 0 ? null : false,
    isChosenByOwner: (pick & PICK.byOwner) !== 0,
    isKeyFrame: (pick & PICK.keyFrame) !== 0,
  };
}

function placeOf(row: Row): PhotoAsset['place'] {
  const latitude = numberOf(row['latitude']);
  const longitude = numberOf(row['longitude']);
  // −180 for both is how Core Data says "none"; a longitude of −180 alone is a place in the Pacific.
  if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return { latitude, longitude };
}

function groupOf(row: Row): string | null {
  const group = numberOf(row['metadataGroup']) ?? numberOf(row['perceptualGroup']);
  return group === null ? null : String(group);
}

function flag(value: unknown): boolean | null {
  const number = numberOf(value);
  return number === null ? null : number !== 0;
}

function inverse(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

function positive(value: number | null | undefined): number | null {
  return value != null && value > 0 ? value : null;
}
