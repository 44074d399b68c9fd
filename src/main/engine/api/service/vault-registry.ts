import { join } from 'node:path';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { recoverSessions } from '../../backup/index.ts';
import type { Library, VaultMemory } from '../../library/index.ts';
import { Vault, vaultIdAt } from '../../vault/index.ts';
import { KnownVaults } from '../known-vaults.ts';
import type { Events } from './events.ts';
import type { VaultsPart } from './parts.ts';

/** An opening that nobody used for so long is closed: its disk may want to sleep or to be ejected. */
const IDLE_MS = 30_000;

interface Opening {
  readonly vault: Promise<Vault>;
  users: number;
  timer: NodeJS.Timeout | null;
  /** Nobody new gets it; closed when its last user is done. */
  isOver: boolean;
}

/** The vaults of this computer by their ids, wherever their disks are mounted today. */
export class VaultRegistry implements VaultsPart {
  readonly #home: string;
  readonly #library: Library;
  readonly #events: Events;
  readonly #known: KnownVaults;
  readonly #open = new Map<string, Opening>();
  readonly #generations = new Map<string, number>();
  #looked: Promise<void> | null = null;

  constructor({
    home,
    library,
    events,
  }: { readonly home: string; readonly library: Library; readonly events: Events }) {
    this.#home = home;
    this.#library = library;
    this.#events = events;
    this.#known = new KnownVaults(home);
  }

  async ids(): Promise<readonly string[]> {
    await this.#lookForUsual();
    const known = [...new Set((await this.#known.list()).map(({ id }) => id))];
    const listed = known.filter((id) => this.#library.vault(id)?.isRemoved !== true);
    const order = new Map(this.#library.vaults().map(({ id }, at) => [id, at]));
    const rank = (id: string): number =>
      this.#library.vault(id)?.isMain === true ? -1 : (order.get(id) ?? Number.MAX_SAFE_INTEGER);
    return listed.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  }

  async main(): Promise<string | null> {
    return (await this.ids())[0] ?? null;
  }

  path(id: string): Promise<string> {
    return this.#known.find(id);
  }

  async lastPath(id: string): Promise<string> {
    return (await this.#known.list()).find((one) => one.id === id)?.path ?? '';
  }

  async isOnline(id: string): Promise<boolean> {
    try {
      return (await vaultIdAt(await this.path(id))) === id;
    } catch {
      return false;
    }
  }

  async use<T>(id: string, work: (vault: Vault) => Promise<T>): Promise<T> {
    const opening = await this.#opening(id);
    opening.users += 1;
    if (opening.timer !== null) clearTimeout(opening.timer);
    opening.timer = null;
    try {
      return await work(await opening.vault);
    } catch (error) {
      // A disk that went away, or was replaced: whoever comes next looks for it anew.
      if (isBackstopError(error) && error.code.startsWith('vault/')) this.#drop(id, opening);
      throw error;
    } finally {
      opening.users -= 1;
      if (opening.users === 0) this.#rest(id, opening);
    }
  }

  changed(id: string): void {
    this.#generations.set(id, this.generation(id) + 1);
    this.#events.changed('backups');
    this.#events.changed('vaults');
  }

  moved(id: string): void {
    const opening = this.#open.get(id);
    if (opening !== undefined) {
      this.#drop(id, opening);
      if (opening.timer !== null) clearTimeout(opening.timer);
      opening.timer = null;
      if (opening.users === 0) this.#rest(id, opening);
    }
    this.changed(id);
  }

  generation(id: string): number {
    return this.#generations.get(id) ?? 0;
  }

  memory(id: string): VaultMemory | null {
    return this.#library.vault(id);
  }

  remember(id: string, facts: Partial<VaultMemory>): void {
    this.#library.rememberVault(id, facts);
  }

  async add(folder: string): Promise<{ readonly id: string; readonly created: boolean }> {
    const was = await vaultIdAt(folder);
    const vault = await Vault.openOrCreate(folder, this.#options);
    try {
      await this.#known.remember(vault.id, vault.dir);
      const now = new Date().toISOString();
      const addedAt = this.#library.vault(vault.id)?.addedAt ?? now;
      this.#library.rememberVault(vault.id, { isRemoved: false, lastSeenAt: now, addedAt });
      this.changed(vault.id);
      return { id: vault.id, created: was === null };
    } finally {
      await vault.close();
    }
  }

  /** Everything is closed; whoever still uses one gets an error. */
  async close(): Promise<void> {
    const openings = [...this.#open.values()];
    this.#open.clear();
    for (const opening of openings) {
      if (opening.timer !== null) clearTimeout(opening.timer);
      await opening.vault.then((vault) => vault.close()).catch(() => undefined);
    }
  }

  async #opening(id: string): Promise<Opening> {
    const there = this.#open.get(id);
    if (there !== undefined && !there.isOver) return there;
    const opening: Opening = { vault: this.#openNow(id), users: 0, timer: null, isOver: false };
    this.#open.set(id, opening);
    try {
      await opening.vault;
    } catch (error) {
      if (this.#open.get(id) === opening) this.#open.delete(id);
      throw error;
    }
    return opening;
  }

  async #openNow(id: string): Promise<Vault> {
    const vault = await Vault.open(await this.path(id), this.#options);
    try {
      await this.#known.remember(vault.id, vault.dir);
      this.#library.rememberVault(vault.id, { lastSeenAt: new Date().toISOString() });
      // What an interrupted run had earned comes first: its phone had said "done".
      if (!vault.isReadOnly) await recoverSessions(vault, this.#home, {});
      return vault;
    } catch (error) {
      await vault.close();
      throw error;
    }
  }

  #rest(id: string, opening: Opening): void {
    if (opening.isOver) {
      void opening.vault.then((vault) => vault.close()).catch(() => undefined);
      return;
    }
    opening.timer = setTimeout(() => {
      if (opening.users === 0) {
        this.#drop(id, opening);
        this.#rest(id, opening);
      }
    }, IDLE_MS);
    opening.timer.unref();
  }

  #drop(id: string, opening: Opening): void {
    opening.isOver = true;
    if (this.#open.get(id) === opening) this.#open.delete(id);
  }

  /** The place where the terminal keeps backups when it is told no other. */
  #lookForUsual(): Promise<void> {
    this.#looked ??= (async () => {
      const usual = join(this.#home, 'vault');
      const id = await vaultIdAt(usual).catch(() => null);
      if (id !== null) await this.#known.remember(id, usual);
    })();
    return this.#looked;
  }

  get #options() {
    return { cacheDir: join(this.#home, 'cache'), stateDir: this.#home };
  }
}
