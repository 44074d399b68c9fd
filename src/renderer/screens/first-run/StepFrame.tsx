import type { ReactNode } from 'react';
import styles from './FirstRun.module.css';

/** A question: its words, its answer, and the buttons that lead on. */
export function StepFrame({
  title,
  lead,
  children,
  footer,
}: {
  readonly title: string;
  readonly lead: string;
  readonly children?: ReactNode;
  readonly footer: ReactNode;
}) {
  return (
    <div className={styles['step']}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className={styles['scroll']} tabIndex={0}>
        <div className={styles['inner']}>
          <h1>{title}</h1>
          <p className={styles['lead']}>{lead}</p>
          <div className={styles['content']}>{children}</div>
        </div>
      </div>
      <div className={styles['footer']}>{footer}</div>
    </div>
  );
}
