import { Folder } from 'lucide-react';
import { useState } from 'react';
import type { PlaceView } from '../../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { FolderPicker } from '../../components/folders/FolderPicker.tsx';
import { Mark } from '../../components/Mark.tsx';
import { PlaceList } from '../../components/places/PlaceList.tsx';
import { bytesText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './FirstRun.module.css';
import { StepFrame } from './StepFrame.tsx';
import type { StepProps } from './steps.ts';

/** Which disk: the main place of backups that are there already is chosen, else the first that is a good choice. */
export function WhereStep({ onBack, onNext }: StepProps) {
  const places = useQuery('places.list', { purpose: 'vault' }, ['vaults']);
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults ?? [];
  const inspect = useAction('places.inspect');
  const add = useAction('vaults.add');
  const [own, setOwn] = useState<PlaceView | null>(null);
  const [picked, setPicked] = useState<string | null>(null);
  const [isPicking, setPicking] = useState(false);
  const listed = places.data?.places ?? [];
  const all = own === null ? listed : [own, ...listed.filter((one) => one.token !== own.token)];
  const main = vaults.find((one) => one.isMain);
  const usual =
    all.find((one) => one.vault !== null && one.vault === main?.id) ?? all.find((one) => one.level === 'pass');
  const chosen = picked ?? usual?.token ?? null;
  const place = all.find((one) => one.token === chosen);
  const { firstBackupBytes: first, dailyBytes: daily } = places.data ?? { firstBackupBytes: null, dailyBytes: null };

  const go = async (): Promise<void> => {
    if (place === undefined) return;
    const isKnown = place.vault !== null && place.vault === main?.id;
    if (isKnown || (await add.run({ place: place.token, name: null, makeMain: true })) !== null) onNext();
  };
  return (
    <StepFrame
      title={t('first.where.title')}
      lead={t('first.where.text')}
      footer={
        <>
          <span className={styles['maths']}>
            {first === null
              ? ''
              : daily === null
                ? t('first.where.mathsFirst', { first: bytesText(first) })
                : t('first.where.maths', { first: bytesText(first), daily: bytesText(daily) })}
          </span>
          {onBack === null ? null : (
            <Button size="large" onPress={onBack}>
              {t('common.back')}
            </Button>
          )}
          <Button
            look="filled"
            size="large"
            isDisabled={place === undefined || place.level === 'fail'}
            isPending={add.isRunning}
            onPress={() => void go()}
          >
            {t('common.continue')}
          </Button>
        </>
      }
    >
      {places.data === undefined && places.error === null ? (
        <p className={styles['looking']} role="status">
          <Mark kind="run" label={null} />
          {t('first.where.looking')}
        </p>
      ) : null}
      <PlaceList places={all} neededBytes={first} dailyBytes={daily} value={chosen} onChange={setPicked} />
      <div>
        <Button icon={<Folder size={16} strokeWidth={1.6} aria-hidden />} onPress={() => setPicking(true)}>
          {t('first.where.folder')}
        </Button>
      </div>
      {inspect.isRunning ? (
        <p className={styles['looking']} role="status">
          <Mark kind="run" label={null} />
          {t('first.where.testing')}
        </p>
      ) : null}
      {places.error === null ? null : <ErrorNote error={places.error} onRetry={places.reload} />}
      {inspect.error === null ? null : <ErrorNote error={inspect.error} />}
      {add.error === null ? null : <ErrorNote error={add.error} action={null} />}
      <FolderPicker
        isOpen={isPicking}
        purpose="vault"
        onClose={() => setPicking(false)}
        onPick={({ token }) => {
          setPicking(false);
          void inspect.run({ place: token }).then((answer) => {
            if (answer === null) return;
            setOwn(answer);
            setPicked(answer.token);
          });
        }}
      />
    </StepFrame>
  );
}
