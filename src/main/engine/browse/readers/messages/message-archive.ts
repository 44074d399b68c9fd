import type Database from 'better-sqlite3';
import type { Backup, BackupFile, PhoneDatabase } from '../../source/types.ts';
import { DistinctUnreadable, type Unreadable } from '../reading.ts';
import { numberOf } from '../tolerant-table.ts';
import { readAttachment } from './attachment-file.ts';
import { readChats } from './chats.ts';
import { decodeMessage, type MessageRow } from './decode-message.ts';
import { MessageOrder } from './order.ts';
import { Surroundings } from './surroundings.ts';
import { MessageTables } from './tables.ts';
import type { Chat, Message, MessageAttachment, MessageCounts } from './types.ts';

const DOMAIN = 'HomeDomain';
const PATH = 'Library/SMS/sms.db';
/** Rows that are read and decoded at once while going through many. */
const BATCH = 200;

export interface PageRequest {
  /** Counts from the oldest message of the chat. */
  readonly offset: number;
  readonly limit: number;
}

/** An attachment and where it was sent. */
export interface SentAttachment {
  readonly attachment: MessageAttachment;
  /** A message it belongs to; null when no message does. */
  readonly messageId: string | null;
  readonly chatIds: readonly string[];
  readonly isFromMe: boolean;
  readonly sentMs: number | null;
}

/**
 * The messages of a backup: sms.db and the attachments that belong to it. Reads a page at a time; what it keeps grows
 * with the number of chats and handles, and by eight bytes for each message of the chats that were looked at last.
 */
export class MessageArchive implements Disposable {
  readonly #backup: Backup;
  readonly #database: PhoneDatabase | null;
  readonly #unreadable = new DistinctUnreadable();
  readonly #tables: MessageTables | null;
  readonly #order: MessageOrder | null;
  readonly #around: Surroundings | null;
  readonly #chats: readonly Chat[];
  readonly #chatById: ReadonlyMap<string, Chat>;
  #rowStatement: Database.Statement | null = null;

  private constructor(backup: Backup, database: PhoneDatabase | null) {
    this.#backup = backup;
    this.#database = database;
    if (database !== null && database.warning !== null) this.#unreadable.add('sms.db', database.warning);
    this.#tables = database === null ? null : new MessageTables(database.db, this.#unreadable);
    this.#chats = this.#tables === null ? [] : readChats(this.#tables, this.#unreadable);
    this.#chatById = new Map(this.#chats.map((chat) => [chat.id, chat]));
    const readable = this.#tables?.hasMessages === true ? this.#tables : null;
    this.#order = readable === null ? null : new MessageOrder(readable, this.#unreadable);
    this.#around = readable === null ? null : new Surroundings(backup, readable, this.#chats, this.#unreadable);
  }

  /** Throws `browse/damaged-database` when sms.db is there but is no database. */
  static async open(backup: Backup): Promise<MessageArchive> {
    const database = await backup.openDatabase(DOMAIN, PATH);
    try {
      return new MessageArchive(backup, database);
    } catch (error) {
      database?.[Symbol.dispose]();
      throw error;
    }
  }

  /** False: the backup has no sms.db. */
  get isPresent(): boolean {
    return this.#database !== null;
  }

  /** What could not be read so far; complete after everything was gone through. */
  get unreadable(): readonly Unreadable[] {
    return this.#unreadable.items;
  }

  /** The latest conversation first. */
  chats(): readonly Chat[] {
    return this.#chats;
  }

  chat(id: string): Chat | null {
    return this.#chatById.get(id) ?? null;
  }

  counts(): MessageCounts {
    return (
      this.#order?.counts() ?? { messages: 0, recentlyDeleted: 0, reactions: 0, events: 0, rows: 0, newestMs: null }
    );
  }

  /**
   * How many entries a chat has to page through: messages, events and what is under "Recently Deleted". Tapbacks belong
   * to their messages and count only where those are gone. A chat of null is the messages that are in none.
   */
  length(chatId: string | null): number {
    return this.#rowIds(chatId).length;
  }

  page(chatId: string | null, { offset, limit }: PageRequest): readonly Message[] {
    const rowIds = this.#rowIds(chatId);
    return this.#read([...rowIds.subarray(Math.max(0, offset), Math.max(0, offset) + limit)], true);
  }

  /** The place of a message in its chat, to jump there; null when it is not in it. */
  placeOf(chatId: string | null, messageId: string): number | null {
    const rowId = this.#order?.rowIdOf(messageId) ?? null;
    const place = rowId === null ? -1 : this.#rowIds(chatId).indexOf(rowId);
    return place < 0 ? null : place;
  }

