import { useMemo } from 'react';
import type { CleanupView, OutputOf, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import type { CleanupChoice } from '../../../../shared/rules/guidance/index.ts';
import { useQuery } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Mark } from '../../../components/Mark.tsx';
import { Banner } from '../../../components/Parts.tsx';
import { t } from '../../../text/index.ts';
import { routeOf } from '../choice.ts';
import { Frame } from '../Frame.tsx';
import { advice, riskOf } from '../words.ts';
import styles from './Choose.module.css';
import { EstimateNote } from './EstimateNote.tsx';
import { OptionGroups } from './OptionGroups.tsx';
import { RiskPanel } from './RiskPanel.tsx';

type Estimates = OutputOf<'cleanup.estimates'>;

/** What is going to be cleaned: the riskiest choice decides how much protection it needs. */
export function Choose({
  phone,
  choice,
  active,
}: {
  readonly phone: PhoneView;
  readonly choice: CleanupChoice;
  /** A cleanup of this phone that is under way: another one may be begun, and the way back stays. */
  readonly active: CleanupView | null;
}) {
  const { go, replace } = useNavigation();
  const { udid } = phone;
  const answer = useQuery('cleanup.estimates', { udid }, ['backups', 'phones']);
  const estimates: Estimates | null = answer.data ?? null;
  const change = (next: CleanupChoice): void => replace(routeOf(udid, 'choose', next));
  const risk = useMemo(
    () =>
      riskOf(choice, {
        freeBytes: estimates?.freeBytes ?? null,
        capacityBytes: estimates?.capacityBytes ?? null,
      }),
    [choice, estimates?.freeBytes, estimates?.capacityBytes],
  );
  return (
    <Frame phone={phone} step="choose">
      <div className={styles['grid']}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <div className={styles['list']} tabIndex={0}>
          <h2 className={styles['title']}>{t('cleanup.choose.title')}</h2>
          <p className={styles['lead']}>{t('cleanup.choose.lead')}</p>
          {active === null || active.stage === 'reviewed' ? null : (
            <p className={styles['active']}>
              <Mark kind={active.stage === 'refused' ? 'bad' : 'todo'} label={null} />
              {t(`cleanup.active.${active.stage}`)}
              <Button look="link" onPress={() => go({ screen: 'cleanup', udid })}>
                {t('cleanup.active.show')}
              </Button>
            </p>
          )}
          {risk.isNearlyFull ? (
            <div className={styles['full']}>
              <Banner
                kind="warn"
                action={
                  <Button onPress={() => go({ screen: 'guide', page: 'full-phone' })}>{t('cleanup.full.how')}</Button>
                }
              >
                {advice().raised['nearly-full']}
              </Banner>
            </div>
          ) : null}
          {answer.error === null ? null : <ErrorNote error={answer.error} onRetry={answer.reload} udid={udid} />}
          <OptionGroups choice={choice} estimates={estimates} isAsking={answer.isLoading} onChange={change} />
          <EstimateNote phone={phone} estimates={estimates} isAsking={answer.isLoading} />
        </div>
        <RiskPanel
          choice={choice}
          risk={risk}
          estimates={estimates}
          onContinue={() => {
            replace(routeOf(udid, 'choose', choice));
            go(routeOf(udid, 'protect', choice));
          }}
        />
      </div>
    </Frame>
  );
}
