import { ascii, box, fullBox, largeBoxHead, matrix, u16, u32 } from './boxes.ts';
import { dataReference } from './movie.ts';

/** AMR (RFC 4867): 50 frames a second, 12.2 kbit/s, 32 bytes each. Any bits make some sound. */
const AMR_FRAME_BYTES = 32;
const AMR_FRAMES_PER_SECOND = 50;
export const AMR_BYTES_PER_SECOND = AMR_FRAME_BYTES * AMR_FRAMES_PER_SECOND;

/** A whole file: the magic, then frames whose first byte says mode 7, good quality. */
export function amrFile(noise: Buffer, seconds: number): Buffer {
  const frames = seconds * AMR_FRAMES_PER_SECOND;
  const out = Buffer.allocUnsafe(6 + frames * AMR_FRAME_BYTES);
  out.write('#!AMR\n', 0, 'latin1');
  for (let frame = 0; frame < frames; frame++) {
    const at = 6 + frame * AMR_FRAME_BYTES;
    out[at] = 0x3c;
    for (let byte = 1; byte < AMR_FRAME_BYTES; byte++) {
      out[at + byte] = noise[(frame * 31 + byte) % noise.length] ?? 0;
    }
  }
  return out;
}

/** Counted as part of the sound. */
const EDIT_COUNT_BYTES = 4;
/** Bytes of a CAF file before its first sample. */
const CAF_HEAD_BYTES = 68;

/** Core Audio Format with 16-bit samples: everything behind the head is sound, up to the end of the file. */
export function cafHead(totalBytes: number): Buffer {
  const description = Buffer.alloc(32);
  description.writeDoubleBE(16_000, 0);
  description.write('lpcm', 8, 'latin1');
  description.writeUInt32BE(2, 12);
  for (const [at, value] of [
    [16, 2],
    [20, 1],
    [24, 1],
    [28, 16],
  ] as const)
    description.writeUInt32BE(value, at);
  const size = (bytes: bigint): Buffer => {
    const out = Buffer.alloc(8);
    out.writeBigInt64BE(bytes, 0);
    return out;
  };
  return Buffer.concat([
    ascii('caff'),
    u16(1, 0),
    ascii('desc'),
    size(32n),
    description,
    ascii('data'),
    size(BigInt(totalBytes - CAF_HEAD_BYTES + EDIT_COUNT_BYTES)),
    u32(0),
  ]);
}

const SAMPLE_RATE = 44_100;
const SAMPLES_PER_FRAME = 1024;
/** A mono AAC-LC frame of silence: one channel element with no bands, then the end mark. */
const SILENT_FRAME = Buffer.from('00000007', 'hex');
const MAX_SILENT_FRAMES = 4096;

export interface RecordingFacts {
  readonly title: string;
  readonly durationSeconds: number;
  /** Bytes of the whole file. */
  readonly totalBytes: number;
}

/**
 * The beginning of an .m4a: a playable track of silence (its last frame lasts as long as is needed) with a title; the
 * caller fills the media data up to `totalBytes`.
 */
export function recordingHead(facts: RecordingFacts): Buffer {
  const total = Math.max(1, Math.round((facts.durationSeconds * SAMPLE_RATE) / SAMPLES_PER_FRAME));
  const frames = Math.min(total, MAX_SILENT_FRAMES, Math.max(1, Math.floor((facts.totalBytes - 1000) / 16)));
  const type = box('ftyp', ascii('M4A '), u32(0), ascii('M4A mp42isom'));
  const dataAt = type.length + movieBox(facts, total, frames, 0).length + 16;
  const sound = Buffer.concat(new Array<Buffer>(frames).fill(SILENT_FRAME));
  const dataBytes = Math.max(sound.length, facts.totalBytes - dataAt);
  return Buffer.concat([type, movieBox(facts, total, frames, dataAt), largeBoxHead('mdat', dataBytes), sound]);
}

function movieBox(facts: RecordingFacts, total: number, frames: number, dataAt: number): Buffer {
  const duration = total * SAMPLES_PER_FRAME;
  const timing =
    frames === 1
      ? u32(1, 1, duration)
      : u32(2, frames - 1, SAMPLES_PER_FRAME, 1, duration - (frames - 1) * SAMPLES_PER_FRAME);
  /** MPEG-4 elementary stream descriptor: AAC-LC, 44.1 kHz, mono. */
  const stream = Buffer.from('031900000004114015000000000000000000000005021208060102', 'hex');
  const entry = box(
    'mp4a',
    u32(0),
    u16(0, 1),
    u32(0, 0),
    u16(1, 16, 0, 0),
    u32(SAMPLE_RATE * 0x10000),
    fullBox('esds', 0, stream),
  );
  const samples = box(
    'stbl',
    fullBox('stsd', 0, u32(1), entry),
    fullBox('stts', 0, timing),
    fullBox('stsc', 0, u32(1, 1, frames, 1)),
    fullBox('stsz', 0, u32(SILENT_FRAME.length, frames)),
    fullBox('stco', 0, u32(1, dataAt)),
  );
  const media = box(
    'mdia',
    fullBox('mdhd', 0, u32(0, 0, SAMPLE_RATE, duration), u16(0x55c4, 0)),
    fullBox('hdlr', 0, u32(0), ascii('soun'), u32(0, 0, 0), Buffer.from([0])),
    box('minf', fullBox('smhd', 0, u32(0)), dataReference(), samples),
  );
  const track = box(
    'trak',
    fullBox('tkhd', 7, u32(0, 0, 1, 0, duration, 0, 0), u16(0, 0, 0x100, 0), matrix, u32(0, 0)),
    media,
  );
  const header = fullBox(
    'mvhd',
    0,
    u32(0, 0, SAMPLE_RATE, duration, 0x10000),
    u16(0x100, 0),
    u32(0, 0),
    matrix,
    u32(0, 0, 0, 0, 0, 0, 2),
  );
  return box('moov', header, track, titleTag(facts.title));
}

/** iTunes-style metadata: the title that Voice Memos shows. */
function titleTag(title: string): Buffer {
  const text = box('data', u32(1, 0), Buffer.from(title, 'utf8'));
  const list = box('ilst', box('\u00a9nam', text));
  const handler = fullBox('hdlr', 0, u32(0), ascii('mdirappl'), u32(0, 0), Buffer.from([0]));
  return box('udta', fullBox('meta', 0, handler, list));
}
