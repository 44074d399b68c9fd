import type { StoredFile } from './payload-table.ts';

/**
 * The folders of the virtual tree: a backup has about five hundred, whatever the number of its files. A folder is a
 * thing of its own, not a prefix of paths, so moving or removing one is one step however much it holds.
 */
export interface Folder {
  readonly id: number;
  name: string;
  parent: Folder | null;
  readonly children: Map<string, Folder>;
  /** Files whose names are no file ids: Manifest.db, Status.plist … The others are rows of the payload table. */
  readonly files: Map<string, StoredFile>;
  /** The previous version's payloads whose ids begin with this byte show through this folder; null: none do. */
  readonly shard: number | null;
  /** Unix seconds. */
  readonly modified: number;
}

export class FolderTree {
  readonly root: Folder = {
    id: 0,
    name: '',
    parent: null,
    children: new Map(),
    files: new Map(),
    shard: null,
    modified: 0,
  };
  #nextId = 1;
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

  /** A folder whose path was walked before: then it is a checked path, too. */
  known(path: string): Folder | undefined {
    return this.#known.get(path);
  }

  /** A new folder that hangs nowhere yet. */
  make(name: string, shard: number | null, modified: number): Folder {
    const id = this.#nextId;
    this.#nextId += 1;
    return { id, name, parent: null, children: new Map(), files: new Map(), shard, modified };
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
}

/** A folder and everything below it, the folder first. */
export function* foldersWithin(folder: Folder): Generator<Folder> {
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    for (const child of next.children.values()) waiting.push(child);
  }
}
