import { BackstopError } from '../../../../shared/errors/index.ts';
import {
  type CallOptions,
  listenMux,
  listMuxEntries,
  type MuxEndpoint,
  type MuxEntry,
  sameUdid,
  type Udid,
  udidKey,
} from '../usbmux/index.ts';

/** One phone, however many ways there are to it. */
export interface ConnectedPhone {
  readonly udid: Udid;
  /** USB first: it is faster, and the only one that takes a new pairing. */
  readonly connections: readonly ('usb' | 'wifi')[];
  readonly entries: readonly MuxEntry[];
}

export async function listPhones(endpoint: MuxEndpoint, options: CallOptions = {}): Promise<readonly ConnectedPhone[]> {
  return mergeEntries(await listMuxEntries(endpoint, options));
}

/**
 * All phones, again after every change, beginning with those that are there. Ends quietly when the signal aborts; throws
 * when the daemon goes away, and watching again is the caller's decision.
 */
export async function* watchPhones(
  endpoint: MuxEndpoint,
  options: CallOptions = {},
): AsyncGenerator<readonly ConnectedPhone[], void> {
  const entries = new Map<number, MuxEntry>();
  for (const entry of await listMuxEntries(endpoint, options)) entries.set(entry.deviceId, entry);
  yield mergeEntries([...entries.values()]);
  const seen = new Set<number>();
  for await (const event of listenMux(endpoint, options)) {
    if (event.kind === 'detached') {
      if (!entries.delete(event.deviceId)) continue;
    } else if (event.kind === 'attached') {
      // Listening begins with what the list has told already.
      const isKnown = entries.has(event.entry.deviceId) && !seen.has(event.entry.deviceId);
      seen.add(event.entry.deviceId);
      entries.set(event.entry.deviceId, event.entry);
      if (isKnown) continue;
    }
    yield mergeEntries([...entries.values()]);
  }
}

/** The phone that is meant: by its UDID, or the only one. Throws `device/not-found`, `device/several`. */
export function choosePhone(phones: readonly ConnectedPhone[], udid: string | null): ConnectedPhone {
  const matches = udid === null ? phones : phones.filter((phone) => sameUdid(phone.udid, udid));
  const [phone, another] = matches;
  if (phone === undefined) {
    throw new BackstopError('device/not-found', { data: { udid, connected: phones.map((other) => other.udid) } });
  }
  if (another !== undefined) {
    throw new BackstopError('device/several', { data: { connected: phones.map((other) => other.udid) } });
  }
  return phone;
}

export function mergeEntries(entries: readonly MuxEntry[]): readonly ConnectedPhone[] {
  const byPhone = Map.groupBy(entries, (entry) => udidKey(entry.udid));
  return [...byPhone.values()].map((ways) => {
    const sorted = ways.toSorted((a, b) => rank(a) - rank(b) || b.deviceId - a.deviceId);
    const [first] = sorted as [MuxEntry, ...MuxEntry[]];
    return { udid: first.udid, connections: [...new Set(sorted.map((entry) => entry.connection))], entries: sorted };
  });
}

function rank(entry: MuxEntry): number {
  return entry.connection === 'usb' ? 0 : 1;
}
