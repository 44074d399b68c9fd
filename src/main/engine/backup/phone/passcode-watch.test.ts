import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NOTIFICATION } from '../../device/index.ts';
import { PasscodeWatch } from './passcode-watch.ts';

let heard: string[];
let watch: PasscodeWatch;

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  watch = new PasscodeWatch({
    asked: (isCertain) => heard.push(isCertain ? 'asked' : 'perhaps'),
    gone: () => heard.push('gone'),
  });
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

describe('waiting for the passcode', () => {
  it('follows the screen of the phone', () => {
    watch.start();
    watch.notification(NOTIFICATION.passcodeShown);
    watch.notification(NOTIFICATION.passcodeGone);
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual(['asked', 'gone']);
  });

  it('is guessed when the phone says nothing for five seconds', () => {
    watch.start();
    vi.advanceTimersByTime(4_999);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard).toEqual(['perhaps']);
    watch.heard();
    expect(heard).toEqual(['perhaps', 'gone']);
  });

  it('is not guessed once the phone has begun', () => {
    watch.start();
    watch.heard();
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual([]);
  });

  it('may come in the middle of a run', () => {
    watch.start();
    watch.heard();
    watch.notification(NOTIFICATION.passcodeShown);
    watch.notification(NOTIFICATION.passcodeGone);
    expect(heard).toEqual(['asked', 'gone']);
  });
});
