import type { CalendarEvent } from '../../readers/calendar/index.ts';
import { TimeZone } from './time-zone.ts';

/**
 * How the times of an event are said: as days, as times of a wall clock ("floating"), in a zone by its name, or in UTC.
 * All times of one event that its series is found by have the same form (RFC 5545 3.8.4.4, 3.8.5.1).
 */

const DAY_MS = 24 * 60 * 60_000;

/** The parameters and the value of a property, without its name. */
export interface TimeText {
  readonly parameters: string;
  readonly value: string;
}

/** Zones by the names that events use, and the years in which they are used. */
export class ZoneBook {
  readonly #zones = new Map<string, TimeZone | null>();
  readonly #used = new Map<TimeZone, { first: number; last: number }>();

  find(name: string | null): TimeZone | null {
    if (name === null) return null;
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = TimeZone.find(name);
      this.#zones.set(name, zone);
    }
    return zone;
  }

  use(zone: TimeZone, ms: number): void {
    const year = new Date(ms).getUTCFullYear();
    const known = this.#used.get(zone);
    if (known === undefined) this.#used.set(zone, { first: year, last: year });
    else {
      known.first = Math.min(known.first, year);
      known.last = Math.max(known.last, year);
    }
  }

  *used(): Iterable<{ readonly zone: TimeZone; readonly first: number; readonly last: number }> {
    for (const [zone, { first, last }] of this.#used) yield { zone, first, last };
  }
}

export class EventTimes {
  readonly isDay: boolean;
  readonly #isFloating: boolean;
  readonly #zone: TimeZone | null;
  readonly #endZone: TimeZone | null;
  readonly #book: ZoneBook;

  constructor(event: Pick<CalendarEvent, 'isAllDay' | 'isFloating' | 'timeZone' | 'endTimeZone'>, book: ZoneBook) {
    this.isDay = event.isAllDay;
    this.#isFloating = event.isFloating;
    this.#zone = book.find(event.timeZone);
    this.#endZone = event.endTimeZone === null ? this.#zone : (book.find(event.endTimeZone) ?? this.#zone);
    this.#book = book;
  }

  start(ms: number): TimeText {
    return this.#text(ms, this.#zone);
  }

  /** The end of a day is the day behind it. */
  end(startMs: number, endMs: number): TimeText | null {
    if (!this.isDay) return endMs < startMs ? null : this.#text(endMs, this.#endZone);
    const first = this.#dayOf(startMs, this.#zone);
    const end = this.#zone === null ? endMs : this.#zone.localMs(endMs);
    const behind = Math.max(first + DAY_MS, Math.ceil(end / DAY_MS) * DAY_MS);
    return { parameters: ';VALUE=DATE', value: dayStamp(behind) };
  }

  /** UNTIL is in UTC where the start is in a zone, and of the start's own form else (RFC 5545 3.3.10). */
  until(ms: number): string {
    if (this.isDay) return dayStamp(this.#dayOf(ms, this.#zone));
    if (this.#zone !== null) this.#book.use(this.#zone, ms);
    return this.#isFloating ? localStamp(ms) : utcStamp(ms);
  }

  #text(ms: number, zone: TimeZone | null): TimeText {
    if (this.isDay) return { parameters: ';VALUE=DATE', value: dayStamp(this.#dayOf(ms, zone)) };
    if (this.#isFloating) return { parameters: '', value: localStamp(ms) };
    if (zone === null) return { parameters: '', value: utcStamp(ms) };
    this.#book.use(zone, ms);
    return { parameters: `;TZID=${zone.name}`, value: localStamp(zone.localMs(ms)) };
  }

  /** Days without a zone lie at midnight of UTC; where they do not, at the nearest one. */
  #dayOf(ms: number, zone: TimeZone | null): number {
    if (zone !== null) return Math.floor(zone.localMs(ms) / DAY_MS) * DAY_MS;
    return (this.#isFloating ? Math.floor(ms / DAY_MS) : Math.round(ms / DAY_MS)) * DAY_MS;
  }
}

/** Years of four digits only: what lies beyond is no date of a calendar. */
export function isCalendarTime(ms: number | null): ms is number {
  if (ms === null || !Number.isFinite(ms)) return false;
  const year = new Date(ms).getUTCFullYear();
  return year >= 1 && year <= 9998;
}

/** "20260131T235959", without a zone. */
export function localStamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
}

export function utcStamp(ms: number): string {
  return `${localStamp(ms)}Z`;
}

export function dayStamp(ms: number): string {
  return localStamp(ms).slice(0, 8);
}
