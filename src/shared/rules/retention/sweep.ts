import { DAY_MS } from './calendar.ts';
import { type FreedWithout, takeUntilFree } from './room.ts';

/**
 * Which forgotten versions lose their undo time early, because room is needed: the oldest first, and such as the rules
 * removed before such as the owner removed. Never pins (they are not forgotten), never what holds the last copy of
 * something of the owner's, and never what the owner removed by hand less than seven days ago.
 */

const OWNERS_PATIENCE_MS = 7 * DAY_MS;
const TYPICAL_BACKUPS = 2;

export interface ForgottenVersion {
  readonly id: string;
  /** In the store's time, as `nowMs`. */
  readonly forgottenMs: number;
  readonly by: 'owner' | 'retention';
}

export interface PressureFacts {
  readonly nowMs: number;
  readonly freeBytes: number;
  /** Bytes that each of the last versions added; the middle one is a typical backup. */
  readonly recentNewBytes: readonly number[];
  readonly usedBytes: number;
  readonly budgetBytes: number | null;
  /** Versions whose undo time still runs. */
  readonly forgotten: readonly ForgottenVersion[];
  /** Would something of the owner's be gone from the vault without this version and those in `gone`? */
  readonly holdsLastCopy: (id: string, gone: ReadonlySet<string>) => boolean;
  /** Measured for these versions and everything whose undo time is over, or that waits to be deleted. */
  readonly freedWithout: FreedWithout;
}

export interface PressurePlan {
  /** Bytes that are wanted; 0: there is room enough. */
  readonly neededBytes: number;
  /** Ids, in the order in which they go. */
  readonly expire: readonly string[];
  /** Bytes that are still wanted then; null: it cannot be told, and nothing goes. */
  readonly missingBytes: number | null;
}

export async function planUnderPressure(facts: PressureFacts): Promise<PressurePlan> {
  const short = bytesShort(facts);
  const overBudget = facts.budgetBytes === null ? 0 : facts.usedBytes - facts.budgetBytes;
  const neededBytes = Math.max(0, short, overBudget);
  if (neededBytes === 0) return { neededBytes, expire: [], missingBytes: 0 };
  const { taken, freedBytes } = await takeUntilFree(inOrder(facts), neededBytes, facts.freedWithout);
  return {
    neededBytes,
    expire: taken,
    missingBytes: freedBytes === null ? null : Math.max(0, neededBytes - freedBytes),
  };
}

/** What is free has to hold two typical backups; answers how many bytes it lacks. */
function bytesShort({ freeBytes, recentNewBytes }: PressureFacts): number {
  return Math.max(0, TYPICAL_BACKUPS * median(recentNewBytes) - freeBytes);
}

function inOrder({ forgotten, nowMs, holdsLastCopy }: PressureFacts): string[] {
  const oldestFirst = [...forgotten].sort((a, b) => a.forgottenMs - b.forgottenMs || (a.id < b.id ? -1 : 1));
  const ofRules = oldestFirst.filter(({ by }) => by === 'retention');
  const ofOwner = oldestFirst.filter((one) => one.by === 'owner' && nowMs - one.forgottenMs >= OWNERS_PATIENCE_MS);
  const going = new Set<string>();
  for (const { id } of [...ofRules, ...ofOwner]) if (!holdsLastCopy(id, going)) going.add(id);
  return [...going];
}

/** The upper one of the two in the middle, if there are two. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
