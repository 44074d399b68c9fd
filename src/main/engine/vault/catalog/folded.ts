import Database from 'better-sqlite3';
import { copyLocal, removeDatabase } from '../cache/local-files.ts';
import type { CatalogReference } from '../record.ts';
import type { EntryName } from '../types.ts';
import { LEAF_SCHEMA, loadLeaves, saveAllLeaves, saveChangedLeaves } from './leaf-store.ts';
import { EMPTY_LEAF, LeafFeeder, leafOf, RootTree } from './root.ts';
import { type EntryRow, type Place, SINGLE_OBJECT, type TopRow } from './schema.ts';

/**
 * The folded content of one snapshot as a SQLite file of this computer: a full catalog with its deltas applied, the
 * leaves of its root, and how often each pack and single object is used. Applying one more delta costs O(changed).
 *
 * It is a cache. It is never trusted over the vault: whoever advances it compares its root with the record's.
 */

const FOLDED_VERSION = 2;
const EXTRA_SCHEMA = `${LEAF_SCHEMA}CREATE TABLE packref (n INTEGER PRIMARY KEY, refs INTEGER NOT NULL) STRICT;
CREATE TABLE single (obj BLOB PRIMARY KEY, size INTEGER NOT NULL, refs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE folded (k TEXT PRIMARY KEY, v ANY NOT NULL) STRICT, WITHOUT ROWID;
`;
/** Rows are asked for in the order of random ids: more than the inner pages is hardly ever asked for twice. */
const CACHE_KIB = 4096;
/** Of the sorted table, which is written once and read once. */
const TEMP_CACHE_KIB = 1024;
/** Pages that a commit changes stay in memory until its end; those that do not fit are written twice. */
const APPLY_CACHE_KIB = 24_576;
const PAGE_ROWS = 1024;
/** Small at first: somebody who only asks whether there is a row should not pay for two thousand. */
const FIRST_PAGE_ROWS = 16;
const PAGE_GROWTH = 8;
/** Ids have 20 bytes, so this sorts after all of them. */
const AFTER_ALL_IDS = Buffer.alloc(21, 0xff);
const ENTRY_COLUMNS = 'id, obj, size, pack, off, slen, flags, mtime';
/** As hex: each blob that SQLite hands over costs as much as the rest of a row. */
const ENTRY_VALUES = 'hex(id), hex(obj), size, pack, off, slen, flags, mtime';
/** Between two looks at the clock, so that the event loop is not held for long. */
const ROWS_PER_SLICE = 512;
const SLICE_MS = 2;

type EntryTuple = [string, string, number, number | null, number | null, number | null, number, number];
type RootTuple = [id: string, obj: string, size: number];
type NameTuple = [string, number, number];
type TopTuple = [string, Buffer, number, number | null, number | null, number | null, number, number];

export interface FoldedState {
  /** Id of the snapshot that this is the content of. */
  readonly snapshot: string;
  readonly catalogs: readonly CatalogReference[];
  /** Rows of all deltas since the full catalog. */
  readonly deltaRows: number;
  readonly root: string;
}

export interface PackUse {
  readonly n: number;
  readonly hash: Buffer;
  readonly size: number;
}

/** What a commit or a delta does to one row. */
export type RowChange = EntryRow | { readonly id: Buffer; readonly removed: true };

export class FoldedIndex {
  readonly file: string;
  readonly db: Database.Database;
  readonly #get: Database.Statement<[Buffer], EntryTuple>;
  readonly #page: Database.Statement<[Buffer, Buffer, number], EntryTuple>;
  readonly #before: Database.Statement<[string], [obj: Buffer, size: number, pack: number | null]>;
  readonly #leaves: Database.Statement<[string], RootTuple>;
  readonly #put: Database.Statement;
  readonly #remove: Database.Statement;
  #names: Database.Statement<[Buffer, Buffer, number], NameTuple> | null = null;
  #orders = 0;

