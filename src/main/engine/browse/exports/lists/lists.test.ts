import { describe, expect, it } from 'vitest';
import type { CalendarEvent } from '../../readers/calendar/index.ts';
import { csvText } from './csv.ts';
import { eventsText, remindersText } from './ical.ts';

const EVENT: CalendarEvent = {
  id: 'E1',
  title: 'Dinner; with, friends\nand "more"',
  notes: null,
  location: 'Zürich 🎉',
  url: null,
  startMs: Date.UTC(2026, 4, 3, 18, 30),
  endMs: Date.UTC(2026, 4, 3, 20, 0),
  timeZone: 'Europe/Zurich',
  isFloating: false,
  isAllDay: false,
  calendar: 'Home',
  account: 'iCloud',
  recurrence: null,
  attendees: [],
  alarms: [15],
};

/** Lines as a reader of RFC 5545 sees them. */
function unfolded(text: string): string[] {
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  return text.replaceAll('\r\n ', '').split('\r\n');
}

describe('iCalendar', () => {
  it('escapes, folds between characters and says times in UTC', () => {
    const lines = unfolded(eventsText([{ ...EVENT, notes: 'ä🎉'.repeat(100) }], 0));
    expect(lines).toContain('SUMMARY:Dinner\\; with\\, friends\\nand "more"');
    expect(lines).toContain('DTSTART:20260503T183000Z');
    expect(lines).toContain('DTEND:20260503T200000Z');
    expect(lines).toContain(`DESCRIPTION:${'ä🎉'.repeat(100)}`);
    expect(lines).toContain('TRIGGER:-PT15M');
    expect(lines.filter((line) => line.startsWith('BEGIN:')).length).toBe(
      lines.filter((line) => line.startsWith('END:')).length,
    );
  });

  it('has whole days, floating times and repetitions as the phone has them', () => {
    const allDay = { ...EVENT, isAllDay: true, startMs: Date.UTC(2026, 4, 3), endMs: Date.UTC(2026, 4, 4, 23, 59, 59) };
    expect(unfolded(eventsText([allDay], 0))).toEqual(
      expect.arrayContaining(['DTSTART;VALUE=DATE:20260503', 'DTEND;VALUE=DATE:20260505']),
    );
    expect(unfolded(eventsText([{ ...EVENT, isFloating: true }], 0))).toContain('DTSTART:20260503T183000');
    const recurrence = {
      frequency: 2,
      interval: 2,
      count: null,
      untilMs: Date.UTC(2027, 0, 1),
      specifier: 'D=0MO,0WE',
    };
    expect(unfolded(eventsText([{ ...EVENT, recurrence }], 0))).toContain(
      'RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270101T000000Z;BYDAY=MO,WE',
    );
    const lines = unfolded(
      eventsText([{ ...EVENT, attendees: [{ name: 'A "B"', email: 'a@b.example\r\nX:1', status: 1 }] }], 0),
    );
    expect(lines).toContain(`ATTENDEE;CN="A 'B'";PARTSTAT=ACCEPTED:mailto:a@b.exampleX:1`);
  });

  it('has reminders as things to do', () => {
    const reminder = {
      id: 'R',
      title: 'Water',
      notes: null,
      list: 'Home',
      isCompleted: true,
      completedMs: 0,
      dueMs: null,
      isAllDay: null,
      isFlagged: false,
      priority: 1,
      createdMs: null,
      store: 's',
    };
    expect(unfolded(remindersText([reminder], 0))).toEqual(
      expect.arrayContaining(['STATUS:COMPLETED', 'COMPLETED:19700101T000000Z', 'PRIORITY:1']),
    );
  });
});

describe('comma-separated values', () => {
  it('quote what has to be, and run nothing', () => {
    const text = csvText(
      ['A', 'B'],
      [
        ['x,"y"\n', null],
        ['=HYPERLINK("http://x")', '+41 44 123'],
        [true, 3],
      ],
    );
    expect(text).toBe('\u{feff}A,B\r\n"x,""y""\n",\r\n"\'=HYPERLINK(""http://x"")",+41 44 123\r\ntrue,3\r\n');
  });
});
