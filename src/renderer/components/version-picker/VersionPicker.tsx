import { ChevronsUpDown } from 'lucide-react';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { isVerified } from '../backups/backup-state.ts';
import { Lock } from '../backups/Lock.tsx';
import { Mark, type MarkKind } from '../Mark.tsx';
import { Menu } from '../Menu.tsx';
import styles from './VersionPicker.module.css';

/** One backup out of all of a phone, with what may be said of each: checked or not, encrypted or not. */
export function VersionPicker({
  rows,
  selected,
  label,
  title,
  onChoose,
}: {
  readonly rows: readonly BackupRow[];
  readonly selected: BackupRow | undefined;
  readonly label: string;
  readonly title: string;
  readonly onChoose: (row: BackupRow) => void;
}) {
  return (
    <Menu
      label={label}
      title={title}
      className={styles['button']}
      entries={rows.map((row) => ({
        id: `${row.vault} ${row.id}`,
        label: whenText(row.finishedAt),
        detail: noteOf(row) ?? '',
        isChecked: row === selected,
        icon: (
          <span className={styles['signs']}>
            <Mark kind={markOf(row)} size={14} />
            <Lock isEncrypted={row.encrypted} size={13} />
          </span>
        ),
        onAction: () => onChoose(row),
      }))}
    >
      {selected === undefined ? null : (
        <>
          <Mark kind={markOf(selected)} size={14} />
          <strong>{whenText(selected.finishedAt)}</strong>{' '}
          {noteOf(selected) === null ? null : <em>{noteOf(selected)}</em>}
          <Lock isEncrypted={selected.encrypted} size={13} />
        </>
      )}
      <ChevronsUpDown size={13} aria-hidden />
    </Menu>
  );
}

/** The shape that stands for a backup wherever there is no room for its sentence. */
export function markOf(row: BackupRow): MarkKind {
  if (row.damage !== null || row.verified?.ok === false) return 'bad';
  return isVerified(row) ? 'ok' : 'idle';
}

/** As the button shows it, for its name. */
export function versionWords(row: BackupRow): string {
  const note = noteOf(row);
  return note === null ? whenText(row.finishedAt) : `${whenText(row.finishedAt)} ${note}`;
}

function noteOf(row: BackupRow): string | null {
  if (row.note !== null && row.note !== '') return row.note;
  return row.pinReason === 'before-cleanup' ? t('backup.beforeCleanup') : null;
}
