import { BackstopError } from '../../../../shared/errors/index.ts';
import { keybagFingerprint, parseKeybag, unlockKeybag, unlockWithKek } from '../../formats/index.ts';

/**
 * Which password opens which backup, for as long as this process lives: not the password is kept but what it was turned
 * into for one key bag, which takes seconds to make and opens nothing else.
 */
export class Keyring {
  /** By the key bag's fingerprint. */
  readonly #keys = new Map<string, Buffer>();

  knows(keybag: Uint8Array): boolean {
    return this.#keys.has(keybagFingerprint(parseKeybag(keybag)));
  }

  /**
   * Class number → class key. Asks for the password only when it has to. Throws `browse/password-needed` when none is
   * given, `browse/wrong-password`, or `formats/bad-keybag`.
   */
  async unlock(
    keybag: Uint8Array,
    askPassword: () => Promise<string | null>,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ReadonlyMap<number, Buffer>> {
    const bag = parseKeybag(keybag);
    const fingerprint = keybagFingerprint(bag);
    const known = this.#keys.get(fingerprint);
    if (known !== undefined) {
      const result = unlockWithKek(bag, known);
      if (result.kind === 'unlocked') return result.classKeys;
    }
    const password = await askPassword();
    if (password === null || password === '') throw new BackstopError('browse/password-needed');
    const result = await unlockKeybag(bag, password, options);
    if (result.kind === 'wrong-password') throw new BackstopError('browse/wrong-password');
    this.#keys.set(fingerprint, result.kek);
    return result.classKeys;
  }

  /** Everything that was opened has to be asked for again. */
  lock(): void {
    for (const key of this.#keys.values()) key.fill(0);
    this.#keys.clear();
  }
}
