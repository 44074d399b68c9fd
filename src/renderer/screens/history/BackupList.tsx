import { Pin, Usb, Wifi } from 'lucide-react';
import { useMemo } from 'react';
import { Collection, Header, ListBox, ListBoxItem, ListBoxSection, type Selection } from 'react-aria-components';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import type { BackupState } from '../../components/backups/backup-state.ts';
import { Lock } from '../../components/backups/Lock.tsx';
import { Mark } from '../../components/Mark.tsx';
import { bytesText, dayText, fullDayText, timeText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './BackupList.module.css';

/** Versions by day, the newest first; arrow keys move, shift and command choose several, return opens. */
export function BackupList({
  label,
  backups,
  selected,
  onSelect,
  onOpen,
  stateOf,
}: {
  readonly label: string;
  readonly backups: readonly BackupRow[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly onOpen: (row: BackupRow) => void;
  readonly stateOf: (row: BackupRow) => BackupState;
}) {
  const days = useMemo(() => byDay(backups), [backups]);
  const choose = (selection: Selection): void => {
    onSelect(selection === 'all' ? new Set(backups.map((one) => one.id)) : new Set([...selection].map(String)));
  };
  return (
    <ListBox
      aria-label={label}
      className={styles['list'] ?? ''}
      selectionMode="multiple"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={selected}
      onSelectionChange={choose}
      onAction={(key) => {
        const row = backups.find((one) => one.id === key);
        if (row !== undefined) onOpen(row);
      }}
    >
      {days.map(({ day, rows }) => (
        <ListBoxSection key={day} id={day} className={styles['section'] ?? ''}>
          <Header className={styles['day'] ?? ''}>
            <span>{titleOf(rows[0])}</span>
            {rows.length < 2 ? null : (
              <span className={styles['count']}>{t('history.countOfDay', { count: rows.length })}</span>
            )}
          </Header>
          <Collection items={rows}>
            {(row) => {
              const state = stateOf(row);
              const Way = row.connection === 'usb' ? Usb : Wifi;
              return (
                <ListBoxItem
                  id={row.id}
                  textValue={`${timeText(row.finishedAt)} ${row.note ?? ''}`}
                  className={`${styles['row']} ${row.isOnline ? '' : styles['offline']}`}
                >
                  <Mark kind={state.mark} label={state.sentence} />
                  <span className={styles['time']}>{timeText(row.finishedAt)}</span>
                  {row.connection === null ? (
                    <span />
                  ) : (
                    <span
                      className={styles['way']}
                      role="img"
                      aria-label={t(row.connection === 'usb' ? 'backup.usb' : 'backup.wifi')}
                    >
                      <Way size={15} strokeWidth={1.6} aria-hidden />
                    </span>
                  )}
                  <span className={styles['note']}>{row.note ?? (state.mark === 'ok' ? '' : state.sentence)}</span>
                  <span className={styles['new']}>{t('backup.newBytes', { size: bytesText(row.newBytes) })}</span>
                  <span className={styles['whole']}>{t('backup.ofBytes', { size: bytesText(row.bytes) })}</span>
                  <Lock isEncrypted={row.encrypted} />
                  {row.pinned ? (
                    <span className={styles['pin']} role="img" aria-label={t('backup.pinned')}>
                      <Pin size={14} strokeWidth={1.8} aria-hidden />
                    </span>
                  ) : (
                    <span />
                  )}
                </ListBoxItem>
              );
            }}
          </Collection>
        </ListBoxSection>
      ))}
    </ListBox>
  );
}

function titleOf(row: BackupRow | undefined): string {
  if (row === undefined) return '';
  const day = dayText(row.finishedAt);
  const full = fullDayText(row.finishedAt);
  return day === t('format.today') || day === t('format.yesterday') ? t('format.when', { day, time: full }) : full;
}

function byDay(
  backups: readonly BackupRow[],
): readonly { readonly day: string; readonly rows: readonly BackupRow[] }[] {
  const days = new Map<string, BackupRow[]>();
  for (const one of backups) {
    const day = new Date(one.finishedAt).toDateString();
    const rows = days.get(day);
    if (rows === undefined) days.set(day, [one]);
    else rows.push(one);
  }
  return [...days].map(([day, rows]) => ({ day, rows }));
}
