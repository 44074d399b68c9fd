import { createPublicKey, type KeyObject, sign } from 'node:crypto';

/**
 * A certificate in the shape of a pairing certificate: X.509 v3, empty names, SHA-256. The simulator needs it to show a
 * host a certificate that is not the paired phone's, and its tests to play a host. `subject` may be a public or a
 * private key; without `issuer` the certificate is signed with the subject's own key.
 */
export function makeCertificate(subject: KeyObject, issuer: KeyObject = subject): string {
  const algorithm = sequence(hex('06092a864886f70d01010b'), hex('0500'));
  const emptyName = sequence();
  const validity = sequence(utcTime('250101000000Z'), utcTime('450101000000Z'));
  const publicKey = subject.type === 'private' ? createPublicKey(subject) : subject;
  const publicDer = publicKey.export({ type: 'spki', format: 'der' });
  const body = sequence(hex('a003020102'), hex('020101'), algorithm, emptyName, validity, emptyName, publicDer);
  const signature = sign('sha256', body, issuer);
  const whole = sequence(body, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function utcTime(text: string): Buffer {
  return tlv(0x17, Buffer.from(text, 'latin1'));
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

/** DER: tag, definite length, content. */
function tlv(tag: number, content: Buffer): Buffer {
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}
