import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { SocketWire } from '../../../engine/device/wire/index.ts';
import type { SimulatedPhone } from '../../phone.ts';
import type { Via } from '../../services/types.ts';
import { CutByFault } from '../endings.ts';
import type { AgentLink } from '../protocol/agent-link.ts';

/** The crude things that a fault does to a connection, whatever is being sent. */

/** Ends the conversation. `close`: what was written still arrives; `reset`: nothing more does. */
export function cut(wire: SocketWire, how: 'close' | 'reset'): never {
  if (how === 'reset') wire.destroy();
  throw new CutByFault('a fault dropped the connection');
}

/** Pulls the cable (or takes the phone out of the Wi-Fi), for good or for a while. */
export function detach(phone: SimulatedPhone, via: Via, reattachAfterMs: number | null): never {
  const { transport } = phone;
  transport?.detach(via);
  if (transport !== null && reattachAfterMs !== null) {
    setTimeout(() => void transport.attach(via), reattachAfterMs).unref();
  }
  throw new BackstopError('device/connection-lost', { message: 'a fault detached the phone' });
}

/** Says nothing for `ms`, or (null) until the host has gone. Notices when the host leaves meanwhile. */
export async function stall(link: AgentLink, ms: number | null): Promise<void> {
  const over = new AbortController();
  const timer = ms === null ? undefined : setTimeout(() => over.abort(), ms);
  try {
    for (;;) {
      const signal = AbortSignal.any([link.signal, over.signal]);
      if (await link.wire.atEnd({ signal })) throw new BackstopError('device/connection-lost');
      link.record.unusual({ during: 'a stall', message: nameOf(await link.receive()) });
    }
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** After bytes that no host can understand. */
export async function carryOn(link: AgentLink, afterwards: 'wait' | 'drop' | 'continue'): Promise<void> {
  if (afterwards === 'drop') cut(link.wire, 'close');
  if (afterwards === 'continue') return;
  let bytes = 0;
  try {
    for (;;) bytes += (await link.wire.readSome(64 * 1024, { signal: link.signal })).length;
  } catch (error) {
    if (!isBackstopError(error, 'device/connection-lost')) throw error;
    link.record.unusual({ during: 'the wait after nonsense', bytes });
    throw error;
  }
}

/** Bytes that are no message of any protocol, the same every time; the first four are no length that fits. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 0x9e37_79b9;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  bytes[0] = 0xf7;
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function nameOf(message: unknown): string {
  const [name] = Array.isArray(message) ? (message as unknown[]) : [];
  return typeof name === 'string' ? name : 'no message';
}
