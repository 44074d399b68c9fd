/** Photos and videos of a backup. */
export { nameParts } from './media-names.ts';
export { PhotoLibrary } from './photo-library.ts';
export type {
  AlbumKind,
  AssetFilter,
  AssetKind,
  AssetLibrary,
  AssetOrder,
  AssetPage,
  AssetPageRequest,
  AssetQuery,
  AssetVariant,
  Burst,
  Original,
  OriginalState,
  PhoneSays,
  PhotoAlbum,
  PhotoAsset,
  PhotoCounts,
} from './types.ts';
