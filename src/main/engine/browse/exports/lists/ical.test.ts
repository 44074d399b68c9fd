import { describe, expect, it } from 'vitest';
import type { CalendarEvent, Recurrence } from '../../readers/calendar/index.ts';
import { UnreadableList } from '../../readers/reading.ts';
import type { Reminder } from '../../readers/reminders/index.ts';
import { eventsText, remindersText } from './ical.ts';

const EVENT: CalendarEvent = {
  ...{ id: 'E1', uid: null, title: 'Dinner; with, friends\nand "more"', notes: null, location: 'Zürich 🎉' },
  ...{ latitude: null, longitude: null, url: null, conferenceUrl: null },
  startMs: Date.UTC(2026, 4, 3, 18, 30),
  endMs: Date.UTC(2026, 4, 3, 20, 0),
  ...{ timeZone: 'Europe/Zurich', endTimeZone: null, isFloating: false, isAllDay: false },
  ...{ calendar: 'Home', account: 'iCloud', recurrence: null, exceptionsMs: [], occurrence: null },
  ...{ isPlaceholder: false, status: null, isFree: false, attendees: [], alarms: [15], alarmsAtMs: [] },
};
const WEEKLY: Recurrence = {
  ...{ frequency: 2, interval: 1, count: null, untilMs: null, weekStart: null, specifier: null, months: null },
};
const REMINDER: Reminder = {
  ...{ id: 'R', title: 'Water', notes: null, list: 'Home', isCompleted: true, completedMs: 0, dueMs: null },
  ...{ isAllDay: null, isFlagged: false, priority: 1, createdMs: null, store: 's' },
};

/** Lines as a reader of RFC 5545 sees them. */
function unfolded(text: string): string[] {
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const lines = text.replaceAll('\r\n ', '').split('\r\n');
  const count = (start: string): number => lines.filter((line) => line.startsWith(start)).length;
  expect(count('BEGIN:')).toBe(count('END:'));
  return lines;
}

const linesOf = (...events: readonly Partial<CalendarEvent>[]): string[] =>
  unfolded(
    eventsText(
      events.map((one) => ({ ...EVENT, ...one })),
      0,
    ),
  );
const ruleOf = (rule: Partial<Recurrence>, event: Partial<CalendarEvent> = {}): string | undefined =>
  linesOf({ ...event, recurrence: { ...WEEKLY, ...rule } }).find(
    (line) =>
      line.startsWith('RRULE:FREQ') &&
      !line.includes('BYMONTH=10;BYDAY=-1SU') &&
      !line.includes('BYMONTH=3;BYDAY=-1SU'),
  );

