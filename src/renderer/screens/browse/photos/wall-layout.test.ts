import { expect, it } from 'vitest';
import { besides, columnOf, layOut, rowOf, widthsOf } from './wall-layout.ts';

const day = (name: string, count: number) => ({ day: name, count });
// Five of 130 by about 116 each, with gaps between them.
const WIDTH = 5 * 130 + 4 * 4;

it('sets days with little in them side by side, in the order of the list', () => {
  const layout = layOut([day('a', 1), day('b', 2), day('c', 2), day('d', 1)], WIDTH, 116, false);
  expect(layout.perRow).toBe(5);
  expect(layout.rows).toEqual([
    { type: 'days', days: [day('a', 1), day('b', 2), day('c', 2)] },
    { type: 'row', first: 0, count: 5, isShort: false, isGrid: true },
    { type: 'day', day: 'd', count: 1 },
    { type: 'row', first: 5, count: 1, isShort: true, isGrid: false },
  ]);
  expect(rowOf(layout, 4)).toBe(1);
  expect(rowOf(layout, 5)).toBe(3);
  expect(besides(layout, 0, 1, 6)).toBe(5);
});

it('gives a day with more than a row rows of its own', () => {
  const layout = layOut([day('a', 1), day('b', 7), day('c', 1)], WIDTH, 116, false);
  expect(layout.rows.map((row) => (row.type === 'row' ? row.count : row.type))).toEqual([
    'day',
    1,
    'day',
    5,
    2,
    'day',
    1,
  ]);
});

it('has equal columns where days share a row, and the shapes of the pictures elsewhere', () => {
  const column = columnOf(WIDTH, 5);
  expect(widthsOf([0.7, 1.9], { isShort: true, isGrid: true }, WIDTH, 116, 5)).toEqual([column, column]);
  expect(widthsOf([0.7, 1.9], { isShort: true, isGrid: false }, WIDTH, 100, 5)).toEqual([70, 190]);
});
