import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * An X.509 certificate for one server, signed by its own key (RFC 5280; ECDSA on P-256 with SHA-256). Only what such a
 * certificate needs is written here: Node can read certificates, but not make them.
 */

export interface SelfSigned {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** Clocks of other computers differ from ours. */
const BACKDATE_MS = 24 * 3_600_000;

/** `names`: host names, and addresses in brackets or not. */
export function makeSelfSigned(names: readonly string[], now: Date, validMs: number): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const name = sequence(set(sequence(objectId(OID.commonName), element(0x0c, Buffer.from('Backstop')))));
  const serial = randomBytes(16);
  // Positive, and never with a leading zero.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const certificate = sequence(
    element(0xa0, element(0x02, Buffer.of(2))),
    element(0x02, serial),
    algorithm,
    name,
    sequence(time(new Date(now.getTime() - BACKDATE_MS)), time(new Date(now.getTime() + validMs))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(
      0xa3,
      sequence(
        extension(OID.basicConstraints, true, sequence()),
        // Digital signature, the first bit.
        extension(OID.keyUsage, true, element(0x03, Buffer.of(7, 0x80))),
        extension(OID.extendedKeyUsage, false, sequence(objectId(OID.serverAuth))),
        extension(OID.subjectAltName, false, sequence(...names.map(alternativeName))),
      ),
    ),
  );
  const signature = sign('sha256', certificate, privateKey);
  const whole = sequence(certificate, algorithm, element(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function alternativeName(name: string): Buffer {
  const bare = name.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 0) return element(0x82, Buffer.from(bare, 'latin1'));
  return element(0x87, isIP(bare) === 4 ? Buffer.from(bare.split('.').map(Number)) : ipv6Bytes(bare));
}

/** Sixteen bytes of an address that `isIP` has seen; the URL parser writes it out without a dotted tail. */
function ipv6Bytes(address: string): Buffer {
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [element(0x01, Buffer.of(0xff))] : [];
  return sequence(objectId(id), ...critical, element(0x04, value));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Buffer[]): Buffer {
  return element(0x31, Buffer.concat(parts));
}

/** Until 2049 a certificate has years of two digits (RFC 5280 4.1.2.5). */
function time(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const isShort = date.getUTCFullYear() < 2050;
  return element(isShort ? 0x17 : 0x18, Buffer.from(isShort ? text.slice(2) : text));
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const septets = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return element(0x06, Buffer.from(bytes));
}

/** One element of DER: tag, length, content. */
function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
