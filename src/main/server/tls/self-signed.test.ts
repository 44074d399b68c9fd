import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeSelfSigned } from './self-signed.ts';

/** Debian has it; where it is missing the test that needs it says so. */
const OPENSSL = 'openssl';
const now = new Date('2026-11-23T10:00:00Z');
const YEAR_MS = 365 * 24 * 3_600_000;
const names = ['nas.local', 'localhost', '10.0.0.7', '[::1]', 'fe80::1:2', '::ffff:10.1.2.3'];

describe('a certificate of our own', () => {
  const made = makeSelfSigned(names, now, YEAR_MS);
  const read = new X509Certificate(made.cert);

  it('is signed by its own key, for its time', () => {
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    expect(read.ca).toBe(false);
    expect(new Date(read.validFrom).toISOString()).toBe('2026-11-22T10:00:00.000Z');
    expect(new Date(read.validTo).toISOString()).toBe('2027-11-23T10:00:00.000Z');
  });

  it('is for its names and addresses, and no other', () => {
    for (const host of ['nas.local', 'localhost']) expect(read.checkHost(host)).toBe(host);
    for (const address of ['10.0.0.7', '::1', 'fe80::1:2', '::ffff:10.1.2.3'])
      expect(read.checkIP(address)).toBe(address);
    expect(read.checkHost('evil.example')).toBeUndefined();
    expect(read.checkIP('10.0.0.8')).toBeUndefined();
  });

  const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0;
  it.skipIf(!hasOpenssl)('passes OpenSSL’s own check', () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstop-tls-'));
    try {
      const file = join(folder, 'cert.pem');
      writeFileSync(file, made.cert);
      const args = ['verify', '-x509_strict', '-check_ss_sig', '-purpose', 'sslserver', '-attime', '1795860000'];
      const { stdout, stderr } = spawnSync(OPENSSL, [...args, '-partial_chain', '-trusted', file, file], {
        encoding: 'utf8',
      });
      expect(stdout + stderr).toContain('OK');
      const text = spawnSync(OPENSSL, ['x509', '-noout', '-text', '-in', file], { encoding: 'utf8' }).stdout;
      expect(text).toMatch(/Key Usage: critical\s+Digital Signature/);
      expect(text).toMatch(/Extended Key Usage:\s+TLS Web Server Authentication/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
