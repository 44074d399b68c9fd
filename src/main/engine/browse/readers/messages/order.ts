import type { UnreadableList } from '../reading.ts';
import { RowLists } from '../row-lists.ts';
import { cocoaMs, numberOf } from '../tolerant-table.ts';
import type { MessageTables } from './tables.ts';
import type { MessageCounts } from './types.ts';

const NOTHING: MessageCounts = {
  rows: 0,
  messages: 0,
  recentlyDeleted: 0,
  reactions: 0,
  events: 0,
  newestMs: null,
};

/** Which rows a chat shows, and in which order. */
export class MessageOrder {
  readonly #tables: MessageTables;
  readonly #unreadable: UnreadableList;
  readonly #lists: RowLists;

  constructor(tables: MessageTables, unreadable: UnreadableList) {
    this.#tables = tables;
    this.#unreadable = unreadable;
    this.#lists = new RowLists(tables.db, 'sms.db, the order of messages', unreadable);
  }

  all(): Float64Array {
    return this.#lists.list({
      key: 'all',
      sql: `SELECT m.ROWID FROM message m ORDER BY ${this.#tables.order}, m.ROWID`,
      // The index of the GUIDs has the numbers of all rows, also of those whose pages are damaged.
      fallback: 'SELECT ROWID FROM message ORDER BY guid',
    });
  }

  /** Also what was deleted recently. Tapbacks stand with their messages, unless those are gone. */
  ofChat(chatRowId: number): Float64Array {
    const { hasJoin, hasRecoverable, order } = this.#tables;
    const sources = [
      ...(hasJoin ? ['SELECT message_id FROM chat_message_join WHERE chat_id = :chat'] : []),
      ...(hasRecoverable ? ['SELECT message_id FROM chat_recoverable_message_join WHERE chat_id = :chat'] : []),
    ];
    if (sources.length === 0) return new Float64Array();
    return this.#lists.list({
      key: String(chatRowId),
      sql: `SELECT m.ROWID FROM message m WHERE m.ROWID IN (${sources.join(' UNION ALL ')}) AND ${this.#stands()}
        ORDER BY ${order}, m.ROWID`,
      fallback: sources.join(' UNION '),
      parameters: { chat: chatRowId },
    });
  }

  ofNoChat(): Float64Array {
    const { hasJoin, hasRecoverable, hasChats, order } = this.#tables;
    const tables = [
      ...(hasJoin ? ['chat_message_join'] : []),
      ...(hasRecoverable ? ['chat_recoverable_message_join'] : []),
    ];
    // Sets that are made once: a look into another table for every row would take for ever where an index is missing.
    const conditions = (hasChats ? tables : []).map(
      (table) =>
        `m.ROWID NOT IN (SELECT j.message_id FROM ${table} j JOIN chat c ON c.ROWID = j.chat_id WHERE j.message_id IS NOT NULL)`,
    );
    return this.#lists.list({
      key: 'none',
      sql: `SELECT m.ROWID FROM message m WHERE ${[...conditions, this.#stands()].join(' AND ')} ORDER BY ${order}, m.ROWID`,
    });
  }

  /** Chat → its latest row that is no tapback. */
  lastOfChats(): ReadonlyMap<number, number> {
    const { db, hasJoin, isReaction, order } = this.#tables;
    const found = new Map<number, number>();
    if (!hasJoin) return found;
    // SQLite takes the other columns from the row that has the maximum.
    const sql = `SELECT j.chat_id AS chat, m.ROWID AS row, max(${order}) FROM chat_message_join j
      JOIN message m ON m.ROWID = j.message_id WHERE NOT ${isReaction} GROUP BY j.chat_id`;
    try {
      for (const one of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
        const chat = numberOf(one['chat']);
        const row = numberOf(one['row']);
        if (chat !== null && row !== null) found.set(chat, row);
      }
    } catch (error) {
      this.#unreadable.addOnce('sms.db, the last messages of chats', reasonOf(error));
    }
    return found;
  }

  rowIdOf(messageId: string): number | null {
    const byNumber = /^row:(\d{1,15})$/.exec(messageId)?.[1];
    try {
      const found: unknown =
        byNumber === undefined
          ? this.#tables.db.prepare('SELECT ROWID FROM message WHERE guid = ?').pluck().get(messageId)
          : this.#tables.db.prepare('SELECT ROWID FROM message WHERE ROWID = ?').pluck().get(Number(byNumber));
      return numberOf(found);
    } catch (error) {
      this.#unreadable.addOnce('sms.db, looking for single messages', reasonOf(error));
      return null;
    }
  }

  counts(): MessageCounts {
    const { db, isOrdinary, isReaction, order, hasRecoverable } = this.#tables;
    const deleted = hasRecoverable ? 'm.ROWID IN (SELECT message_id FROM chat_recoverable_message_join)' : '0';
    try {
      const sql = `SELECT count(*) AS rows, sum(${isOrdinary} AND NOT ${deleted}) AS messages,
        sum(${isOrdinary} AND ${deleted}) AS deleted, sum(${isReaction}) AS reactions,
        sum(NOT ${isReaction} AND NOT ${isOrdinary}) AS events, max(${order}) AS newest FROM message m`;
      const row = db.prepare(sql).get() as Record<string, unknown>;
      const newest = numberOf(row['newest']);
      return {
        rows: numberOf(row['rows']) ?? 0,
        messages: numberOf(row['messages']) ?? 0,
        recentlyDeleted: numberOf(row['deleted']) ?? 0,
        reactions: numberOf(row['reactions']) ?? 0,
        events: numberOf(row['events']) ?? 0,
        newestMs: newest === null || newest === 0 ? null : cocoaMs(newest),
      };
    } catch (error) {
      this.#unreadable.addOnce('sms.db, counting messages', reasonOf(error));
      return NOTHING;
    }
  }

  /** Is the row an entry of its own? */
  #stands(): string {
    const { isReaction, hasTargets } = this.#tables;
    if (!hasTargets) return '1';
    const guid = 'm."associated_message_guid"';
    const target = `CASE WHEN ${guid} LIKE 'bp:%' THEN substr(${guid}, 4)
      WHEN instr(${guid}, '/') > 0 THEN substr(${guid}, instr(${guid}, '/') + 1) ELSE ${guid} END`;
    return `(NOT ${isReaction} OR coalesce(${target} NOT IN (SELECT guid FROM message), 1))`;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
