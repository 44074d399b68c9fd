import type { OutputOf, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { BackUpButton } from '../../../components/backups/BackUpButton.tsx';
import { PageBody } from '../../../components/Page.tsx';
import { Card } from '../../../components/Parts.tsx';
import { whenInSentence } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { Frame } from '../Frame.tsx';
import { advice, whyText } from '../words.ts';
import styles from './LowRisk.module.css';

/** Nothing here needs a backup: one sentence, and why. No seal, for nothing was proved. */
export function LowRisk({
  phone,
  plan,
  onBack,
}: {
  readonly phone: PhoneView;
  readonly plan: OutputOf<'cleanup.plan'>;
  readonly onBack: () => void;
}) {
  const { go } = useNavigation();
  const until = phone.health.protectedUntil;
  return (
    <Frame phone={phone} step="clean" onBack={onBack}>
      <PageBody>
        <div className={styles['one']}>
          <Card className={styles['card']}>
            <div role="status">
              <h2>{advice().goAhead}</h2>
              {plan.reasons.map((reason) => (
                <p key={reason.option ?? reason.reason}>{whyText(reason)}</p>
              ))}
            </div>
            <p className={styles['note']}>
              {until === null ? t('cleanup.low.none') : t('cleanup.low.last', { when: whenInSentence(until) })}
            </p>
          </Card>
          <div className={styles['buttons']}>
            <Button look="filled" size="large" onPress={() => go({ screen: 'home' })}>
              {t('common.done')}
            </Button>
            <BackUpButton udid={phone.udid} size="large" words={t('cleanup.low.anyway')} />
          </div>
        </div>
      </PageBody>
    </Frame>
  );
}
