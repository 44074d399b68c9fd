import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { INDEX_HEADER_BYTES } from '../pack/layout.ts';
import { PackTable } from '../pack/pack-table.ts';
import { rowOf, sortedRows } from './sorted-rows.ts';

function indexOf(...names: readonly string[]): Buffer {
  const table = new PackTable();
  for (const name of names) {
    const hash = createHash('sha256').update(name).digest();
    table.add({ hash, offset: 160, storedLength: 1, rawLength: 1, crc: 0, codec: 0 });
  }
  return table.toIndex();
}

test('rows of several indexes come once each and in the order of their hashes, whichever of them are empty', () => {
  const names = Array.from({ length: 300 }, (_, at) => `name ${at}`);
  const none = Buffer.alloc(INDEX_HEADER_BYTES);
  const indexes = [
    none,
    indexOf(...names.slice(0, 120)),
    none,
    none,
    indexOf(...names.slice(120)),
    indexOf('one'),
    none,
  ];
  const rows = sortedRows(indexes);
  expect(rows.keys).toHaveLength(301);
  const found = [...rows.keys.keys()].map((position) => {
    const { list, at } = rowOf(rows, position);
    return (indexes[list] as Buffer).subarray(at, at + 32).toString('hex');
  });
  const expected = [...names, 'one'].map((name) => createHash('sha256').update(name).digest('hex')).sort();
  expect(found).toEqual(expected);
});
