import { DAY_MS } from './time.ts';

/**
 * Which forgotten versions lose their undo time early, because room is needed: the oldest first, and only such as the
 * rules removed. Never pins (they are not forgotten), never what holds the last copy of something of the owner's, and
 * never what the owner removed by hand less than seven days ago.
 */

const OWNERS_PATIENCE_MS = 7 * DAY_MS;
const TYPICAL_BACKUPS = 2;

export interface ForgottenVersion {
  readonly id: string;
  readonly forgottenMs: number;
  readonly by: 'owner' | 'retention';
  readonly bytes: number;
}

export interface PressureFacts {
  readonly nowMs: number;
  readonly freeBytes: number;
  /** Bytes that each of the last versions added; the middle one is a typical backup. */
  readonly recentNewBytes: readonly number[];
  readonly usedBytes: number;
  readonly budgetBytes: number | null;
  readonly forgotten: readonly ForgottenVersion[];
  /** Versions that hold the last copy of something. */
  readonly lastCopies: ReadonlySet<string>;
}

export interface PressurePlan {
  /** Bytes that are wanted; 0: there is room enough. */
  readonly neededBytes: number;
  /** Ids, in the order in which they go. */
  readonly expire: readonly string[];
}

export function planUnderPressure(facts: PressureFacts): PressurePlan {
  const wanted = TYPICAL_BACKUPS * median(facts.recentNewBytes);
  const overBudget = facts.budgetBytes === null ? 0 : facts.usedBytes - facts.budgetBytes;
  const neededBytes = Math.max(0, wanted - facts.freeBytes, overBudget);
  if (neededBytes === 0) return { neededBytes: 0, expire: [] };
  const byAge = (a: ForgottenVersion, b: ForgottenVersion): number => a.forgottenMs - b.forgottenMs;
  const mayGo = facts.forgotten.filter((version) => !facts.lastCopies.has(version.id));
  const ofRules = mayGo.filter((version) => version.by === 'retention').sort(byAge);
  const ofOwner = mayGo
    .filter((version) => version.by === 'owner' && facts.nowMs - version.forgottenMs >= OWNERS_PATIENCE_MS)
    .sort(byAge);
  const expire: string[] = [];
  let freed = 0;
  for (const version of [...ofRules, ...ofOwner]) {
    if (freed >= neededBytes) break;
    expire.push(version.id);
    freed += version.bytes;
  }
  return { neededBytes, expire };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
