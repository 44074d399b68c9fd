import { isBackstopError } from '../../../shared/errors/index.ts';
import { readPlistFrame, type SocketWire } from '../../engine/device/wire/index.ts';
import { arrayOf, encodePlist, type PlistValue } from '../../engine/formats/plist/index.ts';
import { readHostStatus } from './protocol/host-status.ts';
import { readFiles } from './protocol/incoming-files.ts';
import {
  BLOCK,
  type DeviceMessage,
  deviceReady,
  downloadFiles,
  MESSAGE_MAX_BYTES,
  response,
  uploadFiles,
  versionExchange,
} from './protocol/messages.ts';
import { OutgoingStream } from './protocol/outgoing-stream.ts';

/** A file of a scripted upload. Names may be bytes, as not every hostile name is text. */
export interface ScriptFile {
  readonly path: string | Buffer;
  readonly devicePath?: string | Buffer;
  /** Its content in these pieces, a block each. Default: none, an empty file. */
  readonly pieces?: readonly Buffer[];
  /** Code of the last block, 0 (success) by default; `endText` is its payload. */
  readonly end?: number;
  readonly endText?: string;
}

/**
 * One thing that a scripted phone does.
 *
 * - `greet`: DeviceLink's handshake and Hello, as a healthy phone; the reply is the host's Hello.
 * - `receive`: takes the host's next message (its request, say).
 * - `send`: a message that no answer belongs to.
 * - `ask`: a message, then the host's next one, which as a rule is its status.
 * - `upload`, `download`: the two messages with a stream, then the status.
 * - `raw`: bytes as they are.
 * - `finish`: the final Response.
 */
export type ScriptStep =
  | { readonly kind: 'greet'; readonly major?: number }
  | { readonly kind: 'receive' }
  | { readonly kind: 'send'; readonly message: DeviceMessage }
  | { readonly kind: 'ask'; readonly message: DeviceMessage }
  | { readonly kind: 'upload'; readonly files: readonly ScriptFile[] }
  | { readonly kind: 'download'; readonly paths: readonly string[] }
  | { readonly kind: 'raw'; readonly bytes: Buffer }
  | { readonly kind: 'finish'; readonly code?: number; readonly text?: string };

/** What the host did after a step. */
export type ScriptReply =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'message'; readonly message: readonly PlistValue[] }
  | { readonly kind: 'status'; readonly status: number; readonly text: string; readonly value: PlistValue }
  | {
      readonly kind: 'files';
      readonly files: ReadonlyArray<{ readonly path: string; readonly code: number; readonly content: Buffer }>;
      readonly largestBlock: number;
      readonly status: number;
    }
  /** The host said DLMessageDisconnect, or closed; steps after it are not done. */
  | { readonly kind: 'gone'; readonly said: boolean };

export interface ScriptOptions {
  readonly format?: 'binary' | 'xml';
  readonly signal?: AbortSignal;
}

/** Does the steps in order on one connection and returns a reply for each that was done. For tests of hosts. */
export async function runScript(
  wire: SocketWire,
  steps: readonly ScriptStep[],
  options: ScriptOptions = {},
): Promise<ScriptReply[]> {
  const script = new Script(wire, options.format ?? 'binary', options.signal ?? new AbortController().signal);
  const replies: ScriptReply[] = [];
  for (const step of steps) {
    let reply: ScriptReply;
    try {
      reply = await script.perform(step);
    } catch (error) {
      if (!isBackstopError(error, 'device/connection-lost')) throw error;
      reply = { kind: 'gone', said: false };
    }
    replies.push(reply);
    if (reply.kind === 'gone') break;
  }
  return replies;
}

class Script {
  readonly #wire: SocketWire;
  readonly #format: 'binary' | 'xml';
  readonly #signal: AbortSignal;

  constructor(wire: SocketWire, format: 'binary' | 'xml', signal: AbortSignal) {
    this.#wire = wire;
    this.#format = format;
    this.#signal = signal;
  }

  async perform(step: ScriptStep): Promise<ScriptReply> {
    switch (step.kind) {
      case 'greet':
        return this.#greet(step.major ?? 400);
      case 'receive':
        return this.#receive();
      case 'send':
        await this.#send(step.message);
        return { kind: 'nothing' };
      case 'ask':
        await this.#send(step.message);
        return this.#receive();
      case 'upload':
        return this.#upload(step.files);
      case 'download':
        return this.#download(step.paths);
      case 'raw':
        await this.#wire.write(step.bytes, { signal: this.#signal });
        return { kind: 'nothing' };
      case 'finish':
        await this.#send(response(step.code ?? 0, step.text));
        return { kind: 'nothing' };
    }
  }

  async #greet(major: number): Promise<ScriptReply> {
    await this.#send(versionExchange(major));
    const version = await this.#receive();
    if (version.kind !== 'message') return version;
    await this.#send(deviceReady());
    const hello = await this.#receive();
    await this.#send(response(0, '', { ProtocolVersion: 2.1 }));
    return hello;
  }

  async #upload(files: readonly ScriptFile[]): Promise<ScriptReply> {
    const bytes = files.flatMap(({ pieces = [] }) => pieces).reduce((sum, piece) => sum + piece.length, 0);
    const out = new OutgoingStream(this.#wire, this.#signal);
    out.raw(this.#encode(uploadFiles(1, bytes)));
    for (const { path, devicePath = '/.b/6/mobile/script', pieces = [], end = BLOCK.success, endText } of files) {
      out.file(devicePath, path);
      for (const piece of pieces) out.data(piece);
      out.block(end, endText === undefined ? undefined : Buffer.from(endText));
      if (out.isFull) await out.flush();
    }
    out.end();
    await out.drain();
    return this.#receive();
  }

  async #download(paths: readonly string[]): Promise<ScriptReply> {
    await this.#send(downloadFiles(paths, 1));
    const contents: Buffer[][] = [];
    const sinkFor = (): { data(piece: Buffer): void } => {
      const parts: Buffer[] = [];
      contents.push(parts);
      return { data: (piece) => void parts.push(piece) };
    };
    const { files, largestBlock } = await readFiles(this.#wire, sinkFor, this.#signal);
    const last = await this.#receive();
    if (last.kind !== 'status') return last;
    return {
      kind: 'files',
      files: files.map(({ path, code }, index) => ({ path, code, content: Buffer.concat(contents[index] ?? []) })),
      largestBlock,
      status: last.status,
    };
  }

  async #receive(): Promise<ScriptReply> {
    const message = await readPlistFrame(this.#wire, { maxBytes: MESSAGE_MAX_BYTES, signal: this.#signal });
    const status = readHostStatus(message);
    if (status !== null) return { kind: 'status', status: status.status, text: status.text, value: status.value };
    const elements = arrayOf(message) ?? [];
    return elements[0] === 'DLMessageDisconnect'
      ? { kind: 'gone', said: true }
      : { kind: 'message', message: elements };
  }

  async #send(message: DeviceMessage): Promise<void> {
    await this.#wire.write(this.#encode(message), { signal: this.#signal });
  }

  #encode(message: DeviceMessage): Buffer {
    const body = encodePlist(message, this.#format);
    const frame = Buffer.allocUnsafe(4 + body.length);
    frame.writeUInt32BE(body.length, 0);
    frame.set(body, 4);
    return frame;
  }
}
