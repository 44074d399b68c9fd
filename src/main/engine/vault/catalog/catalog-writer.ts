import Database from 'better-sqlite3';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { CATALOG_FORMAT, CATALOG_PAGE_BYTES, CATALOG_SCHEMA, type EntryRow, type TopRow } from './schema.ts';

/** Builds one catalog file on this computer. It is read-only from `finish` on. */

export interface CatalogMeta {
  readonly kind: 'full' | 'delta';
  /** SHA-256 (hex) of the catalog this delta follows; null for a full one. */
  readonly base: string | null;
  /** Device folder and sequence number of the snapshot. */
  readonly device: string;
  readonly seq: number;
  /** Rows of `entry` in the folded snapshot. */
  readonly rows: number;
  /** Canonical root (hex) of the folded snapshot. */
  readonly root: string;
}

export class CatalogWriter {
  readonly file: string;
  readonly #db: Database.Database;
  readonly #entry: Database.Statement;

  constructor(file: string) {
    this.file = file;
    this.#db = new Database(file);
    this.#db.pragma(`page_size = ${CATALOG_PAGE_BYTES}`);
    this.#db.pragma('journal_mode = OFF');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma('cache_size = -4096');
    this.#db.exec(CATALOG_SCHEMA);
    this.#db.exec('BEGIN');
    this.#entry = this.#db.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  }

  /** In id order: then the tree grows at its end only. */
  addEntry(row: EntryRow): void {
    const place = row.place;
    if (place === null) this.#entry.run(row.id, row.obj, row.size, null, null, null, 0, row.modified);
    else {
      this.#entry.run(
        row.id,
        row.obj,
        row.size,
        place.pack,
        place.offset,
        place.storedLength,
        place.codec,
        row.modified,
      );
    }
  }

  addRemoved(id: Buffer): void {
    this.#entry.run(id, null, 0, null, null, null, 0, 0);
  }

  finish(
    meta: CatalogMeta,
    tops: readonly TopRow[],
    packs: Iterable<{ readonly n: number; readonly hash: Buffer; readonly size: number }>,
  ): void {
    const addTop = this.#db.prepare('INSERT INTO top VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    for (const top of tops) {
      const { place } = top;
      addTop.run(
        top.name,
        top.obj,
        top.size,
        place?.pack ?? null,
        place?.offset ?? null,
        place?.storedLength ?? null,
        place?.codec ?? 0,
        top.modified,
      );
    }
    const addPack = this.#db.prepare('INSERT INTO pack VALUES (?, ?, ?)');
    for (const pack of packs) addPack.run(pack.n, pack.hash, pack.size);
    const addMeta = this.#db.prepare('INSERT INTO meta VALUES (?, ?)');
    addMeta.run('format', BigInt(CATALOG_FORMAT));
    addMeta.run('kind', meta.kind);
    if (meta.base !== null) addMeta.run('base', meta.base);
    addMeta.run('device', meta.device);
    addMeta.run('seq', BigInt(meta.seq));
    addMeta.run('rows', BigInt(meta.rows));
    addMeta.run('root', meta.root);
    this.#db.exec('COMMIT');
    // Rows added one by one leave a tenth of each page empty; a full catalog is kept for long, and twice.
    if (meta.kind === 'full') this.#db.exec('VACUUM');
    const verdict: unknown = this.#db.pragma('integrity_check', { simple: true });
    this.#db.close();
    if (verdict !== 'ok') {
      throw new BackstopError('vault/cache-failed', {
        message: `new catalog ${this.file}: ${String(verdict)}`,
        data: { path: this.file, reason: String(verdict) },
      });
    }
  }

  /** Closes without a result. */
  discard(): void {
    if (this.#db.open) this.#db.close();
  }
}
