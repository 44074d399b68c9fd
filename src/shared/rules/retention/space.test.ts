import { describe, expect, it } from 'vitest';
import { retentionPresets } from './policy.ts';
import { takeUntilFree } from './room.ts';
import { limitSpace } from './space.ts';
import { chance, plan, version, versions } from './test-support/versions.ts';

/** A measurement that counts itself: each version frees 100 bytes. */
function measuring(bytesEach = 100) {
  const asked: number[] = [];
  const freedWithout = async (ids: readonly string[]): Promise<number> => {
    asked.push(ids.length);
    return ids.length * bytesEach;
  };
  return { asked, freedWithout };
}

const everything = { policy: retentionPresets.everything };

describe('a limit of space', () => {
  const all = [version(0), version(1, { isPinned: true }), version(2), version(3), version(4)];
  const facts = { usedBytes: 500, budgetBytes: 250, shortBytes: 0 };

  it('takes the oldest that may go, as many as are needed', async () => {
    const { freedWithout } = measuring();
    expect(await limitSpace(plan(all, everything), { ...facts, freedWithout })).toMatchObject({
      remove: ['day 0', 'day 2', 'day 3'],
      overBudgetBytes: 0,
    });
    const limited = await limitSpace(plan(all, everything), { ...facts, budgetBytes: 400, freedWithout });
    expect(limited).toMatchObject({ remove: ['day 0'], mayYield: ['day 2', 'day 3'] });
    expect(limited.decisions[0]).toEqual({ id: 'day 0', keep: [], remove: 'space' });
  });

  it('tells what it cannot reach', async () => {
    const limited = await limitSpace(plan(all, everything), { ...facts, budgetBytes: 50, ...measuring() });
    expect(limited).toMatchObject({ remove: ['day 0', 'day 2', 'day 3'], overBudgetBytes: 150 });
  });

  it('counts what the rules take anyway', async () => {
    const thinned = plan(versions(0, 0.1, 20, 20.1));
    expect(thinned.remove).toEqual(['day 0']);
    const { freedWithout, asked } = measuring();
    const limited = await limitSpace(thinned, { usedBytes: 400, budgetBytes: 300, shortBytes: 0, freedWithout });
    expect(limited.remove).toEqual(['day 0']);
    expect(asked).toEqual([1]);
    const further = await limitSpace(thinned, { usedBytes: 400, budgetBytes: 250, shortBytes: 0, freedWithout });
    expect(further.remove).toEqual(['day 0', 'day 0.1']);
  });

  it('asks nothing while there is room', async () => {
    const { freedWithout, asked } = measuring();
    const rules = plan(all, everything);
    for (const budgetBytes of [null, 500]) {
      expect(await limitSpace(rules, { ...facts, budgetBytes, freedWithout })).toMatchObject({ remove: [] });
    }
    expect(asked).toEqual([]);
  });

  it('takes nothing when what is freed cannot be told', async () => {
    const limited = await limitSpace(plan(all, everything), { ...facts, freedWithout: async () => null });
    expect(limited).toMatchObject({ remove: [], overBudgetBytes: 250 });
  });

  it('does not take more for room that is on its way', async () => {
    // 250 bytes wait in the trash; without them the limit is kept.
    const freedWithout = async (ids: readonly string[]): Promise<number> => 250 + ids.length * 100;
    expect(await limitSpace(plan(all, everything), { ...facts, freedWithout })).toMatchObject({
      remove: [],
      overBudgetBytes: 0,
    });
  });

  it('makes room on the disk where the owner agreed to that', async () => {
    const { freedWithout } = measuring();
    const rules = plan(all, everything);
    const limited = await limitSpace(rules, { ...facts, budgetBytes: null, shortBytes: 150, freedWithout });
    expect(limited).toMatchObject({ remove: ['day 0', 'day 2'], overBudgetBytes: 0 });
  });
});

describe('taking until enough is free', () => {
  it('takes the shortest beginning, whatever comes free with each (500 rounds)', async () => {
    const random = chance(3);
    for (let round = 0; round < 500; round += 1) {
      const sums = [random(20)];
      const ids = Array.from({ length: random(40) }, (_, index) => {
        sums.push((sums[index] ?? 0) + (random(3) === 0 ? 0 : random(1000)));
        return `${index}`;
      });
      const needed = 1 + random(15_000);
      let asked = 0;
      const { taken, freedBytes } = await takeUntilFree(ids, needed, async (some) => {
        asked += 1;
        expect(some).toEqual(ids.slice(0, some.length));
        return sums[some.length] ?? 0;
      });
      const first = sums.findIndex((sum) => sum >= needed);
      expect(taken).toEqual(first === -1 ? ids : ids.slice(0, first));
      expect(freedBytes).toBe(sums[taken.length]);
      expect(asked).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(ids.length + 1)));
    }
  });

  it.each([0, 1, 2, 3])('takes nothing when measurement %i fails', async (failing) => {
    let asked = 0;
    const room = await takeUntilFree(['a', 'b', 'c', 'd', 'e'], 3, async (ids) =>
      asked++ === failing ? null : ids.length,
    );
    expect(room).toEqual({ taken: [], freedBytes: null });
  });
});
