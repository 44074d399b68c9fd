import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { boolAt, dictOf, integerAt, type PlistDict, type PlistValue, stringAt } from '../../formats/plist/index.ts';
import { scaledMs, sleep } from '../../platform/index.ts';
import { type LockdownClient, printable, type StartServiceOptions } from '../lockdown/index.ts';
import { openTrustedSession, type PairRecordStore } from '../pairing/index.ts';
import { AFC_SERVICE, AfcClient, AfcReader } from '../services/afc/index.ts';
import { HEARTBEAT_SERVICE, keepHeartbeat } from '../services/heartbeat/index.ts';
import { INSTALLATION_PROXY_SERVICE, InstallationProxyClient } from '../services/installation-proxy/index.ts';
import { MOBILEBACKUP2_SERVICE, MobileBackup2Client } from '../services/mobilebackup2/index.ts';
import { NOTIFICATION_PROXY_SERVICE, NotificationProxyClient } from '../services/notification-proxy/index.ts';
import { SPRINGBOARD_SERVICE, SpringboardClient } from '../services/springboard/index.ts';
import { type CallOptions, type MuxEndpoint, PhoneLink, type Udid } from '../usbmux/index.ts';
import type { SocketWire } from '../wire/index.ts';
import { type ConnectedPhone, choosePhone, listPhones } from './list.ts';

/** A backup service that is still busy with the end of the last run hangs up; it gets this long, this many times. */
const BACKUP_SERVICE_PAUSE_MS = scaledMs(2_000);
const BACKUP_SERVICE_TRIES = 3;

export interface OpenPhoneOptions extends CallOptions {
  /** Null: the only phone that is connected. */
  readonly udid: string | null;
  readonly endpoint: MuxEndpoint;
  readonly store: PairRecordStore;
}

/** What the phone says of its backups (lockdown domain com.apple.mobile.backup). */
export interface BackupSettings {
  readonly willEncrypt: boolean;
  /** A profile of an organisation forces encryption. */
  readonly requiresEncryption: boolean;
}

/**
 * Finds the phone and opens a session with it, over USB when it is there. Throws `device/not-found`, `device/several`,
 * `pairing/not-paired`, `pairing/invalid-record`, `device/locked` and the errors of the connection.
 */
export async function openPhone(options: OpenPhoneOptions): Promise<Phone> {
  const { endpoint, udid, signal } = options;
  return openChosen(choosePhone(await listPhones(endpoint, { signal }), udid), options);
}