  private constructor(file: string, db: Database.Database) {
    this.file = file;
    this.db = db;
    this.#get = db.prepare<[Buffer], EntryTuple>(`SELECT ${ENTRY_VALUES} FROM entry WHERE id = ?`).raw(true);
    this.#page = db
      .prepare<[Buffer, Buffer, number], EntryTuple>(
        `SELECT ${ENTRY_VALUES} FROM entry WHERE id > ? AND id < ? ORDER BY id LIMIT ?`,
      )
      .raw(true);
    this.#before = db
      .prepare<[string], [Buffer, number, number | null]>(
        'SELECT obj, size, pack FROM json_each(?) AS wanted CROSS JOIN entry ON entry.id = unhex(wanted.value)',
      )
      .raw(true);
    this.#leaves = db
      .prepare<[string], RootTuple>(
        `SELECT hex(entry.id), hex(obj), size FROM json_each(?) AS wanted CROSS JOIN entry
         ON entry.id >= unhex(wanted.value) AND entry.id < unhex(wanted.value || '${'ff'.repeat(19)}')`,
      )
      .raw(true);
    this.#put = db.prepare('INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#remove = db.prepare('DELETE FROM entry WHERE id = ?');
  }

  /** An index from the local copy of a full catalog. `tree` when its leaves are known already, else they are computed. */
  static async fromFull(
    catalog: string,
    file: string,
    tree: RootTree | null,
    options: { readonly state: FoldedState; readonly signal?: AbortSignal | undefined },
  ): Promise<FoldedIndex> {
    copyLocal(catalog, file);
    const db = connect(file);
    try {
      db.exec(EXTRA_SCHEMA);
      db.exec('BEGIN');
      db.exec(`INSERT INTO packref SELECT pack, count(*) FROM
                 (SELECT pack FROM entry WHERE pack > 0 UNION ALL SELECT pack FROM top WHERE pack > 0) GROUP BY pack`);
      db.exec(`INSERT INTO single SELECT obj, max(size), count(*) FROM
                 (SELECT obj, size FROM entry WHERE pack = 0 UNION ALL SELECT obj, size FROM top WHERE pack = 0)
               GROUP BY obj`);
      const totals = db
        .prepare<[], [number, number]>('SELECT count(*), coalesce(sum(size), 0) FROM entry WHERE obj IS NOT NULL')
        .raw(true)
        .get() ?? [0, 0];
      const index = new FoldedIndex(file, db);
      index.#setNumber('rows', totals[0]);
      index.#setNumber('bytes', totals[1]);
      saveAllLeaves(db, tree ?? (await index.computeTree(options.signal)));
      index.setState(options.state);
      db.exec('COMMIT');
      index.shrink();
      return index;
    } catch (error) {
      db.close();
      removeDatabase(file);
      throw error;
    }
  }

