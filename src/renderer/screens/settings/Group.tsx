import type { ReactNode } from 'react';
import { Card } from '../../components/Parts.tsx';
import styles from './Settings.module.css';

/** Settings that belong together, in one card with lines between them. */
export function Group({
  title,
  note,
  children,
}: {
  readonly title?: string;
  readonly note?: string;
  readonly children: ReactNode;
}) {
  return (
    <section>
      {title === undefined ? null : <h2 className={styles['title']}>{title}</h2>}
      <Card className={styles['group']}>{children}</Card>
      {note === undefined ? null : <p className={styles['note']}>{note}</p>}
    </section>
  );
}

export function Row({ help, children }: { readonly help?: string; readonly children: ReactNode }) {
  return (
    <div className={styles['row']}>
      {children}
      {help === undefined ? null : <p className={styles['help']}>{help}</p>}
    </div>
  );
}

/** Words, and what can be done about them. */
export function Line({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className={styles['line']}>
      <span className={styles['words']}>
        <strong>{title}</strong>
        {text === undefined ? null : <em>{text}</em>}
      </span>
      {children === undefined ? null : <span className={styles['buttons']}>{children}</span>}
    </div>
  );
}
