import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { Card, Progress } from '../../components/Parts.tsx';
import { leftText, numberText, rateText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './RunningCheck.module.css';

export function RunningCheck({ job }: { readonly job: JobView }) {
  const cancel = useAction('jobs.cancel');
  const { progress } = job;
  const total = progress?.totalFiles ?? null;
  const share =
    progress === null
      ? null
      : progress.totalBytes !== null && progress.totalBytes > 0
        ? (progress.doneBytes / progress.totalBytes) * 100
        : total !== null && total > 0
          ? (progress.doneFiles / total) * 100
          : null;
  const words = [
    progress === null
      ? null
      : total === null
        ? t('verify.progressOpen', { done: numberText(progress.doneFiles) })
        : t('verify.progress', { done: numberText(progress.doneFiles), total: numberText(total) }),
    progress?.secondsLeft == null ? null : t('verify.left', { left: leftText(progress.secondsLeft) }),
    progress?.bytesPerSecond == null ? null : rateText(progress.bytesPerSecond),
  ].filter((one) => one !== null);
  return (
    <Card className={styles['card']}>
      <h3>{t('verify.running')}</h3>
      <Progress label={t('verify.running')} value={share} />
      <p className="num">{words.join(' ')}</p>
      <Button onPress={() => void cancel.run({ job: job.id })} isDisabled={job.state === 'cancelling'}>
        {t('verify.stop')}
      </Button>
    </Card>
  );
}
