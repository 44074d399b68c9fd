import { useState } from 'react';
import { useAction, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Confirm, Sheet } from '../../components/Sheet.tsx';
import { bytesText, dateText, whenInSentence, whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './RemovedSheet.module.css';

/** What left the list and can still come back. */
export function RemovedSheet({
  isOpen,
  onClose,
  udid,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly udid: string;
}) {
  const { go } = useNavigation();
  const trash = useQuery('trash.list', isOpen ? { udid } : null, ['backups']);
  const putBack = useAction('backups.unforget');
  const empty = useAction('trash.empty');
  const [isAsking, setAsking] = useState(false);
  const rows = trash.data?.trash ?? [];
  const frees = trash.data?.wouldFreeBytes ?? null;
  const [first] = rows;

  const emptyNow = async (): Promise<void> => {
    if (first === undefined) return;
    const here = rows.filter((one) => one.vault === first.vault);
    const answer = await empty.run({ vault: first.vault, snapshots: here.map((one) => one.id) });
    setAsking(false);
    if (answer === null) return;
    onClose();
    go({ screen: 'job', job: answer.job });
  };

  return (
    <>
      <Sheet
        isOpen={isOpen && !isAsking}
        onClose={onClose}
        title={t('removed.title')}
        footer={
          <>
            {rows.length === 0 ? null : (
              <Button look="danger" onPress={() => setAsking(true)}>
                {t('removed.emptyAll')}
              </Button>
            )}
            <Button look="filled" onPress={onClose}>
              {t('common.done')}
            </Button>
          </>
        }
      >
        <p>{rows.length === 0 && !trash.isLoading ? t('removed.empty') : t('removed.text')}</p>
        <ul className={styles['list']}>
          {rows.map((one) => (
            <li key={`${one.vault} ${one.id}`}>
              <div>
                <strong>{whenText(one.finishedAt)}</strong>
                <span>
                  {one.expired
                    ? t('removed.expired')
                    : t('removed.row', {
                        when: whenInSentence(one.forgottenAt),
                        by: one.by,
                        date: dateText(one.undoUntil),
                      })}
                </span>
              </div>
              <Button
                isDisabled={putBack.isRunning}
                onPress={() => void putBack.run({ vault: one.vault, snapshots: [one.id] })}
              >
                {t('removed.putBack')}
              </Button>
            </li>
          ))}
        </ul>
        {trash.error === null ? null : <ErrorNote error={trash.error} onRetry={trash.reload} />}
        {putBack.error === null ? null : <ErrorNote error={putBack.error} />}
      </Sheet>
      <Confirm
        isOpen={isAsking}
        isDanger
        title={t('removed.emptyTitle')}
        action={t('removed.emptyAction')}
        isRunning={empty.isRunning}
        onConfirm={() => void emptyNow()}
        onClose={() => setAsking(false)}
      >
        <p>
          {t('removed.emptyText', {
            count: rows.length,
            frees: frees === null ? 'unknown' : 'known',
            size: frees === null ? '' : bytesText(frees),
          })}
        </p>
        {empty.error === null ? null : <ErrorNote error={empty.error} />}
      </Confirm>
    </>
  );
}
