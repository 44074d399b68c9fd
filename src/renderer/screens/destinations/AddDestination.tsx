import { useEffect, useState } from 'react';
import type { PlaceView } from '../../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { FolderPicker } from '../../components/folders/FolderPicker.tsx';
import { PlaceList } from '../../components/places/PlaceList.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { bytesText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './AddDestination.module.css';

/** Which disk: each with its verdict; a folder of the owner's own is judged as well, before it is used. */
export function AddDestination({
  isOpen,
  onClose,
  isFirst,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly isFirst: boolean;
}) {
  const places = useQuery('places.list', isOpen ? { purpose: 'vault' } : null, ['vaults']);
  const inspect = useAction('places.inspect');
  const add = useAction('vaults.add');
  const [own, setOwn] = useState<PlaceView | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [isPicking, setPicking] = useState(false);
  useEffect(() => {
    if (isOpen) return;
    setOwn(null);
    setChosen(null);
  }, [isOpen]);
  const all = [
    ...(own === null ? [] : [own]),
    ...(places.data?.places ?? []).filter((one) => one.token !== own?.token),
  ];
  const place = all.find((one) => one.token === chosen);
  const { firstBackupBytes, dailyBytes } = places.data ?? { firstBackupBytes: null, dailyBytes: null };

  const confirm = async (): Promise<void> => {
    if (place === undefined) return;
    if ((await add.run({ place: place.token, name: null, makeMain: isFirst })) !== null) onClose();
  };
  return (
    <>
      <Sheet
        isOpen={isOpen && !isPicking}
        onClose={onClose}
        title={t('dest.addTitle')}
        footer={
          <>
            <span className={styles['start']}>
              <Button onPress={() => setPicking(true)}>{t('dest.chooseFolder')}</Button>
            </span>
            <Button onPress={onClose}>{t('common.cancel')}</Button>
            <Button
              look="filled"
              isDisabled={place === undefined || place.level === 'fail'}
              isPending={add.isRunning}
              onPress={() => void confirm()}
            >
              {t('dest.use')}
            </Button>
          </>
        }
      >
        <p>{t('dest.addText')}</p>
        {inspect.isRunning ? <p role="status">{t('dest.testing')}</p> : null}
        <div className={styles['places']}>
          <PlaceList
            places={all}
            neededBytes={firstBackupBytes}
            dailyBytes={dailyBytes}
            value={chosen}
            onChange={setChosen}
          />
        </div>
        {firstBackupBytes === null ? null : (
          <p className={styles['maths']}>
            {dailyBytes === null
              ? t('dest.firstOnly', { first: bytesText(firstBackupBytes) })
              : t('dest.firstBackup', { first: bytesText(firstBackupBytes), daily: bytesText(dailyBytes) })}
          </p>
        )}
        {places.error === null ? null : <ErrorNote error={places.error} onRetry={places.reload} />}
        {inspect.error === null ? null : <ErrorNote error={inspect.error} />}
        {add.error === null ? null : <ErrorNote error={add.error} />}
      </Sheet>
      <FolderPicker
        isOpen={isPicking}
        purpose="vault"
        onClose={() => setPicking(false)}
        onPick={({ token }) => {
          setPicking(false);
          void inspect.run({ place: token }).then((answer) => {
            if (answer === null) return;
            setOwn(answer);
            setChosen(answer.level === 'fail' ? null : answer.token);
          });
        }}
      />
    </>
  );
}
