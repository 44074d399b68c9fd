/** Decodes baseline JPEGs whose blocks have only a DC coefficient, for tests; anything else is an error. */
export interface DecodedJpeg {
  readonly width: number;
  readonly height: number;
  /** Mean Y, Cb, Cr of each 16 × 16 block, row by row. */
  readonly blocks: readonly (readonly number[])[];
  /** Bytes up to and including the end marker. */
  readonly length: number;
  readonly segments: ReadonlyMap<number, Buffer>;
}

export function decodeJpeg(file: Buffer): DecodedJpeg {
  if (file.readUInt16BE(0) !== 0xffd8) throw new Error('no start marker');
  const segments = new Map<number, Buffer>();
  let at = 2;
  for (;;) {
    const marker = file.readUInt16BE(at);
    if (marker === 0xffff) {
      at += 1;
      continue;
    }
    if (marker < 0xff00) throw new Error(`no marker at ${at}`);
    const length = file.readUInt16BE(at + 2);
    segments.set(marker & 255, file.subarray(at + 4, at + 2 + length));
    at += 2 + length;
    if ((marker & 255) === 0xda) break;
  }
  const frame = need(segments, 0xc0);
  const step = need(segments, 0xdb)[1] ?? 0;
  const interval = need(segments, 0xdd).readUInt16BE(0);
  const tables = huffmanTables(need(segments, 0xc4));
  const height = frame.readUInt16BE(1);
  const width = frame.readUInt16BE(3);
  const count = Math.ceil(width / 16) * Math.ceil(height / 16);
  const blocks: number[][] = [];
  for (let restart = 0; blocks.length < count; restart++) {
    const end = nextMarker(file, at);
    const bits = new BitReader(file.subarray(at, end));
    const previous = [0, 0, 0];
    for (let block = 0; block < Math.min(interval, count - restart * interval); block++) {
      const means = [0, 1, 2].map((part) => {
        const repeats = part === 0 ? 4 : 1;
        for (let repeat = 0; repeat < repeats; repeat++) {
          const size = bits.code(tables.dc);
          previous[part] = (previous[part] ?? 0) + bits.signed(size);
          if (bits.code(tables.ac) !== 0) throw new Error('a block with detail');
        }
        return ((previous[part] ?? 0) * step) / 8 + 128;
      });
      blocks.push(means);
    }
    const marker = file[end + 1] ?? 0;
    const last = blocks.length === count;
    if (last ? marker !== 0xd9 : marker !== 0xd0 + (restart % 8))
      throw new Error(`marker ${marker.toString(16)} after row ${restart}`);
    at = end + 2;
  }
  return { width, height, blocks, length: at, segments };
}

function need(segments: ReadonlyMap<number, Buffer>, marker: number): Buffer {
  const segment = segments.get(marker);
  if (segment === undefined) throw new Error(`no segment ${marker.toString(16)}`);
  return segment;
}

function nextMarker(file: Buffer, from: number): number {
  for (let at = from; at < file.length - 1; at++) if (file[at] === 0xff && file[at + 1] !== 0) return at;
  throw new Error('the picture has no end');
}

type Codes = ReadonlyMap<string, number>;

function huffmanTables(segment: Buffer): { dc: Codes; ac: Codes } {
  const found: Codes[] = [];
  for (let at = 0; at < segment.length; ) {
    const counts = segment.subarray(at + 1, at + 17);
    const codes = new Map<string, number>();
    let code = 0;
    let value = at + 17;
    counts.forEach((count, index) => {
      for (let one = 0; one < count; one++) {
        codes.set(code.toString(2).padStart(index + 1, '0'), segment[value++] ?? 0);
        code += 1;
      }
      code *= 2;
    });
    found.push(codes);
    at = value;
  }
  const [dc, ac] = found;
  if (dc === undefined || ac === undefined) throw new Error('two Huffman tables are needed');
  return { dc, ac };
}

class BitReader {
  readonly #bits: string;
  #at = 0;

  constructor(stuffed: Buffer) {
    let bits = '';
    for (let at = 0; at < stuffed.length; at++) {
      bits += (stuffed[at] ?? 0).toString(2).padStart(8, '0');
      if (stuffed[at] === 0xff) at += 1;
    }
    this.#bits = bits;
  }

  code(codes: Codes): number {
    for (let length = 1; length <= 16; length++) {
      const value = codes.get(this.#bits.slice(this.#at, this.#at + length));
      if (value === undefined) continue;
      this.#at += length;
      return value;
    }
    throw new Error('no such code');
  }

  signed(size: number): number {
    if (size === 0) return 0;
    const bits = this.#bits.slice(this.#at, this.#at + size);
    this.#at += size;
    const value = Number.parseInt(bits, 2);
    return bits.startsWith('1') ? value : value - 2 ** size + 1;
  }
}
