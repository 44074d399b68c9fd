import { arrayOf, isPlistDict, type PlistValue } from '../../../engine/formats/plist/index.ts';

/** What a host answered to a message: `[DLMessageStatusResponse, status, text, value]`. */
export interface HostStatus {
  readonly status: number;
  readonly text: string;
  readonly value: PlistValue;
  /** How a negative status was written: real phones take the first two and stumble over the others (reference 4.7). */
  readonly encoding: 'signed' | 'unsigned-64' | 'unsigned-32' | 'no-integer';
}

/** Null when the message is no status. */
export function readHostStatus(message: PlistValue): HostStatus | null {
  const elements = arrayOf(message);
  if (elements?.[0] !== 'DLMessageStatusResponse') return null;
  const [, status = null, text, value = {}] = elements;
  return { ...statusOf(status), text: typeof text === 'string' ? text : '', value };
}

function statusOf(value: PlistValue): Pick<HostStatus, 'status' | 'encoding'> {
  if (typeof value === 'bigint') {
    // 2^64 - k, which takes 16 bytes in a binary plist: libplist's way to write -k.
    return { status: Number(BigInt.asIntN(64, value)), encoding: 'unsigned-64' };
  }
  if (typeof value !== 'number') return { status: Number.NaN, encoding: 'no-integer' };
  const isWrapped = value > 0x7fff_ffff && value <= 0xffff_ffff;
  return { status: value, encoding: isWrapped ? 'unsigned-32' : 'signed' };
}

/** The text of a status that says why one file of several could not be sent, by path. */
export function failedPaths(value: PlistValue): ReadonlyMap<string, number> {
  const failed = new Map<string, number>();
  if (!isPlistDict(value)) return failed;
  for (const [path, reason] of Object.entries(value)) {
    const code = isPlistDict(reason) ? (reason['DLFileErrorCode'] ?? null) : null;
    failed.set(path, statusOf(code).status);
  }
  return failed;
}
