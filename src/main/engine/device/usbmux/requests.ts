import { BackstopError } from '../../../../shared/errors/index.ts';
import { arrayAt, dataAt, type PlistDict, type PlistValue, stringAt } from '../../formats/plist/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import type { MuxEndpoint } from './address.ts';
import { askMux, type CallOptions, MUX_RESULT, resultName, resultOf } from './connection.ts';
import { type MuxEntry, readEntry } from './entries.ts';
import { listenMux } from './events.ts';
import type { Udid } from './udid.ts';

/** How long a daemon without ListDevices may take between two of its Attached events before the list counts as whole. */
const LISTEN_QUIET_MS = answerLimitMs(300);

/** Every way to every phone the daemon knows. Entries that name no phone are left out. */
export async function listMuxEntries(endpoint: MuxEndpoint, options: CallOptions = {}): Promise<readonly MuxEntry[]> {
  const reply = await askMux(endpoint, { MessageType: 'ListDevices' }, options);
  const list = arrayAt(reply, 'DeviceList');
  // Daemons from before 2012 know Listen only; libusbmuxd falls back in the same way.
  if (list === undefined) return collectAttached(endpoint, reply, options);
  return list.map(readEntry).filter((entry) => entry !== null);
}

/** The computer's identity towards phones (`SystemBUID`), or null when the daemon keeps none. */
export async function readBuid(endpoint: MuxEndpoint, options: CallOptions = {}): Promise<string | null> {
  const reply = await askMux(endpoint, { MessageType: 'ReadBUID' }, options);
  return stringAt(reply, 'BUID') ?? null;
}

/** The pair record the system keeps for this phone (a property list), or null when it keeps none. */
export async function readMuxPairRecord(
  endpoint: MuxEndpoint,
  udid: Udid,
  options: CallOptions = {},
): Promise<Uint8Array | null> {
  const reply = await askMux(endpoint, { MessageType: 'ReadPairRecord', PairRecordID: udid }, options);
  const record = dataAt(reply, 'PairRecordData');
  // A missing record is result 2 in theory; daemons without records say 1, 6 or 22, which means the same to us.
  return record === undefined || record.length === 0 ? null : Buffer.from(record);
}

/** `deviceId` lets the daemon tell all listeners that this phone is paired now. */
export async function saveMuxPairRecord(
  endpoint: MuxEndpoint,
  record: { readonly udid: Udid; readonly data: Uint8Array; readonly deviceId: number },
  options: CallOptions = {},
): Promise<void> {
  const { udid, data, deviceId } = record;
  await command(
    endpoint,
    { MessageType: 'SavePairRecord', PairRecordID: udid, PairRecordData: data, DeviceID: deviceId },
    options,
  );
}

export async function deleteMuxPairRecord(endpoint: MuxEndpoint, udid: Udid, options: CallOptions = {}): Promise<void> {
  await command(endpoint, { MessageType: 'DeletePairRecord', PairRecordID: udid }, options, MUX_RESULT.badDevice);
}

async function command(
  endpoint: MuxEndpoint,
  request: PlistDict,
  options: CallOptions,
  alsoFine: number = MUX_RESULT.ok,
): Promise<void> {
  const result = resultOf(await askMux(endpoint, request, options));
  if (result === MUX_RESULT.ok || result === alsoFine) return;
  throw refused(request['MessageType'], result);
}

async function collectAttached(
  endpoint: MuxEndpoint,
  reply: PlistDict,
  options: CallOptions,
): Promise<readonly MuxEntry[]> {
  if (resultOf(reply) === undefined) {
    throw new BackstopError('usbmux/refused', {
      message: 'ListDevices was answered with neither a list nor a result',
      data: { request: 'ListDevices', result: 'no list' },
    });
  }
  const entries = new Map<number, MuxEntry>();
  const quiet = new AbortController();
  const stop = options.signal === undefined ? quiet.signal : AbortSignal.any([options.signal, quiet.signal]);
  let timer = setTimeout(() => quiet.abort(), LISTEN_QUIET_MS);
  try {
    for await (const event of listenMux(endpoint, { signal: stop })) {
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), LISTEN_QUIET_MS);
      if (event.kind === 'attached') entries.set(event.entry.deviceId, event.entry);
      if (event.kind === 'detached') entries.delete(event.deviceId);
    }
  } finally {
    clearTimeout(timer);
  }
  options.signal?.throwIfAborted();
  return [...entries.values()];
}

function refused(request: PlistValue | undefined, result: number | undefined): BackstopError {
  const name = typeof request === 'string' ? request : 'a request';
  const answer = result === undefined ? 'no result' : resultName(result);
  return new BackstopError('usbmux/refused', {
    message: `usbmuxd answered ${name} with ${answer}`,
    data: { request: name, result: answer },
  });
}
