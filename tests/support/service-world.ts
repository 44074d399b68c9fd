import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createService, type Service, type ServiceOptions } from '../../src/main/engine/api/service/service.ts';
import { createClient, portPair, serve } from '../../src/shared/contract/carrier/index.ts';
import type {
  EngineClient,
  EngineEvent,
  InputOf,
  JobView,
  OutputOf,
  PhoneView,
  ProcedureName,
} from '../../src/shared/contract/procedures/index.ts';

/** The whole engine behind the contract, asked as a page asks it: through a port, with every frame copied and parsed. */
export class ServiceWorld implements AsyncDisposable {
  readonly dir: string;
  readonly events: EngineEvent[] = [];
  service: Service;
  client: EngineClient;
  readonly #options: ServiceOptions;
  #closePort: () => void;

  /** `muxer`: the address of the daemon; null: there is none. */
  static async start(muxer: string | null, options: Partial<ServiceOptions> = {}): Promise<ServiceWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'backstop-service-'));
    const env = { USBMUXD_SOCKET_ADDRESS: muxer ?? `UNIX:${join(dir, 'nobody')}` };
    const given = { home: join(dir, 'home'), env, keychain: null, pacedDemo: false, ...options };
    return new ServiceWorld(dir, await createService(given), given);
  }

  private constructor(dir: string, service: Service, options: ServiceOptions) {
    this.dir = dir;
    this.#options = options;
    this.service = service;
    [this.client, this.#closePort] = this.#connect();
  }

  /** Another engine on what the one before left behind. What was in memory only is gone. */
  async restart(): Promise<void> {
    await this.service.close();
    this.#closePort();
    this.service = await createService(this.#options);
    [this.client, this.#closePort] = this.#connect();
  }

  #connect(): [EngineClient, () => void] {
    const [near, far] = portPair();
    serve(this.service, far);
    const client = createClient(near);
    client.onEvent((event) => this.events.push(event));
    return [client, () => near.close()];
  }

  ask<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    return this.client.call(name, input);
  }

  /** A new vault in a folder of its own; the main one. */
  async addVault(name: string): Promise<string> {
    const path = join(this.dir, name);
    mkdirSync(path);
    const place = this.service.host.offerPlace(path);
    return (await this.ask('vaults.add', { place, name, makeMain: true })).vault;
  }

  async phone(udid: string): Promise<PhoneView> {
    const phone = await this.#find(udid);
    if (phone === undefined) throw new Error(`no phone ${udid}`);
    return phone;
  }

  /** Waits until the list says so. */
  async until(udid: string, fits: (phone: PhoneView) => boolean): Promise<PhoneView> {
    const end = Date.now() + 20_000;
    for (;;) {
      const phone = await this.#find(udid);
      if (phone !== undefined && fits(phone)) return phone;
      if (Date.now() > end) throw new Error(`it never came: ${JSON.stringify(phone)}`);
      await sleep(20);
    }
  }

  async ended({ job: id }: { readonly job: string }): Promise<JobView> {
    for (;;) {
      const { job } = await this.ask('jobs.get', { job: id });
      if (job === null) throw new Error('the job is gone');
      if (job.endedAt !== null) return job;
      await sleep(10);
    }
  }

  /** Views of a job as they were told, the oldest first. */
  told(id: string): readonly JobView[] {
    return this.events.flatMap((event) => (event.type === 'job' && event.job.id === id ? [event.job] : []));
  }

  async #find(udid: string): Promise<PhoneView | undefined> {
    return (await this.ask('phones.list', {})).phones.find((one) => one.udid === udid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.close();
    this.#closePort();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
