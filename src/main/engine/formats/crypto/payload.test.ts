import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createPayloadEncryptor,
  decryptCbc,
  decryptCbcStream,
  decryptPayloadHead,
  encryptPayload,
  storedSizeOf,
} from './payload.ts';

const KEY = Buffer.alloc(32, 0x22);

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(stored: Uint8Array, chunk: number, expectedSize?: number) {
  const { plain, verdict } = decryptCbcStream(chunksOf(stored, chunk), KEY, { expectedSize });
  const parts: Buffer[] = [];
  for await (const part of plain) parts.push(part);
  return { plain: Buffer.concat(parts), ...(await verdict) };
}

/** Encrypts without padding, as damaged or odd writers leave it. */
function unpadded(plain: Uint8Array): Buffer {
  return createCipheriv('aes-256-cbc', KEY, Buffer.alloc(16)).setAutoPadding(false).update(plain);
}

describe('payloads', () => {
  it('agree with the known vector', () => {
    const stored = Buffer.from('36f72092d3ff4bcb166fe8582dbea6bd', 'hex');
    expect(encryptPayload(Buffer.from('hello'), KEY)).toEqual(stored);
    expect(decryptCbc(stored, KEY)).toEqual({
      plain: Buffer.from('hello'),
      padding: 'valid',
      bytes: 5,
      storedBytes: 16,
    });
  });

  it('come back whole for every length and chunk size', async () => {
    for (const size of [0, 1, 15, 16, 17, 31, 32, 33, 1000]) {
      const plain = randomBytes(size);
      const stored = encryptPayload(plain, KEY);
      expect(stored.length).toBe(storedSizeOf(size));
      const expected = { plain, padding: 'valid', bytes: size, storedBytes: stored.length };
      expect(decryptCbc(stored, KEY)).toEqual(expected);
      for (const chunk of [1, 7, 16, 17, 48, 4096]) expect(await readAll(stored, chunk)).toEqual(expected);
    }
  });

  it('keep their padding’s word against a wrong size', async () => {
    const plain = Buffer.alloc(100, 1);
    const stored = encryptPayload(plain, KEY);
    for (const size of [0, 99, 101, 5000]) {
      expect((await readAll(stored, 33, size)).plain).toEqual(plain);
      expect(decryptCbc(stored, KEY, { expectedSize: size }).plain).toEqual(plain);
    }
  });

  it('without valid padding are cut to a size within the last block and otherwise kept', async () => {
    const plain = Buffer.alloc(64, 0xee);
    const stored = unpadded(plain);
    for (const [size, kept] of [
      [64, 64],
      [60, 60],
      [49, 49],
      [48, 64],
      [65, 64],
      [0, 64],
    ] as const) {
      const expected = { plain: plain.subarray(0, kept), padding: 'invalid', bytes: kept, storedBytes: 64 };
      expect(await readAll(stored, 16, size)).toEqual(expected);
      expect(await readAll(stored, 100, size)).toEqual(expected);
      expect(decryptCbc(stored, KEY, { expectedSize: size })).toEqual(expected);
    }
    expect((await readAll(stored, 16)).plain).toEqual(plain);
    // 20 bytes of 20 would be padding for a larger block; 0 bytes of 0 would be none.
    for (const fill of [0, 17, 20]) expect(decryptCbc(unpadded(Buffer.alloc(64, fill)), KEY).padding).toBe('invalid');
  });

  it('that are cut off say so and give what can be decrypted', async () => {
    const stored = encryptPayload(Buffer.alloc(64, 0x01), KEY).subarray(0, 40);
    const expected = { plain: Buffer.alloc(32, 0x01), padding: 'invalid', bytes: 32, storedBytes: 40 };
    expect(await readAll(stored, 7)).toEqual(expected);
    expect(decryptCbc(stored, KEY)).toEqual(expected);
    expect(await readAll(Buffer.alloc(0), 7)).toEqual({
      plain: Buffer.alloc(0),
      padding: 'invalid',
      bytes: 0,
      storedBytes: 0,
    });
  });

  it('settle the verdict when the reader stops or the source fails', async () => {
    const stored = encryptPayload(Buffer.alloc(64), KEY);
    const stopped = decryptCbcStream(chunksOf(stored, 16), KEY);
    for await (const part of stopped.plain) if (part.length > 0) break;
    expect((await stopped.verdict).padding).toBe('unfinished');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield stored.subarray(0, 48);
      throw new Error('the disk is gone');
    }
    const failed = decryptCbcStream(failing(), KEY);
    await expect(async () => {
      for await (const part of failed.plain) void part;
    }).rejects.toThrow('the disk is gone');
    expect(await failed.verdict).toEqual({ padding: 'unfinished', bytes: 0, storedBytes: 48 });
  });

  it('can be encrypted in pieces and looked at from the start', () => {
    const plain = randomBytes(1000);
    const encryptor = createPayloadEncryptor(KEY);
    const stored = Buffer.concat([
      encryptor.update(plain.subarray(0, 9)),
      encryptor.update(plain.subarray(9)),
      encryptor.final(),
    ]);
    expect(stored).toEqual(encryptPayload(plain, KEY));
    expect(decryptPayloadHead(stored.subarray(0, 100), KEY)).toEqual(plain.subarray(0, 96));
  });
});
