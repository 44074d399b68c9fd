import { setImmediate } from 'node:timers/promises';
import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { ITEM_KINDS, type Item, type ItemKind } from '../items/item.ts';
import { openItems } from '../items/open-items.ts';
import type { Unreadable } from '../readers/reading.ts';
import type { Backup } from '../source/types.ts';
import { type Comparison, compareItems } from './compare-items.ts';

export interface KindComparison extends Comparison {
  readonly kind: ItemKind;
}

export interface BackupComparison {
  /** Kinds that one of the two has. */
  readonly kinds: readonly KindComparison[];
  readonly unreadable: readonly Unreadable[];
}

/** Two backups of one phone, compared by what is in them. */
export async function compareBackups(
  older: Backup,
  newer: Backup,
  { kinds = ITEM_KINDS, signal, onProgress }: WorkOptions & { readonly kinds?: readonly ItemKind[] | undefined } = {},
): Promise<BackupComparison> {
  const found: KindComparison[] = [];
  const unreadable: Unreadable[] = [];
  for (const [number, kind] of kinds.entries()) {
    signal?.throwIfAborted();
    onProgress?.({
      type: 'progress',
      phase: 'comparing',
      doneFiles: number,
      doneBytes: 0,
      totalFiles: kinds.length,
      totalBytes: null,
      bytesPerSecond: null,
      secondsLeft: null,
    });
    await setImmediate();
    await using before = await openItems(older, kind);
    await using after = await openItems(newer, kind);
    if (!before.isPresent && !after.isPresent && before.unreadable.length + after.unreadable.length === 0) continue;
    found.push({ kind, ...compareItems(before, after) });
    unreadable.push(...before.unreadable, ...after.unreadable);
  }
  return { kinds: found, unreadable };
}

export function bytesOf(items: readonly Item[]): number | null {
  let sum = 0;
  for (const { bytes } of items) {
    if (bytes === null) return null;
    sum += bytes;
  }
  return sum;
}
