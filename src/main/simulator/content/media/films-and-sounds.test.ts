import { describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { decodeJpeg } from '../test-support/decode-jpeg.ts';
import { amrFile, cafHead, recordingHead } from './audio.ts';
import { pdfEnds } from './document.ts';
import { encodeJpeg } from './jpeg.ts';
import { movieHead } from './movie.ts';
import { drawLandscape } from './picture.ts';

/** Finds a box by its path; containers hold boxes only, `meta` and `stsd` are not entered. */
function find(file: Buffer, path: readonly string[]): Buffer {
  const [name, ...rest] = path;
  for (let at = 0; at + 8 <= file.length; ) {
    let length = file.readUInt32BE(at);
    let head = 8;
    if (length === 1) {
      length = Number(file.readBigUInt64BE(at + 8));
      head = 16;
    }
    if (length < head) throw new Error(`a box of ${length} bytes`);
    if (file.toString('latin1', at + 4, at + 8) === name) {
      const body = file.subarray(at + head, at + length);
      return rest.length === 0 ? body : find(body, rest);
    }
    at += length;
  }
  throw new Error(`no box ${name}`);
}

const samples = ['moov', 'trak', 'mdia', 'minf', 'stbl'];

describe('movieHead', () => {
  test('makes a film of one picture that fills the whole file', () => {
    const frame = encodeJpeg(160, 90, drawLandscape(new Random(1, 'frame'), 10, 5));
    const facts = { width: 160, height: 90, durationSeconds: 12.5, created: 1_750_000_000, frame, totalBytes: 50_000 };
    const file = Buffer.alloc(50_000);
    movieHead({ ...facts, brand: 'qt  ', contentIdentifier: 'A-B' }).copy(file);
    expect(file.toString('latin1', 4, 12)).toBe('ftypqt  ');
    const header = find(file, ['moov', 'mvhd']);
    expect(header.readUInt32BE(16) / header.readUInt32BE(12)).toBe(12.5);
    const offset = find(file, [...samples, 'stco']).readUInt32BE(8);
    const length = find(file, [...samples, 'stsz']).readUInt32BE(4);
    expect(decodeJpeg(file.subarray(offset, offset + length)).width).toBe(160);
    expect(find(file, ['mdat']).length + file.indexOf('mdat') + 12).toBe(50_000);
  });
});

describe('recordingHead', () => {
  test.each([
    [0.5, 3000],
    [61, 500_000],
    [4000, 900_000],
  ])('makes %f seconds of silence in %i bytes, with a title', (durationSeconds, totalBytes) => {
    const file = Buffer.alloc(totalBytes);
    const head = recordingHead({ title: 'Elternabend 🎙', durationSeconds, totalBytes });
    expect(head.length).toBeLessThanOrEqual(totalBytes);
    head.copy(file);
    const times = find(file, [...samples, 'stts']);
    let duration = 0;
    for (let entry = 0; entry < times.readUInt32BE(4); entry++)
      duration += times.readUInt32BE(8 + entry * 8) * times.readUInt32BE(12 + entry * 8);
    expect(Math.abs(duration / 44_100 - durationSeconds)).toBeLessThan(0.02);
    const offset = find(file, [...samples, 'stco']).readUInt32BE(8);
    expect(file.toString('hex', offset, offset + 4)).toBe('00000007');
    expect(file.includes(Buffer.from('Elternabend 🎙'))).toBe(true);
  });
});

test('AMR files are whole frames of mode 7', () => {
  const file = amrFile(new Random(1, 'voice').bytes(101), 3);
  expect(file.toString('latin1', 0, 6)).toBe('#!AMR\n');
  expect(file.length).toBe(6 + 150 * 32);
  for (let at = 6; at < file.length; at += 32) expect(file[at]).toBe(0x3c);
});

test('CAF heads declare sound up to the end of the file', () => {
  const head = cafHead(1000);
  expect(head.toString('latin1', 0, 4)).toBe('caff');
  expect(head.readDoubleBE(20)).toBe(16_000);
  expect(Number(head.readBigInt64BE(head.length - 12)) - 4 + head.length).toBe(1000);
});

test.each([1000, 1500, 40_000])('a PDF of %i bytes has a cross-reference table where it says', (bytes) => {
  const { head, tail } = pdfEnds('Liste (1) ✓', bytes);
  const file = Buffer.concat([head, Buffer.alloc(bytes - head.length - tail.length), tail]);
  expect(file).toHaveLength(bytes);
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file.toString('latin1'))?.[1]);
  const text = file.toString('latin1');
  expect(text.slice(table, table + 4)).toBe('xref');
  for (let object = 1; object <= 6; object++) {
    const entry = table + 'xref\n0 7\n'.length + object * 20;
    const at = Number(text.slice(entry, entry + 10));
    expect(text.slice(at, at + 7)).toBe(`${object} 0 obj`);
  }
});
