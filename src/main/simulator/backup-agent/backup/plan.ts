import { fileIdOf, storedSizeOf } from '../../../engine/formats/index.ts';
import type { PhoneFile } from '../../content/types.ts';
import { BackupIndex } from './backup-index.ts';
import { rowOf } from './file-row.ts';

/** What a backup has to do. */
export interface BackupPlan {
  /** What the backup will hold. Rows of uploads are brought up to date when they are sent. */
  readonly next: BackupIndex;
  /** Regular files whose content goes to the host, with their rows in `next`. */
  readonly uploads: readonly PhoneFile[];
  readonly uploadRows: Uint32Array;
  /** Folders and links whose row is new or changed. */
  readonly others: readonly PhoneFile[];
  /** Ids of rows that are gone; of those, the ones with a payload. */
  readonly removedIds: readonly string[];
  readonly removedPayloads: readonly string[];
  /** Bytes of all uploads as they will be stored. */
  readonly uploadBytes: number;
}

export interface PlanOptions {
  readonly files: Iterable<PhoneFile>;
  /** The previous backup; null for a full one. */
  readonly previous: BackupIndex | null;
  readonly isEncrypted: boolean;
}

/** Compares the phone with its previous backup. Rows that only encrypted backups hold are left out of others. */
export function planBackup({ files, previous, isEncrypted }: PlanOptions): BackupPlan {
  const next = previous?.copy() ?? new BackupIndex(4096);
  const seen = new Uint8Array(next.count);
  const uploads: PhoneFile[] = [];
  const uploadRows: number[] = [];
  const others: PhoneFile[] = [];
  /** Files that are folders or links now. */
  const replaced: number[] = [];
  let uploadBytes = 0;
  /** Most files follow one another as they did the last time. */
  let guess = 0;
  for (const file of files) {
    if (next.isUntouched(guess, file)) {
      seen[guess] = 1;
      guess += 1;
      continue;
    }
    if (file.encryptedOnly && !isEncrypted) continue;
    const { domain, relativePath } = file;
    const row = rowOf(file);
    const old = next.find(domain, relativePath);
    const wasFile = old >= 0 && next.isFile(old);
    const isSame = old >= 0 && next.isSame(old, row);
    const at = old < 0 ? next.add(domain, relativePath, fileIdOf(domain, relativePath), row, file) : old;
    if (old >= 0) {
      seen[old] = 1;
      guess = old + 1;
      next.set(old, row, file);
    }
    if (isSame) continue;
    if (file.kind !== 'file') {
      others.push(file);
      if (wasFile) replaced.push(old);
      continue;
    }
    uploads.push(file);
    uploadRows.push(at);
    uploadBytes += isEncrypted ? storedSizeOf(row.sizeBytes) : row.sizeBytes;
  }
  const gone = unseen(next, seen);
  const removedPayloads = [...gone.filter((row) => next.isFile(row)), ...replaced].map((row) => next.idOf(row));
  for (const row of gone) next.remove(row);
  const removedIds = gone.map((row) => next.idOf(row));
  return { next, uploads, uploadRows: Uint32Array.from(uploadRows), others, removedIds, removedPayloads, uploadBytes };
}

function unseen(index: BackupIndex, seen: Uint8Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row < seen.length; row += 1) if (seen[row] === 0 && index.isThere(row)) rows.push(row);
  return rows;
}
