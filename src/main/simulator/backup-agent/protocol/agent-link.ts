import { readFrame, type SocketWire } from '../../../engine/device/wire/index.ts';
import {
  encodePlist,
  isPlistDict,
  PlistReal,
  type PlistValue,
  parsePlist,
} from '../../../engine/formats/plist/index.ts';
import { AgentFailure, HostLeft } from '../endings.ts';
import type { AgentFaults, MessageAt, Moment } from '../faults/agent-faults.ts';
import type { MessageFault } from '../faults/kinds.ts';
import type { ConversationRecord } from '../record.ts';
import { HostListing } from './host-listing.ts';
import { type HostStatus, readHostStatus } from './host-status.ts';
import { type FileSink, type ReceivedFile, readFiles } from './incoming-files.ts';
import { contentsOfDirectory, type DeviceMessage, downloadFiles, MESSAGE_MAX_BYTES, STATUS } from './messages.ts';
import { OutgoingStream } from './outgoing-stream.ts';

/** How this phone writes its messages; hosts have to take all of these. */
export interface WritingStyle {
  format: 'binary' | 'xml';
  realsAsIntegers: boolean;
  extraElements: boolean;
  /** "…Files" where current phones say "…Items". */
  filesSpelling: boolean;
  /** Something else than the truth about how far it is. */
  progress: ((percent: number) => number) | null;
  /** Data bytes in a block of an upload; null: as they come. */
  blockBytes: number | null;
}

/** What is done at a fault's place. Returns only when the conversation goes on. */
export interface FaultActor {
  act(fault: MessageFault, link: AgentLink, at: MessageAt): Promise<void>;
}

export interface AskOptions {
  /** A name for this message that faults can be placed at, beside its number and its name. */
  readonly label?: string;
  /** Follows the message in the same write. */
  readonly stream?: (out: OutgoingStream) => Promise<void>;
}

export interface ListOptions {
  readonly label?: string;
  readonly meanwhile?: (() => void) | undefined;
}

/** The phone's end of one DeviceLink connection: sends a message, has faults happen, reads the host's answer. */
export class AgentLink {
  readonly wire: SocketWire;
  readonly signal: AbortSignal;
  readonly record: ConversationRecord;
  readonly faults: AgentFaults;
  readonly style: WritingStyle = {
    format: 'binary',
    realsAsIntegers: false,
    extraElements: false,
    filesSpelling: false,
    progress: null,
    blockBytes: null,
  };
  /** Of files; null: as fast as it goes. */
  bytesPerSecond: number | null = null;
  readonly #actor: FaultActor;
  readonly #counts = new Map<string, number>();
  #number = 0;
  /** Bytes in a segment of the next message; null: all at once. */
  #segment: number | null = null;
  /** While a fault sends something of its own, no other fault happens. */
  #isActing = false;

  constructor(
    wire: SocketWire,
    signal: AbortSignal,
    record: ConversationRecord,
    faults: AgentFaults,
    actor: FaultActor,
  ) {
    this.wire = wire;
    this.signal = signal;
    this.record = record;
    this.faults = faults;
    this.#actor = actor;
  }

  /** The next message travels in segments of so many bytes. */
  slowNext(segment: number): void {
    this.#segment = segment;
  }

  /** From the host's request on messages are counted. */
  begin(): void {
    this.#number = 0;
    this.#counts.clear();
  }

  /** Sends a message that no answer belongs to. */
  async send(message: DeviceMessage, label: string | null = null): Promise<void> {
    const at = this.#place(message, label);
    await this.#happen(at, 'before');
    await this.#write(this.encode(message));
    await this.#happen(at, 'sent');
  }

