import { contentLine } from '../content-lines.ts';
import { localStamp } from './ical-times.ts';
import type { ClockChange, TimeZone } from './time-zone.ts';

/** VTIMEZONE of RFC 5545: when the clocks of a zone change, for programs that do not know the zone by its name. */

/** After as many years weekdays and dates fall together again in every way. */
const CYCLE_YEARS = 28;
const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** A change that comes every year. */
interface YearlyRule {
  readonly from: number;
  readonly to: number;
  /** 0 … 11, on the clock before the change. */
  readonly month: number;
  readonly weekday: number;
  /** Milliseconds of the day. */
  readonly time: number;
  /** The days of the month of which it is the one with that weekday. */
  readonly firstDay: number;
  readonly lastDay: number;
}

/** `firstYear` and `lastYear`: of the times that are written; what comes every year goes on behind them. */
export function zoneText(zone: TimeZone, firstYear: number, lastYear: number): string {
  const start = yearMs(firstYear - 1);
  const changes = zone.changes(start, yearMs(lastYear + 1 + CYCLE_YEARS));
  const rules = rulesOf(changes.filter(({ ms }) => ms >= yearMs(lastYear + 1)));
  // From where on nothing happens but what the rules say.
  let regular = changes.length;
  while (regular > 0 && rules.some((rule) => follows(changes[regular - 1], rule))) regular -= 1;
  let text = contentLine('BEGIN', 'VTIMEZONE') + contentLine('TZID', zone.name);
  const offset = zone.offsetAt(start);
  text += observance('STANDARD', start + offset, offset, offset, '');
  for (const same of grouped(changes.slice(0, regular))) text += datesText(same);
  for (const rule of rules) {
    const first = changes.slice(regular).find((change) => follows(change, rule));
    if (first !== undefined) {
      text += observance(nameOf(rule), first.ms + rule.from, rule.from, rule.to, contentLine('RRULE', ruleText(rule)));
    }
  }
  return text + contentLine('END', 'VTIMEZONE');
}

function yearMs(year: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, 0, 1);
  return date.getTime();
}

/** Empty when the years differ, as where clocks follow the moon. */
function rulesOf(changes: readonly ClockChange[]): readonly YearlyRule[] {
  const groups = [...Map.groupBy(changes, (change) => kindOf(change)).values()];
  if (groups.some((group) => group.length !== CYCLE_YEARS)) return [];
  const rules = groups.flatMap((group): YearlyRule[] => {
    const [first] = group;
    if (first === undefined) return [];
    const days = group.map((change) => localDate(change).getUTCDate());
    const [low, high] = [Math.min(...days), Math.max(...days)];
    if (high - low > 6) return [];
    const date = localDate(first);
    const [month, weekday] = [date.getUTCMonth(), date.getUTCDay()];
    return [{ from: first.from, to: first.to, month, weekday, time: timeOf(date), firstDay: low, lastDay: low + 6 }];
  });
  return rules.length === groups.length ? rules : [];
}

function kindOf(change: ClockChange): string {
  const date = localDate(change);
  return [change.from, change.to, date.getUTCMonth(), date.getUTCDay(), timeOf(date)].join(' ');
}

function follows(change: ClockChange | undefined, rule: YearlyRule): boolean {
  if (change === undefined) return false;
  const date = localDate(change);
  const isTime = date.getUTCMonth() === rule.month && date.getUTCDay() === rule.weekday && timeOf(date) === rule.time;
  const day = date.getUTCDate();
  return isTime && change.from === rule.from && change.to === rule.to && day >= rule.firstDay && day <= rule.lastDay;
}

/** On the clock as it was before the change. */
function localDate({ ms, from }: ClockChange): Date {
  return new Date(ms + from);
}

function timeOf(date: Date): number {
  return date.getTime() - Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
}

function ruleText({ month, weekday, firstDay, lastDay }: YearlyRule): string {
  const day = DAYS[weekday] ?? 'SU';
  const head = `FREQ=YEARLY;BYMONTH=${month + 1}`;
  const length = new Date(Date.UTC(2001, month + 1, 0)).getUTCDate();
  if (lastDay === length && month !== 1) return `${head};BYDAY=-1${day}`;
  if (firstDay % 7 === 1 && lastDay <= 28) return `${head};BYDAY=${(firstDay - 1) / 7 + 1}${day}`;
  const days = Array.from({ length: 7 }, (_, index) => firstDay + index).filter((one) => one <= length);
  return `${head};BYDAY=${day};BYMONTHDAY=${days.join(',')}`;
}

function grouped(changes: readonly ClockChange[]): Iterable<readonly ClockChange[]> {
  return Map.groupBy(changes, ({ from, to }) => `${from} ${to}`).values();
}

/** Changes from one offset to another, each with its date. */
function datesText(changes: readonly ClockChange[]): string {
  const [first, ...others] = changes;
  if (first === undefined) return '';
  const dates = others.map((change) => contentLine('RDATE', localStamp(change.ms + change.from))).join('');
  return observance(nameOf(first), first.ms + first.from, first.from, first.to, dates);
}

function observance(name: string, localMs: number, from: number, to: number, more: string): string {
  return (
    contentLine('BEGIN', name) +
    contentLine('DTSTART', localStamp(localMs)) +
    contentLine('TZOFFSETFROM', offsetText(from)) +
    contentLine('TZOFFSETTO', offsetText(to)) +
    more +
    contentLine('END', name)
  );
}

function nameOf({ from, to }: { readonly from: number; readonly to: number }): string {
  return to > from ? 'DAYLIGHT' : 'STANDARD';
}

/** "+0130"; with seconds where clocks once had them. */
function offsetText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const two = (number: number): string => String(number).padStart(2, '0');
  const text = `${two(Math.floor(seconds / 3600))}${two(Math.floor(seconds / 60) % 60)}`;
  return `${ms < 0 ? '-' : '+'}${text}${seconds % 60 === 0 ? '' : two(seconds % 60)}`;
}
