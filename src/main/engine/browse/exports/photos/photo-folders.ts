import type { PhotoAlbum, PhotoAsset } from '../../readers/photos/index.ts';
import { foldedName, safeFileName } from '../safe-file-names.ts';

/** `month` is 2024/05, by the time of the place; `album` is by folders and albums, a copy in each; `flat` is none. */
export type PhotoLayout = 'month' | 'album' | 'flat';

const DELETED = 'Recently Deleted';
const HIDDEN = 'Hidden';
const SHARED = 'Shared by others';
const NO_ALBUM = 'No album';
const NO_DATE = 'No date';
/** Folders within folders, more than the phone lets one make. */
const MAX_DEPTH = 16;

/** Which folders an asset goes to. Deleted and hidden ones, and other people's, never stand among the others. */
export class PhotoFolders {
  readonly #layout: PhotoLayout;
  readonly #albums: ReadonlyMap<string, readonly string[]>;

  constructor(layout: PhotoLayout, albums: readonly PhotoAlbum[]) {
    this.#layout = layout;
    this.#albums = layout === 'album' ? albumFolders(albums) : new Map();
  }

  of(asset: PhotoAsset): ReadonlyArray<readonly string[]> {
    const top = asset.isTrashed === true ? [DELETED] : asset.isHidden === true ? [HIDDEN] : [];
    if (this.#layout === 'album' && top.length === 0) return this.#albumsOf(asset);
    const isShared = asset.library === 'shared-album' || asset.library === 'shared-with-you';
    const folder = top.length === 0 && isShared ? [SHARED] : top;
    return [this.#layout === 'flat' ? folder : [...folder, ...monthOf(asset)]];
  }

  #albumsOf(asset: PhotoAsset): ReadonlyArray<readonly string[]> {
    const albums = asset.albumIds.flatMap((id) => {
      const folder = this.#albums.get(id);
      return folder === undefined ? [] : [folder];
    });
    return albums.length > 0 ? albums : [[NO_ALBUM, ...monthOf(asset)]];
  }
}

/** In the time of the place, where the phone knew it; else in UTC, so that it is the same on every computer. */
function monthOf({ takenMs, timeZoneOffsetSeconds }: PhotoAsset): string[] {
  if (takenMs === null) return [NO_DATE];
  const local = new Date(takenMs + (timeZoneOffsetSeconds ?? 0) * 1000);
  const year = local.getUTCFullYear();
  if (!Number.isFinite(year)) return [NO_DATE];
  return [String(year).padStart(4, '0'), String(local.getUTCMonth() + 1).padStart(2, '0')];
}

/** Two albums of one name get two folders: the second has some letters of its id. */
function albumFolders(albums: readonly PhotoAlbum[]): ReadonlyMap<string, readonly string[]> {
  const byId = new Map(albums.map((album) => [album.id, album]));
  const folders = new Map<string, readonly string[]>();
  const taken = new Set<string>();
  for (const album of albums) {
    // Imports are no albums to a person, and deleted albums are gone.
    if (album.kind === 'folder' || album.kind === 'import' || album.isTrashed === true) continue;
    const path = [...parentsOf(album, byId), titleOf(album)];
    const folded = (parts: readonly string[]): string => foldedName(parts.map((part) => safeFileName(part)).join('/'));
    const isTaken = taken.has(folded(path));
    const own = isTaken ? [...path.slice(0, -1), `${titleOf(album)} (${album.id.slice(0, 6)})`] : path;
    taken.add(folded(own));
    folders.set(album.id, own);
  }
  return folders;
}

function parentsOf(album: PhotoAlbum, byId: ReadonlyMap<string, PhotoAlbum>): string[] {
  const parents: string[] = [];
  let parent = album.parentId === null ? undefined : byId.get(album.parentId);
  while (parent !== undefined && parents.length < MAX_DEPTH) {
    parents.unshift(titleOf(parent));
    parent = parent.parentId === null ? undefined : byId.get(parent.parentId);
  }
  return parents;
}

function titleOf({ title, kind }: PhotoAlbum): string {
  const name = title?.trim() ?? '';
  return name === '' ? (kind === 'folder' ? 'Folder' : 'Album') : name;
}
