import { planRetention, type RetainedVersion } from './plan.ts';
import type { RetentionPolicy } from './policy.ts';
import { DAY_MS } from './time.ts';

/** How many versions there will be after so many days with one backup a day: what a choice of rules comes to. */
export function previewRetention(policy: RetentionPolicy, days: number): number {
  const startMs = Date.UTC(2026, 0, 1, 12);
  let versions: RetainedVersion[] = [];
  for (let day = 0; day < days; day += 1) {
    const finishedMs = startMs + day * DAY_MS;
    versions.push({ id: String(day), udid: '', finishedMs, isPinned: false, isGood: true, bytes: 0 });
    const { remove } = planRetention({ policy, nowMs: finishedMs, timeZone: 'UTC', versions, usedBytes: null });
    const gone = new Set(remove);
    versions = versions.filter((version) => !gone.has(version.id));
  }
  return versions.length;
}
