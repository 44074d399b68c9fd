import type { Backup } from '../../source/types.ts';
import type { UnreadableList } from '../reading.ts';
import { columnsOf, numberOf, quoted, textOf } from '../tolerant-table.ts';
import type { WhatsAppTables } from './tables.ts';
import type { WhatsAppMember } from './types.ts';

const MAX_TEXT = 4096;

/** Who is behind a JID: from WhatsApp's contacts, the members of groups, and the names people gave themselves. */
export class WhatsAppPeople {
  readonly #contacts = new Map<string, string>();
  readonly #pushNames = new Map<string, string>();
  readonly #members = new Map<number, WhatsAppMember>();
  readonly #membersOf = new Map<number, WhatsAppMember[]>();

  static async read(
    backup: Backup,
    domain: string,
    tables: WhatsAppTables | null,
    unreadable: UnreadableList,
  ): Promise<WhatsAppPeople> {
    const people = new WhatsAppPeople();
    await people.#readContacts(backup, domain, unreadable);
    if (tables !== null) {
      people.#readPushNames(tables, unreadable);
      people.#readMembers(tables, unreadable);
    }
    return people;
  }

  /** The name the owner knows somebody by, else the one they gave themselves. */
  nameOf(jid: string | null): string | null {
    return jid === null ? null : (this.#contacts.get(jid) ?? this.#pushNames.get(jid) ?? null);
  }

  /** By the number that ZGROUPMEMBER of a message names. */
  member(rowId: number | null): WhatsAppMember | null {
    return rowId === null ? null : (this.#members.get(rowId) ?? null);
  }

  membersOf(chatRowId: number): readonly WhatsAppMember[] {
    return this.#membersOf.get(chatRowId) ?? [];
  }

  async #readContacts(backup: Backup, domain: string, unreadable: UnreadableList): Promise<void> {
    try {
      using database = await backup.openDatabase(domain, 'ContactsV2.sqlite');
      if (database === null) return;
      const { db } = database;
      const columns = columnsOf(db, 'ZWAADDRESSBOOKCONTACT');
      if (!columns.has('ZFULLNAME')) return;
      for (const key of ['ZWHATSAPPID', 'ZLID']) {
        if (!columns.has(key)) continue;
        const sql = `SELECT substr(${quoted(key)}, 1, ${MAX_TEXT}), substr(ZFULLNAME, 1, ${MAX_TEXT}) FROM ZWAADDRESSBOOKCONTACT`;
        for (const row of db.prepare(sql).raw().iterate()) put(this.#contacts, row);
      }
    } catch (error) {
      unreadable.add('WhatsApp, ContactsV2.sqlite', reasonOf(error));
    }
  }

  #readPushNames({ db }: WhatsAppTables, unreadable: UnreadableList): void {
    const columns = columnsOf(db, 'ZWAPROFILEPUSHNAME');
    if (!columns.has('ZJID') || !columns.has('ZPUSHNAME')) return;
    try {
      const sql = `SELECT substr(ZJID, 1, ${MAX_TEXT}), substr(ZPUSHNAME, 1, ${MAX_TEXT}) FROM ZWAPROFILEPUSHNAME`;
      for (const row of db.prepare(sql).raw().iterate()) put(this.#pushNames, row);
    } catch (error) {
      unreadable.add('WhatsApp, table ZWAPROFILEPUSHNAME', reasonOf(error));
    }
  }

  #readMembers({ db, memberList }: WhatsAppTables, unreadable: UnreadableList): void {
    if (memberList === null) return;
    try {
      const sql = `SELECT ${memberList} FROM ZWAGROUPMEMBER g`;
      for (const row of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
        const rowId = numberOf(row['rowId']);
        const jid = textOf(row['jid'])?.slice(0, MAX_TEXT);
        if (rowId === null || jid === undefined) continue;
        const member: WhatsAppMember = {
          jid,
          name:
            this.#contacts.get(jid) ??
            nameIn(row['contactName']) ??
            this.#pushNames.get(jid) ??
            nameIn(row['firstName']),
          isAdmin: flag(row['isAdmin']),
          isActive: flag(row['isActive']),
        };
        this.#members.set(rowId, member);
        const chat = numberOf(row['chat']);
        if (chat === null) continue;
        const list = this.#membersOf.get(chat);
        if (list === undefined) this.#membersOf.set(chat, [member]);
        else list.push(member);
      }
    } catch (error) {
      unreadable.add('WhatsApp, table ZWAGROUPMEMBER', reasonOf(error));
    }
  }
}

function put(names: Map<string, string>, row: unknown): void {
  const [jid, name] = row as readonly [unknown, unknown];
  const clean = nameIn(name);
  if (typeof jid === 'string' && jid !== '' && clean !== null && !names.has(jid)) names.set(jid, clean);
}

/** WhatsApp puts invisible marks of direction around some names. Null for none. */
function nameIn(value: unknown): string | null {
  const name = textOf(value)
    ?.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
  return name === undefined || name === '' ? null : name.slice(0, MAX_TEXT);
}

function flag(value: unknown): boolean | null {
  const number = numberOf(value);
  return number === null ? null : number !== 0;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
