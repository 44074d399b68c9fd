import { Check } from 'lucide-react';
import { t } from '../../text/index.ts';
import styles from './Stepper.module.css';

const steps = ['choose', 'protect', 'clean', 'review'] as const;
export type Step = (typeof steps)[number];

/** Where in the flow this is: by number, tick and words. */
export function Stepper({ step }: { readonly step: Step }) {
  const at = steps.indexOf(step);
  return (
    <ol className={styles['stepper']} aria-label={t('cleanup.steps')}>
      {steps.map((one, index) => (
        <li
          key={one}
          className={index === at ? styles['on'] : index < at ? styles['done'] : undefined}
          {...(index === at ? { 'aria-current': 'step' } : {})}
        >
          <i aria-hidden>{index < at ? <Check size={11} strokeWidth={3} /> : index + 1}</i>
          <span>{t(`cleanup.step.${one}`)}</span>
          {index < at ? <span className="srOnly">{t('cleanup.stepDone')}</span> : null}
        </li>
      ))}
    </ol>
  );
}
