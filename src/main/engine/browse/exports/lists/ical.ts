import type { Attendee, CalendarEvent } from '../../readers/calendar/index.ts';
import type { UnreadableList } from '../../readers/reading.ts';
import type { Reminder } from '../../readers/reminders/index.ts';
import { contentLine, escapeText, parameterValue, uriValue } from '../content-lines.ts';
import { ruleText } from './ical-rule.ts';
import { dayStamp, EventTimes, isCalendarTime, type TimeText, utcStamp, ZoneBook } from './ical-times.ts';
import { zoneText } from './ical-zones.ts';

/**
 * iCalendar, RFC 5545. Times are as the phone has them: in a zone, which is described, so that repetitions stay at their
 * hour when clocks change; floating; or days. Changed occurrences stand beside their series under its name.
 */

const PART_STATUS = ['NEEDS-ACTION', 'ACCEPTED', 'DECLINED', 'TENTATIVE'];
const ROLES = ['', 'REQ-PARTICIPANT', 'OPT-PARTICIPANT', 'CHAIR', 'NON-PARTICIPANT'];
const EVENT_STATUS = ['', 'CONFIRMED', 'TENTATIVE', 'CANCELLED'];
const FILE = 'Calendar.sqlitedb';
const DAY_MS = 24 * 60 * 60_000;

/** What cannot be said in a calendar is named in `missing`. */
export function eventsText(events: Iterable<CalendarEvent>, stampMs: number, missing?: UnreadableList): string {
  const all = [...events].filter(({ isPlaceholder }) => !isPlaceholder);
  const book = new ZoneBook();
  const names = new EventNames(all);
  let text = '';
  for (const event of all) {
    const { startMs } = event;
    if (isCalendarTime(startMs)) text += eventText(event, startMs, stampMs, { book, names, missing });
    else missing?.add(`${FILE}, ${event.title ?? event.id}`, 'it has no date that a calendar could show');
  }
  let zones = '';
  for (const { zone, first, last } of book.used()) zones += zoneText(zone, first, last);
  return head() + zones + text + contentLine('END', 'VCALENDAR');
}

interface Context {
  readonly book: ZoneBook;
  readonly names: EventNames;
  readonly missing: UnreadableList | undefined;
}

function eventText(event: CalendarEvent, startMs: number, stampMs: number, context: Context): string {
  const uid = context.names.uidOf(event);
  return (
    contentLine('BEGIN', 'VEVENT') +
    common(uid, stampMs, event.title, event.notes) +
    whenText(event, startMs, context) +
    whereText(event) +
    peopleText(event.attendees) +
    alarmsText(event) +
    contentLine('END', 'VEVENT')
  );
}

function whenText(event: CalendarEvent, startMs: number, { book, names, missing }: Context): string {
  const times = new EventTimes(event, book);
  let text = '';
  const series = names.seriesOf(event);
  const original = event.occurrence?.originalMs ?? null;
  if (series !== null && original !== null) {
    // In the form of the series: by it the occurrence is found.
    text += timeLine('RECURRENCE-ID', new EventTimes(series, book).start(original));
  }
  text += timeLine('DTSTART', times.start(startMs));
  const end = isCalendarTime(event.endMs) ? times.end(startMs, event.endMs) : null;
  if (end !== null) text += timeLine('DTEND', end);
  if (event.recurrence === null) return text;
  const rule = ruleText(event.recurrence, startMs, (ms) => times.until(ms));
  if (rule === null) {
    const reason = 'how it repeats is not understood; only its first time was written';
    missing?.add(`${FILE}, ${event.title ?? event.id}`, reason);
    return text;
  }
  text += contentLine('RRULE', rule);
  for (const ms of exceptionsOf(event, names)) text += timeLine('EXDATE', times.start(ms));
  return text;
}

