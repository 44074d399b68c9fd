import type { BackupRow, BrowseKind, VersionRef } from '../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { Lock } from '../../components/backups/Lock.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { markOf } from '../../components/version-picker/VersionPicker.tsx';
import { whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './Elsewhere.module.css';

/** In which backups an item is, with a way into each. */
export function Elsewhere({
  version,
  kind,
  item,
  rows,
  onClose,
  onGo,
}: {
  readonly version: VersionRef;
  readonly kind: BrowseKind;
  readonly item: string;
  readonly rows: readonly BackupRow[];
  readonly onClose: () => void;
  readonly onGo: (snapshot: string) => void;
}) {
  const where = useQuery('browse.where', { ...version, kind, id: item });
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={t('browse.whereTitle')}
      footer={<Button onPress={onClose}>{t('common.close')}</Button>}
    >
      {where.error === null ? null : <ErrorNote error={where.error} onRetry={where.reload} />}
      {where.data === undefined && where.error === null ? <p role="status">{t('browse.asking')}</p> : null}
      <ul className={styles['list']}>
        {where.data?.versions.map((one) => {
          const row = rows.find(({ id }) => id === one.snapshot);
          const isIn = one.state === 'present' || one.state === 'changed';
          return (
            <li key={one.snapshot} className={isIn ? '' : styles['absent']}>
              {row === undefined ? null : (
                <>
                  <Mark kind={markOf(row)} size={14} />
                  <Lock isEncrypted={row.encrypted} size={13} />
                </>
              )}
              <strong>{whenText(one.at)}</strong>
              <span>{t(`browse.where.${one.state}`)}</span>
              {isIn && one.snapshot !== version.snapshot ? (
                <Button look="link" onPress={() => onGo(one.snapshot)}>
                  {t('browse.goTo')}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ul>
    </Sheet>
  );
}
