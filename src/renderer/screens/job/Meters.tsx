import { type ReactNode, useEffect, useState } from 'react';
import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { bytesText, numberText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './Meters.module.css';
import { shareOf } from './Stage.tsx';
import type { Step } from './steps.ts';

const QUIET_MS = 60_000;

/** Figures that tell that it moves. What is not known is left open, not guessed. */
export function Meters({ job, step }: { readonly job: JobView; readonly step: Step }) {
  const now = useNow();
  const { progress } = job;
  const isVerifying = step === 'verify';
  const share = shareOf(job, step);
  const silence = job.lastDataAt === null ? null : Math.max(0, now - new Date(job.lastDataAt).getTime());
  const isReceiving = step === 'copy' || isVerifying;
  const none = <span className="t3">–</span>;
  // Totals come from what is on the disk when it is read back, and are the engine's estimate before.
  const of = isVerifying ? 'run.of' : 'run.ofAbout';
  return (
    <>
      <dl className={styles['meters']}>
        <Meter name={t('run.progress')}>
          {share === null ? none : t('home.percent', { percent: Math.floor(share) })}
        </Meter>
        <Meter name={t(isVerifying ? 'run.filesRead' : 'run.filesReceived')}>
          {progress === null || !isReceiving ? (
            none
          ) : (
            <>
              {numberText(progress.doneFiles)}
              {progress.totalFiles === null ? null : <small>{t(of, { total: numberText(progress.totalFiles) })}</small>}
            </>
          )}
        </Meter>
        <Meter name={t(isVerifying ? 'run.dataRead' : 'run.dataReceived')}>
          {progress === null || !isReceiving ? (
            none
          ) : (
            <>
              {bytesText(progress.doneBytes)}
              {progress.totalBytes === null ? null : <small>{t(of, { total: bytesText(progress.totalBytes) })}</small>}
            </>
          )}
        </Meter>
        <Meter name={t('run.newToDisk')}>{job.newBytes === null ? none : bytesText(job.newBytes)}</Meter>
      </dl>
      {isReceiving && silence !== null ? (
        <p className={silence > QUIET_MS && !isVerifying ? styles['quiet'] : styles['heartbeat']}>
          {silence > QUIET_MS && !isVerifying
            ? t('run.quiet', { minutes: Math.floor(silence / 60_000) })
            : t('run.lastData', { ago: agoText(silence) })}
        </p>
      ) : null}
    </>
  );
}

function agoText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3) return t('run.justNow');
  return seconds < 60 ? t('run.secondsAgo', { seconds }) : t('run.minutesAgo', { minutes: Math.floor(seconds / 60) });
}

/** Ticks once a second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function Meter({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
