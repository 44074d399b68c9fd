import type { CalendarEvent, Recurrence } from '../../readers/calendar/index.ts';
import type { Reminder } from '../../readers/reminders/index.ts';

/** iCalendar, RFC 5545. Times are in UTC, floating where the phone has them so, and dates where an event is all day long. */

const FREQUENCIES = ['', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const DAYS = ['', 'SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const STATUS = ['NEEDS-ACTION', 'ACCEPTED', 'DECLINED', 'TENTATIVE'];
const LINE_BYTES = 75;

export function eventsText(events: Iterable<CalendarEvent>, stampMs: number): string {
  const lines = head();
  for (const event of events) {
    lines.push('BEGIN:VEVENT', ...common(event.id, stampMs, event.title, event.notes), ...timesOf(event));
    if (event.location !== null) lines.push(`LOCATION:${escaped(event.location)}`);
    if (event.url !== null) lines.push(`URL:${oneLine(event.url)}`);
    if (event.calendar !== null) lines.push(`CATEGORIES:${escaped(event.calendar)}`);
    const rule = event.recurrence === null ? null : ruleOf(event.recurrence);
    if (rule !== null) lines.push(`RRULE:${rule}`);
    lines.push(
      ...event.attendees.flatMap(attendeeLine),
      ...event.alarms.flatMap((minutes) => alarmLines(minutes, event)),
    );
    lines.push('END:VEVENT');
  }
  return tail(lines);
}

function timesOf(event: CalendarEvent): string[] {
  const { startMs } = event;
  if (startMs === null) return [];
  // The end of a whole day is the day behind it.
  const endMs = event.endMs === null ? null : event.isAllDay ? endOfDays(startMs, event.endMs) : event.endMs;
  const start = timeLine('DTSTART', startMs, event);
  return endMs === null || endMs < startMs ? [start] : [start, timeLine('DTEND', endMs, event)];
}

function attendeeLine({ name, email, status }: CalendarEvent['attendees'][number]): string[] {
  if (email === null) return [];
  const cn = name === null ? '' : `;CN=${parameter(name)}`;
  return [`ATTENDEE${cn};PARTSTAT=${STATUS[status ?? 0] ?? 'NEEDS-ACTION'}:mailto:${oneLine(email)}`];
}

function alarmLines(minutes: number, { title }: CalendarEvent): string[] {
  const trigger = minutes >= 0 ? `-PT${minutes}M` : `PT${-minutes}M`;
  return ['BEGIN:VALARM', 'ACTION:DISPLAY', `TRIGGER:${trigger}`, `DESCRIPTION:${escaped(title ?? '')}`, 'END:VALARM'];
}

export function remindersText(reminders: Iterable<Reminder>, stampMs: number): string {
  const lines = head();
  for (const one of reminders) {
    lines.push('BEGIN:VTODO', ...common(one.id, stampMs, one.title, one.notes));
    if (one.dueMs !== null) lines.push(`DUE:${utc(one.dueMs)}`);
    if (one.completedMs !== null) lines.push(`COMPLETED:${utc(one.completedMs)}`);
    lines.push(`STATUS:${one.isCompleted ? 'COMPLETED' : 'NEEDS-ACTION'}`);
    if (one.priority !== null && one.priority > 0) lines.push(`PRIORITY:${one.priority}`);
    if (one.list !== null) lines.push(`CATEGORIES:${escaped(one.list)}`);
    lines.push('END:VTODO');
  }
  return tail(lines);
}

function head(): string[] {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Backstop//Backstop//EN', 'CALSCALE:GREGORIAN'];
}

function tail(lines: readonly string[]): string {
  return [...lines, 'END:VCALENDAR', ''].flatMap((line) => folded(line)).join('\r\n');
}

function common(id: string, stampMs: number, title: string | null, notes: string | null): string[] {
  const lines = [`UID:${oneLine(id)}`, `DTSTAMP:${utc(stampMs)}`];
  if (title !== null) lines.push(`SUMMARY:${escaped(title)}`);
  if (notes !== null && notes !== '') lines.push(`DESCRIPTION:${escaped(notes)}`);
  return lines;
}

function timeLine(name: string, ms: number, { isAllDay, isFloating }: CalendarEvent): string {
  if (isAllDay) return `${name};VALUE=DATE:${utc(ms).slice(0, 8)}`;
  return isFloating ? `${name}:${utc(ms).slice(0, -1)}` : `${name}:${utc(ms)}`;
}

const DAY_MS = 24 * 60 * 60_000;

function endOfDays(startMs: number, endMs: number): number {
  const start = Math.floor(startMs / DAY_MS) * DAY_MS;
  return start + Math.max(1, Math.ceil((endMs - start) / DAY_MS)) * DAY_MS;
}

function ruleOf({ frequency, interval, count, untilMs, specifier }: Recurrence): string | null {
  const name = FREQUENCIES[frequency] ?? '';
  if (name === '') return null;
  const parts = [`FREQ=${name}`];
  if (interval > 1) parts.push(`INTERVAL=${interval}`);
  if (count !== null) parts.push(`COUNT=${count}`);
  else if (untilMs !== null) parts.push(`UNTIL=${utc(untilMs)}`);
  // Apple's "D=0MO,0WE" names days of the week; what is not understood is left out.
  const days = /(?:^|;)D=([^;]+)/.exec(specifier ?? '')?.[1]?.split(',') ?? [];
  const known = days.flatMap(
    (day) => /^[+-]?\d*(SU|MO|TU|WE|TH|FR|SA)$/.exec(day.trim())?.[1] ?? DAYS[Number(day)] ?? [],
  );
  if (known.length > 0 && frequency === 2)
    parts.push(`BYDAY=${[...new Set(known)].filter((day) => day !== '').join(',')}`);
  return parts.join(';');
}

function utc(ms: number): string {
  const date = new Date(ms);
  // Years of four digits only: what lies beyond is no date of a calendar.
  const text =
    Number.isFinite(date.getTime()) && date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999
      ? date.toISOString()
      : new Date(0).toISOString();
  return `${text.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function escaped(text: string): string {
  return text
    .replace(/[\\;,]/g, (character) => `\\${character}`)
    .replace(/\r\n|[\r\n]/g, '\\n')
    .replace(/\p{Cc}/gu, '');
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, '');
}

function parameter(text: string): string {
  return `"${oneLine(text).replaceAll('"', "'")}"`;
}

/** Lines of at most 75 bytes, the next one beginning with a space; never within a character. */
function folded(line: string): string[] {
  const lines: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (bytes + size > LINE_BYTES) {
      lines.push(part);
      part = ' ';
      bytes = 1;
    }
    part += character;
    bytes += size;
  }
  return [...lines, part];
}
