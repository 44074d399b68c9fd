import type { InputOf } from '../../../../shared/contract/procedures/index.ts';
import type { GoneItem, Part } from './use-reviewed.ts';

/** What is ticked, by part and kind: all of a kind, or some of its items. A kind that is not named has none. */
export type Ticked = 'all' | ReadonlySet<string>;
export type Selection = Readonly<Record<Part, ReadonlyMap<string, Ticked>>>;

export interface KindCount {
  readonly kind: string;
  readonly count: number;
  readonly bytes: number | null;
}

export const isTicked = (ticked: Ticked | undefined, id: string): boolean =>
  ticked === 'all' || (ticked?.has(id) ?? false);

export function tickKind(selection: Selection, part: Part, kind: string, isOn: boolean): Selection {
  const kinds = new Map(selection[part]);
  if (isOn) kinds.set(kind, 'all');
  else kinds.delete(kind);
  return { ...selection, [part]: kinds };
}

/** Unticking one of all leaves the others, as far as they are known; `items` are those. */
export function tickItem(
  selection: Selection,
  part: Part,
  { kind, id }: GoneItem,
  isOn: boolean,
  { items, count }: { readonly items: readonly GoneItem[]; readonly count: number },
): Selection {
  const old = selection[part].get(kind);
  const ids = new Set(old === 'all' ? items.map((one) => one.id) : (old ?? []));
  if (isOn) ids.add(id);
  else ids.delete(id);
  const kinds = new Map(selection[part]);
  if (ids.size === 0) kinds.delete(kind);
  else kinds.set(kind, ids.size === count ? 'all' : ids);
  return { ...selection, [part]: kinds };
}

export interface Sum {
  readonly count: number;
  /** Null: of some the size is not known. */
  readonly bytes: number | null;
}

export function sumOf(
  ticked: ReadonlyMap<string, Ticked>,
  kinds: readonly KindCount[],
  items: readonly GoneItem[],
): Sum {
  let count = 0;
  let bytes: number | null = 0;
  for (const one of kinds) {
    const some = ticked.get(one.kind);
    if (some === undefined) continue;
    count += some === 'all' ? one.count : some.size;
    const size: number | null =
      some === 'all'
        ? one.bytes
        : items
            .filter(({ kind, id }) => kind === one.kind && some.has(id))
            .reduce((sum, item) => sum + (item.bytes ?? 0), 0);
    bytes = bytes === null || size === null ? null : bytes + size;
  }
  return { count, bytes };
}

export type Wish = Pick<InputOf<'cleanup.undo'>, 'part' | 'items'>;
/** More cannot be named in one question. */
export const MOST_ITEMS = 10_000;

/** Whole parts need no list. Null: more are ticked than can be named. */
export async function wishOf(
  selection: Selection,
  kinds: Readonly<Record<Part, readonly KindCount[]>>,
  all: Readonly<Record<Part, () => Promise<readonly GoneItem[]>>>,
): Promise<Wish | null> {
  const isWhole = (part: Part): boolean => kinds[part].every(({ kind }) => selection[part].get(kind) === 'all');
  const isNone = (part: Part): boolean => selection[part].size === 0;
  if (isWhole('expected') && isWhole('unexpected')) return { part: 'all', items: null };
  if (isWhole('unexpected') && isNone('expected')) return { part: 'unexpected', items: null };
  if (isWhole('expected') && isNone('unexpected')) return { part: 'expected', items: null };
  const items: Array<{ kind: string; id: string }> = [];
  for (const part of ['unexpected', 'expected'] as const) {
    if (isNone(part)) continue;
    for (const { kind, id } of await all[part]()) {
      if (isTicked(selection[part].get(kind), id)) items.push({ kind, id });
    }
  }
  return items.length > MOST_ITEMS ? null : { part: 'all', items };
}
