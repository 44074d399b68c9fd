import type { AskPassword } from '../../../../shared/contract/index.ts';
import type { Keychain, KeychainKind } from '../../platform/index.ts';
import type { Lock } from './lock.ts';
import type { LibraryPart, PasswordsPart, VaultsPart } from './parts.ts';
import { type PasswordTrial, tryPassword } from './passwords-trial.ts';

export interface PasswordsOptions {
  readonly library: Pick<LibraryPart, 'rememberPhone'>;
  readonly vaults: Pick<VaultsPart, 'ids' | 'isOnline' | 'use'>;
  readonly lock: Lock;
  /** Null: there is none that keeps anything over a restart. */
  readonly keychain: Keychain | null;
}

/**
 * Backup passwords of phones: in this process, and in the system's keychain where the owner wants that. Never on disk in
 * any other way, never in a log or an error.
 */
export class Passwords implements PasswordsPart {
  readonly #library: PasswordsOptions['library'];
  readonly #vaults: PasswordsOptions['vaults'];
  readonly #lock: Lock;
  readonly #memory = new Map<string, string>();
  readonly #inKeychain = new Map<string, boolean>();
  readonly #keychain: Keychain | null;

  constructor({ library, vaults, lock, keychain }: PasswordsOptions) {
    this.#library = library;
    this.#vaults = vaults;
    this.#lock = lock;
    this.#keychain = keychain;
  }

  /** What the owner calls the place where remembered passwords are; `none`: they are forgotten when Backstop ends. */
  get keychainKind(): KeychainKind | 'none' {
    return this.#keychain?.kind ?? 'none';
  }

  asker(udid: string | null): AskPassword {
    return async () => (udid === null ? null : await this.get(udid));
  }

  async get(udid: string): Promise<string | null> {
    const key = keyOf(udid);
    const kept = this.#memory.get(key);
    if (kept !== undefined) return kept;
    const keychain = this.#keychain;
    if (keychain === null) return null;
    try {
      const secret = await keychain.store.get(nameOf(key));
      this.#inKeychain.set(key, secret !== null);
      return secret === null ? null : secret.toString('utf8');
    } catch {
      // Closed, or its owner said no: nothing is kept as far as this program can tell.
      return null;
    }
  }

  async has(udid: string): Promise<'keychain' | 'memory' | 'none'> {
    const key = keyOf(udid);
    if (!this.#inKeychain.has(key)) await this.#look(key);
    if (this.#inKeychain.get(key) === true) return 'keychain';
    return this.#memory.has(key) ? 'memory' : 'none';
  }

  async keep(udid: string, password: string, remember: boolean): Promise<void> {
    const key = keyOf(udid);
    this.#memory.set(key, password);
    const keychain = this.#keychain;
    if (keychain === null) return;
    try {
      if (remember) await keychain.store.set(nameOf(key), Buffer.from(password, 'utf8'));
      else await keychain.store.remove(nameOf(key));
      this.#inKeychain.set(key, remember);
    } catch {
      this.#inKeychain.delete(key);
    }
  }

  /** Tries it first: a password that opens nothing of what it should is not kept. */
  async give(udid: string, password: string, remember: boolean): Promise<PasswordTrial> {
    const trial = await tryPassword(this.#vaults, udid, password);
    if (trial.fits === false) return trial;
    await this.keep(udid, password, remember);
    if (trial.fits === true) this.#tested(udid);
    return trial;
  }

  /** Does the one that is kept open the newest version? Null: none is kept, or there is nothing to try it on. */
  async test(udid: string): Promise<boolean | null> {
    const password = await this.get(udid);
    if (password === null) return null;
    const { fits } = await tryPassword(this.#vaults, udid, password);
    if (fits === true) this.#tested(udid);
    return fits;
  }

  async forget(udid: string): Promise<void> {
    const key = keyOf(udid);
    this.#memory.delete(key);
    this.#inKeychain.delete(key);
    this.#library.rememberPhone(udid, { passwordTestedAt: null });
    const keychain = this.#keychain;
    try {
      await keychain?.store.remove(nameOf(key));
    } catch {
      // What could not be taken away is still there: `has` says so the next time.
    }
  }

  requireUnlocked(): void {
    this.#lock.require();
  }

  #tested(udid: string): void {
    this.#library.rememberPhone(udid, { passwordTestedAt: new Date().toISOString() });
  }

  async #look(key: string): Promise<void> {
    const keychain = this.#keychain;
    if (keychain === null) {
      this.#inKeychain.set(key, false);
      return;
    }
    try {
      const secret = await keychain.store.get(nameOf(key));
      this.#inKeychain.set(key, secret !== null);
    } catch {
      this.#inKeychain.set(key, false);
    }
  }
}

/** A phone is the same with and without its dash. */
function keyOf(udid: string): string {
  return udid.replaceAll('-', '').toLowerCase();
}

function nameOf(key: string): string {
  return `backup password of ${key}`;
}
