import { useState } from 'react';
import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { useCommand } from '../../app/shell.tsx';
import { Button } from '../../components/Button.tsx';
import { Confirm } from '../../components/Sheet.tsx';
import { useToast } from '../../components/Toasts.tsx';
import { t } from '../../text/index.ts';

/** Stops work, and says before what that costs. During the verification only that is skipped. */
export function CancelButton({ job, earlier }: { readonly job: JobView; readonly earlier: number }) {
  const [isAsking, setAsking] = useState(false);
  const cancel = useAction('jobs.cancel');
  const skip = useAction('jobs.skipVerification');
  const toast = useToast();
  const isBackup = job.kind === 'backup';
  const isVerifying = job.cancelCosts === 'verification';
  const stop = async (): Promise<void> => {
    setAsking(false);
    const action = isVerifying ? skip : cancel;
    if ((await action.run({ job: job.id })) === null && action.error !== null) toast({ text: action.error.message });
  };
  const ask = (): void => {
    if (job.cancelCosts === 'nothing') void stop();
    else setAsking(true);
  };
  useCommand('cancel-backup', job.state === 'cancelling' ? null : ask);
  if (job.state === 'cancelling') {
    return (
      <Button isDisabled isPending>
        {t('job.cancelling')}
      </Button>
    );
  }
  return (
    <>
      <Button onPress={ask}>{t(isVerifying ? 'run.skip' : isBackup ? 'run.cancel' : 'job.cancel')}</Button>
      <Confirm
        isOpen={isAsking}
        isDanger
        title={t(isVerifying ? 'run.skipTitle' : isBackup ? 'run.cancelTitle' : 'work.cancelTitle')}
        keep={t('run.keepGoing')}
        action={t(isVerifying ? 'run.skip' : 'run.stop')}
        onConfirm={() => void stop()}
        onClose={() => setAsking(false)}
      >
        <p>{isVerifying ? t('run.skipText') : isBackup ? t('run.cancelText', { earlier }) : t('work.cancelText')}</p>
      </Confirm>
    </>
  );
}
