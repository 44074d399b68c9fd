import Database from 'better-sqlite3';
import { Slicer } from '../catalog/folded.ts';
import { errnoOf, isMediaError, type VaultIo } from '../io/index.ts';
import { isIgnoredName, parsePackName, type VaultPaths } from '../layout/names.ts';
import { INDEX_HEADER_BYTES, PACK_FLAG_META, readIndexEntry } from '../pack/layout.ts';
import { PackTable } from '../pack/pack-table.ts';
import { readPackContents } from '../pack/read-index.ts';
import { salvageRecords } from '../pack/salvage.ts';
import { removeDatabase } from './local-files.ts';
import { FIND_OBJECT, FIND_OBJECTS, OBJECT_SCHEMA, ObjectRows } from './object-rows.ts';
import { rowOf, sortedRows } from './sorted-rows.ts';

/**
 * Which pack holds which object, as a SQLite file of this computer. It repeats what the packs' own indexes say, can be
 * deleted at any time, and is brought in line with the vault by listing it. Single objects need no index: their name
 * is their hash.
 */

const SCHEMA_VERSION = 2;
const SCHEMA = `
CREATE TABLE pack (n INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, tag BLOB NOT NULL,
                   size INTEGER NOT NULL, flags INTEGER NOT NULL, complete INTEGER NOT NULL) STRICT;
${OBJECT_SCHEMA}`;
/** Indexes of new packs that are put in order together. */
const BYTES_AT_A_TIME = 16 * 1024 * 1024;
const WAL_PAGES = 8192;
const NO_OBJECTS = Buffer.alloc(INDEX_HEADER_BYTES);
const PACKS_AT_A_TIME = 8;
/** Flag of this index, not of packs: its records were found by scanning. */
const SALVAGED = 0x4000_0000;
const NO_TAG = Buffer.alloc(16);

export interface IndexedPack {
  readonly n: number;
  readonly hash: string;
  readonly tag: Buffer;
  readonly sizeBytes: number;
  readonly flags: number;
}

type PackFacts = Omit<IndexedPack, 'n'>;

export interface IndexedPlace {
  readonly pack: IndexedPack;
  readonly offset: number;
  readonly storedLength: number;
  readonly rawLength: number;
  readonly codec: number;
}

export interface PackListing {
  /** Hashes of the packs that are there. */
  readonly packs: ReadonlySet<string>;
  /** Packs whose own list cannot be read. */
  readonly damaged: ReadonlyArray<{ readonly hash: string; readonly reason: string }>;
}

/** Where objects lie, for many questions in a row. */
export interface IndexReader {
  find(hash: Buffer): IndexedPlace[];
}

export interface BulkReader extends IndexReader {
  /** The places of each of them. */
  findMany(hashes: readonly Buffer[]): IndexedPlace[][];
  close(): void;
}

export class ObjectIndex implements IndexReader {
  readonly #file: string;
  readonly #db: Database.Database;
  readonly #find: Database.Statement<[Buffer], [number, number, number, number, number]>;
  readonly #rows: ObjectRows;
  #packs = new Map<number, IndexedPack>();
  #byHash = new Map<string, IndexedPack>();

  private constructor(file: string, db: Database.Database) {
    this.#file = file;
    this.#db = db;
    this.#find = db.prepare<[Buffer], [number, number, number, number, number]>(FIND_OBJECT).raw(true);
    this.#rows = new ObjectRows(db);
    this.#load();
  }

  /** Opens the index, or begins a new one when the file is missing, torn or of another version. */
  static open(file: string): ObjectIndex {
    try {
      return new ObjectIndex(file, connect(file));
    } catch {
      // A cache that cannot be read is as good as none.
      removeDatabase(file);
      return new ObjectIndex(file, connect(file));
    }
  }

  get isEmpty(): boolean {
    return this.#packs.size === 0;
  }

  pack(hash: string): IndexedPack | null {
    return this.#byHash.get(hash) ?? null;
  }

  /** All packs that are known to hold the object. */
  find(hash: Buffer): IndexedPlace[] {
    return this.#places(this.#find.all(hash));
  }

