import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { FoldedIndex, isBusy } from '../catalog/folded.ts';
import type { CatalogReference } from '../record.ts';
import type { Snapshot } from '../types.ts';
import type { CatalogCopies } from './catalog-copies.ts';
import { advanceFolded, type FetchCatalog, foldCatalogs } from './fold.ts';

/**
 * Folded indexes on this computer: one for the newest version of each phone, which is advanced by the rows of each new
 * delta, and short-lived ones for older versions. Whatever is folded is compared with the record's root.
 */
export class FoldedCache {
  readonly #folder: string;
  readonly #fetch: FetchCatalog;
  readonly #open = new Map<string, FoldedIndex>();

  constructor(folder: string, copies: CatalogCopies) {
    this.#folder = folder;
    this.#fetch = (catalog, signal) => copies.fetch(catalog, signal);
  }

  /** The index of a phone's newest version: from the cache, advanced, or folded anew. One connection, owned here. */
  async newest(snapshot: Snapshot, tag: string, signal?: AbortSignal): Promise<FoldedIndex> {
    const cached = this.#cached(tag);
    const same = cached.find((index) => index.state().snapshot === snapshot.id);
    if (same !== undefined) return same;
    const base = cached.find((index) => isPrefix(index.state().catalogs, snapshot.record.catalogs));
    if (base !== undefined && (await this.#advance(base, snapshot, signal))) return base;
    const index = await this.#fold(snapshot, this.newFile(tag), signal);
    this.#open.set(index.file, index);
    this.keepOnly(tag, index);
    return index;
  }

  /** A connection of its own to the content of any version, which stays as it is; `close` it. */
  async view(snapshot: Snapshot, tag: string, isNewest: boolean, signal?: AbortSignal): Promise<FoldedIndex> {
    if (isNewest) await this.newest(snapshot, tag, signal);
    for (const index of this.#cached(tag)) {
      if (index.state().snapshot !== snapshot.id) continue;
      const own = FoldedIndex.open(index.file);
      if (own === null) continue;
      own.db.exec('BEGIN'); // From its first read on, this connection sees no later change.
      if (own.state().snapshot === snapshot.id) return own;
      own.close();
    }
    return this.fresh(snapshot, signal);
  }

  /** Folded from the vault's catalogs into a file that goes away with `remove`. */
  fresh(snapshot: Snapshot, signal?: AbortSignal): Promise<FoldedIndex> {
    const folder = join(this.#folder, 'older');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return this.#fold(snapshot, join(folder, `${randomUUID()}.db`), signal);
  }

  newFile(tag: string): string {
    const folder = join(this.#folder, tag);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return join(folder, `${randomUUID()}.db`);
  }

  /** Takes over the index of a version that was just committed, and forgets the phone's earlier ones. */
  keepOnly(tag: string, index: FoldedIndex): void {
    this.#open.set(index.file, index);
    for (const other of this.#cached(tag)) {
      // One with an open transaction is being built upon by a session, which decides itself.
      if (other.file === index.file || other.db.inTransaction) continue;
      this.#open.delete(other.file);
      try {
        other.remove();
      } catch {
        // Somebody still reads it, and this system forbids removing it: the next start does.
      }
    }
  }

  isTemporary(index: FoldedIndex): boolean {
    return index.file.startsWith(join(this.#folder, 'older'));
  }

  /** Forgets everything that nobody is building upon. */
  clear(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const tag of readdirSync(this.#folder)) {
      for (const index of tag === 'older' ? [] : this.#cached(tag)) {
        if (index.db.inTransaction) continue;
        this.#open.delete(index.file);
        index.remove();
      }
    }
  }

  close(): void {
    for (const index of this.#open.values()) index.close();
    this.#open.clear();
  }

  #cached(tag: string): FoldedIndex[] {
    const folder = join(this.#folder, tag);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found: FoldedIndex[] = [];
    for (const name of readdirSync(folder)) {
      if (!name.endsWith('.db')) continue;
      const file = join(folder, name);
      let index = this.#open.get(file) ?? null;
      if (index !== null && !index.db.open) index = null;
      index ??= FoldedIndex.open(file);
      if (index === null) continue;
      this.#open.set(file, index);
      found.push(index);
    }
    return found;
  }

  async #advance(index: FoldedIndex, snapshot: Snapshot, signal?: AbortSignal): Promise<boolean> {
    if (index.db.inTransaction) return false;
    try {
      index.db.exec('BEGIN IMMEDIATE');
      await advanceFolded(index, snapshot, index.state(), this.#fetch, signal);
      index.db.exec('COMMIT');
      return true;
    } catch (error) {
      if (index.db.inTransaction) index.db.exec('ROLLBACK');
      if (isBusy(error)) return false;
      if (!isBackstopError(error, 'vault/damaged-catalog')) throw error;
      // The cache may be what is wrong: folding anew decides.
      this.#open.delete(index.file);
      index.remove();
      return false;
    }
  }

  #fold(snapshot: Snapshot, file: string, signal?: AbortSignal): Promise<FoldedIndex> {
    return foldCatalogs(snapshot, file, this.#fetch, signal);
  }
}

function isPrefix(shorter: readonly CatalogReference[], longer: readonly CatalogReference[]): boolean {
  return shorter.length <= longer.length && shorter.every((catalog, at) => catalog.hash === longer[at]?.hash);
}
