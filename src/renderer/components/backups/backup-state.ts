import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { dateText, dayInSentence, timeText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import type { MarkKind } from '../Mark.tsx';

/** What may be said of a backup, and no more: green only for what was read back and is not known to be damaged. */

export interface BackupState {
  readonly mark: MarkKind;
  readonly sentence: string;
}

/** After so many days a verification is named with its date. */
const AGEING_DAYS = 30;

export function backupState(row: BackupRow, disk: string, now: Date = new Date()): BackupState {
  if (row.damage !== null && row.damage.files > 0) {
    return { mark: 'bad', sentence: t('backup.damaged', { files: row.damage.files }) };
  }
  if (!row.isOnline) return { mark: 'idle', sentence: t('backup.offline', { disk }) };
  const { verified } = row;
  const finished = { time: timeText(row.finishedAt), day: dayInSentence(row.finishedAt, now) };
  if (verified === null) return { mark: 'idle', sentence: t('backup.notVerified', finished) };
  const values = { time: timeText(verified.at), day: dayInSentence(verified.at, now), files: row.files };
  if (!verified.ok) return { mark: 'bad', sentence: t('backup.failedCheck', values) };
  if (verified.level === 'structure') return { mark: 'idle', sentence: t('backup.structure', finished) };
  if (now.getTime() - new Date(verified.at).getTime() > AGEING_DAYS * 86_400_000) {
    return { mark: 'ok', sentence: t('backup.ageing', { date: dateText(verified.at, now) }) };
  }
  const key = ({ quick: 'Quick', full: 'Full', open: 'Open', rehearsed: 'Rehearsed' } as const)[verified.level];
  return { mark: 'ok', sentence: t(`backup.verified${key}`, values) };
}

/** Is it proved that everything in it could be brought back? */
export function isVerified(row: BackupRow): boolean {
  return row.damage === null && row.verified?.ok === true && row.verified.level !== 'structure';
}
