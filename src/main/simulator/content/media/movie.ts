import { ascii, box, fullBox, largeBoxHead, matrix, u16, u32 } from './boxes.ts';

/** QuickTime counts seconds from 1904-01-01. */
const MAC_EPOCH = 2_082_844_800;
const TIMESCALE = 600;

export interface MovieFacts {
  readonly brand: 'qt  ' | 'mp42';
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number;
  /** Unix seconds. */
  readonly created: number;
  /** A JPEG of exactly width × height: the one frame, shown for the whole duration. */
  readonly frame: Buffer;
  /** Pairs a Live Photo's movie with its picture. */
  readonly contentIdentifier?: string;
  /** Bytes of the whole file: the media data box says how far it goes. */
  readonly totalBytes: number;
}

/** The beginning of a playable movie (Motion JPEG, one frame); the caller fills up to `totalBytes` with anything. */
export function movieHead(facts: MovieFacts): Buffer {
  const type = box('ftyp', ascii(facts.brand), u32(0), ascii(facts.brand === 'qt  ' ? 'qt  ' : 'mp42isom'));
  const withoutOffset = movieBox(facts, 0);
  const dataAt = type.length + withoutOffset.length + 16;
  const movie = movieBox(facts, dataAt);
  const dataBytes = Math.max(facts.frame.length, facts.totalBytes - dataAt);
  return Buffer.concat([type, movie, largeBoxHead('mdat', dataBytes), facts.frame]);
}

function movieBox(facts: MovieFacts, frameAt: number): Buffer {
  const created = (facts.created + MAC_EPOCH) >>> 0;
  const duration = Math.max(1, Math.round(facts.durationSeconds * TIMESCALE));
  const header = fullBox(
    'mvhd',
    0,
    u32(created, created, TIMESCALE, duration, 0x10000),
    u16(0x100, 0),
    u32(0, 0),
    matrix,
    u32(0, 0, 0, 0, 0, 0, 2),
  );
  const trackHeader = fullBox(
    'tkhd',
    7,
    u32(created, created, 1, 0, duration, 0, 0),
    u16(0, 0, 0, 0),
    matrix,
    u32(facts.width * 0x10000, facts.height * 0x10000),
  );
  const entry = box(
    'jpeg',
    u32(0),
    u16(0, 1, 0, 0),
    u32(0, 0, 0),
    u16(facts.width, facts.height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
  );
  const samples = box(
    'stbl',
    fullBox('stsd', 0, u32(1), entry),
    fullBox('stts', 0, u32(1, 1, duration)),
    fullBox('stsc', 0, u32(1, 1, 1, 1)),
    fullBox('stsz', 0, u32(facts.frame.length, 1)),
    fullBox('stco', 0, u32(1, frameAt)),
  );
  const media = box(
    'mdia',
    fullBox('mdhd', 0, u32(created, created, TIMESCALE, duration), u16(0x55c4, 0)),
    fullBox('hdlr', 0, ascii('mhlrvide'), u32(0, 0, 0), Buffer.from([0])),
    box('minf', fullBox('vmhd', 1, u16(0, 0, 0, 0)), dataReference(), samples),
  );
  const identifier = facts.contentIdentifier === undefined ? [] : [metadata(facts.contentIdentifier)];
  return box('moov', header, box('trak', trackHeader, media), ...identifier);
}

/** "The samples are in this file." */
export function dataReference(): Buffer {
  return box('dinf', fullBox('dref', 0, u32(1), fullBox('url ', 1)));
}

function metadata(identifier: string): Buffer {
  const key = ascii('com.apple.quicktime.content.identifier');
  const keys = fullBox('keys', 0, u32(1), u32(key.length + 8), ascii('mdta'), key);
  const value = box('data', u32(1, 0), Buffer.from(identifier, 'utf8'));
  const item = Buffer.concat([u32(value.length + 8, 1), value]);
  return box(
    'meta',
    fullBox('hdlr', 0, ascii('\0\0\0\0mdta'), u32(0, 0, 0), Buffer.from([0])),
    keys,
    box('ilst', item),
  );
}
