import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openClassedKey, readClassedKey, unwrapKey, wrapKey, wrapMany, writeClassedKey } from './key-wrap.ts';
import { unwrapMany } from './unwrap-many.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

// RFC 3394 section 4.6: 256 bits of key data with a 256-bit kek.
const KEK = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
const KEY = hex('00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f');
const WRAPPED = hex('28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21');

describe('key wrap', () => {
  it('agrees with the vectors of RFC 3394 and of a second implementation', () => {
    expect(wrapKey(KEK, KEY)).toEqual(WRAPPED);
    expect(unwrapKey(KEK, WRAPPED)).toEqual(KEY);
    const kek = hex('38c96d78a983b3c227c99a5ff6dca964108f3c713db79200c8003bfec62cd9c0');
    const wrapped = hex('602bda4edea92ddd892b11556f61c8d2e98223e10675cb00f2ad2d572655f7e5514b72c00f9c0df3');
    expect(wrapKey(kek, Buffer.alloc(32, 0x11))).toEqual(wrapped);
    expect(unwrapKey(kek, wrapped)).toEqual(Buffer.alloc(32, 0x11));
  });

  it('agrees with OpenSSL’s own key wrap on random keys', () => {
    for (let round = 0; round < 50; round += 1) {
      const [kek, key] = [randomBytes(32), randomBytes(32)];
      const openssl = createDecipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6));
      expect(openssl.update(wrapKey(kek, key))).toEqual(key);
    }
  });

  it('answers null for every flipped bit and for a wrong kek', () => {
    for (let bit = 0; bit < WRAPPED.length * 8; bit += 1) {
      const damaged = Buffer.from(WRAPPED);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(unwrapKey(KEK, damaged)).toBe(null);
    }
    expect(unwrapKey(Buffer.alloc(32), WRAPPED)).toBe(null);
  });

  it('looks at all eight bytes of the integrity value', () => {
    for (const initial of ['a6a6a6a6a6a6a6a7', '00a6a6a6a6a6a6a6', 'a6a6a6a600000000']) {
      expect(unwrapKey(KEK, createCipheriv('id-aes256-wrap', KEK, hex(initial)).update(KEY))).toBe(null);
    }
  });

  it('answers null for every other length', () => {
    for (const length of [0, 8, 16, 24, 39, 41, 48]) expect(unwrapKey(KEK, Buffer.alloc(length))).toBe(null);
    expect(() => wrapKey(KEK, Buffer.alloc(16))).toThrow(RangeError);
  });

  it('takes many keys at once and keeps their order, damaged ones among them', () => {
    const keys = Array.from({ length: 300 }, () => randomBytes(32));
    const wrapped: Buffer[] = wrapMany(KEK, keys);
    expect(wrapped[17]).toEqual(wrapKey(KEK, keys[17] as Buffer));
    wrapped[5] = Buffer.alloc(40);
    wrapped[6] = Buffer.alloc(3);
    const opened = unwrapMany(KEK, wrapped);
    expect(opened).toEqual(keys.map((key, index) => (index === 5 || index === 6 ? null : key)));
    expect(unwrapMany(KEK, [])).toEqual([]);
  });
});

describe('a key with its class', () => {
  it('is a little-endian class and 40 bytes', () => {
    const bytes = writeClassedKey(4, WRAPPED);
    expect(bytes.subarray(0, 4).toString('hex')).toBe('04000000');
    expect(readClassedKey(bytes)).toEqual({ classId: 4, wrapped: WRAPPED });
    for (const length of [0, 3, 4, 43, 45]) {
      const damaged = readClassedKey(Buffer.alloc(length));
      expect(openClassedKey(new Map([[0, KEK]]), damaged)).toBe(null);
    }
  });

  it('opens only with the key of its class', () => {
    const key = { classId: 4, wrapped: WRAPPED };
    expect(openClassedKey(new Map([[4, KEK]]), key)).toEqual(KEY);
    expect(openClassedKey(new Map([[3, KEK]]), key)).toBe(null);
    expect(openClassedKey(new Map([[4, KEY]]), key)).toBe(null);
  });
});
