import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { type CatalogCopies, openCatalog } from '../cache/catalog-copies.ts';
import { foldCatalogs } from '../cache/fold.ts';
import { makeLocalFolder, removeLocal } from '../cache/local-files.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { type FoldedIndex, type PackUse, Slicer } from '../catalog/folded.ts';
import { EMPTY_HASH, type EntryRow, SINGLE_OBJECT, type TopRow } from '../catalog/schema.ts';
import type { Moves } from '../collect/gc-files.ts';
import type { VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { INDEX_ENTRY_BYTES, INDEX_HEADER_BYTES, type IndexEntry, readIndexEntry } from '../pack/layout.ts';
import { readPackContents } from '../pack/read-index.ts';
import type { CatalogReference } from '../record.ts';
import type { Snapshot } from '../types.ts';

/** Is everything of a version there? From the vault's own bytes; no cache is believed. */

export interface StructureProblem {
  readonly kind: 'catalog' | 'pack' | 'missing-object' | 'record';
  readonly snapshot: string;
  /** Id of the row (hex) or the name of a top file; null when no single file is concerned. */
  readonly fileId: string | null;
  readonly path: string | null;
  /** SHA-256 of the object, pack or catalog. */
  readonly object: string;
  readonly detail: string;
}

export interface StructureReport {
  readonly ok: boolean;
  /** Rows whose object is there at its size. */
  readonly present: number;
  readonly rows: number;
  readonly problems: readonly StructureProblem[];
  /** Problems beyond those listed. */
  readonly moreProblems: number;
}

export interface StructureOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneRows: number, totalRows: number) => void) | undefined;
  readonly maxProblems?: number;
}

export interface StructureContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly copies: CatalogCopies;
  readonly index: ObjectIndex;
  /** Packs that were written anew: a list may still name the old ones. */
  readonly moves: Moves;
  readonly workFolder: string;
}

const DEFAULT_MAX_PROBLEMS = 1000;

export async function checkStructure(
  context: StructureContext,
  snapshot: Snapshot,
  options: StructureOptions,
): Promise<StructureReport> {
  const folder = join(context.workFolder, randomUUID());
  makeLocalFolder(folder);
  const check = new StructureCheck(context, snapshot, options);
  let folded: FoldedIndex | null = null;
  try {
    folded = await foldCatalogs(
      snapshot,
      join(folder, 'folded.db'),
      (catalog) => check.copyCatalog(catalog, folder),
      options.signal,
    );
    await check.rows(folded);
  } catch (error) {
    if (!isBackstopError(error, 'vault/damaged-catalog')) throw error;
    const { path, reason } = error.data;
    check.add({ kind: 'catalog', fileId: null, path: String(path), object: check.lastCatalog, detail: String(reason) });
  } finally {
    folded?.close();
    removeLocal(folder);
  }
  return check.report();
}

class StructureCheck {
  readonly #context: StructureContext;
  readonly #snapshot: Snapshot;
  readonly #options: StructureOptions;
  readonly #problems: StructureProblem[] = [];
  readonly #sound = new Map<string, boolean>();
  /** By their numbers: packs that are not what they should be, and that nothing was missed for yet. */
  readonly #badPacks = new Map<number, Omit<StructureProblem, 'snapshot'>>();
  #more = 0;
  #present = 0;
  #rows = 0;
  lastCatalog = '';

  constructor(context: StructureContext, snapshot: Snapshot, options: StructureOptions) {
    this.#context = context;
    this.#snapshot = snapshot;
    this.#options = options;
  }

