import { join } from 'node:path';
import type { VersionRef } from '../../../../shared/contract/procedures/index.ts';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { cleanPrivateFiles, Keyring, ManifestCache, openSnapshotBackup } from '../../browse/index.ts';
import type { SecretStore } from '../../platform/index.ts';
import type { Vault } from '../../vault/index.ts';
import { OpenVersion } from './browse-version.ts';
import type { ServiceParts } from './parts.ts';

/**
 * Versions that are being looked into. The last three stay open with what was read of them, shared by all who ask at once;
 * after a minute without a question, and when looking into backups is locked, they are closed and what was decrypted is
 * gone.
 */

const MOST_OPEN = 3;
const IDLE_MS = 60_000;

export interface OpenBackupsOptions {
  readonly idleMs?: number;
  /** Where the key of what is kept on disk lies; null, or left out: there is no keychain, and nothing is kept. */
  readonly secrets?: () => Promise<SecretStore | null>;
}

interface Held {
  readonly opened: Promise<OpenVersion>;
  readonly stop: AbortController;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

type Parts = Pick<ServiceParts, 'home' | 'vaults' | 'passwords'>;

export class OpenBackups {
  readonly #parts: Parts;
  readonly #workFolder: string;
  readonly #idleMs: number;
  readonly #secrets: () => Promise<SecretStore | null>;
  readonly #keyring = new Keyring();
  /** The one that was asked last stands last. */
  readonly #held = new Map<string, Held>();
  readonly #closing = new Set<Promise<void>>();
  #isClosed = false;

  constructor(parts: Parts, { idleMs = IDLE_MS, secrets = async () => null }: OpenBackupsOptions = {}) {
    this.#parts = parts;
    this.#workFolder = join(parts.home, 'private');
    this.#idleMs = idleMs;
    this.#secrets = secrets;
  }

  get workFolder(): string {
    return this.#workFolder;
  }

  get count(): number {
    return this.#held.size;
  }

  /** The version stays open as long as `work` runs. Throws `app/locked`, `app/password-needed`, or what opening throws. */
  async use<T>(ref: VersionRef, work: (version: OpenVersion) => Promise<T>): Promise<T> {
    this.#parts.passwords.requireUnlocked();
    if (this.#isClosed) throw new BackstopError('app/engine-gone');
    const key = `${ref.vault} ${ref.snapshot}`;
    const held = this.#held.get(key) ?? this.#open(key, ref);
    this.#held.delete(key);
    this.#held.set(key, held);
    clearTimeout(held.timer);
    held.users += 1;
    this.#makeRoom();
    try {
      const version = await held.opened;
      held.stop.signal.throwIfAborted();
      return await work(version);
    } catch (error) {
      if (held.stop.signal.aborted) throw new BackstopError('app/locked', { cause: error });
      const isPassword =
        isBackstopError(error, 'browse/password-needed') || isBackstopError(error, 'browse/wrong-password');
      throw isPassword ? passwordNeeded(error) : error;
    } finally {
      held.users -= 1;
      if (held.users === 0) this.#rest(key, held);
    }
  }

  /** When looking into backups is locked: everything that was decrypted goes, and the keys with it. */
  async closeAll(): Promise<void> {
    this.#keyring.lock();
    for (const [key, held] of this.#held) {
      this.#held.delete(key);
      held.stop.abort();
      if (held.users === 0) this.#close(held);
    }
    await Promise.all(this.#closing);
  }

  /** What is kept on disk goes too, and its key first. */
  async forgetLists(): Promise<void> {
    await (await this.#cache())?.forget();
  }

  /** Before the engine stops. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.closeAll();
  }

  /** Lists of files of versions that were opened before, encrypted: the next opening is quick. */
  async #cache(): Promise<ManifestCache | null> {
    const secrets = await this.#secrets();
    return secrets === null ? null : new ManifestCache(join(this.#parts.home, 'cache', 'browse'), secrets);
  }

  #open(key: string, { vault: id, snapshot }: VersionRef): Held {
    const stop = new AbortController();
    cleanPrivateFiles(this.#workFolder);
    const opened = this.#openVersion(id, snapshot, stop.signal);
    const held: Held = { opened, stop, users: 0, timer: undefined };
    // Whoever asked is told; the next question tries anew.
    opened.catch(() => {
      if (this.#held.get(key) === held) this.#held.delete(key);
    });
    return held;
  }

  async #openVersion(id: string, snapshotId: string, signal: AbortSignal): Promise<OpenVersion> {
    const lease = await borrow(this.#parts, id);
    try {
      const snapshot = await lease.vault.resolve(snapshotId);
      const ask = this.#parts.passwords.askerFor({ udid: snapshot.record.udid, vault: id, id: snapshot.id });
      const backup = await openSnapshotBackup(await lease.vault.view(snapshot, { signal }), {
        keyring: this.#keyring,
        askPassword: () => ask('backup-password'),
        workFolder: this.#workFolder,
        cache: await this.#cache(),
        signal,
      });
      return new OpenVersion({
        ref: { vault: id, snapshot: snapshot.id },
        snapshot,
        vault: lease.vault,
        backup,
        signal,
        release: lease.release,
      });
    } catch (error) {
      await lease.fail(error);
      throw error;
    }
  }

  #makeRoom(): void {
    for (const [key, held] of this.#held) {
      if (this.#held.size <= MOST_OPEN) return;
      if (held.users > 0) continue;
      this.#held.delete(key);
      this.#close(held);
    }
  }

  #rest(key: string, held: Held): void {
    if (this.#held.get(key) !== held) {
      this.#close(held);
      return;
    }
    this.#makeRoom();
    clearTimeout(held.timer);
    held.timer = setTimeout(() => {
      if (held.users > 0 || this.#held.get(key) !== held) return;
      this.#held.delete(key);
      this.#close(held);
    }, this.#idleMs);
    held.timer.unref();
  }

  #close(held: Held): void {
    clearTimeout(held.timer);
    held.stop.abort();
    const closed = held.opened
      .then((version) => version[Symbol.asyncDispose]())
      // It could not be opened, or its disk went away meanwhile: there is nothing left to close.
      .catch(() => undefined)
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

function passwordNeeded(cause: unknown): BackstopError {
  return new BackstopError('app/password-needed', { cause, data: { purpose: 'backup password' } });
}

interface Lease {
  readonly vault: Vault;
  readonly release: () => Promise<void>;
  /** Gives it back, and says why: a disk that went away is looked for anew. */
  readonly fail: (error: unknown) => Promise<void>;
}

/** A vault for longer than one call: its use ends when it is given back. */
async function borrow({ vaults }: Pick<ServiceParts, 'vaults'>, id: string): Promise<Lease> {
  const got = Promise.withResolvers<Vault>();
  const given = Promise.withResolvers<void>();
  const use = vaults.use(id, async (vault) => {
    got.resolve(vault);
    await given.promise;
  });
  use.catch((error: unknown) => got.reject(error));
  const vault = await got.promise;
  return {
    vault,
    release: async () => {
      given.resolve();
      await use;
    },
    fail: async (error) => {
      given.reject(error);
      await use.catch(() => undefined);
    },
  };
}
