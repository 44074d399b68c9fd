import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { decodeJpeg } from '../test-support/decode-jpeg.ts';
import { deflate, gzip } from './deflate.ts';
import { exifSegment } from './exif.ts';
import { encodeJpeg, jpegBound } from './jpeg.ts';
import { jpegFile } from './jpeg-file.ts';
import { drawLandscape } from './picture.ts';
import { encodeIcon, screenshotFile } from './png.ts';
import { shapeFor } from './shapes.ts';

describe('encodeJpeg', () => {
  test.each([
    [32, 24, 2, 1],
    [96, 72, 6, 4],
    [640, 480, 32, 24],
    [100, 50, 9, 3],
    [17, 4000, 2, 60],
  ])('draws what it was given, %i × %i', (width, height, columns, rows) => {
    const picture = drawLandscape(new Random(3, `${width}`), columns, rows);
    const file = encodeJpeg(width, height, picture);
    const decoded = decodeJpeg(file);
    expect([decoded.width, decoded.height, decoded.length]).toEqual([width, height, file.length]);
    const across = Math.ceil(width / 16);
    const down = Math.ceil(height / 16);
    expect(decoded.blocks).toHaveLength(across * down);
    decoded.blocks.forEach((block, index) => {
      const cellRow = Math.floor((Math.floor(index / across) * rows) / down);
      const cellColumn = Math.floor(((index % across) * Math.min(columns, across)) / across);
      const at = (cellRow * columns + cellColumn) * 3;
      expect(block).toEqual([...picture.cells.subarray(at, at + 3)]);
    });
  });

  test('stays below its bound, so that files can be filled up to a size', () => {
    for (const family of ['photo', 'panorama', 'movie', 'thumbnail'] as const) {
      for (const bytes of [0, 2000, 20_000, 200_000, 2_000_000]) {
        for (let seed = 0; seed < 4; seed++) {
          const { width, height, columns, rows } = shapeFor(family, bytes, seed % 2 === 1);
          const file = encodeJpeg(width, height, drawLandscape(new Random(seed, family), columns, rows));
          expect(file.length).toBeLessThanOrEqual(jpegBound(width, height, columns));
          if (bytes > 0) expect(file.length).toBeLessThan(bytes);
        }
      }
    }
  });

  test.each([0, 1, 2, 3, 4, 5, 65_537, 65_538, 65_541, 65_542, 262_141, 262_144, 400_000])(
    'is filled up with %i bytes before the picture',
    (more) => {
      const shape = { width: 32, height: 24, columns: 2, rows: 1 };
      const picture = drawLandscape(new Random(1, 'filled'), 2, 1);
      const totalBytes = encodeJpeg(32, 24, picture).length + more;
      const file = Buffer.concat([...jpegFile({ seed: 1, name: 'filled', totalBytes, shape, picture })]);
      expect(file).toHaveLength(totalBytes);
      expect(decodeJpeg(file).length).toBe(totalBytes);
    },
  );

  test('carries camera data that a TIFF reader finds', () => {
    const facts = {
      model: 'iPhone 15 Pro',
      software: '18.5',
      created: 1_750_000_000,
      offsetSeconds: 7200,
      width: 96,
      height: 72,
    };
    const segment = exifSegment({ ...facts, latitude: -33.8688, longitude: 151.2093 });
    const file = encodeJpeg(96, 72, drawLandscape(new Random(1, 'x'), 6, 4), [segment]);
    const tiff = (decodeJpeg(file).segments.get(0xe1) ?? file).subarray(6);
    const entry = (directory: number, tag: number): number => {
      for (let at = directory + 2, left = tiff.readUInt16LE(directory); left > 0; at += 12, left--) {
        if (tiff.readUInt16LE(at) === tag) return at;
      }
      throw new Error(`no tag ${tag.toString(16)}`);
    };
    const first = tiff.readUInt32LE(4);
    const text = (at: number): string =>
      tiff.toString('latin1', tiff.readUInt32LE(at + 8), tiff.readUInt32LE(at + 8) + tiff.readUInt32LE(at + 4) - 1);
    expect(text(entry(first, 0x0110))).toBe('iPhone 15 Pro');
    const camera = tiff.readUInt32LE(entry(first, 0x8769) + 8);
    expect(text(entry(camera, 0x9003))).toBe('2025:06:15 17:06:40');
    const place = tiff.readUInt32LE(entry(first, 0x8825) + 8);
    expect(tiff.toString('latin1', entry(place, 1) + 8, entry(place, 1) + 9)).toBe('S');
    const degrees = tiff.readUInt32LE(entry(place, 2) + 8);
    expect([tiff.readUInt32LE(degrees), tiff.readUInt32LE(degrees + 8), tiff.readUInt32LE(degrees + 16)]).toEqual([
      33, 52, 768,
    ]);
  });
});

describe('deflate', () => {
  test.each([
    ['nothing', ''],
    ['one byte', 'a'],
    ['repeats', 'abcabcabcabc'.repeat(200)],
    ['a long run', 'z'.repeat(70_000)],
    ['all byte values', String.fromCharCode(...Array.from({ length: 256 }, (_, index) => index))],
  ])('is read back by zlib: %s', (_name, text) => {
    const data = Buffer.from(text, 'latin1');
    expect(inflateRawSync(deflate(data)).equals(data)).toBe(true);
    expect(gunzipSync(gzip(data)).equals(data)).toBe(true);
  });

  test('is read back by zlib: noise', () => {
    const data = new Random(5, 'noise').words(100_000);
    expect(gunzipSync(gzip(data)).equals(data)).toBe(true);
  });
});

describe('PNG', () => {
  test.each([24_000, 24_001, 300_000])('a screenshot of %i bytes is valid to the last one', (bytes) => {
    for (let seed = 0; seed < 5; seed++) {
      const filling = (length: number): Buffer[] => [new Random(seed, 'filling').words(length)];
      const file = Buffer.concat([
        ...screenshotFile(new Random(seed, 'screen'), { width: 1179, height: 2556 }, bytes, filling),
      ]);
      expect(file).toHaveLength(bytes);
      expect(pixels(file)).toHaveLength(2556 * (1 + 590));
    }
  });

  test('an icon is a square', () => {
    expect(pixels(encodeIcon(new Random(1, 'icon'), 120))).toHaveLength(120 * 61);
  });
});

/** Checks signature, chunk checksums and order; returns the uncompressed lines. */
function pixels(file: Buffer): Buffer {
  expect(file.toString('hex', 0, 8)).toBe('89504e470d0a1a0a');
  const types: string[] = [];
  const data: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    types.push(body.toString('latin1', 0, 4));
    expect(file.readUInt32BE(at + 8 + length)).toBe(checksum(body));
    if (types.at(-1) === 'IDAT') data.push(body.subarray(4));
    at += 12 + length;
  }
  expect(types.at(0)).toBe('IHDR');
  expect(types.at(-1)).toBe('IEND');
  return inflateSync(Buffer.concat(data));
}

/** CRC-32 by the book, independent of the encoder's. */
function checksum(bytes: Buffer): number {
  let value = 0xffff_ffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffff_ffff) >>> 0;
}
