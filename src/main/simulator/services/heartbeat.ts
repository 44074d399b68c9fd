import { isBackstopError } from '../../../shared/errors/index.ts';
import { readPlistFrame } from '../../engine/device/wire/index.ts';
import { stringAt } from '../../engine/formats/plist/index.ts';
import { scaledMs, sleep } from '../../engine/platform/index.ts';
import type { SimulatedPhone } from '../phone.ts';
import { sendReply } from './plist-service.ts';
import type { PhoneService, ServiceConnection } from './types.ts';

/** Seconds between two Marcos, as announced in each. */
const INTERVAL_SECONDS = 10;
/** How late a Polo may be. */
const GRACE_MS = 5_000;

/**
 * heartbeat: the phone calls Marco, the host answers Polo. Over Wi-Fi a host that does not answer loses all its
 * connections. Fault `heartbeat-silent`: the phone stops calling.
 */
export function createHeartbeat(): PhoneService {
  let silent = false;
  return {
    name: 'com.apple.mobile.heartbeat',
    serve: (connection, phone) => beat(connection, phone, () => silent),
    armFault(fault) {
      if (fault.kind !== 'heartbeat-silent') return false;
      silent = true;
      return true;
    },
    clearFaults() {
      silent = false;
    },
  };
}

async function beat(connection: ServiceConnection, phone: SimulatedPhone, isSilent: () => boolean): Promise<void> {
  const { wire, signal, via } = connection;
  const intervalMs = scaledMs(INTERVAL_SECONDS * 1000);
  for (;;) {
    if (isSilent()) {
      await wire.atEnd({ signal });
      return;
    }
    await sendReply(wire, { Command: 'Marco', Interval: INTERVAL_SECONDS, SupportsSleepyTime: true }, signal);
    try {
      const timeoutMs = intervalMs + scaledMs(GRACE_MS);
      const answer = await readPlistFrame(wire, { maxBytes: 65_536, signal, timeoutMs });
      phone.events.record('heartbeat.polo', { command: stringAt(answer, 'Command') ?? '' });
    } catch (error) {
      if (isBackstopError(error, 'device/connection-lost')) return;
      if (!isBackstopError(error, 'device/silent')) throw error;
      phone.events.record('heartbeat.unanswered', { via });
      if (via === 'wifi') phone.transport?.dropConnections('wifi');
      return;
    }
    await sleep(intervalMs, signal);
  }
}
