import { type ProtoField, proto } from '../../encodings/protobuf.ts';
import { gzip } from '../../media/deflate.ts';
import { noteString } from './note-body.ts';

/**
 * ZMERGEABLEDATA1 of a table: gzip of a replicated data structure. A list of objects that refer to each other by
 * number; rows and columns are ordered sets of UUIDs, cells a dictionary of columns of dictionaries of rows.
 * Layout from tables made by Notes (public samples) and from what public readers follow.
 */

const KEYS = ['self', 'crTableColumnDirection', 'identity', 'UUIDIndex', 'crRows', 'crColumns', 'cellColumns'] as const;
const TYPES = ['com.apple.CRDT.NSString', 'com.apple.CRDT.NSUUID', 'com.apple.notes.ICTable'] as const;

/** Fields of one entry of the object list. */
const DICTIONARY = 6;
const STRING = 10;
const CUSTOM = 13;
const ORDERED_SET = 16;

export function tableBody(cells: readonly (readonly string[])[], uuid: (purpose: string) => Buffer): Buffer {
  const rows = cells.length;
  const columns = cells[0]?.length ?? 0;
  const objects: Buffer[] = [];
  const uuids: Buffer[] = [];
  const put = (field: number, value: Buffer): number => objects.push(proto([field, value])) - 1;
  const identity = (place: number): Buffer => {
    uuids[place] ??= uuid(`table/${place}`);
    return custom('com.apple.CRDT.NSUUID', [['UUIDIndex', proto([2, place])]]);
  };
  objects.push(Buffer.alloc(0));
  const direction = put(
    CUSTOM,
    custom('com.apple.CRDT.NSString', [['self', proto([4, 'CRTableColumnDirectionLeftToRight'])]]),
  );
  const rowObjects = Array.from({ length: rows }, (_, row) => put(CUSTOM, identity(row)));
  const columnObjects = Array.from({ length: columns }, (_, column) => put(CUSTOM, identity(rows + column)));
  const rowSet = put(ORDERED_SET, orderedSet(rowObjects, uuids.slice(0, rows), uuid));
  const columnSet = put(ORDERED_SET, orderedSet(columnObjects, uuids.slice(rows), uuid));
  const columnEntries = columnObjects.map((columnObject, column) => {
    const entries = rowObjects.map((rowObject, row) => {
      const text = cells[row]?.[column] ?? '';
      return [
        rowObject,
        put(
          STRING,
          noteString([{ text }], (purpose) => uuid(`cell/${row}/${column}/${purpose}`)),
        ),
      ] as const;
    });
    return [columnObject, put(DICTIONARY, dictionary(entries))] as const;
  });
  const cellSet = put(DICTIONARY, dictionary(columnEntries));
  objects[0] = proto([
    CUSTOM,
    custom('com.apple.notes.ICTable', [
      ['crRows', reference(rowSet)],
      ['crColumns', reference(columnSet)],
      ['cellColumns', reference(cellSet)],
      ['crTableColumnDirection', reference(direction)],
    ]),
  ]);
  const data = proto(
    ...objects.map((object): ProtoField => [3, object]),
    ...KEYS.map((key): ProtoField => [4, key]),
    ...TYPES.map((type): ProtoField => [5, type]),
    ...uuids.map((bytes): ProtoField => [6, bytes]),
  );
  return gzip(proto([1, 0], [2, proto([1, 0], [2, 0], [3, data])]));
}

/** "Object number …". */
function reference(object: number): Buffer {
  return proto([6, object]);
}

function custom(type: (typeof TYPES)[number], entries: readonly (readonly [(typeof KEYS)[number], Buffer])[]): Buffer {
  const fields = entries.map(([key, value]): ProtoField => [3, proto([1, KEYS.indexOf(key)], [2, value])]);
  return proto([1, TYPES.indexOf(type)], ...fields);
}

function dictionary(entries: readonly (readonly [key: number, value: number])[]): Buffer {
  return proto(...entries.map(([key, value]): ProtoField => [1, proto([1, reference(key)], [2, reference(value)])]));
}

function orderedSet(members: readonly number[], names: readonly Buffer[], uuid: (purpose: string) => Buffer): Buffer {
  const places = noteString([{ text: '\ufffc'.repeat(members.length) }], (purpose) => uuid(`set/${purpose}`));
  const array = proto([1, places], ...names.map((name, index): ProtoField => [2, proto([1, index], [2, name])]));
  const same = dictionary(members.map((member) => [member, member] as const));
  return proto([1, proto([1, array], [2, same])], [2, same]);
}
