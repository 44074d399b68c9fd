import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** What the demo phone itself holds, read from its own databases: nothing of the engine is asked. */

/** Names of the photos and videos that are not in the trash, as their owner knows them. */
export function photosOf(home: string): ReadonlySet<string> {
  return read(home, 'ZASSET', (db) => {
    const rows = db
      .prepare(
        `SELECT a.ZORIGINALFILENAME FROM ZASSET z JOIN ZADDITIONALASSETATTRIBUTES a ON a.ZASSET = z.Z_PK
         WHERE z.ZTRASHEDSTATE = 0`,
      )
      .pluck()
      .all();
    return new Set(rows.map(String));
  });
}

/** Texts of the messages with somebody, the oldest first; those that are kept in another form only are left out. */
export function textsWith(home: string, handle: string): readonly string[] {
  return read(home, 'chat_message_join', (db) =>
    db
      .prepare(
        `SELECT m.text FROM message m JOIN chat_message_join j ON j.message_id = m.ROWID
         JOIN chat c ON c.ROWID = j.chat_id
         WHERE c.chat_identifier = ? AND m.item_type = 0 AND m.associated_message_type = 0 AND m.text IS NOT NULL
         ORDER BY m.date`,
      )
      .pluck()
      .all(handle)
      .map(String),
  );
}

function read<T>(home: string, table: string, ask: (db: Database.Database) => T): T {
  const phones = join(home, 'demo-phone');
  const phone = readdirSync(phones).find((name) => name.startsWith('phone-')) ?? '';
  const content = join(phones, phone, 'content');
  for (const name of readdirSync(content)) {
    if (!/^database-\d+$/.test(name)) continue;
    const db = new Database(join(content, name), { readonly: true });
    try {
      const has = db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).get(table);
      if (has !== undefined) return ask(db);
    } finally {
      db.close();
    }
  }
  throw new Error(`the demo phone has no ${table}`);
}
