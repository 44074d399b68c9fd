import { ArrowRight } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { useAction, useJob, useQuery } from '../../api/engine.tsx';
import { useNavigation, type Version } from '../../app/navigation.tsx';
import { BackUpButton } from '../../components/backups/BackUpButton.tsx';
import { DemoDay, useIsDemo } from '../../components/backups/DemoDay.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Menu } from '../../components/Menu.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { Empty } from '../../components/Parts.tsx';
import { VersionPicker, versionWords } from '../../components/version-picker/VersionPicker.tsx';
import { t } from '../../text/index.ts';
import styles from './Changes.module.css';
import { Comparison } from './Comparison.tsx';
import { ComparisonRunning } from './ComparisonRunning.tsx';

const WEEK_MS = 7 * 86_400_000;

/** What appeared, changed and disappeared between two backups of a phone. */
export function Changes({
  udid,
  older,
  newer,
}: {
  readonly udid: string;
  readonly older: Version | null;
  readonly newer: Version | null;
}) {
  const list = useQuery('backups.list', { udid }, ['backups', 'vaults']);
  const { replace } = useNavigation();
  const isDemo = useIsDemo(udid);
  const rows = list.data?.backups;
  const newerRow = rows === undefined ? undefined : (find(rows, newer) ?? rows[0]);
  const olderRow =
    rows === undefined || newerRow === undefined ? undefined : (find(rows, older) ?? rows[rows.indexOf(newerRow) + 1]);
  const choose = (next: { older?: BackupRow | undefined; newer?: BackupRow | undefined }): void => {
    const pair = [next.older ?? olderRow, next.newer ?? newerRow].filter((one) => one !== undefined);
    // Whatever is chosen, the older one stands first.
    const [first, second] = pair.sort((a, b) => a.finishedAt.localeCompare(b.finishedAt));
    if (first === undefined || second === undefined) return;
    replace({ screen: 'changes', udid, older: versionOf(first), newer: versionOf(second) });
  };
  if (rows === undefined || rows.length < 2) {
    return (
      <Page title={t('nav.changes')}>
        {list.error === null ? null : <ErrorNote error={list.error} onRetry={list.reload} />}
        {rows === undefined ? null : (
          <Empty
            title={t(rows.length === 0 ? 'changes.noneTitle' : 'changes.oneTitle')}
            action={rows.length === 1 && isDemo ? <DemoDay udid={udid} /> : <BackUpButton udid={udid} look="filled" />}
          >
            {t(rows.length === 0 ? 'changes.noneText' : 'changes.oneText')}
          </Empty>
        )}
      </Page>
    );
  }
  return (
    <Page
      title={t('nav.changes')}
      tools={
        <>
          <Shortcuts rows={rows} newer={newerRow} onChoose={choose} />
          <VersionPicker
            rows={rows}
            selected={olderRow}
            label={t('changes.older', { when: olderRow === undefined ? '' : versionWords(olderRow) })}
            title={t('changes.chooseOlder')}
            onChoose={(row) => choose({ older: row })}
          />
          <ArrowRight size={15} className={styles['arrow']} aria-hidden />
          <VersionPicker
            rows={rows}
            selected={newerRow}
            label={t('changes.newer', { when: newerRow === undefined ? '' : versionWords(newerRow) })}
            title={t('changes.chooseNewer')}
            onChoose={(row) => choose({ newer: row })}
          />
        </>
      }
    >
      {olderRow === undefined || newerRow === undefined ? null : olderRow === newerRow ? (
        <Empty title={t('changes.sameTitle')}>{t('changes.sameOne')}</Empty>
      ) : (
        <Pair key={`${olderRow.id} ${newerRow.id}`} udid={udid} older={olderRow} newer={newerRow} />
      )}
    </Page>
  );
}

/** The job is started when the two are chosen, and asked for its result when it is done. */
function Pair({ udid, older, newer }: { readonly udid: string; readonly older: BackupRow; readonly newer: BackupRow }) {
  const start = useAction('compare.start');
  const [id, setId] = useState<string | null>(null);
  const job = useJob(id);
  const isAsked = useRef(false);
  const question = useMemo(() => ({ older: versionOf(older), newer: versionOf(newer) }), [older, newer]);
  const compare = (): void => {
    setId(null);
    void start.run(question).then((answer) => setId(answer?.job ?? null));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each pair.
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    compare();
  }, []);
  if (job?.state === 'done' && id !== null) {
    return <Comparison job={id} udid={udid} older={older} newer={newer} onAgain={compare} />;
  }
  return (
    <PageBody>
      <ComparisonRunning udid={udid} job={job} error={start.error} onAgain={compare} />
    </PageBody>
  );
}

function Shortcuts({
  rows,
  newer,
  onChoose,
}: {
  readonly rows: readonly BackupRow[];
  readonly newer: BackupRow | undefined;
  readonly onChoose: (next: { older?: BackupRow | undefined; newer?: BackupRow | undefined }) => void;
}) {
  if (newer === undefined) return null;
  const previous = rows[rows.indexOf(newer) + 1];
  const until = new Date(newer.finishedAt).getTime() - WEEK_MS;
  const week = rows.find((one) => new Date(one.finishedAt).getTime() <= until);
  const cleanup = rows.find((one) => one.pinReason === 'before-cleanup');
  const entries = [
    previous === undefined
      ? null
      : { id: 'previous', label: t('changes.previous'), onAction: () => onChoose({ older: previous }) },
    week === undefined ? null : { id: 'week', label: t('changes.week'), onAction: () => onChoose({ older: week }) },
    cleanup === undefined || cleanup === rows[0]
      ? null
      : { id: 'cleanup', label: t('changes.cleanup'), onAction: () => onChoose({ older: cleanup, newer: rows[0] }) },
  ].filter((one) => one !== null);
  return entries.length === 0 ? null : <Menu label={t('changes.shortcuts')} entries={entries} />;
}

function find(rows: readonly BackupRow[], version: Version | null): BackupRow | undefined {
  return rows.find((one) => one.id === version?.snapshot && one.vault === version.vault);
}

function versionOf(row: BackupRow): Version {
  return { vault: row.vault, snapshot: row.id };
}
