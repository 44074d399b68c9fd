import { Info } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { CleanupView, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import { isLive, useAction, useJob, useJobs, useQuery } from '../../../api/engine.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { PageBody } from '../../../components/Page.tsx';
import { Card } from '../../../components/Parts.tsx';
import { useSheets } from '../../../components/sheets/sheets-context.ts';
import { whenInSentence } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { ComparisonRunning } from '../../changes/ComparisonRunning.tsx';
import { BackupRun } from '../../job/BackupRun.tsx';
import { CancelButton } from '../../job/CancelButton.tsx';
import { Frame } from '../Frame.tsx';
import styles from './Finished.module.css';
import { KeepLine } from './KeepLine.tsx';

/** The cleanup is done: one more backup, then what disappeared. What is there already is only compared. */
export function Finished({
  view,
  phone,
  onReviewed,
}: {
  readonly view: CleanupView;
  readonly phone: PhoneView;
  readonly onReviewed: () => void;
}) {
  const { udid } = phone;
  const sheets = useSheets();
  const begin = useAction('backups.start');
  const review = useAction('cleanup.review');
  const [reviewId, setReviewId] = useState<string | null>(null);
  const jobs = useJobs();
  const running = jobs.find((one) => one.kind === 'backup' && one.udid === udid && isLive(one)) ?? null;
  const comparing = useJob(reviewId);
  const rows = useQuery('backups.list', { udid }, ['backups']).data?.backups ?? [];
  const finishedAt = view.finishedAt ?? view.startedAt;
  const after = rows.find((one) => one.finishedAt > finishedAt) ?? null;

  const compare = (): void => {
    setReviewId(null);
    void review.run({ udid }).then((answer) => setReviewId(answer?.job ?? null));
  };
  // The backup that was begun here leads on to the comparison by itself.
  const begun = useRef(false);
  const newest = after?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the backup that was begun here is there.
  useEffect(() => {
    if (!begun.current || newest === null || running !== null) return;
    begun.current = false;
    compare();
  }, [newest, running]);
  useEffect(() => {
    if (comparing?.state === 'done') onReviewed();
  }, [comparing?.state, onReviewed]);

  const backUp = (): void => {
    begun.current = true;
    void begin.run({ udid, vault: view.vault, full: false, unencrypted: false, verify: null });
  };
  if (running !== null) {
    return (
      <Frame phone={phone} step="review" tools={<CancelButton job={running} earlier={phone.backups} />}>
        <PageBody>
          <BackupRun job={running} phone={phone} />
        </PageBody>
      </Frame>
    );
  }
  if (reviewId !== null || review.error !== null) {
    return (
      <Frame phone={phone} step="review">
        <PageBody>
          <ComparisonRunning udid={udid} job={comparing} error={review.error} onAgain={compare} />
        </PageBody>
      </Frame>
    );
  }
  return (
    <Frame phone={phone} step="review">
      <PageBody>
        <div className={styles['one']}>
          <Card className={styles['card']}>
            <h2>{t(after === null ? 'cleanup.review.oneMore' : 'cleanup.review.ready')}</h2>
            <p>
              {after === null
                ? t('cleanup.review.oneMoreText')
                : t('cleanup.review.readyText', { when: whenInSentence(after.finishedAt) })}
            </p>
            <div className={styles['buttons']}>
              {after !== null ? (
                <Button look="filled" size="large" isPending={review.isRunning} onPress={compare}>
                  {t('cleanup.review.compare')}
                </Button>
              ) : phone.isConnected ? (
                <Button look="filled" size="large" isPending={begin.isRunning} onPress={backUp}>
                  {t('cleanup.review.backUp')}
                </Button>
              ) : (
                <Button look="filled" size="large" onPress={() => sheets?.connect(udid)}>
                  {t(phone.isDemo ? 'backup.startDemo' : 'backup.connect')}
                </Button>
              )}
              {after === null ? null : (
                <Button size="large" isDisabled={!phone.isConnected} isPending={begin.isRunning} onPress={backUp}>
                  {t('cleanup.review.backUp')}
                </Button>
              )}
            </div>
            {begin.error === null ? null : <ErrorNote error={begin.error} udid={udid} onRetry={backUp} />}
          </Card>
          <p className={styles['trash']}>
            <Info size={16} strokeWidth={1.6} aria-hidden />
            {t('cleanup.review.trashStays')}
          </p>
          <KeepLine view={view} phone={phone} />
        </div>
      </PageBody>
    </Frame>
  );
}
