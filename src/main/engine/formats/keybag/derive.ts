import { pbkdf2 } from 'node:crypto';
import type { Keybag } from './keybag.ts';

const KEK_BYTES = 32;

/** What a password's key is derived from. */
export type KdfParameters = Pick<Keybag, 'salt' | 'iterations' | 'doubleProtection'>;

/**
 * The key-encryption key of exactly this password: PBKDF2-HMAC-SHA256 where the bag has that stage, then
 * PBKDF2-HMAC-SHA1. Real bags cost seconds (10 million iterations); it runs beside the event loop.
 *
 * An abort rejects at once; the stage that is running cannot be stopped and ends on its own, unseen.
 */
export async function deriveKek(
  keybag: KdfParameters,
  password: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Buffer> {
  const typed = Buffer.from(password, 'utf8');
  const first = keybag.doubleProtection;
  const stretched = first === null ? typed : await derive(typed, first.salt, first.iterations, 'sha256', signal);
  const kek = await derive(stretched, keybag.salt, keybag.iterations, 'sha1', signal);
  stretched.fill(0);
  typed.fill(0);
  return kek;
}

function derive(
  password: Buffer,
  salt: Buffer,
  iterations: number,
  digest: 'sha1' | 'sha256',
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    pbkdf2(password, salt, iterations, KEK_BYTES, digest, (error, key) => {
      signal?.removeEventListener('abort', onAbort);
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