async function openChosen(
  phone: ConnectedPhone,
  { endpoint, store, signal }: Omit<OpenPhoneOptions, 'udid'>,
): Promise<Phone> {
  let failure: unknown;
  for (const entry of phone.entries) {
    const link = new PhoneLink(endpoint, entry);
    try {
      const session = await openTrustedSession(link, store, { signal });
      if (session === null) throw new BackstopError('pairing/not-paired', { data: { udid: phone.udid } });
      return await Phone.open(link, session.lockdown, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      // Another way to the same phone helps when this way is broken, not when the phone says no.
      if (!isBackstopError(error) || !TRY_ANOTHER_WAY.has(error.code)) throw error;
      failure ??= error;
    }
  }
  throw failure ?? new BackstopError('device/not-found', { data: { udid: phone.udid } });
}

const TRY_ANOTHER_WAY: ReadonlySet<string> = new Set([
  'device/not-found',
  'device/unreachable',
  'device/connection-lost',
]);

/** A phone we have a session with. Everything opened through it ends with it. */
export class Phone implements AsyncDisposable {
  readonly udid: Udid;
  readonly connection: 'usb' | 'wifi';
  /** Everything lockdownd tells a trusted computer, as it was at the beginning. */
  readonly values: PlistDict;
  /** Aborts when the phone is known to have gone although its connections look alive (Wi-Fi). */
  readonly lost: AbortSignal;
  readonly #lockdown: LockdownClient;
  readonly #lost = new AbortController();
  readonly #closing = new AbortController();
  readonly #wires = new Set<SocketWire>();
  #heartbeat: Promise<void> = Promise.resolve();

  private constructor(link: PhoneLink, lockdown: LockdownClient, values: PlistDict) {
    this.udid = link.udid;
    this.connection = link.connection;
    this.values = values;
    this.lost = this.#lost.signal;
    this.#lockdown = lockdown;
  }

  static async open(link: PhoneLink, lockdown: LockdownClient, options: CallOptions): Promise<Phone> {
    try {
      const values = dictOf((await lockdown.getValue({}, options)) ?? undefined) ?? {};
      const phone = new Phone(link, lockdown, values);
      // A phone on Wi-Fi closes every service of a computer that does not answer its heartbeat.
      if (link.connection === 'wifi') await phone.#startHeartbeat(options);
      return phone;
    } catch (error) {
      lockdown.close();
      throw error;
    }
  }

  /** The name its owner gave it. */
  get name(): string {
    return printable(stringAt(this.values, 'DeviceName') ?? '');
  }

  /** A string of the default domain, such as ProductVersion; null when the phone does not tell. */
  text(key: string): string | null {
    return stringAt(this.values, key) ?? null;
  }

  /** Asks the phone now. Without key: the whole domain. Null when there is no such value. */
  getValue(
    query: { readonly domain?: string; readonly key?: string },
    options: CallOptions = {},
  ): Promise<PlistValue | null> {
    return this.#lockdown.getValue(query, options);
  }

  setValue(
    change: { readonly domain?: string; readonly key: string; readonly value: PlistValue },
    options: CallOptions = {},
  ): Promise<void> {
    return this.#lockdown.setValue(change, options);
  }

  async backupSettings(options: CallOptions = {}): Promise<BackupSettings> {
    const domain = dictOf((await this.getValue({ domain: 'com.apple.mobile.backup' }, options)) ?? undefined);
    return {
      willEncrypt: boolAt(domain, 'WillEncrypt') ?? false,
      requiresEncryption: boolAt(domain, 'RequiresEncryption') ?? integerAt(domain, 'RequiresEncryption') === 1,
    };
  }

  async startService(name: string, options: StartServiceOptions = {}): Promise<SocketWire> {
    const wire = await this.#lockdown.startService(name, options);
    for (const old of this.#wires) if (old.closed) this.#wires.delete(old);
    this.#wires.add(wire);
    if (this.#lost.signal.aborted) wire.destroy(this.#lost.signal.reason);
    return wire;
  }

  async notificationProxy(options: CallOptions = {}): Promise<NotificationProxyClient> {
    return new NotificationProxyClient(await this.startService(NOTIFICATION_PROXY_SERVICE, options));
  }

  async afc(options: CallOptions = {}): Promise<AfcClient> {
    return new AfcClient(await this.startService(AFC_SERVICE, options));
  }

  /** The media folder to look at, and nothing else. With the escrow bag: a screen that is locked is no reason to stop. */
  async mediaFiles(options: CallOptions = {}): Promise<AfcReader> {
    try {
      return new AfcReader(await this.startService(AFC_SERVICE, { ...options, escrow: true }));
    } catch (error) {
      // A bag that the phone no longer takes is no reason either, while it is unlocked.
      if (!isBackstopError(error, 'device/service-refused')) throw error;
      return new AfcReader(await this.startService(AFC_SERVICE, options));
    }
  }

  async installationProxy(options: CallOptions = {}): Promise<InstallationProxyClient> {
    return new InstallationProxyClient(await this.startService(INSTALLATION_PROXY_SERVICE, options));
  }

  async springboard(options: CallOptions = {}): Promise<SpringboardClient> {
    return new SpringboardClient(await this.startService(SPRINGBOARD_SERVICE, options));
  }

  /** The backup service, with the escrow bag and its handshake done. Right after another run it may need a moment. */
  async mobileBackup2(options: CallOptions = {}): Promise<MobileBackup2Client> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const wire = await this.startService(MOBILEBACKUP2_SERVICE, { ...options, escrow: true });
        return await MobileBackup2Client.open(wire, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        const isBusy = isBackstopError(error, 'device/connection-lost') || isBackstopError(error, 'device/tls-failed');
        if (!isBusy || attempt === BACKUP_SERVICE_TRIES) throw error;
      }
      await sleep(BACKUP_SERVICE_PAUSE_MS, options.signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const wire of this.#wires) wire.close();
    this.#lockdown.close();
    await this.#heartbeat;
  }

  async #startHeartbeat(options: CallOptions): Promise<void> {
    let wire: SocketWire;
    try {
      wire = await this.#lockdown.startService(HEARTBEAT_SERVICE, options);
    } catch (error) {
      // A phone without this service does not count on it.
      if (isBackstopError(error, 'device/service-refused')) return;
      throw error;
    }
    this.#heartbeat = this.#watchHeartbeat(wire);
  }

  async #watchHeartbeat(wire: SocketWire): Promise<void> {
    const end = await keepHeartbeat(wire, { signal: this.#closing.signal });
    if (end === 'stopped') return;
    const message = end === 'asleep' ? 'the phone went to sleep' : 'the phone’s heartbeat stopped';
    const error = new BackstopError('device/connection-lost', { message, data: { udid: this.udid } });
    this.#lost.abort(error);
    for (const open of this.#wires) open.destroy(error);
  }
}
