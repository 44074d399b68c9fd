import type { Backup, BackupFile, PhoneDatabase } from '../../source/types.ts';
import { DistinctUnreadable, type Unreadable, type UnreadableList } from '../reading.ts';
import { RowLists } from '../row-lists.ts';
import { RowLookup } from '../row-lookup.ts';
import { blobOf, cocoaMs, numberOf, textOf } from '../tolerant-table.ts';
import { decodeWhatsAppMessage, mediaPlaces, type WhatsAppRow } from './decode-message.ts';
import { WhatsAppPeople } from './people.ts';
import { readSessions } from './sessions.ts';
import { StanzaIds } from './stanza-ids.ts';
import { WhatsAppTables } from './tables.ts';
import type { WhatsAppChat, WhatsAppCounts, WhatsAppMessage, WhatsAppVariant } from './types.ts';

const DOMAINS: Readonly<Record<WhatsAppVariant, string>> = {
  personal: 'AppDomainGroup-group.net.whatsapp.WhatsApp.shared',
  business: 'AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared',
};
const BATCH = 200;
const MEDIA_FOLDER = 'Message/Media';

/** The chats of WhatsApp in a backup: ChatStorage.sqlite and the media beside it. Reads a page at a time. */
export class WhatsAppArchive implements Disposable {
  readonly domain: string;
  readonly #backup: Backup;
  readonly #database: PhoneDatabase | null;
  readonly #tables: WhatsAppTables | null;
  readonly #people: WhatsAppPeople;
  readonly #unreadable: UnreadableList;
  readonly #chats: readonly WhatsAppChat[];
  readonly #chatByRow: ReadonlyMap<number, WhatsAppChat>;
  readonly #chatById: ReadonlyMap<string, WhatsAppChat>;
  readonly #lists: RowLists | null;
  readonly #ids: StanzaIds | null;
  readonly #mediaOf: RowLookup | null;
  readonly #infoOf: RowLookup | null;

  private constructor(
    backup: Backup,
    domain: string,
    database: PhoneDatabase | null,
    tables: WhatsAppTables | null,
    people: WhatsAppPeople,
    unreadable: UnreadableList,
  ) {
    this.domain = domain;
    this.#backup = backup;
    this.#database = database;
    this.#tables = tables;
    this.#people = people;
    this.#unreadable = unreadable;
    this.#chats = tables === null ? [] : readSessions(tables, people, unreadable);
    this.#chatByRow = new Map(this.#chats.map((chat) => [chat.rowId, chat]));
    this.#chatById = new Map(this.#chats.map((chat) => [chat.id, chat]));
    const readable = tables?.hasMessages === true ? tables : null;
    this.#lists =
      readable === null ? null : new RowLists(readable.db, 'ChatStorage.sqlite, the order of messages', unreadable);
    this.#ids = readable === null ? null : new StanzaIds(readable, unreadable);
    this.#mediaOf =
      readable !== null && readable.mediaList !== null && readable.mediaColumns.has('ZMESSAGE')
        ? new RowLookup(readable.db, 'ZWAMEDIAITEM', 'ZMESSAGE', 'Z_PK')
        : null;
    this.#infoOf =
      readable === null || readable.infoList === null
        ? null
        : new RowLookup(readable.db, 'ZWAMESSAGEINFO', 'ZMESSAGE', 'Z_PK');
  }

