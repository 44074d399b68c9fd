import { ChevronUp, Folder, FolderPlus, HardDrive } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { useAction, useQuery } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button, IconButton } from '../Button.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { TextField } from '../Fields.tsx';
import { Tag } from '../Parts.tsx';
import { Sheet } from '../Sheet.tsx';
import styles from './FolderSheet.module.css';

export interface PickedPlace {
  readonly token: string;
  readonly name: string;
  readonly path: string;
}

/** Folders of the computer that the engine runs on, by what the engine offers: the page never makes up a path. */
export function FolderSheet({
  isOpen,
  purpose,
  onClose,
  onPick,
}: {
  readonly isOpen: boolean;
  readonly purpose: 'vault' | 'export';
  readonly onClose: () => void;
  readonly onPick: (place: PickedPlace) => void;
}) {
  const places = useQuery('places.list', isOpen ? { purpose } : null);
  const [place, setPlace] = useState<string | null>(null);
  const [newName, setNewName] = useState<string | null>(null);
  const first = places.data?.places[0]?.token ?? null;
  const token = place ?? first;
  const inside = useQuery('places.folders', isOpen && token !== null ? { place: token } : null);
  const create = useAction('places.newFolder');
  useEffect(() => {
    if (isOpen) return;
    setPlace(null);
    setNewName(null);
  }, [isOpen]);
  const here = inside.data?.here;

  const make = async (): Promise<void> => {
    if (token === null || newName === null || newName.trim() === '') return;
    const answer = await create.run({ place: token, name: newName.trim() });
    if (answer === null) return;
    setNewName(null);
    setPlace(answer.token);
  };

  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={t('folders.title')}
      width="wide"
      footer={
        <>
          <span className={styles['start']}>
            <Button
              icon={<FolderPlus size={16} strokeWidth={1.6} aria-hidden />}
              onPress={() => setNewName('')}
              isDisabled={here === undefined}
            >
              {t('folders.new')}
            </Button>
          </span>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button
            look="filled"
            isDisabled={here === undefined}
            onPress={() => {
              if (here !== undefined) onPick(here);
            }}
          >
            {t('folders.choose')}
          </Button>
        </>
      }
    >
      <div className={styles['grid']}>
        <ListBox
          aria-label={t('folders.places')}
          className={styles['places'] ?? ''}
          selectionMode="single"
          selectedKeys={token === null ? [] : [token]}
          onSelectionChange={(keys) => {
            const [chosen] = keys === 'all' ? [] : keys;
            if (chosen !== undefined) setPlace(String(chosen));
          }}
          items={places.data?.places ?? []}
        >
          {(one) => (
            <ListBoxItem id={one.token} textValue={one.name} className={styles['item'] ?? ''}>
              <HardDrive size={15} strokeWidth={1.6} aria-hidden />
              <span>{one.name}</span>
            </ListBoxItem>
          )}
        </ListBox>
        <div className={styles['inside']}>
          <div className={styles['path']}>
            <IconButton
              label={t('folders.up')}
              look="quiet"
              isDisabled={inside.data?.parent == null}
              onPress={() => setPlace(inside.data?.parent ?? token)}
            >
              <ChevronUp size={16} aria-hidden />
            </IconButton>
            <span className="selectable">{here?.path ?? ''}</span>
          </div>
          <ListBox
            aria-label={t('folders.list', { name: here?.name ?? '' })}
            className={styles['folders'] ?? ''}
            selectionMode="single"
            selectionBehavior="replace"
            onAction={(key) => setPlace(String(key))}
            items={inside.data?.folders ?? []}
            renderEmptyState={() => <p className={styles['empty']}>{inside.isLoading ? '' : t('folders.empty')}</p>}
          >
            {(one) => (
              <ListBoxItem
                id={one.token}
                textValue={one.name}
                className={styles['item'] ?? ''}
                onPress={() => setPlace(one.token)}
              >
                <Folder size={15} strokeWidth={1.6} aria-hidden />
                <span>{one.name}</span>
                {one.isVault ? <Tag>{t('folders.hasVault')}</Tag> : null}
              </ListBoxItem>
            )}
          </ListBox>
          {(inside.data?.more ?? 0) === 0 ? null : (
            <p className={styles['more']}>{t('folders.more', { count: inside.data?.more ?? 0 })}</p>
          )}
        </div>
      </div>
      {newName === null ? null : (
        <form
          className={styles['new']}
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <TextField label={t('folders.newName')} value={newName} onChange={setNewName} maxLength={100} autoFocus />
          <Button type="submit" isDisabled={newName.trim() === ''} isPending={create.isRunning}>
            {t('folders.create')}
          </Button>
        </form>
      )}
      {[places.error, inside.error, create.error].map((error) =>
        error === null ? null : <ErrorNote key={error.code} error={error} />,
      )}
    </Sheet>
  );
}
