import { encodePlist, type PlistValue } from '../../../../engine/formats/plist/index.ts';
import type { Random } from '../../random.ts';

/** Protection classes of keychain items; 6–8 may move to another phone, 9–11 may not. */
const CLASSES = [6, 7, 8, 9, 10, 11];
const ITEM_VERSION = 3;
const WRAPPED_KEY_BYTES = 40;

/** How many items of each class of keychain-backup.plist. */
export const keychainCounts = { genp: 9, inet: 7, cert: 2, keys: 2 } as const;

/**
 * keychain-backup.plist: arrays of items in the layout of backup-format 4.13. The items' ciphertext is only noise: a
 * product shows counts, and this phone has no secrets.
 */
export function keychainBackup(random: Random): Buffer {
  const items = (count: number): PlistValue => Array.from({ length: count }, () => keychainItem(random));
  const { genp, inet, cert, keys } = keychainCounts;
  return encodePlist({ genp: items(genp), inet: items(inet), cert: items(cert), keys: items(keys) }, 'binary');
}

function keychainItem(random: Random): PlistValue {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(ITEM_VERSION, 0);
  head.writeUInt32LE(random.pick(CLASSES), 4);
  head.writeUInt32LE(WRAPPED_KEY_BYTES, 8);
  const data = Buffer.concat([head, random.bytes(WRAPPED_KEY_BYTES + random.between(150, 400) + 16)]);
  return { v_Data: data, v_PersistentRef: random.bytes(20) };
}
