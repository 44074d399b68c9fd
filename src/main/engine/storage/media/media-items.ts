import type { MediaFile } from './list-media.ts';

/** What its owner calls one photo or one video, with every file that belongs to it. */
export interface MediaItem {
  /** `other`: files without a picture or a film, such as the side-car of an original that is in iCloud only. */
  readonly kind: 'photo' | 'video' | 'other';
  readonly isLive: boolean;
  readonly isEdited: boolean;
  readonly files: readonly MediaFile[];
}

const PHOTOS = new Set(
  'heic heif jpg jpeg png gif tif tiff webp bmp avif jxl dng cr2 cr3 nef nrw arw raf orf rw2 pef srw 3fr iiq raw'.split(
    ' ',
  ),
);
const VIDEOS = new Set('mov mp4 m4v avi 3gp 3g2 mpg mpeg mts m2ts mkv'.split(' '));
/** Of a photo and a film of one name the film is the photo's, when it is one that the camera writes. */
const LIVE_FILM = 'mov';
const MUTATIONS = 'PhotoData/Mutations/';

/**
 * Puts files together by their names, as the phone lays them out: a Live Photo is a picture and a film of one name, a
 * side-car has its original's name, and an edit lies in Mutations below its original's path.
 */
export function mediaItems(files: Iterable<MediaFile>): readonly MediaItem[] {
  const groups = new Map<string, MediaFile[]>();
  for (const file of files) {
    const key = keyOf(file.path);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return [...groups.values()].flatMap(itemsOf);
}

export function mediaKind(path: string): MediaItem['kind'] {
  const extension = extensionOf(path);
  if (PHOTOS.has(extension)) return 'photo';
  return VIDEOS.has(extension) ? 'video' : 'other';
}

/** Photos and films of one name that are not a Live Photo are items of their own; what else there is goes with the first. */
function itemsOf(group: readonly MediaFile[]): readonly MediaItem[] {
  const originals = group.filter((file) => file.area !== 'edits');
  const photos = originals.filter((file) => mediaKind(file.path) === 'photo');
  const films = originals.filter((file) => mediaKind(file.path) === 'video');
  const edits = group.filter((file) => file.area === 'edits');
  const isEdited = edits.some((file) => mediaKind(file.path) !== 'other');
  if (photos.length > 0) {
    const live = films.filter((file) => extensionOf(file.path) === LIVE_FILM);
    const others = films.filter((file) => !live.includes(file));
    const rest = group.filter((file) => !others.includes(file));
    const photo: MediaItem = { kind: 'photo', isLive: live.length > 0, isEdited, files: rest };
    return [photo, ...others.map((file) => video([file], false))];
  }
  const [film, ...more] = films;
  if (film !== undefined) {
    const rest = group.filter((file) => !more.includes(file));
    return [video(rest, isEdited), ...more.map((file) => video([file], false))];
  }
  // The original is not on the phone; an edit of it may be, and is all that there is.
  const kind = edits.map((file) => mediaKind(file.path)).find((one) => one !== 'other') ?? 'other';
  return [{ kind, isLive: false, isEdited, files: group }];
}

function video(files: readonly MediaFile[], isEdited: boolean): MediaItem {
  return { kind: 'video', isLive: false, isEdited, files };
}

/** Path without its ending; of an edit the path of its original. */
function keyOf(path: string): string {
  const adjustments = path.startsWith(MUTATIONS) ? path.lastIndexOf('/Adjustments/') : -1;
  if (adjustments >= 0) return path.slice(MUTATIONS.length, adjustments);
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1 ? path.slice(0, dot) : path;
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}