describe('events', () => {
  it('are escaped, folded between characters, and stay on the clock of their zone', () => {
    const lines = linesOf({ notes: 'ä🎉'.repeat(100) });
    expect(lines).toContain('SUMMARY:Dinner\\; with\\, friends\\nand "more"');
    expect(lines).toContain('DTSTART;TZID=Europe/Zurich:20260503T203000');
    expect(lines).toContain('DTEND;TZID=Europe/Zurich:20260503T220000');
    expect(lines).toContain(`DESCRIPTION:${'ä🎉'.repeat(100)}`);
    expect(lines).toContain('TRIGGER;RELATED=START:-PT15M');
  });

  it('describe their zones: the rule of every year, and what was before it', () => {
    const lines = linesOf({});
    const start = lines.indexOf('BEGIN:VTIMEZONE');
    expect(lines.slice(start, lines.indexOf('END:VTIMEZONE') + 1)).toEqual([
      ...['BEGIN:VTIMEZONE', 'TZID:Europe/Zurich'],
      ...['BEGIN:STANDARD', 'DTSTART:20250101T010000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100', 'END:STANDARD'],
      ...['BEGIN:DAYLIGHT', 'DTSTART:20250330T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
      ...['RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', 'END:DAYLIGHT'],
      ...['BEGIN:STANDARD', 'DTSTART:20251026T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
      ...['RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU', 'END:STANDARD', 'END:VTIMEZONE'],
    ]);
    // Before 2007 the United States had another rule.
    const old = linesOf({ timeZone: 'America/New_York', startMs: Date.UTC(2005, 6, 1, 12) });
    expect(old).toContain('RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU');
    expect(old).toContain('RDATE:20050403T020000');
    // Days before a weekend, and clocks that follow the moon.
    expect(linesOf({ timeZone: 'Asia/Jerusalem' })).toContain(
      'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29',
    );
    const moon = linesOf({ timeZone: 'Africa/Casablanca', startMs: Date.UTC(2016, 6, 1) });
    expect(moon.filter((line) => line.startsWith('RDATE:')).length).toBeGreaterThan(10);
  });

  it('are in UTC where the phone names no zone, or one that nobody knows', () => {
    for (const timeZone of [null, 'GMT', 'UTC', 'Moon/Tycho', 'Europe/Zurich\r\nX:1', 'a'.repeat(5000), '../etc']) {
      const lines = linesOf({ timeZone });
      expect(lines).toContain('DTSTART:20260503T183000Z');
      expect(lines).not.toContain('BEGIN:VTIMEZONE');
    }
    expect(linesOf({ isFloating: true, timeZone: null })).toContain('DTSTART:20260503T183000');
  });

  it('have whole days with the day behind them, wherever their midnight lies', () => {
    const day = { isAllDay: true, isFloating: true, timeZone: null };
    const two = { startMs: Date.UTC(2026, 4, 3), endMs: Date.UTC(2026, 4, 4, 23, 59, 59) };
    const expected = ['DTSTART;VALUE=DATE:20260503', 'DTEND;VALUE=DATE:20260505'];
    expect(linesOf({ ...day, ...two })).toEqual(expect.arrayContaining(expected));
    expect(linesOf({ ...day, ...two, endMs: Date.UTC(2026, 4, 5) })).toEqual(expect.arrayContaining(expected));
    const zoned = { startMs: two.startMs - 7_200_000, endMs: two.endMs - 7_200_000 };
    expect(linesOf({ isAllDay: true, ...zoned })).toEqual(expect.arrayContaining(expected));
    expect(linesOf({ isAllDay: true, timeZone: null, ...zoned })).toEqual(expect.arrayContaining(expected));
    expect(linesOf({ ...day, ...two, endMs: 0 })).toContain('DTEND;VALUE=DATE:20260504');
  });

  it('repeat as the phone says', () => {
    expect(ruleOf({ interval: 2, untilMs: Date.UTC(2027, 0, 1), specifier: 'D=0MO,0WE', weekStart: 1 })).toBe(
      'RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270101T000000Z;BYDAY=MO,WE;WKST=SU',
    );
    expect(ruleOf({ frequency: 3, specifier: 'D=+2TU' })).toBe('RRULE:FREQ=MONTHLY;BYDAY=2TU');
    expect(ruleOf({ frequency: 3, specifier: 'D=-1FR;S=1', count: 4 })).toBe(
      'RRULE:FREQ=MONTHLY;COUNT=4;BYDAY=-1FR;BYSETPOS=1',
    );
    expect(ruleOf({ frequency: 3, specifier: 'M=1,15,-1' })).toBe('RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15,-1');
    expect(ruleOf({ frequency: 4, specifier: 'D=+1MO;O=5,9' })).toBe('RRULE:FREQ=YEARLY;BYDAY=1MO;BYMONTH=5,9');
    // May and September, whichever bit January is.
    for (const shift of [0, 1]) {
      expect(ruleOf({ frequency: 4, months: (1 << (4 + shift)) | (1 << (9 + shift)) })).toBe(
        'RRULE:FREQ=YEARLY;BYMONTH=5,10',
      );
    }
    expect(ruleOf({ untilMs: Date.UTC(2027, 0, 1) }, { isAllDay: true, isFloating: true, timeZone: null })).toBe(
      'RRULE:FREQ=WEEKLY;UNTIL=20270101',
    );
    expect(ruleOf({ untilMs: Date.UTC(2027, 0, 1) }, { isFloating: true, timeZone: null })).toBe(
      'RRULE:FREQ=WEEKLY;UNTIL=20270101T000000',
    );
  });

  it('say it when a rule is not understood, and name no wrong days', () => {
    const odd = [
      { frequency: 9 },
      { specifier: 'Q=1' },
      { specifier: 'D=0XX' },
      { specifier: 'M=1' },
      { specifier: 'S=1' },
      { frequency: 3, specifier: 'M=0' },
      { specifier: `D=${'0MO,'.repeat(5000)}` },
      { specifier: 'D=0MO\r\nX:1' },
    ];
    for (const rule of odd) {
      const missing = new UnreadableList();
      const event = { ...EVENT, recurrence: { ...WEEKLY, ...rule }, exceptionsMs: [0] };
      const lines = unfolded(eventsText([event], 0, missing));
      expect(lines.filter((line) => /^(EXDATE|X:)/.test(line))).toEqual([]);
      expect(missing.items).toMatchObject([{ reason: expect.stringContaining('not understood') }]);
    }
  });

  it('leave out what was deleted, and have changed occurrences under the name of their series', () => {
    const week = 7 * 24 * 3_600_000;
    const startMs = EVENT.startMs ?? 0;
    const series = { uid: 'SERVER', recurrence: WEEKLY, exceptionsMs: [startMs + week, startMs + 2 * week] };
    const moved = {
      id: 'E2',
      uid: 'SERVER',
      startMs: startMs + 3_600_000,
      occurrence: { seriesId: 'E1', originalMs: startMs + 2 * week },
    };
    const lines = linesOf(moved, series);
    expect(lines.filter((line) => line.startsWith('UID:'))).toEqual(['UID:SERVER', 'UID:SERVER']);
    expect(lines).toContain('RECURRENCE-ID;TZID=Europe/Zurich:20260517T203000');
    expect(lines.filter((line) => line.startsWith('EXDATE'))).toEqual(['EXDATE;TZID=Europe/Zurich:20260510T203000']);
    // In the form of the series, whatever its own is.
    const day = { isAllDay: true, isFloating: true, timeZone: null };
    expect(linesOf(series, { ...moved, ...day })).toContain('RECURRENCE-ID;TZID=Europe/Zurich:20260517T203000');
    // Without its series it is an event of its own.
    const alone = linesOf(moved);
    expect(alone).toContain('UID:E2');
    expect(alone.some((line) => line.startsWith('RECURRENCE-ID'))).toBe(false);
  });

  it('never take the place of each other, and placeholders are none', () => {
    const uids = (...events: readonly Partial<CalendarEvent>[]): string[] =>
      linesOf(...events).filter((line) => line.startsWith('UID:'));
    expect(uids({ uid: 'A' }, { id: 'E2', uid: 'A' }, { id: 'E2', uid: 'A' })).toEqual(['UID:A', 'UID:E2', 'UID:E2-2']);
    const twice = { uid: 'S', occurrence: { seriesId: 'E1', originalMs: 5e12 } };
    expect(uids({ uid: 'S', recurrence: WEEKLY }, { id: 'E2', ...twice }, { id: 'E3', ...twice })).toEqual([
      ...['UID:S', 'UID:S', 'UID:E3'],
    ]);
    expect(uids({ isPlaceholder: true })).toEqual([]);
  });

  it('name people and let nothing of theirs begin a line', () => {
    const person = { name: null, email: null, phone: null, status: 1, role: 1, isOrganiser: false };
    const lines = linesOf({
      attendees: [
        { ...person, name: 'Boss', email: 'boss@b.example', isOrganiser: true },
        { ...person, name: 'A "B"', email: 'a@b.example\r\nX:1' },
        { ...person, name: 'Only a name', status: null, role: null },
        { ...person, phone: '+41 44 123;X=1' },
        person,
      ],
      url: 'https://x\r\nEND:VEVENT',
      conferenceUrl: 'facetime:x',
      ...{ latitude: 47.5, longitude: -8, status: 3, isFree: true, alarmsAtMs: [0] },
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        'ORGANIZER;CN=Boss:mailto:boss@b.example',
        `ATTENDEE;CN="A 'B'";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:a@b.example%0D%0AX:1`,
        'ATTENDEE;CN="Only a name";PARTSTAT=NEEDS-ACTION:invalid:nomail',
        'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:tel:+41441231',
        'URL:https://x%0D%0AEND:VEVENT',
        ...['GEO:47.500000;-8.000000', 'STATUS:CANCELLED', 'TRANSP:TRANSPARENT', 'CONFERENCE;VALUE=URI:facetime:x'],
        'TRIGGER;VALUE=DATE-TIME:19700101T000000Z',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('ATTENDEE')).length).toBe(3);
  });

  it('without a date are named, and so are dates beyond all calendars', () => {
    for (const startMs of [null, Number.NaN, -70e12, 253e12 + 4e11, Number.MAX_VALUE]) {
      const missing = new UnreadableList();
      const lines = unfolded(eventsText([{ ...EVENT, startMs }], 0, missing));
      expect([lines.includes('BEGIN:VEVENT'), missing.count]).toEqual([false, 1]);
    }
  });
});

describe('reminders', () => {
  it('are things to do, due on a day or at a time', () => {
    expect(unfolded(remindersText([REMINDER], 0))).toEqual(
      expect.arrayContaining(['STATUS:COMPLETED', 'COMPLETED:19700101T000000Z', 'PRIORITY:1']),
    );
    const dueMs = Date.UTC(2026, 4, 3);
    expect(unfolded(remindersText([{ ...REMINDER, dueMs, isAllDay: true }], 0))).toContain('DUE;VALUE=DATE:20260503');
    expect(unfolded(remindersText([{ ...REMINDER, dueMs }], 0))).toContain('DUE:20260503T000000Z');
    expect(
      unfolded(remindersText([{ ...REMINDER, priority: 0.5, dueMs: 1e300, notes: '\r\nBEGIN:VTODO' }], 0)),
    ).toContain('DESCRIPTION:\\nBEGIN:VTODO');
  });
});
