import {
  arrayAt,
  arrayOf,
  boolAt,
  dictAt,
  dictOf,
  numberOf,
  type PlistDict,
  PlistReal,
  stringAt,
} from '../../engine/formats/plist/index.ts';
import { scaledMs } from '../../engine/platform/index.ts';
import type { JsonObject } from '../json.ts';
import type { SimulatedPhone } from '../phone.ts';
import type { ServiceConnection } from '../services/types.ts';
import type { AgentKeys } from './agent-keys.ts';
import { isAtLeast } from './backup/passcode.ts';
import { runBackup } from './backup/run-backup.ts';
import { changePassword } from './change-password.ts';
import { AgentFailure, HostLeft } from './endings.ts';
import type { AgentFaults } from './faults/agent-faults.ts';
import { MessageActor } from './faults/message-actor.ts';
import { cut } from './faults/misbehave.ts';
import { watchManners } from './manners.ts';
import type { AgentMemory } from './memory.ts';
import { outcomeOf } from './outcome.ts';
import { AgentLink } from './protocol/agent-link.ts';
import { deviceReady, disconnect, response, versionExchange } from './protocol/messages.ts';
import type { ConversationRecord } from './record.ts';
import type { RestoreReport } from './restore/restore-report.ts';
import { runRestore } from './restore/run-restore.ts';
import type { AgentSettings } from './settings.ts';

/** After its last word the phone leaves the host this long to say goodbye. */
const GOODBYE_MS = 5_000;
const PROTOCOL_VERSION = 2.1;
const SUPPORTED_VERSIONS: readonly number[] = [2.0, 2.1];

export interface ConversationOptions {
  readonly connection: ServiceConnection;
  readonly phone: SimulatedPhone;
  readonly record: ConversationRecord;
  readonly faults: AgentFaults;
  readonly keys: AgentKeys;
  readonly memory: AgentMemory;
  readonly settings: AgentSettings;
  readonly onRestore: (report: RestoreReport) => void;
}

/** How a request ended: 0, or an error of MBErrorDomain. */
interface Ending {
  readonly code: number;
  readonly text: string;
  readonly shouldReboot: boolean;
}

/** One connection of a host: greeting, one request, the phone's work, its last word (protocol reference 4). */
export class Conversation {
  /** Resolves when the phone is ready for another host. */
  readonly over: Promise<void>;
  readonly #options: ConversationOptions;
  readonly #link: AgentLink;
  #settle: () => void = () => undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { connection, record, faults, phone } = options;
    const actor = new MessageActor(phone, connection.via);
    this.#link = new AgentLink(connection.wire, connection.signal, record, faults, actor);
    this.#link.bytesPerSecond = options.settings.bytesPerSecond;
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Throws what broke the connection, and `CutByFault`. */
  async run(): Promise<void> {
    const { record, phone } = this.#options;
    try {
      if (!(await this.#greet())) return record.end('no common version');
      await this.#serve();
    } catch (error) {
      if (error instanceof HostLeft) return record.end('the host left');
      record.end(outcomeOf(error));
      throw error;
    } finally {
      this.#settle();
      if (record.request !== '') phone.events.record('backup.conversation-ended', { outcome: record.outcome });
    }
  }

  /** DeviceLink's handshake and Hello. False when host and phone have no version in common. */
  async #greet(): Promise<boolean> {
    const { phone, record, faults } = this.#options;
    const link = this.#link;
    const newest = isAtLeast(phone.identity.productVersion, [16]) ? 400 : 300;
    const major = faults.ofConversation('old-device-link', '')?.major ?? newest;
    await link.send(versionExchange(major));
    const answer = arrayOf(await link.receive());
    record.check('the version exchange is answered with DLVersionsOk', answer?.[1] === 'DLVersionsOk');
    if (answer?.[0] !== 'DLMessageVersionExchange' || answer[1] !== 'DLVersionsOk') return false;
    await link.send(deviceReady());
    const hello = dictOf(arrayOf(await link.receive())?.[1]);
    const versions = arrayAt(hello, 'SupportedProtocolVersions') ?? [];
    const areReals = versions.length > 0 && versions.every((version) => version instanceof PlistReal);
    record.check('the versions of Hello are reals', areReals);
    const isCommon = versions.some((version) => SUPPORTED_VERSIONS.includes(numberOf(version) ?? 0));
    const refusal = faults.ofConversation('hello-error', '');
    if (stringAt(hello, 'MessageName') !== 'Hello' || !isCommon || refusal !== null) {
      await link.send(response(refusal?.code ?? 1, 'No common protocol version'), 'hello');
      return false;
    }
    await link.send(response(0, '', { ProtocolVersion: new PlistReal(PROTOCOL_VERSION) }), 'hello');
    return true;
  }

  async #serve(): Promise<void> {
    const { phone, record, connection, faults } = this.#options;
    const link = this.#link;
    const request = dictOf(arrayOf(await link.receive())?.[1]) ?? {};
    const name = stringAt(request, 'MessageName') ?? '';
    record.request = name;
    record.options = shown(request);
    link.begin();
    this.#applyStyle(name);
    phone.events.record('backup.request', { request: name });
    watchManners(record, phone, connection, request);
    const ending = await this.#endOf(() => this.#answer(name, request));
    if (ending === 'dropped') return;
    const silent = faults.ofConversation('no-response', name);
    if (silent !== null) {
      phone.events.record('fault.happened', { kind: silent.kind });
      if (silent.how === 'disconnect') await link.send(disconnect());
      cut(link.wire, 'close');
    }
    const last = await this.#lastWord(ending);
    phone.events.record(last.code === 0 ? 'backup.finished' : 'backup.failed', { request: name, code: last.code });
    await link.send(disconnect());
    this.#settle();
    await this.#waitForGoodbye();
    if (last.shouldReboot) this.#reboot();
  }

