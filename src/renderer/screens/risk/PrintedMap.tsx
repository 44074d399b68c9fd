import type { LossView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import type { CoverageCell, CoverageMap } from '../../../shared/rules/guidance/index.ts';
import { fullDayText, timeText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { lossWords } from './LossMeter.tsx';
import styles from './PrintedMap.module.css';
import { amountOf, cellText, headlineOf, outcomeText, PLACES, rowName, sourceText } from './risk-words.ts';

/** The same in every line: told once above, or not at all, so that all of it is one page. */
const SAID_ONCE: ReadonlySet<CoverageCell['basis']> = new Set<CoverageCell['basis']>(['no-copy', 'nobody-said']);

/** The whole map on paper, in sentences: nothing to open there. */
export function PrintedMap({
  map,
  loss,
  phone,
}: {
  readonly map: CoverageMap;
  readonly loss: LossView | null;
  readonly phone: PhoneView;
}) {
  const words = lossWords(loss);
  return (
    <div className={styles['paper']}>
      <h1>{t('risk.title')}</h1>
      <p>
        {t('risk.printed', { name: phone.name, day: fullDayText(map.at), time: timeText(map.at) })} {headlineOf(map)}{' '}
        {sourceText(map)}{' '}
        {map.rows.some(({ cells }) => cells['second-copy'].basis === 'no-copy') ? t('risk.basis.no-copy') : null}
      </p>
      <p>
        <strong>{words.title}</strong> {words.text}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('risk.column.what')}</th>
            <th scope="col">{t('risk.column.ifLost')}</th>
            <th scope="col">{t('risk.column.where')}</th>
          </tr>
        </thead>
        <tbody>
          {map.rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                {rowName(row)}
                <small>{amountOf(row)}</small>
              </th>
              <td>{outcomeText(row)}</td>
              <td>
                {PLACES.filter((place) => !SAID_ONCE.has(row.cells[place].basis)).map((place) => (
                  <p key={place}>
                    <strong>{t(`risk.place.${place}`)}:</strong> {cellText(row.cells[place], place)}
                  </p>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
