/** One line of the outcome: what each contender needed, and whether ours keeps its goal. */
export interface Row {
  readonly what: string;
  readonly values: ReadonlyArray<readonly [name: string, value: string]>;
  /** What ours is measured by, as text; with the goal and the verdict. */
  readonly measured: string;
  /** The same by a stricter reading, where there is one. */
  readonly strictly: string;
  readonly goal: string;
  readonly isMet: boolean;
}

type Goal =
  /** A ratio to a rival, or to a number; `less` is what a stricter ratio leaves out of the rival's figure. */
  | { readonly to: string; readonly atMost: number; readonly less?: number }
  | { readonly toNumber: number; readonly atMost: number }
  | { readonly seconds: number };

/** The first of `figures` is ours. */
export function rowOf(
  what: string,
  figures: ReadonlyMap<string, number>,
  goal: Goal,
  unit: 'seconds' | 'bytes' = 'seconds',
): Row {
  const [ours = Number.NaN] = figures.values();
  const values = [...figures].map(([name, value]): [string, string] => [name, show(value, unit)]);
  if ('seconds' in goal) {
    const isMet = ours <= goal.seconds;
    return { what, values, measured: show(ours, unit), strictly: '', goal: `≤ ${show(goal.seconds, unit)}`, isMet };
  }
  const theirs = 'to' in goal ? (figures.get(goal.to) ?? Number.NaN) : goal.toNumber;
  const ratio = ours / theirs;
  const digits = unit === 'bytes' ? 4 : 3;
  const less = 'to' in goal ? (goal.less ?? 0) : 0;
  return {
    what,
    values,
    measured: ratio.toFixed(digits),
    strictly: less > 0 ? (ours / (theirs - less)).toFixed(digits) : '',
    goal: `≤ ${goal.atMost} × ${'to' in goal ? goal.to : 'the files'}`,
    isMet: ratio <= goal.atMost,
  };
}

export function printTable(rows: readonly Row[]): void {
  const names = [...new Set(rows.flatMap((row) => row.values.map(([name]) => name)))];
  const lines = [
    ['', ...names, 'measured', 'less unlocking', 'goal', ''],
    ...rows.map((row) => [
      row.what,
      ...names.map((name) => row.values.find(([one]) => one === name)?.[1] ?? '–'),
      row.measured,
      row.strictly,
      row.goal,
      row.isMet ? 'met' : 'MISSED',
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

function show(value: number, unit: 'seconds' | 'bytes'): string {
  if (unit === 'bytes') return `${(value / 1e6).toFixed(1)} MB`;
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(2)} s`;
}
