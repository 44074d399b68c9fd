/** The time of a wall clock in a zone, from the zone data that comes with Node. */

const NAME = /^[A-Za-z0-9_+/-]{1,64}$/;
const UTC = /^(etc\/)?(utc|gmt|zulu|universal|greenwich|uct)$/i;
const HOUR_MS = 60 * 60_000;
const SECOND_MS = 1000;
/** No zone changes its clock more often than this; a fast of a month is the shortest that there was. */
const STEP_MS = 10 * 24 * HOUR_MS;

/** A moment at which the clock of a zone is put forward or back. */
export interface ClockChange {
  readonly ms: number;
  /** Milliseconds from UTC before and after. */
  readonly from: number;
  readonly to: number;
}

export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;

  private constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name;
    this.#format = format;
  }

  /** Null: UTC itself, or no zone that is known here. */
  static find(name: string): TimeZone | null {
    if (!NAME.test(name) || UTC.test(name)) return null;
    try {
      const numbers = {
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      } as const;
      const format = new Intl.DateTimeFormat('en-US', {
        ...{ timeZone: name, calendar: 'gregory', hourCycle: 'h23', era: 'short', year: 'numeric' },
        ...numbers,
      });
      return new TimeZone(name, format);
    } catch {
      return null; // Intl knows no zone of this name.
    }
  }

  /** What the wall clock shows, as if it were a time in UTC. */
  localMs(ms: number): number {
    const part = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    let isBefore = false;
    for (const { type, value } of this.#format.formatToParts(ms)) {
      if (type === 'era') isBefore = value.startsWith('B');
      else if (type in part) part[type as keyof typeof part] = Number(value);
    }
    const date = new Date(0);
    date.setUTCFullYear(isBefore ? 1 - part.year : part.year, part.month - 1, part.day);
    date.setUTCHours(part.hour, part.minute, part.second);
    return date.getTime();
  }

  offsetAt(ms: number): number {
    const whole = Math.floor(ms / SECOND_MS) * SECOND_MS;
    return this.localMs(whole) - whole;
  }

  /** All changes between two moments, in order. */
  changes(fromMs: number, toMs: number): readonly ClockChange[] {
    const found: ClockChange[] = [];
    let at = fromMs;
    let offset = this.offsetAt(at);
    while (at < toMs) {
      const next = Math.min(at + STEP_MS, toMs);
      const after = this.offsetAt(next);
      if (after !== offset) found.push({ ms: this.#moment(at, next), from: offset, to: after });
      at = next;
      offset = after;
    }
    return found;
  }

  /** The second at which the offset is no longer what it was at `low`. */
  #moment(low: number, high: number): number {
    const before = this.offsetAt(low);
    let [from, to] = [Math.floor(low / SECOND_MS), Math.ceil(high / SECOND_MS)];
    while (to - from > 1) {
      const middle = Math.floor((from + to) / 2);
      if (this.offsetAt(middle * SECOND_MS) === before) from = middle;
      else to = middle;
    }
    return to * SECOND_MS;
  }
}
