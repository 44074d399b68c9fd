import { describe, expect, it } from 'vitest';
import {
  planRetention,
  planUnderPressure,
  presetOf,
  previewRetention,
  type RetainedVersion,
  type RetentionPolicy,
  retentionPresets,
} from './index.ts';

const DAY_MS = 24 * 60 * 60_000;
const START_MS = Date.UTC(2024, 0, 15, 20);

function version(day: number, facts: Partial<RetainedVersion> = {}): RetainedVersion {
  const finishedMs = START_MS + Math.round(day * DAY_MS);
  return { id: `day ${day}`, udid: 'A', finishedMs, isPinned: false, isGood: true, bytes: 100, ...facts };
}

function plan(versions: readonly RetainedVersion[], facts: Partial<Parameters<typeof planRetention>[0]> = {}) {
  const nowMs = Math.max(...versions.map((one) => one.finishedMs));
  return planRetention({
    policy: retentionPresets.standard,
    nowMs,
    timeZone: 'UTC',
    versions,
    usedBytes: null,
    ...facts,
  });
}

function survivors(versions: readonly RetainedVersion[], facts: Partial<Parameters<typeof planRetention>[0]> = {}) {
  const gone = new Set(plan(versions, facts).remove);
  return versions.filter((one) => !gone.has(one.id));
}

