import type Database from 'better-sqlite3';
import type { Backup } from '../../source/types.ts';
import type { UnreadableList } from '../reading.ts';
import { RowLookup } from '../row-lookup.ts';
import { cocoaNsMs, numberOf, textOf } from '../tolerant-table.ts';
import { type AttachmentRow, readAttachment } from './attachment-file.ts';
import { type Around, decodeTapback, guidOf, type MessageRow } from './decode-message.ts';
import type { MessageTables } from './tables.ts';
import { targetSpellings } from './tapbacks.ts';
import type { Chat, MessageAttachment, Tapback } from './types.ts';

/** Tapbacks name a part of a message; there are some more than attachments, because texts stand between them. */
const SPARE_PARTS = 3;
const MAX_PARTS = 200;
const MAX_HANDLE = 1024;

interface SentFacts {
  readonly messageId: string;
  readonly chatIds: readonly string[];
  readonly isFromMe: boolean;
  readonly sentMs: number | null;
}

/** What other tables know about the messages of a page: chats, senders, attachments, tapbacks, deletion. */
export class Surroundings {
  readonly #backup: Backup;
  readonly #tables: MessageTables;
  readonly #unreadable: UnreadableList;
  readonly #handles = new Map<number, string>();
  readonly #chatIds: ReadonlyMap<number, string>;
  readonly #joined: RowLookup | null;
  readonly #recoverable: RowLookup | null;
  readonly #attached: RowLookup | null;
  readonly #attachedTo: RowLookup | null;
  readonly #targets: RowLookup | null;
  #attachmentStatement: Database.Statement | null = null;
  /** By the condition that it has. */
  readonly #messageStatements = new Map<string, Database.Statement>();

  constructor(backup: Backup, tables: MessageTables, chats: readonly Chat[], unreadable: UnreadableList) {
    const { db } = tables;
    this.#backup = backup;
    this.#tables = tables;
    this.#unreadable = unreadable;
    this.#chatIds = new Map(chats.map((chat) => [chat.rowId, chat.id]));
    this.#joined = tables.hasJoin ? new RowLookup(db, 'chat_message_join', 'message_id', 'chat_id') : null;
    this.#recoverable = tables.hasRecoverable
      ? new RowLookup(db, 'chat_recoverable_message_join', 'message_id', 'chat_id')
      : null;
    this.#attached = tables.hasAttachments
      ? new RowLookup(db, 'message_attachment_join', 'message_id', 'attachment_id')
      : null;
    this.#attachedTo = tables.hasAttachments
      ? new RowLookup(db, 'message_attachment_join', 'attachment_id', 'message_id')
      : null;
    this.#targets = tables.hasTargets ? new RowLookup(db, 'message', 'associated_message_guid') : null;
    this.#readHandles();
  }

  gather(rowIds: readonly number[], rows: readonly MessageRow[], withTapbacks: boolean): (rowId: number) => Around {
    const joined = this.#find(this.#joined, rowIds, 'chats');
    const recoverable = this.#find(this.#recoverable, rowIds, 'deleted messages');
    const deletedMs =
      recoverable.size === 0 ? new Map<number, number | null>() : this.#deletionDates([...recoverable.keys()]);
    const attachments = this.#attachmentsOf(rowIds);
    const tapbacks = withTapbacks ? this.#tapbacksOf(rows, attachments) : new Map<string, Tapback[]>();
    const guids = new Map(rows.map((row) => [numberOf(row['rowId']) ?? 0, guidOf(row)]));
    return (rowId) => ({
      chatIds: this.#namesOf([...(joined.get(rowId) ?? []), ...(recoverable.get(rowId) ?? [])]),
      attachments: attachments.get(rowId) ?? [],
      tapbacks: tapbacks.get(guids.get(rowId) ?? '') ?? [],
      // Deleted from one chat and still in another is not deleted.
      deleted: recoverable.has(rowId) && !joined.has(rowId) ? { atMs: deletedMs.get(rowId) ?? null } : null,
      handle: (handle) => this.#handles.get(handle),
    });
  }

