import type { BrowseFilter, PhotoView } from '../../../../shared/contract/procedures/index.ts';
import type { PhotoBriefs, Unreadable } from '../../browse/index.ts';
import type { AssetFilter, AssetQuery, PhotoAsset, PhotoLibrary } from '../../browse/readers/photos/index.ts';
import { type Gone, goneOf } from './browse-gone.ts';
import {
  type BrowseContext,
  type BrowseList,
  countOf,
  folded,
  hasText,
  isoOf,
  matcher,
  msOf,
  secondsOf,
} from './browse-list.ts';
import { mediaOf, nameOfPath, previewOf } from './browse-media.ts';
import type { OpenVersion } from './browse-version.ts';

/** The photo wall: pages of a library, days, albums. */

export type PhotoKind = 'photos' | 'videos';

const BATCH = 200;
const CAMERA_ROLL = 'CameraRollDomain';
/** Of photos without a date. */
const NO_DAY = 'unknown';

export async function photoList(
  context: BrowseContext,
  version: OpenVersion,
  kind: PhotoKind,
  filter: BrowseFilter,
  isGone: boolean,
): Promise<BrowseList<PhotoView>> {
  const library = await version.photos();
  const { keys, unreadable } = await keysOf(context, version, kind, filter, isGone);
  return {
    total: keys.length,
    isPresent: library.isPresent,
    get unreadable() {
      return [...library.unreadable, ...unreadable];
    },
    page: async (offset, limit) =>
      library.read([...keys.subarray(offset, offset + limit)]).map((one) => photoView(context, version, one)),
    ids: async () => {
      const { byKey } = await version.briefs();
      return [...keys].flatMap((key) => byKey.get(key)?.id ?? []);
    },
    placeOf: async (id) => {
      const key = (await version.briefs()).byId.get(id)?.key;
      const place = key === undefined ? -1 : keys.indexOf(key);
      return place < 0 ? null : place;
    },
  };
}

interface ChosenKeys {
  readonly keys: Float64Array;
  readonly unreadable: readonly Unreadable[];
}

async function keysOf(
  context: BrowseContext,
  version: OpenVersion,
  kind: PhotoKind,
  filter: BrowseFilter,
  isGone: boolean,
): Promise<ChosenKeys> {
  const library = await version.photos();
  if (filter.only === 'with-attachments') return { keys: new Float64Array(), unreadable: [] };
  const query = queryOf(kind, filter);
  const isPlain =
    !isGone &&
    !hasText(filter) &&
    filter.only !== 'only-in-icloud' &&
    (filter.sort === undefined || filter.sort === 'newest' || filter.sort === 'oldest');
  // The library keeps the lists that were looked at last by itself.
  if (isPlain) return { keys: library.keys(query), unreadable: [] };
  const gone = isGone ? await goneOf(context, version, ['photos']) : null;
  const name = JSON.stringify(['photos', kind, filter, gone?.newest]);
  return version.list(name, () => choose(version, library, query, filter, gone));
}

function queryOf(kind: PhotoKind, { group, only, from, to, sort }: BrowseFilter): AssetQuery {
  const filter: AssetFilter = {
    kind: kind === 'videos' ? 'video' : 'photo',
    ...(only === 'trashed' ? { trashed: true } : group === undefined ? { shown: true } : { trashed: false }),
    ...(group === undefined ? {} : { albumId: group }),
    ...(only === 'favourites' ? { favourite: true } : {}),
    ...(only === 'hidden' ? { hidden: true } : {}),
    ...(only === 'screenshots' ? { screenshot: true } : {}),
    ...(only === 'live' ? { live: true } : {}),
    ...(only === 'edited' ? { edited: true } : {}),
    takenFromMs: msOf(from),
    takenToMs: msOf(to),
  };
  return { filter, order: sort === 'oldest' ? 'oldest' : 'newest' };
}

async function choose(
  version: OpenVersion,
  library: PhotoLibrary,
  query: AssetQuery,
  filter: BrowseFilter,
  gone: Gone | null,
): Promise<ChosenKeys> {
  const { byKey } = await version.briefs();
  let keys = [...library.keys(query)];
  if (gone !== null) keys = keys.filter((key) => gone.ids.has(byKey.get(key)?.id ?? ''));
  if (hasText(filter)) keys = withText(library, byKey, keys, query, filter.text ?? '');
  if (filter.only === 'only-in-icloud') {
    const away = await onlyInICloud(version, library);
    keys = keys.filter((key) => away.has(key));
  }
  if (filter.sort === 'largest') {
    keys.sort((a, b) => (byKey.get(b)?.bytes ?? -1) - (byKey.get(a)?.bytes ?? -1) || a - b);
  } else if (filter.sort === 'name') {
    const names = new Map(keys.map((key) => [key, nameOf(byKey.get(key)) ?? '\uffff']));
    const collator = new Intl.Collator('en', { numeric: true });
    keys.sort((a, b) => collator.compare(names.get(a) ?? '', names.get(b) ?? '') || a - b);
  }
  return { keys: Float64Array.from(keys), unreadable: gone?.unreadable ?? [] };
}

