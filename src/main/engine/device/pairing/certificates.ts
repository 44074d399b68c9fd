import { createHash, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { bitString, boolean, explicit, integer, nothing, objectId, octetString, sequence, time } from './der.ts';

const RSA_BITS = 2048;
const VALID_YEARS = 10;
/** Phones refuse certificates that begin in their future, and their clocks differ from ours. */
const BACKDATE_MS = 24 * 60 * 60 * 1000;

const OID = {
  sha256WithRsa: '1.2.840.113549.1.1.11',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
} as const;

/** What one pairing is made of: three certificates under one root, all PEM. */
export interface PairingCertificates {
  readonly rootCertificate: string;
  readonly rootPrivateKey: string;
  readonly hostCertificate: string;
  readonly hostPrivateKey: string;
  readonly deviceCertificate: string;
}

const generateRsa = promisify(generateKeyPair);

/**
 * Makes the certificates that a phone expects from a new computer (protocol reference 2.5): X.509 v3, RSA 2048,
 * SHA-256, empty names, serial 0, ten years; the device certificate holds the phone's own key.
 */
export async function makePairingCertificates(devicePublicKey: KeyObject, now: Date): Promise<PairingCertificates> {
  const [root, host] = await Promise.all([
    generateRsa('rsa', { modulusLength: RSA_BITS }),
    generateRsa('rsa', { modulusLength: RSA_BITS }),
  ]);
  const common = { signingKey: root.privateKey, now };
  return {
    rootCertificate: makeCertificate({ ...common, publicKey: root.publicKey, kind: 'root' }),
    rootPrivateKey: root.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    hostCertificate: makeCertificate({ ...common, publicKey: host.publicKey, kind: 'host' }),
    hostPrivateKey: host.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    deviceCertificate: makeCertificate({ ...common, publicKey: devicePublicKey, kind: 'device' }),
  };
}

/** Reads the phone's `DevicePublicKey`: PEM, labelled `RSA PUBLIC KEY` (PKCS#1) by phones. */
export function readDevicePublicKey(pem: Uint8Array): KeyObject {
  const text = Buffer.from(pem).toString('latin1').replaceAll('\0', '').trim();
  try {
    const key = createPublicKey(text);
    // OpenSSL 3.5 cannot write a key as PKCS#1 that it read as PKCS#1; one that came by way of SPKI it can.
    const spki = key.export({ type: 'spki', format: 'der' });
    if (key.asymmetricKeyType === 'rsa') return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch (error) {
    throw badKey(error);
  }
  throw badKey();
}

interface CertificateRequest {
  readonly kind: 'root' | 'host' | 'device';
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly now: Date;
}

function makeCertificate({ kind, publicKey, signingKey, now }: CertificateRequest): string {
  const algorithm = sequence(objectId(OID.sha256WithRsa), nothing());
  const emptyName = sequence();
  const from = new Date(now.getTime() - BACKDATE_MS);
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + VALID_YEARS);
  const body = sequence(
    explicit(0, integer(2)),
    integer(0),
    algorithm,
    emptyName,
    sequence(time(from), time(until)),
    emptyName,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(kind, publicKey))),
  );
  return toPem(sequence(body, algorithm, bitString(sign('sha256', body, signingKey))));
}

function extensions(kind: CertificateRequest['kind'], publicKey: KeyObject): readonly Buffer[] {
  const isAuthority = kind === 'root';
  const constraints = extension(OID.basicConstraints, true, isAuthority ? sequence(boolean(true)) : sequence());
  if (isAuthority) return [constraints];
  // digitalSignature (bit 0) and keyEncipherment (bit 2); five bits of the byte are unused.
  const usage = extension(OID.keyUsage, true, bitString(Buffer.of(0b1010_0000), 5));
  if (kind === 'host') return [constraints, usage];
  const identifier = createHash('sha1')
    .update(publicKey.export({ type: 'pkcs1', format: 'der' }))
    .digest();
  return [constraints, usage, extension(OID.subjectKeyIdentifier, false, octetString(identifier))];
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function badKey(cause?: unknown): BackstopError {
  return new BackstopError('device/bad-message', {
    message: 'DevicePublicKey is no RSA public key',
    cause,
    data: { problem: 'its public key cannot be read' },
  });
}