  /** All rows of `attachment` in batches, each with a message that it belongs to. */
  *attachmentRows(
    batch: number,
  ): Generator<readonly { readonly row: AttachmentRow; readonly message: number | null }[]> {
    const sql = `SELECT ${this.#tables.attachmentList} FROM attachment a WHERE a.ROWID > ? ORDER BY a.ROWID LIMIT ?`;
    const statement = this.#tables.db.prepare(sql);
    let after = Number.MIN_SAFE_INTEGER;
    for (;;) {
      let rows: AttachmentRow[];
      try {
        rows = statement.all(after, batch) as AttachmentRow[];
      } catch (error) {
        this.#unreadable.add(`sms.db, attachments after row ${after}`, reasonOf(error));
        return;
      }
      if (rows.length === 0) return;
      const rowIds = rows.map((row) => numberOf(row['rowId']) ?? 0);
      const messages = this.#find(this.#attachedTo, rowIds, 'attachments');
      yield rows.map((row) => ({ row, message: messages.get(numberOf(row['rowId']))?.[0] ?? null }));
      const last = numberOf(rows.at(-1)?.['rowId']);
      if (last === null || last <= after) return;
      after = last;
    }
  }

  sentFacts(rowIds: readonly number[]): ReadonlyMap<number, SentFacts> {
    const joined = this.#find(this.#joined, rowIds, 'chats');
    const recoverable = this.#find(this.#recoverable, rowIds, 'deleted messages');
    const facts = new Map<number, SentFacts>();
    for (const row of this.#messageRows(rowIds)) {
      const rowId = numberOf(row['rowId']) ?? 0;
      facts.set(rowId, {
        messageId: guidOf(row),
        chatIds: this.#namesOf([...(joined.get(rowId) ?? []), ...(recoverable.get(rowId) ?? [])]),
        isFromMe: numberOf(row['isFromMe']) === 1,
        sentMs: cocoaNsMs(row['date']),
      });
    }
    return facts;
  }

  #readHandles(): void {
    if (!this.#tables.hasHandles) return;
    try {
      const sql = `SELECT ROWID, substr(id, 1, ${MAX_HANDLE}) FROM handle`;
      for (const row of this.#tables.db.prepare(sql).raw().iterate()) {
        const [rowId, id] = row as readonly [unknown, unknown];
        const number = numberOf(rowId);
        if (number !== null && typeof id === 'string' && id !== '') this.#handles.set(number, id);
      }
    } catch (error) {
      this.#unreadable.add('sms.db, table handle', reasonOf(error));
    }
  }

