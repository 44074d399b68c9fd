import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { Mark } from '../../components/Mark.tsx';
import { t } from '../../text/index.ts';
import styles from './StepList.module.css';
import { stepStates } from './steps.ts';

const MARKS = { done: 'pass', now: 'run', next: 'todo' } as const;

export function StepList({ job }: { readonly job: JobView }) {
  return (
    <section aria-labelledby="run-steps">
      <h3 id="run-steps" className={styles['head']}>
        {t('run.steps')}
      </h3>
      <ol className={styles['steps']}>
        {stepStates(job).map(({ step, state }) => (
          <li key={step} className={styles[state]} {...(state === 'now' ? { 'aria-current': 'step' } : {})}>
            <Mark kind={MARKS[state]} label={null} />
            <span>{t(`run.step.${step}`)}</span>
            <span className="srOnly">{t('run.stepState', { state })}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
