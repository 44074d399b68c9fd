import { useRef } from 'react';
import type { CleanupView, JobView, OutputOf, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import type { Check } from '../../../../shared/rules/guidance/index.ts';
import { useJob, useQuery } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import type { MarkKind } from '../../../components/Mark.tsx';
import { PageBody } from '../../../components/Page.tsx';
import { t } from '../../../text/index.ts';
import { Announce } from '../../job/Announce.tsx';
import { Meters } from '../../job/Meters.tsx';
import { Notices } from '../../job/Notices.tsx';
import { PasscodeStep } from '../../job/PasscodeStep.tsx';
import { Stage } from '../../job/Stage.tsx';
import { type Step, stepOf, steps } from '../../job/steps.ts';
import { useLeft } from '../../job/use-left.ts';
import { Frame } from '../Frame.tsx';
import { CancelRun } from './CancelRun.tsx';
import { ChecksTable } from './ChecksTable.tsx';
import styles from './Protecting.module.css';

/** The run: the same checks, each ticked when its work is done, and how far that is. */
export function Protecting({ view, phone }: { readonly view: CleanupView; readonly phone: PhoneView }) {
  const { go } = useNavigation();
  const job = useJob(view.job);
  const { udid } = phone;
  // As they were when it began: a check that is being worked on is no failure.
  const first = useRef<OutputOf<'cleanup.plan'> | null>(null);
  const { data } = useQuery('cleanup.plan', { udid, vault: null, choice: view.choice });
  first.current ??= data ?? null;
  const plan = first.current;
  const step = job === null ? null : stepOf(job);
  return (
    <Frame
      phone={phone}
      step="protect"
      tools={
        job === null ? null : (
          <>
            <Button onPress={() => go({ screen: 'home' })}>{t('job.background')}</Button>
            <CancelRun job={job} />
          </>
        )
      }
    >
      <PageBody>
        {job !== null && step === 'passcode' ? (
          <>
            <Announce job={job} />
            <PasscodeStep
              since={job.passcodeSince}
              text={t(phone.isDemo ? 'run.lead.passcodeDemo' : 'run.lead.passcode')}
            />
          </>
        ) : (
          <div className={styles['one']}>
            <h2 className={styles['title']}>{t('cleanup.running.title')}</h2>
            <p className={styles['lead']}>{t('cleanup.running.lead')}</p>
            {job === null ? null : <Running job={job} step={step ?? 'connect'} phone={phone} />}
            {plan === null ? null : (
              <ChecksTable
                context={{ level: plan.level, pinDays: plan.protection.pinDays }}
                rows={plan.checks
                  .filter(({ role }) => role !== 'run')
                  .map((check) => ({ check, ...markOf(check, step) }))}
              />
            )}
          </div>
        )}
      </PageBody>
    </Frame>
  );
}

function Running({ job, step, phone }: { readonly job: JobView; readonly step: Step; readonly phone: PhoneView }) {
  const left = useLeft(job);
  const isWifi = !phone.connections.includes('usb') && phone.connections.includes('wifi');
  return (
    <section className={styles['strip']} aria-label={t('cleanup.running.progress')}>
      <Announce job={job} />
      <Stage job={job} phone={phone} step={step} isWifi={isWifi} />
      <h3>{job.state === 'waiting' ? t('job.waiting') : t(`run.phase.${step}`)}</h3>
      <p>
        {job.state === 'waiting'
          ? t('job.waitingText')
          : left === null
            ? t(`cleanup.running.${step === 'verify' ? 'unplug' : 'keep'}`)
            : t('cleanup.running.left', { left, step })}
      </p>
      <Meters job={job} step={step} />
      <Notices job={job} />
    </section>
  );
}

/** When the run does the work of a check: until its step is over the check waits, during it the ring turns. */
const DONE_AFTER: Partial<Record<Check['id'], Step>> = {
  encrypted: 'store',
  'version-complete': 'store',
  'newer-than-cleanup': 'store',
  verified: 'verify',
  'password-tested': 'verify',
  'originals-present': 'verify',
  pinned: 'verify',
  'local-only-apps': 'verify',
};

function markOf({ id, status }: Check, step: Step | null): { readonly mark?: MarkKind; readonly text?: string } {
  const until = DONE_AFTER[id];
  if (until === undefined || status === 'pass') return {};
  if (step === null) return { mark: 'todo' };
  const [at, end] = [steps.indexOf(step), steps.indexOf(until)];
  if (at > end) return { mark: 'pass', text: t('cleanup.running.done') };
  const isNow = until === 'verify' ? step === 'verify' : true;
  return { mark: isNow ? 'run' : 'todo' };
}
