import { useRef } from 'react';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { markOf } from '../../components/version-picker/VersionPicker.tsx';
import { bytesText, fullDayText, timeText } from '../../text/formats.ts';
import { currentLocale, t } from '../../text/index.ts';
import styles from './Browse.module.css';
import { useSize } from './use-items.ts';

const MARGIN = 26;
/** Ticks stand no farther apart than this, and names no closer. */
const WIDEST = 22;
const NAME_GAP = 20;

/** One tick for each backup, the newest on top. Dragging goes through the days. */
export function TimeRail({
  rows,
  selected,
  onChoose,
}: {
  readonly rows: readonly BackupRow[];
  readonly selected: number;
  readonly onChoose: (index: number) => void;
}) {
  const [measure, { height }] = useSize();
  const isDragging = useRef(false);
  const last = rows.length - 1;
  const gap = last <= 0 ? 0 : Math.min(WIDEST, (height - 2 * MARGIN) / last);
  const row = rows[selected];
  const choose = (index: number): void => {
    const within = Math.max(0, Math.min(last, index));
    if (within !== selected) onChoose(within);
  };
  const chooseAt = (element: HTMLElement, y: number): void => {
    if (gap > 0) choose(Math.round((y - element.getBoundingClientRect().top - MARGIN) / gap));
  };
  return (
    <div
      ref={measure}
      className={styles['rail']}
      role="slider"
      tabIndex={0}
      aria-label={t('browse.rail')}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, last)}
      aria-valuenow={Math.max(0, selected)}
      aria-valuetext={row === undefined ? '' : valueText(row)}
      onKeyDown={(event) => {
        const to = { ArrowUp: selected - 1, ArrowDown: selected + 1, Home: 0, End: last }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        choose(to);
      }}
      onWheel={(event) => {
        if (event.altKey) choose(selected + Math.sign(event.deltaY));
      }}
      onPointerDown={(event) => {
        isDragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        chooseAt(event.currentTarget, event.clientY);
      }}
      onPointerMove={(event) => {
        if (isDragging.current) chooseAt(event.currentTarget, event.clientY);
      }}
      onPointerUp={() => {
        isDragging.current = false;
      }}
    >
      <svg aria-hidden width="100%" height="100%">
        {names(rows, selected, gap).map(({ index, text }) => (
          <text key={index} x={7} y={MARGIN + index * gap + 3.5}>
            {text}
          </text>
        ))}
        {rows.map((one, index) => {
          const y = MARGIN + index * gap;
          return (
            <line
              key={`${one.vault} ${one.id}`}
              className={index === selected ? styles['tickHere'] : styles['tick']}
              x1={index === selected ? 56 : one.pinned ? 59 : 63}
              x2={72}
              y1={y}
              y2={y}
            />
          );
        })}
        {row === undefined ? null : (
          <text className={styles['nameHere']} x={7} y={MARGIN + selected * gap + 3.5}>
            {timeText(row.finishedAt)}
          </text>
        )}
      </svg>
    </div>
  );
}

function valueText(row: BackupRow): string {
  const mark = markOf(row);
  return t('browse.railValue', {
    when: t('format.when', { day: fullDayText(row.finishedAt), time: timeText(row.finishedAt) }),
    state: t(mark === 'ok' ? 'browse.stateOk' : mark === 'bad' ? 'browse.stateBad' : 'browse.stateIdle'),
    isPinned: String(row.pinned),
    isEncrypted: String(row.encrypted),
    size: bytesText(row.newBytes),
  });
}

/** A name where a day begins that has room for one; the chosen one has its own. */
function names(rows: readonly BackupRow[], selected: number, gap: number) {
  const out: Array<{ index: number; text: string }> = [];
  let free = Number.NEGATIVE_INFINITY;
  let before = '';
  for (const [index, row] of rows.entries()) {
    const text = nameOf(row.finishedAt);
    const y = index * gap;
    const isNearHere = Math.abs(y - selected * gap) < 14;
    if (text !== before && y >= free && !isNearHere) {
      out.push({ index, text });
      free = y + NAME_GAP;
    }
    before = text;
  }
  return out;
}

function nameOf(iso: string): string {
  const date = new Date(iso);
  const days = (Date.now() - date.getTime()) / 86_400_000;
  const format: Intl.DateTimeFormatOptions =
    days < 7
      ? { weekday: 'short' }
      : days < 60
        ? { day: 'numeric', month: 'short' }
        : days < 365
          ? { month: 'short' }
          : { year: 'numeric' };
  return new Intl.DateTimeFormat(currentLocale(), format).format(date);
}
