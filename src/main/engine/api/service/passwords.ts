import { z } from 'zod';
import type { AskPassword } from '../../../../shared/contract/index.ts';
import type { Keychain, KeychainKind } from '../../platform/index.ts';
import type { Lock } from './lock.ts';
import type { LibraryPart, PasswordsPart, VaultsPart } from './parts.ts';
import { fittingOne, type PasswordTrial, tryPassword } from './passwords-trial.ts';

/** After a change of password older versions keep the one that they were made with; nobody remembers more than these. */
const MOST_OLDER = 5;
const olderSchema = z.array(z.string().min(1).max(1024)).max(MOST_OLDER);

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
  readonly #older = new Map<string, readonly string[]>();
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

  /** For one version: of the passwords that are kept, the one that opens it. */
  askerFor({ udid, vault, id }: { readonly udid: string; readonly vault: string; readonly id: string }): AskPassword {
    return async () => {
      const newest = await this.get(udid);
      const older = await this.#olderOf(keyOf(udid));
      if (older.length === 0) return newest;
      return await fittingOne(this.#vaults, { vault, id }, newest === null ? older : [newest, ...older]);
    };
  }

  async has(udid: string): Promise<'keychain' | 'memory' | 'none'> {
    const key = keyOf(udid);
    if (!this.#inKeychain.has(key)) await this.#look(key);
    if (this.#inKeychain.get(key) === true) return 'keychain';
    return this.#memory.has(key) ? 'memory' : 'none';
  }

  async keep(udid: string, password: string, remember: boolean): Promise<void> {
    const key = keyOf(udid);
    const before = await this.get(udid);
    if (before !== null && before !== password) await this.#keepOlder(key, before, remember);
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
    if (trial.fits === false) {
      // Not the newest version's, but older ones': kept beside it.
      if (trial.opens > 0) await this.#keepOlder(keyOf(udid), password, remember);
      return trial;
    }
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
    this.#older.delete(key);
    this.#inKeychain.delete(key);
    this.#library.rememberPhone(udid, { passwordTestedAt: null });
    const keychain = this.#keychain;
    try {
      await keychain?.store.remove(nameOf(key));
      await keychain?.store.remove(olderNameOf(key));
    } catch {
      // What could not be taken away is still there: `has` says so the next time.
    }
  }

  requireUnlocked(): void {
    this.#lock.require();
  }

  async #olderOf(key: string): Promise<readonly string[]> {
    const kept = this.#older.get(key);
    if (kept !== undefined) return kept;
    let found: readonly string[] = [];
    try {
      const secret = await this.#keychain?.store.get(olderNameOf(key));
      const parsed = olderSchema.safeParse(JSON.parse(secret?.toString('utf8') ?? '[]'));
      if (parsed.success) found = parsed.data;
    } catch {
      // Closed, or not ours: none is known.
    }
    this.#older.set(key, found);
    return found;
  }

  async #keepOlder(key: string, password: string, remember: boolean): Promise<void> {
    const others = (await this.#olderOf(key)).filter((one) => one !== password);
    const all = [password, ...others].slice(0, MOST_OLDER);
    this.#older.set(key, all);
    if (!remember) return;
    try {
      await this.#keychain?.store.set(olderNameOf(key), Buffer.from(JSON.stringify(all), 'utf8'));
    } catch {
      // It is kept for as long as this program runs.
    }
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

function olderNameOf(key: string): string {
  return `older backup passwords of ${key}`;
}

function nameOf(key: string): string {
  return `backup password of ${key}`;
}
