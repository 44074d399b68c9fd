import { exifTime } from '../calendar-time.ts';
import { segment } from './jpeg.ts';

export interface CameraFacts {
  readonly model: string;
  readonly software: string;
  /** Unix seconds. */
  readonly created: number;
  readonly offsetSeconds: number;
  readonly width: number;
  readonly height: number;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

type Value = { readonly type: 2 | 3 | 4 | 5; readonly count: number; readonly data: Buffer };

/** An EXIF APP1 segment (EXIF 2.32, little-endian TIFF): camera, time, size and place. */
export function exifSegment(facts: CameraFacts): Buffer {
  const time = text(exifTime(facts.created, facts.offsetSeconds));
  const camera = new Map<number, Value>([
    [0x9003, time],
    [0x9004, time],
    [0x9011, text(offsetText(facts.offsetSeconds))],
    [0xa002, long(facts.width)],
    [0xa003, long(facts.height)],
  ]);
  const first = new Map<number, Value>([
    [0x010f, text('Apple')],
    [0x0110, text(facts.model)],
    [0x0112, short(1)],
    [0x0131, text(facts.software)],
    [0x0132, time],
  ]);
  const place = new Map<number, Value>();
  if (facts.latitude !== null && facts.longitude !== null) {
    place.set(0x0001, text(facts.latitude < 0 ? 'S' : 'N'));
    place.set(0x0002, degrees(facts.latitude));
    place.set(0x0003, text(facts.longitude < 0 ? 'W' : 'E'));
    place.set(0x0004, degrees(facts.longitude));
  }
  const pointers = place.size > 0 ? 2 : 1;
  const firstBytes = directorySize(first, pointers);
  const cameraAt = 8 + firstBytes;
  const placeAt = cameraAt + directorySize(camera, 0);
  first.set(0x8769, long(cameraAt));
  if (place.size > 0) first.set(0x8825, long(placeAt));
  const header = Buffer.from('49492a0008000000', 'hex');
  const body = [header, directory(first, 8), directory(camera, cameraAt)];
  if (place.size > 0) body.push(directory(place, placeAt));
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), ...body]));
}

function directorySize(entries: ReadonlyMap<number, Value>, pointers: number): number {
  let size = 2 + (entries.size + pointers) * 12 + 4;
  for (const { data } of entries.values()) if (data.length > 4) size += even(data.length);
  return size;
}

/** One image file directory at offset `at`, its long values directly behind it. */
function directory(entries: ReadonlyMap<number, Value>, at: number): Buffer {
  const fixed = Buffer.alloc(2 + entries.size * 12 + 4);
  fixed.writeUInt16LE(entries.size, 0);
  const long: Buffer[] = [];
  let next = at + fixed.length;
  let entryAt = 2;
  for (const [tag, value] of [...entries].sort(([left], [right]) => left - right)) {
    fixed.writeUInt16LE(tag, entryAt);
    fixed.writeUInt16LE(value.type, entryAt + 2);
    fixed.writeUInt32LE(value.count, entryAt + 4);
    if (value.data.length <= 4) value.data.copy(fixed, entryAt + 8);
    else {
      fixed.writeUInt32LE(next, entryAt + 8);
      long.push(value.data, Buffer.alloc(even(value.data.length) - value.data.length));
      next += even(value.data.length);
    }
    entryAt += 12;
  }
  return Buffer.concat([fixed, ...long]);
}

function even(length: number): number {
  return length + (length & 1);
}

function text(value: string): Value {
  const data = Buffer.from(`${value}\0`, 'utf8');
  return { type: 2, count: data.length, data };
}

function short(value: number): Value {
  const data = Buffer.alloc(2);
  data.writeUInt16LE(value, 0);
  return { type: 3, count: 1, data };
}

function long(value: number): Value {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(value, 0);
  return { type: 4, count: 1, data };
}

/** Degrees, minutes, seconds as three rationals. */
function degrees(value: number): Value {
  const hundredths = Math.round(Math.abs(value) * 360_000);
  const data = Buffer.alloc(24);
  const parts = [Math.floor(hundredths / 360_000), 1, Math.floor(hundredths / 6000) % 60, 1, hundredths % 6000, 100];
  parts.forEach((part, index) => {
    data.writeUInt32LE(part, index * 4);
  });
  return { type: 5, count: 3, data };
}

function offsetText(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