  /** Throws `browse/damaged-database` when ChatStorage.sqlite is there but is no database. */
  static async open(
    backup: Backup,
    { variant = 'personal' }: { variant?: WhatsAppVariant } = {},
  ): Promise<WhatsAppArchive> {
    const domain = DOMAINS[variant];
    const unreadable = new DistinctUnreadable();
    const database = await backup.openDatabase(domain, 'ChatStorage.sqlite');
    try {
      if (database !== null && database.warning !== null) unreadable.add('ChatStorage.sqlite', database.warning);
      if (database === null && isInstalled(backup, domain)) {
        unreadable.add(
          'ChatStorage.sqlite',
          'WhatsApp is on this iPhone, but its chats are not in the backup. With WhatsApp’s own end-to-end encrypted backup it may keep them out.',
        );
      }
      const tables = database === null ? null : new WhatsAppTables(database.db, unreadable);
      const people = await WhatsAppPeople.read(backup, domain, tables, unreadable);
      return new WhatsAppArchive(backup, domain, database, tables, people, unreadable);
    } catch (error) {
      database?.[Symbol.dispose]();
      throw error;
    }
  }

  /** False: the backup has no chats of this WhatsApp. */
  get isPresent(): boolean {
    return this.#database !== null;
  }

  /** What could not be read so far; complete after everything was gone through. */
  get unreadable(): readonly Unreadable[] {
    return this.#unreadable.items;
  }

  /** The latest first. */
  chats(): readonly WhatsAppChat[] {
    return this.#chats;
  }

  chat(id: string): WhatsAppChat | null {
    return this.#chatById.get(id) ?? null;
  }

  /** The name of who has this JID, as WhatsApp knows it. */
  nameOf(jid: string): string | null {
    return this.#people.nameOf(jid);
  }

  counts(): WhatsAppCounts {
    const tables = this.#tables;
    if (tables?.hasMessages !== true) return { messages: 0, events: 0, newestMs: null };
    try {
      const sql = `SELECT sum(NOT ${tables.isEvent}) AS messages, sum(${tables.isEvent}) AS events, max(${tables.order}) AS newest FROM ZWAMESSAGE m`;
      const row = tables.db.prepare(sql).get() as WhatsAppRow;
      const newest = numberOf(row['newest']);
      return {
        messages: numberOf(row['messages']) ?? 0,
        events: numberOf(row['events']) ?? 0,
        newestMs: newest === null || newest === 0 ? null : cocoaMs(newest),
      };
    } catch (error) {
      this.#unreadable.addOnce('ChatStorage.sqlite, counting messages', reasonOf(error));
      return { messages: 0, events: 0, newestMs: null };
    }
  }

