import type { BytesFigure, MediaFigure, PhoneStorage } from '../../../shared/contract/index.ts';
import { type ErrorCode, isBackstopError } from '../../../shared/errors/index.ts';
import type { AppSize, Phone } from '../device/index.ts';
import { dictOf, integerAt, type PlistDict } from '../formats/plist/index.ts';
import { mediaItems } from './media/media-items.ts';
import type { MediaAnswer } from './media/phone-media.ts';

export interface StorageOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * What takes the room on a phone, as the phone tells it now. What it does not tell is unknown with a reason; nothing is
 * made up. Slow where it has many apps: it counts their files. `media` is what `askForMedia` brought.
 */
export async function phoneStorage(
  phone: Phone,
  media: MediaAnswer,
  options: StorageOptions = {},
): Promise<PhoneStorage> {
  const now = new Date().toISOString();
  const disk = await attempt(options, async () =>
    dictOf((await phone.getValue({ domain: 'com.apple.disk_usage' }, options)) ?? undefined),
  );
  const apps = await attempt(options, () => appSizes(phone, options));
  return describeStorage({ now, disk: await withFileService(phone, disk, options), apps, media });
}

/** What was asked for, or the code of the refusal. */
interface Told<T> {
  readonly value: T | undefined;
  readonly reason: string;
}

/** Not told, though the phone was asked. */
const SILENT: ErrorCode = 'device/not-told';

export function describeStorage(told: {
  readonly now: string;
  readonly disk: Told<PlistDict>;
  readonly apps: Told<readonly AppSize[]>;
  readonly media: MediaAnswer;
}): PhoneStorage {
  const { now, disk, apps, media } = told;
  const measured = (bytes: number | undefined, reason: string): BytesFigure =>
    bytes === undefined
      ? { bytes: null, how: 'unknown', at: null, reason }
      : { bytes, how: 'measured', at: now, reason: null };
  const diskBytes = (...keys: readonly string[]): number | undefined =>
    keys.map((key) => countAt(disk.value, key)).find((bytes) => bytes !== undefined);
  const total = measured(diskBytes('TotalDiskCapacity'), disk.reason);
  const free = measured(diskBytes('AmountDataAvailable', 'TotalDataAvailable'), disk.reason);
  const system = measured(diskBytes('TotalSystemCapacity'), disk.reason);
  const mediaSum = mediaFigure(media, disk.value, now);
  const mediaSize: BytesFigure = { bytes: mediaSum.bytes, how: mediaSum.how, at: mediaSum.at, reason: mediaSum.reason };
  const appSum = appsFigure(apps, now);
  return {
    measuredAt: now,
    totalBytes: total,
    freeBytes: free,
    byKind: [
      { kind: 'media', size: mediaSize },
      { kind: 'apps', size: appSum },
      { kind: 'system', size: system },
      { kind: 'other', size: otherFigure(total, [free, system, mediaSize, appSum], now) },
    ],
    apps: (apps.value ?? []).toSorted((a, b) => sizeOf(b) - sizeOf(a)).map((app) => ({ ...app })),
    media: mediaSum,
  };
}

function mediaFigure(media: MediaAnswer, disk: PlistDict | undefined, now: string): MediaFigure {
  if (media.listing === null) {
    // Phones of long ago told it; those of today say 0.
    const said = (countAt(disk, 'PhotoUsage') ?? 0) + (countAt(disk, 'CameraUsage') ?? 0);
    const known = said > 0 ? { bytes: said, how: 'estimated', at: now } : { bytes: null, how: 'unknown', at: null };
    return {
      ...(known as Pick<MediaFigure, 'bytes' | 'how' | 'at'>),
      photos: null,
      videos: null,
      reason: media.reason,
    };
  }
  const { files, unread, listedAtMs } = media.listing;
  let [photos, videos, bytes] = [0, 0, 0];
  const own = files.filter((file) => file.area !== 'shared-album');
  for (const file of own) bytes += file.sizeBytes;
  for (const { kind } of mediaItems(own)) {
    photos += Number(kind === 'photo');
    videos += Number(kind === 'video');
  }
  const at = new Date(listedAtMs).toISOString();
  // What the phone would not show is missing from the sum.
  return { photos, videos, bytes, how: unread.length === 0 ? 'measured' : 'estimated', at, reason: null };
}

/** At least: an app whose size is not told counts nothing, and the sum is an estimate. */
function appsFigure({ value, reason }: Told<readonly AppSize[]>, now: string): BytesFigure {
  if (value === undefined) return { bytes: null, how: 'unknown', at: null, reason };
  const isWhole = value.every((app) => app.appBytes !== null && app.dataBytes !== null);
  const bytes = value.reduce((sum, app) => sum + sizeOf(app), 0);
  if (!isWhole && bytes === 0) return { bytes: null, how: 'unknown', at: null, reason: SILENT };
  return { bytes, how: isWhole ? 'measured' : 'estimated', at: now, reason: null };
}

/** What is left when everything known is taken away. */
function otherFigure(total: BytesFigure, parts: readonly BytesFigure[], now: string): BytesFigure {
  const missing = [total, ...parts].find((part) => part.bytes === null);
  if (missing !== undefined) return { bytes: null, how: 'unknown', at: null, reason: missing.reason };
  const rest = parts.reduce((left, part) => left - (part.bytes ?? 0), total.bytes ?? 0);
  return { bytes: Math.max(0, rest), how: 'estimated', at: now, reason: null };
}

/** A phone whose lockdownd does not tell its disk tells it by its file service. */
async function withFileService(phone: Phone, disk: Told<PlistDict>, options: StorageOptions): Promise<Told<PlistDict>> {
  if (countAt(disk.value, 'TotalDiskCapacity') !== undefined) return disk;
  const { value, reason } = await attempt(options, async () => {
    const files = await phone.mediaFiles(options);
    try {
      return await files.device(options);
    } finally {
      files.disconnect();
    }
  });
  if (value?.totalBytes == null || value.freeBytes === null) return { value: disk.value, reason };
  return {
    value: { ...disk.value, TotalDiskCapacity: value.totalBytes, TotalDataAvailable: value.freeBytes },
    reason,
  };
}

async function appSizes(phone: Phone, options: StorageOptions): Promise<readonly AppSize[]> {
  const proxy = await phone.installationProxy(options);
  try {
    return await proxy.appSizes(options);
  } finally {
    proxy.close();
  }
}

async function attempt<T>({ signal }: StorageOptions, work: () => Promise<T | undefined>): Promise<Told<T>> {
  try {
    return { value: await work(), reason: SILENT };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isBackstopError(error)) throw error;
    return { value: undefined, reason: error.code };
  }
}

function sizeOf(app: AppSize): number {
  return (app.appBytes ?? 0) + (app.dataBytes ?? 0);
}

function countAt(values: PlistDict | undefined, key: string): number | undefined {
  const value = integerAt(values, key);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