/** Reproducible chance. */
function chance(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Years of backups, each followed by a run of the rules. */
function live(days: number, seed: number, policy: RetentionPolicy = retentionPresets.standard): RetainedVersion[] {
  const random = chance(seed);
  let versions: RetainedVersion[] = [];
  for (let day = 0; day < days; day += 1) {
    const today = random(10) < 2 ? 0 : 1 + random(2);
    for (let count = 0; count < today; count += 1) {
      versions.push(version(day + (count + random(5) / 10) / 4, { isGood: random(10) > 0, id: `${day}.${count}` }));
    }
    if (versions.length > 0) versions = survivors(versions, { policy, nowMs: START_MS + (day + 0.9) * DAY_MS });
  }
  return versions;
}

describe('what stays', () => {
  it('is every version of the last seven days', () => {
    const versions = [0, 0.3, 0.6, 3, 3.1, 6.9].map((day) => version(day));
    expect(plan(versions).remove).toEqual([]);
  });

  it('is the newest of a day after a week, of a month after five weeks, of a year after a year', () => {
    const versions = [0, 0.1, 40, 41, 70, 400, 420, 420.1, 500, 700, 700.05, 729, 729.1, 730].map((day) =>
      version(day),
    );
    const kept = survivors(versions).map((one) => one.id);
    // Day 0 is 15 January 2024; 730 is 14 January 2026. 420: 10 March 2025; 500: 29 May 2025; 700: 15 December 2025.
    expect(kept).toContain('day 729');
    expect(kept).toContain('day 729.1');
    expect(kept).toContain('day 420.1');
    expect(kept).not.toContain('day 420');
    expect(kept).not.toContain('day 700');
    // The year 2024 is behind the months: one version stands for all of it, the newest.
    expect(kept.filter((id) => Number(id.slice(4)) < 352)).toEqual(['day 70']);
  });

  it('is a pinned version, whatever its age', () => {
    const versions = [version(0, { isPinned: true }), version(1), version(900), version(901)];
    expect(plan(versions).remove).toEqual([]);
    expect(plan(versions.map((one) => ({ ...one, isPinned: false }))).remove).toEqual(['day 0']);
  });

  it('is the newest verified version, even when everything after it is not', () => {
    const versions = [version(0), ...[200, 201, 500, 501, 502].map((day) => version(day, { isGood: false }))];
    expect(survivors(versions).map((one) => one.id)).toContain('day 0');
  });

  it('prefers a verified version to stand for a day, a month or a year', () => {
    const versions = [version(0), version(0.1, { isGood: false }), version(20)];
    expect(plan(versions).remove).toEqual(['day 0.1']);
  });

  it('follows the owner’s days, not those of Greenwich', () => {
    // 20:00 and 23:30 UTC of one day are two days in Auckland.
    const versions = [version(0), version(3.5 / 24), version(20)];
    expect(plan(versions).remove).toEqual(['day 0']);
    expect(plan(versions, { timeZone: 'Pacific/Auckland' }).remove).toEqual(['day 0']);
    const split = [version(-10 / 24), version(0), version(20)]; // 10:00 and 20:00 UTC
    expect(plan(split).remove).toEqual([split[0]?.id]);
    expect(plan(split, { timeZone: 'Pacific/Auckland' }).remove).toEqual([]);
  });

  it('is decided for each phone by itself', () => {
    const versions = [version(0), version(400, { udid: 'B' }), version(401, { udid: 'B' })];
    expect(plan(versions).remove).toEqual([]);
  });

  it('is everything when the owner wants everything', () => {
    const versions = Array.from({ length: 900 }, (_, day) => version(day));
    expect(plan(versions, { policy: retentionPresets.everything }).remove).toEqual([]);
  });

  it('does not shrink when the clock is wrong, or the phone is not backed up any more', () => {
    const versions = Array.from({ length: 30 }, (_, day) => version(day));
    const usual = plan(versions).remove.length;
    expect(plan(versions, { nowMs: START_MS + 4000 * DAY_MS }).remove.length).toBeLessThanOrEqual(usual + 14);
    expect(plan(versions, { nowMs: START_MS - 4000 * DAY_MS }).remove).toEqual([]);
    const ahead = [...versions, version(9000)];
    expect(plan(ahead, { nowMs: START_MS + 29 * DAY_MS }).remove.length).toBeLessThanOrEqual(usual);
  });
});

describe('over the years', () => {
  it.each([1, 2])('rules that are applied every day leave what they promise (seed %i)', (seed) => {
    const days = 1200;
    const versions = live(days, seed);
    const ages = versions.map((one) => days - (one.finishedMs - START_MS) / DAY_MS);
    const count = (from: number, to: number): number => ages.filter((age) => age > from && age <= to).length;
    // A day in five has no backup; months and years always have one.
    expect(count(7, 34)).toBeGreaterThanOrEqual(15);
    expect(count(7, 35)).toBeLessThanOrEqual(29);
    expect(count(35, 365)).toBeGreaterThanOrEqual(10);
    expect(count(35, 365)).toBeLessThanOrEqual(13);
    expect(count(366, 2000)).toBeGreaterThanOrEqual(2);
    expect(count(366, 2000)).toBeLessThanOrEqual(5);
  });

  it('never removes a pin nor the newest verified version (1,000 random histories)', () => {
    const random = chance(7);
    for (let round = 0; round < 1000; round += 1) {
      const versions = Array.from({ length: 1 + random(20) }, (_, at) =>
        version(random(900) + random(10) / 10, {
          id: `${at}`,
          udid: random(2) === 0 ? 'A' : 'B',
          isPinned: random(6) === 0,
          isGood: random(3) > 0,
          bytes: random(1000),
        }),
      );
      const policy: RetentionPolicy = {
        everyForDays: 1 + random(10),
        dailyForWeeks: random(6),
        monthlyForMonths: random(14),
        thenYearly: random(2) === 0,
        budgetBytes: random(2) === 0 ? 1 + random(3000) : null,
      };
      const gone = new Set(plan(versions, { policy, usedBytes: 9000, nowMs: START_MS + random(2000) * DAY_MS }).remove);
      for (const one of versions) if (one.isPinned) expect(gone.has(one.id)).toBe(false);
      for (const udid of ['A', 'B']) {
        const own = versions.filter((one) => one.udid === udid).sort((a, b) => b.finishedMs - a.finishedMs);
        const good = own.filter((one) => one.isGood);
        if (good.length > 0) expect(good.some((one) => !gone.has(one.id))).toBe(true);
        if (own.length > 0) expect(own.some((one) => !gone.has(one.id))).toBe(true);
      }
    }
  });

  it('is told beforehand by the preview', () => {
    expect(previewRetention(retentionPresets.standard, 30)).toBe(30);
    const year = previewRetention(retentionPresets.standard, 730);
    expect(year).toBeGreaterThan(45);
    expect(year).toBeLessThan(52);
    expect(previewRetention(retentionPresets.light, 730)).toBeLessThan(year);
    expect(previewRetention(retentionPresets.everything, 100)).toBe(100);
  });
});

describe('a limit of space', () => {
  const policy = { ...retentionPresets.everything, budgetBytes: 250 };

  it('takes the oldest first and tells what it cannot reach', () => {
    const versions = [version(0), version(1, { isPinned: true }), version(2), version(3), version(4)];
    expect(plan(versions, { policy, usedBytes: 500 })).toMatchObject({
      remove: ['day 0', 'day 2', 'day 3'],
      overBudgetBytes: 0,
    });
    expect(plan(versions, { policy: { ...policy, budgetBytes: 50 }, usedBytes: 500 })).toMatchObject({
      remove: ['day 0', 'day 2', 'day 3'],
      overBudgetBytes: 150,
    });
    expect(plan(versions, { policy, usedBytes: 200 }).remove).toEqual([]);
    expect(plan(versions, { policy, usedBytes: null }).remove).toEqual([]);
  });
});

describe('when room is needed', () => {
  const nowMs = START_MS + 100 * DAY_MS;
  const forgotten = (id: string, days: number, by: 'owner' | 'retention') =>
    ({ id, forgottenMs: nowMs - days * DAY_MS, by, bytes: 100 }) as const;
  const facts = {
    nowMs,
    freeBytes: 150,
    recentNewBytes: [90, 200, 100],
    usedBytes: 5000,
    budgetBytes: null,
    forgotten: [
      forgotten('young, by the owner', 3, 'owner'),
      forgotten('old, by the owner', 20, 'owner'),
      forgotten('young', 1, 'retention'),
      forgotten('old', 9, 'retention'),
    ],
    lastCopies: new Set<string>(),
  };

  it('leaves the trash alone while two typical backups fit', () => {
    expect(planUnderPressure({ ...facts, freeBytes: 200 })).toEqual({ neededBytes: 0, expire: [] });
  });

  it('takes what the rules removed, the oldest first', () => {
    expect(planUnderPressure(facts)).toEqual({ neededBytes: 50, expire: ['old'] });
    expect(planUnderPressure({ ...facts, freeBytes: 20 }).expire).toEqual(['old', 'young']);
  });

  it('never takes what the owner removed less than a week ago, nor last copies', () => {
    expect(planUnderPressure({ ...facts, budgetBytes: 1 }).expire).toEqual(['old', 'young', 'old, by the owner']);
    expect(planUnderPressure({ ...facts, budgetBytes: 1, lastCopies: new Set(['old']) }).expire).not.toContain('old');
  });
});

describe('presets', () => {
  it('are known by their rules', () => {
    expect(presetOf({ ...retentionPresets.standard, budgetBytes: 5 })).toBe('standard');
    expect(presetOf({ ...retentionPresets.standard, dailyForWeeks: 4 })).toBeNull();
    expect(presetOf({ ...retentionPresets.standard, everyForDays: null })).toBe('everything');
  });
});
