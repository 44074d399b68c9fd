import { join } from 'node:path';
import type { Device, DevicesResult, PairResult, PhoneChoice, WorkOptions } from '../../../shared/contract/index.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import {
  type ConnectedPhone,
  choosePhone,
  inspectPhone,
  listPhones,
  type MuxEndpoint,
  muxEndpoint,
  openPhone,
  type PairRecordStore,
  type Phone,
  type PhoneFacts,
  PhoneLink,
  pairPhone,
  pairRecordFolder,
  sameUdid,
} from '../device/index.ts';

/** How this computer reaches phones, and where it keeps their trust. */
export interface PhoneAccess {
  readonly endpoint: MuxEndpoint;
  /** Further ways to phones, such as that of a demo phone. */
  readonly others?: readonly MuxEndpoint[];
  readonly store: PairRecordStore;
}

export function phoneAccess(home: string, env: NodeJS.ProcessEnv, others: readonly MuxEndpoint[] = []): PhoneAccess {
  return { endpoint: muxEndpoint(env), others, store: pairRecordFolder(join(home, 'pair-records')) };
}

/** A phone, and the daemon that it was found at. */
interface FoundPhone {
  readonly endpoint: MuxEndpoint;
  readonly phone: ConnectedPhone;
}

/** Of all daemons. One that does not answer hides no phone of another; when none has a phone, the first one's failure is told. */
async function findPhones(access: PhoneAccess, options: Pick<WorkOptions, 'signal'>): Promise<readonly FoundPhone[]> {
  const { endpoint: first, others = [] } = access;
  if (others.length === 0) return listAt(first, options);
  const answers = await Promise.allSettled([first, ...others].map((endpoint) => listAt(endpoint, options)));
  options.signal?.throwIfAborted();
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const [main] = answers;
  if (found.length === 0 && main?.status === 'rejected') throw main.reason;
  return found;
}

async function listAt(endpoint: MuxEndpoint, { signal }: Pick<WorkOptions, 'signal'>): Promise<FoundPhone[]> {
  return (await listPhones(endpoint, { signal })).map((phone) => ({ endpoint, phone }));
}

async function choose(access: PhoneAccess, udid: string | null, options: WorkOptions): Promise<FoundPhone> {
  const found = await findPhones(access, options);
  const phone = choosePhone(
    found.map((one) => one.phone),
    udid,
  );
  return found.find((one) => one.phone === phone) ?? { endpoint: access.endpoint, phone };
}

export async function listDevices(access: PhoneAccess, { signal }: WorkOptions): Promise<DevicesResult> {
  const { store } = access;
  const phones = await findPhones(access, { signal });
  const devices = await Promise.all(
    phones.map(async ({ endpoint, phone }): Promise<Device> => {
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

/** One phone, looked at without asking it for anything new; null: it is not here, or no daemon could be asked. */
export async function inspectOne(
  access: PhoneAccess,
  udid: string,
  { signal }: Pick<WorkOptions, 'signal'>,
): Promise<{ readonly connections: ConnectedPhone['connections']; readonly facts: PhoneFacts } | null> {
  try {
    const found = (await findPhones(access, { signal })).find(({ phone }) => sameUdid(phone.udid, udid));
    if (found === undefined) return null;
    const facts = await inspectPhone(found.endpoint, found.phone, access.store, { signal });
    return { connections: found.phone.connections, facts };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isBackstopError(error)) throw error;
    return null;
  }
}

/** The only phone that is connected. Throws `device/not-found` and `device/several`. */
export async function soleUdid(access: PhoneAccess, { signal }: Pick<WorkOptions, 'signal'>): Promise<string> {
  return (await choose(access, null, { signal })).phone.udid;
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
  access: PhoneAccess,
  udid: string | null,
  { signal, onNotice, onProgress }: WorkOptions,
): Promise<{ readonly created: boolean; readonly phone: Phone }> {
  const { store } = access;
  const { endpoint, phone: chosen } = await choose(access, udid, { signal });
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
export async function requirePhone(access: PhoneAccess, udid: string | null, { signal }: WorkOptions): Promise<void> {
  await choose(access, udid, { signal });
}

/** The phones that are meant (null: all that are there), without asking any of them for its trust. */
export async function knownPhones(
  access: PhoneAccess,
  udid: string | null,
  options: WorkOptions,
): Promise<ReadonlyArray<{ readonly udid: string; readonly open: () => Promise<Phone> }>> {
  const chosen = udid === null ? await findPhones(access, options) : [await choose(access, udid, options)];
  const { store } = access;
  return chosen.map(({ endpoint, phone }) => ({
    udid: phone.udid,
    open: () => openPhone({ udid: phone.udid, endpoint, store, signal: options.signal }),
  }));
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
