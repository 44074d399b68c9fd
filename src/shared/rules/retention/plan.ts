import { Calendar, DAY_MS } from './calendar.ts';
import type { RetentionPolicy } from './policy.ts';
import {
  type DatedVersion,
  dated,
  newestByClock,
  newestBySeq,
  type Representatives,
  type RetainedVersion,
  representativesOf,
} from './versions.ts';

/**
 * Which versions stay and which may go. Pure: the same facts give the same answer, and applying the answer again and
 * again over the years keeps exactly what the rules promise. That holds because what stands for a year (its newest good
 * version) is also what stands for its month and its day, so no earlier run can have removed it.
 *
 * What no rule touches: a pinned version; the newest version of each phone; the newest verified, undamaged one.
 */

/** Ages count from the newest version at the latest: a clock that jumped ahead, or a phone in a drawer, thins nothing. */
const IDLE_MS = 7 * DAY_MS;

/** `undated`: none of its dates can be read. */
export type KeepReason =
  | 'pinned'
  | 'newest'
  | 'newest-verified'
  | 'every'
  | 'one-a-day'
  | 'one-a-month'
  | 'one-a-year'
  | 'undated';

/** Another version stands for its day, month or year; it is older than all rules reach; or there is no room. */
export type RemoveReason = 'another-that-day' | 'another-that-month' | 'another-that-year' | 'too-old' | 'space';

export interface RetentionDecision {
  readonly id: string;
  /** All reasons that hold. A pinned version with no other would go if it were unpinned. */
  readonly keep: readonly KeepReason[];
  /** Null while it is kept. */
  readonly remove: RemoveReason | null;
}

export interface RetentionPlan {
  /** One for each version, the oldest first. */
  readonly decisions: readonly RetentionDecision[];
  /** Ids, the oldest first. */
  readonly remove: readonly string[];
  /** Ids of kept versions that a limit of space may still take, in the order in which they go. */
  readonly mayYield: readonly string[];
}

export interface RetentionFacts {
  readonly policy: RetentionPolicy;
  readonly nowMs: number;
  /** The owner's time zone (IANA name or `+02:00`): "one a day" means their day. */
  readonly timeZone: string;
  /** Versions on the list. Forgotten ones are not among them: they protect nothing and stand for nothing. */
  readonly versions: readonly RetainedVersion[];
}

export function planRetention({ policy, nowMs, timeZone, versions }: RetentionFacts): RetentionPlan {
  const calendar = new Calendar(timeZone);
  const all = versions.map((version) => dated(version, nowMs));
  const decisions = new Map<string, RetentionDecision>();
  for (const own of Map.groupBy(all, ({ version }) => version.udid).values()) {
    const untouchable = untouchables(own.map(({ version }) => version));
    const counted = { calendar, fromMs: countedFrom(own, nowMs), stand: representativesOf(own, calendar) };
    for (const one of own) {
      const reasons = untouchable.get(one.version.id) ?? [];
      decisions.set(one.version.id, decide(one.version.id, reasons, judge(one, policy, counted)));
    }
  }
  const oldestFirst = [...all].sort(byAge).flatMap(({ version }) => decisions.get(version.id) ?? []);
  return {
    decisions: oldestFirst,
    remove: oldestFirst.filter((one) => one.remove !== null).map(({ id }) => id),
    mayYield: oldestFirst.filter((one) => one.remove === null && !one.keep.some(isUntouchable)).map(({ id }) => id),
  };
}

/** The reasons that hold against every rule. Where the clocks disagree, the newest by either of them stays. */
function untouchables(versions: readonly RetainedVersion[]): ReadonlyMap<string, readonly KeepReason[]> {
  const reasons = new Map<string, Set<KeepReason>>();
  const keep = (version: RetainedVersion | undefined, reason: KeepReason): void => {
    if (version === undefined) return;
    reasons.set(version.id, (reasons.get(version.id) ?? new Set()).add(reason));
  };
  for (const version of versions) if (version.isPinned) keep(version, 'pinned');
  for (const order of [newestByClock, newestBySeq]) {
    const newestFirst = [...versions].sort(order);
    keep(newestFirst[0], 'newest');
    keep(
      newestFirst.find((version) => version.isGood),
      'newest-verified',
    );
  }
  return new Map([...reasons].map(([id, own]) => [id, [...own]]));
}

function isUntouchable(reason: KeepReason): boolean {
  return reason === 'pinned' || reason === 'newest' || reason === 'newest-verified';
}

function countedFrom(versions: readonly DatedVersion[], nowMs: number): number {
  const dates = versions.flatMap(({ earliestMs }) => earliestMs ?? []);
  const newestMs = dates.reduce((latest, ms) => Math.max(latest, ms), Number.NEGATIVE_INFINITY);
  return Math.min(nowMs, newestMs + IDLE_MS);
}

interface Counted {
  readonly calendar: Calendar;
  /** Ages count from here. */
  readonly fromMs: number;
  readonly stand: Representatives;
}

type Verdict = { readonly keep: KeepReason } | { readonly remove: RemoveReason };

/** What the rules say of a version by itself. */
function judge(one: DatedVersion, policy: RetentionPolicy, { calendar, fromMs, stand }: Counted): Verdict {
  if (one.fromMs === null) return { keep: 'undated' };
  const { id } = one.version;
  const ageMs = fromMs - one.fromMs;
  if (policy.everyForDays === null || ageMs <= policy.everyForDays * DAY_MS) return { keep: 'every' };
  if (ageMs <= policy.dailyForWeeks * 7 * DAY_MS) {
    return stand.days.has(id) ? { keep: 'one-a-day' } : { remove: 'another-that-day' };
  }
  if (policy.monthlyForMonths > 0 && calendar.monthsBetween(one.fromMs, fromMs) <= policy.monthlyForMonths) {
    return stand.months.has(id) ? { keep: 'one-a-month' } : { remove: 'another-that-month' };
  }
  if (!policy.thenYearly) return { remove: 'too-old' };
  return stand.years.has(id) ? { keep: 'one-a-year' } : { remove: 'another-that-year' };
}

function decide(id: string, untouchable: readonly KeepReason[], verdict: Verdict): RetentionDecision {
  if ('keep' in verdict) return { id, keep: [...untouchable, verdict.keep], remove: null };
  return { id, keep: untouchable, remove: untouchable.length > 0 ? null : verdict.remove };
}

/** Oldest first; what has no date comes last, because it goes last. */
function byAge(a: DatedVersion, b: DatedVersion): number {
  const ageOf = ({ fromMs }: DatedVersion): number => fromMs ?? Number.MAX_SAFE_INTEGER;
  return ageOf(a) - ageOf(b) || -newestBySeq(a.version, b.version);
}
