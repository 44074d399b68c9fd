import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../../../../shared/contract/procedures/index.ts';
import { Events } from './events.ts';
import { Lock } from './lock.ts';

function make(settings: Partial<Settings>) {
  const events = new Events();
  const heard: string[] = [];
  events.on((event) => event.type === 'changed' && heard.push(event.topic));
  const current = { lockBrowsing: true, autoLockMinutes: 10, ...settings };
  const lock = new Lock({ settings: () => current as Settings }, events);
  return { lock, heard, current };
}

const isLocked = (lock: Lock): boolean => {
  try {
    lock.require();
    return false;
  } catch {
    return true;
  }
};

describe('the lock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is closed when the program begins, and opens', () => {
    const { lock, heard } = make({});
    expect(isLocked(lock)).toBe(true);
    lock.unlock();
    expect(isLocked(lock)).toBe(false);
    expect(heard).toEqual(['lock']);
  });

  it('is no lock when the owner wants none', () => {
    const { lock, current } = make({ lockBrowsing: false });
    expect(isLocked(lock)).toBe(false);
    lock.lock();
    expect(lock.isLocked).toBe(false);
    current.lockBrowsing = true;
    expect(isLocked(lock)).toBe(false);
  });

  it('closes by itself when nobody looked for a while, and whoever holds something is told', () => {
    const { lock } = make({});
    const told = vi.fn();
    lock.onLock(told);
    lock.unlock();
    vi.advanceTimersByTime(9 * 60_000);
    expect(isLocked(lock)).toBe(false);
    vi.advanceTimersByTime(9 * 60_000);
    expect(isLocked(lock)).toBe(false);
    expect(told).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10 * 60_000);
    expect(isLocked(lock)).toBe(true);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('closes at once when the owner says so', () => {
    const { lock } = make({});
    lock.unlock();
    lock.lock();
    expect(isLocked(lock)).toBe(true);
  });
});
