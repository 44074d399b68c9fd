import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { fullDayText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
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
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    const end = (): void => done.current();
    window.addEventListener('afterprint', end);
    // A moment for the sheet to be laid out.
    const timer = setTimeout(() => window.print(), 50);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('afterprint', end);
    };
  }, []);
  return createPortal(
    <div className={styles['sheet']} aria-hidden>
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
    </div>,
    document.body,
  );
}