  /** All entries of a chat, oldest first. */
  *conversation(chatId: string | null): Generator<Message> {
    const rowIds = this.#rowIds(chatId);
    for (let offset = 0; offset < rowIds.length; offset += BATCH) {
      yield* this.#read([...rowIds.subarray(offset, offset + BATCH)], true);
    }
  }

  /**
   * Every row, oldest first, each once: also reactions (as messages of their own kind; `tapbacks` is empty here), events,
   * messages of no chat and recently deleted ones.
   */
  *messages(): Generator<Message> {
    const rowIds = this.#order?.all() ?? new Float64Array();
    for (let offset = 0; offset < rowIds.length; offset += BATCH) {
      yield* this.#read([...rowIds.subarray(offset, offset + BATCH)], false);
    }
  }

  /** The last entry of each chat, for lists of them. One that cannot be read is left out. */
  lastOfChats(): ReadonlyMap<string, Message> {
    const found = new Map<string, Message>();
    if (this.#tables === null || this.#order === null) return found;
    const chatOf = new Map(this.#chats.map((chat) => [chat.rowId, chat.id]));
    const last = [...this.#order.lastOfChats()];
    for (let start = 0; start < last.length; start += BATCH) {
      const some = last.slice(start, start + BATCH);
      const byRow = new Map(this.#read([...new Set(some.map(([, row]) => row))], false).map((one) => [one.rowId, one]));
      for (const [chat, row] of some) {
        const id = chatOf.get(chat);
        const message = byRow.get(row);
        if (id !== undefined && message !== undefined) found.set(id, message);
      }
    }
    return found;
  }

  message(id: string): Message | null {
    const rowId = this.#order?.rowIdOf(id) ?? null;
    return rowId === null ? null : (this.#read([rowId], true)[0] ?? null);
  }

  /** Every attachment that Messages knows, once, in the order of their rows. */
  *attachments(): Generator<SentAttachment> {
    if (this.#around === null || this.#tables?.hasAttachments !== true) return;
    for (const rows of this.#around.attachmentRows(BATCH)) {
      const messageRowIds = [...new Set(rows.flatMap(({ message }) => (message === null ? [] : [message])))];
      const sent = this.#around.sentFacts(messageRowIds);
      for (const { row, message } of rows) {
        const facts = message === null ? undefined : sent.get(message);
        yield {
          attachment: readAttachment(this.#backup, row),
          messageId: facts?.messageId ?? null,
          chatIds: facts?.chatIds ?? [],
          isFromMe: facts?.isFromMe ?? false,
          sentMs: facts?.sentMs ?? null,
        };
      }
    }
  }

  /** The files that an attachment consists of: one, those of its folder, or none. */
  filesOf({ state, file }: MessageAttachment): readonly BackupFile[] {
    if (file === null || (state !== 'present' && state !== 'folder')) return [];
    if (state === 'present') return [file];
    const files: BackupFile[] = [];
    for (const one of this.#backup.files({ domain: file.domain, under: file.path })) {
      if (one.kind === 'file' && this.#backup.hasContent(one)) files.push(one);
    }
    return files;
  }

  [Symbol.dispose](): void {
    this.#database?.[Symbol.dispose]();
  }

  #rowIds(chatId: string | null): Float64Array {
    if (this.#order === null) return new Float64Array();
    if (chatId === null) return this.#order.ofNoChat();
    const chat = this.#chatById.get(chatId);
    return chat === undefined ? new Float64Array() : this.#order.ofChat(chat.rowId);
  }

  #read(rowIds: readonly number[], withTapbacks: boolean): readonly Message[] {
    const tables = this.#tables;
    const around = this.#around;
    if (tables === null || around === null || rowIds.length === 0) return [];
    const rows = this.#rows(tables, rowIds);
    const known = around.gather(rowIds, rows, withTapbacks);
    const messages = new Map<number, Message>();
    for (const row of rows) {
      const rowId = numberOf(row['rowId']) ?? 0;
      messages.set(rowId, decodeMessage(row, known(rowId), this.#unreadable));
    }
    return rowIds.flatMap((rowId) => messages.get(rowId) ?? []);
  }

  /** Where a page of the database is damaged, row by row, so that it costs only what stands there. */
  #rows(tables: MessageTables, rowIds: readonly number[]): readonly MessageRow[] {
    const sql = `SELECT ${tables.messageList} FROM message m WHERE m.ROWID IN (SELECT value FROM json_each(?))`;
    this.#rowStatement ??= tables.db.prepare(sql);
    const statement = this.#rowStatement;
    try {
      return statement.all(JSON.stringify(rowIds)) as MessageRow[];
    } catch (error) {
      return rowIds.flatMap((rowId) => {
        try {
          return statement.all(JSON.stringify([rowId])) as MessageRow[];
        } catch {
          this.#unreadable.add(`sms.db, message row ${rowId}`, error instanceof Error ? error.message : 'damaged');
          return [];
        }
      });
    }
  }
}
