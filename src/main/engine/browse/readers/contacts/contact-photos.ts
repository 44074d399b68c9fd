import type Database from 'better-sqlite3';
import { isBackstopError } from '../../../../../shared/errors/index.ts';
import type { Backup, PhoneDatabase } from '../../source/types.ts';
import { attempt } from '../attempt.ts';
import type { UnreadableList } from '../reading.ts';
import { blobOf, columnsOf, numberOf, quoted } from '../tolerant-table.ts';
import { withDatabase } from '../with-database.ts';

const PLACE = { domain: 'HomeDomain', path: 'Library/AddressBook/AddressBookImages.sqlitedb' };
const FILE = 'AddressBookImages.sqlitedb';
/** Best first. */
const TABLES = ['ABFullSizeImage', 'ABThumbnailImage', 'ABImage'];
/** No picture of a card is larger. */
const MAX_BYTES = 32 * 1024 * 1024;

export interface ContactPhoto {
  readonly bytes: Buffer;
  readonly type: 'jpeg' | 'png' | 'heic' | 'gif';
}

/** Rows of the cards that have a picture. */
export async function rowsWithPhotos(backup: Backup, unreadable: UnreadableList): Promise<ReadonlySet<number>> {
  const rows = new Set<number>();
  await withDatabase(backup, unreadable, PLACE, (db) => {
    for (const table of tablesIn(db)) {
      attempt(unreadable, `${FILE}, ${table}`, () => {
        for (const n of db
          .prepare(`SELECT record_id FROM ${quoted(table)} WHERE data IS NOT NULL`)
          .pluck()
          .iterate()) {
          const number = numberOf(n);
          if (number !== null) rows.add(number);
        }
      });
    }
  });
  return rows;
}

/** The pictures of cards, one at a time. */
export class ContactPhotos implements Disposable {
  readonly #opened: PhoneDatabase | null;
  readonly #tables: readonly string[];

  private constructor(opened: PhoneDatabase | null) {
    this.#opened = opened;
    this.#tables = opened === null ? [] : tablesIn(opened.db);
  }

  /** A database that is missing or cannot be opened has no pictures; `readContacts` names it. */
  static async open(backup: Backup): Promise<ContactPhotos> {
    try {
      return new ContactPhotos(await backup.openDatabase(PLACE.domain, PLACE.path));
    } catch (error) {
      if (!isBackstopError(error, 'browse/damaged-database')) throw error;
      return new ContactPhotos(null);
    }
  }

  /** The largest that is there; null when there is none, or it is in no form that other programs know. */
  find(rowId: number, unreadable: UnreadableList): ContactPhoto | null {
    const db = this.#opened?.db;
    if (db === undefined) return null;
    let found: ContactPhoto | null = null;
    for (const table of this.#tables) {
      attempt(unreadable, `${FILE}, the picture of card ${rowId}`, () => {
        const sql = `SELECT data FROM ${quoted(table)} WHERE record_id = ? AND length(data) BETWEEN 1 AND ${MAX_BYTES}
          ORDER BY length(data) DESC LIMIT 1`;
        const bytes = blobOf(db.prepare(sql).pluck().get(rowId));
        const type = bytes === null ? null : typeOf(bytes);
        if (bytes !== null && type !== null) found ??= { bytes, type };
      });
      if (found !== null) break;
    }
    return found;
  }

  [Symbol.dispose](): void {
    this.#opened?.[Symbol.dispose]();
  }
}

function tablesIn(db: Database.Database): readonly string[] {
  return TABLES.filter((table) => {
    const columns = columnsOf(db, table);
    return columns.has('record_id') && columns.has('data');
  });
}

function typeOf(bytes: Buffer): ContactPhoto['type'] | null {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg';
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('\x89PNG')) return 'png';
  if (head.startsWith('GIF8')) return 'gif';
  return /^ftyp(heic|heix|mif1|msf1)/.test(head.slice(4)) ? 'heic' : null;
}
