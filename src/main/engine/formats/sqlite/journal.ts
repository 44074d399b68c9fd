import { isPageSize, type PageFile, type ReadOnlyFile, readAll } from './page-file.ts';

/**
 * SQLite's rollback journal, played back: pages as they were before a transaction that did not come to its end. Source:
 * sqlite.org/fileformat2.html, section 3.
 */

const MAGIC = Buffer.from('d9d505f920a163d7', 'hex');
const HEADER_BYTES = 28;
/** "As many as fit": the number was not written before the end. */
const NOT_COUNTED = 0xffff_ffff;
/** Bytes of a page between two that are summed. */
const SUM_STEP = 200;

export interface JournalOutcome {
  /** Pages that were put back. */
  readonly pages: number;
}

interface Segment {
  readonly records: number;
  readonly isCounted: boolean;
  readonly nonce: number;
  readonly pagesBefore: number;
  readonly sector: number;
  readonly pageSize: number;
}

/** A journal whose head is gone (zeros, empty) belongs to a transaction that came to its end: nothing happens. */
export function playBackJournal(database: PageFile, journal: ReadOnlyFile): JournalOutcome {
  const done = new Set<number>();
  let first: Segment | null = null;
  for (let at = 0; ; ) {
    const segment = readSegment(journal, at, first);
    if (segment === null) break;
    first ??= segment;
    const start = at + first.sector;
    if (!playBack(database, journal, start, segment, done) || !segment.isCounted) break;
    at = Math.ceil((start + segment.records * (first.pageSize + 8)) / first.sector) * first.sector;
  }
  const sizeBefore = first === null ? 0 : first.pagesBefore * first.pageSize;
  if (done.size > 0 && database.size() > sizeBefore) database.truncate(sizeBefore);
  return { pages: done.size };
}

/** Sector and page size are those of the first head; null where no head is. */
function readSegment(journal: ReadOnlyFile, at: number, first: Segment | null): Segment | null {
  const header = Buffer.alloc(HEADER_BYTES);
  if (!readAll(journal, header, at) || !header.subarray(0, 8).equals(MAGIC)) return null;
  const sector = first?.sector ?? header.readUInt32BE(20);
  const pageSize = first?.pageSize ?? header.readUInt32BE(24);
  if (!isPageSize(pageSize) || sector < 32 || sector > 65_536 || (sector & (sector - 1)) !== 0) return null;
  const counted = header.readUInt32BE(8);
  const fitting = Math.max(0, Math.floor((journal.size() - at - sector) / (pageSize + 8)));
  return {
    records: Math.min(counted, fitting),
    isCounted: counted !== NOT_COUNTED && counted <= fitting,
    nonce: header.readUInt32BE(12),
    pagesBefore: first?.pagesBefore ?? header.readUInt32BE(16),
    sector,
    pageSize,
  };
}

/** False when a record is torn: nothing behind it counts. */
function playBack(
  database: PageFile,
  journal: ReadOnlyFile,
  start: number,
  { records, nonce, pagesBefore, pageSize }: Segment,
  done: Set<number>,
): boolean {
  const record = Buffer.alloc(pageSize + 8);
  for (let number = 0; number < records; number += 1) {
    if (!readAll(journal, record, start + number * record.length)) return false;
    const page = record.readUInt32BE(0);
    const content = record.subarray(4, 4 + pageSize);
    if (page === 0 || record.readUInt32BE(4 + pageSize) !== sumOf(content, nonce)) return false;
    // The first one that was written down is how the page was before.
    if (!done.has(page) && page <= pagesBefore) database.write(content, (page - 1) * pageSize);
    done.add(page);
  }
  return true;
}

function sumOf(page: Buffer, nonce: number): number {
  let sum = nonce;
  for (let at = page.length - SUM_STEP; at > 0; at -= SUM_STEP) sum = (sum + (page[at] ?? 0)) >>> 0;
  return sum;
}