function nameOf(brief: { readonly originalName: string | null; readonly fileName: string | null } | undefined) {
  return brief?.originalName ?? brief?.fileName ?? null;
}

/** By the names of the file, and of the albums that it is in. */
function withText(
  library: PhotoLibrary,
  byKey: PhotoBriefs['byKey'],
  keys: readonly number[],
  query: AssetQuery,
  typed: string,
): number[] {
  const fits = matcher(typed);
  const inAlbums = new Set<number>();
  for (const album of library.albums()) {
    if (album.kind === 'folder' || album.title === null || !folded(album.title).includes(folded(typed.trim())))
      continue;
    for (const key of library.keys({ ...query, filter: { ...query.filter, albumId: album.id } })) inAlbums.add(key);
  }
  return keys.filter((key) => {
    const brief = byKey.get(key);
    return inAlbums.has(key) || fits([brief?.originalName, brief?.fileName]);
  });
}

/** Only the files tell: all photos are looked at, once. */
function onlyInICloud(version: OpenVersion, library: PhotoLibrary): Promise<ReadonlySet<number>> {
  return version.keep('only in icloud', async () => {
    const away = new Set<number>();
    const { byId } = await version.briefs();
    const keys = library.keys();
    for (let start = 0; start < keys.length; start += BATCH) {
      for (const asset of library.read([...keys.subarray(start, start + BATCH)])) {
        const key = byId.get(asset.id)?.key;
        if (asset.original.state === 'icloud' && key !== undefined) away.add(key);
      }
      await version.pause();
    }
    return away;
  });
}

/**
 * How many there are for each day where they were taken, in the order of the list, so that places can be counted from it.
 * Who travels may see a day twice.
 */
export async function photoDays(
  context: BrowseContext,
  version: OpenVersion,
  request: { readonly kind: PhotoKind; readonly filter: BrowseFilter; readonly gone: boolean },
): Promise<{ days: Array<{ day: string; count: number }>; total: number }> {
  const { kind, filter, gone } = request;
  const { keys } = await keysOf(context, version, kind, filter, gone);
  const { byKey } = await version.briefs();
  const days: Array<{ day: string; count: number }> = [];
  for (const key of keys) {
    const brief = byKey.get(key);
    const day = dayOf(brief?.takenMs ?? null, brief?.offsetSeconds ?? null);
    const last = days.at(-1);
    if (last?.day === day) last.count += 1;
    else days.push({ day, count: 1 });
  }
  return { days, total: keys.length };
}

function dayOf(takenMs: number | null, offsetSeconds: number | null): string {
  return (takenMs === null ? null : isoOf(takenMs + (offsetSeconds ?? 0) * 1000))?.slice(0, 10) ?? NO_DAY;
}

export async function albumGroups(version: OpenVersion) {
  const library = await version.photos();
  return library
    .albums()
    .filter(({ kind, isTrashed }) => kind !== 'folder' && isTrashed !== true)
    .map(({ id, title, count }) => ({ id, title: title ?? '', count }));
}

const STATES = { here: 'here', icloud: 'only-in-icloud', unknown: 'missing' } as const;

export function photoView(context: BrowseContext, version: OpenVersion, asset: PhotoAsset): PhotoView {
  const { original } = asset;
  const offset = asset.timeZoneOffsetSeconds;
  return {
    id: asset.id,
    type: asset.kind,
    variant: asset.variant,
    name: asset.originalFileName ?? asset.fileName ?? (asset.path === null ? null : nameOfPath(asset.path)),
    takenAt: isoOf(asset.takenMs),
    offsetSeconds: offset === null || !Number.isFinite(offset) ? null : Math.trunc(offset),
    width: countOf(asset.width),
    height: countOf(asset.height),
    durationSeconds: secondsOf(asset.durationSeconds),
    bytes: countOf(asset.sizeBytes ?? original.bytes),
    state: STATES[original.state],
    isFavourite: asset.isFavourite === true,
    isHidden: asset.isHidden === true,
    isLive: asset.isLive,
    isEdited: asset.isEdited === true,
    isScreenshot: asset.isScreenshot === true,
    isTrashed: asset.isTrashed === true,
    place: asset.place,
    media: photoMedia(context, version, asset),
    live: mediaOf(context, version, asset.editedVideo ?? asset.liveVideo, 'video'),
  };
}

/** As its owner last saw it; where its bytes are not here, what the phone kept of it. */
export function photoMedia(context: BrowseContext, version: OpenVersion, asset: PhotoAsset): PhotoView['media'] {
  const type = asset.kind === 'video' ? 'video' : 'image';
  const edited = mediaOf(context, version, asset.editedFile, type);
  const own = edited ?? mediaOf(context, version, asset.file, type);
  if (own === null) return previewOf(context, version, CAMERA_ROLL, asset.path);
  if (own.thumb !== null) return own;
  // Of what was edited the phone's small picture lies where the original's does.
  return { ...own, thumb: previewOf(context, version, CAMERA_ROLL, asset.path)?.token ?? null };
}
