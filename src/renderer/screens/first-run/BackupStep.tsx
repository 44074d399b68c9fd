import { useEffect, useRef } from 'react';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';
import { isLive, useAction, useJobs } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Banner } from '../../components/Parts.tsx';
import { t } from '../../text/index.ts';
import { BackupRun } from '../job/BackupRun.tsx';
import { CancelButton } from '../job/CancelButton.tsx';
import styles from './FirstRun.module.css';
import { StepFrame } from './StepFrame.tsx';
import type { StepProps } from './steps.ts';

/** The first backup runs here, as every other does in its own screen. */
export function BackupStep({ phone, onBack, onNext }: StepProps & { readonly phone: PhoneView }) {
  const { go } = useNavigation();
  const start = useAction('backups.start');
  const job = useJobs().find((one) => one.kind === 'backup' && one.udid === phone.udid);
  const isRunning = job !== undefined && isLive(job);
  const isDone = job?.state === 'done';
  // However it is left after that, by Done or by looking inside, setting up is over.
  const leave = useRef<(() => void) | null>(null);
  useEffect(() => {
    leave.current = isDone ? onNext : null;
  });
  useEffect(() => () => leave.current?.(), []);
  const close = (): void => {
    onNext();
    go({ screen: 'home' });
  };
  const begin = (): void =>
    void start.run({
      udid: phone.udid,
      vault: null,
      full: false,
      unencrypted: phone.encrypted === false,
      verify: null,
    });
  if (job !== undefined && (isRunning || isDone)) {
    return (
      <div className={styles['step']}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <div className={styles['scroll']} tabIndex={0}>
          <h1 className="srOnly">{t('first.backup.title')}</h1>
          <div className={styles['run']}>
            <BackupRun job={job} phone={phone} />
          </div>
        </div>
        <div className={styles['footer']}>
          <span className={styles['maths']}>{isRunning ? t('first.backup.text') : ''}</span>
          {isRunning ? <CancelButton job={job} earlier={phone.backups} /> : null}
          <Button size={isDone ? 'large' : 'normal'} onPress={close}>
            {t(isDone ? 'common.done' : 'job.background')}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <StepFrame
      title={t('first.backup.title')}
      lead={t('first.backup.text')}
      footer={
        <>
          <span />
          {onBack === null ? null : (
            <Button size="large" onPress={onBack}>
              {t('common.back')}
            </Button>
          )}
          <Button
            look="filled"
            size="large"
            isDisabled={!phone.isConnected}
            isPending={start.isRunning}
            onPress={begin}
          >
            {t('first.backup.start')}
          </Button>
        </>
      }
    >
      <p className="t2">{t('first.backup.passcode')}</p>
      {phone.encrypted === false ? <Banner kind="warn">{t('first.backup.plain')}</Banner> : null}
      {phone.isConnected ? null : <Banner kind="warn">{t('encrypt.notHere', { name: phone.name })}</Banner>}
      {start.error === null ? null : <ErrorNote error={start.error} udid={phone.udid} onRetry={begin} />}
      {job === undefined ? null : <BackupRun job={job} phone={phone} />}
    </StepFrame>
  );
}
