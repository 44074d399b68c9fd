import { describe, expect, it } from 'vitest';
import { DAY_MS } from './calendar.ts';
import { previewRetention, type RetentionPolicy, retentionPresets } from './index.ts';
import { at, chance, plan, rules, START_MS, survivors, version } from './test-support/versions.ts';
import type { RetainedVersion } from './versions.ts';

/** Years of backups, none to three a day, some of them not verified, at any time of the day. */
function history(days: number, seed: number): RetainedVersion[] {
  const random = chance(seed);
  const made: RetainedVersion[] = [];
  for (let day = 0; day < days; day += 1) {
    const count = random(10) < 2 ? 0 : 1 + random(3);
    const times = Array.from({ length: count }, () => random(1000) / 1000).sort((a, b) => a - b);
    for (const time of times) {
      made.push(version(day + time, { id: `${made.length}`, seq: made.length, isGood: random(10) > 1 }));
    }
  }
  return made;
}

/** Applies the rules while the versions come in, as a computer does that is on every other day. */
function live(made: readonly RetainedVersion[], days: number, policy: RetentionPolicy, seed: number, timeZone = 'UTC') {
  const random = chance(seed);
  let left: RetainedVersion[] = [];
  let next = 0;
  for (let day = 0; day < days; day += 1) {
    const nowMs = at(day + random(1000) / 1000);
    for (let one = made[next]; one !== undefined && one.finishedMs <= nowMs; one = made[next]) {
      left.push(one);
      next += 1;
    }
    if (left.length > 0 && random(2) === 0) left = survivors(left, { policy, nowMs, timeZone });
  }
  left.push(...made.slice(next));
  return survivors(left, { policy, nowMs: at(days), timeZone });
}

const policies: ReadonlyArray<readonly [string, RetentionPolicy]> = [
  ['light', retentionPresets.light],
  ['standard', retentionPresets.standard],
  ['a day, then months', rules(1, 0, 12, true)],
  ['a day, then years', rules(1, 0, 0, true)],
  ['weeks that reach further than the months', rules(3, 20, 2, true)],
  ['months, then nothing', rules(10, 1, 30, false)],
];

describe('rules that are applied every day for years', () => {
  it.each(policies)('leave just what they would leave of everything at once: %s', (_, policy) => {
    for (const [seed, days, timeZone] of [
      [1, 420, 'America/New_York'],
      [2, 1000, 'Pacific/Auckland'],
    ] as const) {
      const made = history(days, seed);
      const atOnce = survivors(made, { policy, nowMs: at(days), timeZone });
      expect(live(made, days, policy, seed, timeZone).map(({ id }) => id)).toEqual(atOnce.map(({ id }) => id));
    }
  });

  it('keep a version of every day, month and year that they promise one of', () => {
    const days = 1500;
    const made = history(days, 5);
    const left = live(made, days, retentionPresets.standard, 5);
    const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const had = (from: number, to: number, length: number, all: readonly RetainedVersion[]): string[] => [
      ...new Set(
        all
          .filter(({ finishedMs }) => finishedMs > at(days - to) && finishedMs <= at(days - from))
          .map(({ finishedMs }) => dayOf(finishedMs).slice(0, length)),
      ),
    ];
    expect(had(0, 35, 10, left)).toEqual(had(0, 35, 10, made));
    expect(had(0, 365, 7, left)).toEqual(had(0, 365, 7, made));
    expect(had(0, days + 1, 4, left)).toEqual(had(0, days + 1, 4, made));
    expect(left.filter(({ finishedMs }) => finishedMs > at(days - 7))).toEqual(
      made.filter(({ finishedMs }) => finishedMs > at(days - 7)),
    );
    expect(left.length).toBeLessThan(75);
  });

  it('stop when the phone is not backed up any more', () => {
    const made = history(300, 6);
    const week = survivors(made, { nowMs: at(307) });
    const years = survivors(week, { nowMs: at(3000) });
    expect(years.length).toBe(survivors(week, { nowMs: at(320) }).length);
    expect(years.length).toBeGreaterThan(25);
  });
});

describe('whatever the history', () => {
  it('no pin goes, nor a phone’s newest version, nor its newest verified one (1,000 histories)', () => {
    const random = chance(7);
    for (let round = 0; round < 1000; round += 1) {
      const all = Array.from({ length: 1 + random(20) }, (_, seq) => {
        const finishedMs = START_MS + random(900 * 24) * 3_600_000;
        const shift = random(5) === 0 ? (random(4000) - 2000) * DAY_MS : 0;
        return version(0, {
          id: `${seq}`,
          seq,
          udid: random(2) === 0 ? 'A' : 'B',
          finishedMs,
          statusMs: random(9) === 0 ? null : finishedMs + shift,
          isPinned: random(6) === 0,
          isGood: random(3) > 0,
        });
      });
      const policy = rules(1 + random(10), random(6), random(14), random(2) === 0);
      const { remove, mayYield, decisions } = plan(all, { policy, nowMs: at(random(3000) - 500) });
      const mayGo = new Set([...remove, ...mayYield]);
      expect(decisions.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
      for (const one of decisions) expect(one.remove === null).toBe(one.keep.length > 0);
      for (const one of all) if (one.isPinned) expect(mayGo.has(one.id)).toBe(false);
      for (const udid of ['A', 'B']) {
        const newestFirst = all.filter((one) => one.udid === udid).reverse();
        for (const one of [newestFirst[0], newestFirst.find(({ isGood }) => isGood)]) {
          if (one !== undefined) expect(mayGo.has(one.id)).toBe(false);
        }
      }
    }
  });

  it('applying the rules twice takes nothing more (300 histories)', () => {
    const random = chance(8);
    for (let round = 0; round < 300; round += 1) {
      const made = history(20 + random(200), round);
      const policy = rules(1 + random(10), random(6), random(14), random(2) === 0);
      const facts = { policy, nowMs: at(220 + random(20)) };
      const left = survivors(made, facts);
      expect(plan(left, facts).remove).toEqual([]);
    }
  });
});

describe('the preview', () => {
  it('tells how many versions there will be', () => {
    expect(previewRetention(retentionPresets.standard, 30)).toBe(30);
    expect(previewRetention(retentionPresets.standard, 0)).toBe(0);
    const twoYears = previewRetention(retentionPresets.standard, 730);
    expect(twoYears).toBeGreaterThan(45);
    expect(twoYears).toBeLessThan(52);
    expect(previewRetention(retentionPresets.light, 730)).toBeLessThan(twoYears);
    expect(previewRetention(retentionPresets.everything, 100_000)).toBe(100_000);
  });
});
