import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../../engine/device/wire/index.ts';
import { dataAt, dictOf, type PlistDict, stringAt, valueAt } from '../../engine/formats/plist/index.ts';
import { scaledMs } from '../../engine/platform/index.ts';
import type { PhoneEndpoint } from '../endpoint.ts';
import type { Via } from '../services/types.ts';
import { DetachableTransport } from './detachable-transport.ts';
import { isLocked, type LockdownAnswer, pair, unpair, validatePair } from './pairing.ts';
import type { TrustedHost } from './trusted-hosts.ts';
import { changeValue, domainValues } from './values.ts';

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** lockdownd closes connections without a session that say nothing for this long. */
const IDLE_MS = 30_000;
/** Requests that change something on the phone; the last two are for hosts that mean it ill. */
const CHANGING: ReadonlySet<string> = new Set([
  'SetValue',
  'RemoveValue',
  'Pair',
  'Unpair',
  'EnterRecovery',
  'ResetPairing',
]);

interface Session {
  readonly id: string;
  readonly host: TrustedHost;
}

/** What StartSession and StopSession do to the connection after their answer. */
type Afterwards = 'nothing' | 'start-tls' | 'stop-tls';

/** One connection to lockdownd, port 62078: one plist question, one plist answer, strictly in turn. */
export class LockdownConnection {
  readonly #endpoint: PhoneEndpoint;
  readonly #socket: Socket;
  readonly #via: Via;
  readonly #signal: AbortSignal;
  #session: Session | null = null;
  #afterwards: Afterwards = 'nothing';

  constructor(endpoint: PhoneEndpoint, socket: Socket, via: Via, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    this.#via = via;
    this.#signal = signal;
  }

