import { DAY_MS } from './calendar.ts';
import { planRetention } from './plan.ts';
import type { RetentionPolicy } from './policy.ts';
import type { RetainedVersion } from './versions.ts';

/**
 * How many versions there will be after so many days with one backup a day: what a choice of rules comes to. One look
 * at all of them suffices: applying the rules every day on the way leaves the same ones.
 */
export function previewRetention(policy: RetentionPolicy, days: number): number {
  if (policy.everyForDays === null) return days;
  const startMs = Date.UTC(2026, 0, 1, 12);
  const versions = Array.from({ length: days }, (_, day): RetainedVersion => {
    const finishedMs = startMs + day * DAY_MS;
    return { id: String(day), udid: '', seq: day, finishedMs, statusMs: null, isPinned: false, isGood: true };
  });
  const nowMs = startMs + (days - 1) * DAY_MS;
  return days - planRetention({ policy, nowMs, timeZone: 'UTC', versions }).remove.length;
}
