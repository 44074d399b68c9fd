import type { SocketWire } from '../../engine/device/wire/index.ts';
import { readPlistFrame, writePlistFrame } from '../../engine/device/wire/index.ts';
import {
  arrayOf,
  dictOf,
  integerAt,
  numberOf,
  PlistReal,
  type PlistValue,
  stringAt,
} from '../../engine/formats/plist/index.ts';
import type { BackupFaults } from './faults.ts';

/** DeviceLink from the phone's side: messages, file streams, and the host's answers (device protocols 3 and 4). */

const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const MAX_NAME_BYTES = 4096;
/** Apple's host never sends more in one block: the phone's agent would not live. */
const MAX_BLOCK_BYTES = 32_769;
const SEND_BYTES = 256 * 1024;
const DATA = 0x0c;
const SUCCESS = 0x00;
export const REMOTE_ERROR = 0x0b;

export const EMPTY_PARAMETER = '___EmptyParameterString___';

export interface HostStatus {
  readonly status: number;
  readonly text: string;
  readonly value: PlistValue;
}

/** A file on its way to the host. */
export interface OutgoingFile {
  readonly devicePath: string;
  /** Bytes only for names that no string can hold. */
  readonly hostPath: string | Uint8Array;
  readonly content: Iterable<Uint8Array>;
  /** Ends the file with the phone's error instead of success. */
  readonly error?: string;
}

/** The phone stops here: told by a fault, or the host said goodbye. Not an error of the simulator. */
export class ConversationOver extends Error {}

export class HostLink {
  readonly #wire: SocketWire;
  readonly #signal: AbortSignal;
  readonly #faults: BackupFaults;
  #step = 0;
  /** What was out of order on the host's side: the assertion log of the report. */
  readonly complaints: string[] = [];

  constructor(wire: SocketWire, signal: AbortSignal, faults: BackupFaults) {
    this.#wire = wire;
    this.#signal = signal;
    this.#faults = faults;
  }

  complain(text: string): void {
    if (this.complaints.length < 100) this.complaints.push(text);
  }

