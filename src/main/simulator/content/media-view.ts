import { type FileTree, Folder, type StoredFile } from './storage/tree.ts';

/** Domains that live below /var/mobile/Media on the phone, where AFC looks. */
const DOMAINS = ['CameraRollDomain', 'MediaDomain', 'TonesDomain', 'BooksDomain'];

/** The media folder as AFC shows it: several domains laid over each other. */
export class MediaView {
  readonly #tree: FileTree;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  file(path: string): Folder | StoredFile | null {
    for (const row of this.#rows(path)) return row;
    return null;
  }

  /** Null when it is not a folder. */
  children(path: string): readonly string[] | null {
    const names = new Set<string>();
    let found = false;
    for (const row of this.#rows(path)) {
      if (!(row instanceof Folder)) continue;
      found = true;
      for (const name of row.children.keys()) names.add(name);
    }
    return found ? [...names] : null;
  }

  *#rows(path: string): Generator<Folder | StoredFile> {
    const clean = path.split('/').filter((part) => part !== '' && part !== '.');
    if (clean.includes('..')) return;
    for (const domain of DOMAINS) {
      const row = this.#tree.find(domain, ['Media', ...clean].join('/'));
      if (row !== null) yield row;
    }
  }
}
