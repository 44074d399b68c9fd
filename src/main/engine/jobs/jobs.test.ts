import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../shared/contract/index.ts';
import { type JobView, jobView } from '../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { Jobs } from './index.ts';

const UDID = '00008110-000A1B2C3D4E5F67';
const VAULT = '11111111-2222-4333-8444-555555555555';

function progress(phase: string, doneBytes: number, more: object = {}): Progress {
  const unknown = { totalFiles: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
  return { type: 'progress', phase, doneFiles: 0, doneBytes, ...unknown, ...more };
}

class Hand {
  ms = 0;
  readonly now = (): Date => new Date(Date.UTC(2026, 0, 1) + this.ms);
  readonly monotonicMs = (): number => this.ms;
}

function start() {
  const clock = new Hand();
  const told: JobView[] = [];
  const jobs = new Jobs((job) => told.push(jobView.parse(job)), clock);
  const ended = async (id: string): Promise<JobView> => {
    for (;;) {
      const job = jobs.get(id);
      if (job !== null && job.endedAt !== null) return job;
      await sleep(1);
    }
  };
  return { clock, told, jobs, ended };
}

describe('turns', () => {
  it('gives a phone to one job at a time, in their order', async () => {
    const { jobs, ended } = start();
    const order: string[] = [];
    const first = Promise.withResolvers<null>();
    const hold = { kind: 'backup', udid: UDID, vault: VAULT, holds: ['phone', 'vault'] } as const;
    const a = jobs.start(hold, () => first.promise);
    const b = jobs.start({ kind: 'pair', udid: UDID.replace('-', ''), holds: ['phone'] }, async () => {
      order.push('b');
      return null;
    });
    const c = jobs.start({ kind: 'verify', vault: VAULT, holds: [] }, async () => {
      order.push('c');
      return null;
    });
    await ended(c);
    expect(jobs.get(a)?.state).toBe('running');
    expect(jobs.get(b)?.state).toBe('waiting');
    expect(jobs.isBusy({ udid: UDID })).toBe(true);
    expect(jobs.isBusy({ vault: VAULT })).toBe(true);
    first.resolve(null);
    await ended(b);
    expect(order).toEqual(['c', 'b']);
    expect(jobs.isBusy({ udid: UDID })).toBe(false);
  });

  it('lets nobody pass who came later', async () => {
    const { jobs, ended } = start();
    const first = Promise.withResolvers<null>();
    const order: string[] = [];
    const say = (what: string) => async () => {
      order.push(what);
      return null;
    };
    jobs.start({ kind: 'pair', udid: UDID, holds: ['phone'] }, () => first.promise);
    const both = jobs.start({ kind: 'backup', udid: UDID, vault: VAULT, holds: ['phone', 'vault'] }, say('both'));
    const vault = jobs.start({ kind: 'scrub', vault: VAULT, holds: ['vault'] }, say('vault'));
    await sleep(5);
    expect(order).toEqual([]);
    first.resolve(null);
    await Promise.all([ended(both), ended(vault)]);
    expect(order).toEqual(['both', 'vault']);
  });
});

describe('the end of a job', () => {
  it('is cancelled through cancelling', async () => {
    const { jobs, ended, told } = start();
    const id = jobs.start(
      { kind: 'verify', holds: [] },
      ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await sleep(2);
    jobs.cancel(id);
    expect(jobs.get(id)?.state).toBe('cancelling');
    const job = await ended(id);
    expect(job).toMatchObject({ state: 'cancelled', failure: null, result: null });
    expect(told.map(({ state }) => state)).toEqual(['waiting', 'running', 'cancelling', 'cancelled']);
  });

  it('is done when the work came to its end before it heard of the cancelling', async () => {
    const { jobs, ended } = start();
    const work = Promise.withResolvers<null>();
    const id = jobs.start({ kind: 'verify', holds: [] }, () => work.promise);
    await sleep(2);
    jobs.cancel(id);
    work.resolve(null);
    expect((await ended(id)).state).toBe('done');
  });

  it('ends one that waits without running it', async () => {
    const { jobs, ended } = start();
    const first = Promise.withResolvers<null>();
    jobs.start({ kind: 'pair', udid: UDID, holds: ['phone'] }, () => first.promise);
    const waiting = jobs.start({ kind: 'pair', udid: UDID, holds: ['phone'] }, () => Promise.reject(new Error('ran')));
    await sleep(2);
    jobs.cancel(waiting);
    expect((await ended(waiting)).state).toBe('cancelled');
    first.resolve(null);
  });

  it('fails with the code and facts of what was thrown', async () => {
    const { jobs, ended } = start();
    const id = jobs.start({ kind: 'pair', holds: [] }, () =>
      Promise.reject(new BackstopError('vault/disk-full', { data: { path: '/x' } })),
    );
    expect((await ended(id)).failure).toMatchObject({ code: 'vault/disk-full', data: { path: '/x' } });
  });

  it('is told for an hour, or until it is dismissed', async () => {
    const { jobs, ended, clock } = start();
    const id = jobs.start({ kind: 'pair', holds: [] }, async () => null);
    await ended(id);
    clock.ms += 3_599_000;
    expect(jobs.get(id)).not.toBeNull();
    clock.ms += 2_000;
    expect(jobs.get(id)).toBeNull();
    const other = jobs.start({ kind: 'pair', holds: [] }, async () => null);
    await ended(other);
    jobs.dismiss(other);
    expect(jobs.list()).toEqual([]);
  });

  it('waits for all when it closes, and takes no more', async () => {
    const { jobs } = start();
    const id = jobs.start(
      { kind: 'verify', holds: [] },
      ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await sleep(2);
    await jobs.close();
    expect(jobs.get(id)?.state).toBe('cancelled');
    expect(() => jobs.start({ kind: 'pair', holds: [] }, async () => null)).toThrow();
  });
});

describe('progress', () => {
  it('is told at most ten times a second, the last one always', async () => {
    const { jobs, ended, told, clock } = start();
    const go = Promise.withResolvers<null>();
    const id = jobs.start({ kind: 'backup', holds: [] }, async ({ options }) => {
      for (let at = 1; at <= 100; at += 1) {
        clock.ms += 10;
        options.onProgress(progress('receiving', at));
      }
      return go.promise;
    });
    await sleep(120);
    expect(told.filter((job) => job.state === 'running').length).toBeLessThanOrEqual(12);
    expect(told.at(-1)?.progress?.doneBytes).toBe(100);
    go.resolve(null);
    await ended(id);
  });

  it('never goes backwards within a phase, and keeps the phases it went through', async () => {
    const { jobs, ended } = start();
    const id = jobs.start({ kind: 'backup', holds: [] }, async ({ options }) => {
      options.onProgress(progress('receiving', 500, { phonePercent: 40 }));
      options.onProgress(progress('receiving', 300, { phonePercent: 20 }));
      expect(jobs.get(id)?.progress?.doneBytes).toBe(500);
      options.onProgress(progress('moving', 100, { phonePercent: null }));
      return null;
    });
    const job = await ended(id);
    expect(job.progress?.doneBytes).toBe(100);
    expect(job.phases).toEqual(['receiving', 'moving']);
    expect(job.percent).toBe(40);
  });

  it('knows since when the passcode screen stands, and keeps twenty notices', async () => {
    const { jobs, ended, clock } = start();
    const id = jobs.start({ kind: 'backup', holds: [] }, async ({ options }) => {
      options.onNotice({ type: 'notice', code: 'passcode-asked', data: {} });
      const since = jobs.get(id)?.passcodeSince;
      clock.ms += 5000;
      options.onNotice({ type: 'notice', code: 'passcode-asked', data: {} });
      expect(jobs.get(id)?.passcodeSince).toBe(since);
      expect(since).not.toBeNull();
      options.onNotice({ type: 'notice', code: 'passcode-entered', data: {} });
      expect(jobs.get(id)?.passcodeSince).toBeNull();
      for (let at = 0; at < 30; at += 1) options.onNotice({ type: 'notice', code: `n${at}`, data: {} });
      return null;
    });
    const job = await ended(id);
    expect(job.notices).toHaveLength(20);
    expect(job.notices.at(-1)?.code).toBe('n29');
  });
});
