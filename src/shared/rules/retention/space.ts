import type { RetentionPlan } from './plan.ts';
import { type FreedWithout, takeUntilFree } from './room.ts';

/** The limit of space, on top of the rules: when it is exceeded, the oldest versions that may go are forgotten too. */

export interface SpaceFacts {
  /** What the vault takes up now, with everything that waits to be deleted. */
  readonly usedBytes: number;
  /** What it may take up; null: as much as there is. */
  readonly budgetBytes: number | null;
  /** Bytes that the disk lacks and that versions may be forgotten for. 0, as long as the owner did not agree to that. */
  readonly shortBytes: number;
  /**
   * Measured for these versions and everything that is forgotten already. What is in the trash must count as gone here:
   * else each run would forget more versions for the room that the last run has made already, and that comes later.
   */
  readonly freedWithout: FreedWithout;
}

export interface LimitedPlan extends RetentionPlan {
  /** Bytes by which the limit is still exceeded when all of it, and the trash, is gone. */
  readonly overBudgetBytes: number;
}

export async function limitSpace(plan: RetentionPlan, space: SpaceFacts): Promise<LimitedPlan> {
  const { usedBytes, budgetBytes, shortBytes, freedWithout } = space;
  const overBytes = budgetBytes === null ? 0 : usedBytes - budgetBytes;
  const neededBytes = Math.max(overBytes, shortBytes);
  if (neededBytes <= 0) return { ...plan, overBudgetBytes: 0 };
  const room = await takeUntilFree(plan.mayYield, neededBytes, (ids) => freedWithout([...plan.remove, ...ids]));
  const taken = new Set(room.taken);
  const decisions = plan.decisions.map((one) =>
    taken.has(one.id) ? { ...one, keep: [], remove: 'space' as const } : one,
  );
  return {
    decisions,
    remove: decisions.filter((one) => one.remove !== null).map(({ id }) => id),
    mayYield: plan.mayYield.filter((id) => !taken.has(id)),
    overBudgetBytes: Math.max(0, overBytes - (room.freedBytes ?? 0)),
  };
}
