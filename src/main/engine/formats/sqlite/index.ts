/** Logs of SQLite databases, written back into them. */
export { type JournalOutcome, playBackJournal } from './journal.ts';
export type { PageFile, ReadOnlyFile } from './page-file.ts';
export { applyWal, type WalOutcome } from './wal.ts';
