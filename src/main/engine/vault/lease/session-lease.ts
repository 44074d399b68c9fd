import { join } from 'node:path';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { type Clock, scaledMs } from '../../platform/index.ts';
import { errnoOf, type VaultIo, writeNewFile } from '../io/index.ts';
import type { Host } from './host.ts';
import { encodeLease, LEASE_FORMAT, type LeaseContent, leaseName, listLeases, type SeenLease } from './lease-file.ts';
import { OsLock } from './os-lock.ts';

/** A lease that is held: renewed in the background, given up loudly when it can no longer be trusted. */

export const RENEWAL_MS = scaledMs(60_000);
const RETRY_MS = scaledMs(10_000);
/** After this long without a good renewal others may soon take us for dead: nothing may be committed any more. */
export const LEASE_LIFE_MS = scaledMs(20 * 60_000);

export interface LeaseOptions {
  readonly io: VaultIo;
  readonly folder: string;
  readonly lockFolder: string;
  readonly host: Host;
  readonly clock: Clock;
  readonly session: string;
  readonly kind: LeaseContent['kind'];
  readonly deviceTag: Buffer | null;
  readonly parent: string | null;
  /** Which of the other leases are still to be reckoned with. */
  readonly isStale: (lease: SeenLease, storeNowMs: number) => boolean;
}

/** More than one renewal was missed. */
const LATE_MS = 2 * RENEWAL_MS;
const TOO_LATE = 'more than 20 minutes passed since it was last renewed';

interface GoodMoment {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly storeMs: number;
}

export class SessionLease {
  readonly #options: LeaseOptions;
  readonly #lock: OsLock;
  readonly #lost = new AbortController();
  #content: LeaseContent;
  #lastGood: GoodMoment | null = null;
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<unknown> = Promise.resolve();
  #isReleased = false;

