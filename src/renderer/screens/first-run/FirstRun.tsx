import { X } from 'lucide-react';
import { useEffect } from 'react';
import type { Settings } from '../../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { IconButton } from '../../components/Button.tsx';
import { t } from '../../text/index.ts';
import { BackupStep } from './BackupStep.tsx';
import { ConnectStep } from './ConnectStep.tsx';
import styles from './FirstRun.module.css';
import { PasswordStep } from './PasswordStep.tsx';
import { StepsPanel } from './StepsPanel.tsx';
import { type FirstRunStep, firstRunSteps, type StepProps } from './steps.ts';
import { WhereStep } from './WhereStep.tsx';

/** One question at a time, from the cable to the first verified backup. Closing keeps the progress. */
export function FirstRun() {
  const { go, udid } = useNavigation();
  const settings = useQuery('settings.get', {}, ['settings']);
  const phones = useQuery('phones.list', {}, ['phones', 'backups']).data;
  const set = useAction('settings.set');
  const step = stepOf(settings.data?.firstRunStep);
  useEffect(() => {
    document.title = `${t('first.label')} – Backstop`;
  }, []);
  const to = (next: Settings['firstRunStep']): void => void set.run({ firstRunStep: next });
  if (settings.data === undefined || phones === undefined) return <div className={styles['window']} />;
  const phone = phones.phones.find((one) => one.udid === udid);
  // Without a phone every other question has nobody to be about.
  const shown = phone === undefined ? 'connect' : step;
  const at = firstRunSteps.indexOf(shown);
  const previous = firstRunSteps[at - 1];
  const following = firstRunSteps[at + 1];
  const props: StepProps = {
    onBack: previous === undefined ? null : () => to(previous),
    onNext: () => to(following ?? 'done'),
  };
  return (
    <div className={styles['window']}>
      <StepsPanel step={shown} />
      <main className={styles['question']} key={shown}>
        <span className={styles['close']}>
          <IconButton look="quiet" label={t('first.close')} onPress={() => go({ screen: 'home' })}>
            <X size={18} strokeWidth={1.6} aria-hidden />
          </IconButton>
        </span>
        {phone === undefined || shown === 'connect' ? (
          <ConnectStep list={phones} {...props} />
        ) : shown === 'where' ? (
          <WhereStep {...props} />
        ) : shown === 'password' ? (
          <PasswordStep phone={phone} {...props} />
        ) : (
          <BackupStep phone={phone} {...props} />
        )}
      </main>
    </div>
  );
}

function stepOf(step: Settings['firstRunStep'] | undefined): FirstRunStep {
  // Coming back after it was done means another iPhone: from the start.
  if (step === undefined || step === 'done') return 'connect';
  return step === 'wifi' ? 'backup' : step;
}
