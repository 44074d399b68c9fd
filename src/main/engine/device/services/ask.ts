import { BackstopError } from '../../../../shared/errors/index.ts';
import { isPlistDict, type PlistDict } from '../../formats/plist/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import type { CallOptions } from '../usbmux/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../wire/index.ts';

/** Longest silence of a service that owes an answer. */
export const SERVICE_REPLY_TIMEOUT_MS = answerLimitMs(30_000);

/** A reply of a service that speaks length-prefixed property lists. Throws `device/bad-message` for anything else. */
export async function readServiceReply(
  wire: SocketWire,
  {
    maxBytes,
    timeoutMs = SERVICE_REPLY_TIMEOUT_MS,
    ...options
  }: { readonly maxBytes: number; readonly timeoutMs?: number } & CallOptions,
): Promise<PlistDict> {
  const reply = await readPlistFrame(wire, { ...options, maxBytes, timeoutMs });
  if (isPlistDict(reply)) return reply;
  throw new BackstopError('device/bad-message', { data: { problem: 'a service answered with no dictionary' } });
}

export async function sendToService(wire: SocketWire, request: PlistDict, options: CallOptions): Promise<void> {
  await writePlistFrame(wire, request, 'xml', { ...options, timeoutMs: SERVICE_REPLY_TIMEOUT_MS });
}