  /** The last message of each chat, for lists of them. */
  lastOfChats(): ReadonlyMap<string, WhatsAppMessage> {
    const found = new Map<string, WhatsAppMessage>();
    const tables = this.#tables;
    if (tables?.hasMessages !== true || !tables.messageColumns.has('ZCHATSESSION')) return found;
    try {
      // SQLite takes the other columns from the row that has the maximum.
      const sql = `SELECT m.ZCHATSESSION AS chat, m.Z_PK AS row, max(${tables.order}) FROM ZWAMESSAGE m
        WHERE NOT ${tables.isEvent} AND m.ZCHATSESSION IS NOT NULL GROUP BY m.ZCHATSESSION`;
      const rows = tables.db.prepare(sql).all() as WhatsAppRow[];
      for (let start = 0; start < rows.length; start += BATCH) {
        const some = rows.slice(start, start + BATCH).map((row) => numberOf(row['row']) ?? 0);
        for (const message of this.#read(some)) if (message.chatId !== null) found.set(message.chatId, message);
      }
    } catch (error) {
      this.#unreadable.addOnce('ChatStorage.sqlite, the last messages of chats', reasonOf(error));
    }
    return found;
  }

  /** How many entries a chat has; a chat of null is the messages that are in none. */
  length(chatId: string | null): number {
    return this.#rowIds(chatId).length;
  }

  page(
    chatId: string | null,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): readonly WhatsAppMessage[] {
    const from = Math.max(0, offset);
    return this.#read([...this.#rowIds(chatId).subarray(from, from + limit)]);
  }

  /** The place of a message in its chat, to jump there; null when it is not in it. */
  placeOf(chatId: string | null, messageId: string): number | null {
    const rowId = this.#ids?.rowIdOf(messageId) ?? null;
    const place = rowId === null ? -1 : this.#rowIds(chatId).indexOf(rowId);
    return place < 0 ? null : place;
  }

  /** All entries of a chat, oldest first. */
  *conversation(chatId: string | null): Generator<WhatsAppMessage> {
    yield* this.#through(this.#rowIds(chatId));
  }

  /** Every row, oldest first, events too. */
  *messages(): Generator<WhatsAppMessage> {
    const sql = `SELECT m.Z_PK FROM ZWAMESSAGE m ORDER BY ${this.#tables?.order ?? 'NULL'}, m.Z_PK`;
    yield* this.#through(this.#lists?.list({ key: 'all', sql }) ?? new Float64Array());
  }

  message(id: string): WhatsAppMessage | null {
    const rowId = this.#ids?.rowIdOf(id) ?? null;
    return rowId === null ? null : (this.#read([rowId])[0] ?? null);
  }

  /** Where, in the backup, the media and previews lie that a message has; also those that are not there. */
  *mediaPaths(): Generator<string> {
    const tables = this.#tables;
    if (tables === null) return;
    const columns = ['ZMEDIALOCALPATH', 'ZXMPPTHUMBPATH'].filter((column) => tables.mediaColumns.has(column));
    for (const column of columns) {
      try {
        const sql = `SELECT substr(${column}, 1, 4096) FROM ZWAMEDIAITEM WHERE ${column} IS NOT NULL`;
        for (const path of tables.db.prepare(sql).pluck().iterate()) {
          if (typeof path === 'string') yield* mediaPlaces(path);
        }
      } catch (error) {
        this.#unreadable.addOnce(`ChatStorage.sqlite, column ZWAMEDIAITEM.${column}`, reasonOf(error));
      }
    }
  }

  /** The files of all chats, previews too. */
  *mediaFiles(): Generator<BackupFile> {
    for (const file of this.#backup.files({ domain: this.domain, under: MEDIA_FOLDER }))
      if (file.kind === 'file') yield file;
  }

  [Symbol.dispose](): void {
    this.#database?.[Symbol.dispose]();
  }

  *#through(rowIds: Float64Array): Generator<WhatsAppMessage> {
    for (let offset = 0; offset < rowIds.length; offset += BATCH)
      yield* this.#read([...rowIds.subarray(offset, offset + BATCH)]);
  }

  #rowIds(chatId: string | null): Float64Array {
    const tables = this.#tables;
    if (this.#lists === null || tables === null) return new Float64Array();
    const hasChat = tables.messageColumns.has('ZCHATSESSION');
    const order = `ORDER BY ${tables.order}, m.Z_PK`;
    if (chatId === null) {
      const none =
        hasChat && tables.sessionList !== null
          ? 'WHERE coalesce(m.ZCHATSESSION NOT IN (SELECT s.Z_PK FROM ZWACHATSESSION s), 1)'
          : '';
      return this.#lists.list({ key: 'none', sql: `SELECT m.Z_PK FROM ZWAMESSAGE m ${none} ${order}` });
    }
    const chat = this.#chatById.get(chatId);
    if (chat === undefined || !hasChat) return new Float64Array();
    return this.#lists.list({
      key: String(chat.rowId),
      sql: `SELECT m.Z_PK FROM ZWAMESSAGE m WHERE m.ZCHATSESSION = :chat ${order}`,
      parameters: { chat: chat.rowId },
    });
  }

