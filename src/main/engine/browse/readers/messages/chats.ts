import type { UnreadableList } from '../reading.ts';
import { cocoaMs, numberOf, selectList, textOf } from '../tolerant-table.ts';
import type { MessageTables } from './tables.ts';
import type { Chat } from './types.ts';

/** `chat.style`. */
const GROUP = 43;
const DIRECT = 45;
const MAX_TEXT = 4096;

const COLUMNS = {
  guid: 'guid',
  style: 'style',
  identifier: 'chat_identifier',
  service: 'service_name',
  name: 'display_name',
  isArchived: 'is_archived',
} as const;

interface Totals {
  readonly messages: number;
  readonly last: number | null;
}

/** All conversations, the latest first. */
export function readChats(tables: MessageTables, unreadable: UnreadableList): readonly Chat[] {
  if (!tables.hasChats) return [];
  const people = participants(tables, unreadable);
  const totals = totalsBy(tables, 'chat_message_join', tables.hasJoin, unreadable);
  const deleted = totalsBy(tables, 'chat_recoverable_message_join', tables.hasRecoverable, unreadable);
  const chats: Chat[] = [];
  const seen = new Set<string>();
  try {
    const sql = `SELECT c.ROWID AS "rowId", ${selectList(tables.chatColumns, COLUMNS, 'c')} FROM chat c`;
    for (const row of tables.db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
      const rowId = numberOf(row['rowId']) ?? 0;
      const guid = textOf(row['guid']) || `row:${rowId}`;
      const id = seen.has(guid) ? `${guid} row:${rowId}` : guid;
      seen.add(id);
      const identifier = short(row['identifier']);
      const participants = people.get(rowId) ?? [];
      chats.push({
        id,
        rowId,
        name: short(row['name']),
        identifier,
        // A chat that lost its list of people still says who the one other person is.
        participants:
          participants.length === 0 && isDirect(row, guid) === true && identifier !== null
            ? [identifier]
            : participants,
        isGroup: isGroup(row, guid, participants.length),
        service: short(row['service']),
        isArchived: row['isArchived'] === null ? null : numberOf(row['isArchived']) === 1,
        messageCount: totals.get(rowId)?.messages ?? 0,
        deletedCount: deleted.get(rowId)?.messages ?? 0,
        lastMs: lastOf(totals.get(rowId), deleted.get(rowId)),
      });
    }
  } catch (error) {
    unreadable.add('sms.db, table chat', error instanceof Error ? error.message : 'damaged');
  }
  return chats.sort((one, other) => (other.lastMs ?? 0) - (one.lastMs ?? 0) || one.rowId - other.rowId);
}

/** By the style; else by the GUID, whose second part is "+" for groups and "-" for one person. */
function isGroup(row: Record<string, unknown>, guid: string, people: number): boolean | null {
  const style = numberOf(row['style']);
  if (style === GROUP) return true;
  if (style === DIRECT || guid.includes(';-;')) return false;
  if (guid.includes(';+;')) return true;
  return people > 1 ? true : null;
}

function isDirect(row: Record<string, unknown>, guid: string): boolean {
  return isGroup(row, guid, 0) === false;
}

function participants(tables: MessageTables, unreadable: UnreadableList): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  if (!tables.hasChatHandles || !tables.hasHandles) return found;
  try {
    const sql = `SELECT j.chat_id, substr(h.id, 1, ${MAX_TEXT}) FROM chat_handle_join j JOIN handle h ON h.ROWID = j.handle_id ORDER BY j.ROWID`;
    for (const row of tables.db.prepare(sql).raw().iterate()) {
      const [chat, handle] = row as readonly [unknown, unknown];
      const chatId = numberOf(chat);
      if (chatId === null || typeof handle !== 'string') continue;
      const list = found.get(chatId);
      if (list === undefined) found.set(chatId, [handle]);
      else if (!list.includes(handle)) list.push(handle);
    }
  } catch (error) {
    unreadable.add('sms.db, table chat_handle_join', error instanceof Error ? error.message : 'damaged');
  }
  return found;
}

function totalsBy(
  tables: MessageTables,
  table: string,
  isThere: boolean,
  unreadable: UnreadableList,
): ReadonlyMap<number, Totals> {
  const found = new Map<number, Totals>();
  if (!isThere || !tables.hasMessages) return found;
  try {
    const sql = `SELECT j.chat_id AS chat, count(DISTINCT CASE WHEN ${tables.isOrdinary} THEN m.ROWID END) AS messages,
      max(${tables.order}) AS last FROM ${table} j JOIN message m ON m.ROWID = j.message_id GROUP BY j.chat_id`;
    for (const row of tables.db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
      const chat = numberOf(row['chat']);
      if (chat !== null) found.set(chat, { messages: numberOf(row['messages']) ?? 0, last: numberOf(row['last']) });
    }
  } catch (error) {
    unreadable.add(`sms.db, counting by ${table}`, error instanceof Error ? error.message : 'damaged');
  }
  return found;
}

function lastOf(...totals: readonly (Totals | undefined)[]): number | null {
  const last = Math.max(0, ...totals.map((one) => one?.last ?? 0));
  return last === 0 ? null : cocoaMs(last);
}

function short(value: unknown): string | null {
  return textOf(value)?.slice(0, MAX_TEXT) || null;
}
