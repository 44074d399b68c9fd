import { join } from 'node:path';
import type { MediaRange, OpenedMedia } from '../../../../shared/contract/carrier/index.ts';
import {
  type EngineEvent,
  FACE_PROCEDURES,
  type InputOf,
  type OutputOf,
  type ProcedureName,
} from '../../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { muxEndpoint, pairRecordFolder } from '../../device/index.ts';
import { Jobs } from '../../jobs/index.ts';
import { Library } from '../../library/index.ts';
import { type Keychain, openKeychain } from '../../platform/index.ts';
import { createEngine } from '../create-engine.ts';
import { backupJobHandlers } from './backup-jobs.ts';
import { backupHandlers } from './backups-handlers.ts';
import { type Browsing, createBrowsing } from './browse-handlers.ts';
import { Cleanups } from './cleanup-handlers.ts';
import { Events } from './events.ts';
import type { EngineProcedureName, Handler, Handlers } from './handlers.ts';
import { jobsHandlers } from './jobs-handlers.ts';
import { type LiveParts, OtherMuxers } from './live-parts.ts';
import { Lock } from './lock.ts';
import { Passwords } from './passwords.ts';
import { passwordsHandlers } from './passwords-handlers.ts';
import { DemoPhone } from './phones-demo.ts';
import { phonesHandlers } from './phones-handlers.ts';
import { LivePhones } from './phones-live.ts';
import { Places } from './places.ts';
import { settingsHandlers } from './settings-handlers.ts';
import { VaultRegistry } from './vault-registry.ts';
import { vaultHandlers } from './vaults-handlers.ts';

export interface ServiceOptions {
  /** Backstop's own folder on this computer. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Null: none; left out: the system's, where it has one. */
  readonly keychain?: Keychain | null;
  /** False: the demo phone is as fast as it can be. */
  readonly pacedDemo?: boolean;
}

/** The engine behind the contract: what every carrier passes questions to. */
export interface Service {
  answer(name: ProcedureName, input: unknown): Promise<unknown>;
  onEvent(listener: (event: EngineEvent) => void): () => void;
  openMedia(token: string, range: MediaRange | null): Promise<OpenedMedia>;
  /** What only the process around the engine may ask. */
  readonly host: {
    offerPlace(path: string): string;
    placePath(token: string): string;
    unlock(): void;
    resumed(): void;
  };
  close(): Promise<void>;
}

export async function createService(options: ServiceOptions): Promise<Service> {
  const { keychain = await openKeychain() } = options;
  return new LocalService({ ...options, keychain });
}

class LocalService implements Service {
  readonly host: Service['host'];
  readonly #parts: LiveParts;
  readonly #vaults: VaultRegistry;
  readonly #browsing: Browsing;
  readonly #cleanups: Cleanups;
  readonly #handlers: Handlers;
  #closing: Promise<void> | null = null;

  constructor({ home, env, keychain, pacedDemo = true }: ServiceOptions & { readonly keychain: Keychain | null }) {
    const events = new Events();
    const library = new Library(home, events);
    const vaults = new VaultRegistry({ home, library, events });
    const muxers = new OtherMuxers();
    const pairRecords = pairRecordFolder(join(home, 'pair-records'));
    const lock = new Lock(library, events);
    const passwords = new Passwords({ library, vaults, lock, keychain });
    const jobs = new Jobs((job) => events.emit({ type: 'job', job }));
    const isBusy = (udid: string): boolean => jobs.isBusy({ udid });
    const live = new LivePhones({ store: pairRecords, events, library, isBusy });
    const parts: LiveParts = {
      home,
      env,
      engine: createEngine({ home, env, otherMuxers: () => muxers.list() }),
      events,
      jobs,
      library,
      vaults,
      places: new Places(),
      passwords,
      lock,
      live,
      demo: new DemoPhone(home, pacedDemo),
      muxers,
      pairRecords,
      listBackups: () => this.#ask('backups.list', { udid: null }),
      cleanupOf: (udid) => this.#cleanups.briefOf(udid),
      listVaults: () => this.#ask('vaults.list', {}),
    };
    this.#parts = parts;
    this.#vaults = vaults;
    this.#browsing = createBrowsing(parts, { secrets: async () => keychain?.store ?? null });
    this.#cleanups = new Cleanups(parts, (...asked) => this.#browsing.mediaOf(...asked));
    lock.onLock(() => this.#browsing.closeAll());
    lock.onLock(() => this.#cleanups.forget());
    this.#handlers = {
      ...phonesHandlers(parts),
      ...passwordsHandlers(parts),
      ...jobsHandlers(parts.jobs),
      ...backupHandlers(parts),
      ...backupJobHandlers(parts),
      ...vaultHandlers(parts),
      ...settingsHandlers(parts, { keychainKind: passwords.keychainKind }),
      ...this.#browsing.handlers,
      ...this.#cleanups.handlers(),
    };
    this.host = {
      offerPlace: (path) => parts.places.offer(path),
      placePath: (token) => parts.places.path(token),
      unlock: () => lock.unlock(),
      resumed: () => live.resumed(),
    };
    live.watch(muxEndpoint(env));
  }

  async answer(name: ProcedureName, input: unknown): Promise<unknown> {
    if (this.#closing !== null) throw new BackstopError('app/engine-gone');
    if ((FACE_PROCEDURES as readonly string[]).includes(name)) {
      throw new BackstopError('app/not-in-this-face', { data: { name } });
    }
    const handler = this.#handlers[name as EngineProcedureName] as Handler<ProcedureName>;
    return handler(input as InputOf<ProcedureName>);
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    return this.#parts.events.on(listener);
  }

  openMedia(token: string, range: MediaRange | null): Promise<OpenedMedia> {
    return this.#browsing.media.openMedia(token, range);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { jobs, lock, live, demo, library } = this.#parts;
    lock.close();
    await this.#cleanups.close();
    await jobs.close();
    await live.close();
    await demo.stop();
    await this.#browsing.close();
    await this.#vaults.close();
    library.close();
  }

  #ask<N extends EngineProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    return (this.#handlers[name] as Handler<N>)(input);
  }
}
