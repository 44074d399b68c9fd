import { randomBytes, X509Certificate } from 'node:crypto';
import { dataAt, dictAt, type PlistDict, stringAt } from '../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../phone.ts';
import type { Via } from '../services/types.ts';
import type { PhoneKey } from './phone-key.ts';
import type { TrustedHost, TrustedHosts } from './trusted-hosts.ts';

/** A lockdownd answer: the keys of a success, or an error name of lockdownd. */
export type LockdownAnswer = { readonly reply: PlistDict } | { readonly error: string };

export interface PairingContext {
  readonly phone: SimulatedPhone;
  readonly key: PhoneKey;
  readonly hosts: TrustedHosts;
  readonly via: Via;
}

/** Pair, as the phone answers it: certificates first, then the screen, then the person. */
export async function pair(request: PlistDict, context: PairingContext): Promise<LockdownAnswer> {
  const { phone, hosts, via } = context;
  const host = readPairRecord(request, context.key);
  if (typeof host === 'string') return { error: host };
  if (via === 'wifi') return { error: 'PairingProhibitedOverThisConnection' };
  const known = hosts.find(host.hostId);
  if (known !== undefined && isSameRecord(known, host)) return { reply: { EscrowBag: known.escrowBag } };
  if (isLocked(phone)) return { error: 'PasswordProtected' };
  const refusal = askForTrust(phone);
  if (refusal !== null) return { error: refusal };
  await hosts.add(host);
  phone.events.record('pairing.trusted', { hostId: host.hostId });
  return { reply: { EscrowBag: host.escrowBag } };
}

/** ValidatePair: is this host still trusted, with these certificates? */
export function validatePair(request: PlistDict, context: PairingContext): LockdownAnswer {
  const host = readPairRecord(request, context.key);
  if (typeof host === 'string') return { error: host };
  const known = context.hosts.find(host.hostId);
  return known !== undefined && isSameRecord(known, host) ? { reply: {} } : { error: 'InvalidHostID' };
}

/** Unpair needs the HostID only. */
export async function unpair(request: PlistDict, context: PairingContext): Promise<LockdownAnswer> {
  const record = dictAt(request, 'PairRecord');
  if (record === undefined) return { error: 'MissingPairRecord' };
  const hostId = stringAt(record, 'HostID');
  if (hostId === undefined) return { error: 'MissingHostID' };
  if (!(await context.hosts.remove(hostId))) return { error: 'InvalidHostID' };
  context.phone.events.record('pairing.removed', { hostId });
  return { reply: {} };
}

export function isLocked(phone: SimulatedPhone): boolean {
  return phone.state.locked && phone.state.passcodeSet;
}

/** What the person does with the trust dialog. Null: trusted. */
function askForTrust(phone: SimulatedPhone): string | null {
  const { trust } = phone.state;
  // In the Setup Assistant a phone pairs without a dialog.
  if (trust.kind === 'ok' || !phone.state.setupDone) return null;
  if (trust.kind === 'deny') {
    phone.events.record('pairing.denied');
    return 'UserDeniedPairing';
  }
  if (trust.times === 0) {
    phone.state.trust = { kind: 'ok' };
    return null;
  }
  if (trust.times !== null) phone.state.trust = { kind: 'pending', times: trust.times - 1 };
  phone.events.record('pairing.pending');
  return 'PairingDialogResponsePending';
}

/** The record's host, or the error name: keys missing, not certificates, not about this phone, not signed by the root. */
function readPairRecord(request: PlistDict, key: PhoneKey): TrustedHost | string {
  const record = dictAt(request, 'PairRecord');
  if (record === undefined) return 'MissingPairRecord';
  const hostId = stringAt(record, 'HostID');
  if (hostId === undefined || hostId === '') return 'MissingHostID';
  const systemBuid = stringAt(record, 'SystemBUID');
  const pems = ['RootCertificate', 'HostCertificate', 'DeviceCertificate'].map((name) => dataAt(record, name));
  const [root, host, device] = pems.map(readCertificate);
  if (systemBuid === undefined || root == null || host == null || device == null) return 'InvalidPairRecord';
  const deviceKey = device.publicKey.export({ type: 'spki', format: 'der' });
  if (!deviceKey.equals(key.publicDer)) return 'InvalidPairRecord';
  const signed = [root, host, device].every((certificate) => certificate.verify(root.publicKey));
  if (!signed) return 'InvalidPairRecord';
  return {
    hostId,
    systemBuid,
    rootCertificate: root.toString(),
    hostCertificate: host.toString(),
    deviceCertificate: device.toString(),
    escrowBag: randomBytes(32),
  };
}

function readCertificate(pem: Uint8Array | undefined): X509Certificate | null {
  if (pem === undefined) return null;
  try {
    return new X509Certificate(pem);
  } catch {
    // Whatever it is, it is no certificate: the caller answers InvalidPairRecord.
    return null;
  }
}

function isSameRecord(known: TrustedHost, given: TrustedHost): boolean {
  return (
    known.rootCertificate === given.rootCertificate &&
    known.hostCertificate === given.hostCertificate &&
    known.deviceCertificate === given.deviceCertificate
  );
}
