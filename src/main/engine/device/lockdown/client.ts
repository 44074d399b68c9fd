import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { boolAt, integerAt, type PlistDict, type PlistValue, stringAt, valueAt } from '../../formats/plist/index.ts';
import { type TlsCredentials, upgradeToTls } from '../tls/index.ts';
import type { CallOptions, PhoneLink } from '../usbmux/index.ts';
import type { SocketWire } from '../wire/index.ts';
import { LOCKDOWN_PORT, LockdownConnection } from './connection.ts';
import { NO_VALUE, printable, refusalError, refusalIn, STALE_SESSION } from './errors.ts';
import { type PairRecord, type TlsIdentity, tlsCredentials, tlsIdentities } from './pair-record.ts';

export interface StartServiceOptions extends CallOptions {
  /** Send the record's escrow bag: the backup service needs it to open data while the screen is locked. */
  readonly escrow?: boolean;
}

/**
 * lockdownd of one phone: what the phone is, and the services behind it. With a pair record it holds a session (TLS,
 * with the phone's key checked), without one only what a phone tells strangers.
 *
 * Connections come and go: lockdownd closes idle ones after about 30 s. One that is found dead is opened anew, and the
 * request repeated, once. Requests of several callers are sent one after the other.
 */
export class LockdownClient {
  readonly #link: PhoneLink;
  readonly #record: PairRecord | null;
  #connection: LockdownConnection | null = null;
  #credentials: { readonly identity: TlsIdentity; readonly value: TlsCredentials } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(link: PhoneLink, record: PairRecord | null) {
    this.#link = link;
    this.#record = record;
  }

  /** Null when the phone has no such value or does not tell it to us. Without key: the whole domain. */
  async getValue(
    query: { readonly domain?: string; readonly key?: string },
    options: CallOptions = {},
  ): Promise<PlistValue | null> {
    const reply = await this.#call('GetValue', valueFields(query), options);
    const reason = refusalIn(reply);
    if (reason !== null && !NO_VALUE.has(reason)) throw refusalError('GetValue', reason, named(query));
    return reason === null ? (valueAt(reply, 'Value') ?? null) : null;
  }

  async setValue(
    change: { readonly domain?: string; readonly key: string; readonly value: PlistValue },
    options: CallOptions = {},
  ): Promise<void> {
    const reply = await this.#call('SetValue', { ...valueFields(change), Value: change.value }, options);
    throwRefusal('SetValue', reply, named(change));
  }

  async removeValue(
    query: { readonly domain?: string; readonly key: string },
    options: CallOptions = {},
  ): Promise<void> {
    throwRefusal('RemoveValue', await this.#call('RemoveValue', valueFields(query), options), named(query));
  }

  /** Ends the phone's trust in this record. What the computer stores is another matter. */
  async unpair(options: CallOptions = {}): Promise<void> {
    if (this.#record === null) throw new BackstopError('pairing/not-paired');
    const fields = { PairRecord: { HostID: this.#record.hostId }, ProtocolVersion: '2' };
    throwRefusal('Unpair', await this.#call('Unpair', fields, options));
  }

  /** Makes sure that there is a session; the proof that the phone trusts the record. */
  async connect(options: CallOptions = {}): Promise<void> {
    await this.#inTurn(async () => {
      await this.#open(options);
    });
  }

  /**
   * Starts a service and connects to it, inside TLS where the phone asks for it. A port is good for one connection and
   * a short time, so a connection that fails is tried once more with a new port.
   */
  async startService(name: string, options: StartServiceOptions = {}): Promise<SocketWire> {
    try {
      return await this.#startServiceOnce(name, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!isBackstopError(error) || !RETRY_SERVICE.has(error.code)) throw error;
      return await this.#startServiceOnce(name, options);
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  async #startServiceOnce(name: string, options: StartServiceOptions): Promise<SocketWire> {
    const bag = options.escrow === true ? this.#record?.escrowBag : null;
    const fields = { Service: name, ...(bag === null || bag === undefined ? {} : { EscrowBag: bag }) };
    const reply = await this.#call('StartService', fields, options);
    throwRefusal('StartService', reply, { service: name });
    const port = integerAt(reply, 'Port') ?? 0;
    if (port < 1 || port > 65_535) {
      throw new BackstopError('device/bad-message', {
        message: `StartService named the port ${port}`,
        data: { problem: `it named no usable port for ${name}` },
      });
    }
    const isSecure = boolAt(reply, 'EnableServiceSSL') === true;
    // Over the cable some services are plain; on a network anybody could answer at that port.
    if (!isSecure && this.#link.connection === 'wifi' && this.#record !== null) {
      throw new BackstopError('device/tls-failed', { message: `${name} is offered without TLS over Wi-Fi` });
    }
    const wire = await this.#link.connect(port, options);
    if (!isSecure) return wire;
    if (this.#credentials === null) {
      wire.destroy();
      throw new BackstopError('pairing/not-paired', { message: `${name} wants TLS and there is no pair record` });
    }
    return upgradeToTls(wire, this.#credentials.value, options);
  }

  /** One exchange in a live session; a session found dead is replaced, once. */
  async #call(request: string, fields: PlistDict, options: CallOptions): Promise<PlistDict> {
    return this.#inTurn(async () => {
      const isFresh = this.#connection === null || this.#connection.closed;
      const connection = await this.#open(options);
      try {
        const reply = await connection.exchange(request, fields, options);
        if (isFresh || !STALE_SESSION.has(refusalIn(reply) ?? '')) return reply;
      } catch (error) {
        this.#connection = null;
        if (!isBackstopError(error, 'device/connection-lost')) throw error;
      }
      this.#connection?.destroy();
      this.#connection = null;
      return (await this.#open(options)).exchange(request, fields, options);
    });
  }

  async #open(options: CallOptions): Promise<LockdownConnection> {
    if (this.#connection !== null && !this.#connection.closed) return this.#connection;
    this.#connection =
      this.#record === null ? await this.#openPlain(options) : await this.#openSession(this.#record, options);
    return this.#connection;
  }

  async #openPlain(options: CallOptions): Promise<LockdownConnection> {
    const connection = new LockdownConnection(await this.#link.connect(LOCKDOWN_PORT, options));
    const type = stringAt(await connection.exchange('QueryType', {}, options), 'Type');
    if (type !== 'com.apple.mobile.restored') return connection;
    connection.close();
    throw new BackstopError('device/restore-mode', { message: 'QueryType: com.apple.mobile.restored' });
  }

  /** The identity that worked last time comes first; the other is tried only when TLS itself fails. */
  async #openSession(record: PairRecord, options: CallOptions): Promise<LockdownConnection> {
    const known = this.#credentials?.identity;
    const identities = known === undefined ? tlsIdentities(record) : [known];
    let failure: unknown;
    for (const identity of identities) {
      const value = this.#credentials?.value ?? tlsCredentials(record, identity);
      const connection = await this.#openPlain(options);
      try {
        await startSession(connection, record, value, options);
        this.#credentials = { identity, value };
        return connection;
      } catch (error) {
        connection.destroy();
        options.signal?.throwIfAborted();
        if (!isBackstopError(error, 'device/tls-failed')) throw error;
        failure = error;
      }
    }
    if (known !== undefined) throw failure;
    // A phone that forgot this computer takes the session's name and then refuses the certificate.
    throw new BackstopError('pairing/invalid-record', {
      message: 'TLS failed right after StartSession',
      cause: failure,
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    // The next in line waits for this one's end, whatever it is; its failure belongs to its own caller.
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Failures that a new StartService may get past. */
const RETRY_SERVICE: ReadonlySet<string> = new Set([
  'device/tls-failed',
  'device/unreachable',
  'device/connection-lost',
]);

async function startSession(
  connection: LockdownConnection,
  record: PairRecord,
  credentials: TlsCredentials,
  options: CallOptions,
): Promise<void> {
  const fields = { HostID: record.hostId, SystemBUID: record.systemBuid };
  const reply = await connection.request('StartSession', fields, options);
  if (boolAt(reply, 'EnableSessionSSL') !== true) {
    // Without TLS nobody has proved to be the paired phone, and the escrow bag would go out in the clear.
    throw new BackstopError('device/key-mismatch', { message: 'the phone offers a session without TLS' });
  }
  await connection.startTls(credentials, options);
  try {
    // In TLS 1.3 the phone judges our certificate after our side of the handshake is done: only an answer proves it.
    await connection.exchange('GetValue', { Key: 'UniqueDeviceID' }, options);
  } catch (error) {
    if (!isBackstopError(error, 'device/connection-lost')) throw error;
    throw new BackstopError('device/tls-failed', {
      message: 'the phone hung up after the TLS handshake',
      cause: error,
    });
  }
}

function valueFields({ domain, key }: { readonly domain?: string; readonly key?: string }): PlistDict {
  return { ...(domain === undefined ? {} : { Domain: domain }), ...(key === undefined ? {} : { Key: key }) };
}

function named({ domain, key }: { readonly domain?: string; readonly key?: string }): Record<string, string> {
  return { ...(domain === undefined ? {} : { domain }), ...(key === undefined ? {} : { key }) };
}

function throwRefusal(request: string, reply: PlistDict, data: Readonly<Record<string, string>> = {}): void {
  const reason = refusalIn(reply);
  if (reason !== null) throw refusalError(request, printable(reason), data);
}
