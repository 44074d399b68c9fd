import type { JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { Progress } from '../../components/Parts.tsx';
import { PhoneArt } from '../../components/PhoneArt.tsx';
import { rateText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { DiskArt } from './DiskArt.tsx';
import styles from './Stage.module.css';
import type { Step } from './steps.ts';

/** The phone, the disk, and how far it is from one to the other; while it is read back, how far the reading is. */
export function Stage({
  job,
  phone,
  step,
  isWifi,
}: {
  readonly job: JobView;
  readonly phone: PhoneView | undefined;
  readonly step: Step;
  readonly isWifi: boolean;
}) {
  const rate = job.progress?.bytesPerSecond ?? null;
  const isCopying = step === 'copy';
  const link =
    isCopying && rate !== null && rate > 0
      ? t(isWifi ? 'run.wifiRate' : 'run.usbRate', { rate: rateText(rate) })
      : step === 'verify'
        ? rate === null || rate <= 0
          ? ''
          : rateText(rate)
        : t(isWifi ? 'run.wifi' : 'run.usb');
  return (
    <div className={styles['stage']}>
      <PhoneArt udid={job.udid ?? ''} width={64} />
      <div className={styles['flow']}>
        <Progress label={t('run.bar')} value={shareOf(job, step)} />
        <div className={styles['under']}>
          <span>{link}</span>
          <span>
            {phone === undefined || phone.encrypted === null
              ? ''
              : t(phone.encrypted ? 'run.encrypted' : 'run.unencrypted')}
          </span>
        </div>
      </div>
      <DiskArt />
    </div>
  );
}

/** Of what the step does; null where nobody knows the whole. */
export function shareOf(job: JobView, step: Step): number | null {
  const { progress } = job;
  if (step === 'copy' || step === 'store') return job.percent;
  if (step !== 'verify' || progress === null) return null;
  const { totalBytes, totalFiles } = progress;
  if (totalBytes !== null && totalBytes > 0) return Math.min(100, (progress.doneBytes / totalBytes) * 100);
  if (totalFiles !== null && totalFiles > 0) return Math.min(100, (progress.doneFiles / totalFiles) * 100);
  return null;
}
