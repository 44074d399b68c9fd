import { isBackstopError } from '../../../shared/errors/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../../engine/device/wire/index.ts';
import { dictOf, type PlistDict, type PlistValue } from '../../engine/formats/plist/index.ts';

/** The phone's small services take small questions. */
const MAX_REQUEST_BYTES = 1024 * 1024;

/** The next request of a plist service, or null when the host has gone. Anything but a dictionary counts as empty. */
export async function readRequest(wire: SocketWire, signal: AbortSignal): Promise<PlistDict | null> {
  try {
    if (await wire.atEnd({ signal })) return null;
    return dictOf(await readPlistFrame(wire, { maxBytes: MAX_REQUEST_BYTES, signal })) ?? {};
  } catch (error) {
    if (isBackstopError(error, 'device/connection-lost')) return null;
    throw error;
  }
}

export function sendReply(wire: SocketWire, reply: PlistValue, signal: AbortSignal): Promise<void> {
  return writePlistFrame(wire, reply, 'xml', { signal });
}
