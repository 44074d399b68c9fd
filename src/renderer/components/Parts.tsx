import type { ReactNode } from 'react';
import { ProgressBar as AriaProgress } from 'react-aria-components';
import { t } from '../text/index.ts';
import { Mark, type MarkKind } from './Mark.tsx';
import styles from './Parts.module.css';

/** Small parts that several screens share. */

export function Card({
  children,
  className,
}: {
  readonly children: ReactNode;
  readonly className?: string | undefined;
}) {
  return <div className={`${styles['card']} ${className ?? ''}`}>{children}</div>;
}

/** A mark and the one honest sentence beside it. */
export function Sentence({ mark, children }: { readonly mark: MarkKind; readonly children: ReactNode }) {
  return (
    <p className={styles['sentence']}>
      <Mark kind={mark} />
      <span>{children}</span>
    </p>
  );
}

export function Tag({
  kind = 'idle',
  children,
}: {
  readonly kind?: 'idle' | 'ok' | 'warn' | 'bad' | 'accent';
  readonly children: ReactNode;
}) {
  return <span className={`${styles['tag']} ${styles[kind]}`}>{children}</span>;
}

export function Facts({ items }: { readonly items: readonly { readonly name: string; readonly value: ReactNode }[] }) {
  return (
    <dl className={styles['facts']}>
      {items.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={styles['section']}>
      <div className={styles['sectionHead']}>
        <h2>{title}</h2>
        {aside === undefined ? null : <div className={styles['aside']}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** What is here when nothing is, and what to do about it. */
export function Empty({
  title,
  children,
  action,
  icon,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly icon?: ReactNode;
}) {
  return (
    <div className={styles['empty']}>
      {icon === undefined ? null : <div className={styles['emptyIcon']}>{icon}</div>}
      <h2>{title}</h2>
      {children === undefined ? null : <p>{children}</p>}
      {action === undefined ? null : <div className={styles['emptyAction']}>{action}</div>}
    </div>
  );
}

/** `value` 0 to 100; null shows that something goes on without a false figure. */
export function Progress({ label, value }: { readonly label: string; readonly value: number | null }) {
  return (
    <AriaProgress
      className={styles['progress'] ?? ''}
      aria-label={label}
      {...(value === null ? { isIndeterminate: true } : { value })}
    >
      {({ percentage }) => (
        <div className={styles['bar']}>
          <div
            className={value === null ? styles['unknown'] : styles['known']}
            style={value === null ? {} : { width: `${percentage ?? 0}%` }}
          />
        </div>
      )}
    </AriaProgress>
  );
}

/** Days of a phone, today last: filled for a verified backup, hollow for one that merely finished. */
export function Fence({ days }: { readonly days: readonly ('verified' | 'finished' | 'none')[] }) {
  const verified = days.filter((day) => day === 'verified').length;
  return (
    <div>
      <div className={styles['fence']} role="img" aria-label={t('fence.label', { days: days.length, verified })}>
        {days.map((day, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place.
          <i key={index} className={styles[day]} />
        ))}
      </div>
      <div className={styles['fenceText']} aria-hidden>
        <span>{t('fence.days', { days: days.length })}</span>
        <span>{t('fence.verified', { verified })}</span>
      </div>
    </div>
  );
}

/** Bytes that only this backup holds, and those it shares. */
export function SplitBar({
  part,
  whole,
  label,
}: {
  readonly part: number;
  readonly whole: number;
  readonly label: string;
}) {
  const share = whole <= 0 ? 0 : Math.min(100, Math.max(part > 0 ? 1.5 : 0, (part / whole) * 100));
  return (
    <div className={styles['split']} role="img" aria-label={label}>
      <i className={styles['new']} style={{ width: `${share}%` }} />
      <i className={styles['shared']} />
    </div>
  );
}

export function Banner({
  kind,
  children,
  action,
}: {
  readonly kind: 'info' | 'warn' | 'bad';
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={`${styles['banner']} ${styles[`banner-${kind}`]}`} role="status">
      {kind === 'info' ? null : <Mark kind={kind} label={null} />}
      <div>{children}</div>
      {action}
    </div>
  );
}
