import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import type { RetentionPolicy } from '../../../shared/rules/retention/index.ts';

/**
 * History's zones, as retention will thin it: every backup, one a day, one a month, one a year. A zone is drawn for every
 * rule of the policy that reaches further than the one before it.
 */

export type ZoneKind = 'yearly' | 'monthly' | 'daily' | 'every';

export interface Zone {
  readonly kind: ZoneKind;
  /** Unix milliseconds, from inclusive, to exclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Share of the chart's width. */
  readonly weight: number;
}

const DAY = 86_400_000;
const MONTH = 30.44 * DAY;

/** The oldest first. Zones that hold no backup are left out, except the newest. */
export function zonesOf(
  policy: RetentionPolicy,
  backups: readonly Pick<BackupRow, 'finishedAt'>[],
  now: Date,
): readonly Zone[] {
  const oldest = Math.min(now.getTime(), ...backups.map((one) => new Date(one.finishedAt).getTime()));
  const end = startOfDay(now) + DAY;
  const zones: Zone[] = [];
  let to = end;
  const add = (kind: ZoneKind, fromMs: number, weight: number): void => {
    const from = Math.max(fromMs, startOfDay(new Date(oldest)));
    if (from >= to) return;
    zones.unshift({ kind, fromMs: from, toMs: to, weight });
    to = from;
  };
  if (policy.everyForDays === null) {
    add('every', Number.NEGATIVE_INFINITY, 1);
    return zones;
  }
  add('every', end - policy.everyForDays * DAY, 1);
  if (zones.length === 0) zones.push({ kind: 'every', fromMs: end - 7 * DAY, toMs: end, weight: 1 });
  add('daily', end - policy.dailyForWeeks * 7 * DAY, 1.3);
  add('monthly', end - policy.monthlyForMonths * MONTH, 1);
  add('yearly', Number.NEGATIVE_INFINITY, 0.6);
  return zones.filter(
    (zone) =>
      zone.kind === 'every' ||
      backups.some((one) => {
        const at = new Date(one.finishedAt).getTime();
        return at >= zone.fromMs && at < zone.toMs;
      }),
  );
}

/** Bars are never drawn as total size; the square root keeps small days visible beside a first backup. */
export function barHeight(newBytes: number, mostBytes: number, height: number): number {
  if (mostBytes <= 0) return 3;
  return Math.max(3, Math.sqrt(newBytes / mostBytes) * height);
}

/**
 * Bars of one day stand beside each other, in percent of the zone, which has a share of the chart: an older one makes room
 * for the one after it.
 */
export function placed<T extends Pick<BackupRow, 'finishedAt'>>(
  backups: readonly T[],
  { kind, fromMs, toMs }: Zone,
  share: number,
): readonly { readonly one: T; readonly left: number }[] {
  const here = backups
    .map((one) => ({ one, at: new Date(one.finishedAt).getTime() }))
    .filter(({ at }) => at >= fromMs && at < toMs)
    .sort((a, b) => b.at - a.at);
  const room = kind === 'every' ? Math.min(1.3 / share, 90 / here.length) : 0;
  let right = 100;
  return here.map(({ one, at }) => {
    const left = Math.max(0, Math.min(((at - fromMs) / (toMs - fromMs)) * 100, right - room));
    right = left;
    return { one, left };
  });
}

function startOfDay(date: Date): number {
  const day = new Date(date);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}
