import { createCipheriv, pbkdf2Sync } from 'node:crypto';
import type { Random } from '../../random.ts';

/** What a locked note's row holds instead of its text: backup-format 4.4. */
export interface LockedBody {
  readonly data: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly wrappedKey: Buffer;
}

const ITERATIONS = 20_000;

/** Encrypts a body as Notes does: AES-128-GCM under a random key, wrapped (RFC 3394) by one from the password. */
export function lockBody(body: Buffer, password: string, random: Random): LockedBody {
  const salt = random.bytes(16);
  const key = random.bytes(16);
  const iv = random.bytes(16);
  const passwordKey = pbkdf2Sync(password, salt, ITERATIONS, 16, 'sha256');
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  const data = Buffer.concat([cipher.update(body), cipher.final()]);
  return { data, iv, tag: cipher.getAuthTag(), salt, iterations: ITERATIONS, wrappedKey: wrap128(passwordKey, key) };
}

/** RFC 3394 for AES-128 and a key of two blocks. */
function wrap128(wrapping: Buffer, key: Buffer): Buffer {
  let check = Buffer.alloc(8, 0xa6);
  const blocks = [key.subarray(0, 8), key.subarray(8, 16)];
  for (let step = 1; step <= 12; step++) {
    const place = (step - 1) % 2;
    const cipher = createCipheriv('aes-128-ecb', wrapping, null).setAutoPadding(false);
    const out = Buffer.concat([cipher.update(Buffer.concat([check, blocks[place] ?? key])), cipher.final()]);
    check = Buffer.from(out.subarray(0, 8));
    check[7] = (check[7] ?? 0) ^ step;
    blocks[place] = out.subarray(8, 16);
  }
  return Buffer.concat([check, ...blocks]);
}
