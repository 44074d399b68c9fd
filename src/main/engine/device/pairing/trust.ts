import { isBackstopError } from '../../../../shared/errors/index.ts';
import { LockdownClient, type PairRecord } from '../lockdown/index.ts';
import type { CallOptions, PhoneLink } from '../usbmux/index.ts';
import { type FoundRecord, findPairRecords } from './find-record.ts';
import type { PairRecordStore } from './record-store.ts';

/** A session with the phone, and the record it took. The caller closes the client. */
export interface TrustedSession {
  readonly lockdown: LockdownClient;
  readonly found: FoundRecord;
}

/** Errors that say "this record is not (or no longer) good for this phone", and nothing else. */
const DEAD_RECORD: ReadonlySet<string> = new Set(['pairing/invalid-record', 'device/key-mismatch']);

/**
 * Opens a session with the first record that the phone takes. Null when this computer has none. Throws the first
 * record's error when the phone takes none of them, and every error that does not come from a record (a locked phone).
 */
export async function openTrustedSession(
  link: PhoneLink,
  store: PairRecordStore,
  options: CallOptions = {},
): Promise<TrustedSession | null> {
  let failure: unknown;
  for (const found of await findPairRecords(link.endpoint, link.udid, store, options)) {
    try {
      return { lockdown: await openSession(link, found.record, options), found };
    } catch (error) {
      if (!isDeadRecord(error)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return null;
}

export function isDeadRecord(error: unknown): boolean {
  return isBackstopError(error) && DEAD_RECORD.has(error.code);
}

export async function openSession(link: PhoneLink, record: PairRecord, options: CallOptions): Promise<LockdownClient> {
  const lockdown = new LockdownClient(link, record);
  try {
    await lockdown.connect(options);
  } catch (error) {
    lockdown.close();
    throw error;
  }
  return lockdown;
}

/**
 * Does the phone trust this computer? A session is the only proof since iOS 7. Null when it cannot be told now: the
 * phone is locked, silent or away.
 */
export async function isPaired(
  link: PhoneLink,
  store: PairRecordStore,
  options: CallOptions = {},
): Promise<boolean | null> {
  try {
    const session = await openTrustedSession(link, store, options);
    session?.lockdown.close();
    return session !== null;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isDeadRecord(error)) return false;
    if (isBackstopError(error)) return null;
    throw error;
  }
}
