import type { OptionRule } from '../options.ts';
import type {
  Check,
  CheckId,
  CheckStatus,
  CleanupChoice,
  CleanupFacts,
  Evidence,
  Exclusion,
  NextStep,
  RiskLevel,
} from '../types.ts';

/** One check and what follows from it for a certificate. */
export interface Finding {
  readonly check: Check;
  /** What a certificate does not cover because of it. */
  readonly excludes: readonly Exclusion[];
}

export interface Situation {
  readonly choice: CleanupChoice;
  readonly options: readonly OptionRule[];
  readonly level: RiskLevel;
  readonly facts: CleanupFacts;
}

/** What is said of one check; `excludes` for every warning and for every advisory check that is unknown. */
export interface Answer {
  readonly status: CheckStatus;
  readonly reason: string;
  readonly evidence?: Evidence;
  readonly next?: NextStep | null;
  readonly excludes?: readonly Exclusion[];
}

export function finding(id: CheckId, role: Check['role'], answer: Answer): Finding {
  const { status, reason, evidence = {}, next = null, excludes = [] } = answer;
  return { check: { id, role, status, reason, evidence, next }, excludes };
}

/** Something that limits the verdict: "safe, except for …". */
export function exception(
  what: Exclusion['what'],
  count: number | null = null,
  names: readonly string[] = [],
): Exclusion {
  return { what, count, names: [...names], isException: true };
}

/** Nothing can be said of a version that is not there. */
export const NO_VERSION: Answer = { status: 'fail', reason: 'no-version', next: 'run' };

/** What to do where a version's disk may be away. */
export function lookAgain({ place }: CleanupFacts): NextStep {
  return place?.isOnline === false ? 'connect-disk' : 'verify';
}
