export const DAY_MS = 24 * 60 * 60_000;

/** The largest distance from 1970 that a `Date` can hold. */
const MAX_DATE_MS = 8.64e15;

export function isDate(ms: number): boolean {
  return Math.abs(ms) <= MAX_DATE_MS;
}

/** Days, months and years as the owner's calendar counts them, with its summer time. */
export class Calendar {
  readonly #format: Intl.DateTimeFormat;
  readonly #known = new Map<number, string>();

  /** An IANA name, or an offset such as `+02:00`. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  }

  /** `2026-11-23` */
  day(ms: number): string {
    const known = this.#known.get(ms);
    if (known !== undefined) return known;
    const day = this.#format.format(ms);
    this.#known.set(ms, day);
    return day;
  }

  /** `2026-11` */
  month(ms: number): string {
    return this.day(ms).slice(0, -3);
  }

  /** `2026` */
  year(ms: number): string {
    return this.day(ms).slice(0, -6);
  }

  /** How many times the month changed between the two. */
  monthsBetween(fromMs: number, toMs: number): number {
    return this.#monthNumber(toMs) - this.#monthNumber(fromMs);
  }

  #monthNumber(ms: number): number {
    return Number(this.year(ms)) * 12 + Number(this.month(ms).slice(-2));
  }
}
