import { describe, expect, it } from 'vitest';
import { retentionPresets } from './policy.ts';
import { at, plan, rules, survivors, version, versions } from './test-support/versions.ts';

function names(all: ReadonlyArray<{ readonly id: string }>): string[] {
  return all.map(({ id }) => id);
}

function reasonOf(id: string, result: ReturnType<typeof plan>) {
  return result.decisions.find((one) => one.id === id);
}

describe('what stays', () => {
  it('is every version of the last seven days', () => {
    expect(plan(versions(0, 0.3, 0.6, 3, 3.1, 6.9)).remove).toEqual([]);
  });

  it('is the newest of a day after a week, of a month after five weeks, of a year after a year', () => {
    const all = versions(0, 0.1, 40, 41, 70, 400, 420, 420.1, 500, 700, 700.05, 729, 729.1, 730);
    // Day 730 is 14 January 2026; 70: 25 March 2024; 400: 18 February, 420: 10 March, 500: 29 May, 700: 15 December 2025.
    expect(names(survivors(all))).toEqual(
      ['day 70', 'day 400', 'day 420.1', 'day 500', 'day 700.05', 'day 729', 'day 729.1', 'day 730'], // biome-ignore format: one line
    );
  });

  it('is told with its reasons', () => {
    const all = [version(0), version(0.1), version(10), version(300), version(330), version(330.1), version(345)];
    const result = plan([...all, version(330.15, { isPinned: true })], { policy: rules(7, 5, 3, false) });
    expect(result.decisions).toEqual([
      { id: 'day 0', keep: [], remove: 'too-old' },
      { id: 'day 0.1', keep: [], remove: 'too-old' },
      { id: 'day 10', keep: [], remove: 'too-old' },
      { id: 'day 300', keep: ['one-a-month'], remove: null },
      { id: 'day 330', keep: [], remove: 'another-that-day' },
      { id: 'day 330.1', keep: [], remove: 'another-that-day' },
      { id: 'day 330.15', keep: ['pinned', 'one-a-day'], remove: null },
      { id: 'day 345', keep: ['newest', 'newest-verified', 'every'], remove: null },
    ]);
    expect(result.remove).toEqual(['day 0', 'day 0.1', 'day 10', 'day 330', 'day 330.1']);
    expect(result.mayYield).toEqual(['day 300']);
    expect(reasonOf('day 0', plan(versions(0, 1, 900)))).toMatchObject({ remove: 'another-that-year' });
    expect(reasonOf('day 0', plan(versions(0, 1, 100)))).toMatchObject({ remove: 'another-that-month' });
  });

  it('is one a month for whole months of the calendar', () => {
    // 100 days before day 500 (29 May 2025) is 18 February: three months back, whatever the day of the month.
    const all = versions(380, 400, 500);
    expect(plan(all, { policy: rules(1, 0, 3, false) }).remove).toEqual(['day 380']);
    expect(plan(all, { policy: rules(1, 0, 2, false) }).remove).toEqual(['day 380', 'day 400']);
  });

  it('is nothing but the newest when all rules are at their least', () => {
    expect(names(survivors(versions(0, 1, 2, 2.5, 3, 4.5), { policy: rules(1, 0, 0, false) }))).toEqual(['day 4.5']);
  });

  it('is everything when the owner wants everything', () => {
    const all = versions(...Array.from({ length: 900 }, (_, day) => day));
    expect(plan(all, { policy: retentionPresets.everything })).toMatchObject({ remove: [] });
  });

  it('is decided for each phone by itself', () => {
    const all = [version(0), version(400, { udid: 'B' }), version(401, { udid: 'B' })];
    expect(plan(all).remove).toEqual([]);
  });
});

describe('what no rule touches', () => {
  it('is a pinned version, whatever its age', () => {
    const all = [version(0, { isPinned: true }), version(1), version(900), version(901)];
    expect(plan(all).remove).toEqual([]);
    expect(plan(all.map((one) => ({ ...one, isPinned: false }))).remove).toEqual(['day 0']);
  });

  it('is the newest verified version, even when everything after it is not', () => {
    const all = [version(0), version(1), ...[200, 201, 500, 501, 900].map((day) => version(day, { isGood: false }))];
    const result = plan(all, { policy: rules(1, 0, 0, false) });
    expect(result.decisions.filter((one) => one.remove === null)).toEqual([
      { id: 'day 1', keep: ['newest-verified'], remove: null },
      { id: 'day 900', keep: ['newest', 'every'], remove: null },
    ]);
    expect(result.mayYield).toEqual([]);
  });

  it('is the newest, when none is verified', () => {
    const all = [0, 1, 900].map((day) => version(day, { isGood: false }));
    expect(names(survivors(all, { policy: rules(1, 0, 0, false), nowMs: at(2000) }))).toEqual(['day 900']);
  });
});

describe('which version stands for a day, a month or a year', () => {
  it('is the newest verified one before the newest', () => {
    expect(plan([version(0), version(0.1, { isGood: false }), version(20)]).remove).toEqual(['day 0.1']);
    expect(plan([version(0), version(9, { isGood: false }), version(100)]).remove).toEqual(['day 9']);
    expect(plan([version(0), version(9, { isGood: false }), version(900)]).remove).toEqual(['day 9']);
  });

  it('is the newest when none of them is verified', () => {
    const all = [version(0, { isGood: false }), version(0.1, { isGood: false }), version(20)];
    expect(plan(all).remove).toEqual(['day 0']);
  });

  it('goes by the owner’s days, not those of Greenwich', () => {
    const evening = versions(0, 3.5 / 24, 20); // 20:00 and 23:30 in Greenwich: one day there, and one in Auckland
    expect(plan(evening).remove).toEqual(['day 0']);
    expect(plan(evening, { timeZone: 'Pacific/Auckland' }).remove).toEqual(['day 0']);
    const split = versions(-10 / 24, 0, 20); // 10:00 and 20:00: late on one day and early on the next in Auckland
    expect(plan(split).remove).toHaveLength(1);
    expect(plan(split, { timeZone: 'Pacific/Auckland' }).remove).toEqual([]);
    expect(plan(split, { timeZone: '+12:00' }).remove).toEqual([]);
  });

  it('goes by the owner’s days when the clocks change', () => {
    // In Berlin the 31st of March has 23 hours: from 23:00 on the 30th to 22:00 in Greenwich.
    const finished = [Date.UTC(2024, 2, 30, 22, 30), Date.UTC(2024, 2, 30, 23, 30), Date.UTC(2024, 2, 31, 21, 30)];
    const all = finished.map((ms, seq) => version(0, { id: `${seq}`, seq, finishedMs: ms, statusMs: ms }));
    const facts = { nowMs: Date.UTC(2024, 3, 20), timeZone: 'Europe/Berlin' };
    const last = version(96, { seq: 9 });
    // The first is on the 30th, at 23:30; the other two are on the 31st, at 00:30 and 23:30.
    expect(plan([...all, last], facts).remove).toEqual(['1']);
    // The 27th of October has 25 hours; the first two are in it, at 00:30 and 23:30.
    const autumn = [Date.UTC(2024, 9, 26, 22, 30), Date.UTC(2024, 9, 27, 22, 30), Date.UTC(2024, 9, 27, 23, 30)];
    const long = autumn.map((ms, seq) => version(0, { id: `${seq}`, seq, finishedMs: ms, statusMs: ms }));
    const later = version(300, { seq: 9 });
    expect(plan([...long, later], { nowMs: Date.UTC(2024, 10, 10), timeZone: 'Europe/Berlin' }).remove).toEqual(['0']);
  });
});