  #find(lookup: RowLookup | null, rowIds: readonly number[], what: string): ReadonlyMap<unknown, readonly number[]> {
    if (lookup === null || rowIds.length === 0) return new Map();
    try {
      return lookup.find(rowIds);
    } catch (error) {
      this.#unreadable.addOnce(`sms.db, ${what} of messages`, reasonOf(error));
      return new Map();
    }
  }

  #namesOf(chatRowIds: readonly number[]): readonly string[] {
    return [...new Set(chatRowIds.flatMap((rowId) => this.#chatIds.get(rowId) ?? []))];
  }

  #deletionDates(rowIds: readonly unknown[]): ReadonlyMap<number, number | null> {
    if (!this.#tables.recoverableColumns.has('delete_date')) return new Map();
    const sql = `SELECT message_id, max(delete_date) FROM chat_recoverable_message_join
      WHERE message_id IN (SELECT value FROM json_each(?)) GROUP BY message_id`;
    const dates = new Map<number, number | null>();
    try {
      for (const row of this.#tables.db.prepare(sql).raw().iterate(JSON.stringify(rowIds))) {
        const [message, date] = row as readonly [unknown, unknown];
        dates.set(numberOf(message) ?? 0, cocoaNsMs(date));
      }
    } catch (error) {
      this.#unreadable.addOnce('sms.db, when messages were deleted', reasonOf(error));
    }
    return dates;
  }

  #attachmentsOf(rowIds: readonly number[]): ReadonlyMap<unknown, readonly MessageAttachment[]> {
    const joined = this.#find(this.#attached, rowIds, 'attachments');
    if (joined.size === 0) return new Map();
    const wanted = [...new Set([...joined.values()].flat())];
    const known = new Map<number, MessageAttachment>();
    try {
      const sql = `SELECT ${this.#tables.attachmentList} FROM attachment a WHERE a.ROWID IN (SELECT value FROM json_each(?))`;
      this.#attachmentStatement ??= this.#tables.db.prepare(sql);
      for (const row of this.#attachmentStatement.all(JSON.stringify(wanted))) {
        const attachment = readAttachment(this.#backup, row as AttachmentRow);
        known.set(attachment.rowId, attachment);
      }
    } catch (error) {
      this.#unreadable.addOnce('sms.db, table attachment', reasonOf(error));
    }
    const found = new Map<unknown, readonly MessageAttachment[]>();
    for (const [message, numbers] of joined) {
      const attachments = numbers.flatMap((number) => known.get(number) ?? []);
      if (attachments.length < numbers.length) {
        this.#unreadable.add(`sms.db, message row ${String(message)}`, 'an attachment of it is not in the database');
      }
      found.set(message, attachments);
    }
    return found;
  }

  /** By the id of the message they are about, oldest first. */
  #tapbacksOf(
    rows: readonly MessageRow[],
    attachments: ReadonlyMap<unknown, readonly MessageAttachment[]>,
  ): ReadonlyMap<string, readonly Tapback[]> {
    const found = new Map<string, Tapback[]>();
    if (this.#targets === null) return found;
    const spellings = rows.flatMap((row) => {
      const said = numberOf(row['partCount']) ?? 0;
      const files = attachments.get(numberOf(row['rowId']))?.length ?? 0;
      const guid = textOf(row['guid']);
      return guid === null ? [] : targetSpellings(guid, Math.min(MAX_PARTS, Math.max(said, files) + SPARE_PARTS));
    });
    let rowIds: number[];
    try {
      rowIds = [...this.#targets.find(spellings).values()].flat();
    } catch (error) {
      this.#unreadable.addOnce('sms.db, tapbacks of messages', reasonOf(error));
      return found;
    }
    const reactions = this.#messageRows(rowIds, `AND ${this.#tables.isReaction}`);
    const stickers = this.#attachmentsOf(reactions.map((row) => numberOf(row['rowId']) ?? 0));
    for (const row of reactions) {
      const handle = numberOf(row['isFromMe']) === 1 ? null : this.#handles.get(numberOf(row['handleId']) ?? 0);
      const tapback = decodeTapback(row, handle ?? null, stickers.get(numberOf(row['rowId'])) ?? []);
      if (tapback === null) continue;
      const list = found.get(tapback.targetId);
      if (list === undefined) found.set(tapback.targetId, [tapback]);
      else list.push(tapback);
    }
    return found;
  }

  #messageRows(rowIds: readonly number[], condition = ''): readonly MessageRow[] {
    if (rowIds.length === 0) return [];
    const sql = `SELECT ${this.#tables.messageList} FROM message m
      WHERE m.ROWID IN (SELECT value FROM json_each(?)) ${condition} ORDER BY ${this.#tables.order}, m.ROWID`;
    try {
      const statement = this.#messageStatements.get(condition) ?? this.#tables.db.prepare(sql);
      this.#messageStatements.set(condition, statement);
      return statement.all(JSON.stringify(rowIds)) as MessageRow[];
    } catch (error) {
      this.#unreadable.addOnce('sms.db, tapbacks and attachments of damaged rows', reasonOf(error));
      return [];
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
