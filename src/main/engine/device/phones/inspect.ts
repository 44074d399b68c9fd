import { isBackstopError } from '../../../../shared/errors/index.ts';
import { boolAt, dictOf, integerAt, type PlistDict, stringAt } from '../../formats/plist/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import { LockdownClient, printable } from '../lockdown/index.ts';
import { isDeadRecord, openTrustedSession, type PairRecordStore } from '../pairing/index.ts';
import { type CallOptions, type MuxEndpoint, type MuxEntry, PhoneLink } from '../usbmux/index.ts';
import type { ConnectedPhone } from './list.ts';

/** A list of phones must not hang on one that does not answer. */
const INSPECT_TIMEOUT_MS = answerLimitMs(10_000);

/** What a list shows of a phone. Null: it does not tell (a stranger, or now). */
export interface PhoneFacts {
  readonly name: string | null;
  readonly productType: string | null;
  readonly productVersion: string | null;
  /** Does it take this computer's pair record? Null: it could not be asked (locked, silent). */
  readonly paired: boolean | null;
  /** Are its backups encrypted? Only a trusted computer is told. */
  readonly encrypted: boolean | null;
  /** Does the phone say that iCloud Backup is on? */
  readonly icloudBackup: boolean | null;
  readonly batteryPercent: number | null;
  readonly isCharging: boolean | null;
  /** What its maker sold it as: decimal bytes. */
  readonly capacityBytes: number | null;
  /** At most this much: what the phone could clear by itself counts as used. */
  readonly usedBytes: number | null;
}

const UNKNOWN: PhoneFacts = {
  name: null,
  productType: null,
  productVersion: null,
  paired: null,
  encrypted: null,
  icloudBackup: null,
  batteryPercent: null,
  isCharging: null,
  capacityBytes: null,
  usedBytes: null,
};

/** Looks at a phone without changing anything. Throws only when told to stop. */
export async function inspectPhone(
  endpoint: MuxEndpoint,
  phone: ConnectedPhone,
  store: PairRecordStore,
  options: CallOptions = {},
): Promise<PhoneFacts> {
  const limit = AbortSignal.timeout(INSPECT_TIMEOUT_MS);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const [entry] = phone.entries;
  if (entry === undefined) return UNKNOWN;
  let paired: boolean | null = null;
  try {
    const trusted = await inspectTrusted(endpoint, entry, store, signal);
    if (trusted !== null) return trusted;
    paired = false;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (limit.aborted) return UNKNOWN;
    if (!isBackstopError(error)) throw error;
    paired = isDeadRecord(error) ? false : null;
  }
  return { ...(await inspectAsStranger(endpoint, entry, signal, options)), paired };
}

async function inspectTrusted(
  endpoint: MuxEndpoint,
  entry: MuxEntry,
  store: PairRecordStore,
  signal: AbortSignal,
): Promise<PhoneFacts | null> {
  const session = await openTrustedSession(new PhoneLink(endpoint, entry), store, { signal });
  if (session === null) return null;
  const { lockdown } = session;
  try {
    const values = dictOf((await lockdown.getValue({}, { signal })) ?? undefined);
    const domain = async (name: string): Promise<PlistDict | undefined> =>
      dictOf((await lockdown.getValue({ domain: name }, { signal })) ?? undefined);
    const backup = await domain('com.apple.mobile.backup');
    return {
      ...readFacts(values),
      paired: true,
      encrypted: boolAt(backup, 'WillEncrypt') ?? false,
      icloudBackup: boolAt(backup, 'CloudBackupEnabled') ?? null,
      ...readBattery(await domain('com.apple.mobile.battery')),
      ...readStorage(await domain('com.apple.disk_usage')),
    };
  } finally {
    lockdown.close();
  }
}

async function inspectAsStranger(
  endpoint: MuxEndpoint,
  entry: MuxEntry,
  signal: AbortSignal,
  options: CallOptions,
): Promise<PhoneFacts> {
  const lockdown = new LockdownClient(new PhoneLink(endpoint, entry), null);
  try {
    return readFacts(dictOf((await lockdown.getValue({}, { signal })) ?? undefined));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isBackstopError(error) || signal.aborted) return UNKNOWN;
    throw error;
  } finally {
    lockdown.close();
  }
}

function readFacts(values: PlistDict | undefined): PhoneFacts {
  const text = (key: string): string | null => {
    const value = stringAt(values, key);
    return value === undefined ? null : printable(value);
  };
  return {
    ...UNKNOWN,
    name: text('DeviceName'),
    productType: text('ProductType'),
    productVersion: text('ProductVersion'),
  };
}

function readBattery(values: PlistDict | undefined): Pick<PhoneFacts, 'batteryPercent' | 'isCharging'> {
  const percent = integerAt(values, 'BatteryCurrentCapacity');
  return {
    batteryPercent: percent !== undefined && percent >= 0 && percent <= 100 ? percent : null,
    isCharging: boolAt(values, 'BatteryIsCharging') ?? null,
  };
}

function readStorage(values: PlistDict | undefined): Pick<PhoneFacts, 'capacityBytes' | 'usedBytes'> {
  const capacity = integerAt(values, 'TotalDiskCapacity');
  if (capacity === undefined || !Number.isSafeInteger(capacity) || capacity <= 0) return UNKNOWN_STORAGE;
  const free = integerAt(values, 'AmountDataAvailable') ?? integerAt(values, 'TotalDataAvailable');
  const isPlausible = free !== undefined && free >= 0 && free <= capacity;
  return { capacityBytes: capacity, usedBytes: isPlausible ? capacity - free : null };
}

const UNKNOWN_STORAGE = { capacityBytes: null, usedBytes: null } as const;
