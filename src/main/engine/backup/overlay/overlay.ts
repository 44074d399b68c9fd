import { BackstopError } from '../../../../shared/errors/index.ts';
import { FOLDER_STATUS, FolderError } from '../../device/services/mobilebackup2/host-folder.ts';
import type { SnapshotView } from '../../vault/types.ts';
import type { VirtualPath } from '../paths.ts';
import { countOf, type Folder, FolderTree, foldersWithin } from './folder-tree.ts';
import { keyName, type NameKey, nameKey, shardName } from './names.ts';
import { OverlayStore, type StoredFile } from './store.ts';

/**
 * The tree of names that a phone sees and changes during one backup: the previous version and, over it, rows for what
 * was received, moved, copied and removed. No operation touches a byte of content, and none costs more than what it
 * names. Paths arrive checked. What a real folder would refuse is a `FolderError` with the status it would give.
 */

/** What the overlay needs of the previous version. */
export type BaseView = Pick<SnapshotView, 'get' | 'entries' | 'tops' | 'entryCount'>;

export interface OverlayLimits {
  readonly maxFolders: number;
  readonly maxFiles: number;
  readonly maxListing: number;
}

/** Far above any phone (about 520 folders; the largest reported backups have 2 million files). */
const DEFAULT_LIMITS: OverlayLimits = { maxFolders: 100_000, maxFiles: 5_000_000, maxListing: 1_000_000 };

export type Found =
  | { readonly kind: 'file'; readonly file: StoredFile }
  | { readonly kind: 'folder'; readonly modified: number }
  | { readonly kind: 'missing' }
  /** A part of the path on the way is a file. */
  | { readonly kind: 'through-file' };

export interface ListedItem {
  readonly name: string;
  readonly kind: 'file' | 'directory';
  readonly sizeBytes: number;
  readonly modified: number;
}

export interface OverlayOptions {
  readonly udid: string;
  /** The previous version, or null to begin with an empty folder. */
  readonly base: BaseView | null;
  /** Unix seconds: the date shown for folders of the previous version, whose own dates no vault keeps. */
  readonly baseModified?: number;
  readonly limits?: Partial<OverlayLimits>;
}

/** One thing taken from its place: a file's row, or a folder with all that is in it. */
type Taken =
  | { readonly kind: 'file'; readonly file: StoredFile }
  | { readonly kind: 'folder'; readonly folder: Folder };

interface Move {
  readonly from: VirtualPath;
  readonly to: VirtualPath;
}

export class Overlay {
  readonly #store: OverlayStore;
  readonly #tree = new FolderTree();
  readonly #base: BaseView | null;
  readonly #limits: OverlayLimits;
  readonly udid: string;
  #files = 0;
  #folders = 0;
  /** How to take back the tree's changes of the operation in progress; the rows have their savepoint. */
  #undo: Array<() => void> | null = null;

