import { isPageSize, type PageFile, type ReadOnlyFile, readAll } from './page-file.ts';

/**
 * SQLite's write-ahead log, written back into its database: what SQLite would do at the next opening, without the two
 * files that it wants beside the database meanwhile. Source: sqlite.org/walformat.html and fileformat2.html, section 4.
 */

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The last bit says how the words of the checksums are read. */
const MAGIC = 0x377f0682;
const VERSION = 3_007_000;
/** Frames between two breaths. */
const SLICE = 512;

export interface WalOutcome {
  /** Frames of transactions that came to their end. */
  readonly frames: number;
  /** Null: the log ends as logs do. Else what is strange about it; what it had before that was taken. */
  readonly warning: string | null;
}

/**
 * Only transactions that came to their end count, up to the first frame that is not of this log: logs are used again from
 * the start, and the rest of the last round stays behind. `breathe` is awaited now and then.
 */
export async function applyWal(
  database: PageFile,
  log: ReadOnlyFile,
  breathe: () => Promise<void> = async () => undefined,
): Promise<WalOutcome> {
  const head = readHead(database, log);
  if (typeof head !== 'object') return { frames: 0, warning: head ?? null };
  const { whole, lastPage, frames } = await readFrames(log, head, breathe);
  if (frames === 0) return { frames: 0, warning: null };
  const { pageSize } = head;
  const content = Buffer.alloc(pageSize);
  let written = 0;
  for (const [page, place] of whole) {
    if (page > lastPage) continue;
    if (!readAll(log, content, place)) return { frames: 0, warning: 'its log became shorter while it was read' };
    database.write(content, (page - 1) * pageSize);
    written += 1;
    if (written % SLICE === 0) await breathe();
  }
  database.truncate(lastPage * pageSize);
  return { frames, warning: null };
}

interface LogHead {
  readonly pageSize: number;
  readonly salt: Buffer;
  readonly sum: Checksum;
}

/** Or why it cannot be used; undefined when it is empty, which is no reason. */
function readHead(database: PageFile, log: ReadOnlyFile): LogHead | string | undefined {
  const size = log.size();
  if (size === 0) return undefined;
  const header = Buffer.alloc(HEADER_BYTES);
  if (size < HEADER_BYTES || !readAll(log, header, 0)) return 'its log is cut off';
  // A log of zeros was prepared and never used.
  if (header.every((byte) => byte === 0)) return undefined;
  const magic = header.readUInt32BE(0);
  const pageSize = header.readUInt32BE(8);
  if ((magic & ~1) !== MAGIC || header.readUInt32BE(4) !== VERSION || !isPageSize(pageSize)) {
    return 'its log is none of SQLite’s';
  }
  const ownSize = pageSizeOf(database);
  if (ownSize !== null && ownSize !== pageSize) return 'its log belongs to another database';
  const sum = new Checksum((magic & 1) === 1);
  sum.add(header.subarray(0, 24));
  if (!sum.equals(header, 24)) return 'the head of its log is damaged';
  return { pageSize, salt: header.subarray(16, 24), sum };
}

async function readFrames(
  log: ReadOnlyFile,
  { pageSize, salt, sum }: LogHead,
  breathe: () => Promise<void>,
): Promise<{ readonly whole: ReadonlyMap<number, number>; readonly lastPage: number; readonly frames: number }> {
  const size = log.size();
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageSize);
  let frames = 0;
  let lastPage = 0;
  /** Page → where its newest content lies in the log; of transactions that came to their end, and of the open one. */
  const whole = new Map<number, number>();
  const open = new Map<number, number>();
  let seen = 0;
  for (let at = HEADER_BYTES; at + frame.length <= size; at += frame.length) {
    if (seen % SLICE === SLICE - 1) await breathe();
    if (!readAll(log, frame, at) || !frame.subarray(8, 16).equals(salt)) break;
    sum.add(frame.subarray(0, 8));
    sum.add(frame.subarray(FRAME_HEADER_BYTES));
    const page = frame.readUInt32BE(0);
    if (!sum.equals(frame, 16) || page === 0) break;
    seen += 1;
    open.set(page, at + FRAME_HEADER_BYTES);
    const pagesAfter = frame.readUInt32BE(4);
    if (pagesAfter === 0) continue;
    for (const [number, place] of open) whole.set(number, place);
    open.clear();
    lastPage = pagesAfter;
    frames = seen;
  }
  return { whole, lastPage, frames };
}

/** Bytes of a page by the database's own head; null when it has none yet. */
function pageSizeOf(database: PageFile): number | null {
  const head = Buffer.alloc(18);
  if (!readAll(database, head, 0)) return null;
  const size = head.readUInt16BE(16);
  return size === 1 ? 65_536 : size;
}

class Checksum {
  #first = 0;
  #second = 0;
  readonly #isBigEndian: boolean;

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian;
  }

  /** A whole number of pairs of words. */
  add(bytes: Buffer): void {
    let first = this.#first;
    let second = this.#second;
    if (this.#isBigEndian) {
      for (let at = 0; at < bytes.length; at += 8) {
        first = (first + bytes.readUInt32BE(at) + second) >>> 0;
        second = (second + bytes.readUInt32BE(at + 4) + first) >>> 0;
      }
    } else {
      for (let at = 0; at < bytes.length; at += 8) {
        first = (first + bytes.readUInt32LE(at) + second) >>> 0;
        second = (second + bytes.readUInt32LE(at + 4) + first) >>> 0;
      }
    }
    this.#first = first;
    this.#second = second;
  }

  equals(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second;
  }
}
