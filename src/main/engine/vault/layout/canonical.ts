import { createHash } from 'node:crypto';

/** One line of JSON, keys in the order given, UTF-8, ended by a line feed: the form of every JSON file of a vault. */
export function canonicalLine(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`, 'utf8');
}

/**
 * A line whose last key, `sha256`, is the hash of the line without that key: for files whose name cannot carry it.
 * To check: cut `,"sha256":"<64 hex>"` out of the bytes and hash what is left.
 */
export function selfHashedLine(value: object): Buffer {
  const sha256 = createHash('sha256').update(canonicalLine(value)).digest('hex');
  return canonicalLine({ ...value, sha256 });
}

const SELF_HASH = /,"sha256":"([0-9a-f]{64})"\}\n$/;

/** The parsed value of a self-hashed line, or null when the hash is missing or wrong. */
export function parseSelfHashed(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  const match = SELF_HASH.exec(text);
  if (match === null) return null;
  const bare = Buffer.from(`${text.slice(0, match.index)}}\n`, 'utf8');
  if (createHash('sha256').update(bare).digest('hex') !== match[1]) return null;
  try {
    return JSON.parse(bare.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