  private constructor(store: OverlayStore, options: OverlayOptions) {
    this.#store = store;
    this.udid = options.udid;
    this.#base = options.base;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  /** A new overlay in `file`. Costs one range query per shard and one row per other file of the previous version. */
  static create(file: string, options: OverlayOptions): Overlay {
    const store = OverlayStore.create(file);
    try {
      const overlay = new Overlay(store, options);
      overlay.#begin(options.baseModified ?? 0);
      return overlay;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** Takes over a store that was left behind (see `OverlayStore.openLeft`); `base` must be the version it began with. */
  static resume(store: OverlayStore, options: OverlayOptions): Overlay {
    const overlay = new Overlay(store, options);
    if (!overlay.#tree.load(store.folders())) {
      throw new BackstopError('backup/work-folder-failed', {
        data: { path: store.file, reason: 'the list of folders is damaged' },
      });
    }
    overlay.#folders = countOf(overlay.#tree.root);
    return overlay;
  }

  get store(): OverlayStore {
    return this.#store;
  }

  // --- Looking ---

  find(path: VirtualPath): Found {
    const parent = this.#tree.find(path.folder);
    if (parent === null) return this.#isThroughFile(path.folder) ? { kind: 'through-file' } : { kind: 'missing' };
    if (path.name === '') return { kind: 'folder', modified: parent.modified };
    const folder = parent.children.get(path.name);
    if (folder !== undefined) return { kind: 'folder', modified: folder.modified };
    const file = this.#fileIn(parent, nameKey(path.name));
    return file === null ? { kind: 'missing' } : { kind: 'file', file };
  }

  /** One level; a missing folder, or a file, lists as empty. Order: folders, payloads by id, other names. */
  list(path: VirtualPath): ListedItem[] {
    const folder = this.#tree.find(path.text);
    if (folder === null) return [];
    const items: ListedItem[] = [];
    for (const child of folder.children.values()) {
      items.push({ name: child.name, kind: 'directory', sizeBytes: 0, modified: child.modified });
    }
    for (const { name, file } of this.#filesOf(folder)) {
      if (items.length >= this.#limits.maxListing) throw tooMany('names in one folder', this.#limits.maxListing);
      items.push({ name: keyName(name), kind: 'file', sizeBytes: file.sizeBytes, modified: file.modified });
    }
    return items;
  }

  // --- Changing ---

  /** Throws what `putFile` would, without changing anything. */
  checkFile(path: VirtualPath): void {
    const parent = this.#tree.find(path.folder);
    if (parent === null && this.#isThroughFile(path.folder)) throw notFolder(path.folder);
    if (path.name === '' || parent?.children.has(path.name) === true) throw isFolder(path.text);
  }

  /** A complete file appears at `path`, or replaces the one there. Missing folders on the way are made. */
  putFile(path: VirtualPath, file: StoredFile): void {
    const known = this.#tree.find(path.folder);
    if (path.name === '' || known?.children.has(path.name) === true) throw isFolder(path.text);
    if (known !== null) {
      this.#putRow(known, nameKey(path.name), file);
    } else {
      this.#atomically(() => this.#putRow(this.#makeFolders(path.folder, file.modified), nameKey(path.name), file));
    }
  }

  /** With parents; existing is success. */
  makeFolder(path: VirtualPath, modified: number): void {
    if (this.#tree.find(path.text) !== null) return;
    this.#atomically(() => {
      const parent = this.#makeFolders(path.folder, modified);
      if (this.#fileIn(parent, nameKey(path.name)) !== null) {
        throw new FolderError(FOLDER_STATUS.exists, `a file has this name: ${path.text}`);
      }
      this.#makeFolder(parent, path.name, modified);
    });
  }

  /** One batch: all sources are taken from their places before anything is put anywhere; nothing or all of it. */
  move(moves: readonly Move[], modified: number): void {
    const kept = this.#checkMoves(moves);
    if (kept.length === 0) return;
    this.#atomically(() => {
      const taken = new Map<string, Taken>();
      // Deepest first: what is moved out of a folder does not move along with it.
      for (const { from } of byDepth(kept, (move) => move.from.text, -1)) taken.set(from.text, this.#take(from));
      // Shallowest first: a target below another target lands in what has just been put there.
      for (const { from, to } of byDepth(kept, (move) => move.to.text, 1)) {
        const thing = taken.get(from.text);
        if (thing !== undefined) this.#place(thing, to, modified);
      }
    });
  }

  /** Recursive. What is missing counts as removed. The root is refused. */
  remove(paths: readonly VirtualPath[]): void {
    if (paths.some((path) => path.name === '')) throw rootRefused('removed');
    if (paths.length === 0) return;
    this.#atomically(() => {
      for (const path of paths) this.#removeAt(path);
    });
  }

  /** Recursive; replaces the target whole, as a move does. */
  copy(from: VirtualPath, to: VirtualPath, modified: number): void {
    const found = this.#sourceOf(from);
    if (from.text === to.text) return;
    checkTarget(from, to);
    if (to.name === '') throw rootRefused('replaced');
    this.#atomically(() => {
      const thing: Taken =
        found.kind === 'file' ? found : { kind: 'folder', folder: this.#copyFolder(this.#folderAt(from.text), '') };
      if (thing.kind === 'file') this.#count(1);
      this.#place(thing, to, modified);
    });
  }

