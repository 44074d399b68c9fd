import { ProtoMessage } from '../protobuf/index.ts';
import type { NoteFault } from './note-text.ts';
import { unpack } from './unpack.ts';

/**
 * A table (ZMERGEABLEDATA1 of its attachment): a replicated data structure. A list of objects refers to others by number;
 * rows and columns are ordered sets of UUIDs; cells are a dictionary of columns of dictionaries of rows of texts. As seen
 * in tables that Notes made.
 */
export interface NoteTable {
  /** Rows of cells; all rows have the same length. */
  readonly rows: readonly (readonly string[])[];
}

const MAX_CELLS = 200_000;
/** Parts may refer to one large part again and again; a table that people made needs no more than a few for each cell. */
const MAX_VISITS = 2_000_000;
const TABLE = 'com.apple.notes.ICTable';
/** What an object of the list can be. */
const DICTIONARY = 6;
const TEXT = 10;
const CUSTOM = 13;
const ORDERED_SET = 16;
/** Of a reference. */
const UNSIGNED = 2;
const OBJECT = 6;

export function readNoteTable(packed: Uint8Array): NoteTable | NoteFault {
  const bytes = unpack(packed);
  const data = bytes === null ? null : ProtoMessage.read(bytes)?.message(2)?.message(3);
  if (data === null || data === undefined) return { fault: 'the table cannot be unpacked' };
  const objects = new ObjectList(data);
  const table = objects.table();
  if (table === null) return { fault: 'it has no table' };
  const rows = objects.order(table.get('crRows'));
  const columns = objects.order(table.get('crColumns'));
  if (rows.size * columns.size > MAX_CELLS) return { fault: 'the table is larger than any' };
  const cells = Array.from({ length: rows.size }, () => new Array<string>(columns.size).fill(''));
  let visits = 0;
  for (const [columnId, inColumn] of objects.entries(table.get('cellColumns'))) {
    const column = columns.places.get(columnId);
    if (column === undefined) continue;
    for (const [rowId, cell] of objects.entries(inColumn)) {
      visits += 1;
      if (visits > MAX_VISITS) return { fault: 'the table is larger than any' };
      const line = cells[rows.places.get(rowId) ?? -1];
      if (line !== undefined) line[column] = objects.text(cell) ?? '';
    }
  }
  return { rows: withoutGone(cells, rows.gone, columns.gone) };
}

/** Rows and columns that were taken out may still have a place; one that still has a text is kept all the same. */
function withoutGone(
  cells: readonly (readonly string[])[],
  goneRows: ReadonlySet<number>,
  goneColumns: ReadonlySet<number>,
): string[][] {
  const keepsColumn = (column: number): boolean =>
    !goneColumns.has(column) || cells.some((row) => (row[column] ?? '') !== '');
  const columns = (cells[0] ?? []).map((_, column) => column).filter(keepsColumn);
  return cells
    .filter((row, index) => !goneRows.has(index) || row.some((cell) => cell !== ''))
    .map((row) => columns.map((column) => row[column] ?? ''));
}

interface Order {
  /** Numbers of UUIDs → place. A row can have two UUIDs: of its place, and of its own. */
  readonly places: ReadonlyMap<number, number>;
  readonly gone: ReadonlySet<number>;
  readonly size: number;
}

const NO_ORDER: Order = { places: new Map(), gone: new Set(), size: 0 };

type Pair = readonly [uuid: number, object: number];

class ObjectList {
  readonly #objects: readonly (ProtoMessage | null)[];
  readonly #keys: readonly string[];
  readonly #types: readonly string[];
  readonly #uuids: ReadonlyMap<string, number>;
  readonly #dictionaries = new Map<number, readonly Pair[]>();
  readonly #texts = new Map<number, string | null>();
  readonly #uuidsOf = new Map<number, number | null>();

  constructor(data: ProtoMessage) {
    this.#objects = [...data.messages(3)];
    this.#keys = [...data.allBytes(4)].map(String);
    this.#types = [...data.allBytes(5)].map(String);
    this.#uuids = new Map([...data.allBytes(6)].map((bytes, index) => [bytes.toString('hex'), index]));
  }

  /** The parts of the table by their keys, as numbers of objects. */
  table(): ReadonlyMap<string, number> | null {
    for (const object of this.#objects) {
      const custom = object?.message(CUSTOM);
      if (custom === null || custom === undefined || this.#types[custom.number(1) ?? -1] !== TABLE) continue;
      const parts = new Map<string, number>();
      for (const entry of custom.messages(3)) {
        const key = this.#keys[entry?.number(1) ?? -1];
        const target = entry?.message(2)?.number(OBJECT) ?? null;
        if (key !== undefined && target !== null) parts.set(key, target);
      }
      return parts;
    }
    return null;
  }

  order(object: number | undefined): Order {
    const set = this.#objects[object ?? -1]?.message(ORDERED_SET);
    const ordering = set?.message(1);
    const array = ordering?.message(1);
    if (set === null || set === undefined || ordering === null || ordering === undefined || !array) return NO_ORDER;
    const places = new Map<number, number>();
    for (const member of array.messages(2)) {
      const uuid = this.#uuids.get(member?.bytes(2)?.toString('hex') ?? '');
      if (uuid !== undefined && !places.has(uuid)) places.set(uuid, places.size);
    }
    const size = places.size;
    const living = new Set<number>();
    for (const [uuid] of this.#pairs(set.message(2))) living.add(places.get(uuid) ?? -1);
    for (const [uuid, target] of this.#pairs(ordering.message(2))) {
      const place = places.get(uuid);
      const own = this.#uuidOf(target);
      if (place !== undefined && own !== null && !places.has(own)) places.set(own, place);
    }
    const all = Array.from({ length: size }, (_, place) => place);
    return { places, size, gone: new Set(living.size === 0 ? [] : all.filter((place) => !living.has(place))) };
  }

  /** Number of the key's UUID → number of the object. */
  entries(object: number | undefined): readonly Pair[] {
    const at = object ?? -1;
    return kept(this.#dictionaries, at, () => [...this.#pairs(this.#objects[at]?.message(DICTIONARY) ?? null)]);
  }

  text(object: number): string | null {
    return kept(this.#texts, object, () => this.#objects[object]?.message(TEXT)?.text(2) ?? null);
  }

  *#pairs(dictionary: ProtoMessage | null): Iterable<Pair> {
    for (const element of dictionary?.messages(1) ?? []) {
      const key = element?.message(1)?.number(OBJECT) ?? null;
      const value = element?.message(2)?.number(OBJECT) ?? null;
      const uuid = key === null ? null : this.#uuidOf(key);
      if (uuid !== null && value !== null) yield [uuid, value];
    }
  }

  #uuidOf(object: number): number | null {
    return kept(this.#uuidsOf, object, () => {
      for (const entry of this.#objects[object]?.message(CUSTOM)?.messages(3) ?? []) {
        if (this.#keys[entry?.number(1) ?? -1] === 'UUIDIndex') return entry?.message(2)?.number(UNSIGNED) ?? null;
      }
      return null;
    });
  }
}

/** Every object is read once, however often it is referred to. */
function kept<T>(known: Map<number, T>, object: number, read: () => T): T {
  const found = known.get(object);
  if (found !== undefined) return found;
  const made = read();
  known.set(object, made);
  return made;
}
