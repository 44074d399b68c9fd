import { t } from '../../text/index.ts';
import { Illustration } from './Illustration.tsx';
import styles from './StepsPanel.module.css';
import { type FirstRunStep, firstRunSteps } from './steps.ts';

/** The blue side: a picture of what happens, and how far it is. */
export function StepsPanel({ step }: { readonly step: FirstRunStep }) {
  const at = firstRunSteps.indexOf(step);
  return (
    <aside className={styles['panel']} aria-label={t('first.label')}>
      <div className={styles['picture']}>
        <Illustration step={step} />
      </div>
      <ol className={styles['steps']}>
        {firstRunSteps.map((one, index) => {
          const state = index < at ? 'done' : index === at ? 'now' : 'next';
          return (
            <li key={one} className={styles[state]} {...(state === 'now' ? { 'aria-current': 'step' } : {})}>
              {t(`first.step.${one}`)}
              <span className="srOnly">{t('first.stepState', { state })}</span>
            </li>
          );
        })}
      </ol>
    </aside>
  );
}
