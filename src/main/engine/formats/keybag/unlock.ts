import { unwrapMany } from '../crypto/unwrap-many.ts';
import { deriveKek } from './derive.ts';
import { badKeybag, type Keybag, type KeybagClass, keybagFingerprint } from './keybag.ts';

export interface UnlockedKeybag {
  readonly kind: 'unlocked';
  /** Class number → 32-byte class key, for the classes that are usable outside the phone. */
  readonly classKeys: ReadonlyMap<number, Buffer>;
  /** Classes whose key the right password does not unwrap: the bag is damaged there. */
  readonly damagedClasses: readonly number[];
  /** Which password this was, for the record (`keybagFingerprint`). */
  readonly fingerprint: string;
  /** To keep in memory for the session instead of deriving again; never on disk. */
  readonly kek: Buffer;
}

export type UnlockResult = UnlockedKeybag | { readonly kind: 'wrong-password' };

/**
 * Tries the password as typed, and then in Unicode's composed and decomposed forms where they differ, since it is not
 * known which one the phone was given. Each form costs one derivation. A wrong password is an answer, not an error;
 * a bag without any key that a password could open is `formats/bad-keybag`.
 */
export async function unlockKeybag(
  keybag: Keybag,
  password: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<UnlockResult> {
  lockedClasses(keybag);
  for (const form of new Set([password, password.normalize('NFC'), password.normalize('NFD')])) {
    const result = unlockWithKek(keybag, await deriveKek(keybag, form, options));
    if (result.kind === 'unlocked') return result;
  }
  return { kind: 'wrong-password' };
}

/** The second half of `unlockKeybag`, for a kek that was derived before. Takes microseconds. */
export function unlockWithKek(keybag: Keybag, kek: Buffer): UnlockResult {
  const locked = lockedClasses(keybag);
  const keys = unwrapMany(
    kek,
    locked.map((one) => one.wrappedKey),
  );
  // A wrong key passes the integrity check of no class; one that passes (1 in 2^64 by chance) proves the password.
  if (keys.every((key) => key === null)) return { kind: 'wrong-password' };
  const classKeys = new Map<number, Buffer>();
  for (const [index, { classId, isDeviceBound }] of locked.entries()) {
    const key = keys[index];
    if (key != null && !isDeviceBound && !classKeys.has(classId)) classKeys.set(classId, key);
  }
  const damagedClasses = locked.filter(({ classId }, index) => keys[index] === null && !classKeys.has(classId));
  return {
    kind: 'unlocked',
    classKeys,
    damagedClasses: damagedClasses.map(({ classId }) => classId),
    fingerprint: keybagFingerprint(keybag),
    kek,
  };
}

type LockedClass = KeybagClass & { readonly wrappedKey: Buffer };

function lockedClasses(keybag: Keybag): readonly LockedClass[] {
  const locked = keybag.classes.filter((one): one is LockedClass => one.isPasswordWrapped && one.wrappedKey !== null);
  if (locked.length === 0) throw badKeybag('it holds no key that a password opens');
  return locked;
}
