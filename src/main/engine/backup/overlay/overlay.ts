import { FOLDER_STATUS, FolderError } from '../../device/index.ts';
import type { VirtualPath } from '../paths.ts';
import { type BaseView, Contents, DEFAULT_LIMITS, notFolder, type OverlayLimits, tooMany } from './contents.ts';
import type { Folder } from './folder-tree.ts';
import { FILE_ID_LENGTH, isFileId, nameKey, shardName } from './names.ts';
import type { StoredFile } from './payload-table.ts';

export type Found =
  | { readonly kind: 'file'; readonly file: StoredFile }
  | { readonly kind: 'folder' }
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

export interface Move {
  readonly from: VirtualPath;
  readonly to: VirtualPath;
}

/** One thing taken from its place: a file, or a folder with all that is in it. */
type Taken =
  | { readonly kind: 'file'; readonly file: StoredFile }
  | { readonly kind: 'folder'; readonly folder: Folder };

/**
 * The tree of names that a phone sees and changes during one backup: the previous version and, over it, what was
 * received, moved, copied and removed. No operation touches a byte of content, and none costs more than what it names.
 * Paths arrive checked. What a real folder would refuse is a `FolderError` with the status it would give.
 *
 * It lives in memory only: whatever happens before the phone's last word throws it away anyway. After that word, what
 * has to be committed is written down at once (see the session's journal).
 */
export class Overlay {
  readonly udid: string;
  readonly contents: Contents;
  readonly #limits: OverlayLimits;

