import { setImmediate } from 'node:timers/promises';
import type { PhoneSays, PhotoAsset, PhotoLibrary } from '../readers/photos/index.ts';
import type { BackupFile } from '../source/types.ts';
import { NearDuplicateFinder, type NearDuplicates } from './near-duplicates.ts';
import { type DuplicateCandidates, DuplicateFinder } from './photo-duplicates.ts';

/**
 * Where the room goes among photos and videos. What is in "Recently Deleted" and what belongs to other people's shared
 * albums is counted apart: deleting it is no cleanup, or not the owner's. Deleting in a backup frees nothing on a phone.
 */

export interface CountAndBytes {
  readonly count: number;
  readonly bytes: number;
}

export const PHOTO_PARTS = ['photos', 'videos', 'live-videos', 'raw', 'edits', 'adjustments'] as const;
export type PhotoPart = (typeof PHOTO_PARTS)[number];

export interface LargeVideo {
  readonly id: string;
  readonly name: string | null;
  readonly bytes: number;
  readonly takenMs: number | null;
  readonly durationSeconds: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly variant: PhotoAsset['variant'];
}

/** How many originals the backup lacks, and why as far as the phone says it. */
export interface OriginalsGap {
  readonly here: CountAndBytes;
  /** The phone says that only iCloud has them; bytes are what must be downloaded, as far as the library says. */
  readonly icloud: CountAndBytes;
  /** Not in this backup, and nobody can tell from it where they are. */
  readonly unknown: CountAndBytes;
  /** What the phone says of those that are not here. */
  readonly phoneSays: ReadonlyMap<PhoneSays, number>;
  /** Of those that are not here: how many have no size, so that `bytes` is too small. */
  readonly withoutSize: number;
}

export interface PhotoStorage {
  /** Files in the backup, each once. */
  readonly parts: Readonly<Record<PhotoPart, CountAndBytes>>;
  readonly recentlyDeleted: CountAndBytes;
  readonly shared: CountAndBytes;
  readonly largestVideos: readonly LargeVideo[];
  readonly screenshots: CountAndBytes;
  readonly screenRecordings: CountAndBytes;
  readonly originals: OriginalsGap;
  /** Not compared byte by byte: `confirmDuplicates` does that. */
  readonly duplicates: readonly DuplicateCandidates[];
  /** Suggestions to look at, and never called duplicates. */
  readonly nearDuplicates: readonly NearDuplicates[];
}

export interface PhotoStorageOptions {
  readonly signal?: AbortSignal | undefined;
  /** How many of the largest videos; 50. */
  readonly largest?: number | undefined;
}

const LARGEST = 50;
/** Assets between two looks at what else there is to do. */
const PACE = 500;

/** Goes through the library once; keeps a few words for each photo that could be a duplicate. */
export async function photoStorage(library: PhotoLibrary, options: PhotoStorageOptions = {}): Promise<PhotoStorage> {
  const tally = new Tally(options.largest ?? LARGEST);
  let seen = 0;
  for (const asset of library.all({ order: 'oldest' })) {
    tally.add(asset, (await library.looksLikeScreenshot(asset)) === true);
    seen += 1;
    if (seen % PACE !== 0) continue;
    options.signal?.throwIfAborted();
    await setImmediate();
  }
  return tally.result();
}

interface Sum {
  count: number;
  bytes: number;
}

function sum(): Sum {
  return { count: 0, bytes: 0 };
}

class Tally {
  readonly #most: number;
  readonly #parts: Record<PhotoPart, Sum> = {
    photos: sum(),
    videos: sum(),
    'live-videos': sum(),
    raw: sum(),
    edits: sum(),
    adjustments: sum(),
  };
  readonly #recentlyDeleted = sum();
  readonly #shared = sum();
  readonly #screenshots = sum();
  readonly #screenRecordings = sum();
  readonly #originals = { here: sum(), icloud: sum(), unknown: sum() };
  readonly #phoneSays = new Map<PhoneSays, number>();
  #withoutSize = 0;
  #videos: LargeVideo[] = [];
  readonly #duplicates = new DuplicateFinder();
  readonly #near = new NearDuplicateFinder();

  constructor(most: number) {
    this.#most = most;
  }

  add(asset: PhotoAsset, isScreenshot: boolean): void {
    const bytes = assetBytes(asset);
    if (asset.isTrashed === true) {
      plus(this.#recentlyDeleted, bytes);
      return;
    }
    if (asset.library === 'shared-album' || asset.library === 'shared-with-you') {
      plus(this.#shared, bytes);
      return;
    }
    this.#addParts(asset);
    this.#addOriginal(asset);
    if (asset.sizeBytes === null) return;
    if (isScreenshot) plus(this.#screenshots, bytes);
    if (asset.variant === 'screen-recording') plus(this.#screenRecordings, bytes);
    if (asset.kind === 'video') this.#addVideo(asset, asset.sizeBytes);
    this.#duplicates.add(asset, asset.sizeBytes);
    this.#near.add(asset, bytes);
  }

  result(): PhotoStorage {
    return {
      parts: this.#parts,
      recentlyDeleted: this.#recentlyDeleted,
      shared: this.#shared,
      largestVideos: this.#largest(),
      screenshots: this.#screenshots,
      screenRecordings: this.#screenRecordings,
      originals: { ...this.#originals, phoneSays: this.#phoneSays, withoutSize: this.#withoutSize },
      duplicates: this.#duplicates.result(),
      nearDuplicates: this.#near.result(),
    };
  }

  #addParts(asset: PhotoAsset): void {
    const { kind, sizeBytes } = asset;
    if (sizeBytes !== null) plus(this.#parts[kind === 'video' ? 'videos' : 'photos'], sizeBytes);
    plusFile(this.#parts['live-videos'], asset.liveVideo);
    plusFile(this.#parts.raw, asset.rawFile);
    plusFile(this.#parts.edits, asset.editedFile);
    plusFile(this.#parts.edits, asset.editedVideo);
    plusFile(this.#parts.adjustments, asset.adjustments);
  }

  #addOriginal({ original }: PhotoAsset): void {
    const { state, phoneSays, bytes } = original;
    plus(this.#originals[state], bytes ?? 0);
    if (state === 'here') return;
    this.#phoneSays.set(phoneSays, (this.#phoneSays.get(phoneSays) ?? 0) + 1);
    if (bytes === null) this.#withoutSize += 1;
  }

  #addVideo(asset: PhotoAsset, bytes: number): void {
    const { id, takenMs, durationSeconds, width, height, variant } = asset;
    const name = asset.originalFileName ?? asset.fileName;
    this.#videos.push({ id, name, bytes, takenMs, durationSeconds, width, height, variant });
    if (this.#videos.length > 2 * this.#most + PACE) this.#videos = this.#largest();
  }

  #largest(): LargeVideo[] {
    return this.#videos
      .sort((one, other) => other.bytes - one.bytes || (one.id < other.id ? -1 : 1))
      .slice(0, this.#most);
  }
}

/** Everything in the backup that goes when the asset goes. */
function assetBytes(asset: PhotoAsset): number {
  const beside = [asset.liveVideo, asset.rawFile, asset.editedFile, asset.editedVideo, asset.adjustments];
  return beside.reduce((all, file) => all + (file?.sizeBytes ?? 0), asset.sizeBytes ?? 0);
}

function plus(to: Sum, bytes: number): void {
  to.count += 1;
  to.bytes += bytes;
}

function plusFile(to: Sum, file: BackupFile | null): void {
  if (file !== null) plus(to, file.sizeBytes ?? 0);
}
