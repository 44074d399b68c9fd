import { failureFrom } from '../../../shared/contract/carrier/index.ts';
import type {
  EngineEvent,
  InputOf,
  JobView,
  OutputOf,
  ProcedureName,
} from '../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';

/** As long as the engine keeps jobs that ended. */
const KEPT_MS = 3_600_000;

/**
 * Jobs that were running when the engine's process died. The engine that is started next knows nothing of them, so its
 * parent says how they ended, and goes on saying so until somebody has read it.
 */
export class InterruptedJobs {
  readonly #live = new Map<string, JobView>();
  readonly #ended = new Map<string, JobView>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Remembers what runs. */
  saw(event: EngineEvent): void {
    if (event.type !== 'job') return;
    const { job } = event;
    if (job.endedAt === null && isLive(job)) this.#live.set(job.id, job);
    else this.#live.delete(job.id);
  }

  /** The engine is gone: what there is to tell. */
  crashed(): readonly EngineEvent[] {
    const failure = failureFrom(new BackstopError('app/engine-gone'));
    const jobs = [...this.#live.values()].map(
      (job): JobView => ({ ...job, state: 'failed', endedAt: this.#now().toISOString(), passcodeSince: null, failure }),
    );
    this.#live.clear();
    for (const job of jobs) this.#ended.set(job.id, job);
    return jobs.map((job) => ({ type: 'job', job }));
  }

  /** Is this a question about one of them that the engine cannot answer? */
  answer<N extends ProcedureName>(name: N, input: InputOf<N>): OutputOf<N> | undefined {
    if (name !== 'jobs.dismiss' && name !== 'jobs.get') return undefined;
    const job = this.#ended.get((input as InputOf<'jobs.get'>).job);
    if (job === undefined) return undefined;
    if (name === 'jobs.get') return { job } as OutputOf<N>;
    this.#ended.delete(job.id);
    return { done: true } as OutputOf<N>;
  }

  /** What the engine answers, with them. */
  complete<N extends ProcedureName>(name: N, output: OutputOf<N>): OutputOf<N> {
    if (name !== 'jobs.list' || this.#ended.size === 0) return output;
    for (const { id, endedAt } of this.#ended.values()) {
      if (this.#now().getTime() - Date.parse(endedAt ?? '') > KEPT_MS) this.#ended.delete(id);
    }
    const { jobs } = output as OutputOf<'jobs.list'>;
    return { jobs: [...jobs, ...this.#ended.values()] } as OutputOf<N>;
  }
}

function isLive({ state }: JobView): boolean {
  return state === 'waiting' || state === 'running' || state === 'cancelling';
}
