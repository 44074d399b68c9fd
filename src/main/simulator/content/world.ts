import path from 'node:path';
import type { PhoneClock } from './calendar-time.ts';
import { Random } from './random.ts';
import type { DatabaseOptions } from './storage/scratch-database.ts';
import { ScratchDatabase } from './storage/scratch-database.ts';
import { bulkSource } from './storage/sources.ts';
import type { ContentSource, FileTree } from './storage/tree.ts';
import type { Language } from './text/language.ts';
import type { PhoneIdentity } from './types.ts';

/** What every kind of content needs to make itself: the phone being built. */
export class World {
  readonly seed: number;
  readonly identity: PhoneIdentity;
  readonly language: Language;
  readonly clock: PhoneClock;
  readonly tree: FileTree;
  readonly bulk: ContentSource;
  readonly #scratchDir: string;
  readonly #databases: ScratchDatabase[] = [];
  #numbers = new Map<string, number>();

  constructor(options: {
    seed: number;
    identity: PhoneIdentity;
    language: Language;
    clock: PhoneClock;
    tree: FileTree;
    scratchDir: string;
  }) {
    this.seed = options.seed;
    this.identity = options.identity;
    this.language = options.language;
    this.clock = options.clock;
    this.tree = options.tree;
    this.#scratchDir = options.scratchDir;
    this.bulk = bulkSource(options.seed);
  }

  /** The random numbers of one item, named by text: `photo/17`, `photo/17/edit/2`. */
  stream(id: string): Random {
    return new Random(this.seed, id);
  }

  /** 1, 2, 3 … for each name; never used twice, also not after deletions. */
  next(counter: string): number {
    const number = (this.#numbers.get(counter) ?? 0) + 1;
    this.#numbers.set(counter, number);
    return number;
  }

  database(options: Omit<DatabaseOptions, 'seed'>): ScratchDatabase {
    const file = path.join(this.#scratchDir, `database-${this.#databases.length}`);
    const database = new ScratchDatabase(file, { ...options, seed: this.seed });
    this.#databases.push(database);
    return database;
  }

  /** Databases with changes that the tree does not show yet. */
  get dirtyDatabases(): number {
    return this.#databases.filter((database) => database.dirty).length;
  }

  /** Commits every changed database and shows it in the tree. */
  publishDatabases(): void {
    for (const database of this.#databases) database.publish(this.tree, this.clock.now);
  }
}
