import { describe, expect, test } from 'vitest';
import { Random, uuidBytes } from './random.ts';

describe('Random', () => {
  test('gives the numbers it has always given: phones of old seeds must stay what they were', () => {
    const random = new Random(7, 'photo/1');
    expect([random.next32(), random.next32(), random.next32()]).toEqual([997_512_385, 4_140_102_501, 3_729_670_232]);
    expect(new Random(7, 'x').uuid()).toBe('DFF0EFD6-DD8D-40A3-8E1B-D5ACB2A01085');
  });

  test('gives every stream its own numbers', () => {
    expect(new Random(7, 'a').next32()).not.toBe(new Random(7, 'b').next32());
    expect(new Random(7, 'a').next32()).not.toBe(new Random(8, 'a').next32());
  });

  test('stays within its limits and reaches both ends', () => {
    const random = new Random(1, 'limits');
    const drawn = new Set(Array.from({ length: 500 }, () => random.between(3, 6)));
    expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
  });

  test('spreads evenly', () => {
    const random = new Random(1, 'even');
    const draws = Array.from({ length: 8000 }, () => random.below(4));
    for (let value = 0; value < 4; value++) {
      expect(Math.abs(draws.filter((draw) => draw === value).length - 2000)).toBeLessThan(200);
    }
  });

  test('makes bytes of any length, and UUIDs of version 4', () => {
    expect(new Random(1, 'bytes').words(7)).toHaveLength(7);
    expect(new Random(1, 'bytes').words(0)).toHaveLength(0);
    const uuid = new Random(1, 'uuid').uuid();
    expect(uuid).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
    expect(uuidBytes(uuid)).toHaveLength(16);
  });
});