  /** Serves until the host goes. Throws `device/connection-lost` and the like; the socket is the caller's to close. */
  async run(): Promise<void> {
    let transport: DetachableTransport | null = null;
    let wire = this.#endpoint.wireFor('lockdownd', this.#socket, this.#via, this.#signal);
    for (;;) {
      const request = await this.#receive(wire);
      if (request === null) return;
      const answer = await this.#answer(request);
      await writePlistFrame(wire, answer, 'xml', { signal: this.#signal });
      if (this.#afterwards === 'start-tls' && this.#session !== null) {
        transport = new DetachableTransport(wire.detach());
        const fault = this.#endpoint.faults.forHandshake('lockdownd');
        const secure = await this.#endpoint.tls.accept(transport, this.#session.host, fault, this.#signal);
        wire = this.#endpoint.wireFor('lockdownd-session', secure, this.#via, this.#signal);
      } else if (this.#afterwards === 'stop-tls' && transport !== null) {
        await wire.atEnd({ signal: this.#signal, timeoutMs: scaledMs(IDLE_MS) });
        const over = wire;
        const plain = await transport.release(() => over.close());
        wire = this.#endpoint.wireFor('lockdownd', plain, this.#via, this.#signal);
        transport = null;
      }
      this.#afterwards = 'nothing';
    }
  }

  /** Null at the end of the connection. */
  async #receive(wire: SocketWire): Promise<PlistDict | null> {
    const waits = { signal: this.#signal, ...(this.#session === null ? { timeoutMs: scaledMs(IDLE_MS) } : {}) };
    try {
      if (await wire.atEnd(waits)) return null;
      return dictOf(await readPlistFrame(wire, { maxBytes: MAX_MESSAGE_BYTES, ...waits })) ?? null;
    } catch (error) {
      if (isBackstopError(error, 'device/silent')) return null;
      throw error;
    }
  }

  async #answer(request: PlistDict): Promise<PlistDict> {
    const name = stringAt(request, 'Request') ?? '';
    const domain = stringAt(request, 'Domain');
    const key = stringAt(request, 'Key');
    const service = stringAt(request, 'Service');
    const injected = this.#endpoint.faults.lockdownError({ request: name, service, key, domain });
    const outcome = injected === null ? await this.#perform(name, request) : { error: injected };
    if (CHANGING.has(name)) {
      this.#endpoint.phone.hostWrites.record({
        service: 'lockdownd',
        operation: name,
        what: [domain, key].filter((one) => one !== undefined).join('/'),
        outcome: 'reply' in outcome ? 'done' : 'refused',
      });
    }
    const echo: PlistDict = {
      Request: name,
      ...(domain === undefined ? {} : { Domain: domain }),
      ...(key === undefined ? {} : { Key: key }),
    };
    if ('reply' in outcome) return { ...echo, ...outcome.reply };
    this.#endpoint.phone.events.record('lockdown.error', { request: name, error: outcome.error });
    return { ...echo, ...(service === undefined ? {} : { Service: service }), Error: outcome.error };
  }

  async #perform(name: string, request: PlistDict): Promise<LockdownAnswer> {
    const { phone, key, hosts } = this.#endpoint;
    const pairing = { phone, key, hosts, via: this.#via };
    switch (name) {
      case 'QueryType':
        return { reply: { Type: 'com.apple.mobile.lockdown' } };
      case 'GetValue':
        return this.#getValue(request);
      case 'SetValue':
      case 'RemoveValue':
        return this.#changeValue(name, request);
      case 'Pair':
        return pair(request, pairing);
      case 'ValidatePair':
        return validatePair(request, pairing);
      case 'Unpair':
        return unpair(request, pairing);
      case 'StartSession':
        return this.#startSession(request);
      case 'StopSession':
        return this.#stopSession(request);
      case 'StartService':
        return this.#startService(request);
      case 'Goodbye':
        return { reply: {} };
      default:
        return { error: 'UnknownRequest' };
    }
  }

  #getValue(request: PlistDict): LockdownAnswer {
    const domain = stringAt(request, 'Domain');
    const key = stringAt(request, 'Key');
    const values = domainValues(this.#endpoint.phone, domain, this.#endpoint.key.publicPem);
    const visible = this.#session === null ? values?.open : values?.full;
    if (values === undefined || visible === undefined)
      return key === undefined ? { reply: { Value: {} } } : { error: 'MissingValue' };
    if (key === undefined) return { reply: { Value: visible } };
    const value = valueAt(visible, key);
    if (value !== undefined) return { reply: { Value: value } };
    return { error: valueAt(values.full, key) === undefined ? 'MissingValue' : 'GetProhibited' };
  }

  #changeValue(name: 'SetValue' | 'RemoveValue', request: PlistDict): LockdownAnswer {
    const domain = stringAt(request, 'Domain');
    const key = stringAt(request, 'Key');
    const value = valueAt(request, 'Value');
    if (key === undefined) return { error: 'MissingKey' };
    if (name === 'SetValue' && value === undefined) return { error: 'MissingValue' };
    const allowed = this.#session !== null || key === 'UntrustedHostBUID';
    if (!allowed) return { error: name === 'SetValue' ? 'SetProhibited' : 'RemoveProhibited' };
    const error = changeValue(this.#endpoint.phone, domain, key, name === 'SetValue' ? (value ?? null) : null);
    if (error !== null) return { error };
    return { reply: name === 'SetValue' && value !== undefined ? { Value: value } : {} };
  }

  #startSession(request: PlistDict): LockdownAnswer {
    if (this.#session !== null) return { error: 'SessionActive' };
    const hostId = stringAt(request, 'HostID');
    if (hostId === undefined) return { error: 'MissingHostID' };
    const host = this.#endpoint.hosts.find(hostId);
    if (host === undefined) return { error: 'InvalidHostID' };
    this.#session = { id: randomUUID().toUpperCase(), host };
    this.#afterwards = 'start-tls';
    this.#endpoint.phone.events.record('lockdown.session-started', { hostId, via: this.#via });
    return { reply: { SessionID: this.#session.id, EnableSessionSSL: true } };
  }

  #stopSession(request: PlistDict): LockdownAnswer {
    if (this.#session === null) return { error: 'SessionInactive' };
    const id = stringAt(request, 'SessionID');
    if (id === undefined) return { error: 'MissingSessionID' };
    if (id !== this.#session.id) return { error: 'InvalidSessionID' };
    this.#session = null;
    this.#afterwards = 'stop-tls';
    this.#endpoint.phone.events.record('lockdown.session-stopped');
    return { reply: {} };
  }

  async #startService(request: PlistDict): Promise<LockdownAnswer> {
    const name = stringAt(request, 'Service');
    if (name === undefined) return { error: 'MissingService' };
    const service = this.#endpoint.service(name);
    const open = service?.access === 'anyone';
    if (this.#session === null && !open)
      return { error: service === undefined ? 'InvalidService' : 'ServiceProhibited' };
    if (service === undefined) return { error: 'InvalidService' };
    const host = open ? null : (this.#session?.host ?? null);
    const bag = dataAt(request, 'EscrowBag');
    const escrowed = host !== null && bag !== undefined && host.escrowBag.equals(bag);
    if (bag !== undefined && host !== null && !escrowed) return { error: 'InvalidEscrowBag' };
    if (service.needsUnlock === true && isLocked(this.#endpoint.phone) && !escrowed)
      return { error: 'PasswordProtected' };
    const port = await this.#endpoint.openPort({ service, host, escrowed, via: this.#via });
    return { reply: { Service: name, Port: port, ...(host === null ? {} : { EnableServiceSSL: true }) } };
  }
}
