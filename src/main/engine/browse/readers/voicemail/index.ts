import type { Backup, BackupFile } from '../../source/types.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import { COCOA_EPOCH_SECONDS, columnsOf, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { withDatabase } from '../with-database.ts';

/** Voicemail of carriers that keep it on the phone: `voicemail.db` and a recording for each row (reference 4.8). */
export interface Voicemail {
  /** The row's number: the recording is called by it, and it is never used again. */
  readonly id: string;
  readonly sender: string | null;
  /** Unix milliseconds. */
  readonly dateMs: number | null;
  readonly durationSeconds: number | null;
  readonly isTrashed: boolean;
  /** The recording, AMR; null when it is not in the backup. */
  readonly recording: BackupFile | null;
  readonly bytes: number | null;
}

const DOMAIN = 'HomeDomain';
const FOLDER = 'Library/Voicemail';
/** A row that was deleted for good. */
const DELETED_FLAGS = 75;

export async function readVoicemail(backup: Backup): Promise<Reading<Voicemail> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const items: Voicemail[] = [];
  const isPresent = await withDatabase(backup, unreadable, { domain: DOMAIN, path: `${FOLDER}/voicemail.db` }, (db) => {
    const columns = columnsOf(db, 'voicemail');
    if (columns.size === 0) return unreadable.add('voicemail.db', 'it has no table voicemail');
    const wanted = { sender: 'sender', date: 'date', duration: 'duration', trashed: 'trashed_date', flags: 'flags' };
    for (const row of db.prepare(`SELECT ROWID AS id, ${selectList(columns, wanted)} FROM voicemail`).iterate()) {
      items.push(voicemailOf(backup, row as Record<string, unknown>));
    }
  });
  items.sort((a, b) => (b.dateMs ?? 0) - (a.dateMs ?? 0));
  return { items, unreadable: unreadable.items, isPresent };
}

function voicemailOf(backup: Backup, row: Record<string, unknown>): Voicemail {
  const id = String(row['id']);
  const recording = backup.file(DOMAIN, `${FOLDER}/${id}.amr`);
  const isThere = recording !== null && backup.hasContent(recording);
  const date = numberOf(row['date']);
  return {
    id,
    sender: textOf(row['sender']),
    dateMs: date === null ? null : unixMs(date),
    durationSeconds: numberOf(row['duration']),
    isTrashed: (numberOf(row['trashed']) ?? 0) !== 0 || numberOf(row['flags']) === DELETED_FLAGS,
    recording: isThere ? recording : null,
    bytes: isThere ? recording.sizeBytes : null,
  };
}

/** `date` is Unix seconds, unlike most dates of the phone; what would lie before the iPhone is Cocoa's. */
function unixMs(date: number): number {
  const firstIphone = 1_180_000_000;
  return Math.round((date < firstIphone ? date + COCOA_EPOCH_SECONDS : date) * 1000);
}
