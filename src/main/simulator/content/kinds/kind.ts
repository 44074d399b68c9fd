/** A section of the truth file: its name in `items`, and its rows, made while they are written. */
export interface TruthSection {
  readonly name: string;
  rows(): Iterable<Readonly<Record<string, unknown>>>;
}

/** One sort of content. Everything a kind makes stands in the tree and in its databases when `build` returns. */
export interface Kind {
  truth(): readonly TruthSection[];
}

/** `count` different members of `list`, chosen by `below` (a stream of the mutation), in the order of the list. */
export function choose<T>(list: readonly T[], count: number, below: (limit: number) => number): T[] {
  if (count >= list.length) return [...list];
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(below(list.length));
  return [...chosen].sort((left, right) => left - right).map((index) => list[index] as T);
}
