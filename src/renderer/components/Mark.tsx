import { t } from '../text/index.ts';
import styles from './Mark.module.css';

/** Status by shape as well as by colour, so that it survives greyscale. Green is earned: only what was read back. */
export type MarkKind = 'ok' | 'warn' | 'bad' | 'idle' | 'pass' | 'todo' | 'run';

const PATHS: Readonly<Record<MarkKind, React.ReactNode>> = {
  ok: (
    <>
      <circle cx="8" cy="8" r="7.2" />
      <path d="m4.7 8.3 2.3 2.3 4.3-4.9" />
    </>
  ),
  warn: (
    <>
      <path
        className={styles['fill']}
        d="M7.1 1.8a1 1 0 0 1 1.8 0l6.1 11c.4.7-.1 1.6-.9 1.6H1.9c-.8 0-1.3-.9-.9-1.6z"
      />
      <path d="M8 5.6v3.8M8 11.9h.01" />
    </>
  ),
  bad: (
    <>
      <path className={styles['fill']} d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" />
      <path d="m5.5 5.5 5 5m0-5-5 5" />
    </>
  ),
  idle: (
    <>
      <circle cx="8" cy="8" r="6.4" />
      <path d="M8 4.8V8l2.2 1.4" />
    </>
  ),
  pass: <path d="m2.8 8.6 3.5 3.5 7-8" />,
  todo: <circle cx="8" cy="8" r="6.4" />,
  run: (
    <>
      <circle className={styles['track']} cx="8" cy="8" r="6.2" />
      <path d="M8 1.8A6.2 6.2 0 0 1 14.2 8" />
    </>
  ),
};

/** `label` replaces the usual words for screen readers; null: the words stand beside it already. */
export function Mark({
  kind,
  size = 16,
  label,
}: {
  readonly kind: MarkKind;
  readonly size?: number;
  readonly label?: string | null;
}) {
  const words = label === undefined ? t(`mark.${kind}`) : label;
  const aria = words === null || kind === 'todo' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': words };
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: a title would show as a tooltip; the name is given by aria-label.
    <svg className={`${styles['mark']} ${styles[kind]}`} viewBox="0 0 16 16" width={size} height={size} {...aria}>
      {PATHS[kind]}
    </svg>
  );
}
