import { CircleQuestionMark } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Check } from '../../../../shared/rules/guidance/index.ts';
import { Mark, type MarkKind } from '../../../components/Mark.tsx';
import { Card } from '../../../components/Parts.tsx';
import { t } from '../../../text/index.ts';
import styles from './ChecksTable.module.css';
import { type CheckContext, checkWords } from './check-words.ts';

export type CheckMark = MarkKind | 'unknown';

export interface CheckRow {
  readonly check: Check;
  /** Without: by its status. */
  readonly mark?: CheckMark;
  /** Instead of what was found, as when its work is done. */
  readonly text?: string;
  /** What can be done, or that this step does it. */
  readonly action?: ReactNode;
}

/** A passing check is a quiet tick: green is for what was read back. */
const MARKS = { pass: 'pass', warn: 'warn', fail: 'bad', unknown: 'unknown' } as const;

/** Each check in a line: its name, what was found, and what to do about it. */
export function ChecksTable({ rows, context }: { readonly rows: readonly CheckRow[]; readonly context: CheckContext }) {
  return (
    <Card className={styles['card']}>
      <table className={styles['checks']}>
        <thead className="srOnly">
          <tr>
            <th scope="col">{t('cleanup.checks.state')}</th>
            <th scope="col">{t('cleanup.checks.check')}</th>
            <th scope="col">{t('cleanup.checks.next')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ check, mark, text: given, action }) => {
            const { title, text } = checkWords(check, context);
            return (
              <tr key={check.id}>
                <td className={styles['mark']}>
                  <State kind={mark ?? MARKS[check.status]} />
                </td>
                <th scope="row">
                  <strong>{title}</strong>
                  <p className="selectable">{given ?? text}</p>
                </th>
                <td className={styles['action']}>{action}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}

/** What is not known has a shape of its own: it is neither good nor bad. */
function State({ kind }: { readonly kind: CheckMark }) {
  if (kind !== 'unknown' && kind !== 'todo') return <Mark kind={kind} size={17} />;
  return (
    <span className={styles['unknown']}>
      {kind === 'unknown' ? (
        <CircleQuestionMark size={17} strokeWidth={1.8} aria-hidden />
      ) : (
        <Mark kind="todo" size={17} />
      )}
      <span className="srOnly">{t(`cleanup.checks.${kind === 'unknown' ? 'unknown' : 'waiting'}`)}</span>
    </span>
  );
}
