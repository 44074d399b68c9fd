import { useState } from 'react';
import type { BackupRow, OutputOf } from '../../../shared/contract/procedures/index.ts';
import { useAction, useJob, useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { DemoDay } from '../../components/backups/DemoDay.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { ExportProgress } from '../../components/export/ExportProgress.tsx';
import { useExportToast } from '../../components/export/use-export-toast.ts';
import { Segmented } from '../../components/Fields.tsx';
import { FolderPicker } from '../../components/folders/FolderPicker.tsx';
import { Banner, Empty } from '../../components/Parts.tsx';
import { bytesText, whenInSentence } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { kindCount } from '../../text/kinds.ts';
import { ChangedKind } from './ChangedKind.tsx';
import styles from './Changes.module.css';

export type Change = 'gone' | 'added' | 'changed';
type Kinds = OutputOf<'compare.kinds'>['kinds'];

const FILES = 'files';
const CHANGES = ['gone', 'added', 'changed'] as const;

/** The result: by what happened, then by kind. */
export function Comparison({
  job,
  udid,
  older,
  newer,
  onAgain,
}: {
  readonly job: string;
  readonly udid: string;
  readonly older: BackupRow;
  readonly newer: BackupRow;
  readonly onAgain: () => void;
}) {
  const answer = useQuery('compare.kinds', { job });
  const [tab, setTab] = useState<Change>('gone');
  const [saving, setSaving] = useState<{ readonly kind: string | null; readonly what: string } | null>(null);
  const [isPicking, setPicking] = useState(false);
  const [exportId, setExportId] = useState<string | null>(null);
  const [isShown, setShown] = useState(false);
  const start = useAction('compare.export');
  const exporting = useJob(exportId);
  useExportToast(exporting, saving?.what ?? '');
  const { data, error } = answer;
  if (error !== null) {
    return (
      <div className={styles['left']}>
        <ErrorNote error={error} udid={udid} action={<Button onPress={onAgain}>{t('changes.again')}</Button>} />
      </div>
    );
  }
  if (data === undefined) return null;
  const { kinds, inTrash, unreadable } = data;
  const total = (change: Change): number => countOf(kinds, change);
  const here = kinds.filter((one) => one[tab] > 0);
  const when = { older: whenInSentence(older.finishedAt), newer: whenInSentence(newer.finishedAt) };
  if (CHANGES.every((change) => total(change) === 0) && unreadable.length === 0) {
    return (
      <Empty title={t('changes.sameTitle')} action={<DemoDay udid={udid} />}>
        {t('changes.sameText')}
      </Empty>
    );
  }
  return (
    <div className={styles['grid']}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className={styles['left']} tabIndex={0}>
        <h2 className={styles['headline']}>{t('changes.headline', { gone: total('gone') })}</h2>
        <p className={styles['lead']}>{t(total('gone') === 0 ? 'changes.leadNothing' : 'changes.lead', when)}</p>
        <div className={styles['tabs']}>
          <Segmented
            label={t('changes.tabs')}
            value={tab}
            onChange={setTab}
            choices={CHANGES.map((id) => ({ id, label: t(`changes.tab.${id}`, { count: total(id) }) }))}
          />
        </div>
        {unreadable.length === 0 ? null : (
          <Banner kind="warn">{t('changes.unreadable', { count: unreadable.length })}</Banner>
        )}
        {here.length === 0 ? <p className={styles['nothing']}>{t(`changes.noneOf.${tab}`)}</p> : null}
        {here.map((one) => (
          <ChangedKind
            key={`${one.kind} ${tab}`}
            job={job}
            kind={one.kind}
            change={tab}
            count={one[tab]}
            bytes={tab === 'gone' ? one.goneBytes : tab === 'added' ? one.addedBytes : null}
            isCertain={one.isCertain}
            isBehind={one.kind === FILES && here.length > 1}
            onSave={() => {
              setSaving({ kind: one.kind, what: kindCount(one.kind, one.gone) });
              setPicking(true);
            }}
          />
        ))}
      </div>
      <aside className={styles['right']} aria-label={t('changes.summary')}>
        <Sum label={t('changes.left')} kinds={kinds} of="goneBytes" count={total('gone')} isLarge />
        <Sum label={t('changes.came')} kinds={kinds} of="addedBytes" count={total('added')} />
        {inTrash === 0 ? null : <p className={styles['tip']}>{t('changes.inTrash', { count: inTrash })}</p>}
        {total('gone') === 0 ? null : (
          <div className={styles['back']}>
            <strong>{t('changes.bringBack')}</strong>
            <p>{t('changes.bringBackText')}</p>
            <Button
              look="filled"
              size="large"
              isPending={start.isRunning}
              onPress={() => {
                setSaving({ kind: null, what: kindCount('other', total('gone')) });
                setPicking(true);
              }}
            >
              {t('changes.saveAll')}
            </Button>
            {start.error === null ? null : <ErrorNote error={start.error} udid={udid} />}
          </div>
        )}
      </aside>
      <FolderPicker
        isOpen={isPicking}
        purpose="export"
        onClose={() => setPicking(false)}
        onPick={(place) => {
          setPicking(false);
          void start.run({ job, kind: saving?.kind ?? null, place: place.token }).then((made) => {
            if (made === null) return;
            setExportId(made.job);
            setShown(true);
          });
        }}
      />
      <ExportProgress
        isOpen={isShown && exporting?.state !== 'done'}
        job={exporting}
        what={saving?.what ?? ''}
        onClose={() => setShown(false)}
      />
    </div>
  );
}

/** Things that people know; files only where nothing else happened, for they are what these are made of. */
function countOf(kinds: Kinds, change: Change): number {
  const things = kinds.reduce((sum, one) => sum + (one.kind === FILES ? 0 : one[change]), 0);
  return things > 0 ? things : (kinds.find(({ kind }) => kind === FILES)?.[change] ?? 0);
}

/** Bytes where they are known, else how many. */
function Sum({
  label,
  kinds,
  of,
  count,
  isLarge = false,
}: {
  readonly label: string;
  readonly kinds: Kinds;
  readonly of: 'goneBytes' | 'addedBytes';
  readonly count: number;
  readonly isLarge?: boolean;
}) {
  // Whatever has a size lies in files: they are the whole sum where they are known.
  const files = kinds.find(({ kind }) => kind === FILES)?.[of] ?? 0;
  const bytes = files > 0 ? files : kinds.reduce((sum, one) => sum + (one[of] ?? 0), 0);
  return (
    <div>
      <p className={styles['sumLabel']}>{label}</p>
      <p className={isLarge ? styles['large'] : styles['small']}>
        {bytes === 0 ? kindCount('other', count) : bytesText(bytes)}
      </p>
    </div>
  );
}