  /** Sends the Response. A fault may make another one of it at the last moment. */
  async #lastWord(ending: Ending): Promise<Ending> {
    const { record } = this.#options;
    record.errorCode = ending.code;
    record.errorText = ending.text;
    record.end(ending.code === 0 ? 'done' : 'failed');
    const sent = await this.#endOf(async () => {
      await this.#link.send(response(ending.code, ending.text), 'Response');
      return false;
    });
    if (sent === 'dropped' || sent.code === 0) return ending;
    record.errorCode = sent.code;
    record.errorText = sent.text;
    record.outcome = 'failed';
    await this.#link.send(response(sent.code, sent.text));
    return sent;
  }

  /** How the work ended, an error of the phone included. `dropped`: it says nothing more. */
  async #endOf(work: () => Promise<boolean | 'dropped'>): Promise<Ending | 'dropped'> {
    try {
      const shouldReboot = await work();
      return shouldReboot === 'dropped' ? 'dropped' : { code: 0, text: '', shouldReboot };
    } catch (error) {
      if (!(error instanceof AgentFailure)) throw error;
      return { code: error.code, text: `${error.message} (MBErrorDomain/${error.code})`, shouldReboot: false };
    }
  }

  #reboot(): void {
    const { phone } = this.#options;
    void phone
      .reboot()
      .catch((error: unknown) => phone.events.record('phone.reboot-failed', { reason: String(error) }));
  }

  async #answer(name: string, request: PlistDict): Promise<boolean | 'dropped'> {
    const { phone, connection, keys, memory, settings, onRestore } = this.#options;
    const link = this.#link;
    const target = stringAt(request, 'TargetIdentifier') ?? '';
    const isForUs = target.toLowerCase() === phone.identity.udid.toLowerCase();
    link.record.check('the request names this phone', isForUs, target);
    if (!isForUs) throw new AgentFailure(1, `This phone is not ${target}`);
    if (name !== 'Backup') {
      phone.hostWrites.record({ service: 'com.apple.mobilebackup2', operation: name, what: '', outcome: 'done' });
    }
    switch (name) {
      case 'Backup':
        await runBackup({ link, phone, via: connection.via, agentKeys: keys, memory, settings }, request);
        return false;
      case 'Restore':
        return (await runRestore({ link, phone, memory, settings }, request, onRestore)).shouldReboot;
      case 'ChangePassword':
        await changePassword(link, phone, request);
        return false;
      case 'EnableCloudBackup':
        phone.state.cloudBackupEnabled = boolAt(request, 'CloudBackupState') ?? phone.state.cloudBackupEnabled;
        return false;
      case 'Unback':
        // Phones since iOS 10 just close here (protocol reference 4.2).
        link.record.end('dropped as modern phones do');
        return 'dropped';
      case 'EraseDevice':
        throw new AgentFailure(1, 'A simulated phone is not erased');
      default:
        // Info, List and Extract work on no phone since iOS 10.
        throw new AgentFailure(1, `${name} is not supported`);
    }
  }

  #applyStyle(request: string): void {
    const { faults, phone } = this.#options;
    const { style } = this.#link;
    const take: AgentFaults['ofConversation'] = (kind) => {
      const fault = faults.ofConversation(kind, request);
      if (fault !== null) phone.events.record('fault.happened', { kind });
      return fault;
    };
    if (take('xml', request) !== null) style.format = 'xml';
    style.realsAsIntegers = take('reals-as-integers', request) !== null;
    style.extraElements = take('extra-elements', request) !== null;
    style.filesSpelling = take('files-spelling', request) !== null;
    style.blockBytes = take('block-size', request)?.bytes ?? null;
    style.progress = PROGRESS[take('progress', request)?.shape ?? 'true'] ?? null;
  }

  /** The host's own goodbye, or its end; whichever, the phone has said all. */
  async #waitForGoodbye(): Promise<void> {
    const { record, connection } = this.#options;
    const signal = AbortSignal.any([connection.signal, AbortSignal.timeout(scaledMs(GOODBYE_MS))]);
    try {
      if (!(await this.#link.wire.atEnd({ signal }))) await this.#link.receive();
    } catch (error) {
      record.check('the host says goodbye', error instanceof HostLeft);
    }
  }
}

const PROGRESS: Readonly<Record<string, (percent: number) => number>> = {
  backwards: (percent) => 100 - percent,
  negative: () => -5,
  zero: () => 0,
  huge: () => 1e300,
  nan: () => Number.NaN,
};

/** The request without its passwords. */
function shown(request: PlistDict): JsonObject {
  const options = dictAt(request, 'Options') ?? {};
  const text = (dict: PlistDict): Record<string, string> =>
    Object.fromEntries(
      Object.entries(dict)
        .filter(([, value]) => dictOf(value) === undefined)
        .map(([key, value]) => [key, /password/i.test(key) ? '(given)' : String(value)]),
    );
  return { ...text(request), Options: text(options) };
}
