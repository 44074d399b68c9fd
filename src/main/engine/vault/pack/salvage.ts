import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { readFully, type VaultIo } from '../io/index.ts';
import {
  CODEC_STORED,
  PACK_HEADER_BYTES,
  parseRecordHeader,
  RECORD_HEADER_BYTES,
  RECORD_MAGIC,
  type RecordHeader,
} from './layout.ts';

/** One record found by scanning, whatever became of the pack's index. */
export interface SalvagedRecord extends RecordHeader {
  readonly offset: number;
  /** The stored bytes match their CRC and, where they are stored plainly, the hash. */
  readonly isWhole: boolean;
}

const WINDOW_BYTES = 1024 * 1024;

/**
 * Walks a damaged or cut-off pack by its record headers: after a sound record straight to the next one, after anything
 * else on in steps of 8 bytes until a header with a right CRC turns up.
 */
export async function* salvageRecords(io: VaultIo, path: string, signal?: AbortSignal): AsyncGenerator<SalvagedRecord> {
  const file = await io.open(path, 'read');
  try {
    const sizeBytes = await file.sizeBytes();
    const window = Buffer.allocUnsafe(WINDOW_BYTES);
    let start = 0;
    let length = 0;
    let at = PACK_HEADER_BYTES;
    while (at + RECORD_HEADER_BYTES <= sizeBytes) {
      signal?.throwIfAborted();
      if (at < start || at + RECORD_HEADER_BYTES > start + length) {
        start = at;
        length = await readFully(file, window, start);
        if (length < RECORD_HEADER_BYTES) return;
      }
      const here = window.subarray(at - start, length);
      const header = here.subarray(0, 4).equals(RECORD_MAGIC) ? parseRecordHeader(here) : null;
      const offset = at + RECORD_HEADER_BYTES;
      if (header === null || offset + header.storedLength > sizeBytes) {
        at += 8;
        continue;
      }
      const isWhole = await isRecordWhole(file, offset, header, signal);
      yield { ...header, offset, isWhole };
      // A damaged record's length is still to be trusted (its header has a CRC); what follows it may be whole.
      at = offset + header.storedLength + ((8 - (header.storedLength % 8)) % 8);
    }
  } finally {
    await file.close();
  }
}

async function isRecordWhole(
  file: Awaited<ReturnType<VaultIo['open']>>,
  offset: number,
  header: RecordHeader,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, Math.max(1, header.storedLength)));
  const hash = createHash('sha256');
  let crc = 0;
  for (let done = 0; done < header.storedLength; ) {
    signal?.throwIfAborted();
    const wanted = buffer.subarray(0, Math.min(buffer.length, header.storedLength - done));
    if ((await readFully(file, wanted, offset + done)) !== wanted.length) return false;
    crc = crc32(wanted, crc);
    hash.update(wanted);
    done += wanted.length;
  }
  if (crc !== header.crc) return false;
  return header.codec !== CODEC_STORED || hash.digest().equals(header.hash);
}
