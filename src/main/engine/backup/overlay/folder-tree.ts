/**
 * The folders of the virtual tree, in memory: a backup has about five hundred, whatever the number of its files.
 * A folder is a thing of its own, not a prefix of paths, so moving or removing one is one step however much it holds.
 */
export interface Folder {
  readonly id: number;
  name: string;
  parent: Folder | null;
  readonly children: Map<string, Folder>;
  /** The previous version's payloads whose ids begin with this byte show through this folder; null: none do. */
  readonly shard: number | null;
  /** Unix seconds. */
  readonly modified: number;
}

export interface FolderRow {
  readonly id: number;
  readonly parent: number;
  readonly name: string;
  readonly shard: number | null;
  readonly modified: number;
}

export const ROOT_ID = 0;

export class FolderTree {
  readonly root: Folder = { id: ROOT_ID, name: '', parent: null, children: new Map(), shard: null, modified: 0 };
  #nextId = ROOT_ID + 1;
  /** Paths that were walked before. Emptied when a folder leaves its place. */
  readonly #known = new Map<string, Folder>();

  /** Folders by path; null when a part is missing or is no folder. */
  find(path: string): Folder | null {
    if (path === '') return this.root;
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const parent = this.find(slash < 0 ? '' : path.slice(0, slash));
    const found = parent?.children.get(slash < 0 ? path : path.slice(slash + 1)) ?? null;
    if (found !== null) this.#known.set(path, found);
    return found;
  }

  /** A new folder that hangs nowhere yet. */
  make(name: string, shard: number | null, modified: number): Folder {
    const folder: Folder = { id: this.#nextId, name, parent: null, children: new Map(), shard, modified };
    this.#nextId += 1;
    return folder;
  }

  attach(folder: Folder, parent: Folder, name: string): void {
    folder.name = name;
    folder.parent = parent;
    parent.children.set(name, folder);
  }

  detach(folder: Folder): void {
    folder.parent?.children.delete(folder.name);
    folder.parent = null;
    this.#known.clear();
  }

  /** Puts back folders as they were stored, parents in any order. Answers false when they do not form a tree. */
  load(rows: Iterable<FolderRow>): boolean {
    const byId = new Map<number, Folder>([[ROOT_ID, this.root]]);
    const all = [...rows];
    for (const row of all) {
      if (byId.has(row.id)) return false;
      byId.set(row.id, { ...row, parent: null, children: new Map() });
      this.#nextId = Math.max(this.#nextId, row.id + 1);
    }
    for (const row of all) {
      const parent = byId.get(row.parent);
      const folder = byId.get(row.id);
      if (parent === undefined || folder === undefined || parent.children.has(row.name)) return false;
      parent.children.set(row.name, folder);
      folder.parent = parent;
    }
    return countOf(this.root) === all.length + 1;
  }
}

/** A folder and everything below it, the folder first. */
export function* foldersWithin(folder: Folder): Generator<Folder> {
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    waiting.push(...next.children.values());
  }
}

export function countOf(folder: Folder): number {
  let count = 0;
  for (const _folder of foldersWithin(folder)) count += 1;
  return count;
}
