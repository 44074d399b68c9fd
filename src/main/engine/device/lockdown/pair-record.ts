import { createPublicKey, X509Certificate } from 'node:crypto';
import { BackstopError } from '../../../../shared/errors/index.ts';
import {
  dataAt,
  encodePlist,
  isPlistDict,
  type PlistDict,
  type PlistValue,
  parsePlist,
  stringAt,
} from '../../formats/plist/index.ts';
import { type TlsCredentials, tlsContext } from '../tls/index.ts';

/**
 * What a computer and a phone know each other by (protocol reference 2.4). The two private keys and the escrow bag
 * together open the phone's data: never log, export or show them.
 */
export interface PairRecord {
  readonly hostId: string;
  readonly systemBuid: string;
  /** Handed to the phone so that it opens its data classes for a service while its screen is locked. */
  readonly escrowBag: Uint8Array | null;
  /** Everything, as it is stored: other programs keep more in it, and nothing of that may get lost. */
  readonly fields: PlistDict;
}

/** Which of the record's two certificates we show in TLS. Phones take either; programs differ in which they made right. */
export type TlsIdentity = 'host' | 'root';

const PAIR_RECORD_MAX_BYTES = 1024 * 1024;

/** Throws `pairing/invalid-record` when something that every record needs is missing or unreadable. */
export function parsePairRecord(data: Uint8Array): PairRecord {
  const fields = readDict(data);
  const hostId = stringAt(fields, 'HostID');
  const systemBuid = stringAt(fields, 'SystemBUID');
  if (hostId === undefined || systemBuid === undefined) throw invalidRecord('HostID or SystemBUID is missing');
  return { hostId, systemBuid, escrowBag: dataAt(fields, 'EscrowBag') ?? null, fields };
}

export function encodePairRecord(record: PairRecord): Buffer {
  return encodePlist(record.fields, 'xml');
}

/** The identities this record can show, in the order they are to be tried. */
export function tlsIdentities(record: PairRecord): readonly TlsIdentity[] {
  return dataAt(record.fields, 'RootPrivateKey') === undefined ? ['host'] : ['host', 'root'];
}

/** Throws `pairing/invalid-record` when certificate or key cannot be read. */
export function tlsCredentials(record: PairRecord, identity: TlsIdentity): TlsCredentials {
  const prefix = identity === 'host' ? 'Host' : 'Root';
  try {
    return {
      context: tlsContext(pem(record, `${prefix}Certificate`), pem(record, `${prefix}PrivateKey`)),
      peerKey: deviceKey(record),
    };
  } catch (error) {
    if (error instanceof BackstopError) throw error;
    throw invalidRecord(`its ${identity} certificate or key cannot be used`, error);
  }
}

/** SubjectPublicKeyInfo (DER) of the paired phone's key. */
function deviceKey(record: PairRecord): Buffer {
  const certificate = dataAt(record.fields, 'DeviceCertificate');
  const key =
    certificate === undefined
      ? createPublicKey(pem(record, 'DevicePublicKey'))
      : new X509Certificate(clean(certificate)).publicKey;
  return key.export({ type: 'spki', format: 'der' });
}

function pem(record: PairRecord, key: string): Buffer {
  const data = dataAt(record.fields, key);
  if (data === undefined) throw invalidRecord(`${key} is missing`);
  return clean(data);
}

/** Some writers end their PEM data with a NUL. */
function clean(data: Uint8Array): Buffer {
  const bytes = Buffer.from(data);
  const end = bytes.indexOf(0);
  return end > 0 && bytes.toString('latin1', 0, 5) === '-----' ? bytes.subarray(0, end) : bytes;
}

function readDict(data: Uint8Array): PlistDict {
  let value: PlistValue;
  try {
    value = parsePlist(data, { maxBytes: PAIR_RECORD_MAX_BYTES });
  } catch (error) {
    throw invalidRecord('it is no property list', error);
  }
  if (!isPlistDict(value)) throw invalidRecord('it is no dictionary');
  return value;
}

function invalidRecord(problem: string, cause?: unknown): BackstopError {
  return new BackstopError('pairing/invalid-record', { message: `pair record: ${problem}`, cause });
}
