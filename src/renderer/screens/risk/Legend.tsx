import { t } from '../../text/index.ts';
import { CellMark } from './CoverageTable.tsx';
import styles from './Legend.module.css';

const STATES = ['proven', 'partial', 'declared', 'unknown', 'no'] as const;

/** What each shape means. */
export function Legend() {
  return (
    <ul className={styles['legend']}>
      {STATES.map((state) => (
        <li key={state}>
          <CellMark state={state} isReadBack={state === 'proven'} />
          {t(`risk.legend.${state}`)}
        </li>
      ))}
    </ul>
  );
}
