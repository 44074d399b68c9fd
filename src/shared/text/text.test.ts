import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatRate } from './index.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_234_567, '1.2 MB'],
    [128_000_000_000, '128 GB'],
    [999_960_000, '1.0 GB'],
    [-5, '0 B'],
  ])('%i is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
  it('rates are sizes a second', () => expect(formatRate(45_600_000)).toBe('45.6 MB/s'));
});

describe('durations', () => {
  it.each([
    [400, '0.4 s'],
    [9_980, '10 s'],
    [12_000, '12 s'],
    [200_000, '3 min 20 s'],
    [60_000, '1 min'],
    [7_500_000, '2 h 5 min'],
  ])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});
