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
  /** Several days with little in each, side by side over one row of equal columns. */
  | { readonly type: 'days'; readonly days: readonly DayCount[] }
  | {
      readonly type: 'row';
      readonly first: number;
      readonly count: number;
      readonly isShort: boolean;
      readonly isGrid: boolean;
    };

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
  const addRow = (count: number, isGrid: boolean): void => {
    firsts.push(place);
    rowOfFirst.push(rows.length);
    rows.push({ type: 'row', first: place, count, isShort: count < perRow, isGrid });
    place += count;
  };
  for (const group of flat ? [[{ day: '', count: total }]] : packed(days, perRow)) {
    const [first] = group;
    if (first === undefined) continue;
    if (group.length > 1) {
      rows.push({ type: 'days', days: group });
      addRow(
        group.reduce((sum, { count }) => sum + count, 0),
        true,
      );
      continue;
    }
    if (!flat) rows.push({ type: 'day', ...first });
    for (let left = first.count; left > 0; left -= perRow) addRow(Math.min(perRow, left), false);
  }
  return { rows, perRow, rowHeight: wanted, firsts, rowOfFirst };
}

/** Neighbouring days that fit into one row together; others alone. */
function packed(days: readonly DayCount[], perRow: number): readonly (readonly DayCount[])[] {
  const groups: DayCount[][] = [];
  let open: DayCount[] | null = null;
  let room = 0;
  for (const one of days) {
    if (open !== null && one.count <= room) open.push(one);
    else {
      open = [one];
      groups.push(open);
      room = perRow;
    }
    room -= one.count;
  }
  return groups;
}

/** Width of one of the equal columns. */
export const columnOf = (width: number, perRow: number): number => (width - GAP * (perRow - 1)) / perRow;

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
  row: { readonly isShort: boolean; readonly isGrid: boolean },
  width: number,
  height: number,
  perRow: number,
): number[] {
  if (row.isGrid) return shapes.map(() => columnOf(width, perRow));
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
