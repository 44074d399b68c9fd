import { describe, expect, it } from 'vitest';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { type SyncFiles, SyncLock, type SyncLockFile } from './sync-lock.ts';

/** A phone that writes down what was done to it, in order. */
function phone({ takenTimes = 0, failing = '' } = {}) {
  const done: string[] = [];
  let taken = takenTimes;
  const note = async (what: string): Promise<void> => {
    done.push(what);
    if (what === failing) throw new BackstopError('internal/bug', { message: what });
  };
  const file: SyncLockFile = {
    tryLock: async () => {
      await note('lock');
      taken -= 1;
      return taken < 0;
    },
    unlock: () => note('unlock'),
    close: () => note('close'),
  };
  const files: SyncFiles = {
    openLockFile: async () => {
      await note('open');
      return file;
    },
  };
  return { done, files, notifications: { post: (name: string) => note(name.replace('com.apple.itunes-mobdev.', '')) } };
}

const BEGUN = ['syncWillStart', 'open', 'syncLockRequest', 'lock', 'syncDidStart'];

async function acquire(one: ReturnType<typeof phone>, signal = new AbortController().signal) {
  const warnings: unknown[] = [];
  const lock = await SyncLock.acquire(one.notifications, one.files, { signal, onWarning: (e) => warnings.push(e) });
  return { lock, warnings };
}

describe('the sync lock', () => {
  it('is taken in Apple’s order and given back', async () => {
    const one = phone();
    const { lock } = await acquire(one);
    expect(one.done).toEqual(BEGUN);
    await lock.release();
    expect(one.done.slice(BEGUN.length)).toEqual(['unlock', 'close', 'syncDidFinish']);
  });

  it('is waited for while another host holds it, and given up cleanly', async () => {
    const waiting = phone({ takenTimes: 1 });
    await acquire(waiting);
    expect(waiting.done.filter((what) => what === 'lock')).toHaveLength(2);
  });

  it('goes on without the lock when its file cannot be opened', async () => {
    const one = phone({ failing: 'open' });
    const { lock, warnings } = await acquire(one);
    expect(warnings).toHaveLength(1);
    await lock.release();
    expect(one.done).toEqual(['syncWillStart', 'open', 'syncDidStart', 'syncDidFinish']);
  });

  it('tells the phone of the end even when giving back fails', async () => {
    const one = phone({ failing: 'unlock' });
    const { lock } = await acquire(one);
    await lock.release();
    expect(one.done.slice(-3)).toEqual(['unlock', 'close', 'syncDidFinish']);
  });

  it('releases everything when it is stopped in the middle', async () => {
    const stop = new AbortController();
    const one = phone({ takenTimes: 1000 });
    const acquiring = acquire(one, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(acquiring).rejects.toThrow('stopped');
    expect(one.done.slice(-2)).toEqual(['close', 'syncDidFinish']);
  });
});
