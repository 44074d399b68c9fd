import { BackstopError } from '../../../../shared/errors/index.ts';
import { FOLDER_STATUS, FolderError } from '../../device/index.ts';
import type { EntryName, SnapshotView } from '../../vault/types.ts';
import { type Folder, FolderTree, foldersWithin } from './folder-tree.ts';
import { type NameKey, nameKey } from './names.ts';
import { PayloadTable, REMOVED, type Row, type StoredFile } from './payload-table.ts';

/** What the overlay needs of the previous version. */
export type BaseView = Pick<SnapshotView, 'get' | 'entries' | 'shards' | 'names' | 'tops' | 'entryCount'>;

export interface OverlayLimits {
  readonly maxFolders: number;
  /** Files received or copied in one run. */
  readonly maxFiles: number;
  /** Names that are no file ids; a backup has about four. */
  readonly maxOtherNames: number;
  readonly maxListing: number;
}

/** Far above any phone (about 520 folders; the largest reported backups have 2 million files). */
export const DEFAULT_LIMITS: OverlayLimits = {
  maxFolders: 100_000,
  maxFiles: 5_000_000,
  maxOtherNames: 200_000,
  maxListing: 1_000_000,
};

export interface FolderItem {
  readonly key: NameKey;
  readonly file: StoredFile;
}

/**
 * The state under the overlay's operations: folders, the files in them, and what shows through from the previous
 * version. Each primitive change can be taken back, so that a request happens whole or not at all.
 */
export class Contents {
  readonly tree = new FolderTree();
  readonly #table = new PayloadTable();
  readonly #base: BaseView | null;
  readonly #limits: OverlayLimits;
  #ahead: { readonly shard: number; readonly names: readonly EntryName[] } | null = null;
  #undo: Array<() => void> | null = null;
  #files = 0;
  #otherNames = 0;
  #folders = 0;

  constructor(base: BaseView | null, limits: OverlayLimits) {
    this.#base = base;
    this.#limits = limits;
  }

  get table(): PayloadTable {
    return this.#table;
  }

  // --- Looking ---

  fileIn(folder: Folder, key: NameKey): StoredFile | null {
    if (typeof key === 'string') return folder.files.get(key) ?? null;
    const row = this.#table.find(folder.id, key);
    if (row === 0) return this.#shownThrough(folder, key);
    const value = this.#table.read(row);
    return value === REMOVED ? null : value;
  }

  /** Was it received or moved here in this run? */
  hasRow(folder: Folder, id: Buffer): boolean {
    return this.#table.find(folder.id, id) !== 0;
  }