  /**
   * A connection of its own that holds one read transaction: each question costs half of what it costs otherwise.
   * It sees the index as it was at its first question; `close` it.
   */
  bulkReader(): BulkReader {
    const db = new Database(this.#file, { readonly: true, timeout: 30_000 });
    db.pragma('cache_size = -4096');
    const find = db.prepare<[Buffer], [number, number, number, number, number]>(FIND_OBJECT).raw(true);
    const findMany = FIND_OBJECTS.map((sql) =>
      db.prepare<[string], [number, number, number, number, number, number]>(sql).raw(true),
    );
    db.exec('BEGIN');
    return {
      find: (hash) => this.#places(find.all(hash)),
      findMany: (hashes) => {
        const wanted = JSON.stringify(hashes.map((hash) => hash.toString('hex')));
        const found = hashes.map((): IndexedPlace[] => []);
        for (const statement of findMany) {
          for (const [position, ...place] of statement.all(wanted)) found[position]?.push(...this.#places([place]));
        }
        return found;
      },
      close: () => db.close(),
    };
  }

  /** Packs that are known, meta packs and salvaged ones included. */
  packs(): readonly IndexedPack[] {
    return [...this.#packs.values()];
  }

  /** Every object's every place, in the order of their hashes. No query stays open between two of them. */
  allPlaces(): ReturnType<ObjectRows['allPlaces']> {
    return this.#rows.allPlaces();
  }

  #places(rows: ReadonlyArray<[number, number, number, number, number]>): IndexedPlace[] {
    const places: IndexedPlace[] = [];
    for (const [n, offset, storedLength, rawLength, codec] of rows) {
      let pack = this.#packs.get(n);
      if (pack === undefined) {
        this.#load(); // Another process may have added it.
        pack = this.#packs.get(n);
      }
      if (pack !== undefined) places.push({ pack, offset, storedLength, rawLength, codec });
    }
    return places;
  }

  /** Adds a pack by the bytes of its own index. */
  addPack(pack: PackFacts, index: Buffer): Promise<void> {
    return this.#addPacks([{ ...pack, index }]);
  }

  /**
   * Many packs are added in the order of all their hashes, each page of the tree being written once: in the order of
   * the packs it takes eight times as long. In slices that leave the event loop free.
   */
  async #addPacks(packs: ReadonlyArray<PackFacts & { readonly index: Buffer }>): Promise<void> {
    const numbers = this.#db.transaction(() => packs.map((pack) => this.#numberOf(pack)))();
    const filled = packs.map(({ flags, index }) => ((flags & PACK_FLAG_META) === 0 ? index : NO_OBJECTS));
    const order = sortedRows(filled);
    await this.#rows.add(order.keys.length, (position) => {
      const { list, at } = rowOf(order, position);
      const { hash, offset, storedLength, rawLength, codec } = readIndexEntry(filled[list] as Buffer, at);
      return [hash, numbers[list] as number, offset, storedLength, rawLength, codec];
    });
    const complete = this.#db.prepare('UPDATE pack SET complete = 1 WHERE n = ?');
    this.#db.transaction(() => {
      for (const n of numbers) complete.run(n);
    })();
    for (const [at, { hash, tag, sizeBytes, flags }] of packs.entries()) {
      this.#remember({ n: numbers[at] as number, hash, tag, sizeBytes, flags });
    }
  }

  #numberOf({ hash, tag, sizeBytes, flags }: PackFacts): number {
    const name = Buffer.from(hash, 'hex');
    this.#db
      .prepare(
        'INSERT INTO pack (hash, tag, size, flags, complete) VALUES (?, ?, ?, ?, 0) ON CONFLICT (hash) DO NOTHING',
      )
      .run(name, tag, sizeBytes, flags);
    const row = this.#db.prepare<[Buffer], [number]>('SELECT n FROM pack WHERE hash = ?').raw(true).get(name);
    if (row === undefined) throw new Error('a row that was just written is not there');
    return row[0];
  }

  /** Forgets packs that are gone. Scans all objects once: losing packs is rare, adding them is not. */
  dropPacks(hashes: readonly string[]): void {
    if (hashes.length === 0) return;
    const drop = this.#db.prepare('DELETE FROM pack WHERE hash = ?');
    this.#db.transaction(() => {
      for (const hash of hashes) drop.run(Buffer.from(hash, 'hex'));
      this.#rows.dropLost();
    })();
    this.#load();
  }

  /** Forgets everything. */
  clear(): void {
    this.#db.transaction(() => {
      this.#rows.clear();
      this.#db.exec('DELETE FROM pack');
    })();
    this.#load();
  }

  get objectCount(): number {
    return this.#rows.count();
  }

  /** Does any known pack belong to this device? If not, there is nothing to find for it. */
  hasPacksOf(tag: Buffer): boolean {
    for (const pack of this.#packs.values()) if (pack.tag.equals(tag)) return true;
    return false;
  }

  /** Lists the vault's packs, forgets what is not there and reads the indexes of what is new. */
  async refresh(io: VaultIo, paths: VaultPaths, signal?: AbortSignal): Promise<PackListing> {
    this.#load();
    // What a session adds while the folders are being listed is there, whether the listing shows it or not.
    const known = [...this.#byHash.keys()];
    const there = await listPacks(io, paths, signal);
    this.dropPacks(known.filter((hash) => !there.has(hash)));
    const fresh = [...there].filter((hash) => ((this.#byHash.get(hash)?.flags ?? SALVAGED) & SALVAGED) !== 0);
    const damaged: Array<{ hash: string; reason: string }> = [];
    let read: Array<PackFacts & { readonly index: Buffer }> = [];
    let bytes = 0;
    const worker = async (): Promise<void> => {
      for (let hash = fresh.pop(); hash !== undefined; hash = fresh.pop()) {
        signal?.throwIfAborted();
        const contents = await readPackContents(io, paths.pack(hash)).catch(badSector);
        if ('problem' in contents) {
          damaged.push({ hash, reason: contents.problem });
          if (!this.#byHash.has(hash)) await this.#salvage(io, paths.pack(hash), hash, signal);
        } else {
          if (this.#byHash.has(hash)) this.dropPacks([hash]);
          const { header, sizeBytes, index } = contents;
          read.push({ hash, tag: header.deviceTag, sizeBytes, flags: header.flags, index });
          bytes += index.length;
          if (bytes < BYTES_AT_A_TIME) continue;
          const full = read;
          read = [];
          bytes = 0;
          await this.#addPacks(full);
        }
      }
    };
    await Promise.all(Array.from({ length: PACKS_AT_A_TIME }, worker));
    await this.#addPacks(read);
    return { packs: there, damaged };
  }

  /** Gives back the memory that adding packs took. */
  shrink(): void {
    this.#db.pragma('shrink_memory');
  }

  close(): void {
    if (this.#db.open) this.#db.close();
  }

  /** What is whole in a damaged pack can still be read; nothing new is built upon it. */
  async #salvage(io: VaultIo, path: string, hash: string, signal?: AbortSignal): Promise<void> {
    const table = new PackTable();
    try {
      for await (const record of salvageRecords(io, path, signal)) if (record.isWhole) table.add(record);
    } catch (error) {
      badSector(error); // What lies before it was found.
    }
    const facts = await io.stat(path);
    await this.addPack({ hash, tag: NO_TAG, sizeBytes: facts?.sizeBytes ?? 0, flags: SALVAGED }, table.toIndex());
  }

  #load(): void {
    this.#packs = new Map();
    this.#byHash = new Map();
    const rows = this.#db
      .prepare<[], [number, Buffer, Buffer, number, number]>(
        'SELECT n, hash, tag, size, flags FROM pack WHERE complete = 1',
      )
      .raw(true)
      .all();
    for (const [n, hash, tag, sizeBytes, flags] of rows) {
      this.#remember({ n, hash: hash.toString('hex'), tag, sizeBytes, flags });
    }
  }

  #remember(pack: IndexedPack): void {
    this.#packs.set(pack.n, pack);
    this.#byHash.set(pack.hash, pack);
  }
}

/** A place of the disk that cannot be read any more is damage of one file; any other failure is the disk's. */
function badSector(error: unknown): { readonly problem: string } {
  if (!isMediaError(error)) throw error;
  return { problem: `it cannot be read (${errnoOf(error)})` };
}

/** Names of all packs, by listing. */
export async function listPacks(io: VaultIo, paths: VaultPaths, signal?: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>();
  await listFans(io, paths.fans('packs'), signal, (name) => {
    const hash = parsePackName(name);
    if (hash !== null) found.add(hash);
  });
  return found;
}

/** Calls `see` for every plain file in these folders; a folder that is missing is empty. */
export async function listFans(
  io: VaultIo,
  folders: readonly string[],
  signal: AbortSignal | undefined,
  see: (name: string) => void,
): Promise<void> {
  const waiting = [...folders];
  const worker = async (): Promise<void> => {
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      const slicer = new Slicer(signal);
      for (const item of await readFolder(io, folder)) {
        if (item.kind === 'file' && !isIgnoredName(item.name)) see(item.name);
        await slicer.breathe();
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function readFolder(io: VaultIo, folder: string): ReturnType<VaultIo['readdir']> {
  try {
    return await io.readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function connect(file: string): Database.Database {
  const db = new Database(file, { timeout: 30_000 });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('cache_size = -12288');
    db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
    const version: unknown = db.pragma('user_version', { simple: true });
    if (version === 0) {
      db.transaction(() => {
        db.exec(SCHEMA);
        db.pragma(`user_version = ${SCHEMA_VERSION}`);
      })();
    } else if (version !== SCHEMA_VERSION) {
      throw new Error('another version');
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
