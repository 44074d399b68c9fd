import { type BackstopError, isBackstopError } from '../../../../../shared/errors/index.ts';
import { numberOf, type PlistDict } from '../../../formats/plist/index.ts';
import { scaledMs } from '../../../platform/index.ts';
import { printable } from '../../lockdown/index.ts';
import { encodePlistFrame, readPlistBody, type SocketWire } from '../../wire/index.ts';
import { readMessage } from './device-link.ts';
import { sendFiles } from './download-stream.ts';
import { bigintOf, messageOrNull, percentOf } from './elements.ts';
import type { ConversationEvent, ConversationOptions } from './events.ts';
import { FOLDER_REQUESTS, itemsIn, pathsIn } from './folder-requests.ts';
import { FOLDER_STATUS, FolderError, type HostFolder } from './host-folder.ts';
import { type LocalFailure, localFailure } from './local-failure.ts';
import {
  DEVICE_LINK_MAX_BYTES,
  type DeviceLinkMessage,
  disconnect,
  processMessage,
  statusResponse,
} from './messages.ts';
import { type FinalAnswer, type Outcome, type Refusal, readFinalAnswer } from './outcome.ts';
import { Patience } from './patience.ts';
import { Progress } from './progress.ts';
import { receiveFiles } from './upload-stream.ts';

/** After a cancel, or after this computer failed: how long the phone gets to end by itself before it is cut off. */
const ENDING_LIMIT_MS = scaledMs(30_000);
/** The phone adds this to what it asks to be purged (reference 4.6). */
const PURGE_EXTRA_BYTES = 2n * 1024n * 1024n * 1024n;

/** Messages that want no answer. A status from the phone can only be a stray one. */
const IGNORED: ReadonlySet<string> = new Set(['DLMessagePing', 'DLMessageDeviceReady', 'DLMessageStatusResponse']);

/** How many refusals an outcome lists. */
const REFUSALS_KEPT = 100;

type Ending =
  | { readonly kind: 'answered'; readonly answer: FinalAnswer }
  | { readonly kind: 'left'; readonly text: string | null; readonly error: BackstopError | null }
  | { readonly kind: 'stopped' };

/**
 * One request to the backup service and everything that follows it: the phone asks, the folder answers, until the phone
 * gives its final answer or is gone (protocol reference 4.3). The same for backup, restore and change of password.
 */
export class Conversation {
  readonly #wire: SocketWire;
  readonly #folder: HostFolder;
  readonly #options: ConversationOptions;
  readonly #patience: Patience;
  readonly #progress: Progress;
  readonly #refusals: Refusal[] = [];
  /** Aborts when the conversation is to end at the next border between messages. */
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** The first thing this computer could not do. From then on nothing is done any more, only answered. */
  #failure: LocalFailure | null = null;
  /** A message of the phone is being read or is not answered yet. */
  #isBusy = false;
  /** The wire stands in the middle of a message. */
  #isReading = false;
  #freeBytes: bigint | null = null;

  constructor(wire: SocketWire, folder: HostFolder, options: ConversationOptions) {
    this.#wire = wire;
    this.#folder = folder;
    this.#options = options;
    this.#patience = new Patience(wire, (event) => options.onEvent?.(event));
    this.#progress = new Progress(options.onProgress);
  }

