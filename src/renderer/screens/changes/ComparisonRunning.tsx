import { errorFrom } from '../../../shared/contract/carrier/index.ts';
import type { JobView } from '../../../shared/contract/procedures/index.ts';
import type { BackstopError } from '../../../shared/errors/index.ts';
import { useAction } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Empty, Progress } from '../../components/Parts.tsx';
import { usePasswordSheet } from '../../components/passwords/EnterPassword.tsx';
import { t } from '../../text/index.ts';
import styles from './Changes.module.css';

/** While two backups are compared, and when it did not come to an end. */
export function ComparisonRunning({
  udid,
  job,
  error,
  onAgain,
}: {
  readonly udid: string;
  readonly job: JobView | null;
  readonly error: BackstopError | null;
  readonly onAgain: () => void;
}) {
  const cancel = useAction('jobs.cancel');
  const password = usePasswordSheet(udid, onAgain);
  const failure = error ?? (job?.failure == null ? null : errorFrom(job.failure));
  if (failure !== null && password.fits(failure)) {
    return (
      <>
        <Empty
          title={t('browse.lockedTitle')}
          action={
            <Button look="filled" onPress={password.open}>
              {t('browse.unlock')}
            </Button>
          }
        >
          {t('browse.lockedText')}
        </Empty>
        {password.sheet}
      </>
    );
  }
  if (failure !== null) {
    return <ErrorNote error={failure} udid={udid} action={<Button onPress={onAgain}>{t('changes.again')}</Button>} />;
  }
  if (job?.state === 'cancelled') {
    return <Empty title={t('changes.cancelled')} action={<Button onPress={onAgain}>{t('changes.again')}</Button>} />;
  }
  return (
    <div className={styles['running']}>
      <h2>{t('changes.running')}</h2>
      <p>{t('changes.runningText')}</p>
      <Progress label={t('changes.running')} value={job?.percent ?? null} />
      <Button
        isDisabled={job === null || job.state === 'cancelling'}
        onPress={() => {
          if (job !== null) void cancel.run({ job: job.id });
        }}
      >
        {t('export.cancel')}
      </Button>
    </div>
  );
}
