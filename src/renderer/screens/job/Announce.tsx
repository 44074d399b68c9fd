import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { t } from '../../text/index.ts';
import { stepOf } from './steps.ts';

/** For screen readers: each step politely and every tenth percent, the passcode at once. */
export function Announce({ job }: { readonly job: JobView }) {
  const step = stepOf(job);
  const tens = step === 'copy' && job.percent !== null ? Math.floor(job.percent / 10) * 10 : null;
  const isUrgent = step === 'passcode';
  return (
    <p className="srOnly" aria-live={isUrgent ? 'assertive' : 'polite'} key={isUrgent ? 'now' : 'calm'}>
      {t(`run.phase.${step}`)}
      {tens === null || tens === 0 ? '' : `. ${t('run.announce', { percent: tens })}`}
    </p>
  );
}
