import type { LossMeter } from '../../../shared/contract/index.ts';
import type { MediaFile } from './media/list-media.ts';
import { type MediaItem, mediaItems } from './media/media-items.ts';
import type { MediaAnswer } from './media/phone-media.ts';

/** The last verified version of a phone, as far as the loss meter needs it. */
export interface VersionMedia {
  readonly snapshot: string;
  /** When it was begun, by this computer's clock. */
  readonly takenAt: Date;
  /** The same by the phone's clock, which its files' dates are told by. Absent: the clocks are taken for equal. */
  readonly phoneDate?: Date;
  /** Its files by their paths below Media; null when its list could not be opened, and only dates are left. */
  readonly files: ReadonlyMap<string, VersionFile> | null;
}

export interface VersionFile {
  readonly sizeBytes: number | null;
  /** Seconds since 1970. */
  readonly modified: number | null;
}

/** Backups keep whole seconds; some round and some cut. */
const SAME_MOMENT_SECONDS = 1.5;

/**
 * What would be lost if the phone were lost now: its photos and videos that are not in the last verified version, by
 * name, size and date; no content is read. Without a version everything counts.
 */
export function lossMeter(media: MediaAnswer, version: VersionMedia | null): LossMeter {
  const since = version === null ? null : { snapshot: version.snapshot, takenAt: version.takenAt.toISOString() };
  if (media.listing === null) {
    return {
      ...{ measuredAt: new Date().toISOString(), how: 'unknown', reason: media.reason, since, unread: 0 },
      ...{ photos: null, videos: null, changed: null, bytes: null, oldest: null, newest: null },
    };
  }
  const { files, unread, listedAtMs } = media.listing;
  const isMissing = judgeOf(version);
  const sum = { photos: 0, videos: 0, changed: 0, bytes: 0 };
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const item of mediaItems(files.filter((file) => file.area !== 'shared-album'))) {
    const missing = item.files.filter(isMissing);
    if (missing.length === 0) continue;
    for (const file of missing) sum.bytes += file.sizeBytes;
    if (item.kind === 'other') continue;
    if (!isNew(item, missing)) sum.changed += 1;
    else if (item.kind === 'photo') sum.photos += 1;
    else sum.videos += 1;
    for (const file of missing) {
      const moment = momentOf(file);
      if (moment === null) continue;
      oldest = Math.min(oldest, moment);
      newest = Math.max(newest, moment);
    }
  }
  const isSure = version === null || version.files !== null;
  return {
    measuredAt: new Date(listedAtMs).toISOString(),
    how: isSure ? 'measured' : 'estimated',
    reason: null,
    since,
    ...sum,
    oldest: Number.isFinite(oldest) ? new Date(oldest).toISOString() : null,
    newest: Number.isFinite(newest) ? new Date(newest).toISOString() : null,
    unread: unread.length,
  };
}

function judgeOf(version: VersionMedia | null): (file: MediaFile) => boolean {
  if (version === null) return () => true;
  const { files, takenAt, phoneDate = takenAt } = version;
  if (files === null) {
    const takenMs = phoneDate.getTime();
    // A file without a date may be new: what is not known to be safe is at risk.
    return (file) => (momentOf(file) ?? Number.POSITIVE_INFINITY) > takenMs;
  }
  return (file) => !isSame(file, files.get(file.path));
}

function isSame(file: MediaFile, kept: VersionFile | undefined): boolean {
  if (kept === undefined) return false;
  if (kept.sizeBytes !== null && kept.sizeBytes !== file.sizeBytes) return false;
  if (kept.modified === null || file.modifiedMs === null) return true;
  return Math.abs(kept.modified - file.modifiedMs / 1000) <= SAME_MOMENT_SECONDS;
}

/** Is the picture or film itself missing, and not only an edit or a side-car of it? */
function isNew(item: MediaItem, missing: readonly MediaFile[]): boolean {
  const originals = item.files.filter((file) => file.area === 'library' && !file.path.toUpperCase().endsWith('.AAE'));
  if (originals.length === 0) return missing.length === item.files.length;
  return originals.some((file) => missing.includes(file));
}

/** The later of both: a picture that came by AirDrop was taken long ago. */
function momentOf({ modifiedMs, createdMs }: MediaFile): number | null {
  if (modifiedMs === null) return createdMs;
  return createdMs === null ? modifiedMs : Math.max(modifiedMs, createdMs);
}
