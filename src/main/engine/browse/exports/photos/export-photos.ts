import type { WorkOptions } from '../../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../../shared/errors/index.ts';
import type { AssetQuery, OriginalState, PhoneSays, PhotoAsset, PhotoLibrary } from '../../readers/photos/index.ts';
import type { Unreadable } from '../../readers/reading.ts';
import type { Backup, BackupFile } from '../../source/types.ts';
import { ExportFolder } from '../export-folder.ts';
import { type AssetPart, assetParts, type PartsWanted } from './asset-parts.ts';
import { PhotoFolders, type PhotoLayout } from './photo-folders.ts';
import { PhotoNames } from './photo-names.ts';

/** Makes a JPEG of a HEIC; fails with any error when it cannot. */
export type JpegMaker = (heic: Buffer, options: { readonly signal?: AbortSignal | undefined }) => Promise<Uint8Array>;

export interface PhotoExportRequest extends Partial<PartsWanted> {
  readonly directory: string;
  /** Folders in which nothing may be written. */
  readonly outside?: readonly string[] | undefined;
  /** Which; all of them without. Deleted and hidden ones get folders of their own. */
  readonly query?: AssetQuery | undefined;
  /** Only these, in place of a query. */
  readonly ids?: readonly string[] | undefined;
  readonly layout?: PhotoLayout | undefined;
  /** A JPEG beside every HEIC, which is kept. */
  readonly jpeg?: JpegMaker | undefined;
  /** Also pictures and films that no asset names; by default when all assets are asked for. */
  readonly unclaimed?: boolean | undefined;
}

export interface NotExported {
  readonly id: string;
  readonly name: string | null;
  readonly state: OriginalState;
  readonly phoneSays: PhoneSays;
  readonly bytes: number | null;
}

export interface PhotoExport {
  /** Of which at least one file was written. */
  readonly assets: number;
  readonly files: number;
  readonly bytes: number;
  /** Name of the list of SHA-256 sums; null when nothing was written. */
  readonly sums: string | null;
  /** Assets whose original is not in the backup. An edited version of them may have been written. */
  readonly originalsNotHere: readonly NotExported[];
  readonly failed: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
  /** What of the library could not be read, so that photos may be missing. */
  readonly unreadable: readonly Unreadable[];
}

/** Files that are written side by side: most wait for the disk. */
const SIDE_BY_SIDE = 4;
/** No photo of a phone is as large; it is held in memory to be made a JPEG. */
const MAX_HEIC_BYTES = 256 * 1024 * 1024;
const HEIC = /^hei[cf]$/i;
const UNCLAIMED = 'Not in the library';
const REPORT_EVERY_MS = 100;

/**
 * Takes photos and videos out to a folder: their own names and dates, a Live Photo's film beside it under the same stem,
 * its edited version beside the original, and a list of SHA-256 sums that was checked against what was written.
 */
export async function exportPhotos(
  library: PhotoLibrary,
  backup: Backup,
  request: PhotoExportRequest,
  options: WorkOptions = {},
): Promise<PhotoExport> {
  await using folder = await ExportFolder.open(request.directory, request.outside);
  const run = new PhotoExportRun(library, backup, folder, request, options);
  return await run.all();
}

class PhotoExportRun {
  readonly #library: PhotoLibrary;
  readonly #backup: Backup;
  readonly #folder: ExportFolder;
  readonly #request: PhotoExportRequest;
  readonly #options: WorkOptions;
  readonly #wanted: PartsWanted;
  readonly #folders: PhotoFolders;
  readonly #names: PhotoNames;
  readonly #waiting = new Set<Promise<void>>();
  readonly #failed: Array<{ path: string; reason: string }> = [];
  readonly #notHere: NotExported[] = [];
  #broken: { readonly error: unknown } | null = null;
  #assets = 0;
  #assetsSeen = 0;
  #files = 0;
  #bytes = 0;
  #reportedMs = 0;
  readonly #total: number;

  constructor(
    library: PhotoLibrary,
    backup: Backup,
    folder: ExportFolder,
    request: PhotoExportRequest,
    options: WorkOptions,
  ) {
    this.#library = library;
    this.#backup = backup;
    this.#folder = folder;
    this.#names = new PhotoNames(folder.root);
    this.#request = request;
    this.#options = options;
    const { liveVideos = true, edited = true, raw = true, adjustments = false } = request;
    this.#wanted = { liveVideos, edited, raw, adjustments };
    this.#folders = new PhotoFolders(request.layout ?? 'month', request.layout === 'album' ? library.albums() : []);
    this.#total = request.ids === undefined ? library.length(request.query) : new Set(request.ids).size;
  }

