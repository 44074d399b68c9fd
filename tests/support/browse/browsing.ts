import { randomBytes } from 'node:crypto';
import {
  type Browsing,
  type BrowsingOptions,
  createBrowsing,
} from '../../../src/main/engine/api/service/browse-handlers.ts';
import type { ServiceParts } from '../../../src/main/engine/api/service/parts.ts';
import { Jobs } from '../../../src/main/engine/jobs/index.ts';
import type { Vault } from '../../../src/main/engine/vault/index.ts';
import {
  type InputOf,
  type JobView,
  type OutputOf,
  type ProcedureName,
  procedures,
} from '../../../src/shared/contract/procedures/index.ts';
import { BackstopError } from '../../../src/shared/errors/index.ts';

/** Looking into the versions of one vault through the contract: every question and every answer is checked by its schema. */
export class BrowsingWorld implements AsyncDisposable {
  readonly browsing: Browsing;
  readonly jobs: Jobs;
  readonly cached = new Map<string, unknown>();
  isLocked = false;
  password: string | null;
  readonly #places = new Map<string, string>();
  readonly #ended = new Map<string, (view: JobView) => void>();

  constructor(vault: Vault, home: string, password: string | null, options: BrowsingOptions = {}) {
    this.password = password;
    this.jobs = new Jobs((view) => {
      if (view.endedAt !== null) this.#ended.get(view.id)?.(view);
    });
    const parts = {
      home,
      env: {},
      jobs: this.jobs,
      vaults: { use: async (_id: string, work: (vault: Vault) => Promise<unknown>) => work(vault) },
      passwords: {
        asker: () => async () => this.password,
        askerFor: () => async () => this.password,
        requireUnlocked: () => {
          if (this.isLocked) throw new BackstopError('app/locked');
        },
      },
      library: {
        cached: (key: string) => this.cached.get(key),
        cache: (key: string, value: unknown) => void this.cached.set(key, JSON.parse(JSON.stringify(value))),
      },
      places: {
        offer: (path: string) => this.place(path),
        path: (token: string) => {
          const path = this.#places.get(token);
          if (path === undefined) throw new BackstopError('app/unknown-place');
          return path;
        },
      },
    };
    this.browsing = createBrowsing(parts as unknown as ServiceParts, options);
  }

  place(path: string): string {
    const known = [...this.#places].find(([, one]) => one === path)?.[0];
    const token = known ?? randomBytes(18).toString('base64url');
    this.#places.set(token, path);
    return token;
  }

  async ask<N extends ProcedureName & keyof Browsing['handlers']>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const asked = procedures[name].input.parse(input);
    const handler = this.browsing.handlers[name] as (input: unknown) => Promise<unknown>;
    const answer = await handler(asked);
    // Strictly what the contract says: also that nothing is cut away from it.
    return procedures[name].output.parse(JSON.parse(JSON.stringify(answer))) as OutputOf<N>;
  }

  /** Waits for the end of a job. */
  async ended(id: string): Promise<JobView> {
    const known = this.jobs.get(id);
    if (known !== null && known.endedAt !== null) return known;
    return new Promise((resolve) => this.#ended.set(id, resolve));
  }

  async bytes(token: string, range: Parameters<Browsing['media']['openMedia']>[1] = null) {
    const opened = await this.browsing.media.openMedia(token, range);
    const parts: Uint8Array[] = [];
    for await (const chunk of opened.bytes) parts.push(Buffer.from(chunk));
    return { ...opened, content: Buffer.concat(parts) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.jobs.close();
    await this.browsing.close();
  }
}
