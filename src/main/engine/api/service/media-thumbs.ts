import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { Backup, BackupFile } from '../../browse/index.ts';
import type { OpenVersion } from './browse-version.ts';
import { exifThumbnail } from './media-exif.ts';
import { isPicture, SNIFFED_BYTES, sniff } from './media-types.ts';

/** A HEIC as JPEG, no larger than so many pixels; throws or answers null where it cannot be decoded. */
export type HeicDecoder = (bytes: Uint8Array, options: { readonly maxPixels: number }) => Promise<Uint8Array | null>;

/** Larger originals do not stand in for a small picture. */
const MOST_ORIGINAL_BYTES = 12 * 1024 * 1024;
const MOST_HEIC_BYTES = 64 * 1024 * 1024;
const MOST_MADE_BYTES = 4 * 1024 * 1024;
const EXIF_BYTES = 128 * 1024;
const LEAST_EXIF_PIXELS = 300;
const THUMB_PIXELS = 512 * 512;
const SHOWN_PIXELS = 3072 * 3072;
/** Of all pictures that were made, in memory only. */
const CACHE_BYTES = 64 * 1024 * 1024;

const CAMERA_ROLL = 'CameraRollDomain';
/** 5005: 342 pixels wide or more; 5003: smaller. */
const SIZES = ['5005.JPG', '5003.JPG'];

/** Small pictures of pictures: those that the phone made, those that cameras put in, and what can be made here. */
export class ThumbMaker {
  readonly #heic: HeicDecoder | null;
  readonly #cache = new Map<string, Buffer>();
  #cachedBytes = 0;

  constructor(heic: HeicDecoder | null) {
    this.#heic = heic;
  }

  get cachedBytes(): number {
    return this.#cachedBytes;
  }

  forget(): void {
    this.#cache.clear();
    this.#cachedBytes = 0;
  }

  /** What the phone made of a picture or film of the camera roll: paths in the backup that have bytes. */
  madeByPhone(backup: Backup, file: Pick<BackupFile, 'domain' | 'path'>): readonly string[] {
    const path = /^Media\/(DCIM\/.+)$/.exec(file.path)?.[1];
    if (file.domain !== CAMERA_ROLL || path === undefined) return [];
    return SIZES.map((size) => `Media/PhotoData/Thumbnails/V2/${path}/${size}`).filter((name) => {
      const found = backup.file(CAMERA_ROLL, name);
      return found?.kind === 'file' && backup.hasContent(found);
    });
  }

  /** Is there hope of a small picture? By its name only: the bytes decide when it is asked for. */
  canMake({ path, sizeBytes }: Pick<BackupFile, 'path' | 'sizeBytes'>): boolean {
    if (/\.(jpe?g|png|gif|webp)$/i.test(path)) return (sizeBytes ?? 0) <= MOST_ORIGINAL_BYTES;
    return this.#heic !== null && /\.hei[cf]$/i.test(path) && (sizeBytes ?? 0) <= MOST_HEIC_BYTES;
  }

  /** `itself`: the original is small enough. Null: there is none. */
  async thumb(version: OpenVersion, file: BackupFile): Promise<Buffer | 'itself' | null> {
    const { backup } = version;
    for (const path of this.madeByPhone(backup, file)) {
      const small = backup.file(file.domain, path);
      const bytes = small === null ? null : await readable(() => backup.readWhole(small, MOST_MADE_BYTES));
      const type = bytes === null ? null : sniff(bytes);
      if (bytes !== null && type !== null && isPicture(type) && type !== 'image/heic') return bytes;
    }
    const type = sniff(await backup.readRange(file, 0, SNIFFED_BYTES));
    if (type === null || !isPicture(type)) return null;
    if (type === 'image/heic') return this.#decoded(version, file, THUMB_PIXELS);
    if (type === 'image/jpeg') {
      const small = exifThumbnail(await backup.readRange(file, 0, EXIF_BYTES), LEAST_EXIF_PIXELS);
      if (small !== null) return small;
    }
    return (file.sizeBytes ?? Number.POSITIVE_INFINITY) <= MOST_ORIGINAL_BYTES ? 'itself' : null;
  }

  /** A HEIC as pages can show it. */
  shown(version: OpenVersion, file: BackupFile): Promise<Buffer | null> {
    return this.#decoded(version, file, SHOWN_PIXELS);
  }

  async #decoded(version: OpenVersion, file: BackupFile, maxPixels: number): Promise<Buffer | null> {
    if (this.#heic === null) return null;
    const name = `${version.key} ${file.fileId} ${maxPixels}`;
    const known = this.#cache.get(name);
    if (known !== undefined) {
      this.#cache.delete(name);
      this.#cache.set(name, known);
      return known;
    }
    const heic = await version.backup.readWhole(file, MOST_HEIC_BYTES);
    const jpeg = await this.#heic(heic, { maxPixels }).catch(() => null);
    version.signal.throwIfAborted();
    if (jpeg === null) return null;
    const made = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
    this.#keep(name, made);
    return made;
  }

  #keep(name: string, bytes: Buffer): void {
    if (bytes.length > CACHE_BYTES / 4 || this.#cache.has(name)) return;
    this.#cache.set(name, bytes);
    this.#cachedBytes += bytes.length;
    for (const [oldest, { length }] of this.#cache) {
      if (this.#cachedBytes <= CACHE_BYTES) return;
      this.#cache.delete(oldest);
      this.#cachedBytes -= length;
    }
  }
}

/** Null: damaged or not there; another picture may do. */
async function readable(read: () => Promise<Buffer>): Promise<Buffer | null> {
  try {
    return await read();
  } catch (error) {
    if (isBackstopError(error)) return null;
    throw error;
  }
}
