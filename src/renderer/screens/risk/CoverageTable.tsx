import { ChevronDown, ChevronRight, CircleQuestionMark, Minus, UserRoundCheck } from 'lucide-react';
import { Fragment, type ReactNode, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { CoverageCell, CoverageMap, CoveragePlace, CoverageRow } from '../../../shared/rules/guidance/index.ts';
import { useAction } from '../../api/engine.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Segmented } from '../../components/Fields.tsx';
import { Mark } from '../../components/Mark.tsx';
import { shortDateText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './CoverageTable.module.css';
import { amountOf, cellText, outcomeText, PLACES, rowName } from './risk-words.ts';

/** One line for each group and each big app; a line opens to the sentences behind its cells. */
export function CoverageTable({
  map,
  udid,
  onDeclared,
}: {
  readonly map: CoverageMap;
  readonly udid: string;
  readonly onDeclared: () => void;
}) {
  const [open, setOpen] = useState<string | null>(null);
  const groups = map.rows.filter(({ app }) => app === null);
  const apps = map.rows.filter(({ app }) => app !== null);
  const lines = (rows: readonly CoverageRow[]) =>
    rows.map((row) => (
      <Fragment key={row.id}>
        <Line row={row} isOpen={open === row.id} onToggle={() => setOpen(open === row.id ? null : row.id)} />
        {open === row.id ? <Details row={row} udid={udid} onDeclared={onDeclared} /> : null}
      </Fragment>
    ));
  return (
    <table className={styles['map']}>
      <thead>
        <tr>
          <th scope="col">{t('risk.column.what')}</th>
          {PLACES.map((place) => (
            <th key={place} scope="col">
              {t(`risk.place.${place}`)}
            </th>
          ))}
          <th scope="col">{t('risk.column.ifLost')}</th>
        </tr>
      </thead>
      <tbody>
        {lines(groups)}
        {apps.length === 0 ? null : (
          <tr className={styles['part']}>
            <th scope="colgroup" colSpan={7}>
              {t('risk.apps')}
            </th>
          </tr>
        )}
        {lines(apps)}
      </tbody>
    </table>
  );
}

function Line({
  row,
  isOpen,
  onToggle,
}: {
  readonly row: CoverageRow;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}) {
  const name = rowName(row);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <tr className={isOpen ? styles['open'] : undefined}>
      <th scope="row">
        <AriaButton className={styles['name'] ?? ''} onPress={onToggle} aria-expanded={isOpen}>
          <Chevron size={14} strokeWidth={2} aria-hidden />
          <span>
            <strong>{name}</strong>
            <small>{amountOf(row)}</small>
          </span>
        </AriaButton>
      </th>
      {PLACES.map((place) => (
        <td key={place} title={cellText(row.cells[place], place)}>
          <Cell cell={row.cells[place]} place={place} />
        </td>
      ))}
      <td>
        <span className={styles['lost']}>
          <Outcome row={row} />
          {outcomeText(row)}
        </span>
      </td>
    </tr>
  );
}

/** Green is for what was read back: what is on the phone was seen there, and that is another thing. */
export function Cell({ cell, place }: { readonly cell: CoverageCell; readonly place: CoveragePlace }) {
  const isReadBack = cell.state === 'proven' && (place === 'vault' || place === 'second-copy');
  return (
    <span className={styles['cell']}>
      <CellMark state={cell.state} isReadBack={isReadBack} />
      <span>
        {t(`risk.state.${cell.state === 'proven' && !isReadBack ? 'seen' : cell.state}`)}
        {cell.at === null || cell.state === 'no' ? null : <small>{shortDateText(cell.at)}</small>}
      </span>
    </span>
  );
}

export function CellMark({
  state,
  isReadBack,
}: {
  readonly state: CoverageCell['state'];
  readonly isReadBack: boolean;
}): ReactNode {
  const look = { size: 16, strokeWidth: 1.8, 'aria-hidden': true } as const;
  switch (state) {
    case 'proven':
      return <Mark kind={isReadBack ? 'ok' : 'pass'} label={null} />;
    case 'declared':
      return <UserRoundCheck {...look} />;
    case 'partial':
      return <Half />;
    case 'unknown':
      return <CircleQuestionMark {...look} />;
    case 'no':
      return <Minus {...look} />;
  }
}

/** Half full. */
function Half() {
  return (
    <svg viewBox="0 0 16 16" width={16} height={16} aria-hidden>
      <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M8 1.6a6.4 6.4 0 0 0 0 12.8z" fill="currentColor" />
    </svg>
  );
}

function Outcome({ row: { ifLost, cells } }: { readonly row: CoverageRow }) {
  // Where there is nothing, nothing was proved.
  if (cells.vault.basis === 'nothing-in-it') return <Minus size={16} strokeWidth={1.8} aria-hidden />;
  switch (ifLost) {
    case 'comes-back':
      return <Mark kind="ok" label={null} />;
    case 'lost':
      return <Mark kind="bad" label={null} />;
    case 'unknown':
      return <CircleQuestionMark size={16} strokeWidth={1.8} aria-hidden />;
    case 'partly':
    case 'hoped':
      return <Mark kind="warn" label={null} />;
  }
}

type Said = 'yes' | 'no' | 'unknown';

/** The sentence of each place, and what only its owner can say. */
function Details({
  row,
  udid,
  onDeclared,
}: {
  readonly row: CoverageRow;
  readonly udid: string;
  readonly onDeclared: () => void;
}) {
  const declare = useAction('risk.declare');
  // As it was pressed, until the map has been made anew.
  const [pressed, setPressed] = useState<Partial<Record<'icloud' | 'other', Said>>>({});
  const said = (place: 'icloud' | 'other'): Said => {
    const now = pressed[place];
    if (now !== undefined) return now;
    const { basis } = row.cells[place];
    return basis === 'declared' ? 'yes' : basis === 'declared-not' ? 'no' : 'unknown';
  };
  // What the phone itself tells is not for anybody to say.
  const isAsked = (place: 'icloud' | 'other'): boolean =>
    place === 'other' || !['sync-not-backup', 'phone-says-backup'].includes(row.cells.icloud.basis);
  const say = async (place: 'icloud' | 'other', value: Said): Promise<void> => {
    setPressed({ ...pressed, [place]: value });
    const answer = { yes: true, no: false, unknown: null }[value];
    if ((await declare.run({ udid, group: row.id, place, value: answer })) !== null) onDeclared();
    else setPressed({});
  };
  return (
    <tr className={styles['details']}>
      <td colSpan={7}>
        <dl>
          {PLACES.map((place) => (
            <div key={place}>
              <dt>{t(`risk.place.${place}`)}</dt>
              <dd>
                <p>{cellText(row.cells[place], place)}</p>
                {(place === 'icloud' || place === 'other') && isAsked(place) ? (
                  <Segmented
                    label={t('risk.say', { what: rowName(row), place: t(`risk.place.${place}`) })}
                    value={said(place)}
                    choices={(['yes', 'no', 'unknown'] as const).map((id) => ({ id, label: t(`risk.say.${id}`) }))}
                    onChange={(value) => void say(place, value)}
                  />
                ) : null}
              </dd>
            </div>
          ))}
        </dl>
        {declare.error === null ? null : <ErrorNote error={declare.error} udid={udid} />}
      </td>
    </tr>
  );
}
