import { DAY } from '../calendar-time.ts';

/** How events repeat: as the phone writes it, and as RFC 5545 says the same. */

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

export interface Repeat {
  /** 1 daily, 2 weekly, 3 monthly, 4 yearly. */
  readonly frequency: number;
  readonly interval: number;
  readonly count: number;
  /** Unix seconds. */
  readonly until: number | null;
  readonly specifier: string | null;
  /** 1 Sunday … 7 Saturday; 0 says nothing. */
  readonly weekStart: number;
  /** RRULE without UNTIL. */
  readonly rule: string;
}

const PLAIN = { interval: 1, count: 0, until: null, specifier: null, weekStart: 0 } as const;

/** `local`: the start on its own wall clock, as if it were in UTC. */
export function repeatOf(index: number, local: number, start: number): Repeat {
  const date = new Date(local * 1000);
  const day = DAYS[date.getUTCDay()] ?? 'SU';
  const other = DAYS[(date.getUTCDay() + 2) % 7] ?? 'SU';
  const nth = Math.ceil(date.getUTCDate() / 7);
  const place = nth > 4 ? '-1' : `+${nth}`;
  const choices: readonly Repeat[] = [
    { ...PLAIN, frequency: 2, rule: 'FREQ=WEEKLY' },
    { ...PLAIN, frequency: 2, specifier: `D=0${day}`, rule: `FREQ=WEEKLY;BYDAY=${day}` },
    {
      ...PLAIN,
      frequency: 3,
      specifier: `D=${place}${day}`,
      rule: `FREQ=MONTHLY;BYDAY=${place.replace('+', '')}${day}`,
    },
    { ...PLAIN, frequency: 3, count: 9, specifier: 'M=1,15,-1', rule: 'FREQ=MONTHLY;COUNT=9;BYMONTHDAY=1,15,-1' },
    { ...PLAIN, frequency: 4, specifier: 'O=3,9', rule: 'FREQ=YEARLY;BYMONTH=3,9' },
    {
      ...PLAIN,
      frequency: 4,
      specifier: `D=${place}${day};O=${date.getUTCMonth() + 1}`,
      rule: `FREQ=YEARLY;BYDAY=${place.replace('+', '')}${day};BYMONTH=${date.getUTCMonth() + 1}`,
    },
    { ...PLAIN, frequency: 1, interval: 3, until: start + 200 * DAY, rule: 'FREQ=DAILY;INTERVAL=3' },
  ];
  if (index !== SERIES) return choices[index % choices.length] ?? { ...PLAIN, frequency: 2, rule: 'FREQ=WEEKLY' };
  return {
    ...PLAIN,
    frequency: 2,
    interval: 2,
    specifier: `D=0${day},0${other}`,
    weekStart: 1,
    rule: `FREQ=WEEKLY;INTERVAL=2;BYDAY=${day},${other};WKST=SU`,
  };
}

/** The event of which one occurrence was deleted, and one moved: by the event CHANGED. Its zone knows no summer time. */
export const SERIES = 3;
export const CHANGED = 7;
export const SERIES_ZONE = { name: 'Asia/Tokyo', offset: 9 * 3600 };
