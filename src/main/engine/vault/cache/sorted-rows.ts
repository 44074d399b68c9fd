import { INDEX_ENTRY_BYTES, INDEX_HEADER_BYTES } from '../pack/layout.ts';

export interface SortedRows {
  /** First 32 bits of each row's hash, then its number among the rows of all lists. */
  readonly keys: Float64Array;
  /** Number of each list's first row. */
  readonly starts: readonly number[];
}

const ROW_NUMBERS = 2 ** 21;

/** Rows of several packs' indexes in the order of their hashes. Equal beginnings may stand in any order. */
export function sortedRows(indexes: readonly Buffer[]): SortedRows {
  const starts: number[] = [];
  let count = 0;
  for (const index of indexes) {
    starts.push(count);
    count += (index.length - INDEX_HEADER_BYTES) / INDEX_ENTRY_BYTES;
  }
  const keys = new Float64Array(count);
  let number = 0;
  for (const index of indexes) {
    for (let at = INDEX_HEADER_BYTES; at < index.length; at += INDEX_ENTRY_BYTES) {
      keys[number] = index.readUInt32BE(at) * ROW_NUMBERS + number;
      number += 1;
    }
  }
  return { keys: keys.sort(), starts };
}

/** In which list the row in this position lies, and where. */
export function rowOf({ keys, starts }: SortedRows, position: number): { readonly list: number; readonly at: number } {
  const number = (keys[position] as number) % ROW_NUMBERS;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= number) low = middle;
    else high = middle - 1;
  }
  return { list: low, at: INDEX_HEADER_BYTES + (number - (starts[low] as number)) * INDEX_ENTRY_BYTES };
}
