import { ChevronLeft, Pin } from 'lucide-react';
import { useMemo } from 'react';
import type { OutputOf } from '../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { useNavigation, type Version } from '../../app/navigation.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { isVerified } from '../../components/backups/backup-state.ts';
import { Lock } from '../../components/backups/Lock.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Page } from '../../components/Page.tsx';
import { Empty, Tag } from '../../components/Parts.tsx';
import { usePasswordSheet } from '../../components/passwords/EnterPassword.tsx';
import { whenInSentence, whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './Contents.module.css';
import { CoverageTable } from './CoverageTable.tsx';
import { NotIncluded } from './NotIncluded.tsx';
import { reportOf, saveText } from './report.ts';

export type Coverage = OutputOf<'browse.coverage'>;

/** What one backup holds, counted in it, and what it does not hold and why. */
export function Contents({ udid, version }: { readonly udid: string; readonly version: Version }) {
  const { go } = useNavigation();
  const coverage = useQuery('browse.coverage', version, ['lock']);
  const browsable = useQuery('browse.kinds', coverage.data === undefined ? null : version).data?.kinds;
  const backups = useQuery('backups.list', { udid }, ['backups']).data?.backups ?? [];
  const password = usePasswordSheet(udid, coverage.reload);
  const counted = coverage.data;
  const row = backups.find((one) => one.id === version.snapshot);
  const against = backups.find((one) => one.id === coverage.data?.comparedWith);
  const title = row === undefined ? t('nav.history') : whenText(row.finishedAt);
  const needsPassword = coverage.error !== null && password.fits(coverage.error);
  const compare = useMemo(
    () =>
      against === undefined
        ? null
        : () =>
            go({
              screen: 'changes',
              udid,
              older: { vault: against.vault, snapshot: against.id },
              newer: version,
            }),
    [against, go, udid, version],
  );
  return (
    <Page
      title={title}
      before={
        <IconButton
          label={t('contents.back')}
          look="quiet"
          onPress={() => go({ screen: 'history', udid, snapshot: version.snapshot })}
        >
          <ChevronLeft size={18} strokeWidth={1.6} aria-hidden />
        </IconButton>
      }
      tools={
        <>
          {row === undefined ? null : (
            <span className={styles['tags']}>
              {isVerified(row) ? (
                <Tag kind="ok">
                  <Mark kind="ok" size={12} label={null} />
                  {t('contents.verified')}
                </Tag>
              ) : null}
              {row.pinned ? (
                <Tag kind="accent">
                  <Pin size={12} aria-hidden />
                  {t('contents.pinned')}
                </Tag>
              ) : null}
              <Lock isEncrypted={row.encrypted} />
            </span>
          )}
          {counted === undefined || row === undefined ? null : (
            <Button onPress={() => saveText(`${title}.csv`, reportOf(counted, row))}>{t('contents.report')}</Button>
          )}
        </>
      }
    >
      <div className={styles['grid']}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <div className={styles['left']} tabIndex={0}>
          {needsPassword ? (
            <Empty
              title={t('contents.locked')}
              action={
                <Button look="filled" onPress={password.open}>
                  {t('contents.unlock')}
                </Button>
              }
            >
              {t('contents.lockedText')}
            </Empty>
          ) : (
            <>
              <h2 className={styles['headline']}>{t('contents.title')}</h2>
              <p className={styles['lead']}>
                {against === undefined
                  ? t('contents.lead')
                  : t('contents.leadAgainst', { when: whenInSentence(against.finishedAt) })}
              </p>
              {coverage.error === null ? null : <ErrorNote error={coverage.error} onRetry={coverage.reload} />}
              {coverage.data === undefined ? (
                coverage.error === null ? (
                  <p className={styles['counting']} role="status">
                    <Mark kind="run" label={null} /> {t('contents.counting')}
                  </p>
                ) : null
              ) : (
                <CoverageTable
                  coverage={coverage.data}
                  shown={browsable ?? []}
                  isEncrypted={row?.encrypted ?? true}
                  onCompare={compare}
                />
              )}
            </>
          )}
        </div>
        <aside className={styles['right']} aria-label={t('contents.not')}>
          {coverage.data === undefined ? null : <NotIncluded coverage={coverage.data} />}
          <div className={styles['actions']}>
            <Button look="filled" size="large" onPress={() => go({ screen: 'browse', udid, kind: 'photos', version })}>
              {t('contents.browse')}
            </Button>
            {compare === null ? null : <Button onPress={compare}>{t('contents.compare')}</Button>}
          </div>
        </aside>
      </div>
      {password.sheet}
    </Page>
  );
}
