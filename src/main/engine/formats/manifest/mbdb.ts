import { readClassedKey } from '../crypto/key-wrap.ts';
import { encodePlist } from '../plist/index.ts';
import { badManifest } from './database.ts';
import type { NewManifestRow } from './database-writer.ts';
import { encodeMbFile } from './mb-file-writer.ts';

/**
 * Manifest.mbdb, the list of files before iOS 10, as rows of the list that came after it: whoever reads those reads both.
 * Never encrypted. Source: backup format reference 1.9; a real one of iOS 9.
 */

const MAGIC = Buffer.from('mbdb\x05\x00', 'latin1');
/** Real records have some hundred bytes; attributes make some larger. */
const MAX_RECORD_BYTES = 1024 * 1024;
/** Behind the five texts: mode, inode, user, group, three dates, size, class, number of properties. */
const FIXED_BYTES = 2 + 8 + 5 * 4 + 8 + 1 + 1;
/** A class and a wrapped key. */
const KEY_BYTES = 44;
/** In place of a key that is none: it opens nothing. */
const NO_KEY = Buffer.alloc(KEY_BYTES);
const NULL_LENGTH = 0xffff;
const FLAGS: ReadonlyMap<number, number> = new Map([
  [0x8000, 1],
  [0x4000, 2],
  [0xa000, 4],
]);

/** Throws `formats/bad-manifest` for what is none, and where one is cut off. */
export async function* mbdbRows(source: AsyncIterable<Uint8Array>): AsyncGenerator<NewManifestRow> {
  let held = Buffer.alloc(0);
  let isBegun = false;
  for await (const chunk of source) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    if (!isBegun) {
      if (held.length < MAGIC.length) continue;
      if (!held.subarray(0, MAGIC.length).equals(MAGIC)) throw badMbdb('it is none');
      held = held.subarray(MAGIC.length);
      isBegun = true;
    }
    for (;;) {
      const reader = new RecordReader(held);
      const row = reader.record();
      if (row === null) break;
      held = held.subarray(reader.at);
      yield row;
    }
    if (held.length > MAX_RECORD_BYTES) throw badMbdb('a record longer than any can be');
  }
  if (!isBegun || held.length > 0) throw badMbdb('it is cut off');
}

/** One record at the start of some bytes. */
class RecordReader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Null: the bytes end within it. */
  record(): NewManifestRow | null {
    const texts: Array<Buffer | null> = [];
    for (let count = 0; count < 5; count += 1) {
      const text = this.#string();
      if (text === undefined) return null;
      texts.push(text);
    }
    const [domain, path, target, digest, key] = texts;
    const start = this.at;
    if (start + FIXED_BYTES > this.#bytes.length) return null;
    this.at += FIXED_BYTES;
    const attributes = this.#properties(this.#bytes.readUInt8(start + FIXED_BYTES - 1));
    if (attributes === null) return null;
    const bytes = this.#bytes;
    const mode = bytes.readUInt16BE(start);
    const relativePath = textOf(path);
    const file = encodeMbFile({
      relativePath,
      mode,
      inode: safe(bytes.readBigUInt64BE(start + 2)),
      userId: bytes.readUInt32BE(start + 10),
      groupId: bytes.readUInt32BE(start + 14),
      modified: bytes.readUInt32BE(start + 18),
      // The second date is that of the last access; the third one lies before the first, so it is the file's birth.
      statusChanged: null,
      birth: bytes.readUInt32BE(start + 26),
      size: safe(bytes.readBigUInt64BE(start + 30)),
      flags: null,
      protectionClass: bytes.readUInt8(start + 38),
      encryptionKey: key == null || key.length === 0 ? null : readClassedKey(key.length === KEY_BYTES ? key : NO_KEY),
      digest: digest == null || digest.length === 0 ? null : digest,
      extendedAttributes: attributes.size === 0 ? null : encodePlist(Object.fromEntries(attributes), 'binary'),
      target: target == null ? null : textOf(target),
    });
    return { domain: textOf(domain), relativePath, flags: FLAGS.get(mode & 0xf000) ?? 0, file };
  }

  #properties(count: number): ReadonlyMap<string, Buffer> | null {
    const found = new Map<string, Buffer>();
    for (let left = count; left > 0; left -= 1) {
      const name = this.#string();
      const value = name === undefined ? undefined : this.#string();
      if (value === undefined) return null;
      found.set(textOf(name), value ?? Buffer.alloc(0));
    }
    return found;
  }

  /** Undefined: the bytes end within it. */
  #string(): Buffer | null | undefined {
    if (this.at + 2 > this.#bytes.length) return undefined;
    const length = this.#bytes.readUInt16BE(this.at);
    if (length === NULL_LENGTH) {
      this.at += 2;
      return null;
    }
    const start = this.at + 2;
    if (start + length > this.#bytes.length) return undefined;
    this.at = start + length;
    return this.#bytes.subarray(start, this.at);
  }
}

function textOf(bytes: Buffer | null | undefined): string {
  return bytes?.toString('utf8') ?? '';
}

function safe(value: bigint): number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.MAX_SAFE_INTEGER;
}

function badMbdb(message: string): Error {
  return badManifest(`Manifest.mbdb: ${message}`);
}
