import { describe, expect, it } from 'vitest';
import { exifThumbnail, jpegSize } from './media-exif.ts';
import { sniff } from './media-types.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const box = (brand: string): Buffer => latin(`\0\0\0\x18ftyp${brand}\0\0\0\0${brand}`);

describe('what bytes are', () => {
  it('is told by the bytes', () => {
    const known: ReadonlyArray<readonly [Buffer, string]> = [
      [latin('\xff\xd8\xff\xe1'), 'image/jpeg'],
      [latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'image/png'],
      [latin('GIF89a'), 'image/gif'],
      [latin('RIFF\0\0\0\0WEBPVP8 '), 'image/webp'],
      [latin('RIFF\0\0\0\0WAVEfmt '), 'audio/wav'],
      [box('heic'), 'image/heic'],
      [box('mif1'), 'image/heic'],
      [box('qt  '), 'video/quicktime'],
      [latin('\0\0\0\x08wide\0\0\0\0mdat'), 'video/quicktime'],
      [box('mp42'), 'video/mp4'],
      [box('M4A '), 'audio/mp4'],
      [latin('ID3\x04'), 'audio/mpeg'],
      [latin('\xff\xfb\x90\x64'), 'audio/mpeg'],
      [latin('#!AMR\n'), 'audio/amr'],
      [latin('caff\0\x01\0\0'), 'audio/x-caf'],
    ];
    for (const [bytes, type] of known) expect(sniff(bytes), type).toBe(type);
  });

  it('is nothing to show where it could run, load or mislead', () => {
    const others = [
      ...['<!doctype html>', '<html>', '<svg xmlns="">', '<?xml version="1.0"?><svg/>', '%PDF-1.7', '{"a":1}', ''],
      ...[
        '\xef\xbb\xbf<html>',
        '  <script>',
        'RIFF\0\0\0\0AVI ',
        'PK\x03\x04',
        'MZ',
        '\x7fELF',
        'GIF88a',
        '\xff\xfe<\0h\0',
      ],
      ...['\0\0\0\x18ftyphtml', '\xff\xd8', '\x89PNG', '\xff\xff\xff\xff', 'moov'],
    ];
    for (const text of others) expect(sniff(latin(text)), JSON.stringify(text)).toBeNull();
  });
});

/** A JPEG whose EXIF has a small picture, little or big endian. */
function jpegWith(thumb: Buffer, { isLittle = true, orientation = 1 } = {}): Buffer {
  const tiff = Buffer.alloc(68);
  tiff.write(isLittle ? 'II' : 'MM', 0, 'latin1');
  const u16 = (value: number, at: number) => (isLittle ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at));
  const u32 = (value: number, at: number) => (isLittle ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at));
  u16(42, 2);
  u32(8, 4);
  u16(1, 8);
  u16(0x0112, 10);
  u16(3, 12);
  u32(1, 14);
  u16(orientation, 18);
  u32(26, 22);
  u16(2, 26);
  for (const [entry, tag, value] of [
    [0, 0x0201, 68],
    [1, 0x0202, thumb.length],
  ] as const) {
    u16(tag, 28 + entry * 12);
    u16(4, 30 + entry * 12);
    u32(1, 32 + entry * 12);
    u32(value, 36 + entry * 12);
  }
  const body = Buffer.concat([latin('Exif\0\0'), tiff, thumb]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 0xff]);
  return Buffer.concat([head, body, Buffer.from([0xff, 0xda, 0, 2])]);
}

function smallJpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 0, 0, 0]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), frame, Buffer.from([0xff, 0xd9])]);
}

describe('the small picture that cameras put in', () => {
  it('is found in both byte orders, when it is large enough and stands upright', () => {
    const thumb = smallJpeg(320, 240);
    expect(jpegSize(thumb)).toEqual({ width: 320, height: 240 });
    for (const isLittle of [true, false]) {
      expect(exifThumbnail(jpegWith(thumb, { isLittle }), 300)?.equals(thumb), String(isLittle)).toBe(true);
    }
    expect(exifThumbnail(jpegWith(thumb, { orientation: 6 }), 300)).toBeNull();
    expect(exifThumbnail(jpegWith(smallJpeg(160, 120)), 300)).toBeNull();
  });

  it('is none in whatever is damaged', () => {
    const whole = jpegWith(smallJpeg(320, 240));
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => exifThumbnail(whole.subarray(0, length), 300)).not.toThrow();
    }
    for (let at = 0; at < whole.length; at += 1) {
      const bent = Buffer.from(whole);
      bent[at] = 0xff;
      expect(() => exifThumbnail(bent, 300)).not.toThrow();
    }
  });
});
