import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { unwrapMany } from './unwrap-many.ts';

// OpenSSL's own RFC 3394, as an independent writer.
function wrapWithOpenSsl(kek: Buffer, key: Buffer): Buffer {
  const cipher = createCipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6));
  return Buffer.concat([cipher.update(key), cipher.final()]);
}

describe('unwrapMany', () => {
  it('unwraps the vector of RFC 3394', () => {
    const kek = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
    const wrapped = Buffer.from(
      '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
      'hex',
    );
    const key = '00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f';
    expect(unwrapMany(kek, [wrapped]).map((one) => one?.toString('hex'))).toEqual([key]);
  });

  it('unwraps many at once and names the ones that do not belong', () => {
    const kek = randomBytes(32);
    const keys = Array.from({ length: 300 }, () => randomBytes(32));
    const wrapped = keys.map((key) => wrapWithOpenSsl(kek, key));
    const foreign = wrapWithOpenSsl(randomBytes(32), randomBytes(32));
    const bent = Buffer.from(wrapped[7] as Buffer);
    bent.writeUInt8(bent.readUInt8(39) ^ 1, 39);
    const answers = unwrapMany(kek, [...wrapped, foreign, bent, Buffer.alloc(39), Buffer.alloc(0)]);
    expect(answers.slice(0, 300).every((key, index) => key?.equals(keys[index] as Buffer))).toBe(true);
    expect(answers.slice(300)).toEqual([null, null, null, null]);
  });

  it('takes nothing', () => {
    expect(unwrapMany(randomBytes(32), [])).toEqual([]);
  });
});
