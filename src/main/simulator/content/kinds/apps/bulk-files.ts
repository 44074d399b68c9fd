import { mediaSource } from '../../media/media-source.ts';
import { SMALLEST_PICTURE } from '../../media/shapes.ts';
import { textSource } from '../../media/text-source.ts';
import type { Random } from '../../random.ts';
import type { ContentSource, StoredFile } from '../../storage/tree.ts';
import type { World } from '../../world.ts';

const FILES_IN_A_FOLDER = 200;
const folders = [
  'Documents',
  'Library/Application Support/Store',
  'Documents/Saved',
  'Library/Cookies/State',
  'Documents/Sync/v2',
];

/** The mass of app data: files of no particular meaning that fill the phone up to its wanted numbers. */
export class BulkFiles {
  readonly #world: World;
  readonly #json: ContentSource;
  readonly #lines: ContentSource;
  readonly #pictures: ContentSource;
  #files: StoredFile[] = [];
  /** How many files were ever put into each numbered row of folders. */
  readonly #placed = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.#json = textSource(world, 'json');
    this.#lines = textSource(world, 'lines');
    this.#pictures = mediaSource(world, 'jpeg');
  }

  get count(): number {
    return this.#files.length;
  }

  /** Relative size of file `index`: most are small, few are large, some are empty. */
  weight(index: number, flat: boolean): number {
    const random = this.#world.stream(`bulk/${index}/weight`);
    if (random.below(200) === 0) return 0;
    return flat ? 50 + random.below(100) : (1 + random.below(100)) * 2 ** random.below(9);
  }

  /** Adds a file to one of the domains; `size` may be raised a little so that pictures are pictures. */
  add(domains: readonly string[], size: number): StoredFile {
    const number = this.#world.next('bulk');
    const random = this.#world.stream(`bulk/${number}`);
    const domain = domains[Math.min(random.below(domains.length), random.below(domains.length))] ?? 'AppDomain-unknown';
    const folder = this.#folderIn(domain, random.pick(folders));
    const [name, source] = this.#kindOf(random, number, size);
    const modified = this.#world.clock.now - random.below(400 * 86_400);
    const file = this.#world.tree.add(domain, `${folder}/${name}`, {
      source,
      size,
      modified,
      protectionClass: protectionClassOf(random),
    });
    this.#files.push(file);
    return file;
  }

  /** Rewrites files: new bytes, often another size. */
  edit(count: number, below: (limit: number) => number): StoredFile[] {
    const chosen = this.#choose(count, below);
    for (const file of chosen) {
      const random = this.#world.stream(`${file.contentName}/edit`);
      const size = random.chance(50) ? file.sizeBytes : Math.floor((file.sizeBytes * random.between(80, 120)) / 100);
      this.#world.tree.change(file, { size: Math.max(1, size), modified: this.#world.clock.now });
    }
    return chosen;
  }

  remove(count: number, below: (limit: number) => number): number {
    const gone = new Set(this.#choose(count, below));
    for (const file of gone) this.#world.tree.remove(file);
    this.#files = this.#files.filter((file) => !gone.has(file));
    return gone.size;
  }

  /** Forgets files whose domain was removed with its app. */
  forgetDomains(domains: ReadonlySet<string>): void {
    this.#files = this.#files.filter(({ domain }) => !domains.has(domain));
  }

  /** Folders fill up one after the other: without that, nearly every file would have a folder of its own. */
  #folderIn(domain: string, parent: string): string {
    const key = `${domain}-${parent}`;
    const placed = this.#placed.get(key) ?? 0;
    this.#placed.set(key, placed + 1);
    return `${parent}/${Math.floor(placed / FILES_IN_A_FOLDER)}`;
  }

  #choose(count: number, below: (limit: number) => number): StoredFile[] {
    const chosen = new Set<StoredFile>();
    const wanted = Math.min(count, this.#files.length);
    while (chosen.size < wanted) {
      const file = this.#files[below(this.#files.length)];
      if (file !== undefined) chosen.add(file);
    }
    return [...chosen];
  }

  #kindOf(random: Random, number: number, size: number): [string, ContentSource] {
    const draw = random.below(100);
    const stem = `${random.hex(4)}-${number}`;
    if (draw < 15) return [`${stem}.json`, this.#json];
    if (draw < 20) return [`${stem}.log`, this.#lines];
    if (draw < 30 && size >= SMALLEST_PICTURE) return [`${stem}.jpg`, this.#pictures];
    return [`${stem}.${random.pick(['bin', 'dat', 'cache', 'blob'])}`, this.#world.bulk];
  }
}

/** Mostly 3 ("after first unlock") and 4 ("none"), some 1 and 2. */
export function protectionClassOf(random: Random): number {
  const draw = random.below(100);
  if (draw < 3) return 1;
  if (draw < 6) return 2;
  return draw < 30 ? 4 : 3;
}
