import type {
  EngineClient,
  EngineEvent,
  JobView,
  PhoneView,
  Settings,
  VaultView,
} from '../../../shared/contract/procedures/index.ts';

/** What the shell knows of the engine: enough for the tray, for notifications and for the question before quitting. */
export interface Facts {
  readonly engine: 'starting' | 'ready' | 'restarting' | 'failed';
  /** Null: not asked yet. Then nothing is claimed. */
  readonly phones: readonly PhoneView[] | null;
  readonly vaults: readonly VaultView[] | null;
  readonly settings: Settings | null;
  readonly jobs: readonly JobView[];
}

export const NO_FACTS: Facts = { engine: 'starting', phones: null, vaults: null, settings: null, jobs: [] };

type FactsListener = (now: Facts, before: Facts) => void;
type Asked = 'phones' | 'vaults' | 'settings' | 'jobs';

/** Asks again when the engine says that something changed; one question of a kind at a time. */
export class FactsWatch {
  readonly #client: EngineClient;
  readonly #listeners = new Set<FactsListener>();
  readonly #asking = new Map<Asked, 'once' | 'again'>();
  #facts: Facts = NO_FACTS;

  constructor(client: EngineClient) {
    this.#client = client;
    client.onEvent((event) => {
      if (event.type === 'job') this.#set({ jobs: withJob(this.#facts.jobs, event.job) });
      else if (event.type === 'engine') this.#engine(event.state);
      else this.#changed(event.topic);
    });
    this.#askAll();
  }

  get now(): Facts {
    return this.#facts;
  }

  onChange(listener: FactsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Jobs that ended with an engine are told as failed by whoever watches it; the new one is asked for the rest. */
  #engine(state: 'ready' | 'restarting' | 'failed'): void {
    this.#set({ engine: state });
    if (state === 'ready') this.#askAll();
  }

  #changed(topic: Extract<EngineEvent, { type: 'changed' }>['topic']): void {
    if (topic === 'phones' || topic === 'backups') this.#ask('phones');
    if (topic === 'vaults' || topic === 'backups') this.#ask('vaults');
    if (topic === 'settings') this.#ask('settings');
  }

  #askAll(): void {
    for (const what of ['phones', 'vaults', 'settings', 'jobs'] as const) this.#ask(what);
  }

  #ask(what: Asked): void {
    if (this.#asking.has(what)) {
      this.#asking.set(what, 'again');
      return;
    }
    this.#asking.set(what, 'once');
    void this.#answer(what).then(
      (facts) => this.#answered(what, facts),
      // Without an answer the last one stands; the engine's own events tell when it is back.
      () => this.#answered(what, {}),
    );
  }

  #answered(what: Asked, facts: Partial<Facts>): void {
    const wasAskedAgain = this.#asking.get(what) === 'again';
    this.#asking.delete(what);
    this.#set(facts);
    if (wasAskedAgain) this.#ask(what);
  }

  async #answer(what: Asked): Promise<Partial<Facts>> {
    switch (what) {
      case 'phones':
        return { phones: (await this.#client.call('phones.list', {})).phones };
      case 'vaults':
        return { vaults: (await this.#client.call('vaults.list', {})).vaults };
      case 'settings':
        return { settings: await this.#client.call('settings.get', {}) };
      case 'jobs':
        return { jobs: (await this.#client.call('jobs.list', {})).jobs, engine: 'ready' };
    }
  }

  #set(change: Partial<Facts>): void {
    const before = this.#facts;
    this.#facts = { ...before, ...change };
    for (const listener of this.#listeners) listener(this.#facts, before);
  }
}

const KEPT_JOBS = 100;

function withJob(jobs: readonly JobView[], job: JobView): readonly JobView[] {
  return [job, ...jobs.filter(({ id }) => id !== job.id)].slice(0, KEPT_JOBS);
}

export function isLive(job: JobView): boolean {
  return job.state === 'waiting' || job.state === 'running' || job.state === 'cancelling';
}

/** Work that the owner would lose, or would wonder about, if the program ended now. */
export function liveJobs(facts: Facts): readonly JobView[] {
  return facts.jobs.filter(isLive);
}

export function phoneName(facts: Facts, udid: string | null): string | null {
  return facts.phones?.find((phone) => phone.udid === udid)?.name ?? null;
}
