import { Mark } from '../../components/Mark.tsx';
import { lengthText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { useNow } from './Meters.tsx';
import { PasscodeArt } from './PasscodeArt.tsx';
import styles from './PasscodeStep.module.css';

/** Waiting for the owner is a normal state, with its own screen. */
export function PasscodeStep({ since, text }: { readonly since: string | null; readonly text: string }) {
  const now = useNow();
  const seconds = since === null ? 0 : Math.max(0, (now - new Date(since).getTime()) / 1000);
  return (
    <div className={styles['middle']}>
      <PasscodeArt />
      <div>
        <h2 className={styles['title']}>{t('run.phase.passcode')}</h2>
        <p className={styles['lead']}>{text}</p>
        <p className={styles['waiting']}>
          <Mark kind="run" label={null} />
          {t('passcode.waiting', { time: lengthText(seconds) })}
        </p>
        <dl className={styles['why']}>
          <dt>{t('passcode.why')}</dt>
          <dd>{t('passcode.whyText')}</dd>
          <dt>{t('passcode.nothing')}</dt>
          <dd>{t('passcode.nothingText')}</dd>
        </dl>
      </div>
    </div>
  );
}
