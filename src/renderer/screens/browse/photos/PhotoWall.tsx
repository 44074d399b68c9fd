import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { BrowseFilter, PhotoView } from '../../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../../api/engine.tsx';
import { fullDayText, shortDayText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import { filterOf, useFrame } from '../browse-context.ts';
import { GroupBar } from '../GroupBar.tsx';
import { kindTitle } from '../KindsColumn.tsx';
import { ListFrame } from '../ListFrame.tsx';
import { type Sort, SortChoice } from '../SortChoice.tsx';
import { useItems, useSize } from '../use-items.ts';
import { PhotoTile } from './PhotoTile.tsx';
import { PhotoViewer } from './PhotoViewer.tsx';
import styles from './PhotoWall.module.css';
import { SelectionBar } from './SelectionBar.tsx';
import { type PhotoList, useSelection } from './use-selection.ts';
import {
  besides,
  columnOf,
  DAY_HEIGHT,
  type DayCount,
  GAP,
  layOut,
  rowOf,
  shapeOf,
  type WallLayout,
  widthsOf,
} from './wall-layout.ts';

const NO_DAYS: readonly DayCount[] = [];
const ROOM = 42;

/** All photos or videos of a backup, by day. */
export function PhotoWall({ kind }: { readonly kind: 'photos' | 'videos' }) {
  const frame = useFrame();
  const { version, gone, turn } = frame;
  const [sort, setSort] = useState<Sort>('newest');
  const filter: BrowseFilter = filterOf(frame, sort === 'newest' ? {} : { sort });
  const days = useQuery('browse.days', { ...version, kind, filter, gone });
  const items = useItems({ version, kind, filter, gone });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a password that was given asks again.
  useEffect(() => {
    if (turn === 0) return;
    days.reload();
    items.list.retry();
  }, [turn]);
  return (
    <>
      <GroupBar>
        <SortChoice choices={['newest', 'oldest', 'largest']} value={sort} onChange={setSort} />
      </GroupBar>
      <ListFrame
        total={items.total ?? days.data?.total ?? null}
        isPresent={items.isPresent}
        unreadable={items.unreadable}
        error={items.error ?? days.error}
        onRetry={() => {
          days.reload();
          items.list.retry();
        }}
      >
        <Wall
          key={sort}
          kind={kind}
          filter={filter}
          days={days.data?.days ?? NO_DAYS}
          total={items.total ?? days.data?.total ?? 0}
          list={items.list as unknown as PhotoList}
          turn={items.turn}
          isFlat={sort === 'largest'}
        />
      </ListFrame>
    </>
  );
}

function Wall({
  kind,
  filter,
  days,
  total,
  list,
  turn,
  isFlat,
}: {
  readonly kind: 'photos' | 'videos';
  readonly filter: BrowseFilter;
  readonly days: readonly DayCount[];
  readonly total: number;
  readonly list: PhotoList;
  readonly turn: number;
  readonly isFlat: boolean;
}) {
  const { item, chooseItem, gone, save, showElsewhere } = useFrame();
  const scroll = useRef<HTMLDivElement | null>(null);
  const [measure, size] = useSize();
  const width = Math.max(0, size.width - ROOM);
  const wanted = kind === 'videos' ? 176 : 132;
  const layout = useMemo(() => layOut(days, width, wanted, isFlat), [days, width, wanted, isFlat]);
  const [viewed, setViewed] = useState<number | null>(null);
  const onFocus = useCallback((photo: PhotoView | null) => chooseItem(photo?.id ?? null), [chooseItem]);
  const { selection, only, toggle, extend, all, clear, moved } = useSelection(list, onFocus);

  const virtual = useVirtualizer({
    count: layout.rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => (layout.rows[index]?.type === 'row' ? layout.rowHeight + GAP : DAY_HEIGHT),
    overscan: 3,
    useFlushSync: false,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another layout has other heights.
  useEffect(() => virtual.measure(), [layout]);
  const rows = virtual.getVirtualItems();
  const { from, to } = seen(layout, rows[0]?.index ?? 0, rows.at(-1)?.index ?? 0);
  useEffect(() => list.want(from, to), [list, from, to]);
  useKeepPlace({
    list,
    item,
    layout,
    top: from,
    scrollTo: (row) => virtual.scrollToIndex(row, { align: 'center' }),
    moved,
  });

  const reach = (place: number, isStretch: boolean): void => {
    const within = Math.max(0, Math.min(total - 1, place));
    virtual.scrollToIndex(rowOf(layout, within), { align: 'auto' });
    if (isStretch) void extend(within);
    else only(within, list.at(within));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { focus } = selection;
    const isCommand = event.metaKey || event.ctrlKey;
    if (isCommand && event.key === 'a') all();
    else if (isCommand && event.key === 'e') save(filter, ...chosen());
    else if (event.key === 'ArrowRight') reach(focus + 1, event.shiftKey);
    else if (event.key === 'ArrowLeft') reach(focus - 1, event.shiftKey);
    else if (event.key === 'ArrowDown') reach(focus < 0 ? 0 : besides(layout, focus, 1, total), event.shiftKey);
    else if (event.key === 'ArrowUp') reach(focus < 0 ? 0 : besides(layout, focus, -1, total), event.shiftKey);
    else if (event.key === 'Home') reach(0, event.shiftKey);
    else if (event.key === 'End') reach(total - 1, event.shiftKey);
    else if ((event.key === ' ' || event.key === 'Enter') && focus >= 0) setViewed(focus);
    else if (event.key === 'Escape') clear();
    else return;
    event.preventDefault();
  };
  const chosen = (): [readonly string[] | null, string] =>
    selection.isAll || selection.ids.size === 0
      ? [null, kindCount(kind, total)]
      : [[...selection.ids.keys()], kindCount(kind, selection.ids.size)];
  const onPress = (event: MouseEvent, isTwice: boolean): void => {
    const place = placeOf(event);
    if (place === null) return;
    if (isTwice) setViewed(place);
    else if (event.shiftKey) void extend(place);
    else if (event.metaKey || event.ctrlKey) toggle(place, list.at(place));
    else only(place, list.at(place));
  };
  const { isAll, ids, focus } = selection;
  return (
    <>
      <div
        ref={(element) => {
          scroll.current = element;
          measure(element);
        }}
        className={styles['scroll']}
        role="listbox"
        tabIndex={0}
        aria-multiselectable
        aria-label={t('browse.wall', { kind: kindTitle(kind), count: total })}
        {...(focus >= from && focus <= to ? { 'aria-activedescendant': `photo-${focus}` } : {})}
        onKeyDown={onKeyDown}
        onClick={(event) => onPress(event, false)}
        onDoubleClick={(event) => onPress(event, true)}
      >
        <div className={styles['inner']} role="presentation" style={{ height: virtual.getTotalSize() }}>
          {rows.map(({ index, start, key }) => {
            const row = layout.rows[index];
            if (row === undefined) return null;
            const transform = `translateY(${start}px)`;
            if (row.type === 'day') {
              return (
                <div
                  key={key}
                  className={styles['day']}
                  style={{ transform, height: DAY_HEIGHT }}
                  role="presentation"
                  aria-hidden
                >
                  <strong>{dayName(row.day)}</strong>
                  <span>{t(gone ? 'browse.dayGone' : 'browse.dayCount', { count: row.count })}</span>
                </div>
              );
            }
            if (row.type === 'days') {
              const column = columnOf(width, layout.perRow);
              return (
                <div
                  key={key}
                  className={styles['days']}
                  style={{ transform, height: DAY_HEIGHT }}
                  role="presentation"
                  aria-hidden
                >
                  {row.days.map(({ day, count }, one) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: who travels may see a day twice.
                    <strong key={one} style={{ width: count * column + (count - 1) * GAP }} title={dayName(day)}>
                      {count * column > 260 ? dayName(day) : shortDayName(day)}
                    </strong>
                  ))}
                </div>
              );
            }
            const photos = Array.from({ length: row.count }, (_, one) => list.at(row.first + one));
            const widths = widthsOf(photos.map(shapeOf), row, width, layout.rowHeight, layout.perRow);
            return (
              <div key={key} className={styles['row']} style={{ transform }} role="presentation" data-turn={turn}>
                {photos.map((photo, one) => (
                  <PhotoTile
                    // biome-ignore lint/suspicious/noArrayIndexKey: a tile is its place in the list.
                    key={row.first + one}
                    place={row.first + one}
                    total={total}
                    photo={photo}
                    width={widths[one] ?? 0}
                    height={layout.rowHeight}
                    isSelected={isAll || (photo !== undefined && ids.has(photo.id))}
                    isFocused={focus === row.first + one}
                    gone={gone}
                  />
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {isAll || ids.size > 0 ? (
        <SelectionBar
          count={isAll ? total : ids.size}
          bytes={isAll ? null : sumOf(ids)}
          onOpen={() => setViewed(Math.max(0, focus))}
          onElsewhere={() => {
            const [id] = ids.keys();
            if (id !== undefined) showElsewhere(id);
          }}
          hasOne={!isAll && ids.size === 1}
          onSave={() => save(filter, ...chosen())}
          onClear={clear}
        />
      ) : null}
      {viewed === null ? null : (
        <PhotoViewer
          list={list}
          place={viewed}
          total={total}
          onMove={(place) => {
            setViewed(place);
            reach(place, false);
          }}
          onSave={(photo) => save(filter, [photo.id], kindCount(kind, 1))}
          onClose={() => {
            setViewed(null);
            scroll.current?.focus();
          }}
        />
      )}
    </>
  );
}

/** Another day, the same picture: the wall goes where it is now, or stays where it was. */
function useKeepPlace({
  list,
  item,
  layout,
  top,
  scrollTo,
  moved,
}: {
  readonly list: PhotoList;
  readonly item: string | null;
  readonly layout: WallLayout;
  readonly top: number;
  readonly scrollTo: (row: number) => void;
  readonly moved: (place: number) => void;
}): void {
  const known = useRef<PhotoList | null>(null);
  const anchor = useRef<string | null>(null);
  const isReady = layout.rows.length > 0;
  // What is in sight is remembered as long as its list is.
  useEffect(() => {
    if (known.current === list) anchor.current = list.at(top)?.id ?? anchor.current;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each list, when it is laid out.
  useEffect(() => {
    if (!isReady || known.current === list) return;
    const isFirst = known.current === null;
    known.current = list;
    const wanted = item ?? (isFirst ? null : anchor.current);
    if (wanted === null) return;
    list.placeOf(wanted).then(
      (place) => {
        if (place === null || known.current !== list) return;
        if (item !== null) moved(place);
        scrollTo(rowOf(layout, place));
      },
      // The list itself says what went wrong.
      () => undefined,
    );
  }, [list, isReady]);
}

function seen({ rows }: WallLayout, first: number, last: number): { readonly from: number; readonly to: number } {
  let from = 0;
  for (let index = first; index <= last; index += 1) {
    const row = rows[index];
    if (row?.type !== 'row') continue;
    from = row.first;
    break;
  }
  let to = from;
  for (let index = last; index >= first; index -= 1) {
    const row = rows[index];
    if (row?.type !== 'row') continue;
    to = row.first + row.count - 1;
    break;
  }
  return { from, to };
}

function placeOf(event: MouseEvent): number | null {
  const tile = (event.target as HTMLElement).closest<HTMLElement>('[data-place]');
  return tile === null ? null : Number(tile.dataset['place']);
}

function sumOf(ids: ReadonlyMap<string, number | null>): number {
  let sum = 0;
  for (const bytes of ids.values()) sum += bytes ?? 0;
  return sum;
}

const isDay = (day: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(day);

function dayName(day: string): string {
  return isDay(day) ? fullDayText(new Date(`${day}T12:00:00`)) : t('browse.noDate');
}

function shortDayName(day: string): string {
  return isDay(day) ? shortDayText(new Date(`${day}T12:00:00`)) : t('browse.noDate');
}
