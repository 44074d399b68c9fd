import { BackstopError } from '../../../../shared/errors/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import { SocketWire } from '../wire/index.ts';
import type { MuxEndpoint } from './address.ts';
import { type CallOptions, MUX_RESULT, openSocket, resultName } from './connection.ts';
import type { MuxEntry } from './entries.ts';
import { connectableHost } from './network-address.ts';
import { openTunnel } from './tunnel.ts';

/** A sleeping phone takes seconds to answer on Wi-Fi. */
const WIFI_CONNECT_TIMEOUT_MS = answerLimitMs(10_000);
/** TCP keep-alive on Wi-Fi: the system notices a phone that left without a word. */
const WIFI_KEEP_ALIVE_IDLE_MS = 3_000;

/**
 * Opens one port of the phone. Daemons differ for Wi-Fi entries (Apple's take Connect, others refuse it), so Connect is
 * tried first and the phone's own address second. Throws `device/not-found` when the phone has gone,
 * `device/unreachable` when it does not take the connection, and the daemon's errors.
 */
export async function connectToPhone(
  endpoint: MuxEndpoint,
  entry: MuxEntry,
  port: number,
  options: CallOptions = {},
): Promise<SocketWire> {
  const tunnel = await openTunnel(endpoint, entry.deviceId, port, options);
  if (tunnel.kind === 'open') return new SocketWire(tunnel.socket);
  if (entry.connection === 'wifi' && entry.address !== null) {
    return connectDirectly(connectableHost(entry.address, entry.interfaceIndex), port, options);
  }
  const reason = resultName(tunnel.result);
  const code = tunnel.result === MUX_RESULT.badDevice ? 'device/not-found' : 'device/unreachable';
  throw new BackstopError(code, {
    message: `usbmuxd answered Connect to port ${port} with ${reason}`,
    data: { udid: entry.udid, port, reason },
  });
}

async function connectDirectly(host: string, port: number, options: CallOptions): Promise<SocketWire> {
  try {
    const socket = await openSocket(
      { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: WIFI_KEEP_ALIVE_IDLE_MS },
      { ...options, timeoutMs: WIFI_CONNECT_TIMEOUT_MS },
    );
    return new SocketWire(socket);
  } catch (error) {
    options.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackstopError('device/unreachable', {
      message: `connecting to ${host} port ${port} failed: ${reason}`,
      cause: error,
      data: { port, reason },
    });
  }
}
