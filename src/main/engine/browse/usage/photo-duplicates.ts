import { createHash } from 'node:crypto';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { PhotoAsset, PhotoLibrary } from '../readers/photos/index.ts';
import type { Unreadable } from '../readers/reading.ts';
import type { Backup, BackupFile } from '../source/types.ts';

/** Exact duplicates among originals (backup-format 5.3). An original and its edited version are no duplicates, nor a Live Photo's two parts. */

/** Assets that are likely one and the same, by their size and what the phone says of them. */
export interface DuplicateCandidates {
  /** `fingerprint`: the phone gave them one hash of their bytes. `size`: it gave none, and only their sizes are equal. */
  readonly basis: 'fingerprint' | 'size';
  readonly ids: readonly string[];
  /** Of one of them. */
  readonly bytes: number;
  /** One of them was edited: what was done to it goes with it. */
  readonly hasEdits: boolean;
}

export interface ConfirmedDuplicates {
  readonly ids: readonly string[];
  readonly bytes: number;
  /** What all but one of them take. */
  readonly freeableBytes: number;
  readonly sha256: string;
  readonly hasEdits: boolean;
}

/** Smaller files are worth nobody's time, and many of them are equal by nature. */
const LEAST_BYTES = 64 * 1024;
const HEAD_BYTES = 64 * 1024;

interface Candidate {
  readonly id: string;
  readonly fingerprint: string | null;
  readonly isEdited: boolean;
}

export class DuplicateFinder {
  readonly #bySize = new Map<number, Candidate[]>();

  /** `bytes`: the original's size as it lies in the backup. */
  add({ id, fingerprint, isEdited }: PhotoAsset, bytes: number): void {
    if (bytes < LEAST_BYTES) return;
    const candidate = { id, fingerprint, isEdited: isEdited === true };
    const known = this.#bySize.get(bytes);
    if (known === undefined) this.#bySize.set(bytes, [candidate]);
    else known.push(candidate);
  }

  /** What would free the most first. */
  result(): DuplicateCandidates[] {
    const groups: DuplicateCandidates[] = [];
    for (const [bytes, candidates] of this.#bySize) {
      if (candidates.length < 2) continue;
      // One without a fingerprint may be equal to any of its size.
      const isVague = candidates.some(({ fingerprint }) => fingerprint === null);
      const parts = isVague ? [candidates] : [...byFingerprint(candidates).values()];
      for (const part of parts) {
        if (part.length > 1) groups.push(group(part, bytes, isVague ? 'size' : 'fingerprint'));
      }
    }
    return groups.sort((one, other) => other.bytes * (other.ids.length - 1) - one.bytes * (one.ids.length - 1));
  }
}

function byFingerprint(candidates: readonly Candidate[]): ReadonlyMap<string | null, readonly Candidate[]> {
  const parts = new Map<string | null, Candidate[]>();
  for (const one of candidates) {
    const part = parts.get(one.fingerprint);
    if (part === undefined) parts.set(one.fingerprint, [one]);
    else part.push(one);
  }
  return parts;
}

function group(part: readonly Candidate[], bytes: number, basis: DuplicateCandidates['basis']): DuplicateCandidates {
  return { basis, bytes, ids: part.map(({ id }) => id), hasEdits: part.some(({ isEdited }) => isEdited) };
}

/**
 * Compares candidates byte by byte, by SHA-256: the first 64 KB of each, then all of those that are still equal. What
 * cannot be read is no duplicate of anything, and is named.
 */
export async function confirmDuplicates(
  library: PhotoLibrary,
  backup: Backup,
  candidates: Iterable<DuplicateCandidates>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<{ readonly groups: readonly ConfirmedDuplicates[]; readonly unreadable: readonly Unreadable[] }> {
  const groups: ConfirmedDuplicates[] = [];
  const unreadable: Unreadable[] = [];
  const sorted = async (ids: readonly string[], sumOf: (file: BackupFile) => Promise<string>) => {
    const bySum = new Map<string, string[]>();
    for (const id of ids) {
      signal?.throwIfAborted();
      const file = library.asset(id)?.file ?? null;
      if (file === null) continue;
      try {
        const sum = await sumOf(file);
        bySum.set(sum, [...(bySum.get(sum) ?? []), id]);
      } catch (error) {
        if (!isBackstopError(error)) throw error;
        unreadable.push({ what: file.path, reason: error.message });
      }
    }
    return [...bySum].filter(([, same]) => same.length > 1);
  };
  const head = async (file: BackupFile): Promise<string> => sha256([await backup.readRange(file, 0, HEAD_BYTES)]);
  const whole = (file: BackupFile): Promise<string> => sha256(backup.read(file, { signal }));
  for (const { ids, bytes, hasEdits } of candidates) {
    for (const [, alike] of await sorted(ids, head)) {
      for (const [sum, same] of await sorted(alike, whole)) {
        groups.push({ ids: same, bytes, freeableBytes: bytes * (same.length - 1), sha256: sum, hasEdits });
      }
    }
  }
  return { groups, unreadable };
}

async function sha256(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex');
}
