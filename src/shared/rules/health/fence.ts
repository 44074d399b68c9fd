import { type HealthVersion, isProven } from './health.ts';

export type Fence = ('verified' | 'finished' | 'none')[];

const DAYS = 30;

/** The last thirty days on the owner's calendar, today last: was a backup finished that day, and is one of them verified? */
export function fenceOf(versions: readonly HealthVersion[], now: Date, timeZone: string): Fence {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const best = new Map<string, 'verified' | 'finished'>();
  for (const version of versions) {
    const at = Date.parse(version.finishedAt);
    if (!Number.isFinite(at)) continue;
    const day = format.format(at);
    if (isProven(version)) best.set(day, 'verified');
    else if (!best.has(day)) best.set(day, 'finished');
  }
  return lastDays(format.format(now)).map((day) => best.get(day) ?? 'none');
}

/** Dates are counted as dates, in UTC, where every day has 24 hours: the owner's clock may have changed in between. */
function lastDays(today: string): readonly string[] {
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(end - (DAYS - 1 - index) * 86_400_000);
    return day.toISOString().slice(0, 10);
  });
}
