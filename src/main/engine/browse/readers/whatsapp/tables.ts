import type Database from 'better-sqlite3';
import type { UnreadableList } from '../reading.ts';
import { columnsOf, quoted, selectList } from '../tolerant-table.ts';

const MAX_TEXT_BYTES = 512 * 1024;
const MAX_BLOB_BYTES = 1024 * 1024;

const SESSION = {
  jid: 'ZCONTACTJID',
  name: 'ZPARTNERNAME',
  type: 'ZSESSIONTYPE',
  isArchived: 'ZARCHIVED',
  isRemoved: 'ZREMOVED',
  last: 'ZLASTMESSAGEDATE',
} as const;
const MEMBER = {
  jid: 'ZMEMBERJID',
  contactName: 'ZCONTACTNAME',
  firstName: 'ZFIRSTNAME',
  isAdmin: 'ZISADMIN',
  isActive: 'ZISACTIVE',
  chat: 'ZCHATSESSION',
} as const;
const MESSAGE = {
  chat: 'ZCHATSESSION',
  date: 'ZMESSAGEDATE',
  isFromMe: 'ZISFROMME',
  type: 'ZMESSAGETYPE',
  member: 'ZGROUPMEMBER',
  isStarred: 'ZSTARRED',
  mediaItem: 'ZMEDIAITEM',
} as const;
const MESSAGE_TEXTS = { text: 'ZTEXT', fromJid: 'ZFROMJID', stanza: 'ZSTANZAID' } as const;
const MEDIA = {
  sizeBytes: 'ZFILESIZE',
  duration: 'ZMOVIEDURATION',
  latitude: 'ZLATITUDE',
  longitude: 'ZLONGITUDE',
  message: 'ZMESSAGE',
} as const;
const MEDIA_TEXTS = {
  path: 'ZMEDIALOCALPATH',
  title: 'ZTITLE',
  vcard: 'ZVCARDSTRING',
  vcardName: 'ZVCARDNAME',
  thumbnail: 'ZXMPPTHUMBPATH',
} as const;

/** The tables of one ChatStorage.sqlite as they are, and the pieces of SQL that follow from that. */
export class WhatsAppTables {
  readonly db: Database.Database;
  readonly hasMessages: boolean;
  readonly messageColumns: ReadonlySet<string>;
  readonly mediaColumns: ReadonlySet<string>;
  /** Behind SELECT; null where the table is missing. Aliases: session s, member g, message m, media i, info n. */
  readonly sessionList: string | null;
  readonly memberList: string | null;
  readonly messageList: string;
  readonly mediaList: string | null;
  readonly infoList: string | null;
  /** When a message `m` was sent, to order by. */
  readonly order: string;
  /** Is `m` what "Anna left" is, and no message? */
  readonly isEvent: string;

  constructor(db: Database.Database, unreadable: UnreadableList) {
    this.db = db;
    const session = columnsOf(db, 'ZWACHATSESSION');
    const member = columnsOf(db, 'ZWAGROUPMEMBER');
    const message = columnsOf(db, 'ZWAMESSAGE');
    const media = columnsOf(db, 'ZWAMEDIAITEM');
    const info = columnsOf(db, 'ZWAMESSAGEINFO');
    this.messageColumns = message;
    this.mediaColumns = media;
    this.hasMessages = message.has('Z_PK');
    this.sessionList = session.has('Z_PK') ? `s.Z_PK AS "rowId", ${selectList(session, SESSION, 's')}` : null;
    this.memberList = member.has('Z_PK') ? `g.Z_PK AS "rowId", ${selectList(member, MEMBER, 'g')}` : null;
    this.messageList = `m.Z_PK AS "rowId", ${selectList(message, MESSAGE, 'm')}, ${bounded(message, 'm', MESSAGE_TEXTS, MAX_TEXT_BYTES)}`;
    this.mediaList = media.has('Z_PK')
      ? `i.Z_PK AS "rowId", ${selectList(media, MEDIA, 'i')}, ${bounded(media, 'i', MEDIA_TEXTS, MAX_TEXT_BYTES)},
         ${bounded(media, 'i', { metadata: 'ZMETADATA' }, MAX_BLOB_BYTES)}`
      : null;
    this.infoList =
      info.has('Z_PK') && info.has('ZMESSAGE') && info.has('ZRECEIPTINFO')
        ? `n.ZMESSAGE AS "message", ${bounded(info, 'n', { receipts: 'ZRECEIPTINFO' }, MAX_BLOB_BYTES)}`
        : null;
    this.order = message.has('ZMESSAGEDATE') ? 'coalesce(m.ZMESSAGEDATE, 0)' : 'NULL';
    this.isEvent = message.has('ZMESSAGETYPE') ? 'coalesce(m.ZMESSAGETYPE = 6, 0)' : '0';
    for (const [table, columns, loss] of [
      ['ZWAMESSAGE', message, 'no message can be read'],
      ['ZWACHATSESSION', session, 'messages cannot be put into chats'],
      ['ZWAMEDIAITEM', media, 'media are not known'],
    ] as const) {
      if (!columns.has('Z_PK')) unreadable.add(`ChatStorage.sqlite, table ${table}`, `it is missing: ${loss}`);
    }
  }
}

/** Columns of text or bytes, null when longer than any real one; a hostile row may hold a gigabyte. */
function bounded(
  columns: ReadonlySet<string>,
  alias: string,
  wanted: Readonly<Record<string, string>>,
  maxBytes: number,
): string {
  return Object.entries(wanted)
    .map(([name, column]) => {
      if (!columns.has(column)) return `NULL AS "${name}", NULL AS "${name}Bytes"`;
      const value = `${alias}.${quoted(column)}`;
      return `CASE WHEN octet_length(${value}) <= ${maxBytes} THEN ${value} END AS "${name}", octet_length(${value}) AS "${name}Bytes"`;
    })
    .join(', ');
}
