import type { Backup } from '../../source/types.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import { cocoaMs, columnsOf, hasTable, numberOf, textOf } from '../tolerant-table.ts';
import { withDatabase } from '../with-database.ts';

/** Health, as a summary: how much of what there is, from when to when. The values themselves stay in the backup. */
export interface HealthKind {
  /** Apple's number of the kind of data, or "workouts". */
  readonly id: string;
  /** In words, where they are known. */
  readonly name: string | null;
  readonly samples: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

export interface HealthReading extends Reading<HealthKind> {
  /** Only encrypted backups have it. */
  readonly isPresent: boolean;
  /** Phones, watches and apps that wrote it. */
  readonly sources: readonly string[];
}

/** Reference 4.11. Of others only the number is known. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'height'],
  [3, 'weight'],
  [5, 'heart rate'],
  [7, 'steps'],
  [8, 'walking and running distance'],
  [9, 'basal energy'],
  [10, 'active energy'],
  [12, 'flights climbed'],
  [63, 'sleep'],
  [70, 'stand hours'],
  [118, 'resting heart rate'],
  [173, 'headphone audio levels'],
]);
const MAX_SOURCES = 1000;

export async function readHealth(backup: Backup): Promise<HealthReading> {
  const unreadable = new UnreadableList();
  const items: HealthKind[] = [];
  const sources = new Set<string>();
  const domain = 'HealthDomain';
  const secure = { domain, path: 'Health/healthdb_secure.sqlite' };
  const isPresent = await withDatabase(backup, unreadable, secure, (db) => {
    if (!columnsOf(db, 'samples').has('data_type'))
      return unreadable.add('healthdb_secure.sqlite', 'it has no samples');
    const rows = db
      .prepare(
        'SELECT data_type AS type, count(*) AS n, min(start_date) AS first, max(end_date) AS last FROM samples GROUP BY 1',
      )
      .iterate() as Iterable<Record<string, unknown>>;
    for (const row of rows) {
      const type = numberOf(row['type']);
      items.push({
        id: type === null ? '?' : String(type),
        name: type === null ? null : (NAMES.get(type) ?? null),
        samples: numberOf(row['n']) ?? 0,
        firstMs: cocoaMs(row['first']),
        lastMs: cocoaMs(row['last']),
      });
    }
    if (!hasTable(db, 'workouts')) return;
    const workouts = numberOf(db.prepare('SELECT count(*) FROM workouts').pluck().get()) ?? 0;
    if (workouts > 0) items.push({ id: 'workouts', name: 'workouts', samples: workouts, firstMs: null, lastMs: null });
  });
  await withDatabase(backup, unreadable, { domain, path: 'Health/healthdb.sqlite' }, (db) => {
    if (!columnsOf(db, 'sources').has('name')) return;
    for (const name of db.prepare(`SELECT name FROM sources LIMIT ${MAX_SOURCES}`).pluck().all()) {
      const text = textOf(name);
      if (text !== null && text !== '') sources.add(text);
    }
  });
  return { items, isPresent, sources: [...sources], unreadable: unreadable.items };
}
