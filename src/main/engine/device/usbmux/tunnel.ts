import type { Socket } from 'node:net';
import { UsbmuxClient, UsbmuxError } from 'usbmux-client';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { describeMuxEndpoint, type MuxEndpoint } from './address.ts';
import { type CallOptions, connectError, MUX_REPLY_TIMEOUT_MS, netOptions } from './connection.ts';

/** More than an answer to Connect, or what a service says first, can be. */
const TUNNEL_MAX_BUFFERED = 1024 * 1024;

export type TunnelOutcome =
  | { readonly kind: 'open'; readonly socket: Socket }
  /** The daemon's own answer: see `MUX_RESULT`. */
  | { readonly kind: 'refused'; readonly result: number };

/**
 * A byte pipe to one port of one phone, through `usbmux-client`.
 *
 * Its `createDeviceTunnel` is right in what it sends (own connection, swapped port) and leaves bytes that follow the
 * answer where the next reader finds them. What it lacks is put around it here:
 * - no time limit and no abort: the socket is made with a signal of ours (Node passes `signal` on to the socket);
 * - a promise that never settles when the daemon closes before its answer is whole: we watch the socket, which the
 *   client shows in its public `openTunnels`;
 * - an unbounded announced length: we watch how much is buffered;
 * - a socket left open when the daemon refuses: the signal destroys it.
 * Its device list is not used: it needs a Listen and a fixed pause of 10 ms, shows no events, and an unreadable event
 * becomes an unhandled rejection, which ends the process.
 */
export async function openTunnel(
  endpoint: MuxEndpoint,
  deviceId: number,
  port: number,
  options: CallOptions = {},
): Promise<TunnelOutcome> {
  options.signal?.throwIfAborted();
  const address = describeMuxEndpoint(endpoint);
  const stop = new AbortController();
  const client = new UsbmuxClient({ ...netOptions(endpoint), signal: stop.signal });
  const watch = Promise.withResolvers<never>();
  let unwatch = (): void => undefined;
  const closed = (message: string): BackstopError =>
    new BackstopError('usbmux/closed', { message: `usbmuxd at ${address}: ${message}`, data: { address } });

  client.openTunnels.push = (...sockets: Socket[]): number => {
    for (const socket of sockets) {
      // The client adds two listeners for every piece that arrives; a slow daemon is no leak.
      socket.setMaxListeners(0);
      const onClose = (): void => watch.reject(closed('the connection ended before the answer to Connect'));
      const onReadable = (): void => {
        if (socket.readableLength > TUNNEL_MAX_BUFFERED) watch.reject(closed('the answer to Connect has no end'));
      };
      socket.on('error', ignoreError);
      socket.on('close', onClose);
      socket.on('readable', onReadable);
      unwatch = () => {
        socket.off('close', onClose);
        socket.off('readable', onReadable);
      };
    }
    return Array.prototype.push.apply(client.openTunnels, sockets);
  };

  const onAbort = (): void => watch.reject(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    watch.reject(
      new BackstopError('usbmux/silent', {
        message: `usbmuxd at ${address} did not answer Connect within ${MUX_REPLY_TIMEOUT_MS} ms`,
        data: { address },
      }),
    );
  }, MUX_REPLY_TIMEOUT_MS);
  try {
    const socket = await Promise.race([client.createDeviceTunnel(deviceId, port), watch.promise]);
    unwatch();
    return { kind: 'open', socket };
  } catch (error) {
    stop.abort();
    const result = refusalOf(error);
    if (result !== null) return { kind: 'refused', result };
    options.signal?.throwIfAborted();
    throw tunnelError(endpoint, error);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** The client keeps the number of a refusal in its error's code only: `usbmux-unexpected-3-result`. */
function refusalOf(error: unknown): number | null {
  if (!(error instanceof UsbmuxError)) return null;
  const number = /^usbmux-unexpected-(\d+)-result$/.exec(String(error.code))?.[1];
  return number === undefined ? null : Number(number);
}

function tunnelError(endpoint: MuxEndpoint, error: unknown): Error {
  if (error instanceof BackstopError) return error;
  const isSystem = error instanceof Error && 'syscall' in error && error.syscall === 'connect';
  if (isSystem) return connectError(endpoint, error);
  const address = describeMuxEndpoint(endpoint);
  const problem = error instanceof Error ? error.message : String(error);
  return new BackstopError('usbmux/bad-answer', {
    message: `usbmuxd at ${address} answered Connect with something unreadable: ${problem}`,
    cause: error,
    data: { address, problem: 'the answer to Connect cannot be read' },
  });
}

function ignoreError(): void {
  // The error comes out where the bytes are read, or as the close that is watched above.
}
