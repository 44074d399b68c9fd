import { describe, expect, it } from 'vitest';
import { type LeftMemory, leftWords, noMemory, remember } from './left-rule.ts';

const run = (seconds: number, left: (second: number) => number | null): LeftMemory => {
  let memory = noMemory('a');
  for (let second = 0; second <= seconds; second++) {
    memory = remember(memory, { key: 'a', at: second * 1000, secondsLeft: left(second) });
  }
  return memory;
};

describe('the time that is left', () => {
  it('appears after twenty seconds of progress', () => {
    expect(
      leftWords(
        run(19, (second) => 300 - second),
        19_000,
      ),
    ).toBeNull();
    expect(
      leftWords(
        run(20, (second) => 300 - second),
        20_000,
      ),
    ).toBe('About 5 minutes');
    expect(
      leftWords(
        run(60, () => null),
        60_000,
      ),
    ).toBeNull();
  });

  it('is a figure only while it is steady', () => {
    expect(
      leftWords(
        run(40, (second) => (second % 2 === 0 ? 100 : 900)),
        40_000,
      ),
    ).toBe('A few more minutes');
    expect(
      leftWords(
        run(40, (second) => 70 - second),
        40_000,
      ),
    ).toBe('Less than a minute');
  });

  it('never counts up with a figure', () => {
    let memory = run(30, (second) => 150 - second);
    expect(leftWords(memory, 30_000)).toBe('About 2 minutes');
    for (let second = 31; second <= 90; second++) {
      memory = remember(memory, { key: 'a', at: second * 1000, secondsLeft: 600 });
    }
    expect(leftWords(memory, 90_000)).toBe('A few more minutes');
  });

  it('begins anew with another phase', () => {
    const memory = remember(
      run(30, () => 60),
      { key: 'b', at: 31_000, secondsLeft: 500 },
    );
    expect(leftWords(memory, 31_000)).toBeNull();
  });
});
