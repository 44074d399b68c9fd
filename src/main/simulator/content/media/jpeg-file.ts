import { keystream } from '../storage/keystream.ts';
import { encodeJpeg } from './jpeg.ts';
import type { Picture } from './picture.ts';
import type { Shape } from './shapes.ts';

/** Marker, two bytes of length, and as much as the length can say. */
const SEGMENT_BYTES = 65_537;
const HEADER_BYTES = 4;
/** APP15: nobody's, and skipped by every reader. */
const MARKER = 0xef;

/**
 * A JPEG file of exactly `totalBytes` (if the picture fits): filled up with application segments before the picture, so
 * that it is valid from the first byte to the last.
 */
export function* jpegFile(options: {
  readonly seed: number;
  readonly name: string;
  readonly totalBytes: number;
  readonly shape: Shape;
  readonly picture: Picture;
  readonly segments?: readonly Buffer[];
}): Generator<Buffer> {
  const { shape, segments = [] } = options;
  const file = encodeJpeg(shape.width, shape.height, options.picture, segments);
  const cut = segments.reduce((sum, part) => sum + part.length, 2);
  yield file.subarray(0, cut);
  yield* filling(options.seed, options.name, options.totalBytes - file.length);
  yield file.subarray(cut);
}

/** Segments of noise: the headers are written over the keystream. */
function* filling(seed: number, name: string, length: number): Generator<Buffer> {
  if (length <= 0) return;
  if (length < HEADER_BYTES) {
    /** Any number of FF may stand before a marker. */
    yield Buffer.alloc(length, 0xff);
    return;
  }
  let begin = 0;
  let next = 0;
  for (const chunk of keystream(seed, name, length)) {
    const end = begin + chunk.length;
    while (next < end) {
      const bytes = segmentAt(next, length);
      const header = [0xff, MARKER, (bytes - 2) >> 8, (bytes - 2) & 0xff];
      header.forEach((byte, index) => {
        const at = next + index - begin;
        if (at >= 0 && at < chunk.length) chunk[at] = byte;
      });
      if (next + HEADER_BYTES > end) break;
      next += bytes;
    }
    begin = end;
    yield chunk;
  }
}

/** How long the segment at this place is: never so that fewer bytes are left than a header needs. */
function segmentAt(at: number, length: number): number {
  const left = length - at;
  if (left <= SEGMENT_BYTES) return left;
  return left - SEGMENT_BYTES < HEADER_BYTES ? SEGMENT_BYTES - HEADER_BYTES : SEGMENT_BYTES;
}
