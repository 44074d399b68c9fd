import { X } from 'lucide-react';
import { Button, IconButton } from '../../../components/Button.tsx';
import { bytesText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './PhotoWall.module.css';

export function SelectionBar({
  count,
  bytes,
  hasOne,
  onOpen,
  onElsewhere,
  onSave,
  onClear,
}: {
  readonly count: number;
  readonly bytes: number | null;
  readonly hasOne: boolean;
  readonly onOpen: () => void;
  readonly onElsewhere: () => void;
  readonly onSave: () => void;
  readonly onClear: () => void;
}) {
  return (
    <div className={styles['selectionBar']} role="toolbar" aria-label={t('browse.selected', { count })}>
      <strong role="status">{t('browse.selected', { count })}</strong>
      <span>{bytes === null || bytes === 0 ? '' : bytesText(bytes)}</span>
      <Button onPress={onOpen}>{t('browse.open')}</Button>
      {hasOne ? <Button onPress={onElsewhere}>{t('browse.elsewhere')}</Button> : null}
      <Button look="filled" onPress={onSave}>
        {t('browse.save')}
      </Button>
      <IconButton look="quiet" label={t('browse.deselect')} onPress={onClear}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
