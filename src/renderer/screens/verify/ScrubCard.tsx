import type { VaultView } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Progress } from '../../components/Parts.tsx';
import { currentLocale, t } from '../../text/index.ts';
import styles from './ScrubCard.module.css';

/** How much of the whole vault was read through lately, as a number, and the way to read the rest. */
export function ScrubCard({ vault }: { readonly vault: VaultView }) {
  const { go } = useNavigation();
  const scrub = useAction('vaults.scrub');
  if (vault.coverage === null) return null;
  const share = new Intl.NumberFormat(currentLocale(), { style: 'percent' }).format(
    Math.floor(vault.coverage * 100) / 100,
  );
  return (
    <section className={styles['card']}>
      <h3>{t('verify.scrubTitle', { disk: vault.name })}</h3>
      <Progress label={t('verify.scrubTitle', { disk: vault.name })} value={vault.coverage * 100} />
      <div className={styles['line']}>
        <span>{t('verify.scrubText', { share })}</span>
        {vault.isOnline && vault.coverage < 1 ? (
          <Button
            isPending={scrub.isRunning}
            onPress={() =>
              void scrub.run({ vault: vault.id, everything: false }).then((answer) => {
                if (answer !== null) go({ screen: 'job', job: answer.job });
              })
            }
          >
            {t('verify.scrubNow')}
          </Button>
        ) : null}
      </div>
      {scrub.error === null ? null : <ErrorNote error={scrub.error} />}
    </section>
  );
}
