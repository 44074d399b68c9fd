import {
  type Answerer,
  createClient,
  type MediaRange,
  type MediaSource,
  type OpenedMedia,
  type Port,
} from '../../shared/contract/carrier/index.ts';
import type {
  EngineClient,
  EngineEvent,
  InputOf,
  OutputOf,
  ProcedureName,
} from '../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../shared/errors/index.ts';
import type { Logger } from './log/index.ts';
import { scaledMs, systemClock, withTimeout } from './platform/index.ts';
import { lifeFrame } from './process/frames.ts';
import { createHostClient, type HostClient } from './process/host-calls.ts';
import { InterruptedJobs } from './process/interrupted-jobs.ts';
import { createMediaClient } from './process/media-client.ts';

export { forkEngine, type NodeChildOptions } from './process/node-child.ts';

/** A process that runs `host.ts`: a utility process of Electron, or a child of Node. */
export interface EngineChild {
  readonly pid: number | null;
  /** `onClose` tells when the process has ended. */
  readonly port: Port;
  /** When it ended, or could not be started; says how. */
  readonly ended: Promise<string>;
  /** At once. Nothing half-done is ever a version. */
  kill(): void;
}

export type EngineState = 'starting' | 'ready' | 'restarting' | 'failed' | 'closed';

/** The engine in a process of its own, for a face. Its crash is an event, never the face's end. */
export interface EngineProcess extends EngineClient, Answerer, MediaSource {
  readonly state: EngineState;
  readonly pid: number | null;
  /** What no page may ask. Each waits for an engine that is starting, as questions do. */
  readonly host: HostClient;
  /** How long the engine takes to answer, in milliseconds. Throws `app/engine-gone` when it does not. */
  ping(): Promise<number>;
  /** Tries again after `failed`. */
  restart(): void;
  /** Cancels what runs and waits for the engine's end. */
  close(): Promise<void>;
}

export interface EngineProcessOptions {
  readonly spawn: () => EngineChild;
  readonly log?: Logger;
  /** Waits before the first, second, … new start after crashes that follow each other. */
  readonly backOffMs?: readonly number[];
}

/** After the last of these it stays `failed`. */
const BACK_OFF_MS = [200, 1000, 3000, 10_000, 30_000].map(scaledMs);
/** An engine that ran for so long had no crash of starting. */
const STEADY_MS = scaledMs(60_000);
const READY_TIMEOUT_MS = scaledMs(60_000);
const PING_TIMEOUT_MS = scaledMs(10_000);
/** Longer than the engine gives itself. */
const CLOSE_TIMEOUT_MS = scaledMs(20_000);

export function startEngineProcess(options: EngineProcessOptions): EngineProcess {
  const engine = new WatchedEngine(options);
  engine.restart();
  return engine;
}

/** One run of the process. */
interface Run {
  readonly child: EngineChild;
  readonly client: EngineClient;
  readonly media: MediaSource;
  readonly host: HostClient;
}

class WatchedEngine implements EngineProcess {
  readonly #spawn: () => EngineChild;
  readonly #log: Logger | undefined;
  readonly #backOffMs: readonly number[];
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #interrupted = new InterruptedJobs(() => systemClock.now());
  readonly #pings = new Map<number, () => void>();
  #state: EngineState = 'failed';
  #run: Run | null = null;
  #waiters: { readonly resolve: (run: Run) => void; readonly reject: (error: unknown) => void }[] = [];
  #crashes = 0;
  #timer: NodeJS.Timeout | undefined;
  #nextPing = 0;

  constructor({ spawn, log, backOffMs = BACK_OFF_MS }: EngineProcessOptions) {
    this.#spawn = spawn;
    this.#log = log;
    this.#backOffMs = backOffMs;
  }

  get state(): EngineState {
    return this.#state;
  }

  get pid(): number | null {
    return this.#run?.child.pid ?? null;
  }

