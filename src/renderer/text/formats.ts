import { currentLocale, t } from './index.ts';

/** Sizes, times and durations as the owner's language writes them. Sizes are decimal, as iOS and disk makers count. */

/** Making a format costs a hundred times what using it does; long lists use each thousands of times. */
const dateFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<string, Intl.NumberFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${currentLocale()} ${JSON.stringify(options)}`;
  const known = dateFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(currentLocale(), options);
  dateFormats.set(key, made);
  return made;
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${currentLocale()} ${JSON.stringify(options)}`;
  const known = numberFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(currentLocale(), options);
  numberFormats.set(key, made);
  return made;
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : unit <= 2 ? (value < 10 ? 1 : 0) : value < 10 ? 2 : 1;
  return numberFormat({
    style: 'unit',
    unit: UNITS[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

export function numberText(value: number): string {
  return numberFormat({}).format(value);
}

export function rateText(bytesPerSecond: number): string {
  return t('format.perSecond', { size: bytesText(bytesPerSecond) });
}

/** "18:02", or "6:02 PM": no clock of twelve hours is written with a nought in front. */
export function timeText(iso: string | Date): string {
  const hour = dateFormat({ hour: 'numeric' }).resolvedOptions().hour12 === true ? 'numeric' : '2-digit';
  return dateFormat({ hour, minute: '2-digit' }).format(new Date(iso));
}

/** "Today", "Yesterday", "Friday" within a week, else the date. */
export function dayText(iso: string | Date, now: Date = new Date()): string {
  const date = new Date(iso);
  const days = dayNumber(now) - dayNumber(date);
  if (days === 0) return t('format.today');
  if (days === 1) return t('format.yesterday');
  if (days > 1 && days < 7) return dateFormat({ weekday: 'long' }).format(date);
  return dateText(date, now);
}

/** "12 November"; with the year when it is another one. */
export function dateText(iso: string | Date, now: Date = new Date()): string {
  const date = new Date(iso);
  const isThisYear = date.getFullYear() === now.getFullYear();
  return dateFormat({
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(date);
}

/** "8 Nov", in a narrow cell. */
export function shortDateText(iso: string | Date): string {
  return dateFormat({ day: 'numeric', month: 'short' }).format(new Date(iso));
}

/** "Sunday 8 November", as headings of days. */
export function fullDayText(iso: string | Date, now: Date = new Date()): string {
  const date = new Date(iso);
  return dateFormat({
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(date);
}

/** "Sun 8 Nov", over a narrow column; with the year when it is another one. */
export function shortDayText(iso: string | Date, now: Date = new Date()): string {
  const date = new Date(iso);
  return dateFormat({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric', weekday: undefined }),
  }).format(date);
}

/** As `dayText`, inside a sentence: "today". */
export function dayInSentence(iso: string | Date, now: Date = new Date()): string {
  const days = dayNumber(now) - dayNumber(new Date(iso));
  if (days === 0) return t('format.todayInside');
  if (days === 1) return t('format.yesterdayInside');
  return dayText(iso, now);
}

/** "today, 18:02", inside a sentence. */
export function whenInSentence(iso: string | Date, now: Date = new Date()): string {
  return t('format.when', { day: dayInSentence(iso, now), time: timeText(iso) });
}

/** "Today, 18:02": alone, as in a column. Sentences always carry the day. */
export function whenText(iso: string | Date, now: Date = new Date()): string {
  return t('format.when', { day: dayText(iso, now), time: timeText(iso) });
}

/** Length of a film or a call: "0:42", "1:02:03". */
export function lengthText(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

/** Time that is left, never more exact than it is known. */
export function leftText(seconds: number): string {
  if (seconds < 60) return t('format.lessThanMinute');
  return seconds < 5400
    ? t('format.aboutMinutes', { minutes: Math.round(seconds / 60) })
    : t('format.aboutHours', { hours: Math.round(seconds / 3600) });
}

/** Number of the day on this computer's calendar; summer time does not matter. */
function dayNumber(date: Date): number {
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}
