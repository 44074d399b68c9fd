import { BackstopError } from '../../../../shared/errors/index.ts';
import { type ManifestDb, type ManifestRow, manifestOver } from '../../formats/index.ts';
import type { CachedManifest } from './manifest-cache.ts';
import { settle } from './private-database.ts';
import { type PrivateDatabase, privateDatabaseFile } from './private-file.ts';
import type { DomainTotals } from './types.ts';

/** A list of files from the cache: its domains are there at once, and the rest when it is asked for. */
export class LateManifest implements ManifestDb {
  readonly #cached: CachedManifest;
  readonly #workFolder: string;
  #list: { readonly manifest: ManifestDb; readonly own: PrivateDatabase } | null = null;

  constructor(cached: CachedManifest, workFolder: string) {
    this.#cached = cached;
    this.#workFolder = workFolder;
  }

  domains(): readonly DomainTotals[] {
    return this.#cached.domains;
  }

  rows(): IterableIterator<ManifestRow> {
    return this.#manifest().rows();
  }

  row(fileId: string): ManifestRow | null {
    return this.#manifest().row(fileId);
  }

  places(): IterableIterator<{ readonly fileId: string; readonly domain: string }> {
    return this.#manifest().places();
  }

  rowsBelow(domain: string, prefix: string, from?: string): IterableIterator<ManifestRow> {
    return this.#manifest().rowsBelow(domain, prefix, from);
  }

  rowsWith(text: string, domain: string | null): IterableIterator<ManifestRow> {
    return this.#manifest().rowsWith(text, domain);
  }

  quickCheck(): readonly string[] {
    return this.#manifest().quickCheck();
  }

  close(): void {
    this.#list?.manifest.close();
    this.#list?.own[Symbol.dispose]();
    this.#list = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #manifest(): ManifestDb {
    this.#list ??= this.#load();
    return this.#list.manifest;
  }

  #load(): { readonly manifest: ManifestDb; readonly own: PrivateDatabase } {
    const own = privateDatabaseFile(this.#workFolder, 'write');
    try {
      this.#cached.fill(own.file);
      return { manifest: listOver(own), own };
    } catch (error) {
      own[Symbol.dispose]();
      throw new BackstopError('formats/bad-manifest', {
        message: 'the copy of the list of files in the cache is damaged, and was removed; open the backup again',
        cause: error,
      });
    }
  }
}

/** The list in a private file that was filled. */
export function listOver({ file, db }: PrivateDatabase): ManifestDb {
  const sizeBytes = file.size();
  // Phones leave the mark of a write-ahead log in the head, without one.
  if (sizeBytes > 100) file.write(Buffer.of(1, 1), 18);
  settle(db);
  // SQLite writes to a file without a name only when its journal has none either.
  for (const setting of ['journal_mode = MEMORY', 'synchronous = OFF']) db.pragma(setting);
  return manifestOver(db, sizeBytes, 'own');
}
