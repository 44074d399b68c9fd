import { randomUUID } from 'node:crypto';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { dataAt, type PlistDict, stringAt, valueAt } from '../../formats/plist/index.ts';
import { type Clock, scaledMs, sleep, systemClock } from '../../platform/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import {
  encodePairRecord,
  LOCKDOWN_PORT,
  LockdownConnection,
  type PairRecord,
  parsePairRecord,
  printable,
  refusalIn,
} from '../lockdown/index.ts';
import { type CallOptions, type PhoneLink, readBuid, readMuxPairRecord, saveMuxPairRecord } from '../usbmux/index.ts';
import { makePairingCertificates, readDevicePublicKey } from './certificates.ts';
import { pairRefusal, pairRequest, withEscrowBag } from './pair-messages.ts';
import type { PairRecordStore } from './record-store.ts';
import { isDeadRecord, openSession, openTrustedSession } from './trust.ts';

/** How long the owner has to unlock the phone, and then again to answer its question. */
const PAIRING_WAIT_MS = scaledMs(2 * 60_000);
/** While the question is on the phone's screen the same request is sent again at this pace. */
const PAIRING_RETRY_MS = scaledMs(1_000);
/** After Trust a phone may leave USB and come back; how long it may take until a session opens. */
const SETTLE_WAIT_MS = answerLimitMs(20_000);

/** What pairing waits for: unlock the phone, tap Trust on it, or the phone coming back to USB. */
export type PairingState = 'unlock' | 'trust' | 'reconnecting';

export interface PairOptions extends CallOptions {
  readonly onState?: ((state: PairingState) => void) | undefined;
  readonly clock?: Clock;
}

export interface Pairing {
  readonly record: PairRecord;
  /** False: the phone trusted this computer already, and nothing was changed. */
  readonly created: boolean;
}

/**
 * Makes the phone trust this computer. A record that the phone still takes is kept, whoever made it; only one that it
 * refuses is replaced. Throws pairing/denied, /pending-timeout, /locked, /prohibited, /refused, /not-saved,
 * device/managed and the errors of the connection.
 */
export async function pairPhone(link: PhoneLink, store: PairRecordStore, options: PairOptions = {}): Promise<Pairing> {
  return new PairingAttempt(link, store, options).run();
}

class PairingAttempt {
  readonly #link: PhoneLink;
  readonly #store: PairRecordStore;
  readonly #options: PairOptions;
  readonly #call: CallOptions;
  readonly #clock: Clock;
  #connection: LockdownConnection | null = null;
  #state: PairingState | null = null;
  /** Until when each thing that is asked of the owner is waited for; from the first time it is asked. */
  readonly #deadlines = new Map<PairingState, number>();

  constructor(link: PhoneLink, store: PairRecordStore, options: PairOptions) {
    this.#link = link;
    this.#store = store;
    this.#options = options;
    this.#call = { signal: options.signal };
    this.#clock = options.clock ?? systemClock;
  }

  async run(): Promise<Pairing> {
    const known = await this.#untilUnlocked(() => this.#knownRecord());
    if (known !== null) return { record: known, created: false };
    try {
      const fresh = await this.#untilUnlocked(() => this.#makeRecord());
      const record = await this.#untilTrusted(fresh);
      // Our own copy first: from the phone's "yes" on, the record must not get lost.
      const ownFailure = await this.#keep(record);
      await this.#settle(record);
      await this.#share(record, ownFailure);
      return { record, created: true };
    } finally {
      this.#connection?.destroy();
    }
  }

  /** The record that the phone takes already, or null. */
  async #knownRecord(): Promise<PairRecord | null> {
    try {
      const session = await openTrustedSession(this.#link, this.#store, this.#call);
      session?.lockdown.close();
      return session?.found.record ?? null;
    } catch (error) {
      if (isDeadRecord(error)) return null;
      throw error;
    }
  }

