import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { integerAt, isPlistDict, type PlistDict, stringAt } from '../../formats/plist/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import { encodeMuxPacket, readMuxPacket, SocketWire } from '../wire/index.ts';
import { describeMuxEndpoint, type MuxEndpoint, notRunningHelp } from './address.ts';

/** Longest wait for an answer of the local daemon. libusbmuxd uses the same. */
export const MUX_REPLY_TIMEOUT_MS = answerLimitMs(5_000);

/** Stock usbmuxd drops a client whose packet is larger than this. */
const MUX_REQUEST_MAX_BYTES = 65_536;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface MuxConnectionOptions extends CallOptions {
  readonly timeoutMs?: number;
}

/** Says who we are. Informational, except that version 3 may be what makes Apple's daemon show Wi-Fi phones. */
const IDENTITY = { ClientVersionString: 'backstop', ProgName: 'backstop', kLibUSBMuxVersion: 3 } as const;

export function netOptions(endpoint: MuxEndpoint): NetConnectOpts {
  return endpoint.kind === 'unix'
    ? { path: endpoint.path }
    : { host: endpoint.host, port: endpoint.port, noDelay: true };
}

/** Opens a socket, or throws what `connect` met. The signal and the time limit end a connect that hangs. */
export async function openSocket(options: NetConnectOpts, call: MuxConnectionOptions): Promise<Socket> {
  call.signal?.throwIfAborted();
  const limit = AbortSignal.timeout(call.timeoutMs ?? MUX_REPLY_TIMEOUT_MS);
  const stop = call.signal === undefined ? limit : AbortSignal.any([call.signal, limit]);
  const socket = connect(options);
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      stop.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect);
      socket.off('error', onError);
      finish();
    };
    const fail = (error: unknown): void => {
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onConnect = (): void => settle(() => resolve(socket));
    const onError = (error: Error): void => settle(() => fail(error));
    const onAbort = (): void => settle(() => fail(call.signal?.aborted === true ? call.signal.reason : stop.reason));
    socket.once('connect', onConnect);
    socket.once('error', onError);
    stop.addEventListener('abort', onAbort, { once: true });
  });
}

/** A fresh connection to the daemon. Throws `usbmux/not-running`, `usbmux/not-allowed`. */
export async function openMux(endpoint: MuxEndpoint, options: MuxConnectionOptions = {}): Promise<SocketWire> {
  try {
    return new SocketWire(await openSocket(netOptions(endpoint), options));
  } catch (error) {
    options.signal?.throwIfAborted();
    throw connectError(endpoint, error);
  }
}

export async function sendMux(wire: SocketWire, request: PlistDict, options: CallOptions = {}): Promise<void> {
  const packet = encodeMuxPacket({ ...IDENTITY, ...request }, 1);
  if (packet.length > MUX_REQUEST_MAX_BYTES) {
    throw new BackstopError('usbmux/refused', {
      message: `a request of ${packet.length} bytes is more than usbmuxd takes`,
      data: { request: stringAt(request, 'MessageType') ?? '', result: 'too large' },
    });
  }
  await wire.write(packet, { ...options, timeoutMs: MUX_REPLY_TIMEOUT_MS });
}

/** One question, one answer, on a connection of its own. */
export async function askMux(endpoint: MuxEndpoint, request: PlistDict, options: CallOptions = {}): Promise<PlistDict> {
  const wire = await openMux(endpoint, options);
  try {
    await sendMux(wire, request, options);
    return await readMuxDict(wire, { ...options, timeoutMs: MUX_REPLY_TIMEOUT_MS });
  } catch (error) {
    throw muxError(endpoint, error);
  } finally {
    wire.destroy();
  }
}

/** The next packet that is a dictionary; packets of the old binary protocol are passed over. */
export async function readMuxDict(wire: SocketWire, options: MuxConnectionOptions): Promise<PlistDict> {
  for (;;) {
    const { body } = await readMuxPacket(wire, options);
    if (isPlistDict(body)) return body;
    if (body !== null) {
      throw new BackstopError('device/bad-message', { data: { problem: 'a packet held no dictionary' } });
    }
  }
}

/** The number of a `Result`; undefined when the message is none. */
export function resultOf(message: PlistDict): number | undefined {
  return stringAt(message, 'MessageType') === 'Result' ? integerAt(message, 'Number') : undefined;
}

/** Result numbers of the daemon (protocol reference 1.3); others are errno values of pair-record commands. */
export const MUX_RESULT = {
  ok: 0,
  badCommand: 1,
  badDevice: 2,
  connectionRefused: 3,
  noSuchService: 4,
  badVersion: 6,
  invalidArgument: 22,
} as const;

export function resultName(result: number): string {
  const names: readonly [string, number][] = Object.entries(MUX_RESULT);
  const name = names.find(([, number]) => number === result)?.[0];
  return name === undefined ? String(result) : `${result} (${name})`;
}

/** A failure of the local daemon is not the phone's: the same events get the daemon's codes. */
export function muxError(endpoint: MuxEndpoint, error: unknown): unknown {
  if (!isBackstopError(error)) return error;
  const address = describeMuxEndpoint(endpoint);
  const options = { message: `usbmuxd at ${address}: ${error.message}`, cause: error };
  if (error.code === 'device/silent') return new BackstopError('usbmux/silent', { ...options, data: { address } });
  if (error.code === 'device/connection-lost') {
    return new BackstopError('usbmux/closed', { ...options, data: { address } });
  }
  if (error.code === 'device/bad-message') {
    const problem = error.data['problem'] ?? error.message;
    return new BackstopError('usbmux/bad-answer', { ...options, data: { address, problem } });
  }
  return error;
}

export function connectError(endpoint: MuxEndpoint, error: unknown): BackstopError {
  const address = describeMuxEndpoint(endpoint);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const message = `connecting to usbmuxd at ${address} failed: ${error instanceof Error ? error.message : String(error)}`;
  if (code === 'EACCES' || code === 'EPERM') {
    return new BackstopError('usbmux/not-allowed', { message, cause: error, data: { address } });
  }
  if (code === 'ENAMETOOLONG' || code === 'EINVAL' || code === 'ERR_INVALID_ARG_VALUE') {
    return new BackstopError('usbmux/bad-address', { message, cause: error, data: { address } });
  }
  return new BackstopError('usbmux/not-running', { message, cause: error, data: { address, help: notRunningHelp() } });
}
