import type { AssetKind } from './types.ts';

/** Names of camera-roll files. */

export const CAMERA_ROLL = 'CameraRollDomain';

const PHOTOS = new Set(['heic', 'heif', 'jpg', 'jpeg', 'png', 'gif', 'tif', 'tiff', 'webp', 'bmp', 'avif', 'jxl']);
const RAWS = new Set([
  'dng',
  'cr2',
  'cr3',
  'nef',
  'nrw',
  'arw',
  'raf',
  'orf',
  'rw2',
  'pef',
  'srw',
  '3fr',
  'iiq',
  'raw',
]);
const VIDEOS = new Set(['mov', 'mp4', 'm4v', 'avi', '3gp', '3g2', 'mpg', 'mpeg', 'mts', 'm2ts', 'mkv']);

export const RAW_EXTENSIONS: readonly string[] = [...RAWS];

export interface NameParts {
  /** "DCIM/100APPLE" of "Media/DCIM/100APPLE/IMG_0001.HEIC" is the library's word for the folder. */
  readonly folder: string;
  readonly stem: string;
  /** Without the dot, as it is written. */
  readonly extension: string;
}

export function nameParts(path: string): NameParts {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const dot = name.lastIndexOf('.');
  const folder = slash < 0 ? '' : path.slice(0, slash);
  if (dot <= 0) return { folder, stem: name, extension: '' };
  return { folder, stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

export function isRaw(extension: string): boolean {
  return RAWS.has(extension.toLowerCase());
}

/** By the ending of the name: all that is known where no database says it. */
export function kindOfName(name: string): AssetKind {
  const extension = nameParts(name).extension.toLowerCase();
  if (PHOTOS.has(extension) || RAWS.has(extension)) return 'photo';
  return VIDEOS.has(extension) ? 'video' : 'unknown';
}
