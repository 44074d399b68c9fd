import { crc32 } from 'node:zlib';
import type { Random } from '../random.ts';
import { DeflateWriter } from './deflate.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** A horizontal stripe of the screen: `height` equal lines, each a list of [colour, pixels] runs. */
interface Band {
  readonly height: number;
  readonly runs: readonly (readonly [number, number])[];
}

/** Bytes of the chunk that holds a given number of filling bytes, and of the end chunk behind it. */
const CHUNK_FRAME_BYTES = 12;

/**
 * A screenshot of exactly `totalBytes` (or a little more, if the picture needs it): a private chunk of `filling` before
 * the end makes it as long as wanted, and the file stays valid to the last byte.
 */
export function* screenshotFile(
  random: Random,
  shape: { width: number; height: number },
  totalBytes: number,
  filling: (length: number) => Iterable<Buffer>,
): Generator<Buffer> {
  const picture = encodeScreenshot(random, shape.width, shape.height);
  const end = picture.length - CHUNK_FRAME_BYTES;
  const length = totalBytes - picture.length - CHUNK_FRAME_BYTES;
  if (length < 0) {
    yield picture;
    return;
  }
  const head = Buffer.alloc(8);
  head.writeUInt32BE(length, 0);
  head.write('fiLl', 4, 'latin1');
  let sum = crc32(head.subarray(4));
  yield Buffer.concat([picture.subarray(0, end), head]);
  for (const part of filling(length)) {
    sum = crc32(part, sum);
    yield part;
  }
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(sum, 0);
  yield Buffer.concat([tail, picture.subarray(end)]);
}

/** A screenshot: bars, bubbles and lines of "text" in sixteen colours, 4 bits a pixel. Width must be even or odd, any. */
export function encodeScreenshot(random: Random, width: number, height: number): Buffer {
  const palette = random.bytes(48);
  palette.fill(0xff, 0, 3);
  return encodePng(width, height, palette, drawScreen(random, width, height));
}

/** An app's icon: a plain square with a stripe and a dot. */
export function encodeIcon(random: Random, side: number): Buffer {
  const edge = side >> 2;
  const middle = [[2, edge] as const, [3, side - 2 * edge] as const, [2, edge] as const];
  const bands: Band[] = [
    { height: edge, runs: [[1, side]] },
    { height: side - 2 * edge, runs: middle },
    { height: edge, runs: [[1, side]] },
  ];
  return encodePng(side, side, random.bytes(48), bands);
}

function drawScreen(random: Random, width: number, height: number): Band[] {
  const bands: Band[] = [{ height: Math.min(height, Math.max(1, Math.floor(height / 25))), runs: [[1, width]] }];
  /** At most a hundred-odd bands: keeps the file below the smallest size a screenshot is given. */
  const least = Math.max(1, height >> 7);
  let left = height - (bands[0]?.height ?? 0);
  while (left > 0) {
    const gap = Math.min(left, random.between(least, Math.max(least, height >> 5)));
    bands.push({ height: gap, runs: [[0, width]] });
    left -= gap;
    if (left === 0) break;
    const bar = Math.min(left, random.between(least, Math.max(least, height >> 4)));
    const start = random.below(Math.max(1, width >> 1));
    const length = Math.max(1, Math.min(width - start, random.between(1, width)));
    const runs = [
      [0, start],
      [random.between(1, 15), length],
      [0, width - start - length],
    ] as const;
    bands.push({ height: bar, runs: runs.filter(([, pixels]) => pixels > 0) });
    left -= bar;
  }
  return bands;
}

function encodePng(width: number, height: number, palette: Buffer, bands: readonly Band[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 4;
  header[9] = 3;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', imageData(width, bands)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** zlib stream (RFC 1950) of the lines, unfiltered: a band is its first line and a long repeat. */
function imageData(width: number, bands: readonly Band[]): Buffer {
  const lineBytes = 1 + ((width + 1) >> 1);
  const writer = new DeflateWriter(16_384);
  let low = 1;
  let high = 0;
  for (const band of bands) {
    const line = packLine(width, lineBytes, band);
    writeRuns(writer, line);
    if (band.height > 1) writer.repeat((band.height - 1) * lineBytes, lineBytes);
    /** Adler-32 of a whole line at once: what it adds to both sums is the same every time. */
    let sum = 0;
    let weighted = 0;
    for (const byte of line) {
      sum += byte;
      weighted += sum;
    }
    for (let row = 0; row < band.height; row++) {
      high = (high + lineBytes * low + weighted) % ADLER_BASE;
      low = (low + sum) % ADLER_BASE;
    }
  }
  const check = Buffer.alloc(4);
  check.writeUInt32BE(high * 65_536 + low, 0);
  return Buffer.concat([Buffer.from([0x78, 0x01]), writer.finish(), check]);
}

const ADLER_BASE = 65_521;

function writeRuns(writer: DeflateWriter, line: Buffer): void {
  for (let at = 0; at < line.length; ) {
    const byte = line[at] ?? 0;
    let end = at + 1;
    while (end < line.length && line[end] === byte) end += 1;
    writer.literal(byte);
    if (end - at > 3) writer.repeat(end - at - 1, 1);
    else for (let again = at + 1; again < end; again++) writer.literal(byte);
    at = end;
  }
}

function packLine(width: number, lineBytes: number, band: Band): Buffer {
  const line = Buffer.alloc(lineBytes);
  let x = 0;
  for (const [colour, pixels] of band.runs) {
    for (let left = pixels; left > 0 && x < width; left--, x++) {
      const at = 1 + (x >> 1);
      line[at] = (line[at] ?? 0) | (x % 2 === 0 ? colour << 4 : colour);
    }
  }
  return line;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
