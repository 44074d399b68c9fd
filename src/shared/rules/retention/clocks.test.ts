import { describe, expect, it } from 'vitest';
import { retentionPresets } from './policy.ts';
import { at, chance, plan, rules, survivors, version, versions } from './test-support/versions.ts';
import type { RetainedVersion } from './versions.ts';

const daily = versions(...Array.from({ length: 60 }, (_, day) => day));
const NOW_MS = at(59);
const usual = [...plan(daily, { nowMs: NOW_MS }).remove];

/** Whatever else is on the list, these go and no others. */
function removedOf(all: readonly RetainedVersion[], nowMs: number): string[] {
  return [...plan(all, { nowMs }).remove];
}

describe('a computer whose clock is wrong', () => {
  it('removes nothing while it is in the past', () => {
    expect(usual.length).toBeGreaterThan(10);
    for (const days of [1, 30, 4000]) {
      const gone = removedOf(daily, NOW_MS - days * 86_400_000);
      expect(usual).toEqual(expect.arrayContaining(gone));
    }
    expect(removedOf(daily, at(-4000))).toEqual([]);
  });

  it('takes no more than a week’s idleness would while it is in the future', () => {
    expect(removedOf(daily, at(4000))).toEqual(removedOf(daily, at(66)));
    expect(removedOf(daily, at(4000)).length).toBeLessThanOrEqual(usual.length + 7);
  });

  it('takes no more either when a backup was made meanwhile, because the phone knew better', () => {
    const made = version(59.5, { finishedMs: at(4000) });
    expect(removedOf([...daily, made], at(59.6))).toEqual(removedOf(daily, at(59.6)));
    const known = removedOf([...daily, version(59.5)], at(4000));
    expect(removedOf([...daily, made], at(4000))).toEqual(known);
  });

  it('does not make a version look old that it wrote while it was in the past', () => {
    const made = version(40, { id: 'in 1970', finishedMs: 86_400_000 });
    const light = { policy: rules(30, 0, 0, false), nowMs: NOW_MS };
    expect(plan([...daily, made], light).remove).not.toContain('in 1970');
  });
});

describe('a phone whose clock is wrong', () => {
  it('does not lose the version that it made in 1970', () => {
    const made = version(59.5, { id: 'in 1970', statusMs: 0 });
    for (const policy of Object.values(retentionPresets)) {
      const result = plan([...daily, made], { policy, nowMs: at(64) });
      expect(result.remove).not.toContain('in 1970');
      expect(result.decisions.find(({ id }) => id === 'in 1970')?.keep).toContain('newest');
      // Nor when there are later ones: it is as young as the computer says.
      const later = plan([...daily, made, version(60), version(61)], { policy, nowMs: at(61) });
      expect(later.decisions.find(({ id }) => id === 'in 1970')).toMatchObject({ keep: ['every'] });
    }
  });

  it('makes nobody else go by a version that it made in the future', () => {
    const made = version(30.5, { id: 'ahead', statusMs: at(59.2) });
    expect(usual).toEqual(expect.arrayContaining(removedOf([...daily, made], NOW_MS)));
    const far = version(30.5, { id: 'far ahead', statusMs: at(9000) });
    const result = plan([...daily, far], { nowMs: NOW_MS });
    expect(usual).toEqual(expect.arrayContaining([...result.remove]));
    // The newest by making stays untouchable too, so that no limit of space takes it.
    expect(result.mayYield).not.toContain('day 59');
    expect(result.mayYield).not.toContain('far ahead');
  });

  it('is kept by the rules all the same when it is always three days ahead', () => {
    const ahead = daily.map((one) => ({ ...one, statusMs: one.finishedMs + 3 * 86_400_000 }));
    const left = survivors(ahead, { nowMs: NOW_MS }).length;
    expect(Math.abs(left - survivors(daily, { nowMs: NOW_MS }).length)).toBeLessThanOrEqual(4);
  });
});

describe('dates that do not fit', () => {
  it('because they lie in the future do not stand for this month', () => {
    const ahead = version(8, { id: 'ahead', finishedMs: at(16), statusMs: at(16) });
    const all = [version(5), ahead, version(10, { isGood: false })];
    const facts = { policy: rules(1, 0, 12, false), nowMs: at(10) };
    expect(plan(all, facts).remove).toEqual([]);
    expect(plan(all.slice(1), facts).remove).toEqual([]);
  });

  it('of old backups that were imported in one evening let each stand for its own time', () => {
    const imported = [-900, -899.9, -500, -100].map((day, index) =>
      version(day, { id: `imported ${day}`, finishedMs: at(20 + index / 1000), seq: 20_000 + index }),
    );
    // The two of one evening are one too many; the rest stay for their own days, then months, then years.
    expect(removedOf([...daily, ...imported], NOW_MS).filter((id) => id.startsWith('imp'))).toEqual(['imported -900']);
    const kept = survivors([...versions(0, 900), ...imported], { nowMs: at(900) }).map(({ id }) => id);
    expect(kept).toEqual(expect.arrayContaining(['imported -899.9', 'imported -500', 'imported -100']));
  });

  it('that cannot be read keep a version, and take none with them', () => {
    const undated = [
      version(3, { id: 'none', statusMs: null, finishedMs: Number.NaN }),
      version(3, { id: 'beyond', statusMs: Number.POSITIVE_INFINITY, finishedMs: 9e15 }),
    ];
    const result = plan([...undated, ...daily], { nowMs: NOW_MS });
    expect(result.remove).toEqual(usual);
    expect(result.decisions.slice(-2).map(({ keep }) => keep)).toEqual([['undated'], ['undated']]);
    expect(plan(undated, { nowMs: NOW_MS }).remove).toEqual([]);
  });
});

it('wrong dates on some versions never make others go (500 histories)', () => {
  const random = chance(11);
  for (let round = 0; round < 500; round += 1) {
    const good = versions(...Array.from({ length: 1 + random(40) }, () => random(900) + random(100) / 100));
    const own = [...new Map(good.map((one) => [one.id, one])).values()];
    const nowMs = Math.max(...own.map(({ finishedMs }) => finishedMs)) + random(20) * 86_400_000;
    const policy = rules(1 + random(9), random(6), random(14), random(2) === 0);
    const newestDay = Math.max(...own.map(({ seq }) => seq)) / 1000;
    const alone = new Set(plan(own, { policy, nowMs }).remove);
    const wrong = Array.from({ length: 1 + random(5) }, (_, index) => {
      const shift = (2 + random(4000)) * 86_400_000 * (random(2) === 0 ? 1 : -1);
      const made = version(random(newestDay), { id: `wrong ${index}`, isGood: random(2) === 0 });
      return random(2) === 0
        ? { ...made, statusMs: made.finishedMs + shift }
        : { ...made, finishedMs: made.finishedMs + shift };
    });
    const together = plan([...own, ...wrong], { policy, nowMs }).remove;
    expect([...alone]).toEqual(expect.arrayContaining(together.filter((id) => !id.startsWith('wrong'))));
  }
});
