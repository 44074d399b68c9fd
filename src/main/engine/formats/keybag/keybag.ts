import { createHash } from 'node:crypto';
import { BackstopError } from '../../../../shared/errors/index.ts';

/**
 * The key bag of a backup (`BackupKeyBag` of Manifest.plist): class keys, wrapped with a key that the password gives.
 *
 * A sequence of 4-letter tag, u32 big-endian length, value; a 4-byte value is a u32 big-endian number. The header comes
 * first and has a UUID of its own; each class starts with the next UUID. Source: backup format reference 2.1; agrees
 * with a bag of an iOS 9 backup.
 */
export interface Keybag {
  /** 3 up to iOS 10.1, then 4 and 5. */
  readonly version: number | null;
  /** 1 is a backup's. */
  readonly type: number | null;
  readonly uuid: Buffer | null;
  /** PBKDF2-HMAC-SHA1, the second stage, or the only one up to iOS 10.1. */
  readonly salt: Buffer;
  readonly iterations: number;
  /** PBKDF2-HMAC-SHA256 before it, in bags of iOS 10.2 and later. */
  readonly doubleProtection: { readonly salt: Buffer; readonly iterations: number } | null;
  readonly classes: readonly KeybagClass[];
  /** Tags that this reader does not know. */
  readonly unknownTags: readonly string[];
}

export interface KeybagClass {
  readonly classId: number;
  readonly uuid: Buffer;
  /** Wrapped (also) with the phone's own hardware key: of no use anywhere else, and never needed for files. */
  readonly isDeviceBound: boolean;
  /** Wrapped with the password's key. */
  readonly isPasswordWrapped: boolean;
  readonly wrappedKey: Buffer | null;
}

/** A real bag has 1–2 KB. */
const MAX_BYTES = 64 * 1024;
const MAX_SALT_BYTES = 256;
/** Five times what phones use today. More would only keep this computer busy. */
export const MAX_ITERATIONS = 50_000_000;

const WRAP_DEVICE = 1;
const WRAP_PASSWORD = 2;

export function badKeybag(message: string): BackstopError {
  return new BackstopError('formats/bad-keybag', { message: `key bag: ${message}` });
}

/** Throws `formats/bad-keybag`. Tags may come in any order within header and classes; unknown ones are skipped. */
export function parseKeybag(bytes: Uint8Array): Keybag {
  if (bytes.length > MAX_BYTES) throw badKeybag(`${bytes.length} bytes`);
  const source = Buffer.from(bytes);
  const unknown = new Set<string>();
  const header = new Map<string, Buffer>();
  const blocks: Map<string, Buffer>[] = [];
  let current = header;
  for (let at = 0; at + 8 <= source.length; ) {
    const tag = source.toString('latin1', at, at + 4);
    const length = source.readUInt32BE(at + 4);
    at += 8;
    if (length > source.length - at) throw badKeybag('an entry is longer than the bag');
    if (tag === 'UUID' && current.has('UUID')) {
      current = new Map();
      blocks.push(current);
    }
    if (!KNOWN_TAGS.has(tag)) unknown.add(JSON.stringify(tag));
    // The first of each kind: a second one cannot take its place.
    else if (!current.has(tag)) current.set(tag, source.subarray(at, at + length));
    at += length;
  }
  return {
    version: numberIn(header, 'VERS'),
    type: numberIn(header, 'TYPE'),
    uuid: header.get('UUID') ?? null,
    salt: saltIn(header, 'SALT') ?? missing('SALT'),
    iterations: iterationsIn(header, 'ITER') ?? missing('ITER'),
    doubleProtection: doubleProtectionIn(header),
    classes: blocks.map(classIn).filter((one) => one !== null),
    unknownTags: [...unknown],
  };
}

const KNOWN_TAGS: ReadonlySet<string> = new Set(
  'VERS TYPE UUID HMCK WRAP SALT ITER DPWT DPIC DPSL CLAS KTYP WPKY PBKY'.split(' '),
);

function missing(tag: string): never {
  throw badKeybag(`it has no ${tag}`);
}

function numberIn(entries: ReadonlyMap<string, Buffer>, tag: string): number | null {
  const value = entries.get(tag);
  return value?.length === 4 ? value.readUInt32BE(0) : null;
}

function saltIn(entries: ReadonlyMap<string, Buffer>, tag: string): Buffer | null {
  const salt = entries.get(tag);
  if (salt === undefined) return null;
  if (salt.length === 0 || salt.length > MAX_SALT_BYTES) throw badKeybag(`${tag} of ${salt.length} bytes`);
  return salt;
}

function iterationsIn(entries: ReadonlyMap<string, Buffer>, tag: string): number | null {
  const iterations = numberIn(entries, tag);
  if (iterations === 0 || (iterations ?? 0) > MAX_ITERATIONS) throw badKeybag(`${tag} is ${iterations}`);
  return iterations;
}

/** Decided by what is there, not by the version: tools disagree about which iOS was the first. */
function doubleProtectionIn(header: ReadonlyMap<string, Buffer>): Keybag['doubleProtection'] {
  const salt = saltIn(header, 'DPSL');
  const iterations = iterationsIn(header, 'DPIC');
  return salt === null || iterations === null ? null : { salt, iterations };
}

function classIn(entries: ReadonlyMap<string, Buffer>): KeybagClass | null {
  const classId = numberIn(entries, 'CLAS');
  if (classId === null) return null;
  const wrap = numberIn(entries, 'WRAP') ?? 0;
  return {
    classId,
    uuid: entries.get('UUID') ?? Buffer.alloc(0),
    isDeviceBound: (wrap & WRAP_DEVICE) !== 0,
    isPasswordWrapped: (wrap & WRAP_PASSWORD) !== 0,
    wrappedKey: entries.get('WPKY') ?? null,
  };
}

/**
 * A name for "the password that opens this": hex SHA-256 of the salts, the iterations and the wrapped keys. The same in
 * every backup until the password is changed; says nothing about the password.
 */
export function keybagFingerprint(keybag: Keybag): string {
  const hash = createHash('sha256');
  const add = (bytes: Uint8Array): void => {
    hash.update(numberBytes(bytes.length)).update(bytes);
  };
  add(keybag.salt);
  add(numberBytes(keybag.iterations));
  add(keybag.doubleProtection?.salt ?? Buffer.alloc(0));
  add(numberBytes(keybag.doubleProtection?.iterations ?? 0));
  const classes = keybag.classes.toSorted((left, right) => left.classId - right.classId);
  for (const { classId, wrappedKey } of classes) {
    add(numberBytes(classId));
    add(wrappedKey ?? Buffer.alloc(0));
  }
  return hash.digest('hex');
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
