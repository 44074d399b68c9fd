import { errorFrom } from '../../../shared/contract/carrier/index.ts';
import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { isLive, useAction } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { Progress } from '../Parts.tsx';
import { Sheet } from '../Sheet.tsx';
import styles from './ExportSheet.module.css';

/** How far it is. Closing the sheet does not stop it. */
export function ExportProgress({
  isOpen,
  job,
  what,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly job: JobView | null;
  readonly what: string;
  readonly onClose: () => void;
}) {
  const cancel = useAction('jobs.cancel');
  const isOver = job !== null && !isLive(job);
  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={t('export.running', { what })}
      width="narrow"
      footer={
        isOver ? (
          <Button look="filled" onPress={onClose}>
            {t('common.close')}
          </Button>
        ) : (
          <>
            <Button
              isDisabled={job === null || job.state === 'cancelling'}
              onPress={() => {
                if (job !== null) void cancel.run({ job: job.id });
              }}
            >
              {t('export.cancel')}
            </Button>
            <Button look="filled" onPress={onClose}>
              {t('export.inBackground')}
            </Button>
          </>
        )
      }
    >
      <div className={styles['form']}>
        {isOver ? null : <Progress label={t('export.running', { what })} value={job?.percent ?? shareOf(job)} />}
        {job?.state === 'failed' && job.failure !== null ? <ErrorNote error={errorFrom(job.failure)} /> : null}
        <p className={styles['help']} role="status">
          {wordsOf(job)}
        </p>
        {cancel.error === null ? null : <ErrorNote error={cancel.error} />}
      </div>
    </Sheet>
  );
}

function shareOf(job: JobView | null): number | null {
  const progress = job?.progress;
  if (progress == null || progress.totalFiles === null || progress.totalFiles === 0) return null;
  return Math.min(100, (progress.doneFiles / progress.totalFiles) * 100);
}

function wordsOf(job: JobView | null): string {
  if (job === null || job.state === 'waiting') return t('export.waiting');
  if (job.state === 'cancelled') return t('export.cancelled');
  const { progress } = job;
  if (progress === null || job.state === 'failed') return '';
  return progress.totalFiles === null
    ? t('export.filesDone', { done: progress.doneFiles })
    : t('export.files', { done: progress.doneFiles, total: progress.totalFiles });
}