  async all(): Promise<PhotoExport> {
    const { signal } = this.#options;
    try {
      for (const asset of this.#chosen()) {
        signal?.throwIfAborted();
        await this.#asset(asset);
      }
      if (this.#request.unclaimed ?? this.#isEverything()) await this.#takeUnclaimed();
    } finally {
      // Nobody writes any more when the folder is closed.
      await Promise.all(this.#waiting);
    }
    this.#throwIfBroken();
    this.#report('checking-export', true);
    const { sums } = await this.#folder.finish({ signal });
    return {
      assets: this.#assets,
      files: this.#files,
      bytes: this.#bytes,
      sums,
      originalsNotHere: this.#notHere,
      failed: this.#failed,
      unreadable: this.#library.unreadable,
    };
  }

  /** The oldest first: names are given in this order, and it is the same the next time. */
  *#chosen(): Generator<PhotoAsset> {
    const { ids, query } = this.#request;
    if (ids === undefined) {
      yield* this.#library.all({ ...query, order: 'oldest' });
      return;
    }
    for (const id of new Set(ids)) {
      const asset = this.#library.asset(id);
      if (asset === null) this.#failed.push({ path: id, reason: 'no photo of this backup has this id' });
      else yield asset;
    }
  }

  #isEverything(): boolean {
    const { ids, query } = this.#request;
    return ids === undefined && Object.values(query?.filter ?? {}).every((value) => value === undefined);
  }

  async #asset(asset: PhotoAsset): Promise<void> {
    const parts = assetParts(asset, this.#wanted);
    const { state, phoneSays, bytes } = asset.original;
    if (state !== 'here') {
      const name = asset.originalFileName ?? asset.fileName;
      this.#notHere.push({ id: asset.id, name, state, phoneSays, bytes });
    }
    if (parts.length > 0) this.#assets += 1;
    for (const folder of parts.length === 0 ? [] : this.#folders.of(asset)) {
      const stem = await this.#names.stem(folder, asset);
      for (const part of parts) await this.#start(() => this.#part(part, folder, `${stem}${part.suffix}`));
    }
    this.#assetsSeen += 1;
  }

  async #takeUnclaimed(): Promise<void> {
    for (const file of this.#library.unclaimed()) {
      this.#options.signal?.throwIfAborted();
      const parts = file.path.split('/').filter((one) => one !== '');
      const modifiedMs = file.modified === null ? null : file.modified * 1000;
      await this.#start(() => this.#write([UNCLAIMED, ...parts.slice(1)], file, modifiedMs));
    }
  }

  /** Waits only while enough is under way. What fails there is thrown here, the next time at the latest. */
  async #start(work: () => Promise<unknown>): Promise<void> {
    const one: Promise<void> = work().then(
      () => {
        this.#waiting.delete(one);
      },
      (error: unknown) => {
        this.#waiting.delete(one);
        this.#broken ??= { error };
      },
    );
    this.#waiting.add(one);
    if (this.#waiting.size >= SIDE_BY_SIDE) await Promise.race(this.#waiting);
    this.#throwIfBroken();
  }

  #throwIfBroken(): void {
    if (this.#broken !== null) throw this.#broken.error;
  }

  async #part(part: AssetPart, folder: readonly string[], stem: string): Promise<void> {
    const { file, extension, modifiedMs } = part;
    const name = extension === '' ? stem : `${stem}.${extension}`;
    const isWritten = await this.#write([...folder, name], file, modifiedMs);
    const { jpeg } = this.#request;
    if (isWritten && jpeg !== undefined && HEIC.test(extension)) {
      await this.#jpeg(jpeg, [...folder, `${stem}.jpg`], part);
    }
  }

  async #write(parts: readonly string[], file: BackupFile, modifiedMs: number | null): Promise<boolean> {
    const { signal } = this.#options;
    try {
      const written = await this.#folder.write(parts, this.#backup.read(file, { signal }), { modifiedMs, signal });
      this.#written(written.bytes);
      return true;
    } catch (error) {
      if (!isAboutTheFile(error)) throw error;
      this.#failed.push({ path: file.path, reason: error.message });
      return false;
    }
  }

  /** A picture that cannot be made a JPEG stops nothing: its HEIC is there. */
  async #jpeg(make: JpegMaker, parts: readonly string[], { file, modifiedMs }: AssetPart): Promise<void> {
    const { signal } = this.#options;
    let jpeg: Uint8Array;
    try {
      jpeg = await make(await this.#backup.readWhole(file, MAX_HEIC_BYTES), { signal });
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      this.#failed.push({ path: file.path, reason: `no JPEG could be made of it: ${reason}` });
      return;
    }
    const written = await this.#folder.write(parts, [jpeg], { modifiedMs, signal });
    this.#written(written.bytes);
  }

  #written(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    this.#report('extracting', false);
  }

  /** Counts photos and videos as files of the whole, since it is not known beforehand how many files each has. */
  #report(phase: string, isLast: boolean): void {
    const now = performance.now();
    if (!isLast && now - this.#reportedMs < REPORT_EVERY_MS) return;
    this.#reportedMs = now;
    this.#options.onProgress?.({
      type: 'progress',
      phase,
      doneFiles: Math.min(this.#assetsSeen, this.#total),
      totalFiles: this.#total,
      doneBytes: this.#bytes,
      totalBytes: null,
      bytesPerSecond: null,
      secondsLeft: null,
    });
  }
}

/** What concerns one file is told at the end and stops nothing else; a disk that fails does. */
function isAboutTheFile(error: unknown): error is Error {
  return (
    isBackstopError(error) &&
    /^(?:browse\/(?:no-content|unreadable-file|name-taken|too-large)|vault\/damaged-object)$/.test(error.code)
  );
}