  commit(): void {
    this.#store.commit();
  }

  close(): void {
    this.#store.close();
  }

  // --- For the commit ---

  /** All folders below `path`, the folder itself first, with their paths. */
  *foldersBelow(
    path: string,
  ): Generator<{ readonly path: string; readonly isEmpty: boolean; readonly folder: Folder }> {
    const start = this.#tree.find(path);
    if (start === null) return;
    const waiting: Array<{ path: string; folder: Folder }> = [{ path, folder: start }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      yield { ...next, isEmpty: next.folder.children.size === 0 && this.#hasNoFile(next.folder) };
      for (const child of next.folder.children.values()) {
        waiting.push({ path: next.path === '' ? child.name : `${next.path}/${child.name}`, folder: child });
      }
    }
  }

  /** The files of a folder, the previous version's first, in no query left open between two of them. */
  *filesOf(folder: Folder): Generator<{ readonly name: NameKey; readonly file: StoredFile }> {
    yield* this.#filesOf(folder, this.#store.pages(folder.id));
  }

  folder(path: string): Folder | null {
    return this.#tree.find(path);
  }

  // --- Inside ---

  #begin(baseModified: number): void {
    const phone = this.#makeFolder(this.#tree.root, this.udid, baseModified);
    if (this.#base === null) return;
    for (let shard = 0; shard < 256 && this.#base.entryCount > 0; shard += 1) {
      if (hasAny(this.#base.entries(shard))) this.#makeFolder(phone, shardName(shard), baseModified, shard);
    }
    for (const top of this.#base.tops()) {
      const isFolderMark = top.name.endsWith('/');
      const path = `${this.udid}/${isFolderMark ? top.name.slice(0, -1) : top.name}`;
      if (isFolderMark) {
        this.#makeFolders(path, baseModified);
      } else {
        const slash = path.lastIndexOf('/');
        const parent = this.#makeFolders(path.slice(0, slash), baseModified);
        this.#putRow(parent, nameKey(path.slice(slash + 1)), {
          hash: top.hash,
          sizeBytes: top.sizeBytes,
          modified: top.modified,
        });
      }
    }
    this.#files = 0;
  }

  #fileIn(folder: Folder, key: NameKey): StoredFile | null {
    const row = this.#store.get(folder.id, key);
    if (row !== null) return row === 'removed' ? null : row;
    return this.#baseFile(folder, key);
  }