function whereText(event: CalendarEvent): string {
  const { location, latitude, longitude, url, conferenceUrl, calendar } = event;
  const status = EVENT_STATUS[event.status ?? 0] ?? '';
  const isPlaced = latitude !== null && longitude !== null;
  return [
    location === null ? '' : contentLine('LOCATION', escapeText(location)),
    isPlaced ? contentLine('GEO', `${latitude.toFixed(6)};${longitude.toFixed(6)}`) : '',
    url === null ? '' : contentLine('URL', uriValue(url)),
    conferenceUrl === null ? '' : contentLine('CONFERENCE;VALUE=URI', uriValue(conferenceUrl)),
    calendar === null ? '' : contentLine('CATEGORIES', escapeText(calendar)),
    status === '' ? '' : contentLine('STATUS', status),
    event.isFree ? contentLine('TRANSP', 'TRANSPARENT') : '',
  ].join('');
}

function alarmsText({ alarms, alarmsAtMs, title }: CalendarEvent): string {
  const before = alarms.map((minutes) => alarmText(';RELATED=START', durationBefore(minutes), title));
  const at = alarmsAtMs.filter(isCalendarTime).map((ms) => alarmText(';VALUE=DATE-TIME', utcStamp(ms), title));
  return [...before, ...at].join('');
}

/** Occurrences that were changed have their own entry, which takes the place of the one in the series. */
function exceptionsOf(event: CalendarEvent, names: EventNames): readonly number[] {
  const changed = names.changedIn(event);
  return [...new Set(event.exceptionsMs)].filter((ms) => isCalendarTime(ms) && !changed.has(ms)).sort((a, b) => a - b);
}

/**
 * Which events belong to a series, and what each is called: occurrences as their series, and never two series the same.
 * An occurrence whose series is not among the events is an event of its own: many programs show none without its series.
 */
class EventNames {
  readonly #byId = new Map<string, CalendarEvent>();
  readonly #uids = new Map<CalendarEvent, string>();
  readonly #series = new Map<CalendarEvent, CalendarEvent>();
  readonly #changed = new Map<CalendarEvent, Set<number>>();

  constructor(events: readonly CalendarEvent[]) {
    for (const event of events) if (event.recurrence !== null) this.#byId.set(event.id, event);
    for (const event of events) if (event.occurrence !== null) this.#addOccurrence(event);
    const taken = new Set<string>();
    for (const event of events) if (!this.#series.has(event)) this.#uids.set(event, freeName(event, taken));
  }

  seriesOf(event: CalendarEvent): CalendarEvent | null {
    return this.#series.get(event) ?? null;
  }

  uidOf(event: CalendarEvent): string {
    return this.#uids.get(this.#series.get(event) ?? event) ?? event.id;
  }

  changedIn(series: CalendarEvent): ReadonlySet<number> {
    return this.#changed.get(series) ?? new Set();
  }

  #addOccurrence(event: CalendarEvent): void {
    const { seriesId, originalMs } = event.occurrence ?? { seriesId: null, originalMs: null };
    const series = seriesId === null ? undefined : this.#byId.get(seriesId);
    if (series === undefined || series === event || !isCalendarTime(series.startMs)) return;
    const changed = this.#changed.get(series) ?? new Set();
    // A second one for the same time would take the first one's place.
    if (!isCalendarTime(originalMs) || changed.has(originalMs)) return;
    this.#changed.set(series, changed.add(originalMs));
    this.#series.set(event, series);
  }
}

/** The same invitation may lie in two calendars: the second is told by its own id, so that none takes the other's place. */
function freeName({ id, uid, occurrence }: CalendarEvent, taken: Set<string>): string {
  // What an occurrence is called by is its series' name.
  const wanted = occurrence === null ? [uid ?? id, id] : [id];
  for (let number = 2; ; number += 1) {
    const name = wanted.find((one) => !taken.has(one));
    if (name !== undefined) {
      taken.add(name);
      return name;
    }
    wanted.splice(0, wanted.length, `${id}-${number}`);
  }
}

