import type { Backup, BackupFile } from '../../source/types.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import { cocoaMs, columnsOf, firstTable, numberOf, quoted, selectList, textOf } from '../tolerant-table.ts';
import { withDatabase } from '../with-database.ts';

/** Recordings of the app Voice Memos, in whichever place this release of iOS keeps them (reference 4.9). */
export interface VoiceMemo {
  /** The phone's own id (ZUNIQUEID); where there is none, the name of its file. */
  readonly id: string;
  readonly title: string | null;
  readonly dateMs: number | null;
  readonly durationSeconds: number | null;
  /** In "Recently Deleted". */
  readonly isTrashed: boolean;
  readonly file: BackupFile | null;
  readonly bytes: number | null;
  readonly where: 'here' | 'only-in-icloud' | 'missing';
}

interface Place {
  readonly domain: string;
  readonly folder: string;
}

const PLACES: readonly Place[] = [
  { domain: 'AppDomainGroup-group.com.apple.VoiceMemos.shared', folder: 'Recordings' },
  { domain: 'MediaDomain', folder: 'Media/Recordings' },
];
const DATABASES = ['CloudRecordings.db', 'Recordings.db'];
const AUDIO = /\.(m4a|qta|caf|wav)$/i;

export async function readVoiceMemos(backup: Backup): Promise<Reading<VoiceMemo> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const found = new Map<string, VoiceMemo>();
  let isPresent = false;
  for (const place of PLACES) {
    const files = new Map<string, BackupFile>();
    for (const file of backup.list(place.domain, place.folder)) {
      if (file.kind === 'file' && AUDIO.test(file.path)) files.set(nameOf(file.path), file);
    }
    const named = new Set<string>();
    for (const database of DATABASES) {
      const path = `${place.folder}/${database}`;
      const isThere = await withDatabase(backup, unreadable, { domain: place.domain, path }, (db) => {
        const table = firstTable(db, ['ZCLOUDRECORDING', 'ZRECORDING']);
        if (table === null) return unreadable.add(database, 'it has no table of recordings');
        const wanted = {
          id: 'ZUNIQUEID',
          date: 'ZDATE',
          duration: ['ZDURATION', 'ZLOCALDURATION'],
          title: ['ZCUSTOMLABELFORSORTING', 'ZENCRYPTEDTITLE', 'ZCUSTOMLABEL'],
          label: 'ZCUSTOMLABEL',
          path: 'ZPATH',
          evicted: 'ZEVICTIONDATE',
        };
        for (const row of db
          .prepare(`SELECT ${selectList(columnsOf(db, table), wanted)} FROM ${quoted(table)}`)
          .iterate()) {
          const memo = memoOf(backup, row as Record<string, unknown>, files, place);
          if (memo.file !== null) named.add(nameOf(memo.file.path));
          if (!found.has(memo.id)) found.set(memo.id, memo);
        }
      });
      isPresent ||= isThere;
    }
    // A recording that no row names is a recording all the same.
    for (const [name, file] of files) {
      if (named.has(name) || !backup.hasContent(file)) continue;
      isPresent = true;
      found.set(name, { ...UNKNOWN, id: name, title: name, dateMs: dateOfFile(file), file, bytes: file.sizeBytes });
    }
  }
  const items = [...found.values()].sort((a, b) => (b.dateMs ?? 0) - (a.dateMs ?? 0));
  return { items, unreadable: unreadable.items, isPresent };
}

const UNKNOWN = { durationSeconds: null, isTrashed: false, where: 'here' } as const;

function memoOf(
  backup: Backup,
  row: Record<string, unknown>,
  files: ReadonlyMap<string, BackupFile>,
  place: Place,
): VoiceMemo {
  const path = textOf(row['path']);
  const name = path === null ? null : nameOf(path);
  const file = name === null ? null : (files.get(name) ?? backup.file(place.domain, `${place.folder}/${name}`));
  const isHere = file !== null && file.kind === 'file' && backup.hasContent(file);
  const label = textOf(row['title']) ?? textOf(row['label']);
  return {
    id: textOf(row['id']) ?? name ?? '?',
    // The label of an untitled recording is its date.
    title: label !== null && /^\d{4}-\d\d-\d\dT/.test(label) ? null : label,
    dateMs: cocoaMs(row['date']),
    durationSeconds: numberOf(row['duration']),
    isTrashed: numberOf(row['evicted']) !== null,
    file: isHere ? file : null,
    bytes: isHere ? file.sizeBytes : null,
    where: isHere ? 'here' : name === null ? 'only-in-icloud' : 'missing',
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function dateOfFile({ created, modified }: BackupFile): number | null {
  const seconds = created ?? modified;
  return seconds === null ? null : seconds * 1000;
}
