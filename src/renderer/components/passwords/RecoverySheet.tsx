import { fullDayText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { PrintSheet } from '../PrintSheet.tsx';
import styles from './RecoverySheet.module.css';

/** A sheet of paper with the password: it is in the page only while it is printed. */
export function RecoverySheet({
  phone,
  computer,
  password,
  onDone,
}: {
  readonly phone: string;
  readonly computer: string;
  readonly password: string;
  readonly onDone: () => void;
}) {
  return (
    <PrintSheet onDone={onDone}>
      <div className={styles['sheet']}>
        <h1>{t('sheet.title')}</h1>
        <p>{t('sheet.text')}</p>
        <dl>
          <dt>{t('sheet.phone')}</dt>
          <dd>{phone}</dd>
          <dt>{t('sheet.computer')}</dt>
          <dd>{computer}</dd>
          <dt>{t('sheet.date')}</dt>
          <dd>{fullDayText(new Date())}</dd>
          <dt>{t('sheet.password')}</dt>
          <dd className={styles['password']}>{password}</dd>
        </dl>
        <p>{t('sheet.restore')}</p>
      </div>
    </PrintSheet>
  );
}
