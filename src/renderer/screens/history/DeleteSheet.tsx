import { useState } from 'react';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { isVerified } from '../../components/backups/backup-state.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Confirm } from '../../components/Sheet.tsx';
import { useToast } from '../../components/Toasts.tsx';
import { whenInSentence } from '../../text/formats.ts';
import { currentLocale, t } from '../../text/index.ts';
import { kindCount } from '../../text/kinds.ts';
import styles from './DeleteSheet.module.css';

/** Deletes with open eyes: what it frees, and what nothing else holds. Into Recently Removed, with an undo. */
export function DeleteSheet({
  isOpen,
  rows,
  all,
  frees,
  onClose,
  onDeleted,
}: {
  readonly isOpen: boolean;
  readonly rows: readonly BackupRow[];
  readonly all: readonly BackupRow[];
  readonly frees: string | null;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}) {
  const forget = useAction('backups.forget');
  const unforget = useAction('backups.unforget');
  const toast = useToast();
  const [isListShown, setListShown] = useState(false);
  const [first] = rows;
  const choice = first === undefined ? null : { vault: first.vault, snapshots: rows.map((one) => one.id) };
  const only = useQuery('backups.onlyHere', isOpen ? choice : null).data;
  if (first === undefined || choice === null) return null;

  const isPinned = rows.some((one) => one.pinned);
  const staying = all.filter((one) => !rows.includes(one));
  const isLast = rows.some(isVerified) && !staying.some(isVerified);
  const values = { frees: frees === null ? 'unknown' : 'known', size: frees ?? '' };
  const isMany = rows.length > 1;

  const confirm = async (): Promise<void> => {
    const answer = await forget.run(choice);
    if (answer === null) return;
    onClose();
    onDeleted();
    toast({
      text: t('history.deleted', { count: rows.length }),
      action: { label: t('history.undo'), onPress: () => void unforget.run(choice) },
    });
  };

  return (
    <Confirm
      isOpen={isOpen}
      isDanger
      title={
        isMany
          ? t('delete.titleMany', { count: rows.length })
          : t('delete.title', { when: whenInSentence(first.finishedAt) })
      }
      keep={t('delete.keep')}
      action={t('delete.delete')}
      isRunning={forget.isRunning}
      isDisabled={isPinned || isLast}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {isPinned ? (
        <p>{t('delete.pinned')}</p>
      ) : isLast ? (
        <p>{t('delete.lastVerified')}</p>
      ) : (
        <>
          <p>{t(isMany ? 'delete.textMany' : 'delete.text', values)}</p>
          <p className={styles['only']}>{onlyText(only)}</p>
          {only === undefined || only.items.length === 0 ? null : isListShown ? (
            <ul className={styles['items']}>
              {only.items.slice(0, 100).map((item) => (
                <li key={`${item.kind} ${item.name} ${item.snapshot}`}>{item.name}</li>
              ))}
              {only.more + Math.max(0, only.items.length - 100) === 0 ? null : (
                <li>{t('delete.more', { count: only.more + Math.max(0, only.items.length - 100) })}</li>
              )}
            </ul>
          ) : (
            <Button look="link" onPress={() => setListShown(true)}>
              {t('delete.showOnly')}
            </Button>
          )}
        </>
      )}
      {forget.error === null ? null : <ErrorNote error={forget.error} />}
    </Confirm>
  );
}

function onlyText(
  only: { readonly isChecked: boolean; readonly kinds: Readonly<Record<string, number>> } | undefined,
): string {
  if (only === undefined) return t('delete.looking');
  if (!only.isChecked) return t('delete.notLooked');
  const parts = Object.entries(only.kinds)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => kindCount(kind, count));
  if (parts.length === 0) return t('delete.nothingOnly');
  return t('delete.onlyHere', {
    list: new Intl.ListFormat(currentLocale(), { type: 'conjunction' }).format(parts),
  });
}
