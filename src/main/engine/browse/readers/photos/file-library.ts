import type { Backup, BackupFile } from '../../source/types.ts';
import { adjustmentsOf, renderingsOf } from './companions.ts';
import { type FileFacts, fileFacts } from './file-attributes.ts';
import { mediaGroups } from './media-groups.ts';
import { CAMERA_ROLL, isRaw, kindOfName, nameParts } from './media-names.ts';
import type { AssetFilter, AssetQuery, AssetStore, PhotoAlbum, PhotoAsset, PhotoCounts } from './types.ts';

/** What is kept of each asset, so that 50,000 of them take a few megabytes. */
interface Found {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly originalName: string | null;
  readonly liveVideo: string | null;
  readonly raw: string | null;
  readonly isVideo: boolean;
  readonly isShared: boolean;
  readonly takenMs: number | null;
  readonly favourite: boolean;
  readonly hidden: boolean;
  readonly trashed: boolean;
  readonly isFrame: boolean;
  readonly bytes: number;
}

const MS = 1000;

/**
 * The assets as the files of the camera roll tell them, for backups whose Photos.sqlite is missing or cannot be read. It
 * knows less: no albums, no places, no screenshots, and nothing of what is only in iCloud.
 */
export class FileLibrary implements AssetStore {
  readonly #backup: Backup;
  readonly #found: readonly Found[];
  readonly #keys: ReadonlyMap<string, number>;

