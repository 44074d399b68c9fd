import type { UnreadableList } from '../reading.ts';
import { cocoaMs, numberOf, textOf } from '../tolerant-table.ts';
import type { WhatsAppPeople } from './people.ts';
import type { WhatsAppTables } from './tables.ts';
import type { WhatsAppChat } from './types.ts';

const MAX_TEXT = 4096;
/** `ZSESSIONTYPE`. */
const KINDS: ReadonlyMap<number, WhatsAppChat['kind']> = new Map([
  [0, 'private'],
  [1, 'group'],
  [2, 'broadcast'],
  [3, 'status'],
]);

/** All chats, the latest first. */
export function readSessions(
  tables: WhatsAppTables,
  people: WhatsAppPeople,
  unreadable: UnreadableList,
): readonly WhatsAppChat[] {
  if (tables.sessionList === null) return [];
  const totals = totalsBySession(tables, unreadable);
  const chats: WhatsAppChat[] = [];
  const seen = new Set<string>();
  try {
    const sql = `SELECT ${tables.sessionList} FROM ZWACHATSESSION s`;
    for (const row of tables.db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
      const rowId = numberOf(row['rowId']) ?? 0;
      const jid = textOf(row['jid'])?.slice(0, MAX_TEXT) || `row:${rowId}`;
      const id = seen.has(jid) ? `${jid} row:${rowId}` : jid;
      seen.add(id);
      const { messages = 0, last = null } = totals.get(rowId) ?? {};
      const name =
        textOf(row['name'])
          ?.replace(/[\u200e\u200f\u202a-\u202e]/g, '')
          .slice(0, MAX_TEXT) || null;
      chats.push({
        id,
        rowId,
        name: name ?? people.nameOf(jid),
        kind: kindOf(numberOf(row['type']), jid),
        members: people.membersOf(rowId),
        isArchived: flag(row['isArchived']),
        isRemoved: flag(row['isRemoved']),
        messageCount: messages,
        lastMs: last === null || last === 0 ? cocoaMs(row['last']) : cocoaMs(last),
      });
    }
  } catch (error) {
    unreadable.add('ChatStorage.sqlite, table ZWACHATSESSION', error instanceof Error ? error.message : 'damaged');
  }
  return chats.sort((one, other) => (other.lastMs ?? 0) - (one.lastMs ?? 0) || one.rowId - other.rowId);
}

function totalsBySession(
  tables: WhatsAppTables,
  unreadable: UnreadableList,
): ReadonlyMap<number, { readonly messages: number; readonly last: number | null }> {
  const totals = new Map<number, { messages: number; last: number | null }>();
  if (!tables.hasMessages || !tables.messageColumns.has('ZCHATSESSION')) return totals;
  try {
    const sql = `SELECT m.ZCHATSESSION AS chat, sum(NOT ${tables.isEvent}) AS messages, max(${tables.order}) AS last
      FROM ZWAMESSAGE m GROUP BY m.ZCHATSESSION`;
    for (const row of tables.db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
      const chat = numberOf(row['chat']);
      if (chat !== null) totals.set(chat, { messages: numberOf(row['messages']) ?? 0, last: numberOf(row['last']) });
    }
  } catch (error) {
    unreadable.add('ChatStorage.sqlite, counting messages', error instanceof Error ? error.message : 'damaged');
  }
  return totals;
}

/** Newer versions have more types; the JID tells persons and groups apart. */
function kindOf(type: number | null, jid: string): WhatsAppChat['kind'] {
  const known = type === null ? undefined : KINDS.get(type);
  if (known !== undefined) return known;
  if (jid.endsWith('@g.us')) return 'group';
  if (jid.endsWith('@s.whatsapp.net') || jid.endsWith('@lid')) return 'private';
  return jid === 'status@broadcast' ? 'status' : 'unknown';
}

function flag(value: unknown): boolean | null {
  const number = numberOf(value);
  return number === null ? null : number !== 0;
}