  /** Everything that must be read from the phone before the question, and the keys and certificates. */
  async #makeRecord(): Promise<PairRecord> {
    const connection = await this.#connect();
    const key = dataAt(await connection.request('GetValue', { Key: 'DevicePublicKey' }, this.#call), 'Value');
    if (key === undefined) {
      throw new BackstopError('device/bad-message', { data: { problem: 'it did not tell its public key' } });
    }
    // Only some phones tell their address to strangers; it serves to find the phone on Wi-Fi later.
    const wifi = stringAt(await connection.exchange('GetValue', { Key: 'WiFiAddress' }, this.#call), 'Value');
    const systemBuid = (await readBuid(this.#link.endpoint, this.#call)) ?? (await this.#store.hostBuid());
    const certificates = await makePairingCertificates(readDevicePublicKey(key), this.#clock.now());
    const hostId = randomUUID().toUpperCase();
    const fields: PlistDict = {
      DeviceCertificate: Buffer.from(certificates.deviceCertificate),
      DevicePublicKey: Buffer.from(key),
      HostCertificate: Buffer.from(certificates.hostCertificate),
      HostID: hostId,
      HostPrivateKey: Buffer.from(certificates.hostPrivateKey),
      RootCertificate: Buffer.from(certificates.rootCertificate),
      RootPrivateKey: Buffer.from(certificates.rootPrivateKey),
      SystemBUID: systemBuid,
      ...(wifi === undefined ? {} : { WiFiMACAddress: wifi }),
    };
    return { hostId, systemBuid, escrowBag: null, fields };
  }

  /** Sends the same record until the owner has answered: a new one would raise a new question. */
  async #untilTrusted(record: PairRecord): Promise<PairRecord> {
    const request = pairRequest(record);
    for (;;) {
      const reply = await this.#exchangePair(request);
      const reason = reply === null ? null : refusalIn(reply);
      if (reply !== null && reason === null) return withEscrowBag(record, valueAt(reply, 'EscrowBag'));
      if (reply === null || reason === 'InvalidConnection') {
        this.#connection?.destroy();
        this.#connection = null;
        this.#enter('reconnecting');
      } else if (reason === 'PasswordProtected' || reason === 'DeviceLocked') {
        this.#enter('unlock');
      } else if (reason === 'PairingDialogResponsePending') {
        this.#enter('trust');
      } else {
        throw pairRefusal(reason ?? '');
      }
      await this.#pause();
    }
  }

  /** Null when the phone went away in the middle: it may have re-enumerated, and the record stays good. */
  async #exchangePair(request: PlistDict): Promise<PlistDict | null> {
    try {
      const connection = await this.#connect();
      return await connection.exchange('Pair', request, this.#call);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (isBackstopError(error) && COMES_BACK.has(error.code)) return null;
      throw error;
    }
  }

  async #connect(): Promise<LockdownConnection> {
    if (this.#connection === null || this.#connection.closed) {
      this.#connection = new LockdownConnection(await this.#link.connect(LOCKDOWN_PORT, this.#call));
    }
    return this.#connection;
  }

  /** Null, or why it could not be written. */
  async #keep(record: PairRecord): Promise<unknown> {
    try {
      await this.#store.write(this.#link.udid, encodePairRecord(record));
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Gives the record to the system, where Finder and iTunes find it too; one there that works is left alone. */
  async #share(record: PairRecord, ownFailure: unknown): Promise<void> {
    const { udid, deviceId, endpoint } = this.#link;
    try {
      const present = await readMuxPairRecord(endpoint, udid, this.#call);
      if (present !== null && (await this.#mayWork(present))) return;
      await saveMuxPairRecord(endpoint, { udid, data: encodePairRecord(record), deviceId }, this.#call);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      // Some daemons keep no records; our own copy serves then. Without either the pairing would be lost.
      if (ownFailure === null && isBackstopError(error)) return;
      const reason = printable(ownFailure instanceof Error ? ownFailure.message : String(ownFailure ?? error));
      throw new BackstopError('pairing/not-saved', {
        message: `saving failed: ${reason}`,
        cause: ownFailure ?? error,
        data: { reason },
      });
    }
  }

  /**
   * The daemon on Linux may pair by itself meanwhile, and a record may have been refused because of a moment's trouble
   * with TLS: only one that is dead now is replaced.
   */
  async #mayWork(data: Uint8Array): Promise<boolean> {
    try {
      (await openSession(this.#link, parsePairRecord(data), this.#call)).close();
      return true;
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (!isBackstopError(error)) throw error;
      return !isDeadRecord(error);
    }
  }

  /** The proof: a session. A phone that just left USB gets a while to come back. */
  async #settle(record: PairRecord): Promise<void> {
    const deadline = this.#clock.monotonicMs() + SETTLE_WAIT_MS;
    for (;;) {
      try {
        await this.#link.refresh(this.#call);
        (await openSession(this.#link, record, this.#call)).close();
        return;
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        const comesBack = isBackstopError(error) && COMES_BACK.has(error.code);
        if (!comesBack || this.#clock.monotonicMs() >= deadline) throw error;
      }
      this.#enter('reconnecting');
      await sleep(PAIRING_RETRY_MS, this.#options.signal);
    }
  }

  /** Repeats work that a locked phone refuses, until it is unlocked or the wait is over. */
  async #untilUnlocked<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isBackstopError(error, 'device/locked') && !isBackstopError(error, 'device/locked-since-restart'))
          throw error;
      }
      this.#enter('unlock');
      await this.#pause();
    }
  }

  /** Unlocking, the question on the screen and the way back to USB get the whole wait each, once. */
  #enter(state: PairingState): void {
    if (this.#state === state) return;
    this.#state = state;
    if (!this.#deadlines.has(state)) this.#deadlines.set(state, this.#clock.monotonicMs() + PAIRING_WAIT_MS);
    this.#options.onState?.(state);
  }

  async #pause(): Promise<void> {
    const state = this.#state ?? 'trust';
    if (this.#clock.monotonicMs() >= (this.#deadlines.get(state) ?? 0)) {
      throw new BackstopError(TOO_LATE[state], { data: { udid: this.#link.udid } });
    }
    await sleep(PAIRING_RETRY_MS, this.#options.signal);
  }
}

const TOO_LATE = {
  unlock: 'pairing/locked',
  trust: 'pairing/pending-timeout',
  reconnecting: 'device/not-found',
} as const;

/** A phone that leaves in the middle of pairing is expected back. */
const COMES_BACK: ReadonlySet<string> = new Set([
  'device/connection-lost',
  'device/not-found',
  'device/unreachable',
  'usbmux/closed',
]);