  /**
   * Sends the request and serves the phone to the end. The wire is closed afterwards, whatever happened. Throws
   * `device/silent`, `device/bad-message`, `device/hostile-path`; every other end is an outcome.
   */
  async run(request: PlistDict): Promise<Outcome> {
    const { signal } = this.#options;
    if (isAborted(signal)) this.#endSoon();
    const onAbort = (): void => this.#endSoon();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const ending = await this.#serve(request);
      this.#progress.finish();
      if (ending.kind !== 'left') this.#sayGoodbye();
      this.#wire.close();
      return this.#outcome(ending);
    } catch (error) {
      this.#wire.destroy();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      clearTimeout(this.#timer);
    }
  }

  async #serve(request: PlistDict): Promise<Ending> {
    try {
      if (this.#stop.signal.aborted) return { kind: 'stopped' };
      await this.#send(processMessage(request));
      for (;;) {
        const message = await this.#nextMessage();
        if (message === null) return { kind: 'stopped' };
        const ending = await this.#handle(message);
        if (ending !== null) return ending;
      }
    } catch (error) {
      if (!isBackstopError(error, 'device/connection-lost')) throw error;
      const answer = this.#lastWords();
      return answer === null ? { kind: 'left', text: null, error } : { kind: 'answered', answer };
    }
  }

  /** Null: told to stop while nothing was under way. */
  async #nextMessage(): Promise<DeviceLinkMessage | null> {
    this.#isBusy = false;
    const stop = this.#stop.signal;
    if (stop.aborted) return null;
    const length = this.#wire.tryReadUInt32BE() ?? (await this.#lengthOrStop(stop));
    if (length === null) return null;
    this.#isBusy = true;
    this.#isReading = true;
    const limits = { length, maxBytes: DEVICE_LINK_MAX_BYTES };
    const message = readMessage(await readPlistBody(this.#wire, limits, (max) => this.#patience.readSome(max)));
    this.#isReading = false;
    return message;
  }

  async #lengthOrStop(stop: AbortSignal): Promise<number | null> {
    try {
      return await this.#patience.readUInt32BE(stop);
    } catch (error) {
      if (stop.aborted && error === stop.reason) return null;
      throw error;
    }
  }

  async #handle(message: DeviceLinkMessage): Promise<Ending | null> {
    const [name] = message;
    if (name === 'DLMessageProcessMessage') return { kind: 'answered', answer: readFinalAnswer(message[1]) };
    if (name === 'DLMessageDisconnect') {
      this.#isBusy = false;
      return { kind: 'left', text: typeof message[1] === 'string' ? printable(message[1]) : null, error: null };
    }
    if (IGNORED.has(name)) return null;
    this.#options.onEvent?.({ kind: 'request', name: printable(name), items: itemsIn(message) });
    await this.#answer(name, message);
    return null;
  }

  async #answer(name: string, message: DeviceLinkMessage): Promise<void> {
    if (name === 'DLMessageUploadFiles') return this.#receive(name, message);
    if (name === 'DLMessageDownloadFiles') return this.#sendFiles(name, message);
    if (name === 'DLMessageGetFreeDiskSpace') return this.#askFolder(name, () => this.#tellFreeSpace());
    if (name === 'DLMessagePurgeDiskSpace') return this.#refusePurge(message);
    const request = FOLDER_REQUESTS.get(name);
    if (request !== undefined) {
      this.#progress.startBatch(null, percentOf(message[3]));
      return this.#askFolder(name, () => request(this.#folder, message));
    }
    this.#options.onEvent?.({ kind: 'unknown-message', name: printable(name) });
    return this.#send(statusResponse(FOLDER_STATUS.other, 'Operation not supported'));
  }

  async #receive(name: string, message: DeviceLinkMessage): Promise<void> {
    const announced = numberOf(message[3]) ?? 0;
    this.#progress.startBatch(announced > 0 ? announced : null, percentOf(message[2]));
    this.#isReading = true;
    const context = { wire: this.#wire, patience: this.#patience, folder: this.#folder, progress: this.#progress };
    const onEvent = (event: ConversationEvent): void => this.#options.onEvent?.(event);
    const failure = await receiveFiles({ ...context, onEvent }, this.#failure);
    this.#isReading = false;
    if (failure === null) return this.#send(statusResponse(0));
    // A file that is not stored cannot be made good within this conversation, whatever the reason was.
    this.#fail(failure);
    await this.#refuse(name, failure);
  }

  async #sendFiles(name: string, message: DeviceLinkMessage): Promise<void> {
    this.#progress.startBatch(null, percentOf(message[3]));
    const context = { patience: this.#patience, folder: this.#folder, progress: this.#progress };
    for (const failure of await sendFiles(context, pathsIn(message))) {
      if (failure.error instanceof FolderError) continue;
      this.#fail(failure);
      this.#note(name, failure);
    }
  }

  async #tellFreeSpace(): Promise<DeviceLinkMessage> {
    const freeBytes = await this.#folder.freeBytes();
    this.#freeBytes = freeBytes;
    this.#options.onEvent?.({ kind: 'free-space', freeBytes });
    return statusResponse(0, undefined, freeBytes);
  }

  /** Nothing is purged for a phone: it is told so, and ends with its own error 105. */
  async #refusePurge(message: DeviceLinkMessage): Promise<void> {
    const missingBytes = bigintOf(message[1]) ?? 0n;
    const neededBytes = this.#freeBytes === null ? null : missingBytes + this.#freeBytes - PURGE_EXTRA_BYTES;
    this.#options.onEvent?.({ kind: 'space-needed', missingBytes, neededBytes });
    await this.#send(statusResponse(FOLDER_STATUS.other, 'Operation not supported'));
  }

  /** Does what the phone asks, unless this computer has failed before: then nothing changes any more. */
  async #askFolder(name: string, work: () => Promise<DeviceLinkMessage | Buffer>): Promise<void> {
    if (this.#failure !== null) return this.#refuse(name, this.#failure);
    let answer: DeviceLinkMessage | Buffer;
    try {
      answer = await work();
    } catch (error) {
      if (isBackstopError(error, 'device/bad-message') || isBackstopError(error, 'device/hostile-path')) throw error;
      const failure = localFailure(error);
      if (!(error instanceof FolderError)) this.#fail(failure);
      return this.#refuse(name, failure);
    }
    await this.#send(answer);
  }

  async #refuse(name: string, failure: LocalFailure): Promise<void> {
    this.#note(name, failure);
    await this.#send(statusResponse(failure.status, failure.text));
  }

  #note(name: string, { status, text }: LocalFailure): void {
    this.#options.onEvent?.({ kind: 'refused', name: printable(name), status, text });
    if (this.#refusals.length < REFUSALS_KEPT) this.#refusals.push({ request: printable(name), status, text });
  }

  /** This computer cannot go on. The phone, told by a status, ends by itself as a rule; it gets a while for that. */
  #fail(failure: LocalFailure): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#endSoon(), ENDING_LIMIT_MS);
  }

  /** Ends at the next border between messages; a message that lasts longer than the limit is cut off. */
  #endSoon(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#timer = setTimeout(() => this.#wire.destroy(), ENDING_LIMIT_MS);
  }

  /** The phone may have given its final answer and gone while we were still telling it something. */
  #lastWords(): FinalAnswer | null {
    while (!this.#isReading) {
      const length = this.#wire.tryReadUInt32BE();
      const body = length === null || length > DEVICE_LINK_MAX_BYTES ? null : this.#wire.tryRead(length);
      const message = body === null ? null : messageOrNull(body);
      if (message === null) return null;
      if (message[0] === 'DLMessageProcessMessage') return readFinalAnswer(message[1]);
      if (message[0] === 'DLMessageUploadFiles') return null;
    }
    return null;
  }

  #sayGoodbye(): void {
    try {
      this.#wire.tryWrite(encodePlistFrame(disconnect(), 'binary'));
    } catch (error) {
      // A phone that has gone by itself in the meantime needs no goodbye.
      if (!isBackstopError(error, 'device/connection-lost')) throw error;
    }
  }

  #outcome(ending: Ending): Outcome {
    const { receivedFiles, receivedBytes, sentFiles, sentBytes } = this.#progress;
    const facts = { receivedFiles, receivedBytes, sentFiles, sentBytes, refusals: this.#refusals };
    const answer = ending.kind === 'answered' ? ending.answer : null;
    if (this.#failure !== null) return { ...facts, kind: 'host-failed', error: this.#failure.error, answer };
    if (answer !== null) {
      const { code, text, content } = answer;
      return code === 0 ? { ...facts, kind: 'finished', content } : { ...facts, kind: 'failed', code, text };
    }
    if (ending.kind === 'left' && !isAborted(this.#options.signal)) {
      const { text, error } = ending;
      return {
        ...facts,
        kind: 'ended-without-answer',
        insideMessage: this.#isBusy || this.#wire.buffered > 0,
        text,
        error,
      };
    }
    return { ...facts, kind: 'cancelled' };
  }

  /** A message, or the frame of one. */
  async #send(message: DeviceLinkMessage | Buffer): Promise<void> {
    await this.#patience.write(Buffer.isBuffer(message) ? message : encodePlistFrame(message, 'binary'));
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
