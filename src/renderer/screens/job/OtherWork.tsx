import { errorFrom } from '../../../shared/contract/carrier/index.ts';
import type { JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Empty, Progress } from '../../components/Parts.tsx';
import { Seal } from '../../components/Seal.tsx';
import { bytesText, numberText, rateText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { Notices } from './Notices.tsx';
import styles from './OtherWork.module.css';
import { PasscodeStep } from './PasscodeStep.tsx';
import { resultWords } from './result-words.ts';
import { useLeft } from './use-left.ts';

/** Work that is no backup: how far it is, and in one sentence what came of it. */
export function OtherWork({ job, phone }: { readonly job: JobView; readonly phone: PhoneView | undefined }) {
  const left = useLeft(job);
  if (job.state === 'done' || job.state === 'failed' || job.state === 'cancelled') {
    return <WorkEnd job={job} phone={phone} />;
  }
  if (job.state === 'waiting') return <Empty title={t('job.waiting')}>{t('job.waitingText')}</Empty>;
  if (job.passcodeSince !== null) {
    return <PasscodeStep since={job.passcodeSince} text={t('passcode.encryptionText')} />;
  }
  const { progress } = job;
  const facts =
    progress === null
      ? []
      : [
          progress.doneFiles === 0 && progress.totalFiles === null
            ? null
            : progress.totalFiles === null
              ? t('work.filesOpen', { count: progress.doneFiles })
              : t('work.files', { done: numberText(progress.doneFiles), total: numberText(progress.totalFiles) }),
          progress.doneBytes === 0
            ? null
            : progress.totalBytes === null
              ? bytesText(progress.doneBytes)
              : t('work.bytes', { done: bytesText(progress.doneBytes), total: bytesText(progress.totalBytes) }),
          progress.bytesPerSecond === null || progress.bytesPerSecond === 0 ? null : rateText(progress.bytesPerSecond),
          left === null ? null : t('foot.left', { left }),
        ].filter((one) => one !== null);
  return (
    <div className={styles['work']}>
      <h2>{t(`work.${job.kind}`)}</h2>
      <Progress label={t(`work.${job.kind}`)} value={shareOf(job)} />
      <p className={styles['facts']}>{facts.join(' · ')}</p>
      <Notices job={job} />
    </div>
  );
}

function shareOf({ progress, percent }: JobView): number | null {
  if (percent !== null) return percent;
  if (progress === null) return null;
  const { totalBytes, totalFiles } = progress;
  if (totalBytes !== null && totalBytes > 0) return Math.min(100, (progress.doneBytes / totalBytes) * 100);
  if (totalFiles !== null && totalFiles > 0) return Math.min(100, (progress.doneFiles / totalFiles) * 100);
  return null;
}

function WorkEnd({ job, phone }: { readonly job: JobView; readonly phone: PhoneView | undefined }) {
  const { go } = useNavigation();
  const reveal = useAction('system.reveal');
  const { result, failure } = job;
  if (result === null) {
    return (
      <div className={styles['work']}>
        {failure === null || job.state === 'cancelled' ? (
          <div className={styles['head']}>
            <Mark kind="idle" size={34} label={null} />
            <h2>{t('work.stopped')}</h2>
            <p>{t('work.stoppedText')}</p>
          </div>
        ) : (
          <ErrorNote error={errorFrom(failure)} udid={job.udid} />
        )}
        <Close />
      </div>
    );
  }
  const { mark, title, lines } = resultWords(result);
  const place = result.kind === 'export-backup' || result.kind === 'export-items' ? result.exported.place : null;
  return (
    <div className={styles['work']}>
      <div className={styles['head']} role="status" aria-live="assertive">
        {mark === 'ok' ? <Seal size={64} /> : <Mark kind={mark} size={34} label={null} />}
        <h2>{title}</h2>
        {lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      {reveal.error === null ? null : <ErrorNote error={reveal.error} />}
      <div className={styles['buttons']}>
        {place === null || window.backstop === undefined ? null : (
          <Button look="filled" onPress={() => void reveal.run({ place })}>
            {t('done.reveal')}
          </Button>
        )}
        {result.kind === 'compare' && phone !== undefined ? (
          <Button look="filled" onPress={() => go({ screen: 'changes', udid: phone.udid })}>
            {t('activity.show')}
          </Button>
        ) : null}
        <Button onPress={() => history.back()}>{t('job.close')}</Button>
      </div>
    </div>
  );
}

function Close() {
  return (
    <div className={styles['buttons']}>
      <Button onPress={() => history.back()}>{t('job.close')}</Button>
    </div>
  );
}
