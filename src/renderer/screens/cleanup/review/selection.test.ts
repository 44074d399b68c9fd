import { describe, expect, it } from 'vitest';
import { type KindCount, type Selection, sumOf, tickItem, tickKind, wishOf } from './selection.ts';
import type { GoneItem } from './use-reviewed.ts';

const item = (kind: string, id: string, bytes: number | null = 10): GoneItem => ({
  kind,
  id,
  title: id,
  at: null,
  bytes,
});
const photos = [item('photos', 'a'), item('photos', 'b'), item('photos', 'c')];
const memos = [item('recordings', 'm')];
const kinds: Record<'expected' | 'unexpected', KindCount[]> = {
  expected: [{ kind: 'photos', count: 3, bytes: 30 }],
  unexpected: [{ kind: 'recordings', count: 1, bytes: 10 }],
};
const all = { expected: async () => photos, unexpected: async () => memos };
const none: Selection = { expected: new Map(), unexpected: new Map() };

describe('what is brought back', () => {
  it('names a whole part without a list', async () => {
    const surprises = tickKind(none, 'unexpected', 'recordings', true);
    expect(await wishOf(surprises, kinds, all)).toEqual({ part: 'unexpected', items: null });
    const both = tickKind(surprises, 'expected', 'photos', true);
    expect(await wishOf(both, kinds, all)).toEqual({ part: 'all', items: null });
    expect(await wishOf(tickKind(both, 'unexpected', 'recordings', false), kinds, all)).toEqual({
      part: 'expected',
      items: null,
    });
  });

  it('names items one by one where only some are ticked', async () => {
    const [first] = photos;
    if (first === undefined) throw new Error('no photo');
    const whole = tickKind(tickKind(none, 'unexpected', 'recordings', true), 'expected', 'photos', true);
    const some = tickItem(whole, 'expected', first, false, { items: photos, count: 3 });
    expect(await wishOf(some, kinds, all)).toEqual({
      part: 'all',
      items: [
        { kind: 'recordings', id: 'm' },
        { kind: 'photos', id: 'b' },
        { kind: 'photos', id: 'c' },
      ],
    });
    expect(sumOf(some.expected, kinds.expected, photos)).toEqual({ count: 2, bytes: 20 });
    const again = tickItem(some, 'expected', first, true, { items: photos, count: 3 });
    expect(again.expected.get('photos')).toBe('all');
  });

  it('asks for fewer rather than leaving some out', async () => {
    const many = Array.from({ length: 10_002 }, (_, n) => item('photos', String(n)));
    const picked = tickItem(tickKind(none, 'expected', 'photos', true), 'expected', item('photos', '0'), false, {
      items: many,
      count: many.length,
    });
    const counts = { ...kinds, expected: [{ kind: 'photos', count: many.length, bytes: null }] };
    expect(await wishOf(picked, counts, { ...all, expected: async () => many })).toBeNull();
  });
});
