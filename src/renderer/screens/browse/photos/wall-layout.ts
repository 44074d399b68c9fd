/**
 * Where everything on the wall stands, from the counts of the days alone: each row holds so many, whatever they show, so
 * that nothing moves when pages come. Within its row each picture takes its share of the width.
 */

export interface DayCount {
  readonly day: string;
  readonly count: number;
}

export type WallRow =
  | { readonly type: 'day'; readonly day: string; readonly count: number }
  | { readonly type: 'row'; readonly first: number; readonly count: number; readonly isShort: boolean };

export interface WallLayout {
  readonly rows: readonly WallRow[];
  readonly perRow: number;
  readonly rowHeight: number;
  /** Places of the first items of rows, to find the row of an item. */
  readonly firsts: readonly number[];
  readonly rowOfFirst: readonly number[];
}

export const GAP = 4;
export const DAY_HEIGHT = 46;
const USUAL_SHAPE = 1.12;

export function layOut(days: readonly DayCount[], width: number, wanted: number, flat: boolean): WallLayout {
  const perRow = Math.max(2, Math.round((width + GAP) / (wanted * USUAL_SHAPE + GAP)));
  const rows: WallRow[] = [];
  const firsts: number[] = [];
  const rowOfFirst: number[] = [];
  let place = 0;
  const total = days.reduce((sum, { count }) => sum + count, 0);
  for (const { day, count } of flat ? [{ day: '', count: total }] : days) {
    if (!flat) rows.push({ type: 'day', day, count });
    for (let first = 0; first < count; first += perRow) {
      const here = Math.min(perRow, count - first);
      firsts.push(place + first);
      rowOfFirst.push(rows.length);
      rows.push({ type: 'row', first: place + first, count: here, isShort: here < perRow });
    }
    place += count;
  }
  return { rows, perRow, rowHeight: wanted, firsts, rowOfFirst };
}

/** Index among the rows of the one that holds an item. */
export function rowOf({ firsts, rowOfFirst }: WallLayout, item: number): number {
  return rowOfFirst[pictureRowOf(firsts, item)] ?? 0;
}

function pictureRowOf(firsts: readonly number[], item: number): number {
  let low = 0;
  let high = firsts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firsts[middle] ?? 0) <= item) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The item above or below, about in the same column. */
export function besides({ firsts }: WallLayout, item: number, step: number, total: number): number {
  const row = pictureRowOf(firsts, item);
  const next = Math.max(0, Math.min(firsts.length - 1, row + step));
  if (next === row) return step < 0 ? 0 : total - 1;
  const column = item - (firsts[row] ?? 0);
  const start = firsts[next] ?? 0;
  const end = (firsts[next + 1] ?? total) - 1;
  return Math.min(start + column, end);
}

/** Widths within a row: all of it, or as their shapes are where a day ends. */
export function widthsOf(
  shapes: readonly number[],
  row: { readonly isShort: boolean },
  width: number,
  height: number,
): number[] {
  const room = width - GAP * (shapes.length - 1);
  const sum = shapes.reduce((one, two) => one + two, 0);
  const natural = sum * height;
  const scale = row.isShort && natural <= room ? height : room / sum;
  return shapes.map((shape) => shape * scale);
}

const NARROWEST = 0.62;
const WIDEST = 1.9;

export function shapeOf(item: { readonly width: number | null; readonly height: number | null } | undefined): number {
  if (item == null || item.width === null || item.height === null || item.width === 0 || item.height === 0) return 1;
  return Math.max(NARROWEST, Math.min(WIDEST, item.width / item.height));
}
