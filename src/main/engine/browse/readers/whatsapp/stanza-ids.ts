import type { UnreadableList } from '../reading.ts';
import { RowLookup } from '../row-lookup.ts';
import type { WhatsAppTables } from './tables.ts';

/** More of them are no ids. */
const MAX_REPEATED = 100_000;

/**
 * Ids of messages. WhatsApp's stanza id names a message on every phone, but a message to many chats at once has the same
 * one in each of them; those are named by their row.
 */
export class StanzaIds {
  readonly #unreadable: UnreadableList;
  readonly #repeated = new Set<string>();
  readonly #rows: RowLookup | null;

  constructor(tables: WhatsAppTables, unreadable: UnreadableList) {
    this.#unreadable = unreadable;
    const hasStanza = tables.messageColumns.has('ZSTANZAID');
    this.#rows = hasStanza ? new RowLookup(tables.db, 'ZWAMESSAGE', 'ZSTANZAID', 'Z_PK') : null;
    if (!hasStanza) return;
    try {
      const sql = `SELECT ZSTANZAID FROM ZWAMESSAGE WHERE octet_length(ZSTANZAID) BETWEEN 1 AND 256
        GROUP BY ZSTANZAID HAVING count(*) > 1 LIMIT ${MAX_REPEATED}`;
      for (const id of tables.db.prepare(sql).pluck().iterate()) if (typeof id === 'string') this.#repeated.add(id);
    } catch (error) {
      unreadable.add('ChatStorage.sqlite, ids of messages', reasonOf(error));
    }
  }

  idOf(rowId: number, stanza: string | null): string {
    return stanza === null || stanza === '' || stanza.length > 256 || this.#repeated.has(stanza)
      ? `row:${rowId}`
      : stanza;
  }

  /** The id of the message with this stanza id; null when there is none, or more than one. */
  knownId(stanza: string): string | null {
    return this.#repeated.has(stanza) || this.#find(stanza) === null ? null : stanza;
  }

  rowIdOf(id: string): number | null {
    const number = /^row:(\d{1,15})$/.exec(id)?.[1];
    return number === undefined ? this.#find(id) : Number(number);
  }

  #find(stanza: string): number | null {
    try {
      return this.#rows?.find([stanza]).get(stanza)?.[0] ?? null;
    } catch (error) {
      this.#unreadable.addOnce('ChatStorage.sqlite, looking for single messages', reasonOf(error));
      return null;
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
