import { type Calendar, DAY_MS, isDate } from './calendar.ts';

/** What the rules have to know of a version, and how its date is read when clocks were wrong. */

export interface RetainedVersion {
  readonly id: string;
  readonly udid: string;
  /** Which one of its phone it is, in the order of their making. */
  readonly seq: number;
  /** When it was finished by the computer's clock, Unix milliseconds. */
  readonly finishedMs: number;
  /** The same by the phone's clock; null when the phone told no date. */
  readonly statusMs: number | null;
  readonly isPinned: boolean;
  /** Verified at "quick" or better, and nothing is known to be damaged. */
  readonly isGood: boolean;
}

/** Two clocks that differ by more than this are not both right; nor is a date that lies further in the future. */
const DATE_SLACK_MS = DAY_MS;

/**
 * A version with the date that the rules go by. One clock can be wrong: a phone that came up in 1970, a computer that was
 * in 2036 for an afternoon, an old backup that was imported today. So a version whose dates do not agree counts as old
 * as the *later* one says, and stands for a day, month or year of its own: it never pushes another version out.
 */
export interface DatedVersion {
  readonly version: RetainedVersion;
  /** Its age counts from here; null: none of its dates can be read. */
  readonly fromMs: number | null;
  /** The earlier of its dates, which a clock that runs ahead cannot move. */
  readonly earliestMs: number | null;
  /** The span of the calendar that it may stand for. */
  readonly span: (of: (ms: number) => string) => string;
}

export function dated(version: RetainedVersion, nowMs: number): DatedVersion {
  const dates = [version.statusMs ?? version.finishedMs, version.finishedMs].filter(isDate);
  const [first, last = first] = dates;
  if (first === undefined || last === undefined) {
    return { version, fromMs: null, earliestMs: null, span: () => `?${version.id}` };
  }
  const earliestMs = Math.min(first, last);
  const latestMs = Math.max(first, last);
  const isSure = latestMs - earliestMs <= DATE_SLACK_MS && latestMs <= nowMs + DATE_SLACK_MS;
  return {
    version,
    fromMs: isSure ? first : latestMs,
    earliestMs,
    span: isSure ? (of) => of(first) : (of) => `?${of(first)}/${of(last)}`,
  };
}

/** By the phone's clock, as everywhere in the vault: one clock for all computers that back it up. */
export function newestByClock(a: RetainedVersion, b: RetainedVersion): number {
  return clockOf(b) - clockOf(a) || newestBySeq(a, b);
}

export function newestBySeq(a: RetainedVersion, b: RetainedVersion): number {
  return b.seq - a.seq || (a.id < b.id ? 1 : -1);
}

function clockOf({ statusMs, finishedMs }: RetainedVersion): number {
  const ms = statusMs ?? finishedMs;
  return isDate(ms) ? ms : Number.MIN_SAFE_INTEGER;
}

/** For each span the newest good version, or the newest if none of them is good. */
function representatives(newestFirst: readonly DatedVersion[], spanOf: (ms: number) => string): ReadonlySet<string> {
  const chosen = new Map<string, RetainedVersion>();
  for (const { version, span } of newestFirst) {
    const key = span(spanOf);
    const present = chosen.get(key);
    if (present === undefined || (!present.isGood && version.isGood)) chosen.set(key, version);
  }
  return new Set([...chosen.values()].map((version) => version.id));
}

export interface Representatives {
  readonly days: ReadonlySet<string>;
  readonly months: ReadonlySet<string>;
  readonly years: ReadonlySet<string>;
}

export function representativesOf(versions: readonly DatedVersion[], calendar: Calendar): Representatives {
  const newestFirst = [...versions].sort(
    (a, b) => (b.fromMs ?? 0) - (a.fromMs ?? 0) || newestBySeq(a.version, b.version),
  );
  return {
    days: representatives(newestFirst, (ms) => calendar.day(ms)),
    months: representatives(newestFirst, (ms) => calendar.month(ms)),
    years: representatives(newestFirst, (ms) => calendar.year(ms)),
  };
}
