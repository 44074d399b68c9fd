import type { PhotoAsset, PhotoCounts } from './types.ts';

/** The same counts as the database's, one by one: for libraries that can only be read in part. */
export function countAssets(assets: Iterable<PhotoAsset>): PhotoCounts {
  const counts = {
    all: 0,
    photos: 0,
    videos: 0,
    hidden: 0,
    favourites: 0,
    screenshots: 0,
    live: 0,
    edited: 0,
    trashed: 0,
    shared: 0,
    notShown: 0,
  };
  let originalBytes: number | null = null;
  let newestMs: number | null = null;
  for (const one of assets) {
    counts.all += 1;
    if (one.isTrashed === true) counts.trashed += 1;
    else if (one.library === 'shared-album' || one.library === 'shared-with-you') counts.shared += 1;
    else if (one.isVisible === false) counts.notShown += 1;
    else {
      countShown(counts, one);
      if (one.original.bytes !== null) originalBytes = (originalBytes ?? 0) + one.original.bytes;
      if (one.takenMs !== null) newestMs = Math.max(newestMs ?? one.takenMs, one.takenMs);
    }
  }
  return { ...counts, originalBytes, newestMs };
}

function countShown(
  counts: Record<'photos' | 'videos' | 'hidden' | 'favourites' | 'screenshots' | 'live' | 'edited', number>,
  one: PhotoAsset,
): void {
  counts.photos += Number(one.kind === 'photo');
  counts.videos += Number(one.kind === 'video');
  counts.hidden += Number(one.isHidden === true);
  counts.favourites += Number(one.isFavourite === true);
  counts.screenshots += Number(one.isScreenshot === true);
  counts.live += Number(one.isLive);
  counts.edited += Number(one.isEdited === true);
}
