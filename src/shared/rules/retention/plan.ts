import type { RetentionPolicy } from './policy.ts';
import { DAY_MS } from './time.ts';

/**
 * Which versions stay and which may go. Pure: the same facts give the same answer, and applying the answer again and
 * again over the years keeps exactly what the rules promise, because the version that stands for a day, a month or a
 * year is always the newest good one in it.
 *
 * What no rule touches: a pinned version; the newest version of each phone; the newest verified, undamaged one.
 */

/** Rules count from the newest version. A phone that is not backed up any more, or a clock that jumped, thins nothing. */
const IDLE_MS = 7 * DAY_MS;

export interface RetainedVersion {
  readonly id: string;
  readonly udid: string;
  /** When it was finished, Unix milliseconds. */
  readonly finishedMs: number;
  readonly isPinned: boolean;
  /** Verified at "quick" or better, and nothing is known to be damaged. */
  readonly isGood: boolean;
  /** Bytes that would come free without it; an estimate serves. */
  readonly bytes: number;
}

export type KeepReason = 'pinned' | 'newest' | 'newest-verified' | 'every' | 'one-a-day' | 'one-a-month' | 'one-a-year';
export type RemoveReason = 'thinned' | 'budget';

export interface RetentionDecision {
  readonly id: string;
  readonly keep: readonly KeepReason[];
  /** Null while it is kept. */
  readonly remove: RemoveReason | null;
}

export interface RetentionPlan {
  readonly decisions: readonly RetentionDecision[];
  /** Ids, the oldest first. */
  readonly remove: readonly string[];
  /** Bytes by which the limit of space is still exceeded when all of them are gone. */
  readonly overBudgetBytes: number;
}

export interface RetentionFacts {
  readonly policy: RetentionPolicy;
  readonly nowMs: number;
  /** The owner's time zone, IANA: "one a day" means their day. */
  readonly timeZone: string;
  readonly versions: readonly RetainedVersion[];
  /** What the vault takes up now, for the limit of space; null: not known, and the limit is not applied. */
  readonly usedBytes: number | null;
}

export function planRetention(facts: RetentionFacts): RetentionPlan {
  const calendar = new Calendar(facts.timeZone);
  const keeps = new Map<string, KeepReason[]>();
  const phones = Map.groupBy(facts.versions, (version) => version.udid);
  for (const versions of phones.values()) keepOfPhone(versions, facts, calendar, keeps);
  const oldestFirst = [...facts.versions].sort((a, b) => a.finishedMs - b.finishedMs || (a.id < b.id ? -1 : 1));
  const removed = new Map<string, RemoveReason>();
  for (const { id } of oldestFirst) if ((keeps.get(id) ?? []).length === 0) removed.set(id, 'thinned');
  const overBudgetBytes = applyBudget(oldestFirst, facts, keeps, removed);
  return {
    decisions: oldestFirst.map(({ id }) => ({ id, keep: keeps.get(id) ?? [], remove: removed.get(id) ?? null })),
    remove: oldestFirst.flatMap(({ id }) => (removed.has(id) ? [id] : [])),
    overBudgetBytes,
  };
}

function keepOfPhone(
  versions: readonly RetainedVersion[],
  { policy, nowMs }: RetentionFacts,
  calendar: Calendar,
  keeps: Map<string, KeepReason[]>,
): void {
  const newestFirst = [...versions].sort((a, b) => b.finishedMs - a.finishedMs || (a.id < b.id ? 1 : -1));
  const [newest] = newestFirst;
  if (newest === undefined) return;
  const keep = (version: RetainedVersion | undefined, reason: KeepReason): void => {
    if (version === undefined) return;
    keeps.set(version.id, [...(keeps.get(version.id) ?? []), reason]);
  };
  keep(newest, 'newest');
  keep(
    newestFirst.find((version) => version.isGood),
    'newest-verified',
  );
  for (const version of versions) if (version.isPinned) keep(version, 'pinned');
  const countedFrom = Math.min(nowMs, newest.finishedMs + IDLE_MS);
  const days = representatives(newestFirst, (version) => calendar.day(version.finishedMs));
  const months = representatives(newestFirst, (version) => calendar.month(version.finishedMs));
  const years = representatives(newestFirst, (version) => calendar.year(version.finishedMs));
  const monthlyUntil = calendar.monthsBefore(countedFrom, policy.monthlyForMonths);
  for (const version of versions) {
    const ageMs = countedFrom - version.finishedMs;
    const { id } = version;
    if (policy.everyForDays === null || ageMs <= policy.everyForDays * DAY_MS) keep(version, 'every');
    else if (ageMs <= policy.dailyForWeeks * 7 * DAY_MS && days.has(id)) keep(version, 'one-a-day');
    else if (version.finishedMs >= monthlyUntil && months.has(id)) keep(version, 'one-a-month');
    else if (policy.thenYearly && years.has(id)) keep(version, 'one-a-year');
  }
}

/** The newest good version of each span, or the newest if none is good. */
function representatives(
  newestFirst: readonly RetainedVersion[],
  spanOf: (version: RetainedVersion) => string,
): ReadonlySet<string> {
  const chosen = new Map<string, RetainedVersion>();
  for (const version of newestFirst) {
    const span = spanOf(version);
    const present = chosen.get(span);
    if (present === undefined || (!present.isGood && version.isGood)) chosen.set(span, version);
  }
  return new Set([...chosen.values()].map((version) => version.id));
}

/** The oldest go first, until the limit of space is kept; answers by how much it still is not. */
function applyBudget(
  oldestFirst: readonly RetainedVersion[],
  { policy, usedBytes }: RetentionFacts,
  keeps: Map<string, KeepReason[]>,
  removed: Map<string, RemoveReason>,
): number {
  if (policy.budgetBytes === null || usedBytes === null) return 0;
  let left = usedBytes;
  for (const version of oldestFirst) if (removed.has(version.id)) left -= version.bytes;
  for (const version of oldestFirst) {
    if (left <= policy.budgetBytes) return 0;
    const reasons = keeps.get(version.id) ?? [];
    if (removed.has(version.id) || reasons.some(isUntouchable)) continue;
    keeps.set(version.id, []);
    removed.set(version.id, 'budget');
    left -= version.bytes;
  }
  return Math.max(0, left - policy.budgetBytes);
}

function isUntouchable(reason: KeepReason): boolean {
  return reason === 'pinned' || reason === 'newest' || reason === 'newest-verified';
}

/** Days, months and years as the owner's calendar counts them, with its summer time. */
class Calendar {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  }

  /** `2026-11-23` */
  day(ms: number): string {
    return this.#format.format(ms);
  }

  month(ms: number): string {
    return this.day(ms).slice(0, -3);
  }

  year(ms: number): string {
    return this.day(ms).slice(0, -6);
  }

  /** The same day and time so many months ago, near enough for a rule of months. */
  monthsBefore(ms: number, months: number): number {
    const date = new Date(ms);
    const day = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() - months);
    const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    date.setUTCDate(Math.min(day, lastDay));
    return date.getTime();
  }
}