  /** What shows through from the previous version, whatever the rows say. */
  #baseFile(folder: Folder, key: NameKey): StoredFile | null {
    if (folder.shard === null || typeof key === 'string' || key[0] !== folder.shard) return null;
    const entry = this.#base?.get(key) ?? null;
    return entry === null ? null : { hash: entry.hash, sizeBytes: entry.sizeBytes, modified: entry.modified };
  }

  *#filesOf(
    folder: Folder,
    rows: Iterable<{ key: NameKey; file: StoredFile | null }> = this.#store.list(folder.id),
  ): Generator<{ readonly name: NameKey; readonly file: StoredFile }> {
    if (folder.shard === null || this.#base === null) {
      for (const { key, file } of rows) if (file !== null) yield { name: key, file };
      return;
    }
    const own = [...rows];
    const covered = new Set<string>();
    for (const { key } of own) if (typeof key !== 'string') covered.add(key.toString('latin1'));
    for (const entry of this.#base.entries(folder.shard)) {
      if (covered.size === 0 || !covered.has(entry.id.toString('latin1'))) yield { name: entry.id, file: entry };
    }
    for (const { key, file } of own) if (file !== null) yield { name: key, file };
  }

  #hasNoFile(folder: Folder): boolean {
    for (const _file of this.filesOf(folder)) return false;
    return true;
  }

  #folderAt(path: string): Folder {
    const folder = this.#tree.find(path);
    if (folder === null) throw missing(path);
    return folder;
  }

  /** On a path that leads to no folder: does a file stand in the way, where a real folder would say so? */
  #isThroughFile(path: string): boolean {
    let parent = this.#tree.root;
    for (const component of path.split('/')) {
      const child = parent.children.get(component);
      if (child === undefined) return this.#fileIn(parent, nameKey(component)) !== null;
      parent = child;
    }
    return false;
  }

  #putRow(folder: Folder, key: NameKey, file: StoredFile): void {
    this.#count(1);
    this.#store.put(folder.id, key, file);
  }

  #count(files: number): void {
    this.#files += files;
    if (this.#files > this.#limits.maxFiles) throw tooMany('files', this.#limits.maxFiles);
  }

  #makeFolders(path: string, modified: number): Folder {
    const known = this.#tree.find(path);
    if (known !== null) return known;
    let folder = this.#tree.root;
    for (const component of path.split('/')) {
      const child = folder.children.get(component);
      if (child === undefined && this.#fileIn(folder, nameKey(component)) !== null) throw notFolder(path);
      folder = child ?? this.#makeFolder(folder, component, modified);
    }
    return folder;
  }

  #makeFolder(parent: Folder, name: string, modified: number, shard: number | null = null): Folder {
    const folder = this.#newFolder(name, shard, modified);
    this.#attach(folder, parent, name);
    return folder;
  }

  #newFolder(name: string, shard: number | null, modified: number): Folder {
    this.#folders += 1;
    if (this.#folders > this.#limits.maxFolders) throw tooMany('folders', this.#limits.maxFolders);
    return this.#tree.make(name, shard, modified);
  }

  #attach(folder: Folder, parent: Folder, name: string): void {
    this.#tree.attach(folder, parent, name);
    this.#undo?.push(() => this.#tree.detach(folder));
    this.#store.putFolder({ id: folder.id, parent: parent.id, name, shard: folder.shard, modified: folder.modified });
  }

  #detach(folder: Folder): void {
    const { parent, name } = folder;
    this.#tree.detach(folder);
    if (parent !== null) this.#undo?.push(() => this.#tree.attach(folder, parent, name));
  }

  /** Every failure that needs no write is found here, before the first write. */
  #checkMoves(moves: readonly Move[]): Move[] {
    const kept: Move[] = [];
    const sources = new Set<string>();
    const targets = new Set<string>();
    for (const move of moves) {
      const { from, to } = move;
      if (from.name === '' || to.name === '') throw rootRefused('moved');
      this.#sourceOf(from);
      if (sources.has(from.text) || targets.has(to.text)) {
        throw new FolderError(FOLDER_STATUS.other, `named twice in one batch: ${from.text} → ${to.text}`);
      }
      sources.add(from.text);
      targets.add(to.text);
      if (from.text === to.text) continue;
      checkTarget(from, to);
      kept.push(move);
    }
    return kept;
  }

  #sourceOf(path: VirtualPath): Exclude<Found, { kind: 'missing' | 'through-file' }> {
    const found = this.find(path);
    if (found.kind === 'missing') throw missing(path.text);
    if (found.kind === 'through-file') throw notFolder(path.text);
    return found;
  }

  #take(path: VirtualPath): Taken {
    const folder = this.#tree.find(path.text);
    if (folder !== null) {
      this.#detach(folder);
      return { kind: 'folder', folder };
    }
    const file = this.#takeFile(this.#folderAt(path.folder), nameKey(path.name));
    if (file === null) throw missing(path.text);
    return { kind: 'file', file };
  }

  #takeFile(folder: Folder, key: NameKey): StoredFile | null {
    const row = this.#store.take(folder.id, key);
    const shown = folder.shard === null || row === 'removed' ? null : this.#baseFile(folder, key);
    if (shown !== null || row === 'removed') this.#store.putTombstone(folder.id, key);
    return row === 'removed' ? null : (row ?? shown);
  }

  #place(thing: Taken, to: VirtualPath, modified: number): void {
    const parent = this.#makeFolders(to.folder, modified);
    const standing = parent.children.get(to.name);
    if (standing !== undefined) this.#removeFolder(standing);
    const key = nameKey(to.name);
    if (thing.kind === 'file') {
      this.#store.put(parent.id, key, thing.file);
    } else {
      this.#takeFile(parent, key);
      this.#attach(thing.folder, parent, to.name);
    }
  }

  #removeAt(path: VirtualPath): void {
    const folder = this.#tree.find(path.text);
    const parent = this.#tree.find(path.folder);
    if (folder !== null) this.#removeFolder(folder);
    else if (parent !== null) this.#takeFile(parent, nameKey(path.name));
  }

  #removeFolder(folder: Folder): void {
    this.#detach(folder);
    for (const gone of foldersWithin(folder)) {
      this.#folders -= 1;
      this.#store.clear(gone.id);
      this.#store.dropFolder(gone.id);
    }
  }

  /** A copy that hangs nowhere yet. What shows through from the previous version shows through the copy too. */
  #copyFolder(source: Folder, name: string): Folder {
    const copy = this.#newFolder(name, source.shard, source.modified);
    this.#count(this.#store.copy(copy.id, source.id));
    for (const child of source.children.values()) {
      this.#attach(this.#copyFolder(child, child.name), copy, child.name);
    }
    return copy;
  }

  /** Rows and tree change together or not at all. */
  #atomically(work: () => void): void {
    const undo: Array<() => void> = [];
    const [filesBefore, foldersBefore] = [this.#files, this.#folders];
    this.#undo = undo;
    try {
      this.#store.atomically(work);
    } catch (error) {
      this.#undo = null;
      for (const step of undo.reverse()) step();
      this.#files = filesBefore;
      this.#folders = foldersBefore;
      throw error;
    } finally {
      this.#undo = null;
    }
  }
}

