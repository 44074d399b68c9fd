/** Texts of the address book as a person reads them. */

/** Built-in labels stand as `_$!<Mobile>!$_`; the owner's own ones as they are. */
export function plainLabel(label: string | null): string | null {
  if (label === null || label === '') return null;
  return /^_\$!<(.*)>!\$_$/s.exec(label)?.[1] ?? label;
}

/** Seconds between 1970 and 2001. */
const COCOA_EPOCH_SECONDS = 978_307_200;
/** Apple writes this year where the owner gave none; it was a leap year. */
const NO_YEAR = '1604';
const MAX_SECONDS = 1e11;

/**
 * A day as the address book keeps it: Cocoa seconds (as text, at noon UTC), or an ISO date in books that came from
 * elsewhere. Null for what is no day.
 */
export function calendarDate(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  const iso = /^(?:(\d{4})|-)-(\d\d)-(\d\d)(?:T|$)/.exec(text);
  if (iso !== null) return dayOf(iso[1] ?? NO_YEAR, iso[2] ?? '', iso[3] ?? '');
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return null;
  const seconds = Number(text);
  if (!(Math.abs(seconds) < MAX_SECONDS)) return null;
  const day = new Date((seconds + COCOA_EPOCH_SECONDS) * 1000).toISOString();
  const parts = /^(\d{4})-(\d\d)-(\d\d)T/.exec(day);
  return parts === null ? null : dayOf(parts[1] ?? '', parts[2] ?? '', parts[3] ?? '');
}

function dayOf(year: string, month: string, day: string): string | null {
  const isDay = !Number.isNaN(Date.parse(`${year}-${month}-${day}T00:00:00Z`));
  if (!isDay) return null;
  return year === NO_YEAR ? `--${month}-${day}` : `${year}-${month}-${day}`;
}
