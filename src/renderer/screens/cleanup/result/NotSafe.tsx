import { errorFrom } from '../../../../shared/contract/carrier/index.ts';
import type { CleanupView, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import type { Check } from '../../../../shared/rules/guidance/index.ts';
import { useAction, useQuery } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Mark } from '../../../components/Mark.tsx';
import { PageBody } from '../../../components/Page.tsx';
import { Tag } from '../../../components/Parts.tsx';
import { whenInSentence } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { routeOf } from '../choice.ts';
import { Frame } from '../Frame.tsx';
import { ChecksTable } from '../protect/ChecksTable.tsx';
import { isLed, NextAction } from '../protect/NextAction.tsx';
import { riskOf } from '../words.ts';
import styles from './NotSafe.module.css';

/** No certificate: exactly why, what puts each reason right, and what is safe all the same. */
export function NotSafe({ view, phone }: { readonly view: CleanupView; readonly phone: PhoneView }) {
  const { go } = useNavigation();
  const start = useAction('cleanup.start');
  const { udid } = phone;
  const loss = useQuery('risk.loss', { udid }, ['backups', 'phones']).data;
  const { reasons, failure, choice } = view;
  const { level, protection } = riskOf(choice, { freeBytes: null, capacityBytes: null });
  const version = view.vault === null || view.snapshot === null ? null : { vault: view.vault, snapshot: view.snapshot };
  const repaired = reasons.filter(isRepairedByRun);
  const until = phone.health.protectedUntil;
  const again = (): void => void start.run({ udid, vault: view.vault, choice });
  return (
    <Frame phone={phone} step="protect" onBack={() => go(routeOf(udid, 'choose', choice))}>
      <PageBody>
        <div className={styles['one']}>
          <div role="status">
            <h2 className={styles['title']}>
              <Mark kind="bad" size={26} label={null} />
              {t('cleanup.notSafe.title')}
            </h2>
            <p className={styles['lead']}>{t(`cleanup.notSafe.${version === null ? 'none' : 'unproved'}`)}</p>
          </div>
          {failure === null ? null : (
            <div className={styles['failure']}>
              <ErrorNote
                error={errorFrom({ ...failure, olderSnapshotsSafe: true })}
                udid={udid}
                onRetry={repaired.length > 0 ? undefined : again}
              />
            </div>
          )}
          {reasons.length === 0 ? null : (
            <ChecksTable
              context={{ level: level ?? 'high', pinDays: protection?.pinDays ?? 0 }}
              rows={reasons.map((check) => ({
                check,
                // The next run pins in any case.
                ...(check.id === 'pinned' && reasons.length > 1 ? { mark: 'todo' as const } : {}),
                action:
                  check === repaired[0] ? (
                    <Button look="filled" isPending={start.isRunning} onPress={again}>
                      {t(`cleanup.again.${againWords(repaired)}`)}
                    </Button>
                  ) : repaired.includes(check) ? (
                    <Tag>{t('cleanup.again.included', { what: t(`cleanup.again.${againWords(repaired)}`) })}</Tag>
                  ) : isLed(check.next) ? (
                    <NextAction check={check} phone={phone} version={version} look="plain" onDone={() => undefined} />
                  ) : null,
              }))}
            />
          )}
          {start.error === null ? null : (
            <div className={styles['failure']}>
              <ErrorNote error={start.error} udid={udid} onRetry={again} />
            </div>
          )}
          {repaired.length > 0 || failure !== null ? null : (
            <div className={styles['buttons']}>
              <Button look="filled" size="large" isPending={start.isRunning} onPress={again}>
                {t('cleanup.lookAgain')}
              </Button>
            </div>
          )}
          <div className={styles['two']}>
            <section>
              <h3>{t('cleanup.notSafe.have')}</h3>
              <p>
                {until === null
                  ? t('cleanup.notSafe.haveNone')
                  : t('cleanup.notSafe.haveText', { when: whenInSentence(until) })}
              </p>
            </section>
            <section>
              <h3>{t('cleanup.notSafe.open')}</h3>
              <p>
                {loss === undefined || loss.photos === null || loss.videos === null
                  ? t('cleanup.notSafe.openUnknown')
                  : loss.since === null
                    ? t('cleanup.notSafe.openAll')
                    : t('cleanup.notSafe.openText', {
                        photos: loss.photos,
                        videos: loss.videos,
                        both: loss.photos + loss.videos,
                      })}
              </p>
            </section>
          </div>
        </div>
      </PageBody>
    </Frame>
  );
}

/** Another run of the flow makes, reads back, opens and pins again. */
function isRepairedByRun({ next }: Check): boolean {
  return next === 'run' || next === 'verify' || next === 'repair';
}

function againWords(reasons: readonly Check[]): 'backup' | 'verify' | 'run' {
  const needsBackup = reasons.some(
    ({ id, reason }) =>
      reason === 'damaged' || id === 'version-complete' || id === 'encrypted' || id === 'newer-than-cleanup',
  );
  if (needsBackup) return 'backup';
  return reasons.some(({ id }) => id === 'verified') ? 'verify' : 'run';
}
