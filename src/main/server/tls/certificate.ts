import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { BackstopError } from '../../../shared/errors/index.ts';
import { makeSelfSigned } from './self-signed.ts';

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** For comparing by eye with what a browser shows. */
  readonly fingerprint: string;
}

/** Browsers take no certificate of a server that is valid for longer than 825 days. */
const VALID_MS = 730 * 24 * 3_600_000;
const RENEW_BEFORE_MS = 14 * 24 * 3_600_000;

/** The owner's own certificate. Throws `server/tls-files`. */
export async function readCertificate(certFile: string, keyFile: string): Promise<Certificate> {
  let texts: readonly [string, string];
  try {
    texts = [await readFile(certFile, 'utf8'), await readFile(keyFile, 'utf8')];
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'not readable';
    throw new BackstopError('server/tls-files', { cause, data: { reason } });
  }
  return checked(...texts);
}

/**
 * A certificate of our own, made once and kept in Backstop's folder, so that a browser which was told to trust it meets
 * the same one next time. Made anew when it ends soon or when this computer is called by other names.
 */
export async function ownCertificate(home: string, names: readonly string[]): Promise<Certificate> {
  const folder = join(home, 'server');
  const certFile = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  try {
    const kept = checked(await readFile(certFile, 'utf8'), await readFile(keyFile, 'utf8'));
    if (isGoodFor(kept, names)) return kept;
  } catch {
    // None yet, or one that is broken: it is made anew.
  }
  const made = makeSelfSigned(names, new Date(), VALID_MS);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(keyFile, made.key, { mode: 0o600 });
  await writeFile(certFile, made.cert, { mode: 0o600 });
  return checked(made.cert, made.key);
}

function isGoodFor({ cert }: Certificate, names: readonly string[]): boolean {
  const read = new X509Certificate(cert);
  if (Date.parse(read.validTo) - Date.now() < RENEW_BEFORE_MS) return false;
  return names.every((name) => {
    const bare = name.replace(/^\[|\]$/g, '');
    return (isIP(bare) === 0 ? read.checkHost(bare) : read.checkIP(bare)) !== undefined;
  });
}

function checked(cert: string, key: string): Certificate {
  let read: X509Certificate;
  let isItsKey: boolean;
  try {
    read = new X509Certificate(cert);
    isItsKey = read.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new BackstopError('server/tls-files', { cause, data: { reason: 'not PEM' } });
  }
  if (!isItsKey) throw new BackstopError('server/tls-files', { data: { reason: 'the key is of another certificate' } });
  return { cert, key, fingerprint: read.fingerprint256 };
}
