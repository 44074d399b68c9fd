import { hostname } from 'node:os';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { PlistDict, PlistValue } from '../../formats/plist/index.ts';
import { type PairRecord, printable, refusalError } from '../lockdown/index.ts';

/** The phone gets what it needs to know us by: never a private key. */
export function pairRequest({ fields }: PairRecord): PlistDict {
  const shown: Record<string, PlistValue> = {};
  for (const key of [
    'DeviceCertificate',
    'DevicePublicKey',
    'HostCertificate',
    'HostID',
    'RootCertificate',
    'SystemBUID',
  ]) {
    const value = fields[key];
    if (value !== undefined) shown[key] = value;
  }
  return {
    PairRecord: shown,
    ProtocolVersion: '2',
    HostName: hostname(),
    PairingOptions: { ExtendedPairingErrors: true },
  };
}

/** What the phone adds when it says yes; watches add nothing. */
export function withEscrowBag(record: PairRecord, bag: PlistValue | undefined): PairRecord {
  if (!(bag instanceof Uint8Array)) return record;
  const escrowBag = Buffer.from(bag);
  return { ...record, escrowBag, fields: { ...record.fields, EscrowBag: escrowBag } };
}

/** The same words mean something else here than in an established session. */
export function pairRefusal(reason: string): BackstopError {
  if (reason === 'MCProtected' || reason === 'MCChallengeRequired') {
    return new BackstopError('pairing/managed', { message: `lockdownd answered Pair with ${reason}` });
  }
  const error = refusalError('Pair', reason);
  if (error.code === 'pairing/denied' || error.code === 'pairing/prohibited') return error;
  return new BackstopError('pairing/refused', {
    message: `lockdownd answered Pair with ${printable(reason)}`,
    data: { reason: printable(reason) },
  });
}
