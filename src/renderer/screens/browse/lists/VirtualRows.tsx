import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import type { BrowseKind } from '../../../../shared/contract/procedures/index.ts';
import type { ItemList, ItemOf } from '../use-items.ts';
import styles from './Lists.module.css';

/** Rows of one height of which only those in sight are there; one can be chosen, with the keyboard too. */
export function VirtualRows<K extends BrowseKind>({
  list,
  total,
  turn,
  label,
  rowHeight,
  selected,
  idOf,
  onChoose,
  onOpen,
  children,
  scrollTo,
}: {
  readonly list: ItemList<K>;
  readonly total: number;
  /** Goes up when a page came. */
  readonly turn: number;
  readonly label: string;
  readonly rowHeight: number;
  readonly selected: string | null;
  readonly idOf: (item: ItemOf<K>) => string;
  readonly onChoose: (item: ItemOf<K>, place: number) => void;
  readonly onOpen?: (item: ItemOf<K>) => void;
  readonly children: (item: ItemOf<K>, before: ItemOf<K> | undefined, place: number) => ReactNode;
  /** A place to be brought into sight; `turn` makes the same place count again. */
  readonly scrollTo?: { readonly place: number; readonly turn: number } | null;
}) {
  const scroll = useRef<HTMLDivElement | null>(null);
  const id = useId();
  const focus = useRef(-1);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
    paddingStart: 8,
    paddingEnd: 12,
  });
  const rows = virtual.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => list.want(first, last), [list, first, last]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a place is gone to once.
  useEffect(() => {
    if (scrollTo != null) virtual.scrollToIndex(scrollTo.place, { align: 'start' });
  }, [scrollTo]);
  // What was chosen is looked for when the list is another one, and shown where it stands now.
  const placed = useRef<unknown>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each list.
  useEffect(() => {
    if (total === 0 || placed.current === list) return;
    placed.current = list;
    if (selected === null) return;
    list.placeOf(selected).then(
      (place) => {
        if (place === null) return;
        focus.current = place;
        virtual.scrollToIndex(place, { align: 'auto' });
      },
      () => undefined,
    );
  }, [list, total]);

  const choose = (place: number): void => {
    const within = Math.max(0, Math.min(total - 1, place));
    focus.current = within;
    virtual.scrollToIndex(within, { align: 'auto' });
    void list.load(within, within).then(([item]) => {
      if (item !== undefined && focus.current === within) onChoose(item, within);
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / rowHeight) - 1);
    const to = {
      ArrowDown: focus.current + 1,
      ArrowUp: focus.current - 1,
      Home: 0,
      End: total - 1,
      PageDown: focus.current + page,
      PageUp: focus.current - page,
    }[event.key];
    const item = list.at(focus.current);
    if (to !== undefined) choose(to);
    else if (event.key === 'Enter' && item !== undefined && onOpen !== undefined) onOpen(item);
    else return;
    event.preventDefault();
  };
  const chosenRow = rows.find(({ index }) => {
    const item = list.at(index);
    return item !== undefined && idOf(item) === selected;
  });
  return (
    <div
      ref={scroll}
      className={styles['rows']}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      data-turn={turn}
      {...(chosenRow === undefined ? {} : { 'aria-activedescendant': `${id}-${chosenRow.index}` })}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {rows.map(({ index, start }) => {
          const item = list.at(index);
          const isSelected = item !== undefined && idOf(item) === selected;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the list.
            <div
              key={index}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={isSelected}
              aria-posinset={index + 1}
              aria-setsize={total}
              className={`${styles['row']} ${isSelected ? styles['chosen'] : ''}`}
              style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              onClick={() => {
                focus.current = index;
                if (item !== undefined) onChoose(item, index);
              }}
              onDoubleClick={() => {
                if (item !== undefined) onOpen?.(item);
              }}
            >
              {item === undefined ? <i className={styles['waiting']} /> : children(item, list.at(index - 1), index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
