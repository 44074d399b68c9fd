import type { CleanupBrief, OutputOf } from '../../../../shared/contract/procedures/index.ts';
import type { MuxEndpoint, PairRecordStore } from '../../device/index.ts';
import type { Lock } from './lock.ts';
import type { ServiceParts } from './parts.ts';
import type { Passwords } from './passwords.ts';
import type { DemoPhone } from './phones-demo.ts';
import type { LivePhones } from './phones-live.ts';

/** What the topics of phones, backups, jobs and passwords share besides the parts that all have. */
export interface LiveParts extends ServiceParts {
  readonly passwords: Passwords;
  readonly lock: Lock;
  readonly live: LivePhones;
  readonly demo: DemoPhone;
  readonly muxers: OtherMuxers;
  readonly pairRecords: PairRecordStore;
  readonly listBackups: () => Promise<OutputOf<'backups.list'>>;
  /** What is known of a phone's cleanup, at once. */
  readonly cleanupOf: (udid: string) => CleanupBrief | null;
  readonly listVaults: () => Promise<Pick<OutputOf<'vaults.list'>, 'vaults'>>;
}

/** Daemons besides the system's, as the engine is to ask them now. */
export class OtherMuxers {
  #endpoints: readonly MuxEndpoint[] = [];

  list(): readonly MuxEndpoint[] {
    return this.#endpoints;
  }

  /** False: it is one of them already. */
  add(endpoint: MuxEndpoint): boolean {
    if (this.#endpoints.includes(endpoint)) return false;
    this.#endpoints = [...this.#endpoints, endpoint];
    return true;
  }

  remove(endpoint: MuxEndpoint): void {
    this.#endpoints = this.#endpoints.filter((one) => one !== endpoint);
  }
}
