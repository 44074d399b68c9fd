import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** The phone's own RSA-2048 key: what pairing certificates are made for, and what its TLS servers prove. */
export interface PhoneKey {
  readonly privateKey: KeyObject;
  /** As in the lockdown value DevicePublicKey: PEM with the label RSA PUBLIC KEY (PKCS#1). */
  readonly publicPem: Buffer;
  /** SubjectPublicKeyInfo, to compare with certificates. */
  readonly publicDer: Buffer;
}

const generate = promisify(generateKeyPair);

/** Reads the key from `file`, or makes one (about 100 ms) and keeps it there. */
export async function loadPhoneKey(file: string): Promise<PhoneKey> {
  const kept = await readFile(file).catch(() => null);
  if (kept !== null) return describeKey(createPrivateKey(kept));
  const { privateKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 65_537 });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return describeKey(privateKey);
}

function describeKey(privateKey: KeyObject): PhoneKey {
  const publicKey = createPublicKey(privateKey);
  return {
    privateKey,
    publicPem: Buffer.from(publicKey.export({ type: 'pkcs1', format: 'pem' })),
    publicDer: publicKey.export({ type: 'spki', format: 'der' }),
  };
}
