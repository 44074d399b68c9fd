import { describe, expect, it } from 'vitest';
import { type BackupProgress, ProgressMeter } from './progress.ts';

function meter(): { said: BackupProgress[]; meter: ProgressMeter; wait: (ms: number) => void } {
  let now = 0;
  const said: BackupProgress[] = [];
  const clock = { now: () => new Date(now), monotonicMs: () => now };
  return {
    said,
    meter: new ProgressMeter(clock, (progress) => said.push(progress)),
    wait: (ms) => {
      now += ms;
    },
  };
}

describe('progress', () => {
  it('is told at most ten times a second, and at every new phase', () => {
    const { said, meter: one, wait } = meter();
    one.enter('connecting');
    one.enter('receiving');
    for (let count = 0; count < 1000; count += 1) {
      one.received(10);
      one.fileReceived();
      wait(1);
    }
    expect(said.length).toBeGreaterThan(9);
    expect(said.length).toBeLessThan(14);
    expect(said.slice(0, 2).map(({ phase }) => phase)).toEqual(['connecting', 'receiving']);
    one.enter('committing');
    expect(said.at(-1)).toMatchObject({ phase: 'committing', doneFiles: 1000, doneBytes: 10_000 });
  });

  it('never goes down, whatever the phone says', () => {
    const { said, meter: one, wait } = meter();
    one.enter('receiving');
    for (const value of [10, 85, 65, null, 0, -3, 400, 90]) {
      wait(200);
      one.percent(value);
    }
    expect(said.map(({ phonePercent }) => phonePercent)).toEqual([null, 10, 85, 85, 90]);
  });

  it('tells a rate and a time left only when it can know them', () => {
    const { said, meter: one, wait } = meter();
    one.enter('preparing');
    one.percent(1);
    one.enter('receiving');
    expect(said.at(-1)).toMatchObject({ bytesPerSecond: null, secondsLeft: null, totalBytes: null });
    for (let second = 0; second < 20; second += 1) {
      wait(1000);
      one.received(5_000_000);
    }
    one.percent(20);
    wait(1000);
    one.received(5_000_000);
    expect(said.at(-1)?.bytesPerSecond).toBeCloseTo(5_000_000, -5);
    expect(said.at(-1)?.secondsLeft).toBe(84);
  });
});
