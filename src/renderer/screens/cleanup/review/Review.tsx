import { useState } from 'react';
import type { CleanupView, OutputOf, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Mark } from '../../../components/Mark.tsx';
import { Banner } from '../../../components/Parts.tsx';
import { bytesText, whenInSentence } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { Frame } from '../Frame.tsx';
import { BringBack } from './BringBack.tsx';
import { CompareAgain } from './CompareAgain.tsx';
import { GoneGroup } from './GoneGroup.tsx';
import { KeepLine } from './KeepLine.tsx';
import styles from './Review.module.css';
import { type KindCount, type Selection, sumOf, tickItem, tickKind } from './selection.ts';
import { type Part, type Reviewed, useReviewed } from './use-reviewed.ts';

/** What the cleanup removed: surprises first, then what was planned; and the way back for all of it. */
export function Review({
  view,
  phone,
  onChanged,
}: {
  readonly view: CleanupView;
  readonly phone: PhoneView;
  readonly onChanged: () => void;
}) {
  const { udid } = phone;
  const { go } = useNavigation();
  const close = useAction('cleanup.close');
  const expected = useReviewed(udid, 'expected');
  const unexpected = useReviewed(udid, 'unexpected');
  const [own, setOwn] = useState<Selection | null>(null);
  const rows = useQuery('backups.list', { udid }, ['backups']).data?.backups ?? [];
  const before = rows.find((one) => one.id === view.snapshot && one.vault === view.vault);
  const facts = unexpected.answer ?? expected.answer;
  const error = unexpected.error ?? expected.error;
  const again = (): void => {
    expected.again();
    unexpected.again();
  };
  if (error?.code === 'cleanup/not-reviewed') return <CompareAgain phone={phone} onDone={again} />;
  if (facts === null || expected.answer === null || unexpected.answer === null) {
    return (
      <Frame phone={phone} step="review">
        <div className={styles['left']}>
          {error === null ? (
            <p className={styles['asking']} role="status">
              <Mark kind="run" label={null} />
              {t('cleanup.review.asking')}
            </p>
          ) : (
            <ErrorNote error={error} udid={udid} onRetry={again} />
          )}
        </div>
      </Frame>
    );
  }
  const kinds: Record<Part, readonly KindCount[]> = {
    expected: expected.answer.kinds,
    unexpected: unexpected.answer.kinds,
  };
  // Surprises are ticked from the start: they are what somebody came back for.
  const selection: Selection = own ?? {
    expected: new Map(),
    unexpected: new Map(kinds.unexpected.map(({ kind }) => [kind, 'all'] as const)),
  };
  const picked = sumOf(selection.unexpected, kinds.unexpected, unexpected.items);
  const planned = sumOf(selection.expected, kinds.expected, expected.items);
  const total = facts.expected + facts.unexpected;
  const { comparedWith } = facts;
  const finish = async (): Promise<void> => {
    if ((await close.run({ udid })) === null) return;
    onChanged();
    go({ screen: 'home' });
  };
  const list = (part: Part, from: Reviewed) =>
    kinds[part].map((group) => {
      const items = from.items.filter(({ kind }) => kind === group.kind);
      return (
        <GoneGroup
          key={group.kind}
          group={group}
          items={items}
          ticked={selection[part].get(group.kind)}
          hasMore={from.hasMore}
          isAsking={from.isAsking}
          onKind={(isOn) => setOwn(tickKind(selection, part, group.kind, isOn))}
          onItem={(item, isOn) => setOwn(tickItem(selection, part, item, isOn, { items, count: group.count }))}
          onMore={from.more}
        />
      );
    });
  return (
    <Frame phone={phone} step="review">
      <div className={styles['grid']}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <div className={styles['left']} tabIndex={0}>
          <h2 className={styles['headline']}>{t('cleanup.review.headline', { count: total })}</h2>
          <p className={styles['lead']}>
            {t('cleanup.review.lead', { expected: facts.expected, unexpected: facts.unexpected })}
          </p>
          <p className={styles['pair']}>
            {t('cleanup.review.pair', {
              before: before === undefined ? t('backup.beforeCleanup') : whenInSentence(before.finishedAt),
              after: whenInSentence(comparedWith.finishedAt),
            })}
            {before === undefined ? null : (
              <Button
                look="link"
                onPress={() =>
                  go({
                    screen: 'changes',
                    udid,
                    older: { vault: before.vault, snapshot: before.id },
                    newer: { vault: comparedWith.vault, snapshot: comparedWith.snapshot },
                  })
                }
              >
                {t('cleanup.review.allChanges')}
              </Button>
            )}
          </p>
          {facts.isCertain ? null : (
            <div className={styles['uncertain']}>
              <Banner kind="warn">{t('cleanup.review.uncertain')}</Banner>
            </div>
          )}
          {kinds.unexpected.length > 0 ? (
            <section className={styles['unexpected']} aria-labelledby="review-unexpected">
              <h3 id="review-unexpected">
                <Mark kind="warn" label={null} />
                {t('cleanup.review.notPlanned')}
              </h3>
              <p>{t('cleanup.review.notPlannedText')}</p>
              {list('unexpected', unexpected)}
            </section>
          ) : facts.isCertain ? (
            <p className={styles['nothing']}>
              <Mark kind="pass" label={null} />
              {t(total === 0 ? 'cleanup.review.nothingGone' : 'cleanup.review.allPlanned')}
            </p>
          ) : null}
          {kinds.expected.length === 0 ? null : (
            <section className={styles['planned']} aria-labelledby="review-planned">
              <header>
                <h3 id="review-planned">{t('cleanup.review.planned')}</h3>
                <small>{sizeOf(kinds.expected)}</small>
              </header>
              {list('expected', expected)}
            </section>
          )}
        </div>
        <aside className={styles['right']} aria-label={t('changes.summary')}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <div className={styles['facts']} tabIndex={0}>
            <Gone facts={facts} total={total} beforeBytes={before?.bytes ?? null} rows={rows} />
            {facts.inTrash === 0 ? null : (
              <div className={styles['tip']}>
                <strong>{t('cleanup.review.trashTitle')}</strong>
                <p>{t('cleanup.review.trash', { count: facts.inTrash })}</p>
              </div>
            )}
            <p className={styles['small']}>{t('cleanup.review.trashStays')}</p>
            <KeepLine view={view} phone={phone} />
            {close.error === null ? null : <ErrorNote error={close.error} udid={udid} />}
          </div>
          <BringBack
            udid={udid}
            selection={selection}
            kinds={kinds}
            all={{ expected: expected.all, unexpected: unexpected.all }}
            count={picked.count + planned.count}
            bytes={picked.bytes === null || planned.bytes === null ? null : picked.bytes + planned.bytes}
            hasAnything={total > 0}
            onFinish={() => void finish()}
            isFinishing={close.isRunning}
          />
        </aside>
      </div>
    </Frame>
  );
}

