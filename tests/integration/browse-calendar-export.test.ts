import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportKind } from '../../src/main/engine/browse/index.ts';
import type { Backup } from '../../src/main/engine/browse/source/types.ts';
import { type SimulatedBackups, type SimulatedTruth, simulatedBackups } from '../support/browse/simulated-backup.ts';

/** The calendar of a simulated phone as a file, read and played out by programs that are not ours. */

const PYTHON = process.env['BACKSTOP_PYTHON'] ?? '/usr/bin/python3';
const hasPeers = spawnSync(PYTHON, ['-c', 'import icalendar, dateutil, zoneinfo']).status === 0;
if (!hasPeers) console.warn(`LEFT OUT: ${PYTHON} has no icalendar and dateutil (Debian: python3-icalendar).`);
const SUPPORT = join(import.meta.dirname, '../support/browse');

interface Seen {
  readonly uid: string;
  readonly summary: string;
  readonly start: number | string | null;
  readonly end: number | string | null;
  readonly original: number | string | null;
  readonly times: readonly (number | string)[] | null;
  readonly alarms: readonly number[];
  readonly people: readonly string[];
  readonly organiser: string;
}

interface Known {
  readonly uuid: string;
  readonly summary: string;
  readonly start: number;
  readonly end: number;
  readonly allDay: boolean;
  readonly birthday: boolean;
  readonly zone: string | null;
  readonly rule: string | null;
  readonly until: number | null;
  readonly exceptions: readonly number[];
  readonly occurrenceOf: string | null;
  readonly original: number | null;
}

describe.skipIf(!hasPeers)('a calendar as iCalendar', () => {
  let dir = '';
  let phone: SimulatedBackups;
  let backup: Backup;
  let truth: SimulatedTruth;
  let seen: readonly Seen[];
  let known: readonly Known[];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'backstop-ics-'));
    phone = simulatedBackups({ seed: 33, files: 3000, bytes: 40e6 });
    backup = phone.backup();
    truth = await phone.truth();
    known = (truth.items['calendarEvents'] as unknown as readonly Known[]).filter(({ birthday }) => !birthday);
    const done = await exportKind(backup, 'calendar', { directory: join(dir, 'out') });
    expect(done.unreadable).toEqual([]);
    seen = JSON.parse(python('check-calendar.py', [join(dir, 'out/Calendar.ics')])) as Seen[];
  });
  afterAll(async () => {
    await backup[Symbol.asyncDispose]();
    await phone[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  it('has every event once, at its time, and whole days as days', () => {
    expect(seen.length).toBe(known.length);
    const found = new Map(seen.map((one) => [`${one.uid} ${one.original ?? ''}`, one]));
    for (const one of known) {
      const original = one.original === null ? '' : said(one.original, one);
      const event = found.get(`${one.occurrenceOf ?? one.uuid} ${original}`);
      expect(event).toMatchObject({
        summary: one.summary,
        start: said(one.start, one),
        // The end of whole days is the day behind them.
        end: one.allDay ? said(one.end + 1, one) : said(one.end, one),
      });
    }
    expect(seen.some(({ organiser, people }) => organiser.startsWith('mailto:') && people.length === 2)).toBe(true);
    expect(seen.some(({ alarms }) => alarms.includes(-900))).toBe(true);
  });

  it('repeats at the times that the phone meant, over the change of clocks, without what was deleted', () => {
    const repeated = known.filter(({ rule }) => rule !== null);
    expect(repeated.length).toBeGreaterThan(10);
    const asked = repeated.map((one) => ({ ...one, isDay: one.allDay }));
    const played = JSON.parse(python('play-out.py', [], JSON.stringify(asked))) as (number | string)[][];
    for (const [index, one] of repeated.entries()) {
      const event = seen.find(({ uid, original }) => uid === one.uuid && original === null);
      expect({ rule: one.rule, times: event?.times }).toEqual({ rule: one.rule, times: played[index] });
    }
    expect(known.some(({ exceptions }) => exceptions.length > 0)).toBe(true);
    expect(known.some(({ occurrenceOf }) => occurrenceOf !== null)).toBe(true);
  });

  it('has reminders as things to do', async () => {
    await exportKind(backup, 'reminders', { directory: join(dir, 'todo') });
    const todo = JSON.parse(python('check-calendar.py', [join(dir, 'todo/Reminders.ics')])) as Seen[];
    const expected = (truth.items['reminders'] ?? []).filter((one) => one['deleted'] !== true);
    expect(todo.map(({ summary }) => summary).sort()).toEqual(expected.map(({ title }) => String(title)).sort());
  });
});

/** As the file says it: seconds in a zone, a wall clock, or a day. */
function said(seconds: number, { allDay, zone }: Known): number | string {
  const text = new Date(seconds * 1000).toISOString();
  return allDay ? text.slice(0, 10) : zone === null ? text.slice(0, 19) : seconds;
}

function python(script: string, args: readonly string[], input = ''): string {
  const run = spawnSync(PYTHON, [join(SUPPORT, script), ...args], { input, encoding: 'utf8', maxBuffer: 64e6 });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}
