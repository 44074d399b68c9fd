/** Bytes of items that the engine offered to show. They never travel among the frames of questions and answers. */

/**
 * Part of an item, as HTTP means it: bytes `start` to `end`, both counted in; `end` null: to the end of the item; `start`
 * null: the last `end` bytes.
 */
export type MediaRange =
  | { readonly start: number; readonly end: number | null }
  | { readonly start: null; readonly end: number };

export interface OpenedMedia {
  /** One of `MEDIA_TYPES`. */
  readonly type: string;
  /** Of the whole item. */
  readonly size: number;
  /** What `bytes` holds: `start` to `end`, both counted in; of an empty item 0 to -1. */
  readonly start: number;
  readonly end: number;
  /** To be read once. Stopping early lets go of the item. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface MediaSource {
  /** Throws `app/unknown-media`, `app/bad-range`, `app/locked`, or what reading the version throws. */
  openMedia(token: string, range: MediaRange | null): Promise<OpenedMedia>;
}

/** All that a face may show. Nothing here can run: no HTML, no SVG, no PDF. */
export const MEDIA_TYPES: readonly string[] = [
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/heic',
  'image/tiff',
  'video/mp4',
  'video/quicktime',
  'video/webm',
  'video/3gpp',
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/amr',
  'audio/wav',
  'audio/ogg',
  'audio/x-caf',
];

/** The part of an item of `size` bytes that a range means; null: it has no such part. */
export function resolveRange(
  range: MediaRange | null,
  size: number,
): { readonly start: number; readonly end: number } | null {
  if (range === null) return { start: 0, end: size - 1 };
  if (range.start === null)
    return range.end <= 0 || size === 0 ? null : { start: Math.max(0, size - range.end), end: size - 1 };
  const end = Math.min(range.end ?? size - 1, size - 1);
  return range.start > end ? null : { start: range.start, end };
}