  add(problem: Omit<StructureProblem, 'snapshot'>): void {
    if (this.#problems.length >= (this.#options.maxProblems ?? DEFAULT_MAX_PROBLEMS)) this.#more += 1;
    else this.#problems.push({ ...problem, snapshot: this.#snapshot.id });
  }

  report(): StructureReport {
    return {
      ok: this.#problems.length === 0,
      present: this.#present,
      rows: this.#rows,
      problems: this.#problems,
      moreProblems: this.#more,
    };
  }

  /** Straight from the vault, hash and size checked on the way, then SQLite's own check. */
  async copyCatalog(catalog: CatalogReference, folder: string): Promise<string> {
    this.lastCatalog = catalog.hash;
    const file = await this.#context.copies.copy(catalog, join(folder, `${catalog.hash}.db`), this.#options.signal);
    const { db } = openCatalog(file, catalog.hash);
    try {
      const verdict: unknown = db.pragma('integrity_check', { simple: true });
      if (verdict !== 'ok') {
        throw new BackstopError('vault/damaged-catalog', { data: { path: catalog.hash, reason: String(verdict) } });
      }
    } finally {
      db.close();
    }
    return file;
  }

  /** Every row's object in an index of a pack or as a file of its own, at its size. */
  async rows(folded: FoldedIndex): Promise<void> {
    const { record } = this.#snapshot;
    this.#rows = folded.rows;
    if (folded.rows !== record.files || folded.bytes !== record.bytes) {
      const detail = `its record says ${record.files} files and ${record.bytes} bytes, its catalogs ${folded.rows} and ${folded.bytes}`;
      this.add({ kind: 'record', fileId: null, path: this.#snapshot.file, object: this.#snapshot.id, detail });
    }
    const packs = new Map(folded.packs().map((pack) => [pack.n, pack]));
    const singles = new Map<string, number | null>();
    let current: { readonly n: number; readonly index: Buffer | null } = { n: -1, index: null };
    let done = 0;
    const slicer = new Slicer(this.#options.signal);
    for (const row of this.#everything(folded)) {
      const place = row.place;
      if (place === null) {
        if (row.size === 0 && row.obj.equals(EMPTY_HASH)) this.#present += row.isTop ? 0 : 1;
        else this.#missing(row, 'its row names no place');
      } else if (place.pack === SINGLE_OBJECT) {
        await this.#checkSingle(row, singles);
      } else {
        if (current.n !== place.pack) current = { n: place.pack, index: await this.#openPack(packs.get(place.pack)) };
        await this.#checkPacked(row, current.index);
      }
      done += 1;
      if (done % 1000 === 0) this.#options.onProgress?.(done, folded.rows);
      await slicer.breathe();
    }
    this.#options.onProgress?.(folded.rows, folded.rows);
  }

  *#everything(folded: FoldedIndex): Generator<(EntryRow | TopRow) & { readonly isTop: boolean }> {
    for (const top of folded.tops()) yield { ...top, isTop: true };
    for (const entry of folded.entriesInStoredOrder()) yield { ...entry, isTop: false };
  }

  async #openPack(pack: PackUse | undefined): Promise<Buffer | null> {
    if (pack === undefined) return null;
    const { io, paths } = this.#context;
    const name = pack.hash.toString('hex');
    const path = paths.pack(name);
    const facts = await io.stat(path);
    // Named when something in it is missed: what all lies elsewhere too, after a repair for example, harms nobody.
    const bad = (detail: string): null => {
      this.#badPacks.set(pack.n, { kind: 'pack', fileId: null, path, object: name, detail });
      return null;
    };
    if (facts === null) {
      const { moves, index } = this.#context;
      return moves.standFor(name, (pack) => index.pack(pack) !== null) === null ? bad('it is missing') : null;
    }
    if (facts.sizeBytes !== pack.size) return bad(`it has ${facts.sizeBytes} bytes instead of ${pack.size}`);
    const contents = await readPackContents(io, path);
    if ('problem' in contents) return bad(contents.problem);
    return contents.index;
  }

  async #checkPacked(row: (EntryRow | TopRow) & { readonly isTop: boolean }, index: Buffer | null): Promise<void> {
    const found = index === null ? null : search(index, row.obj);
    if (found !== null && found.rawLength === row.size) {
      this.#present += row.isTop ? 0 : 1;
      return;
    }
    // The hint is stale or its pack is damaged: any other copy will do.
    for (const place of this.#context.index.find(row.obj)) {
      if (place.rawLength !== row.size) continue;
      const facts = await this.#context.io.stat(this.#context.paths.pack(place.pack.hash));
      if (facts?.sizeBytes === place.pack.sizeBytes && (await this.#isSound(place.pack.hash))) {
        this.#present += row.isTop ? 0 : 1;
        return;
      }
    }
    const single = await this.#context.io.stat(this.#context.paths.object(row.obj.toString('hex')));
    if (single?.sizeBytes === row.size) this.#present += row.isTop ? 0 : 1;
    else this.#missing(row, 'no pack holds its object');
  }

  async #isSound(pack: string): Promise<boolean> {
    let isSound = this.#sound.get(pack);
    if (isSound === undefined) {
      isSound = !('problem' in (await readPackContents(this.#context.io, this.#context.paths.pack(pack))));
      this.#sound.set(pack, isSound);
    }
    return isSound;
  }

  async #checkSingle(
    row: (EntryRow | TopRow) & { readonly isTop: boolean },
    singles: Map<string, number | null>,
  ): Promise<void> {
    const name = row.obj.toString('hex');
    let size = singles.get(name);
    if (size === undefined) {
      const facts = await this.#context.io.stat(this.#context.paths.object(name));
      size = facts?.sizeBytes ?? null;
      singles.set(name, size);
    }
    if (size === row.size) this.#present += row.isTop ? 0 : 1;
    else if (this.#context.index.find(row.obj).some((place) => place.rawLength === row.size))
      await this.#checkPacked(row, null);
    else
      this.#missing(
        row,
        size === null ? 'its object is missing' : `its object has ${size} bytes instead of ${row.size}`,
      );
  }

  #missing(row: EntryRow | TopRow, detail: string): void {
    const isTop = 'name' in row;
    const pack = row.place === null ? undefined : this.#badPacks.get(row.place.pack);
    if (pack !== undefined && row.place !== null) {
      this.#badPacks.delete(row.place.pack);
      this.add(pack);
    }
    this.add({
      kind: 'missing-object',
      fileId: isTop ? null : row.id.toString('hex'),
      path: isTop ? row.name : null,
      object: row.obj.toString('hex'),
      detail,
    });
  }
}

/** Binary search: a pack's index is sorted by hash. */
function search(index: Buffer, hash: Buffer): IndexEntry | null {
  let low = 0;
  let high = (index.length - INDEX_HEADER_BYTES) / INDEX_ENTRY_BYTES - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = INDEX_HEADER_BYTES + middle * INDEX_ENTRY_BYTES;
    const order = index.compare(hash, 0, 32, at, at + 32);
    if (order === 0) return readIndexEntry(index, at);
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}
