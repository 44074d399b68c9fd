import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { type FoldedIndex, type RowChange, toPlace } from '../catalog/folded.ts';
import { CATALOG_FORMAT, type TopRow } from '../catalog/schema.ts';
import { errnoOf, readFully, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { INDEX_HEADER_BYTES, readIndexEntry } from '../pack/layout.ts';
import { readPackContents } from '../pack/read-index.ts';
import type { CatalogReference } from '../record.ts';

/**
 * Catalogs are never opened in the vault: they are copied to this computer first, which checks their hash on the way
 * and spares slow shares SQLite's small reads.
 */

const COPY_BYTES = 1024 * 1024;
const PAGE_ROWS = 1024;
const MAX_UNPACKED_BYTES = 1 << 30;

export class CatalogCopies {
  readonly #io: VaultIo;
  readonly #paths: VaultPaths;
  readonly #folder: string;

  readonly #metaPacks: () => readonly string[];

  /** `metaPacks`: names of the packs that hold catalogs, for when a catalog's own file is damaged or gone. */
  constructor(io: VaultIo, paths: VaultPaths, folder: string, metaPacks: () => readonly string[] = () => []) {
    this.#metaPacks = metaPacks;
    this.#io = io;
    this.#paths = paths;
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** A local file with exactly the catalog's bytes. Throws `vault/damaged-catalog` when the vault has no such bytes. */
  async fetch(catalog: CatalogReference, signal?: AbortSignal): Promise<string> {
    const target = join(this.#folder, `${catalog.hash}.db`);
    if (existsSync(target)) return target;
    try {
      return await this.copy(catalog, target, signal);
    } catch (error) {
      if (!isBackstopError(error, 'vault/damaged-catalog')) throw error;
      const bytes = await this.fromMetaPack(catalog);
      if (bytes === null) throw error;
      const temporary = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}`;
      await writeFile(temporary, bytes, { mode: 0o600, flag: 'wx' });
      await rename(temporary, target);
      return target;
    }
  }

  /** What this computer has kept of it, unchecked; null when it has nothing. */
  async localCopy(catalog: CatalogReference): Promise<Buffer | null> {
    const target = join(this.#folder, `${catalog.hash}.db`);
    return existsSync(target) && catalog.size <= MAX_UNPACKED_BYTES ? readFile(target) : null;
  }

  /** The catalog's bytes out of a meta pack, hash checked; null when no meta pack holds them whole. */
  async fromMetaPack(catalog: CatalogReference): Promise<Buffer | null> {
    if (catalog.size > MAX_UNPACKED_BYTES) return null;
    for (const pack of this.#metaPacks()) {
      const found = await this.#readMetaPack(pack, catalog).catch(() => null); // Another one may hold it.
      if (found !== null) return found;
    }
    return null;
  }

  async #readMetaPack(pack: string, catalog: CatalogReference): Promise<Buffer | null> {
    const path = this.#paths.pack(pack);
    const contents = await readPackContents(this.#io, path);
    if ('problem' in contents || contents.index.length === INDEX_HEADER_BYTES) return null;
    const entry = readIndexEntry(contents.index, INDEX_HEADER_BYTES);
    if (entry.hash.toString('hex') !== catalog.hash || entry.rawLength !== catalog.size) return null;
    if (entry.storedLength > MAX_UNPACKED_BYTES) return null;
    const file = await this.#io.open(path, 'read');
    try {
      const stored = Buffer.allocUnsafe(entry.storedLength);
      if ((await readFully(file, stored, entry.offset)) !== stored.length) return null;
      const raw = zstdDecompressSync(stored, { maxOutputLength: Math.max(1, entry.rawLength) });
      return createHash('sha256').update(raw).digest('hex') === catalog.hash ? raw : null;
    } finally {
      await file.close();
    }
  }

  /** As `fetch`, but always from the vault: for checks, which must not believe a cache. */
  async copy(catalog: CatalogReference, target: string, signal?: AbortSignal): Promise<string> {
    const path = this.#paths.catalog(catalog.hash);
    const damaged = (reason: string, cause?: unknown): BackstopError =>
      new BackstopError('vault/damaged-catalog', { cause, data: { path, reason } });
    const source = await this.#io.open(path, 'read').catch((error: unknown) => {
      throw errnoOf(error) === 'ENOENT' ? damaged('it is missing', error) : error;
    });
    const temporary = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    try {
      const size = await source.sizeBytes();
      if (size !== catalog.size) throw damaged(`it has ${size} bytes instead of ${catalog.size}`);
      const hash = createHash('sha256');
      const file = await open(temporary, 'wx', 0o600);
      try {
        const buffer = Buffer.allocUnsafe(COPY_BYTES);
        for (let position = 0; ; ) {
          signal?.throwIfAborted();
          const got = await source.read(buffer, position);
          if (got === 0) break;
          const part = buffer.subarray(0, got);
          hash.update(part);
          await file.writeFile(part);
          position += got;
        }
      } finally {
        await file.close();
      }
      if (hash.digest('hex') !== catalog.hash) throw damaged('its bytes do not match the SHA-256 in its name');
      await rename(temporary, target);
      return target;
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    } finally {
      await source.close();
    }
  }
}

export interface CatalogFacts {
  readonly kind: string;
  readonly base: string | null;
  readonly rows: number;
  readonly root: string;
}

/** Opens a local copy for reading and checks that it is a catalog of a format this program knows. */
export function openCatalog(
  file: string,
  path: string,
): { readonly db: Database.Database; readonly facts: CatalogFacts } {
  let db: Database.Database | null = null;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
    db.pragma('cache_size = -4096');
    // It will be written to as a copy: nothing in it may act by itself.
    const active = db.prepare("SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')").get();
    if (active !== undefined) throw new Error('it holds more than tables');
    const meta = new Map(
      db
        .prepare<[], [string, unknown]>('SELECT k, v FROM meta')
        .raw(true)
        .all()
        .map(([k, v]) => [k, v]),
    );
    if (meta.get('format') !== CATALOG_FORMAT) throw new Error(`its format is ${String(meta.get('format'))}`);
    const base = meta.get('base');
    const facts = {
      kind: String(meta.get('kind')),
      base: typeof base === 'string' ? base : null,
      rows: Number(meta.get('rows')),
      root: String(meta.get('root')),
    };
    return { db, facts };
  } catch (error) {
    db?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackstopError('vault/damaged-catalog', { cause: error, data: { path, reason } });
  }
}

/** Applies a delta catalog's local copy to a folded index, inside the caller's transaction. */
export async function applyDelta(
  index: FoldedIndex,
  file: string,
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly root: string; readonly changed: number; readonly facts: CatalogFacts }> {
  const { db, facts } = openCatalog(file, path);
  try {
    const numbers = new Map<number, number>();
    for (const [n, hash, size] of db
      .prepare<[], [number, Buffer, number]>('SELECT n, hash, size FROM pack')
      .raw(true)
      .all()) {
      numbers.set(n, index.numberOfPack(hash, size));
    }
    const translate = (n: number | null): number | null => (n === null || n === 0 ? n : (numbers.get(n) ?? null));
    const tops = db
      .prepare<[], [string, Buffer, number, number | null, number | null, number | null, number, number]>(
        'SELECT name, obj, size, pack, off, slen, flags, mtime FROM top',
      )
      .raw(true)
      .all()
      .map(
        (row): TopRow => ({
          name: row[0],
          obj: row[1],
          size: row[2],
          place: toPlace(translate(row[3]), row[4], row[5], row[6]),
          modified: row[7],
        }),
      );
    const result = await index.apply(rowsOf(db, translate), tops, signal);
    return { root: result.root.toString('hex'), changed: result.changed, facts };
  } finally {
    db.close();
  }
}

type DeltaTuple = [Buffer, Buffer | null, number, number | null, number | null, number | null, number, number];

function* rowsOf(db: Database.Database, translate: (n: number | null) => number | null): Generator<RowChange> {
  const page = db
    .prepare<[Buffer, number], DeltaTuple>(
      'SELECT id, obj, size, pack, off, slen, flags, mtime FROM entry WHERE id > ? ORDER BY id LIMIT ?',
    )
    .raw(true);
  let last: Buffer = Buffer.alloc(0);
  for (;;) {
    const rows = page.all(last, PAGE_ROWS);
    for (const [id, obj, size, pack, off, slen, flags, modified] of rows) {
      if (obj === null) yield { id, removed: true };
      else yield { id, obj, size, place: toPlace(translate(pack), off, slen, flags), modified };
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE_ROWS) return;
    last = end[0];
  }
}