  /** Costs one look-up per shard and one entry per other file of the previous version. */
  constructor(options: OverlayOptions) {
    this.udid = options.udid;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.contents = new Contents(options.base, this.#limits);
    this.#begin(options.base, options.baseModified ?? 0);
  }

  /** The path of a payload in a folder that was walked before: checked by being known. Null for any other. */
  quickPath(raw: string): VirtualPath | null {
    const slash = raw.lastIndexOf('/');
    if (slash < 0 || raw.length - slash !== FILE_ID_LENGTH + 1) return null;
    const folder = raw.slice(0, slash);
    const name = raw.slice(slash + 1);
    return this.contents.tree.known(folder) !== undefined && isFileId(name) ? { text: raw, folder, name } : null;
  }

  find(path: VirtualPath): Found {
    const parent = this.contents.tree.find(path.folder);
    if (parent === null) return { kind: this.contents.isThroughFile(path.folder) ? 'through-file' : 'missing' };
    if (path.name === '' || parent.children.has(path.name)) return { kind: 'folder' };
    const file = this.contents.fileIn(parent, nameKey(path.name));
    return file === null ? { kind: 'missing' } : { kind: 'file', file };
  }

  /** One level; a missing folder, or a file, lists as empty. */
  list(path: VirtualPath): ListedItem[] {
    const folder = this.contents.tree.find(path.text);
    if (folder === null) return [];
    const items: ListedItem[] = [];
    for (const { name, modified } of folder.children.values()) {
      items.push({ name, kind: 'directory', sizeBytes: 0, modified });
    }
    for (const { name, sizeBytes, modified } of this.contents.namesOf(folder)) {
      if (items.length >= this.#limits.maxListing) throw tooMany('names in one folder', this.#limits.maxListing);
      items.push({ name, kind: 'file', sizeBytes, modified });
    }
    return items;
  }

  /** To be called when there is time, after a `list`: the next one will cost less. */
  readAhead(path: VirtualPath): void {
    const folder = this.contents.tree.find(path.text);
    if (folder !== null) this.contents.readAhead(folder);
  }

  /** Throws what `putFile` would, without changing anything. */
  checkFile(path: VirtualPath): void {
    const parent = this.contents.tree.find(path.folder);
    if (parent === null && this.contents.isThroughFile(path.folder)) throw notFolder(path.folder);
    if (path.name === '' || parent?.children.has(path.name) === true) throw isFolder(path.text);
  }

  /** A complete file appears at `path`, or replaces the one there. Missing folders on the way are made. */
  putFile(path: VirtualPath, file: StoredFile): void {
    const known = this.contents.tree.find(path.folder);
    if (path.name === '' || known?.children.has(path.name) === true) throw isFolder(path.text);
    this.contents.countFiles(1);
    if (known !== null) {
      this.contents.putFile(known, nameKey(path.name), file);
      return;
    }
    this.contents.atomically(() => {
      this.contents.putFile(this.contents.makeFolders(path.folder, file.modified), nameKey(path.name), file);
    });
  }

  /** With parents; existing is success. */
  makeFolder(path: VirtualPath, modified: number): void {
    if (this.contents.tree.find(path.text) !== null) return;
    this.contents.atomically(() => {
      const parent = this.contents.makeFolders(path.folder, modified);
      if (this.contents.fileIn(parent, nameKey(path.name)) !== null) {
        throw new FolderError(FOLDER_STATUS.exists, `a file has this name: ${path.text}`);
      }
      this.contents.makeFolder(parent, path.name, modified);
    });
  }

  /** One batch: all sources are taken from their places before anything is put anywhere; nothing or all of it. */
  move(moves: readonly Move[], modified: number): void {
    if (this.#moveRows(moves)) return;
    const kept = this.#checkMoves(moves);
    this.contents.atomically(() => {
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
    for (const path of paths) {
      const folder = this.contents.tree.find(path.text);
      const parent = this.contents.tree.find(path.folder);
      if (folder !== null) this.contents.removeFolder(folder);
      else if (parent !== null) this.contents.takeFile(parent, nameKey(path.name));
    }
  }

  /** Recursive; replaces the target whole, as a move does. */
  copy(from: VirtualPath, to: VirtualPath, modified: number): void {
    const found = this.#sourceOf(from);
    if (from.text === to.text) return;
    checkTarget(from, to);
    if (to.name === '') throw rootRefused('replaced');
    this.contents.atomically(() => {
      if (found.kind === 'file') this.contents.countFiles(1);
      const thing: Taken =
        found.kind === 'file'
          ? found
          : { kind: 'folder', folder: this.contents.copyFolder(this.#folderAt(from.text), '') };
      this.#place(thing, to, modified);
    });
  }

  /** Gives its memory back. Nothing may be asked afterwards. */
  release(): void {
    this.contents.table.release();
  }

  #begin(base: BaseView | null, modified: number): void {
    const phone = this.contents.makeFolder(this.contents.tree.root, this.udid, modified);
    if (base === null) return;
    for (const shard of base.shards()) this.contents.makeFolder(phone, shardName(shard), modified, shard);
    for (const { name, hash, sizeBytes, modified: received } of base.tops()) {
      const path = `${this.udid}/${name}`;
      const slash = path.lastIndexOf('/');
      const folder = this.contents.makeFolders(path.slice(0, slash), modified);
      const file = path.slice(slash + 1);
      if (file !== '') this.contents.putFile(folder, nameKey(file), { hash, sizeBytes, modified: received });
    }
  }

  /** What a phone does with every file it has sent: `Snapshot/xx/<id>` to `xx/<id>`. False: nothing done, not that. */
  #moveRows(moves: readonly Move[]): boolean {
    const rows: Array<{ from: Folder; to: Folder; id: Buffer }> = [];
    for (const { from, to } of moves) {
      const key = nameKey(from.name);
      const source = this.contents.tree.find(from.folder);
      const target = this.contents.tree.find(to.folder);
      if (typeof key === 'string' || from.name !== to.name || source === null || target === null) return false;
      if (source === target || source.children.has(from.name) || target.children.has(to.name)) return false;
      rows.push({ from: source, to: target, id: key });
    }
    // All sources are looked up before the first move: one that only a move of this batch makes does not count.
    if (rows.some(({ from, id }) => !this.contents.hasRow(from, id))) return false;
    return this.contents.attempt(() => rows.every(({ from, to, id }) => this.contents.moveRow(from, to, id)));
  }

  /** Every failure that needs no change is found here, before the first change. */
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

  #sourceOf(path: VirtualPath): Extract<Found, { kind: 'file' | 'folder' }> {
    const found = this.find(path);
    if (found.kind === 'missing') throw missing(path.text);
    if (found.kind === 'through-file') throw notFolder(path.text);
    return found;
  }

  #folderAt(path: string): Folder {
    const folder = this.contents.tree.find(path);
    if (folder === null) throw missing(path);
    return folder;
  }

  #take(path: VirtualPath): Taken {
    const folder = this.contents.tree.find(path.text);
    if (folder !== null) {
      this.contents.detach(folder);
      return { kind: 'folder', folder };
    }
    const file = this.contents.takeFile(this.#folderAt(path.folder), nameKey(path.name));
    if (file === null) throw missing(path.text);
    return { kind: 'file', file };
  }

  #place(thing: Taken, to: VirtualPath, modified: number): void {
    const parent = this.contents.makeFolders(to.folder, modified);
    const standing = parent.children.get(to.name);
    if (standing !== undefined) this.contents.removeFolder(standing);
    if (thing.kind === 'file') {
      this.contents.putFile(parent, nameKey(to.name), thing.file);
    } else {
      this.contents.takeFile(parent, nameKey(to.name));
      this.contents.attach(thing.folder, parent, to.name);
    }
  }
}

function checkTarget(from: VirtualPath, to: VirtualPath): void {
  if (from.text === '' || to.text.startsWith(`${from.text}/`)) {
    throw new FolderError(FOLDER_STATUS.other, `the target lies inside the source: ${from.text} → ${to.text}`);
  }
}

/** By number of components; a batch on one level keeps its order. */
function byDepth<T>(items: readonly T[], pathOf: (item: T) => string, direction: 1 | -1): readonly T[] {
  return items
    .map((item) => ({ item, depth: pathOf(item).split('/').length }))
    .sort((a, b) => direction * (a.depth - b.depth))
    .map(({ item }) => item);
}

function missing(path: string): FolderError {
  return new FolderError(FOLDER_STATUS.notFound, `no such file or folder: ${path}`);
}

function isFolder(path: string): FolderError {
  return new FolderError(FOLDER_STATUS.isDirectory, `is a folder: ${path}`);
}

function rootRefused(verb: string): FolderError {
  return new FolderError(FOLDER_STATUS.other, `the backup root cannot be ${verb}`);
}