  readonly host: HostClient = {
    offerPlace: async (path) => (await this.#whenReady()).host.offerPlace(path),
    placePath: async (token) => (await this.#whenReady()).host.placePath(token),
    unlock: async () => (await this.#whenReady()).host.unlock(),
    resumed: async () => (await this.#whenReady()).host.resumed(),
  };

  async call<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const own = this.#interrupted.answer(name, input);
    if (own !== undefined) return own;
    const run = await this.#whenReady();
    return this.#interrupted.complete(name, await run.client.call(name, input));
  }

  /** Inputs have been parsed by the carrier that asks. */
  answer(name: ProcedureName, input: unknown): Promise<unknown> {
    return this.call(name, input as InputOf<ProcedureName>);
  }

  async openMedia(token: string, range: MediaRange | null): Promise<OpenedMedia> {
    const run = await this.#whenReady();
    return run.media.openMedia(token, range);
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ping(): Promise<number> {
    const { child } = await this.#whenReady();
    const started = performance.now();
    const id = this.#nextPing++;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pings.set(id, resolve);
    child.port.post({ type: 'ping', id });
    try {
      await withTimeout(promise, PING_TIMEOUT_MS, 'app/engine-gone');
    } finally {
      this.#pings.delete(id);
    }
    return performance.now() - started;
  }

  restart(): void {
    if (this.#state !== 'failed') return;
    this.#state = 'starting';
    this.#crashes = 0;
    this.#start();
  }

  async close(): Promise<void> {
    const run = this.#run;
    this.#state = 'closed';
    clearTimeout(this.#timer);
    this.#giveUpWaiting();
    if (run === null) return;
    run.child.port.post({ type: 'shutdown' });
    try {
      await withTimeout(run.child.ended, CLOSE_TIMEOUT_MS, 'app/engine-gone');
    } catch {
      // It does not hear: what it was at is lost as in a power cut, which harms no version.
      run.child.kill();
      await run.child.ended;
    }
  }

  #start(): void {
    let child: EngineChild;
    try {
      child = this.#spawn();
    } catch (error) {
      this.#log?.error('engine.not-started', { error });
      this.#crashed();
      return;
    }
    const { port } = child;
    const run: Run = {
      child,
      client: createClient(port),
      media: createMediaClient(port),
      host: createHostClient(port),
    };
    this.#run = run;
    this.#timer = setTimeout(() => child.kill(), READY_TIMEOUT_MS);
    run.client.onEvent((event) => {
      this.#interrupted.saw(event);
      this.#tell(event);
    });
    child.port.onFrame((frame) => {
      const life = lifeFrame.safeParse(frame);
      if (!life.success) return;
      if (life.data.type === 'pong') this.#pings.get(life.data.id)?.();
      else this.#ready(run);
    });
    void child.ended.then((how) => {
      this.#run = null;
      clearTimeout(this.#timer);
      if (this.#state === 'closed') return;
      this.#log?.error('engine.ended', { how });
      for (const event of this.#interrupted.crashed()) this.#tell(event);
      this.#crashed();
    });
  }

  #ready(run: Run): void {
    if (this.#run !== run || this.#state === 'closed') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#crashes = 0;
    }, STEADY_MS);
    this.#timer.unref();
    this.#state = 'ready';
    for (const { resolve } of this.#waiters.splice(0)) resolve(run);
    this.#tell({ type: 'engine', state: 'ready' });
  }

  #crashed(): void {
    const wait = this.#backOffMs[this.#crashes];
    this.#crashes += 1;
    if (wait === undefined) {
      this.#state = 'failed';
      this.#giveUpWaiting();
      this.#tell({ type: 'engine', state: 'failed' });
      return;
    }
    this.#state = 'restarting';
    this.#timer = setTimeout(() => this.#start(), wait);
    this.#tell({ type: 'engine', state: 'restarting' });
  }

  /** What is asked while the engine starts again waits for it. */
  #whenReady(): Promise<Run> {
    if (this.#state === 'ready' && this.#run !== null) return Promise.resolve(this.#run);
    if (this.#state === 'failed' || this.#state === 'closed')
      return Promise.reject(new BackstopError('app/engine-gone'));
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  #giveUpWaiting(): void {
    for (const { reject } of this.#waiters.splice(0)) reject(new BackstopError('app/engine-gone'));
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
