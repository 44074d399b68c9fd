import { isBackstopError } from '../../../../../shared/errors/index.ts';
import { integerAt, stringAt } from '../../../formats/plist/index.ts';
import { answerLimitMs } from '../../answer-limit.ts';
import type { CallOptions } from '../../usbmux/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../../wire/index.ts';

export const HEARTBEAT_SERVICE = 'com.apple.mobile.heartbeat';

const MAX_BYTES = 64 * 1024;
/** The phone sets the pace, in real seconds: only what we add to it is scaled. */
const FIRST_INTERVAL_SECONDS = 10;
const MAX_INTERVAL_SECONDS = 600;
/** What is allowed on top of the interval that the phone announced. */
const GRACE_MS = 5_000;

/** Why it ended: the phone stopped beating, said that it goes to sleep, or we were told to stop. */
export type HeartbeatEnd = 'lost' | 'asleep' | 'stopped';

/**
 * Answers the phone's Marco with Polo for as long as the signal lets it. Over Wi-Fi a phone closes all services of a
 * computer that does not answer; and a phone that stops beating is gone, whatever TCP still believes.
 *
 * Service: com.apple.mobile.heartbeat. 4-byte big-endian length, then a property list.
 */
export async function keepHeartbeat(wire: SocketWire, options: CallOptions = {}): Promise<HeartbeatEnd> {
  let seconds = FIRST_INTERVAL_SECONDS;
  try {
    for (;;) {
      const timeoutMs = seconds * 1000 + answerLimitMs(GRACE_MS, 500);
      const message = await readPlistFrame(wire, { ...options, timeoutMs, maxBytes: MAX_BYTES });
      const command = stringAt(message, 'Command');
      if (command === 'SleepyTime') return 'asleep';
      if (command !== 'Marco') continue;
      const interval = integerAt(message, 'Interval') ?? FIRST_INTERVAL_SECONDS;
      seconds = Math.min(Math.max(interval, 1), MAX_INTERVAL_SECONDS);
      await writePlistFrame(wire, { Command: 'Polo' }, 'xml', { ...options, timeoutMs });
    }
  } catch (error) {
    if (options.signal?.aborted === true) return 'stopped';
    if (isBackstopError(error)) return 'lost';
    throw error;
  } finally {
    wire.destroy();
  }
}