  async receive(): Promise<readonly PlistValue[]> {
    const message = arrayOf(await readPlistFrame(this.#wire, { maxBytes: MAX_FRAME_BYTES, signal: this.#signal }));
    if (message === undefined) throw new Error('the host sent something that is no DeviceLink message');
    return message;
  }

  send(message: readonly PlistValue[]): Promise<void> {
    const format = this.#faults.active('xml') === null ? 'binary' : 'xml';
    return writePlistFrame(this.#wire, message, format, { signal: this.#signal });
  }

  /** One request with whatever stream belongs to it, and the host's answer. Faults at messages strike here. */
  async ask(message: readonly PlistValue[], stream?: () => Promise<void>): Promise<HostStatus> {
    this.#step += 1;
    const name = String(message[0]);
    await this.#strike(name);
    await this.send(this.#spelled(message));
    await stream?.();
    return this.status();
  }

  async #strike(name: string): Promise<void> {
    const fault = this.#faults.atMessage(this.#step, name);
    if (fault === null) return;
    switch (fault.kind) {
      case 'drop':
        throw new ConversationOver('fault: drop');
      case 'stall':
        await new Promise<never>((_resolve, reject) => {
          this.#signal.addEventListener('abort', () => reject(new ConversationOver('fault: stall')), { once: true });
        });
        return;
      case 'garbage':
        await this.#wire.write(Buffer.from('this is no property list '.repeat(40)));
        throw new ConversationOver('fault: garbage');
      case 'length': {
        const head = Buffer.alloc(4);
        head.writeUInt32BE(fault.value ?? 0xffff_ffff);
        await this.#wire.write([head, Buffer.from('bplist00'.repeat(20))]);
        throw new ConversationOver('fault: length');
      }
      case 'unknown':
        await this.send(['DLMessageSomethingNew', 'x', {}]);
        if ((await this.status()).status !== -1) this.complain('an unknown message was not answered with -1');
        return;
      case 'error':
        await this.finish(fault.value ?? 104, `told to fail (MBErrorDomain/${fault.value ?? 104})`);
        throw new ConversationOver('fault: error');
    }
  }

  /** Older iOS says "Files" where newer says "Items"; later iOS may add elements. */
  #spelled(message: readonly PlistValue[]): readonly PlistValue[] {
    const [name, ...rest] = message;
    const renamed = this.#faults.active('files-spelling') === null ? name : String(name).replace('Items', 'Files');
    return this.#faults.active('extra-elements') === null
      ? [renamed ?? '', ...rest]
      : [renamed ?? '', ...rest, 'more', { and: 1 }];
  }

  async status(): Promise<HostStatus> {
    const [name, status, text, value] = await this.receive();
    if (name === 'DLMessageDisconnect') throw new ConversationOver('the host said goodbye');
    if (name !== 'DLMessageStatusResponse') throw new Error(`expected a status, got ${String(name)}`);
    return { status: statusNumber(status), text: typeof text === 'string' ? text : '', value: value ?? null };
  }

  finish(code: number, description = ''): Promise<void> {
    const response = { MessageName: 'Response', ErrorCode: code, ErrorDescription: description };
    return this.send(['DLMessageProcessMessage', response]);
  }

  // ---- files to the host

  /** One UploadFiles message. `total` is announced in front. Answers the host's status. */
  upload(files: Iterable<OutgoingFile>, total: number, percent: number): Promise<HostStatus> {
    return this.ask(['DLMessageUploadFiles', {}, new PlistReal(percent), total], () => this.#stream(files));
  }

  async #stream(files: Iterable<OutgoingFile>): Promise<void> {
    const batch = new Batch(this.#wire, this.#signal);
    for (const file of files) {
      const device = Buffer.from(file.devicePath);
      const host = Buffer.from(file.hostPath);
      const head = Buffer.alloc(4 + device.length + 4);
      head.writeUInt32BE(device.length, 0);
      head.set(device, 4);
      head.writeUInt32BE(this.#faults.take('name-length')?.value ?? host.length, 4 + device.length);
      if (batch.add(head)) await batch.send();
      if (batch.add(host)) await batch.send();
      let sent = 0;
      for (const piece of file.content) {
        const cut = this.#faults.inFile(sent, piece.length);
        if (cut !== null) {
          batch.add(blockHead(piece.length + 1, DATA));
          batch.add(piece.subarray(0, cut));
          await batch.send();
          throw new ConversationOver('fault: drop inside a file');
        }
        const lie = this.#faults.take('block-length');
        if (batch.add(blockHead(lie?.value ?? piece.length + 1, DATA))) await batch.send();
        if (batch.add(piece)) await batch.send();
        sent += piece.length;
      }
      const end = file.error === undefined ? blockHead(1, SUCCESS) : errorBlock(file.error);
      if (batch.add(end)) await batch.send();
    }
    batch.add(Buffer.alloc(4));
    await batch.send();
  }

  // ---- files from the host

  /** One DownloadFiles message; each file's pieces go to `sink` as they come. Answers which could not be had. */
  async download(
    paths: readonly string[],
    sink: (path: string, piece: Buffer) => void | Promise<void>,
  ): Promise<ReadonlySet<string>> {
    const failed = new Set<string>();
    const status = await this.ask(['DLMessageDownloadFiles', paths, {}, new PlistReal(0), 0], async () => {
      for (;;) {
        const length = (await this.#wire.read(4, { signal: this.#signal })).readUInt32BE(0);
        if (length === 0) return;
        if (length > MAX_NAME_BYTES) throw new Error(`a name of ${length} bytes`);
        const path = (await this.#wire.read(length, { signal: this.#signal })).toString('utf8');
        if (!(await this.#receiveFile(path, sink))) failed.add(path);
      }
    });
    if ((status.status === -13) !== failed.size > 0)
      this.complain(`DownloadFiles answered ${status.status} with ${failed.size} failures`);
    return failed;
  }

  async #receiveFile(path: string, sink: (path: string, piece: Buffer) => void | Promise<void>): Promise<boolean> {
    for (;;) {
      const head = await this.#wire.read(5, { signal: this.#signal });
      const length = head.readUInt32BE(0);
      if (length === 0) throw new Error('a block of length 0');
      if (length > MAX_BLOCK_BYTES) this.complain(`a block of ${length} bytes`);
      const code = head[4];
      let rest = length - 1;
      while (rest > 0) {
        const piece = await this.#wire.readSome(rest, { signal: this.#signal });
        rest -= piece.length;
        if (code === DATA) await sink(path, piece);
      }
      if (code === SUCCESS) return true;
      if (code !== DATA) return false;
    }
  }

  /** Names, sizes and kinds of one folder. */
  async list(path: string): Promise<ReadonlyMap<string, number>> {
    const { value } = await this.ask(['DLContentsOfDirectory', path]);
    const names = new Map<string, number>();
    for (const [name, facts] of Object.entries(dictOf(value) ?? {})) {
      if (stringAt(facts, 'DLFileType') === 'DLFileTypeRegular') names.set(name, integerAt(facts, 'DLFileSize') ?? -1);
    }
    return names;
  }
}

/** Small things are gathered until they are worth a write; large ones pass through uncopied. */
class Batch {
  readonly #wire: SocketWire;
  readonly #signal: AbortSignal;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(wire: SocketWire, signal: AbortSignal) {
    this.#wire = wire;
    this.#signal = signal;
  }

  /** True: it is time to send. */
  add(bytes: Uint8Array): boolean {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    return this.#bytes >= SEND_BYTES;
  }

  async send(): Promise<void> {
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Uint8Array) : Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    await this.#wire.write(bytes, { signal: this.#signal });
  }
}

function blockHead(length: number, code: number): Buffer {
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(length >>> 0, 0);
  head[4] = code;
  return head;
}

function errorBlock(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([blockHead(bytes.length + 1, REMOTE_ERROR), bytes]);
}

/** Hosts write negative numbers signed, or as unsigned 64-bit: both mean the same. */
function statusNumber(value: PlistValue | undefined): number {
  if (typeof value === 'bigint') return Number(BigInt.asIntN(64, value));
  return numberOf(value) ?? Number.NaN;
}
