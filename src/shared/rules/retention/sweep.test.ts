import { describe, expect, it } from 'vitest';
import { DAY_MS } from './calendar.ts';
import { type ForgottenVersion, type PressureFacts, planUnderPressure } from './sweep.ts';
import { START_MS } from './test-support/versions.ts';

const nowMs = START_MS + 100 * DAY_MS;

function forgotten(id: string, days: number, by: 'owner' | 'retention'): ForgottenVersion {
  return { id, forgottenMs: nowMs - days * DAY_MS, by };
}

const facts: PressureFacts = {
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
  holdsLastCopy: () => false,
  freedWithout: async (ids) => ids.length * 100,
};

describe('when room is needed', () => {
  it('the trash is left alone while two typical backups fit and the limit is kept', async () => {
    const nothing = { neededBytes: 0, expire: [], missingBytes: 0 };
    expect(await planUnderPressure({ ...facts, freeBytes: 200 })).toEqual(nothing);
    expect(await planUnderPressure({ ...facts, freeBytes: 200, budgetBytes: 5000 })).toEqual(nothing);
    expect(await planUnderPressure({ ...facts, freeBytes: 0, recentNewBytes: [] })).toEqual(nothing);
  });

  it('what the rules removed goes, the oldest first', async () => {
    expect(await planUnderPressure(facts)).toEqual({ neededBytes: 50, expire: ['old'], missingBytes: 0 });
    expect((await planUnderPressure({ ...facts, freeBytes: 20 })).expire).toEqual(['old', 'young']);
  });

  it('the owner’s own come after those, and never within a week', async () => {
    expect(await planUnderPressure({ ...facts, budgetBytes: 1 })).toEqual({
      neededBytes: 4999,
      expire: ['old', 'young', 'old, by the owner'],
      missingBytes: 4699,
    });
    const odd = [
      forgotten('in the future', -20, 'owner'),
      { ...forgotten('no date', 0, 'owner'), forgottenMs: Number.NaN },
    ];
    expect((await planUnderPressure({ ...facts, forgotten: odd })).expire).toEqual([]);
  });

  it('last copies never go, alone nor together', async () => {
    const alone = await planUnderPressure({ ...facts, budgetBytes: 1, holdsLastCopy: (id) => id === 'old' });
    expect(alone.expire).toEqual(['young', 'old, by the owner']);
    // "old" and "young" have a photo in common that is nowhere else: one of them stays.
    const photo = ['old', 'young'];
    const together = await planUnderPressure({
      ...facts,
      budgetBytes: 1,
      holdsLastCopy: (id, gone) => photo.includes(id) && photo.every((one) => one === id || gone.has(one)),
    });
    expect(together.expire).toEqual(['old', 'old, by the owner']);
  });

  it('nothing goes for room that is on its way, or that cannot be measured', async () => {
    const onItsWay = async (ids: readonly string[]): Promise<number> => 60 + ids.length * 100;
    expect((await planUnderPressure({ ...facts, freedWithout: onItsWay })).expire).toEqual([]);
    expect(await planUnderPressure({ ...facts, freedWithout: async () => null })).toEqual({
      neededBytes: 50,
      expire: [],
      missingBytes: null,
    });
  });
});
