import type { BackstopError } from '../../shared/errors/index.ts';
import { describeError } from '../../shared/errors/index.ts';
import { t } from '../text/index.ts';
import { Button } from './Button.tsx';
import styles from './ErrorNote.module.css';
import { Banner } from './Parts.tsx';

/** A failure in words: what happened, whether older versions are safe, what to do next. */
export function ErrorNote({
  error,
  onRetry,
  action,
}: {
  readonly error: BackstopError;
  readonly onRetry?: (() => void) | undefined;
  readonly action?: React.ReactNode;
}) {
  const { message, next, olderSnapshotsSafe } = describeError(error);
  return (
    <Banner
      kind="bad"
      action={action ?? (onRetry === undefined ? undefined : <Button onPress={onRetry}>{t('common.tryAgain')}</Button>)}
    >
      <p className="selectable">{message}</p>
      {olderSnapshotsSafe ? <p className={styles['more']}>{t('error.olderSafe')}</p> : null}
      <p className={styles['more']}>{next}</p>
      <p className={styles['code']}>{error.code}</p>
    </Banner>
  );
}
