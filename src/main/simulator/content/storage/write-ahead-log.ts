/**
 * Writes SQLite write-ahead logs by hand (https://sqlite.org/fileformat2.html#walformat): the pages in which a live
 * database differs from its main file, as one committed transaction. SQLite itself would put random salts in the log;
 * ours come from the caller, so that the same phone has the same bytes.
 */

/** Big-endian words in the checksum; SQLite itself writes the machine's own order, both are legal. */
const MAGIC_BIG_ENDIAN = 0x377f0683;
const FORMAT_VERSION = 3_007_000;
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

export interface LogOptions {
  readonly main: Buffer;
  readonly live: Buffer;
  readonly pageSize: number;
  /** 8 bytes. */
  readonly salt: Buffer;
  readonly checkpointSequence: number;
}

/** Null when nothing differs. */
export function writeAheadLog(options: LogOptions): Buffer | null {
  const { main, live, pageSize } = options;
  const pages = live.length / pageSize;
  const changed: number[] = [];
  for (let page = 0; page < pages; page++) {
    const at = page * pageSize;
    if (at + pageSize > main.length || main.compare(live, at, at + pageSize, at, at + pageSize) !== 0)
      changed.push(page);
  }
  if (changed.length === 0) {
    if (main.length === live.length) return null;
    changed.push(0);
  }
  const log = Buffer.alloc(HEADER_BYTES + changed.length * (FRAME_HEADER_BYTES + pageSize));
  log.writeUInt32BE(MAGIC_BIG_ENDIAN, 0);
  log.writeUInt32BE(FORMAT_VERSION, 4);
  log.writeUInt32BE(pageSize, 8);
  log.writeUInt32BE(options.checkpointSequence, 12);
  options.salt.copy(log, 16, 0, 8);
  let sum = checksum(log, 0, 24, [0, 0]);
  putSum(log, 24, sum);
  changed.forEach((page, index) => {
    const at = HEADER_BYTES + index * (FRAME_HEADER_BYTES + pageSize);
    log.writeUInt32BE(page + 1, at);
    log.writeUInt32BE(index === changed.length - 1 ? pages : 0, at + 4);
    options.salt.copy(log, at + 8, 0, 8);
    live.copy(log, at + FRAME_HEADER_BYTES, page * pageSize, (page + 1) * pageSize);
    sum = checksum(log, at, 8, sum);
    sum = checksum(log, at + FRAME_HEADER_BYTES, pageSize, sum);
    putSum(log, at + 16, sum);
  });
  return log;
}

type Sum = readonly [number, number];

function checksum(bytes: Buffer, from: number, length: number, start: Sum): Sum {
  let [first, second] = start;
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, length);
  for (let at = 0; at < length; at += 8) {
    first = (first + view.getUint32(at) + second) >>> 0;
    second = (second + view.getUint32(at + 4) + first) >>> 0;
  }
  return [first, second];
}

function putSum(log: Buffer, at: number, [first, second]: Sum): void {
  log.writeUInt32BE(first, at);
  log.writeUInt32BE(second, at + 4);
}