  /** Opens what an earlier run left; null when it is missing, torn or of another version (and then it is removed). */
  static open(file: string): FoldedIndex | null {
    let db: Database.Database | null = null;
    try {
      db = connect(file, true);
      const index = new FoldedIndex(file, db);
      if (index.#getText('version') !== String(FOLDED_VERSION)) throw new Error('another version');
      index.state();
      return index;
    } catch (error) {
      db?.close();
      // In use by another process: left alone. Otherwise a cache that cannot be read is as good as none.
      if (!isBusy(error)) removeDatabase(file);
      return null;
    }
  }

  state(): FoldedState {
    return JSON.parse(this.#getText('state') ?? '') as FoldedState;
  }

  setState(state: FoldedState): void {
    this.#setText('version', String(FOLDED_VERSION));
    this.#setText('state', JSON.stringify(state));
  }

  get rows(): number {
    return Number(this.#getText('rows') ?? 0);
  }

  /** Logical bytes of entries and tops. */
  get bytes(): number {
    const tops = this.db.prepare<[], [number]>('SELECT coalesce(sum(size), 0) FROM top').raw(true).get() ?? [0];
    return Number(this.#getText('bytes') ?? 0) + tops[0];
  }

  get(id: Buffer): EntryRow | null {
    const row = this.#get.get(id);
    return row === undefined ? null : toEntry(row);
  }

  /** Rows in id order between two ids (exclusive); no query stays open between two rows. A look at the first is cheap. */
  *entries(after: Buffer = Buffer.alloc(0), before: Buffer = AFTER_ALL_IDS): Generator<EntryRow> {
    let last = after;
    let wanted = FIRST_PAGE_ROWS;
    for (;;) {
      const rows = this.#page.all(last, before, wanted);
      for (const row of rows) yield toEntry(row);
      const end = rows.at(-1);
      if (end === undefined || rows.length < wanted) return;
      last = Buffer.from(end[0], 'hex');
      wanted = Math.min(wanted * PAGE_GROWTH, PAGE_ROWS);
    }
  }

  /** The first bytes of the ids that there are. */
  shards(): number[] {
    const next = this.db
      .prepare<[Buffer], [Buffer]>('SELECT id FROM entry WHERE id >= ? ORDER BY id LIMIT 1')
      .raw(true);
    const shards: number[] = [];
    for (let shard = 0; shard < 256; shard += 1) {
      const found = next.get(Buffer.of(shard));
      if (found === undefined) break;
      shard = found[0][0] ?? 0;
      shards.push(shard);
    }
    return shards;
  }

  /** As `entries`, without what a listing does not show: reading all columns costs several times as much. */
  *names(after: Buffer, before: Buffer = AFTER_ALL_IDS): Generator<EntryName> {
    this.#names ??= this.db
      .prepare<[Buffer, Buffer, number], NameTuple>(
        'SELECT lower(hex(id)), size, mtime FROM entry WHERE id > ? AND id < ? ORDER BY id LIMIT ?',
      )
      .raw(true);
    let last = after;
    for (;;) {
      const rows = this.#names.all(last, before, PAGE_ROWS);
      for (const [name, sizeBytes, modified] of rows) yield { name, sizeBytes, modified };
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE_ROWS) return;
      last = Buffer.from(end[0], 'hex');
    }
  }

  /** Rows as their objects lie in the vault: reading them in this order reads each pack from front to back. */
  *entriesInStoredOrder(): Generator<EntryRow> {
    // Sorted once, by SQLite, into a table of this connection that may go to the disk; whole rows, because looking each
    // of them up again costs more than writing it.
    this.#orders += 1;
    const order = `temp.stored_${this.#orders}`;
    this.db.exec(`CREATE TABLE ${order} AS SELECT ${ENTRY_COLUMNS} FROM main.entry ORDER BY pack, off`);
    try {
      const page = this.db
        .prepare<[number, number], EntryTuple>(
          `SELECT ${ENTRY_VALUES} FROM ${order} WHERE rowid > ? AND rowid <= ? ORDER BY rowid`,
        )
        .raw(true);
      const total = this.rows;
      for (let from = 0; from < total; from += PAGE_ROWS) {
        for (const row of page.all(from, from + PAGE_ROWS)) yield toEntry(row);
      }
    } finally {
      if (this.db.open) this.db.exec(`DROP TABLE ${order}`);
    }
  }

  tops(): TopRow[] {
    return this.db
      .prepare<[], TopTuple>('SELECT name, obj, size, pack, off, slen, flags, mtime FROM top ORDER BY name')
      .raw(true)
      .all()
      .map((row) => ({
        name: row[0],
        obj: row[1],
        size: row[2],
        place: toPlace(row[3], row[4], row[5], row[6]),
        modified: row[7],
      }));
  }

  /** Packs that the folded snapshot needs. */
  packs(): PackUse[] {
    return this.db
      .prepare<[], [number, Buffer, number]>(
        'SELECT n, hash, size FROM pack JOIN packref USING (n) WHERE refs > 0 ORDER BY n',
      )
      .raw(true)
      .all()
      .map(([n, hash, size]) => ({ n, hash, size }));
  }

  /** Single objects that the folded snapshot needs. */
  singles(): Array<{ readonly hash: Buffer; readonly size: number }> {
    return this.db
      .prepare<[], [Buffer, number]>('SELECT obj, size FROM single WHERE refs > 0')
      .raw(true)
      .all()
      .map(([hash, size]) => ({ hash, size }));
  }

  hasSingle(hash: Buffer): boolean {
    return this.db.prepare('SELECT 1 FROM single WHERE obj = ? AND refs > 0').get(hash) !== undefined;
  }

  /** This index's number for a pack; a new one when it has none. */
  numberOfPack(hash: Buffer, size: number): number {
    const found = this.db.prepare<[Buffer], [number]>('SELECT n FROM pack WHERE hash = ?').raw(true).get(hash);
    if (found !== undefined) return found[0];
    const next = this.db.prepare<[], [number]>('SELECT coalesce(max(n), 0) + 1 FROM pack').raw(true).get() ?? [1];
    this.db.prepare('INSERT INTO pack VALUES (?, ?, ?)').run(next[0], hash, size);
    return next[0];
  }

  /**
   * Applies changes inside the caller's transaction; `places` use this index's pack numbers. Answers the tree with the
   * touched leaves hashed anew. Leaves are saved too.
   */
  async apply(
    changes: Iterable<RowChange> | AsyncIterable<RowChange>,
    tops: readonly TopRow[],
    signal?: AbortSignal,
  ): Promise<{ readonly tree: RootTree; readonly root: Buffer; readonly changed: number }> {
    this.db.pragma(`cache_size = -${APPLY_CACHE_KIB}`);
    const tree = this.loadTree();
    const touched = new Set<number>();
    const packs = new Map<number, number>();
    const singles = new Map<string, { readonly hash: Buffer; readonly size: number; refs: number }>();
    const count = (pack: number | null, obj: Buffer, size: number, by: number): void => {
      if (pack === null) return;
      if (pack !== SINGLE_OBJECT) packs.set(pack, (packs.get(pack) ?? 0) + by);
      else {
        const key = obj.toString('latin1');
        const known = singles.get(key);
        if (known === undefined) singles.set(key, { hash: obj, size, refs: by });
        else known.refs += by;
      }
    };
    let rows = this.rows;
    let bytes = Number(this.#getText('bytes') ?? 0);
    let changed = 0;
    for await (const chunk of inChunks(changes)) {
      signal?.throwIfAborted();
      for (const [obj, size, pack] of this.#before.all(idsOf(chunk))) {
        count(pack, obj, size, -1);
        rows -= 1;
        bytes -= size;
      }
      for (const change of chunk) {
        touched.add(leafOf(change.id));
        if ('removed' in change) {
          this.#remove.run(change.id);
          continue;
        }
        count(change.place?.pack ?? null, change.obj, change.size, 1);
        rows += 1;
        bytes += change.size;
        this.#put.run(...entryValues(change));
      }
      changed += chunk.length;
    }
    for (const top of this.tops()) count(top.place?.pack ?? null, top.obj, top.size, -1);
    this.db.exec('DELETE FROM top');
    const addTop = this.db.prepare('INSERT INTO top VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    for (const top of tops) {
      count(top.place?.pack ?? null, top.obj, top.size, 1);
      addTop.run(top.name, top.obj, top.size, ...placeValues(top.place), top.modified);
    }
    const addPack = this.db.prepare(
      'INSERT INTO packref VALUES (?, ?) ON CONFLICT (n) DO UPDATE SET refs = refs + excluded.refs',
    );
    for (const [n, by] of packs) if (by !== 0) addPack.run(n, by);
    const addSingle = this.db.prepare(
      'INSERT INTO single VALUES (?, ?, ?) ON CONFLICT (obj) DO UPDATE SET refs = refs + excluded.refs',
    );
    for (const single of singles.values()) if (single.refs !== 0) addSingle.run(single.hash, single.size, single.refs);
    this.#setNumber('rows', rows);
    this.#setNumber('bytes', bytes);

    const feeder = new LeafFeeder(tree);
    for (const leaf of touched) tree.setLeaf(leaf, EMPTY_LEAF);
    for await (const leaves of inChunks(touched)) {
      signal?.throwIfAborted();
      for (const [id, obj, size] of this.#leaves.all(prefixesOf(leaves))) feeder.addHex(id, size, obj);
    }
    feeder.end();
    saveChangedLeaves(this.db, tree, touched);
    return { tree, root: tree.root(tops), changed };
  }

  loadTree(): RootTree {
    return loadLeaves(this.db);
  }

  /** All leaves anew from the rows. */
  async computeTree(signal?: AbortSignal): Promise<RootTree> {
    const tree = new RootTree();
    const feeder = new LeafFeeder(tree);
    const slicer = new Slicer(signal);
    const page = this.db
      .prepare<[Buffer, number], RootTuple>(
        'SELECT hex(id), hex(obj), size FROM entry WHERE id > ? ORDER BY id LIMIT ?',
      )
      .raw(true);
    for (let last: Buffer = Buffer.alloc(0); ; ) {
      const rows = page.all(last, PAGE_ROWS);
      for (const [id, obj, size] of rows) feeder.addHex(id, size, obj);
      const end = rows.at(-1);
      if (end === undefined) break;
      last = Buffer.from(end[0], 'hex');
      await slicer.breathe(rows.length);
    }
    feeder.end();
    return tree;
  }

  /** After a commit: gives back the memory that it took. */
  shrink(): void {
    this.db.pragma(`cache_size = -${CACHE_KIB}`);
    this.db.pragma('shrink_memory');
  }

  close(): void {
    if (this.db.open) this.db.close();
  }

  /** Closes and removes the file. */
  remove(): void {
    this.close();
    removeDatabase(this.file);
  }

  #getText(key: string): string | null {
    return this.db.prepare<[string], { v: string }>('SELECT v FROM folded WHERE k = ?').get(key)?.v ?? null;
  }

  #setText(key: string, value: string): void {
    this.db.prepare('INSERT OR REPLACE INTO folded VALUES (?, ?)').run(key, value);
  }

  #setNumber(key: string, value: number): void {
    this.#setText(key, String(value));
  }
}

/** Rows for one question each: SQLite answers a thousand of them at once in a fraction of the time. */
async function* inChunks<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < ROWS_PER_SLICE) continue;
    yield chunk;
    chunk = [];
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  if (chunk.length > 0) yield chunk;
}