  /** Sends a message, and the files behind it, and returns the host's status. Throws `HostLeft`. */
  async ask(message: DeviceMessage, { label, stream }: AskOptions = {}): Promise<HostStatus> {
    const at = this.#place(message, label ?? null);
    await this.#happen(at, 'before');
    if (stream === undefined) {
      await this.#write(this.encode(message));
    } else {
      const out = new OutgoingStream(this.wire, this.signal, this.bytesPerSecond);
      const frame = this.encode(message);
      if (this.#segment === null) out.raw(frame);
      else await this.#write(frame);
      await stream(out);
      out.end();
      await out.drain();
    }
    await this.#happen(at, 'sent');
    const status = await this.readStatus(message[0]);
    await this.#happen(at, 'answered');
    return status;
  }

  /** Asks for the names in a folder of the host. `meanwhile` is done while the host makes its answer. */
  async list(path: string, { label, meanwhile }: ListOptions = {}): Promise<HostListing> {
    const message = contentsOfDirectory(path);
    const [name] = message;
    const at = this.#place(message, label ?? null);
    await this.#happen(at, 'before');
    await this.#write(this.encode(message));
    await this.#happen(at, 'sent');
    meanwhile?.();
    const listing = HostListing.read(await this.#receiveBody());
    if (listing === null) throw notStatus(name);
    this.record.answered(name, listing.status);
    await this.#happen(at, 'answered');
    insistOnOk(name, listing.status);
    return listing;
  }

  /** `ask` for what a phone cannot do without: any other status than 0 ends the conversation with an error. */
  async must(message: DeviceMessage, options: AskOptions = {}): Promise<HostStatus> {
    const answer = await this.ask(message, options);
    insistOnOk(message[0], answer);
    return answer;
  }

  /** Asks for files of the backup folder. `sinkFor` is called for each as it comes. */
  async download(
    paths: readonly string[],
    progress: number,
    sinkFor: (path: string) => FileSink | null,
    label: string | null = null,
  ): Promise<{ readonly files: readonly ReceivedFile[]; readonly status: HostStatus }> {
    const message = downloadFiles(paths, progress);
    const at = this.#place(message, label);
    await this.#happen(at, 'before');
    await this.#write(this.encode(message));
    await this.#happen(at, 'sent');
    const { files, largestBlock } = await readFiles(this.wire, sinkFor, this.signal);
    this.record.largestBlock(largestBlock);
    for (const file of files) {
      this.record.downloaded.files += 1;
      this.record.downloaded.bytes += file.bytes;
    }
    this.record.check(
      'files come in the order they were asked for',
      files.every((file, index) => file.path === paths[index]),
    );
    const status = await this.readStatus(message[0]);
    this.record.check(
      'a file that was not sent is told by status -13',
      files.some(({ code }) => code !== 0) === (status.status === STATUS.multi),
      `status ${status.status}`,
    );
    await this.#happen(at, 'answered');
    return { files, status };
  }

  async readStatus(name: string): Promise<HostStatus> {
    const message = await this.receive();
    const status = readHostStatus(message);
    if (status === null) throw notStatus(name);
    this.record.answered(name, status);
    return status;
  }

  /** The next message of the host, whatever it is; its goodbye is thrown as `HostLeft`. */
  async receive(): Promise<PlistValue> {
    const message = parsePlist(await this.#receiveBody());
    if (Array.isArray(message) && message[0] === 'DLMessageDisconnect') throw new HostLeft();
    return message;
  }

  #receiveBody(): Promise<Buffer> {
    return readFrame(this.wire, { maxBytes: MESSAGE_MAX_BYTES, signal: this.signal });
  }

  /** A frame in this phone's style. */
  encode(message: DeviceMessage): Buffer {
    const { format, realsAsIntegers, extraElements, filesSpelling, progress } = this.style;
    let styled: readonly PlistValue[] = message;
    if (filesSpelling)
      styled = [message[0].replace(/^(DLMessage(?:Move|Remove))Items$/, '$1Files'), ...styled.slice(1)];
    if (progress !== null) {
      styled = styled.map((value) => (value instanceof PlistReal ? new PlistReal(progress(value.value)) : value));
    }
    if (realsAsIntegers) styled = styled.map(withoutReals);
    if (extraElements) styled = [...styled, { Future: true }, 'more', 7];
    const body = encodePlist(styled, format);
    const frame = Buffer.allocUnsafe(4 + body.length);
    frame.writeUInt32BE(body.length, 0);
    frame.set(body, 4);
    return frame;
  }

  async #write(frame: Buffer): Promise<void> {
    const options = { signal: this.signal };
    const segment = this.#segment ?? frame.length;
    this.#segment = null;
    for (let at = 0; at < frame.length; at += segment) {
      await this.wire.write(frame.subarray(at, at + segment), options);
      // Otherwise the system would join the segments again.
      if (segment < frame.length) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #place(message: DeviceMessage, label: string | null): MessageAt {
    const [name] = message;
    this.record.sent(name);
    const at = {
      request: this.record.request,
      number: this.record.request === '' ? 0 : this.#number + 1,
      name,
      nameIndex: this.#count(name),
      label,
      labelIndex: label === null ? 0 : this.#count(`label ${label}`),
    };
    this.#number += 1;
    return at;
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  async #happen(at: MessageAt, moment: Moment): Promise<void> {
    if (this.#isActing || this.faults.count === 0) return;
    const due = this.faults.atMessage(at, moment);
    this.#isActing = true;
    try {
      for (const fault of due) await this.#actor.act(fault, this, at);
    } finally {
      this.#isActing = false;
    }
  }
}

function insistOnOk(name: string, { status, text }: HostStatus): void {
  if (status === STATUS.ok) return;
  if (status === STATUS.noSpace) {
    throw new AgentFailure(105, `Insufficient free disk space on drive to back up: “${text}”`);
  }
  throw new AgentFailure(104, `The host refused ${name} with status ${status}: “${text}”`);
}

function notStatus(name: string): AgentFailure {
  return new AgentFailure(1, `The host answered ${name} with something else than a status`);
}

function withoutReals(value: PlistValue): PlistValue {
  if (value instanceof PlistReal) return Number.isFinite(value.value) ? Math.trunc(value.value) : 0;
  if (!isPlistDict(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutReals(entry)]));
}