function sizeOf(kinds: readonly KindCount[]): string {
  const bytes = kinds.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  return bytes === 0 ? '' : bytesText(bytes);
}

/** Bytes where they are known, with the two backups side by side. */
function Gone({
  facts,
  total,
  beforeBytes,
  rows,
}: {
  readonly facts: OutputOf<'cleanup.reviewed'>;
  readonly total: number;
  readonly beforeBytes: number | null;
  readonly rows: OutputOf<'backups.list'>['backups'];
}) {
  const { comparedWith, goneBytes } = facts;
  const after = rows.find((one) => one.id === comparedWith.snapshot && one.vault === comparedWith.vault);
  const largest = Math.max(beforeBytes ?? 0, after?.bytes ?? 0, 1);
  const bar = (name: string, bytes: number, isNew: boolean) => (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className={styles['track']}>
          <i className={isNew ? styles['after'] : styles['before']} style={{ width: `${(bytes / largest) * 100}%` }} />
        </span>
        <em>{bytesText(bytes)}</em>
      </dd>
    </div>
  );
  return (
    <div>
      <p className={styles['sumLabel']}>{t('changes.left')}</p>
      <p className={styles['large']}>
        {total === 0
          ? t('cleanup.review.none')
          : goneBytes === null || goneBytes === 0
            ? t('kindCount.other', { count: total })
            : bytesText(goneBytes)}
      </p>
      {beforeBytes === null || after === undefined ? null : (
        <dl className={styles['bars']} aria-label={t('cleanup.review.sizes')}>
          {bar(t('cleanup.review.before'), beforeBytes, false)}
          {bar(t('cleanup.review.after'), after.bytes, true)}
        </dl>
      )}
      <p className={styles['small']}>
        {t('cleanup.review.compared', { when: whenInSentence(comparedWith.finishedAt) })}
      </p>
    </div>
  );
}
