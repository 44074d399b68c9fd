/** The small picture that cameras put into a JPEG (EXIF, IFD1). Pure, for hostile input. */

const ORIENTATION = 0x0112;
const THUMB_OFFSET = 0x0201;
const THUMB_LENGTH = 0x0202;
const MOST_ENTRIES = 200;

/** Null: none, too small, or turned, so that it would lie on its side. `head`: the beginning of the JPEG. */
export function exifThumbnail(head: Buffer, leastPixels: number): Buffer | null {
  const exif = exifOf(head);
  if (exif === null) return null;
  const isLittle = exif.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number): number => (isLittle ? exif.readUInt16LE(at) : exif.readUInt16BE(at));
  const u32 = (at: number): number => (isLittle ? exif.readUInt32LE(at) : exif.readUInt32BE(at));
  try {
    const [first, next] = directory(u32(4), u16, u32);
    if ((first.get(ORIENTATION) ?? 1) !== 1 || next === 0) return null;
    const [second] = directory(next, u16, u32);
    const start = second.get(THUMB_OFFSET);
    const length = second.get(THUMB_LENGTH);
    if (start === undefined || length === undefined || start + length > exif.length) return null;
    const thumb = exif.subarray(start, start + length);
    const size = jpegSize(thumb);
    return size !== null && Math.max(size.width, size.height) >= leastPixels ? Buffer.from(thumb) : null;
  } catch (error) {
    // It points out of itself.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

type Read = (at: number) => number;

function directory(at: number, u16: Read, u32: Read): readonly [ReadonlyMap<number, number>, number] {
  const count = Math.min(u16(at), MOST_ENTRIES);
  const found = new Map<number, number>();
  for (let entry = 0; entry < count; entry += 1) {
    const place = at + 2 + entry * 12;
    // A short value stands in the first half of its place.
    found.set(u16(place), u16(place + 2) === 3 ? u16(place + 8) : u32(place + 8));
  }
  return [found, u32(at + 2 + count * 12)];
}

/** The TIFF within the first EXIF segment. */
function exifOf(head: Buffer): Buffer | null {
  for (const { marker, body } of segments(head)) {
    if (marker === 0xe1 && body.toString('latin1', 0, 6) === 'Exif\0\0' && body.length >= 14) return body.subarray(6);
  }
  return null;
}

export function jpegSize(jpeg: Buffer): { readonly width: number; readonly height: number } | null {
  for (const { marker, body } of segments(jpeg)) {
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame && body.length >= 5) return { height: body.readUInt16BE(1), width: body.readUInt16BE(3) };
  }
  return null;
}

/** The segments before the picture itself. */
function* segments(jpeg: Buffer): Iterable<{ readonly marker: number; readonly body: Buffer }> {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== 0xffd8) return;
  for (let at = 2; at + 4 <= jpeg.length; ) {
    const marker = jpeg[at + 1] ?? 0;
    if (jpeg[at] !== 0xff || marker === 0xda) return;
    const length = jpeg.readUInt16BE(at + 2);
    if (length < 2) return;
    yield { marker, body: jpeg.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}
