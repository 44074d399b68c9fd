import { isBackstopError } from '../../../../../shared/errors/index.ts';
import { numberOf, type PlistValue, parsePlist } from '../../../formats/plist/index.ts';
import { readMessage } from './device-link.ts';
import type { DeviceLinkMessage } from './messages.ts';

/** The connection's end is the news then, not what came garbled before it. */
export function messageOrNull(body: Buffer): DeviceLinkMessage | null {
  try {
    return readMessage(parsePlist(body));
  } catch (error) {
    if (isBackstopError(error)) return null;
    throw error;
  }
}

/** The phone's figure for the whole run; 0 and below mean that it does not know. */
export function percentOf(value: PlistValue | undefined): number | null {
  const percent = numberOf(value) ?? 0;
  return percent > 0 && percent <= 100 ? percent : null;
}

/** A number of bytes, which may be beyond 2^53; null when the element is no number. */
export function bigintOf(value: PlistValue | undefined): bigint | null {
  if (typeof value === 'bigint') return value;
  const number = numberOf(value);
  return number !== undefined && Number.isFinite(number) ? BigInt(Math.trunc(number)) : null;
}
