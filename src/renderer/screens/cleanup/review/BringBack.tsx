import { useState } from 'react';
import { useAction, useJob, useQuery } from '../../../api/engine.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { ExportProgress } from '../../../components/export/ExportProgress.tsx';
import { useExportToast } from '../../../components/export/use-export-toast.ts';
import { FolderPicker } from '../../../components/folders/FolderPicker.tsx';
import { Mark } from '../../../components/Mark.tsx';
import { Sheet } from '../../../components/Sheet.tsx';
import { bytesText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import styles from './BringBack.module.css';
import { type KindCount, MOST_ITEMS, type Selection, wishOf } from './selection.ts';
import type { GoneItem, Part } from './use-reviewed.ts';
import { waysBack } from './ways-back.ts';

/** Takes back what is ticked, into a folder, and says how it gets to the phone from there. iOS takes no single items back. */
export function BringBack({
  udid,
  selection,
  kinds,
  all,
  count,
  bytes,
  hasAnything,
  onFinish,
  isFinishing,
}: {
  readonly udid: string;
  readonly selection: Selection;
  readonly kinds: Readonly<Record<Part, readonly KindCount[]>>;
  readonly all: Readonly<Record<Part, () => Promise<readonly GoneItem[]>>>;
  readonly count: number;
  readonly bytes: number | null;
  readonly hasAnything: boolean;
  readonly onFinish: () => void;
  readonly isFinishing: boolean;
}) {
  const undo = useAction('cleanup.undo');
  const platform = useQuery('system.info', {}).data?.platform ?? 'darwin';
  const [isPicking, setPicking] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [isTooMany, setTooMany] = useState(false);
  const [jobId, setJobId] = useState<string | null>(null);
  const [isShown, setShown] = useState(false);
  const [wasTold, setTold] = useState(false);
  const job = useJob(jobId);
  const what = kindCount('other', count);
  useExportToast(job, what);
  const isDone = job?.state === 'done';
  const chosen = [...new Set([...selection.unexpected.keys(), ...selection.expected.keys()])];
  const start = async (place: string): Promise<void> => {
    setAsking(true);
    const wish = await wishOf(selection, kinds, all).catch(() => undefined);
    setAsking(false);
    setTooMany(wish === null);
    // Without a list that could be read nothing is taken back by halves: the page's own question says why.
    if (wish === null || wish === undefined) return;
    const made = await undo.run({ udid, ...wish, place });
    if (made === null) return;
    setJobId(made.job);
    setShown(true);
    setTold(false);
  };
  return (
    <div className={styles['back']}>
      {hasAnything ? (
        <>
          <h3>
            {count === 0
              ? t('cleanup.back.none')
              : t('cleanup.back.title', { count, size: bytes === null || bytes === 0 ? 'none' : bytesText(bytes) })}
          </h3>
          <p>{t(platform === 'darwin' ? 'cleanup.back.folderMac' : 'cleanup.back.folder')}</p>
          <p>{t('cleanup.back.never')}</p>
        </>
      ) : null}
      {isTooMany ? (
        <p className={styles['many']} role="alert">
          <Mark kind="warn" label={null} />
          {t('cleanup.back.tooMany', { most: MOST_ITEMS })}
        </p>
      ) : null}
      {undo.error === null ? null : <ErrorNote error={undo.error} udid={udid} />}
      {hasAnything ? (
        <Button
          look={count > 0 ? 'filled' : 'plain'}
          size="large"
          isDisabled={count === 0}
          isPending={isAsking || undo.isRunning}
          onPress={() => setPicking(true)}
        >
          {t('cleanup.back.action', { count })}
        </Button>
      ) : null}
      <Button look={count > 0 ? 'plain' : 'filled'} size="large" isPending={isFinishing} onPress={onFinish}>
        {t(hasAnything ? 'cleanup.back.finish' : 'common.done')}
      </Button>
      <FolderPicker
        isOpen={isPicking}
        purpose="export"
        onClose={() => setPicking(false)}
        onPick={({ token }) => {
          setPicking(false);
          void start(token);
        }}
      />
      <ExportProgress isOpen={isShown && !isDone} job={job} what={what} onClose={() => setShown(false)} />
      <Sheet
        isOpen={isDone && !wasTold}
        onClose={() => setTold(true)}
        title={t('cleanup.back.done')}
        footer={
          <Button look="filled" onPress={() => setTold(true)} autoFocus>
            {t('common.done')}
          </Button>
        }
      >
        <p>{t('cleanup.back.doneText')}</p>
        <ul className={styles['ways']}>
          {waysBack(chosen, platform).map(({ id, title, text }) => (
            <li key={id}>
              <strong>{title}</strong>
              <p>{text}</p>
            </li>
          ))}
        </ul>
      </Sheet>
    </div>
  );
}
