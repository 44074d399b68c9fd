import { DAY_MS } from '../calendar.ts';
import { planRetention, type RetentionFacts } from '../plan.ts';
import { type RetentionPolicy, retentionPresets } from '../policy.ts';
import type { RetainedVersion } from '../versions.ts';

/** 15 January 2024, 20:00 in Greenwich: day 0 of the tests. */
export const START_MS = Date.UTC(2024, 0, 15, 20);

export function at(day: number): number {
  return START_MS + Math.round(day * DAY_MS);
}

/** A good version of phone A that was made on this day; `seq` follows the days. */
export function version(day: number, facts: Partial<RetainedVersion> = {}): RetainedVersion {
  const finishedMs = at(day);
  return {
    id: `day ${day}`,
    udid: 'A',
    seq: Math.round(day * 1000),
    finishedMs,
    statusMs: finishedMs,
    isPinned: false,
    isGood: true,
    ...facts,
  };
}

export function versions(...days: readonly number[]): RetainedVersion[] {
  return days.map((day) => version(day));
}

/** What happens at the moment of the newest version, unless `facts` say otherwise. */
export function plan(all: readonly RetainedVersion[], facts: Partial<RetentionFacts> = {}) {
  const nowMs = Math.max(...all.map((one) => one.finishedMs));
  return planRetention({ policy: retentionPresets.standard, nowMs, timeZone: 'UTC', versions: all, ...facts });
}

export function survivors(all: readonly RetainedVersion[], facts: Partial<RetentionFacts> = {}): RetainedVersion[] {
  const gone = new Set(plan(all, facts).remove);
  return all.filter((one) => !gone.has(one.id));
}

export function rules(
  everyForDays: number,
  dailyForWeeks: number,
  monthlyForMonths: number,
  thenYearly: boolean,
): RetentionPolicy {
  return { everyForDays, dailyForWeeks, monthlyForMonths, thenYearly, budgetBytes: null };
}

/** Reproducible chance: a whole number from 0 up to, not including, `limit`. */
export function chance(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
