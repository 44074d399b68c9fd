import { randomUUID } from 'node:crypto';
import { failureFrom } from '../../../shared/contract/carrier/index.ts';
import type { Notice, Progress } from '../../../shared/contract/index.ts';
import type { JobResult, JobView } from '../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { type Clock, systemClock } from '../platform/index.ts';
import { withNotice, withProgress } from './job-view.ts';
import { Turns } from './turns.ts';

export interface JobRequest {
  readonly kind: JobView['kind'];
  readonly udid?: string | undefined;
  readonly vault?: string | undefined;
  readonly snapshot?: string | undefined;
  readonly holds: ReadonlyArray<'phone' | 'vault'>;
}

export type JobFacts = Partial<
  Pick<JobView, 'percent' | 'newBytes' | 'snapshot' | 'passcodeSince' | 'cancelCosts' | 'vault'>
>;

export interface JobWork {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly skip: AbortSignal;
  readonly options: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: Progress) => void;
    readonly onNotice: (notice: Notice) => void;
  };
  tell(facts: JobFacts): void;
}

/** Null: it ended well, and there is nothing more to tell than what the view says. */
export type RunJob = (work: JobWork) => Promise<JobResult | null>;

/** At most ten events a second of one job. */
const MIN_INTERVAL_MS = 100;
/** A page that was reloaded still learns how a job ended. */
const KEEP_ENDED_MS = 3_600_000;
/** Ended ones beyond this are forgotten sooner, the oldest first. */
const MOST_ENDED = 200;

interface Job {
  view: JobView;
  readonly request: JobRequest;
  readonly run: RunJob;
  readonly cancel: AbortController;
  readonly skip: AbortController;
  readonly keys: readonly string[];
  toldAtMs: number;
  timer: NodeJS.Timeout | undefined;
  endedAtMs: number | null;
  ended: Promise<void>;
}

/** Long work, seen alike by every face: one job at a time holds a phone or a vault, and the others wait for their turn. */
export class Jobs {
  readonly #tell: (job: JobView) => void;
  readonly #clock: Clock;
  /** In the order in which they were asked for. */
  readonly #jobs = new Map<string, Job>();
  readonly #turns = new Turns();
  #isClosed = false;