  constructor(backup: Backup) {
    this.#backup = backup;
    const keys = new Map<string, number>();
    const found: Found[] = [];
    for (const one of findAssets(backup)) {
      // Copies that were made with their attributes have one id for two.
      const id = keys.has(one.id) ? `file:${one.path}` : one.id;
      keys.set(id, found.length);
      found.push({ ...one, id });
    }
    this.#found = found;
    this.#keys = keys;
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  keys({ filter = {}, order = 'newest' }: AssetQuery): Float64Array {
    const keys = this.#found.flatMap((found, key) => (matches(found, filter) ? [key] : []));
    const sign = order === 'newest' ? -1 : 1;
    const date = (key: number): number => this.#found[key]?.takenMs ?? Number.NEGATIVE_INFINITY * sign;
    return Float64Array.from(keys.sort((one, other) => sign * compare(date(one), date(other)) || one - other));
  }

  read(keys: readonly number[]): readonly PhotoAsset[] {
    return keys.flatMap((key) => {
      const found = this.#found[key];
      const file = found === undefined ? null : this.#backup.file(CAMERA_ROLL, found.path);
      return found === undefined || file === null ? [] : [this.#asset(found, file)];
    });
  }

  keyOf(id: string): number | null {
    return this.#keys.get(id) ?? null;
  }

  albums(): readonly PhotoAlbum[] {
    return [];
  }

  counts(): PhotoCounts {
    const shown = this.#found.filter((found) => matches(found, { shown: true }));
    const count = (filter: AssetFilter): number => shown.filter((found) => matches(found, filter)).length;
    const dates = shown.flatMap(({ takenMs }) => takenMs ?? []);
    const trashed = this.#found.filter((found) => found.trashed).length;
    const shared = this.#found.filter((found) => !found.trashed && found.isShared).length;
    return {
      all: this.#found.length,
      photos: count({ kind: 'photo' }),
      videos: count({ kind: 'video' }),
      hidden: count({ hidden: true }),
      favourites: count({ favourite: true }),
      screenshots: null,
      live: count({ live: true }),
      edited: null,
      trashed,
      shared,
      notShown: this.#found.length - shown.length - trashed - shared,
      originalBytes: shown.reduce((sum, { bytes }) => sum + bytes, 0),
      newestMs: dates.reduce((most: number | null, one) => (most === null || one > most ? one : most), null),
    };
  }

  /** All files are assets here. */
  stemsIn(): null {
    return null;
  }

  #asset(found: Found, file: BackupFile): PhotoAsset {
    const facts = fileFacts(this.#backup.attributes(file));
    const isStored = file.sizeBytes !== 0 && this.#backup.hasContent(file);
    const look = (path: string | null): BackupFile | null =>
      path === null ? null : this.#backup.file(CAMERA_ROLL, path);
    const wanted = { picture: !found.isVideo, film: found.isVideo || found.liveVideo !== null };
    const { picture, film } = renderingsOf(this.#backup, found.path, wanted);
    const editedFile = found.isVideo ? film : picture;
    return {
      id: found.id,
      kind: found.isVideo ? 'video' : 'photo',
      variant: found.liveVideo === null ? null : 'live',
      library: found.isShared ? 'shared-album' : null,
      fileName: found.name,
      originalFileName: facts.originalFileName,
      path: found.path,
      file,
      original: { state: isStored ? 'here' : 'unknown', phoneSays: null, bytes: isStored ? file.sizeBytes : null },
      sizeBytes: isStored ? file.sizeBytes : null,
      uniformType: null,
      takenMs: found.takenMs,
      addedMs: facts.addedMs,
      modifiedMs: file.modified === null ? null : file.modified * MS,
      timeZoneOffsetSeconds: facts.timeZoneOffsetSeconds,
      timeZoneName: facts.timeZoneName,
      width: null,
      height: null,
      durationSeconds: null,
      isFavourite: facts.isFavourite,
      isHidden: facts.isHidden,
      isTrashed: facts.isTrashed,
      trashedMs: null,
      isVisible: facts.pick === null ? null : facts.pick.isPicked,
      isScreenshot: null,
      isLive: found.liveVideo !== null,
      liveVideo: look(found.liveVideo),
      burst: null,
      isEdited: editedFile === null ? null : true,
      editedMs: null,
      editedFile,
      editedVideo: found.isVideo ? null : film,
      adjustments: adjustmentsOf(this.#backup, found.path),
      rawFile: look(found.raw),
      place: null,
      albumIds: [],
      fingerprint: null,
      duplicateGroup: null,
      importedBy: facts.importedBy,
    };
  }
}

function* findAssets(backup: Backup): Generator<Found> {
  for (const { files } of mediaGroups(backup)) {
    const known = files.map((file) => ({ file, facts: fileFacts(backup.attributes(file)) }));
    const isPhoto = ({ file }: { file: BackupFile }): boolean => kindOfName(file.path) === 'photo';
    const photos = known.filter(isPhoto);
    const pictures = photos.filter(({ file }) => !isRaw(nameParts(file.path).extension));
    const raw = pictures.length === 1 ? (photos.find((one) => !pictures.includes(one)) ?? null) : null;
    const primary = pictures.length === 1 ? pictures[0] : photos[0];
    const film =
      primary === undefined ? null : (known.find((one) => !isPhoto(one) && isOfOne(one.facts, primary.facts)) ?? null);
    for (const one of known) {
      if (one === raw || one === film) continue;
      const isPrimary = one === primary;
      yield foundOf(one.file, one.facts, {
        liveVideo: isPrimary ? (film?.file.path ?? null) : null,
        raw: isPrimary ? (raw?.file.path ?? null) : null,
      });
    }
  }
}

/** A film beside a photo of the same name is its Live Photo, unless the phone gave them ids that differ. */
function isOfOne(one: FileFacts, other: FileFacts): boolean {
  return one.uuid === null || other.uuid === null || one.uuid === other.uuid;
}

function foundOf(file: BackupFile, facts: FileFacts, beside: { liveVideo: string | null; raw: string | null }): Found {
  return {
    id: facts.uuid ?? `file:${file.path}`,
    path: file.path,
    name: file.path.slice(file.path.lastIndexOf('/') + 1),
    originalName: facts.originalFileName,
    ...beside,
    isVideo: kindOfName(file.path) === 'video',
    isShared: file.path.startsWith('Media/PhotoData/PhotoCloudSharingData/'),
    // The camera's files are born when the picture is taken; those from elsewhere have a date of their own.
    takenMs: facts.takenMs ?? (file.created === null ? null : file.created * MS),
    favourite: facts.isFavourite === true,
    hidden: facts.isHidden === true,
    trashed: facts.isTrashed === true,
    isFrame: facts.pick?.isPicked === false,
    bytes: file.sizeBytes ?? 0,
  };
}

/** What cannot be known from files counts as no. */
function matches(found: Found, filter: AssetFilter): boolean {
  const is = (wanted: boolean | undefined, value: boolean): boolean => wanted === undefined || wanted === value;
  const taken = found.takenMs;
  return (
    (filter.kind === undefined || (filter.kind === 'video') === found.isVideo) &&
    is(filter.shown, !found.trashed && !found.isFrame && !found.isShared) &&
    is(filter.favourite, found.favourite) &&
    is(filter.hidden, found.hidden) &&
    is(filter.trashed, found.trashed) &&
    is(filter.live, found.liveVideo !== null) &&
    is(filter.screenshot, false) &&
    is(filter.edited, false) &&
    is(filter.burst, false) &&
    is(filter.withPlace, false) &&
    filter.albumId === undefined &&
    (filter.takenFromMs === undefined || (taken !== null && taken >= filter.takenFromMs)) &&
    (filter.takenToMs === undefined || (taken !== null && taken < filter.takenToMs)) &&
    holds(found, filter.text)
  );
}

function holds({ name, originalName }: Found, text: string | undefined): boolean {
  if (text === undefined || text === '') return true;
  const wanted = text.toLowerCase();
  return name.toLowerCase().includes(wanted) || originalName?.toLowerCase().includes(wanted) === true;
}

function compare(one: number, other: number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
