/**
 * How a name is a key: the 40 lower-case hex digits of a payload as their 20 bytes, everything else as text. Half the
 * size, and exactly the id under which vault and manifest know the payload. No other name maps to the same key.
 */
export type NameKey = Buffer | string;

const FILE_ID = /^[0-9a-f]{40}$/;
const SHARD = /^[0-9a-f]{2}$/;

export const FILE_ID_LENGTH = 40;

export function isFileId(name: string): boolean {
  return name.length === FILE_ID_LENGTH && FILE_ID.test(name);
}

export function nameKey(name: string): NameKey {
  return isFileId(name) ? Buffer.from(name, 'hex') : name;
}

export function keyName(key: NameKey): string {
  return typeof key === 'string' ? key : key.toString('hex');
}

/** The first byte of the ids in a folder `xx`, or null for any other name. */
export function shardOf(name: string): number | null {
  return name.length === 2 && SHARD.test(name) ? Number.parseInt(name, 16) : null;
}

export function shardName(shard: number): string {
  return shard.toString(16).padStart(2, '0');
}
