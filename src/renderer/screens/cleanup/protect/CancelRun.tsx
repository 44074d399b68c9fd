import { useState } from 'react';
import type { JobView } from '../../../../shared/contract/procedures/index.ts';
import { useAction } from '../../../api/engine.tsx';
import { useCommand } from '../../../app/shell.tsx';
import { Button } from '../../../components/Button.tsx';
import { Confirm } from '../../../components/Sheet.tsx';
import { useToast } from '../../../components/Toasts.tsx';
import { t } from '../../../text/index.ts';

/** Stops the run. What is complete stays; a certificate there is only when everything was checked. */
export function CancelRun({ job }: { readonly job: JobView }) {
  const [isAsking, setAsking] = useState(false);
  const cancel = useAction('jobs.cancel');
  const toast = useToast();
  const stop = async (): Promise<void> => {
    setAsking(false);
    if ((await cancel.run({ job: job.id })) === null && cancel.error !== null) toast({ text: cancel.error.message });
  };
  useCommand('cancel-backup', job.state === 'cancelling' ? null : () => setAsking(true));
  if (job.state === 'cancelling') {
    return (
      <Button isDisabled isPending>
        {t('job.cancelling')}
      </Button>
    );
  }
  return (
    <>
      <Button onPress={() => setAsking(true)}>{t('job.cancel')}</Button>
      <Confirm
        isOpen={isAsking}
        isDanger
        title={t('cleanup.cancel.title')}
        keep={t('run.keepGoing')}
        action={t('run.stop')}
        onConfirm={() => void stop()}
        onClose={() => setAsking(false)}
      >
        <p>{t(job.cancelCosts === 'verification' ? 'cleanup.cancel.made' : 'cleanup.cancel.text')}</p>
      </Confirm>
    </>
  );
}
