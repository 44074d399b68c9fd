import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * Payloads of an encrypted backup: AES-256-CBC, a key per file, an initial vector of zeros, PKCS#7 padding.
 *
 * The padding is what says where the file ends. The manifest's size is often wrong for databases, so it is used only
 * when the padding is no padding (backup format reference, 2.7).
 */
const BLOCK_BYTES = 16;
const ZERO_IV = Buffer.alloc(BLOCK_BYTES);

export interface PaddingVerdict {
  /**
   * `valid`: the padding was right and has been taken off. `invalid`: it was not; the bytes were given as they came out,
   * cut to the expected size where that is within the last block. `unfinished`: the reader stopped, or the source failed.
   */
  readonly padding: 'valid' | 'invalid' | 'unfinished';
  /** Plain bytes given out. */
  readonly bytes: number;
  /** Bytes read; when they are no multiple of 16 the payload is cut off, and its last bytes can never be decrypted. */
  readonly storedBytes: number;
}

export interface DecryptOptions {
  /** The manifest's size, used only when the padding is invalid. */
  readonly expectedSize?: number | undefined;
}

/** On-disk length of a file of `size` bytes: at least one byte of padding, so an empty file takes 16. */
export function storedSizeOf(size: number): number {
  return BLOCK_BYTES * (Math.floor(size / BLOCK_BYTES) + 1);
}

/**
 * Decrypts while reading. Nothing is gathered: one chunk is held back, because only the end of the payload tells what
 * of it is padding. The verdict resolves when the plain bytes have been read (never rejects; a failing source throws
 * out of `plain`). `plain` can be read once.
 */
export function decryptCbcStream(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  options: DecryptOptions = {},
): { readonly plain: AsyncIterable<Buffer>; readonly verdict: Promise<PaddingVerdict> } {
  let settle: (verdict: PaddingVerdict) => void = () => undefined;
  const verdict = new Promise<PaddingVerdict>((resolve) => {
    settle = resolve;
  });
  return { plain: decryptChunks(source, key, options, settle), verdict };
}

async function* decryptChunks(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  options: DecryptOptions,
  settle: (verdict: PaddingVerdict) => void,
): AsyncGenerator<Buffer> {
  const cipher = createDecipheriv('aes-256-cbc', key, ZERO_IV).setAutoPadding(false);
  let storedBytes = 0;
  let bytes = 0;
  let padding: PaddingVerdict['padding'] = 'unfinished';
  try {
    let held: Buffer = Buffer.alloc(0);
    for await (const chunk of source) {
      storedBytes += chunk.length;
      // Whole blocks only: without padding the cipher gives each block as soon as it is complete.
      const plain = cipher.update(chunk);
      if (plain.length === 0) continue;
      if (held.length > 0) {
        bytes += held.length;
        yield held;
      }
      held = plain;
    }
    const end = judgeEnd(held, storedBytes, bytes, options);
    bytes += end.last.length;
    if (end.last.length > 0) yield end.last;
    padding = end.padding;
  } finally {
    settle({ padding, bytes, storedBytes });
  }
}

/** What of the last chunk belongs to the file. `before` is how many plain bytes came earlier. */
function judgeEnd(
  held: Buffer,
  storedBytes: number,
  before: number,
  { expectedSize }: DecryptOptions,
): { readonly last: Buffer; readonly padding: 'valid' | 'invalid' } {
  const pad = storedBytes % BLOCK_BYTES === 0 ? paddingOf(held) : 0;
  if (pad > 0) return { last: held.subarray(0, held.length - pad), padding: 'valid' };
  const surplus = expectedSize === undefined ? -1 : before + held.length - expectedSize;
  const isWithinBlock = surplus >= 0 && surplus < BLOCK_BYTES && surplus <= held.length;
  return { last: isWithinBlock ? held.subarray(0, held.length - surplus) : held, padding: 'invalid' };
}

/** 1–16 when the bytes end in PKCS#7 padding, otherwise 0. */
function paddingOf(plain: Buffer): number {
  const pad = plain.at(-1) ?? 0;
  if (pad < 1 || pad > BLOCK_BYTES || pad > plain.length) return 0;
  for (let at = plain.length - pad; at < plain.length; at += 1) if (plain[at] !== pad) return 0;
  return pad;
}

/** `decryptCbcStream` for a payload that is in memory. */
export function decryptCbc(
  stored: Uint8Array,
  key: Uint8Array,
  options: DecryptOptions = {},
): PaddingVerdict & { readonly plain: Buffer } {
  const held = decryptPayloadHead(stored, key);
  const { last, padding } = judgeEnd(held, stored.length, 0, options);
  return { plain: last, padding, bytes: last.length, storedBytes: stored.length };
}

/** Decrypts the start of a payload, as many whole blocks as are given; padding, if it is in there, stays. */
export function decryptPayloadHead(stored: Uint8Array, key: Uint8Array): Buffer {
  return createDecipheriv('aes-256-cbc', key, ZERO_IV).setAutoPadding(false).update(stored);
}

/** Encrypts a payload piece by piece: `update` for each chunk, `final` for the padding. */
export interface PayloadEncryptor {
  update(plain: Uint8Array): Buffer;
  final(): Buffer;
}

export function createPayloadEncryptor(key: Uint8Array): PayloadEncryptor {
  return createCipheriv('aes-256-cbc', key, ZERO_IV);
}

/** A payload that is in memory, whole. */
export function encryptPayload(plain: Uint8Array, key: Uint8Array): Buffer {
  const cipher = createPayloadEncryptor(key);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}
