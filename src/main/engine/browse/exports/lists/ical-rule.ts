import type { Recurrence } from '../../readers/calendar/index.ts';

/**
 * RRULE of RFC 5545 from what the phone's table says. The phone keeps days and months in a short form of its own, parts
 * with a letter each: "D=0MO,+2WE" days of the week, "M=1,15" of the month, "O=3" months, "W" weeks and "Y" days of the year,
 * "S" positions (seen in databases of iOS and macOS; "W", "Y" and "S" by analogy with EventKit).
 */

const FREQUENCIES = ['', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;
const MAX_PARTS = 400;

interface Numbers {
  readonly name: string;
  readonly most: number;
  readonly isSigned: boolean;
  /** Frequencies with which the standard allows it. */
  readonly with: readonly string[];
}

const NUMBERS: Readonly<Record<string, Numbers>> = {
  M: { name: 'BYMONTHDAY', most: 31, isSigned: true, with: ['DAILY', 'MONTHLY', 'YEARLY'] },
  O: { name: 'BYMONTH', most: 12, isSigned: false, with: FREQUENCIES },
  W: { name: 'BYWEEKNO', most: 53, isSigned: true, with: ['YEARLY'] },
  Y: { name: 'BYYEARDAY', most: 366, isSigned: true, with: ['YEARLY'] },
  S: { name: 'BYSETPOS', most: 366, isSigned: true, with: FREQUENCIES },
};

/** Null: it says something that is not understood, and any rule would name wrong days. */
export function ruleText(rule: Recurrence, startMs: number, untilOf: (ms: number) => string): string | null {
  const frequency = FREQUENCIES[rule.frequency] ?? '';
  if (frequency === '') return null;
  const parts = new Map<string, string>();
  for (const part of (rule.specifier ?? '').split(';')) {
    if (part.trim() === '') continue;
    const [letter = '', list = ''] = part.trim().split('=', 2);
    const items = list.split(',').map((one) => one.trim());
    if (items.length > MAX_PARTS) return null;
    const made = letter === 'D' ? daysOf(items, frequency) : numbersOf(NUMBERS[letter], items, frequency);
    if (made === null) return null;
    parts.set(...made);
  }
  if (!parts.has('BYMONTH') && rule.months !== null && frequency === 'YEARLY') {
    const months = monthsOf(rule.months, new Date(startMs).getUTCMonth());
    if (months === null) return null;
    parts.set('BYMONTH', months);
  }
  // A position needs something to be counted in.
  if (parts.has('BYSETPOS') && parts.size === 1) return null;
  const text = [`FREQ=${frequency}`];
  if (rule.interval > 1) text.push(`INTERVAL=${rule.interval}`);
  if (rule.count !== null) text.push(`COUNT=${rule.count}`);
  else if (rule.untilMs !== null) text.push(`UNTIL=${untilOf(rule.untilMs)}`);
  for (const [name, value] of parts) text.push(`${name}=${value}`);
  const weekStart = rule.weekStart === null ? undefined : DAYS[rule.weekStart - 1];
  // Monday is what the standard takes for granted.
  if (weekStart !== undefined && weekStart !== 'MO') text.push(`WKST=${weekStart}`);
  return text.join(';');
}

/** "0MO" is every Monday, "+2MO" the second, "-1MO" the last. */
function daysOf(items: readonly string[], frequency: string): [string, string] | null {
  const days = new Set<string>();
  for (const item of items) {
    const [, sign = '', digits = '', day = ''] = /^([+-]?)(\d{0,2})(SU|MO|TU|WE|TH|FR|SA)$/.exec(item) ?? [];
    const nth = Number(digits);
    if (day === '' || nth > 53) return null;
    const isCounted = nth > 0 && (frequency === 'MONTHLY' || frequency === 'YEARLY');
    days.add(isCounted ? `${sign === '-' ? '-' : ''}${nth}${day}` : day);
  }
  return ['BYDAY', [...days].join(',')];
}

function numbersOf(kind: Numbers | undefined, items: readonly string[], frequency: string): [string, string] | null {
  if (kind === undefined || !kind.with.includes(frequency)) return null;
  const numbers = new Set<number>();
  for (const item of items) {
    const number = /^[+-]?\d{1,3}$/.test(item) ? Number(item) : 0;
    if (number === 0 || Math.abs(number) > kind.most || (number < 0 && !kind.isSigned)) return null;
    numbers.add(number);
  }
  return [kind.name, [...numbers].join(',')];
}

/** A bit for each month. Whether the lowest one is January is told by the start, whose month is among them. */
function monthsOf(bits: number, startMonth: number): string | null {
  for (const shift of [0, 1]) {
    if ((bits & (1 << (startMonth + shift))) === 0 || bits >= 1 << (12 + shift)) continue;
    const months = Array.from({ length: 12 }, (_, month) => month).filter((month) => bits & (1 << (month + shift)));
    return months.map((month) => month + 1).join(',');
  }
  return null;
}