function idsOf(changes: readonly RowChange[]): string {
  return JSON.stringify(changes.map(({ id }) => id.toString('hex')));
}

/** What all ids of a leaf begin with. */
function prefixesOf(leaves: readonly number[]): string {
  return JSON.stringify(leaves.map((leaf) => leaf.toString(16).padStart(4, '0')));
}

/** Lets the event loop run between slices of synchronous work. */
export class Slicer {
  readonly #signal: AbortSignal | undefined;
  #rows = 0;
  #started = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Awaiting undefined costs next to nothing; only every few milliseconds it is a real pause. */
  breathe(rows = 1): Promise<void> | undefined {
    this.#rows += rows;
    if (this.#rows < ROWS_PER_SLICE) return undefined;
    this.#rows = 0;
    if (performance.now() - this.#started < SLICE_MS) return undefined;
    this.#signal?.throwIfAborted();
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#started = performance.now();
        resolve();
      });
    });
  }
}

function connect(file: string, mustExist = false): Database.Database {
  const db = new Database(file, { fileMustExist: mustExist });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma('temp_store = FILE');
  db.pragma(`temp.cache_size = -${TEMP_CACHE_KIB}`);
  return db;
}

export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function toEntry(row: EntryTuple): EntryRow {
  if (row[1] === '') throw new Error('a folded row without an object');
  return {
    id: Buffer.from(row[0], 'hex'),
    obj: Buffer.from(row[1], 'hex'),
    size: row[2],
    place: toPlace(row[3], row[4], row[5], row[6]),
    modified: row[7],
  };
}

export function toPlace(
  pack: number | null,
  offset: number | null,
  length: number | null,
  flags: number,
): Place | null {
  if (pack === null) return null;
  return { pack, offset: offset ?? 0, storedLength: length ?? 0, codec: flags & 0xff };
}

export function placeValues(place: Place | null): [number | null, number | null, number | null, number] {
  return place === null ? [null, null, null, 0] : [place.pack, place.offset, place.storedLength, place.codec];
}

function entryValues(row: EntryRow): unknown[] {
  return [row.id, row.obj, row.size, ...placeValues(row.place), row.modified];
}
