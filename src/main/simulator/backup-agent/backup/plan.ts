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
  const next = new BackupIndex(previous?.count ?? 4096);
  const seen = new Uint8Array(previous?.count ?? 0);
  const uploads: PhoneFile[] = [];
  const uploadRows: number[] = [];
  const others: PhoneFile[] = [];
  /** Files that are folders or links now. */
  const replaced: number[] = [];
  let uploadBytes = 0;
  for (const file of files) {
    if (file.encryptedOnly && !isEncrypted) continue;
    const { domain, relativePath } = file;
    const row = rowOf(file);
    const old = previous?.find(domain, relativePath) ?? -1;
    if (old >= 0) seen[old] = 1;
    if (previous !== null && old >= 0 && previous.isSame(old, row)) {
      next.add(domain, relativePath, { index: previous, row: old }, row);
      continue;
    }
    const at = next.add(domain, relativePath, fileIdOf(domain, relativePath), row);
    if (file.kind !== 'file') {
      others.push(file);
      if (old >= 0 && previous?.isFile(old)) replaced.push(old);
      continue;
    }
    uploads.push(file);
    uploadRows.push(at);
    uploadBytes += isEncrypted ? storedSizeOf(row.sizeBytes) : row.sizeBytes;
  }
  const gone = previous === null ? [] : unseen(previous, seen);
  return {
    next,
    uploads,
    uploadRows: Uint32Array.from(uploadRows),
    others,
    removedIds: gone.map((row) => previous?.idOf(row) ?? ''),
    removedPayloads: [...gone, ...replaced]
      .filter((row) => previous?.isFile(row))
      .map((row) => previous?.idOf(row) ?? ''),
    uploadBytes,
  };
}

function unseen(index: BackupIndex, seen: Uint8Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row < index.count; row += 1) if (seen[row] === 0) rows.push(row);
  return rows;
}