function checkTarget(from: VirtualPath, to: VirtualPath): void {
  if (from.text === '' || to.text.startsWith(`${from.text}/`)) {
    throw new FolderError(FOLDER_STATUS.other, `the target lies inside the source: ${from.text} → ${to.text}`);
  }
}

/** By number of components; a batch on one level, the usual one, keeps its order and costs no sort. */
function byDepth<T>(items: readonly T[], pathOf: (item: T) => string, direction: 1 | -1): readonly T[] {
  const depths = items.map((item) => ({ item, depth: depthOf(pathOf(item)) }));
  if (depths.every(({ depth }) => depth === depths[0]?.depth)) return items;
  return depths.sort((a, b) => direction * (a.depth - b.depth)).map(({ item }) => item);
}

function depthOf(path: string): number {
  let depth = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth += 1;
  return depth;
}

function hasAny(rows: Iterable<unknown>): boolean {
  for (const _row of rows) return true;
  return false;
}

function missing(path: string): FolderError {
  return new FolderError(FOLDER_STATUS.notFound, `no such file or folder: ${path}`);
}

function notFolder(path: string): FolderError {
  return new FolderError(FOLDER_STATUS.notDirectory, `a part of the path is a file: ${path}`);
}

function isFolder(path: string): FolderError {
  return new FolderError(FOLDER_STATUS.isDirectory, `is a folder: ${path}`);
}

function rootRefused(verb: string): FolderError {
  return new FolderError(FOLDER_STATUS.other, `the backup root cannot be ${verb}`);
}

function tooMany(what: string, limit: number): BackstopError {
  return new BackstopError('backup/too-many-items', { data: { what, limit } });
}
