import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePairingCertificates, type PairingCertificates, readDevicePublicKey } from './certificates.ts';
import { bitString, integer, objectId, octetString, sequence, time } from './der.ts';

/** Debian has it; where it is missing the test that needs it says so. */
const OPENSSL = 'openssl';
const now = new Date('2026-11-23T06:00:00Z');
const device = generateKeyPairSync('rsa', { modulusLength: 2048 });
const devicePem = Buffer.from(device.publicKey.export({ type: 'pkcs1', format: 'pem' }));
let certificates: PairingCertificates;

beforeAll(async () => {
  certificates = await makePairingCertificates(readDevicePublicKey(devicePem), now);
});

describe('DER', () => {
  it('writes known bytes', () => {
    expect(objectId('1.2.840.113549.1.1.11').toString('hex')).toBe('06092a864886f70d01010b');
    expect(
      sequence(integer(2), octetString(Buffer.alloc(130)))
        .subarray(0, 9)
        .toString('hex'),
    ).toBe('308188020102048182');
    expect(bitString(Buffer.of(0xa0), 5).toString('hex')).toBe('030205a0');
    expect(time(new Date('2026-11-22T06:00:01.500Z')).toString('latin1')).toBe('\x17\x0d261122060001Z');
    expect(time(new Date('2050-01-01T00:00:00Z')).toString('latin1')).toBe('\x18\x0f20500101000000Z');
  });

  it('refuses integers it does not know how to write', () => {
    expect(() => integer(128)).toThrow(RangeError);
    expect(() => integer(-1)).toThrow(RangeError);
  });
});

describe('the certificates of a pairing', () => {
  it('are v3, nameless, with serial 0, back-dated and good for ten years', () => {
    for (const pem of [certificates.rootCertificate, certificates.hostCertificate, certificates.deviceCertificate]) {
      const certificate = new X509Certificate(pem);
      expect(certificate.subject ?? '').toBe('');
      expect(certificate.issuer ?? '').toBe('');
      expect(Number.parseInt(certificate.serialNumber, 16)).toBe(0);
      expect(new Date(certificate.validFrom).toISOString()).toBe('2026-11-22T06:00:00.000Z');
      expect(new Date(certificate.validTo).toISOString()).toBe('2036-11-23T06:00:00.000Z');
      expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048, publicExponent: 65537n });
    }
  });

  it('are signed by the root, hold the right keys, and only the root is an authority', () => {
    const root = new X509Certificate(certificates.rootCertificate);
    const host = new X509Certificate(certificates.hostCertificate);
    const phone = new X509Certificate(certificates.deviceCertificate);
    for (const certificate of [root, host, phone]) expect(certificate.verify(root.publicKey)).toBe(true);
    expect([root.ca, host.ca, phone.ca]).toEqual([true, false, false]);
    expect(root.checkPrivateKey(createPrivateKey(certificates.rootPrivateKey))).toBe(true);
    expect(host.checkPrivateKey(createPrivateKey(certificates.hostPrivateKey))).toBe(true);
    expect(phone.checkPrivateKey(device.privateKey)).toBe(true);
  });

  const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0;
  it.skipIf(!hasOpenssl)('pass OpenSSL’s own check and show the extensions phones expect', () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstop-certificates-'));
    try {
      for (const [name, pem] of Object.entries(certificates)) writeFileSync(join(folder, name), pem);
      const verified = spawnSync(
        OPENSSL,
        [
          'verify',
          '-check_ss_sig',
          '-x509_strict',
          '-attime',
          String(now.getTime() / 1000),
          '-CAfile',
          'rootCertificate',
          'rootCertificate',
        ],
        { cwd: folder, encoding: 'utf8' },
      );
      const text = spawnSync(OPENSSL, ['x509', '-noout', '-text', '-in', 'deviceCertificate'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(verified.stdout + verified.stderr).toContain('OK');
      expect(text.stdout).toContain('Signature Algorithm: sha256WithRSAEncryption');
      expect(text.stdout).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
      expect(text.stdout).toMatch(/X509v3 Key Usage: critical\s+Digital Signature, Key Encipherment/);
      const pkcs1 = device.publicKey.export({ type: 'pkcs1', format: 'der' });
      const identifier = createHash('sha1').update(pkcs1).digest('hex').toUpperCase().match(/../g)?.join(':');
      expect(text.stdout).toContain(identifier);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a phone’s public key', () => {
  it('is read with the label of phones, and with the common one', () => {
    expect(readDevicePublicKey(devicePem).equals(device.publicKey)).toBe(true);
    const spki = Buffer.from(`${device.publicKey.export({ type: 'spki', format: 'pem' })}\0`);
    expect(readDevicePublicKey(spki).equals(device.publicKey)).toBe(true);
  });

  it('is refused when it is none, or not RSA', () => {
    expect(() => readDevicePublicKey(Buffer.from('hello'))).toThrowError(
      expect.objectContaining({ code: 'device/bad-message' }),
    );
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
    expect(() => readDevicePublicKey(pem)).toThrowError(expect.objectContaining({ code: 'device/bad-message' }));
  });
});
