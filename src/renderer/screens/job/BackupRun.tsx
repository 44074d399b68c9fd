import type { JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { isDesktop } from '../../api/connect.ts';
import { useQuery } from '../../api/engine.tsx';
import { Empty } from '../../components/Parts.tsx';
import { bytesText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { Announce } from './Announce.tsx';
import { BackupEnd } from './BackupEnd.tsx';
import styles from './BackupRun.module.css';
import { Meters } from './Meters.tsx';
import { Notices } from './Notices.tsx';
import { PasscodeStep } from './PasscodeStep.tsx';
import { Stage } from './Stage.tsx';
import { StepList } from './StepList.tsx';
import { stepOf } from './steps.ts';
import { useLeft } from './use-left.ts';

/** A backup: that it moves, when it ends, and what an interruption costs. */
export function BackupRun({ job, phone }: { readonly job: JobView; readonly phone: PhoneView | undefined }) {
  const left = useLeft(job);
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults ?? [];
  if (job.state === 'done' || job.state === 'failed' || job.state === 'cancelled') {
    return <BackupEnd job={job} phone={phone} />;
  }
  if (job.state === 'waiting') return <Empty title={t('job.waiting')}>{t('job.waitingText')}</Empty>;
  const step = stepOf(job);
  const disk = vaults.find((one) => one.id === job.vault)?.name ?? t('health.disk');
  if (step === 'passcode') {
    return (
      <>
        <Announce job={job} />
        <PasscodeStep
          since={job.passcodeSince}
          text={t(phone?.isDemo === true ? 'run.lead.passcodeDemo' : 'run.lead.passcode')}
        />
      </>
    );
  }
  const lead =
    step === 'copy' || step === 'verify'
      ? t(`run.lead.${step}`, { left: left ?? 'none' })
      : step === 'store'
        ? t('run.lead.store', {
            known: job.newBytes === null ? 'no' : 'yes',
            size: job.newBytes === null ? '' : bytesText(job.newBytes),
            disk,
          })
        : t(`run.lead.${step}`);
  const isWifi = phone !== undefined && !phone.connections.includes('usb') && phone.connections.includes('wifi');
  return (
    <div className={styles['run']}>
      <Announce job={job} />
      <Stage job={job} phone={phone} step={step} isWifi={isWifi} />
      <h2 className={styles['title']}>{t(`run.phase.${step}`)}</h2>
      <p className={styles['lead']}>{lead}</p>
      <Meters job={job} step={step} />
      <Notices job={job} />
      <div className={styles['two']}>
        <StepList job={job} />
        <Interruptions job={job} isWifi={isWifi} earlier={phone?.backups ?? 0} />
      </div>
    </div>
  );
}

/** What it costs if something comes between. Always visible, and true for the step that it is in. */
function Interruptions({
  job,
  isWifi,
  earlier,
}: {
  readonly job: JobView;
  readonly isWifi: boolean;
  readonly earlier: number;
}) {
  const isVerifying = job.cancelCosts === 'verification';
  const cancel = isVerifying
    ? t('run.if.skipText')
    : job.cancelCosts === 'nothing'
      ? t('run.if.cancelNothing')
      : t('run.if.cancelText');
  return (
    <section className={styles['ifs']} aria-labelledby="run-ifs">
      <h3 id="run-ifs">{t('run.interrupts')}</h3>
      <dl>
        <dt>{t(isWifi ? 'run.if.wifi' : 'run.if.cable')}</dt>
        <dd>{isVerifying ? t('run.if.cableVerify') : t('run.if.cableText', { earlier })}</dd>
        <dt>{t('run.if.sleep')}</dt>
        <dd>{t(isDesktop() ? 'run.if.sleepText' : 'run.if.sleepBrowser')}</dd>
        <dt>{t(isVerifying ? 'run.if.skip' : 'run.if.cancel')}</dt>
        <dd>{cancel}</dd>
      </dl>
    </section>
  );
}