  #read(rowIds: readonly number[]): readonly WhatsAppMessage[] {
    const tables = this.#tables;
    const ids = this.#ids;
    if (tables === null || ids === null || rowIds.length === 0) return [];
    const sql = `SELECT ${tables.messageList} FROM ZWAMESSAGE m WHERE m.Z_PK IN (SELECT value FROM json_each(?))`;
    const rows = this.#all(sql, rowIds, 'message row');
    const media = this.#media(rowIds, rows);
    const receipts = this.#receipts(rowIds);
    const messages = new Map<number, WhatsAppMessage>();
    for (const row of rows) {
      const rowId = numberOf(row['rowId']) ?? 0;
      const chat = this.#chatByRow.get(numberOf(row['chat']) ?? -1);
      const around = {
        domain: this.domain,
        backup: this.#backup,
        people: this.#people,
        chat: chat === undefined ? null : { id: chat.id, name: chat.name, isGroup: chat.kind !== 'private' },
        media: media.get(rowId) ?? null,
        receipts: receipts.get(rowId) ?? null,
        idOf: (number: number, stanza: string | null) => ids.idOf(number, stanza),
        knownId: (stanza: string) => ids.knownId(stanza),
      };
      messages.set(rowId, decodeWhatsAppMessage(row, around, this.#unreadable));
    }
    return rowIds.flatMap((rowId) => messages.get(rowId) ?? []);
  }

  /** A message names its media item, or the item its message; either may be missing. */
  #media(rowIds: readonly number[], rows: readonly WhatsAppRow[]): ReadonlyMap<number, WhatsAppRow> {
    const tables = this.#tables;
    const found = new Map<number, WhatsAppRow>();
    if (tables === null || tables.mediaList === null) return found;
    const owners = new Map<number, number>();
    for (const [message, items] of this.#find(this.#mediaOf, rowIds)) {
      for (const item of items) owners.set(item, Number(message));
    }
    for (const row of rows) {
      const item = numberOf(row['mediaItem']);
      if (item !== null) owners.set(item, numberOf(row['rowId']) ?? 0);
    }
    const sql = `SELECT ${tables.mediaList} FROM ZWAMEDIAITEM i WHERE i.Z_PK IN (SELECT value FROM json_each(?))`;
    for (const item of this.#all(sql, [...owners.keys()], 'media item')) {
      const owner = owners.get(numberOf(item['rowId']) ?? -1);
      if (owner !== undefined) found.set(owner, item);
    }
    return found;
  }

  #receipts(rowIds: readonly number[]): ReadonlyMap<number, Uint8Array> {
    const tables = this.#tables;
    const found = new Map<number, Uint8Array>();
    if (tables === null || tables.infoList === null) return found;
    const infos = [...this.#find(this.#infoOf, rowIds).values()].flat();
    const sql = `SELECT ${tables.infoList} FROM ZWAMESSAGEINFO n WHERE n.Z_PK IN (SELECT value FROM json_each(?))`;
    for (const row of this.#all(sql, infos, 'receipts')) {
      const message = numberOf(row['message']);
      const bytes = blobOf(row['receipts']);
      if (message !== null && bytes !== null) found.set(message, bytes);
    }
    return found;
  }

  #find(lookup: RowLookup | null, rowIds: readonly number[]): ReadonlyMap<unknown, readonly number[]> {
    try {
      return lookup?.find(rowIds) ?? new Map();
    } catch (error) {
      this.#unreadable.addOnce('ChatStorage.sqlite, media and receipts of messages', reasonOf(error));
      return new Map();
    }
  }

  /** Where a page of the database is damaged, row by row, so that it costs only what stands there. */
  #all(sql: string, keys: readonly number[], what: string): readonly WhatsAppRow[] {
    const tables = this.#tables;
    if (tables === null || keys.length === 0) return [];
    const statement = tables.db.prepare(sql);
    try {
      return statement.all(JSON.stringify(keys)) as WhatsAppRow[];
    } catch {
      return keys.flatMap((key) => {
        try {
          return statement.all(JSON.stringify([key])) as WhatsAppRow[];
        } catch (error) {
          this.#unreadable.add(`ChatStorage.sqlite, ${what} ${key}`, reasonOf(error));
          return [];
        }
      });
    }
  }
}

function isInstalled(backup: Backup, domain: string): boolean {
  return backup.domains().some((one) => one.domain === domain);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : (textOf(error) ?? 'damaged');
}