function peopleText(people: readonly Attendee[]): string {
  const organiser = people.find(({ isOrganiser }) => isOrganiser);
  const guests = people.filter(({ isOrganiser }) => !isOrganiser);
  return (organiser === undefined ? '' : organiserLine(organiser)) + guests.map(guestLine).join('');
}

function organiserLine(person: Attendee): string {
  const address = addressOf(person);
  return address === null ? '' : contentLine(`ORGANIZER${namePart(person)}`, address);
}

function guestLine(person: Attendee): string {
  const address = addressOf(person);
  if (address === null) return '';
  const role = ROLES[person.role ?? 0] ?? '';
  const status = PART_STATUS[person.status ?? 0] ?? 'NEEDS-ACTION';
  const parts = `${namePart(person)}${role === '' ? '' : `;ROLE=${role}`};PARTSTAT=${status}`;
  return contentLine(`ATTENDEE${parts}`, address);
}

function namePart({ name }: Attendee): string {
  return name === null ? '' : `;CN=${parameterValue(name)}`;
}

/** Null: nobody. Who has a name only gets the address that programs use for those without one. */
function addressOf({ name, email, phone }: Attendee): string | null {
  if (email !== null) return uriValue(`mailto:${email}`);
  const digits = phone?.replace(/[^\d+]/g, '') ?? '';
  if (digits !== '') return `tel:${digits}`;
  return name === null ? null : 'invalid:nomail';
}

function durationBefore(minutes: number): string {
  return minutes >= 0 ? `-PT${minutes}M` : `PT${-minutes}M`;
}

function alarmText(parameters: string, trigger: string, title: string | null): string {
  return (
    contentLine('BEGIN', 'VALARM') +
    contentLine('ACTION', 'DISPLAY') +
    contentLine(`TRIGGER${parameters}`, trigger) +
    contentLine('DESCRIPTION', escapeText(title ?? '')) +
    contentLine('END', 'VALARM')
  );
}

export function remindersText(reminders: Iterable<Reminder>, stampMs: number): string {
  let text = head();
  for (const one of reminders) {
    text += contentLine('BEGIN', 'VTODO') + common(one.id, stampMs, one.title, one.notes);
    if (isCalendarTime(one.createdMs)) text += contentLine('CREATED', utcStamp(one.createdMs));
    if (isCalendarTime(one.dueMs)) {
      text +=
        one.isAllDay === true
          ? contentLine('DUE;VALUE=DATE', dayStamp(Math.round(one.dueMs / DAY_MS) * DAY_MS))
          : contentLine('DUE', utcStamp(one.dueMs));
    }
    if (isCalendarTime(one.completedMs)) text += contentLine('COMPLETED', utcStamp(one.completedMs));
    text += contentLine('STATUS', one.isCompleted ? 'COMPLETED' : 'NEEDS-ACTION');
    const priority = Math.trunc(one.priority ?? 0);
    if (priority > 0 && priority <= 9) text += contentLine('PRIORITY', String(priority));
    if (one.list !== null) text += contentLine('CATEGORIES', escapeText(one.list));
    text += contentLine('END', 'VTODO');
  }
  return text + contentLine('END', 'VCALENDAR');
}

function head(): string {
  return (
    contentLine('BEGIN', 'VCALENDAR') +
    contentLine('VERSION', '2.0') +
    contentLine('PRODID', '-//Backstop//Backstop//EN') +
    contentLine('CALSCALE', 'GREGORIAN')
  );
}

function common(id: string, stampMs: number, title: string | null, notes: string | null): string {
  const text =
    contentLine('UID', escapeText(id)) + contentLine('DTSTAMP', utcStamp(isCalendarTime(stampMs) ? stampMs : 0));
  const summary = title === null ? '' : contentLine('SUMMARY', escapeText(title));
  return text + summary + (notes === null || notes === '' ? '' : contentLine('DESCRIPTION', escapeText(notes)));
}

function timeLine(name: string, { parameters, value }: TimeText): string {
  return contentLine(`${name}${parameters}`, value);
}
