import type { EngineClient, JobView } from '../../shared/contract/procedures/index.ts';

/** The jobs as the engine tells them; one for the whole page. */
export class JobStore {
  #jobs: readonly JobView[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #client: EngineClient;

  constructor(client: EngineClient) {
    this.#client = client;
    client.onEvent((event) => {
      if (event.type === 'job') this.#put([event.job, ...this.#jobs.filter(({ id }) => id !== event.job.id)]);
      else if (event.type === 'engine' && event.state === 'ready') this.#load();
    });
    this.#load();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): readonly JobView[] => this.#jobs;

  #load(): void {
    this.#client.call('jobs.list', {}).then(
      ({ jobs }) => this.#put(jobs),
      // Without an answer the list stays as it is: events go on telling.
      () => undefined,
    );
  }

  #put(jobs: readonly JobView[]): void {
    this.#jobs = [...jobs].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    for (const listener of this.#listeners) listener();
  }
}