  /** All files of a folder. The previous version's come first, in the order of their ids. */
  *filesOf(folder: Folder): Generator<FolderItem> {
    if (folder.shard !== null && this.#base !== null) {
      const untouched = this.#table.isEmpty(folder.id);
      for (const entry of this.#base.entries(folder.shard)) {
        if (untouched || this.#table.find(folder.id, entry.id) === 0) yield { key: entry.id, file: entry };
      }
    }
    for (const row of this.#table.rowsOf(folder.id)) {
      const value = this.#table.read(row);
      if (value !== REMOVED) yield { key: this.#table.id(row), file: value };
    }
    for (const [name, file] of folder.files) yield { key: name, file };
  }

  /** As `filesOf`, as far as a listing shows it. */
  *namesOf(folder: Folder): Generator<EntryName> {
    const rows = this.#table.rowsOf(folder.id);
    if (folder.shard !== null && this.#base !== null) {
      const hidden = new Set(rows.map((row) => this.#table.name(row)));
      for (const entry of this.#baseNames(this.#base, folder.shard)) if (!hidden.has(entry.name)) yield entry;
    }
    for (const row of rows) {
      const shown = this.#table.readName(row);
      if (shown !== null) yield shown;
    }
    for (const [name, { sizeBytes, modified }] of folder.files) yield { name, sizeBytes, modified };
  }

  /** Gets the names of the next folder of the previous version at hand: whoever lists one lists them all, in order. */
  readAhead(folder: Folder): void {
    const next = folder.shard === null ? 256 : folder.shard + 1;
    if (next < 256 && this.#base !== null) this.#ahead = { shard: next, names: [...this.#base.names(next)] };
  }

  isEmpty(folder: Folder): boolean {
    if (folder.children.size > 0 || folder.files.size > 0) return false;
    const isUntouched = this.#table.isEmpty(folder.id);
    // Such a folder is only made for what the previous version has in it.
    if (isUntouched && folder.shard !== null) return false;
    if (!isUntouched && this.#table.rowsOf(folder.id).some((row) => !this.#table.isRemoved(row))) return false;
    for (const _item of this.filesOf(folder)) return false;
    return true;
  }

  /** On a path that leads to no folder: does a file stand in the way, where a real folder would say so? */
  isThroughFile(path: string): boolean {
    let parent = this.tree.root;
    for (const component of path.split('/')) {
      const child = parent.children.get(component);
      if (child === undefined) return this.fileIn(parent, nameKey(component)) !== null;
      parent = child;
    }
    return false;
  }

  // --- Changing ---

  /** All of `work` or, when it throws, nothing of it. */
  atomically(work: () => void): void {
    this.attempt(() => {
      work();
      return true;
    });
  }

  /** All of `work` or, when it throws or answers false, nothing of it. */
  attempt(work: () => boolean): boolean {
    const undo: Array<() => void> = [];
    this.#undo = undo;
    let done = false;
    try {
      done = work();
    } finally {
      this.#undo = null;
      if (!done) for (const step of undo.reverse()) step();
    }
    return done;
  }

  /** Counts a file against the run's limit. */
  countFiles(count: number): void {
    this.#files += count;
    if (this.#files > this.#limits.maxFiles) throw tooMany('files', this.#limits.maxFiles);
  }

  putFile(folder: Folder, key: NameKey, file: StoredFile): void {
    if (typeof key === 'string') this.#setName(folder, key, file);
    else this.#setRow(folder, key, file);
  }

  /** Takes a file from its place; null when there is none. */
  takeFile(folder: Folder, key: NameKey): StoredFile | null {
    const file = this.fileIn(folder, key);
    if (file === null) return null;
    if (typeof key === 'string') this.#setName(folder, key, null);
    else this.#setRow(folder, key, this.#shownThrough(folder, key) === null ? null : REMOVED);
    return file;
  }

  /**
   * The usual move of one payload, without copying its row. Answers false, with nothing changed, when it is not that
   * simple: nothing there that was received in this run, or something in the target's place.
   */
  moveRow(from: Folder, to: Folder, id: Buffer): boolean {
    const row = this.#table.find(from.id, id);
    if (row === 0 || this.#table.isRemoved(row) || this.#shownThrough(from, id) !== null) return false;
    if (this.#table.find(to.id, id) !== 0) return false;
    this.#table.move(row, to.id);
    this.#undo?.push(() => this.#table.move(row, from.id));
    return true;
  }

  makeFolders(path: string, modified: number): Folder {
    const known = this.tree.find(path);
    if (known !== null) return known;
    let folder = this.tree.root;
    for (const component of path.split('/')) {
      const child = folder.children.get(component);
      if (child === undefined && this.fileIn(folder, nameKey(component)) !== null) throw notFolder(path);
      folder = child ?? this.makeFolder(folder, component, modified);
    }
    return folder;
  }

  makeFolder(parent: Folder, name: string, modified: number, shard: number | null = null): Folder {
    const folder = this.#newFolder(name, shard, modified);
    this.attach(folder, parent, name);
    return folder;
  }

  attach(folder: Folder, parent: Folder, name: string): void {
    this.tree.attach(folder, parent, name);
    this.#undo?.push(() => this.tree.detach(folder));
  }

  detach(folder: Folder): void {
    const { parent, name } = folder;
    this.tree.detach(folder);
    if (parent !== null) this.#undo?.push(() => this.tree.attach(folder, parent, name));
  }

  removeFolder(folder: Folder): void {
    this.detach(folder);
    for (const gone of foldersWithin(folder)) {
      this.#folders -= 1;
      this.#undo?.push(() => {
        this.#folders += 1;
      });
      for (const row of this.#table.rowsOf(gone.id)) this.#setRow(gone, this.#table.id(row), null);
      for (const name of [...gone.files.keys()]) this.#setName(gone, name, null);
    }
  }

  /** A copy that hangs nowhere yet. What shows through from the previous version shows through the copy too. */
  copyFolder(source: Folder, name: string): Folder {
    const copy = this.#newFolder(name, source.shard, source.modified);
    for (const row of this.#table.rowsOf(source.id)) {
      this.countFiles(1);
      this.#setRow(copy, this.#table.id(row), this.#table.read(row));
    }
    for (const [key, file] of source.files) this.#setName(copy, key, file);
    for (const child of source.children.values()) this.attach(this.copyFolder(child, child.name), copy, child.name);
    return copy;
  }

  // --- Inside ---

  #baseNames(base: BaseView, shard: number): Iterable<EntryName> {
    const ahead = this.#ahead;
    this.#ahead = null;
    return ahead?.shard === shard ? ahead.names : base.names(shard);
  }

  /** What the previous version has there, whatever the rows say. */
  #shownThrough(folder: Folder, id: Buffer): StoredFile | null {
    if (folder.shard === null || id[0] !== folder.shard) return null;
    const entry = this.#base?.get(id) ?? null;
    return entry === null ? null : { hash: entry.hash, sizeBytes: entry.sizeBytes, modified: entry.modified };
  }

  #newFolder(name: string, shard: number | null, modified: number): Folder {
    this.#folders += 1;
    this.#undo?.push(() => {
      this.#folders -= 1;
    });
    if (this.#folders > this.#limits.maxFolders) throw tooMany('folders', this.#limits.maxFolders);
    return this.tree.make(name, shard, modified);
  }

  #setRow(folder: Folder, id: Buffer, value: StoredFile | typeof REMOVED | null): void {
    const row = this.#table.find(folder.id, id);
    if (this.#undo !== null) {
      const before = row === 0 ? null : this.#table.read(row);
      this.#undo.push(() => this.#writeRow(folder.id, id, this.#table.find(folder.id, id), before));
    }
    this.#writeRow(folder.id, id, row, value);
  }

  #writeRow(folder: number, id: Buffer, row: Row, value: StoredFile | typeof REMOVED | null): void {
    if (value !== null) this.#table.put(folder, id, value);
    else if (row !== 0) this.#table.delete(row);
  }

  #setName(folder: Folder, name: string, file: StoredFile | null): void {
    const before = folder.files.get(name) ?? null;
    this.#undo?.push(() => this.#writeName(folder, name, before));
    this.#writeName(folder, name, file);
    if (this.#otherNames > this.#limits.maxOtherNames) throw tooMany('special names', this.#limits.maxOtherNames);
  }

  #writeName(folder: Folder, name: string, file: StoredFile | null): void {
    const had = folder.files.size;
    if (file === null) folder.files.delete(name);
    else folder.files.set(name, file);
    this.#otherNames += folder.files.size - had;
  }
}

export function notFolder(path: string): FolderError {
  return new FolderError(FOLDER_STATUS.notDirectory, `a part of the path is a file: ${path}`);
}

export function tooMany(what: string, limit: number): BackstopError {
  return new BackstopError('backup/too-many-items', { data: { what, limit } });
}
