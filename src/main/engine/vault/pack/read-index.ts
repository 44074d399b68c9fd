import { createHash } from 'node:crypto';
import { readFully, type VaultIo } from '../io/index.ts';
import { FOOTER_BYTES, isIndex, PACK_HEADER_BYTES, type PackHeader, parseFooter, parsePackHeader } from './layout.ts';

/** A pack's own list of what it holds. Two reads at its end and one at its beginning. */
export interface PackContents {
  readonly header: PackHeader;
  readonly sizeBytes: number;
  /** The bytes of its index, checked: header, then entries sorted by hash. */
  readonly index: Buffer;
}

export type PackProblem = { readonly problem: string };

/** Reads and checks header, footer and index; says what is wrong instead of throwing. Disk errors are thrown. */
export async function readPackContents(io: VaultIo, path: string): Promise<PackContents | PackProblem> {
  const file = await io.open(path, 'read');
  try {
    const sizeBytes = await file.sizeBytes();
    if (sizeBytes < PACK_HEADER_BYTES + FOOTER_BYTES) return { problem: 'it is too short to be a pack' };
    const head = Buffer.alloc(PACK_HEADER_BYTES);
    const tail = Buffer.alloc(FOOTER_BYTES);
    await readFully(file, head, 0);
    await readFully(file, tail, sizeBytes - FOOTER_BYTES);
    const header = parsePackHeader(head);
    if (header === null) return { problem: 'its header is damaged' };
    const footer = parseFooter(tail, sizeBytes);
    if (footer === null) return { problem: 'its footer is damaged' };
    const index = Buffer.allocUnsafe(footer.indexLength);
    await readFully(file, index, footer.indexOffset);
    if (!createHash('sha256').update(index).digest().equals(footer.indexHash)) {
      return { problem: 'its index does not match its footer' };
    }
    return isIndex(index, sizeBytes) ? { header, sizeBytes, index } : { problem: 'its index is damaged' };
  } finally {
    await file.close();
  }
}
