import type Database from 'better-sqlite3';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { Backup } from '../source/types.ts';
import type { UnreadableList } from './reading.ts';

/**
 * Opens one database of the phone and reads from it. What cannot be opened or asked is named in `unreadable`; what `read`
 * had found before stays found. False when the backup has no such database.
 */
export async function withDatabase(
  backup: Backup,
  unreadable: UnreadableList,
  place: { readonly domain: string; readonly path: string },
  read: (db: Database.Database) => void | Promise<void>,
): Promise<boolean> {
  const name = place.path.slice(place.path.lastIndexOf('/') + 1);
  try {
    using opened = await backup.openDatabase(place.domain, place.path);
    if (opened === null) return false;
    if (opened.warning !== null) unreadable.add(name, opened.warning);
    await read(opened.db);
    return true;
  } catch (error) {
    if (isBackstopError(error, 'browse/damaged-database')) {
      unreadable.add(name, String(error.data['reason'] ?? error.message));
    } else if (error instanceof Error && error.name === 'SqliteError') unreadable.add(name, error.message);
    else throw error;
    return true;
  }
}

/** Longer texts than any that a person writes are cut off by SQLite, before they are loaded. */
export const MAX_TEXT = 1024 * 1024;
