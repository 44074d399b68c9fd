import { Folder } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { BrowseFilter, BrowseKind, JobView, VersionRef } from '../../../shared/contract/procedures/index.ts';
import { useAction, useJob } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { Select } from '../Fields.tsx';
import { FolderPicker, type PickedPlace } from '../folders/FolderPicker.tsx';
import { Sheet } from '../Sheet.tsx';
import { ExportProgress } from './ExportProgress.tsx';
import styles from './ExportSheet.module.css';
import { formatsOf } from './formats.ts';
import { useExportToast } from './use-export-toast.ts';

/** What is to be saved. `ids` null: everything that the filter shows. */
export interface ExportRequest {
  readonly version: VersionRef;
  readonly kind: BrowseKind;
  readonly filter: BrowseFilter;
  /** With `ids` null: only what the newest backup no longer has. */
  readonly gone: boolean;
  readonly ids: readonly string[] | null;
  /** "38 photos", for the title and for the news at the end. */
  readonly what: string;
}

/** As what, and where to: then the job runs, here or in the background. */
export function ExportSheet({
  request,
  onClose,
}: {
  readonly request: ExportRequest | null;
  readonly onClose: () => void;
}) {
  const [kept, setKept] = useState<ExportRequest | null>(null);
  const [job, setJob] = useState<string | null>(null);
  // The words stay while the sheet fades away, and while the job goes on without it.
  useEffect(() => {
    if (request === null) return;
    setKept(request);
    setJob(null);
  }, [request]);
  const view = useJob(job);
  const shown = request ?? kept;
  useExportToast(view, shown?.what ?? '');
  useEffect(() => {
    if (view?.state === 'done' && request !== null) onClose();
  }, [view?.state, request, onClose]);
  if (shown === null) return null;
  return job === null ? (
    <Form key={shown.what} request={shown} isOpen={request !== null} onClose={onClose} onStarted={setJob} />
  ) : (
    <ExportProgress isOpen={request !== null} job={view} what={shown.what} onClose={onClose} />
  );
}

function Form({
  request,
  isOpen,
  onClose,
  onStarted,
}: {
  readonly request: ExportRequest;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onStarted: (job: JobView['id']) => void;
}) {
  const formats = formatsOf(request.kind);
  const [format, setFormat] = useState(formats[0]?.id ?? 'usual');
  const [place, setPlace] = useState<PickedPlace | null>(null);
  const [isPicking, setPicking] = useState(false);
  const start = useAction('browse.export');
  const folder = useRef<HTMLDivElement>(null);
  const save = async (): Promise<void> => {
    if (place === null) return;
    const answer = await start.run({
      ...request.version,
      kind: request.kind,
      filter: request.filter,
      gone: request.gone,
      ids: request.ids === null ? null : [...request.ids],
      format: formats.find((one) => one.id === format)?.format ?? null,
      place: place.token,
    });
    if (answer !== null) onStarted(answer.job);
  };
  return (
    <>
      <Sheet
        isOpen={isOpen && !isPicking}
        onClose={onClose}
        title={t('export.title', { what: request.what })}
        footer={
          <>
            <Button onPress={onClose}>{t('common.cancel')}</Button>
            <Button
              look="filled"
              isDisabled={place === null}
              isPending={start.isRunning}
              onPress={() => {
                void save();
              }}
            >
              {t('export.start')}
            </Button>
          </>
        }
      >
        <div className={styles['form']}>
          {formats.length < 2 ? null : (
            <Select label={t('export.format')} value={format} choices={formats} onChange={setFormat} />
          )}
          <div className={styles['where']} ref={folder}>
            <span className={styles['label']}>{t('export.where')}</span>
            <Folder size={16} strokeWidth={1.6} aria-hidden />
            <span className={`${styles['path']} selectable`}>{place?.path ?? t('export.noWhere')}</span>
            <Button onPress={() => setPicking(true)}>{t('export.choose')}</Button>
          </div>
          <p className={styles['help']}>
            {request.kind === 'messages' || request.kind === 'whatsapp'
              ? t('export.attachmentsToo')
              : t('export.formatHelp')}
          </p>
          {start.error === null ? null : <ErrorNote error={start.error} />}
        </div>
      </Sheet>
      <FolderPicker
        isOpen={isOpen && isPicking}
        purpose="export"
        onClose={() => setPicking(false)}
        onPick={(picked) => {
          setPlace(picked);
          setPicking(false);
        }}
      />
    </>
  );
}
