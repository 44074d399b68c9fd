import { BackstopError } from '../../../../shared/errors/index.ts';
import type { MuxEndpoint } from './address.ts';
import {
  type CallOptions,
  MUX_REPLY_TIMEOUT_MS,
  MUX_RESULT,
  muxError,
  openMux,
  readMuxDict,
  resultName,
  resultOf,
  sendMux,
} from './connection.ts';
import { type MuxEvent, readEvent } from './entries.ts';

/**
 * Phones coming, going and being paired, beginning with one `attached` for each that is there already. Ends quietly
 * when the signal aborts; throws `usbmux/closed` when the daemon goes away. Listening again is the caller's decision:
 * what was missed meanwhile comes as `attached`, what is gone does not come as `detached`.
 */
export async function* listenMux(endpoint: MuxEndpoint, options: CallOptions = {}): AsyncGenerator<MuxEvent, void> {
  const { signal } = options;
  if (isAborted(signal)) return;
  try {
    const wire = await openMux(endpoint, options);
    try {
      await sendMux(wire, { MessageType: 'Listen' }, options);
      let accepted = false;
      for (;;) {
        const message = await readMuxDict(wire, accepted ? { signal } : { signal, timeoutMs: MUX_REPLY_TIMEOUT_MS });
        const result = resultOf(message);
        if (result !== undefined) {
          accepted = checkResult(result);
          continue;
        }
        const event = readEvent(message);
        if (event !== null) yield event;
      }
    } finally {
      wire.destroy();
    }
  } catch (error) {
    if (isAborted(signal)) return;
    throw muxError(endpoint, error);
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function checkResult(result: number): true {
  if (result === MUX_RESULT.ok) return true;
  throw new BackstopError('usbmux/refused', {
    message: `usbmuxd answered Listen with ${resultName(result)}`,
    data: { request: 'Listen', result: resultName(result) },
  });
}