  private constructor(options: LeaseOptions, lock: OsLock, counter: number) {
    this.#options = options;
    this.#lock = lock;
    this.#content = {
      format: LEASE_FORMAT,
      version: 1,
      kind: options.kind,
      host: options.host.installation,
      hostName: options.host.name.slice(0, 200),
      boot: options.host.boot,
      session: options.session,
      counter,
      device: options.deviceTag?.toString('hex') ?? null,
      parent: options.parent,
      startedAt: options.clock.now().toISOString(),
    };
  }

  /** Takes the lease or throws `vault/device-busy` when another session of the phone was here first. */
  static async take(options: LeaseOptions): Promise<SessionLease> {
    const before = await listLeases(options.io, options.folder);
    const lock = OsLock.take(options.lockFolder, options.session);
    const own = before.filter((lease) => lease.session === options.session);
    if (lock === null) {
      const since = own.find((seen) => seen.content !== null)?.content?.startedAt ?? options.clock.now().toISOString();
      throw new BackstopError('vault/device-busy', { data: { host: options.host.name, since } });
    }
    const lease = new SessionLease(options, lock, 1 + Math.max(0, ...own.map((seen) => seen.counter)));
    try {
      // Who will give up anyway must not be seen: one that was here first, with a larger id, would give way to it, and
      // both would end. Of this computer's sessions that is known at once; of others only with the store's clock.
      lease.#refuseIfBusy(
        before.filter((other) => other.content?.host === options.host.installation),
        () => true,
      );
      await lease.#write();
      lease.#refuseIfBusy(before, () => true);
      // Two that began at the same moment see each other now; the one with the smaller id goes on.
      if (options.deviceTag !== null) lease.giveWay(await listLeases(options.io, options.folder));
      for (const file of own.flatMap((seen) => seen.files)) await lease.#unlink(join(options.folder, file));
    } catch (error) {
      await lease.release();
      throw error;
    }
    lease.#schedule(RENEWAL_MS);
    return lease;
  }

  get session(): string {
    return this.#content.session;
  }

  /** Aborts with `vault/lease-lost` or `vault/device-busy`. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** The store's clock at the last renewal. */
  get storeNowMs(): number {
    return this.#lastGood?.storeMs ?? 0;
  }

  /** Renews now and throws when the lease is not ours beyond doubt: the last look before a commit. */
  async renewNow(): Promise<void> {
    const work = this.#work.catch(() => undefined).then(() => this.#renew());
    this.#work = work;
    await work;
  }

  /** Throws `vault/device-busy` when one of these is of the same phone and goes first. */
  giveWay(leases: readonly SeenLease[]): void {
    this.#refuseIfBusy(leases, (other) => other.session < this.#options.session);
  }

  /**
   * The very last look, between the writing of a version's record and its naming. It costs nothing as long as renewals
   * come on time; when something held us up, others may have taken us for dead, and the lease is proved anew or lost.
   * `storeMs`: the store's clock, from a file that was just written.
   */
  async confirm(storeMs: number): Promise<void> {
    this.#lost.signal.throwIfAborted();
    if (this.#isTooLate(storeMs)) {
      const lost = this.#lose(TOO_LATE);
      this.#lost.abort(lost);
      throw lost;
    }
    if (this.#sinceGoodMs(storeMs).some((ms) => Math.abs(ms) > LATE_MS)) await this.renewNow();
  }

  /** Removes the lease. Never throws: one that stays behind is found dead later. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#work.catch(() => undefined); // A renewal that fails now is of no interest.
    for (const counter of [this.#content.counter - 1, this.#content.counter]) {
      await this.#unlink(this.#path(counter)).catch(() => undefined); // Found dead later, as said above.
    }
    this.#lock.release();
  }

  #schedule(ms: number): void {
    if (this.#isReleased || this.#lost.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.renewNow().then(
        () => this.#schedule(RENEWAL_MS),
        () => this.#schedule(RETRY_MS),
      );
    }, ms);
    this.#timer.unref();
  }

  async #renew(): Promise<void> {
    if (this.#isReleased) return;
    this.#lost.signal.throwIfAborted();
    try {
      this.#refuseIfTooLate(this.#lastGood?.storeMs ?? 0);
      const previous = this.#content.counter;
      this.#content = { ...this.#content, counter: previous + 1 };
      try {
        await this.#write();
      } catch (error) {
        this.#content = { ...this.#content, counter: previous };
        await this.#unlink(this.#path(previous + 1)).catch(() => undefined); // What is left of it is in nobody's way.
        throw error;
      }
      const others = await listLeases(this.#options.io, this.#options.folder);
      if ((await this.#options.io.stat(this.#path(previous))) === null) {
        throw this.#lose('its own lease file was removed');
      }
      this.giveWay(others);
      await this.#unlink(this.#path(previous - 1));
    } catch (error) {
      if (isBackstopError(error)) {
        this.#lost.abort(error);
      } else if (this.#isTooLate(this.#lastGood?.storeMs ?? 0)) {
        const lost = this.#lose('it could not be renewed for 20 minutes', error);
        this.#lost.abort(lost);
        throw lost;
      }
      throw error;
    }
  }

  async #write(): Promise<void> {
    const { io, clock } = this.#options;
    const path = this.#path(this.#content.counter);
    const wallMs = clock.now().getTime();
    const monotonicMs = clock.monotonicMs();
    await writeNewFile(io, path, encodeLease(this.#content));
    const facts = await io.stat(path);
    if (facts === null) throw this.#lose('its new lease file is not there');
    this.#refuseIfTooLate(facts.modifiedMs);
    this.#lastGood = { wallMs, monotonicMs, storeMs: facts.modifiedMs };
  }

  #refuseIfTooLate(storeMs: number): void {
    if (this.#isTooLate(storeMs)) throw this.#lose(TOO_LATE);
  }

  #isTooLate(storeMs: number): boolean {
    return this.#sinceGoodMs(storeMs).some((ms) => ms > LEASE_LIFE_MS);
  }

  /** By each of the three clocks: the monotonic one stands still while the computer sleeps, the others may be set. */
  #sinceGoodMs(storeMs: number): readonly number[] {
    if (this.#lastGood === null) return [];
    const { wallMs, monotonicMs, storeMs: goodStoreMs } = this.#lastGood;
    const { clock } = this.#options;
    return [clock.now().getTime() - wallMs, clock.monotonicMs() - monotonicMs, storeMs - goodStoreMs];
  }

  #refuseIfBusy(leases: readonly SeenLease[], goesFirst: (other: SeenLease) => boolean): void {
    const { deviceTag, session, isStale } = this.#options;
    if (deviceTag === null) return;
    const tag = deviceTag.toString('hex');
    for (const other of leases) {
      if (other.kind !== 'session' || other.session === session || other.content?.device !== tag) continue;
      if (!goesFirst(other) || isStale(other, this.storeNowMs)) continue;
      throw new BackstopError('vault/device-busy', {
        message: `session ${other.session} of ${other.content.hostName} holds the phone`,
        data: { host: other.content.hostName, since: other.content.startedAt },
      });
    }
  }

  #lose(reason: string, cause?: unknown): BackstopError {
    return new BackstopError('vault/lease-lost', { cause, message: reason, data: { reason } });
  }

  #path(counter: number): string {
    return join(this.#options.folder, leaseName({ ...this.#content, counter }));
  }

  async #unlink(path: string): Promise<void> {
    try {
      await this.#options.io.unlink(path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}
