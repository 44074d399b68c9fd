import { join } from 'node:path';
import type { Device, DevicesResult, PairResult, PhoneChoice, WorkOptions } from '../../../shared/contract/index.ts';
import {
  choosePhone,
  inspectPhone,
  listPhones,
  type MuxEndpoint,
  muxEndpoint,
  openPhone,
  type PairRecordStore,
  type Phone,
  PhoneLink,
  pairPhone,
  pairRecordFolder,
} from '../device/index.ts';

/** How this computer reaches phones, and where it keeps their trust. */
export interface PhoneAccess {
  readonly endpoint: MuxEndpoint;
  readonly store: PairRecordStore;
}

export function phoneAccess(home: string, env: NodeJS.ProcessEnv): PhoneAccess {
  return { endpoint: muxEndpoint(env), store: pairRecordFolder(join(home, 'pair-records')) };
}

export async function listDevices({ endpoint, store }: PhoneAccess, { signal }: WorkOptions): Promise<DevicesResult> {
  const phones = await listPhones(endpoint, { signal });
  const devices = await Promise.all(
    phones.map(async (phone): Promise<Device> => {
      const facts = await inspectPhone(endpoint, phone, store, { signal });
      return {
        udid: phone.udid,
        name: facts.name ?? '',
        connections: [...phone.connections],
        paired: facts.paired,
        encrypted: facts.encrypted,
        productType: facts.productType,
        productVersion: facts.productVersion,
      };
    }),
  );
  return { type: 'result', devices };
}

export async function pairDevice(
  access: PhoneAccess,
  { udid }: PhoneChoice,
  options: WorkOptions,
): Promise<PairResult> {
  const { created, phone } = await pairChosen(access, udid, options);
  await using connected = phone;
  return { type: 'result', udid: connected.udid, name: connected.name, paired: true, created };
}

/** Trust first, then a session: a phone that trusts this computer already is not asked anything. */
async function pairChosen(
  { endpoint, store }: PhoneAccess,
  udid: string | null,
  { signal, onNotice, onProgress }: WorkOptions,
): Promise<{ readonly created: boolean; readonly phone: Phone }> {
  const chosen = choosePhone(await listPhones(endpoint, { signal }), udid);
  const [entry] = chosen.entries;
  if (entry === undefined) throw new Error('a phone without a way to it');
  const { created } = await pairPhone(new PhoneLink(endpoint, entry), store, {
    signal,
    onState: (state) => {
      onProgress?.(waiting('pairing'));
      if (state !== 'reconnecting') onNotice?.({ type: 'notice', code: `pairing-${state}`, data: {} });
    },
  });
  return { created, phone: await openPhone({ udid: chosen.udid, endpoint, store, signal }) };
}

/** Throws unless the phone that is meant is there: asked before anything is made for its sake. */
export async function requirePhone(
  { endpoint }: PhoneAccess,
  udid: string | null,
  { signal }: WorkOptions,
): Promise<void> {
  choosePhone(await listPhones(endpoint, { signal }), udid);
}

/** A session with the phone; a phone that does not know this computer yet is asked for its trust on the way. */
export async function connectTrusted(access: PhoneAccess, udid: string | null, options: WorkOptions): Promise<Phone> {
  options.onProgress?.(waiting('connecting'));
  return (await pairChosen(access, udid, options)).phone;
}

function waiting(phase: string) {
  return {
    type: 'progress',
    phase,
    doneFiles: 0,
    doneBytes: 0,
    totalFiles: null,
    totalBytes: null,
    bytesPerSecond: null,
    secondsLeft: null,
  } as const;
}
