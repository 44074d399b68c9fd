import type { UnreadableList } from './reading.ts';

/**
 * Reads one part of a database. When SQLite refuses (a damaged page, a strange type of table), what was found before stays
 * found, the part is named, and the caller goes on with the next one.
 */
export function attempt(unreadable: UnreadableList, what: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SqliteError') throw error;
    unreadable.add(what, error.message);
  }
}