  constructor(tell: (job: JobView) => void, clock: Clock = systemClock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  start(request: JobRequest, run: RunJob): string {
    if (this.#isClosed) throw new BackstopError('app/engine-gone');
    this.#forgetOld();
    const id = randomUUID();
    const job: Job = {
      request,
      run,
      cancel: new AbortController(),
      skip: new AbortController(),
      keys: keysOf(request),
      toldAtMs: Number.NEGATIVE_INFINITY,
      timer: undefined,
      endedAtMs: null,
      ended: Promise.resolve(),
      view: {
        id,
        kind: request.kind,
        state: 'waiting',
        udid: request.udid ?? null,
        vault: request.vault ?? null,
        snapshot: request.snapshot ?? null,
        startedAt: this.#now(),
        endedAt: null,
        progress: null,
        phases: [],
        percent: null,
        lastDataAt: null,
        newBytes: null,
        passcodeSince: null,
        notices: [],
        failure: null,
        result: null,
        cancelCosts: 'nothing',
      },
    };
    this.#jobs.set(id, job);
    job.ended = this.#take(job);
    return id;
  }

  get(id: string): JobView | null {
    this.#forgetOld();
    return this.#jobs.get(id)?.view ?? null;
  }

  list(): readonly JobView[] {
    this.#forgetOld();
    return [...this.#jobs.values()].map(({ view }) => view);
  }

  cancel(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined || job.endedAtMs !== null || job.view.state === 'cancelling') return;
    // Whoever still waits has nothing to undo: it ends as soon as its turn is given up.
    this.#change(job, { state: 'cancelling' });
    job.cancel.abort(new BackstopError('internal/cancelled'));
  }

  skipVerification(id: string): void {
    this.#jobs.get(id)?.skip.abort(new BackstopError('internal/cancelled'));
  }

  /** Takes an ended job off the list; a running one stays. */
  dismiss(id: string): void {
    if (this.#jobs.get(id)?.endedAtMs != null) this.#jobs.delete(id);
  }

  isBusy(held: { readonly udid?: string; readonly vault?: string }): boolean {
    const wanted = [
      ...(held.udid === undefined ? [] : [phoneKey(held.udid)]),
      ...(held.vault === undefined ? [] : [vaultKey(held.vault)]),
    ];
    return [...this.#jobs.values()].some(
      (job) => job.endedAtMs === null && job.keys.some((key) => wanted.includes(key)),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const running = [...this.#jobs.values()].filter((job) => job.endedAtMs === null);
    for (const job of running) this.cancel(job.view.id);
    await Promise.all(running.map((job) => job.ended));
  }

  async #take(job: Job): Promise<void> {
    // Its id is given out first: whoever asked hears nothing of a job it does not know yet.
    await Promise.resolve();
    this.#say(job);
    let release: (() => void) | null = null;
    try {
      release = await this.#turns.take(job.keys, job.cancel.signal);
      this.#change(job, { state: 'running', startedAt: this.#now() });
      const result = await job.run(this.#work(job));
      this.#end(job, { state: 'done', result });
    } catch (error) {
      if (job.cancel.signal.aborted) this.#end(job, { state: 'cancelled' });
      else this.#end(job, { state: 'failed', failure: failureFrom(error) });
    } finally {
      release?.();
    }
  }

  #work(job: Job): JobWork {
    return {
      id: job.view.id,
      signal: job.cancel.signal,
      skip: job.skip.signal,
      options: {
        signal: job.cancel.signal,
        onProgress: (progress) => this.#soon(job, withProgress(job.view, progress, this.#now())),
        onNotice: (notice) => this.#soon(job, withNotice(job.view, notice, this.#now())),
      },
      tell: (facts) => this.#soon(job, { ...job.view, ...facts }),
    };
  }

  #end(job: Job, facts: Pick<JobView, 'state'> & Partial<JobView>): void {
    job.endedAtMs = this.#clock.monotonicMs();
    this.#change(job, { ...facts, endedAt: this.#now(), passcodeSince: null });
  }

  /** Changes of state are told at once; there are few of them. */
  #change(job: Job, facts: Partial<JobView>): void {
    job.view = { ...job.view, ...facts };
    this.#say(job);
  }

  #soon(job: Job, view: JobView): void {
    // Late words of work that has ended change nothing.
    if (job.endedAtMs !== null) return;
    job.view = view;
    if (job.timer !== undefined) return;
    const wait = job.toldAtMs + MIN_INTERVAL_MS - this.#clock.monotonicMs();
    if (wait <= 0) this.#say(job);
    else job.timer = setTimeout(() => this.#say(job), wait);
  }

  #say(job: Job): void {
    clearTimeout(job.timer);
    job.timer = undefined;
    job.toldAtMs = this.#clock.monotonicMs();
    this.#tell(job.view);
  }

  #forgetOld(): void {
    const now = this.#clock.monotonicMs();
    const ended = [...this.#jobs.values()].filter((job) => job.endedAtMs !== null);
    const tooMany = new Set(ended.slice(0, Math.max(0, ended.length - MOST_ENDED)));
    for (const job of ended) {
      if (tooMany.has(job) || now - (job.endedAtMs ?? now) > KEEP_ENDED_MS) this.#jobs.delete(job.view.id);
    }
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}

function keysOf({ holds, udid, vault }: JobRequest): readonly string[] {
  return holds.flatMap((what) => {
    if (what === 'phone') return udid === undefined ? [] : [phoneKey(udid)];
    return vault === undefined ? [] : [vaultKey(vault)];
  });
}

/** A phone is the same with and without its dash. */
function phoneKey(udid: string): string {
  return `phone ${udid.replaceAll('-', '').toLowerCase()}`;
}

function vaultKey(vault: string): string {
  return `vault ${vault.toLowerCase()}`;
}
