import { describe, expect, it } from 'vitest';
import { type CountedVersion, type Group, suddenLosses, usualDailyChange } from './index.ts';

const at = (day: number, counts: Record<string, number>): CountedVersion => ({
  madeAtMs: Date.UTC(2026, 0, 1 + day),
  counts,
});

/** Ten quiet days: ten photos more each day. */
const history = Array.from({ length: 10 }, (_, day) => at(day, { photos: 1000 + 10 * day, notes: 50 }));
const last = history.at(-1) as CountedVersion;

function alarms(counts: Record<string, number>, vanished: readonly Group[] = [], day = 10) {
  return suddenLosses({ history, before: last, after: at(day, counts), vanished });
}

describe('the sudden-loss alarm', () => {
  it('is silent when a phone grows, stays, or loses what it usually does', () => {
    expect(alarms({ photos: 1100, notes: 50 })).toEqual([]);
    expect(alarms({ photos: 1090, notes: 50 })).toEqual([]);
    expect(alarms({ photos: 1060, notes: 49 })).toEqual([]);
  });

  it('sounds from three usual changes and five percent on, not at one of the two', () => {
    // 31 of 1,090 are more than 3 × 10, but less than 5 %; 55 are both.
    expect(alarms({ photos: 1059, notes: 50 })).toEqual([]);
    expect(alarms({ photos: 1035, notes: 50 })).toEqual([
      { what: 'fall', kind: 'photos', before: 1090, after: 1035, usualDailyChange: 10 },
    ]);
    // 2 of 50 notes are less than 5 %, 3 are more, and notes never change.
    expect(alarms({ photos: 1090, notes: 48 })).toEqual([]);
    expect(alarms({ photos: 1090, notes: 47 })).toMatchObject([{ kind: 'notes', usualDailyChange: 0 }]);
  });

  it('gives a phone that was not backed up for a week a week’s changes', () => {
    expect(alarms({ photos: 1090 - 200, notes: 50 }, [], 9 + 7)).toEqual([]);
    expect(alarms({ photos: 1090 - 220, notes: 50 }, [], 9 + 7)).toHaveLength(1);
  });

  it('says nothing of a kind that could not be counted', () => {
    expect(alarms({ notes: 50 })).toEqual([]);
    expect(suddenLosses({ history: [], before: at(0, {}), after: at(1, { photos: 0 }), vanished: [] })).toEqual([]);
  });

  it('needs no history for what is plainly gone', () => {
    const plain = suddenLosses({
      history: [],
      before: at(0, { photos: 100 }),
      after: at(1, { photos: 0 }),
      vanished: [],
    });
    expect(plain).toMatchObject([{ kind: 'photos', before: 100, after: 0 }]);
  });

  it('names an app that vanished, and a conversation of more than a hundred messages', () => {
    const group = (kind: Group['kind'], items: number): Group => ({ kind, id: `${kind} ${items}`, title: null, items });
    const vanished = [group('app', 0), group('conversation', 100), group('conversation', 101)];
    expect(alarms({ photos: 1100, notes: 50 }, vanished)).toEqual([
      { what: 'vanished', group: vanished[0] },
      { what: 'vanished', group: vanished[2] },
    ]);
  });

  it('takes the middle of the changes, so that one cleanup does not make the next one usual', () => {
    const cleaned = [...history, at(10, { photos: 100 })];
    expect(usualDailyChange(cleaned, at(11, { photos: 110 }), 'photos')).toBe(10);
    expect(usualDailyChange([], at(0, { photos: 1 }), 'photos')).toBe(0);
    expect(usualDailyChange([at(0, { photos: 0 })], at(2, { photos: 8 }), 'photos')).toBe(4);
    expect(usualDailyChange([at(0, { photos: 0 }), at(1, { photos: 2 })], at(2, { photos: 8 }), 'photos')).toBe(4);
  });
});
