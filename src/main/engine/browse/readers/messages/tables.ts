import type Database from 'better-sqlite3';
import type { UnreadableList } from '../reading.ts';
import { columnsOf, quoted, selectList } from '../tolerant-table.ts';
import { ATTACHMENT_COLUMNS } from './attachment-file.ts';
import { ORDINARY_TYPES, REACTION_RANGE } from './tapbacks.ts';

/** Bounds for what one row may hold; real ones are far below. What is larger is named, not read. */
const MAX_TEXT_BYTES = 512 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_SUMMARY_BYTES = 1024 * 1024;
const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024;
const MAX_NAME_BYTES = 4096;

/** Nothing is said for the lack of the others: they came with later releases of iOS. */
const EXPECTED = ['guid', 'text', 'handle_id', 'date', 'is_from_me', 'service'];

/** Plain columns of `message`, by the names that `decodeMessage` reads. */
const PLAIN = {
  handleId: 'handle_id',
  date: 'date',
  dateRead: 'date_read',
  dateDelivered: 'date_delivered',
  dateEdited: 'date_edited',
  isFromMe: 'is_from_me',
  itemType: 'item_type',
  otherHandle: 'other_handle',
  groupAction: 'group_action_type',
  associatedType: 'associated_message_type',
  isAudio: 'is_audio_message',
  isSpam: 'is_spam',
  partCount: 'part_count',
} as const;

/** Columns of text or bytes: a hostile row may hold a gigabyte in any. */
const BOUNDED: Readonly<Record<string, readonly [column: string, maxBytes: number]>> = {
  guid: ['guid', MAX_NAME_BYTES],
  text: ['text', MAX_TEXT_BYTES],
  body: ['attributedBody', MAX_BODY_BYTES],
  subject: ['subject', MAX_TEXT_BYTES],
  service: ['service', MAX_NAME_BYTES],
  groupTitle: ['group_title', MAX_NAME_BYTES],
  associatedGuid: ['associated_message_guid', MAX_NAME_BYTES],
  associatedEmoji: ['associated_message_emoji', MAX_NAME_BYTES],
  balloon: ['balloon_bundle_id', MAX_NAME_BYTES],
  payload: ['payload_data', MAX_PAYLOAD_BYTES],
  effect: ['expressive_send_style_id', MAX_NAME_BYTES],
  summary: ['message_summary_info', MAX_SUMMARY_BYTES],
  threadGuid: ['thread_originator_guid', MAX_NAME_BYTES],
  threadPart: ['thread_originator_part', MAX_NAME_BYTES],
};

/** The tables of one sms.db as they are, and the pieces of SQL that follow from that. */
export class MessageTables {
  readonly db: Database.Database;
  readonly hasMessages: boolean;
  readonly hasChats: boolean;
  readonly hasHandles: boolean;
  readonly hasJoin: boolean;
  readonly hasRecoverable: boolean;
  readonly hasAttachments: boolean;
  readonly chatColumns: ReadonlySet<string>;
  readonly handleColumns: ReadonlySet<string>;
  readonly hasChatHandles: boolean;
  readonly recoverableColumns: ReadonlySet<string>;
  /** Behind SELECT, for `message m`. */
  readonly messageList: string;
  /** Behind SELECT, for `attachment a`. */
  readonly attachmentList: string;
  /** When a message `m` was sent, in seconds, whatever unit its row has; to order by. */
  readonly order: string;
  /** Is `m` a tapback or a sticker on a message? */
  readonly isReaction: string;
  /** Is `m` a message as people count them? */
  readonly isOrdinary: string;
  readonly hasTargets: boolean;

  constructor(db: Database.Database, unreadable: UnreadableList) {
    this.db = db;
    const message = columnsOf(db, 'message');
    const join = columnsOf(db, 'chat_message_join');
    const recoverable = columnsOf(db, 'chat_recoverable_message_join');
    const attachment = columnsOf(db, 'attachment');
    const attachmentJoin = columnsOf(db, 'message_attachment_join');
    this.chatColumns = columnsOf(db, 'chat');
    this.handleColumns = columnsOf(db, 'handle');
    const chatHandles = columnsOf(db, 'chat_handle_join');
    this.recoverableColumns = recoverable;
    this.hasMessages = message.size > 0;
    this.hasChats = this.chatColumns.size > 0;
    this.hasHandles = this.handleColumns.has('id');
    this.hasJoin = join.has('chat_id') && join.has('message_id');
    this.hasRecoverable = recoverable.has('chat_id') && recoverable.has('message_id');
    this.hasChatHandles = chatHandles.has('chat_id') && chatHandles.has('handle_id');
    this.hasAttachments =
      attachment.size > 0 && attachmentJoin.has('message_id') && attachmentJoin.has('attachment_id');
    this.hasTargets =
      message.has('guid') && message.has('associated_message_guid') && message.has('associated_message_type');

    this.messageList = `m.ROWID AS "rowId", ${selectList(message, PLAIN, 'm')}, ${boundedList(message)}`;
    this.attachmentList = `a.ROWID AS "rowId", ${selectList(attachment, ATTACHMENT_COLUMNS, 'a')}`;
    const date = message.has('date') ? 'm."date"' : 'NULL';
    this.order = `CASE WHEN abs(${date}) > 100000000000 THEN ${date} / 1000000000.0 ELSE coalesce(${date}, 0) END`;
    const type = message.has('associated_message_type') ? 'm."associated_message_type"' : 'NULL';
    this.isReaction = `coalesce(${type} ${REACTION_RANGE.replaceAll('%s', type)}, 0)`;
    const item = message.has('item_type') ? 'coalesce(m."item_type", 0) = 0' : '1';
    this.isOrdinary = `(${item} AND coalesce(${type} IN (${ORDINARY_TYPES.join(', ')}), 1))`;
    this.#nameWhatIsMissing(message, unreadable);
  }

  #nameWhatIsMissing(message: ReadonlySet<string>, unreadable: UnreadableList): void {
    const gone = (table: string, loss: string): void =>
      unreadable.add(`sms.db, table ${table}`, `it is missing: ${loss}`);
    if (!this.hasMessages) {
      gone('message', 'no message can be read');
      return;
    }
    for (const column of EXPECTED) {
      if (!message.has(column)) unreadable.add(`sms.db, column message.${column}`, 'it is missing: read as unknown');
    }
    if (!this.hasHandles) gone('handle', 'who wrote is not known');
    if (!this.hasChats) gone('chat', 'messages cannot be put into conversations');
    else if (!this.hasJoin) gone('chat_message_join', 'messages cannot be put into conversations');
    if (!this.hasAttachments) gone('attachment or message_attachment_join', 'attachments are not known');
  }
}

/** Each column as it is when it is short enough, and its length under "<name>Bytes" so that the loss can be told. */
function boundedList(columns: ReadonlySet<string>): string {
  return Object.entries(BOUNDED)
    .map(([name, [column, maxBytes]]) => {
      if (!columns.has(column)) return `NULL AS "${name}", NULL AS "${name}Bytes"`;
      const value = `m.${quoted(column)}`;
      return `CASE WHEN octet_length(${value}) <= ${maxBytes} THEN ${value} END AS "${name}", octet_length(${value}) AS "${name}Bytes"`;
    })
    .join(', ');
}

/** Names of the columns that may be cut off, for saying so. */
export const BOUNDED_NAMES: readonly string[] = Object.keys(BOUNDED);
