import type Database from 'better-sqlite3';
import { attempt } from '../attempt.ts';
import type { UnreadableList } from '../reading.ts';
import { blobOf, columnsOf, entityNumber, hasTable, numberOf, quoted, selectList, textOf } from '../tolerant-table.ts';

/** The one table that holds notes, folders, accounts, attachments and media alike. */
export const OBJECTS = 'ZICCLOUDSYNCINGOBJECT';
export const FILE = 'NoteStore.sqlite';
const TRASH = 1;
const MAX_NAME = 4000;
const MAX_TABLE_BYTES = 64 * 1024 * 1024;

export interface Folder {
  readonly name: string | null;
  readonly isTrash: boolean;
  readonly parent: number | null;
}

export interface Account {
  readonly name: string | null;
  readonly identifier: string | null;
}

export interface AttachmentRow {
  readonly row: number;
  readonly note: number | null;
  readonly parent: number | null;
  readonly id: string | null;
  readonly uti: string | null;
  readonly name: string | null;
  readonly url: string | null;
  readonly text: string | null;
  readonly bytes: number | null;
  readonly media: number | null;
  readonly hasTable: boolean;
}

export interface MediaRow {
  readonly row: number;
  readonly id: string | null;
  readonly name: string | null;
  readonly generation: string | null;
  readonly attachment: number | null;
}

/** Names of the columns of this release: those with a number at the end change their number, so all are tried. */
export class ObjectColumns {
  readonly all: ReadonlySet<string>;

  constructor(db: Database.Database) {
    this.all = columnsOf(db, OBJECTS);
  }

  /** ZACCOUNT7, ZACCOUNT6, …, ZACCOUNT: highest first. */
  numbered(prefix: string): readonly string[] {
    const number = (name: string): number => Number(name.slice(prefix.length) || '-1');
    return [...this.all]
      .filter((name) => name.startsWith(prefix) && /^\d*$/.test(name.slice(prefix.length)))
      .sort((a, b) => number(b) - number(a));
  }
}

/** What stands around the notes, by the numbers of rows. Small: people have few folders, and thousands of attachments at most. */
export class NoteSurroundings {
  readonly folders = new Map<number, Folder>();
  readonly accounts = new Map<number, Account>();
  /** By the row of the note. */
  readonly attachments = new Map<number, AttachmentRow[]>();
  /** By the row of the attachment that they are parts of: pages of a scan. */
  readonly parts = new Map<number, AttachmentRow[]>();
  readonly media = new Map<number, MediaRow>();
  readonly mediaOfAttachment = new Map<number, MediaRow>();
  readonly #db: Database.Database;
  readonly #columns: ObjectColumns;
  readonly #unreadable: UnreadableList;

  constructor(db: Database.Database, columns: ObjectColumns, unreadable: UnreadableList) {
    this.#db = db;
    this.#columns = columns;
    this.#unreadable = unreadable;
    for (const row of this.#rows('ICAccount', { name: 'ZNAME', id: 'ZIDENTIFIER' })) {
      this.accounts.set(row.n, { name: textOf(row['name']), identifier: textOf(row['id']) });
    }
    this.#readFolders();
    this.#readMedia();
    for (const entity of ['ICAttachment', 'ICInlineAttachment']) this.#readAttachments(entity);
  }

  /** Outermost first; a folder that is its own ancestor ends the path. */
  pathOf(folder: number | null): readonly string[] {
    const path: string[] = [];
    const seen = new Set<number>();
    for (let at = folder; at !== null && !seen.has(at); ) {
      seen.add(at);
      const found = this.folders.get(at);
      if (found === undefined) break;
      if (found.name !== null) path.unshift(found.name);
      at = found.parent;
    }
    return path;
  }

  /** The packed table of an attachment; null where there is none. */
  tableOf(row: number): Buffer | null {
    for (const column of this.#columns.numbered('ZMERGEABLEDATA')) {
      const name = quoted(column);
      const sql = `SELECT ${name} FROM ${OBJECTS} WHERE Z_PK = ? AND length(${name}) BETWEEN 1 AND ${MAX_TABLE_BYTES}`;
      const bytes = blobOf(this.#db.prepare(sql).pluck().get(row));
      if (bytes !== null) return bytes;
    }
    return null;
  }

  #readFolders(): void {
    const wanted = { type: 'ZFOLDERTYPE', id: 'ZIDENTIFIER', parent: 'ZPARENT' };
    for (const row of this.#rows('ICFolder', wanted, ['ZTITLE'])) {
      this.folders.set(row.n, {
        name: row.texts[0] ?? null,
        isTrash: numberOf(row['type']) === TRASH || textOf(row['id'])?.startsWith('TrashFolder') === true,
        parent: numberOf(row['parent']),
      });
    }
  }

  #readMedia(): void {
    const wanted = { id: 'ZIDENTIFIER', name: 'ZFILENAME', attachment: ['ZATTACHMENT1', 'ZATTACHMENT'] };
    for (const row of this.#rows('ICMedia', wanted, ['ZGENERATION'])) {
      const media: MediaRow = {
        row: row.n,
        id: textOf(row['id']),
        name: textOf(row['name']),
        generation: row.texts[0] ?? null,
        attachment: numberOf(row['attachment']),
      };
      this.media.set(row.n, media);
      if (media.attachment !== null) this.mediaOfAttachment.set(media.attachment, media);
    }
  }

  #readAttachments(entity: string): void {
    const tables = this.#columns.numbered('ZMERGEABLEDATA').map((name) => `length(${quoted(name)}) > 0`);
    const wanted = {
      note: 'ZNOTE',
      id: 'ZIDENTIFIER',
      uti: ['ZTYPEUTI', 'ZTYPEUTI1'],
      uti1: 'ZTYPEUTI1',
      url: 'ZURLSTRING',
      text: 'ZALTTEXT',
      bytes: 'ZFILESIZE',
      media: 'ZMEDIA',
      parent: 'ZPARENTATTACHMENT',
      other: 'ZNOTE1',
    };
    const hasTableSql = tables.length === 0 ? '0' : tables.join(' OR ');
    for (const row of this.#rows(entity, wanted, ['ZTITLE'], `(${hasTableSql}) AS hasTable`)) {
      const note = numberOf(row['note']) ?? numberOf(row['other']);
      const made: AttachmentRow = {
        row: row.n,
        note,
        parent: numberOf(row['parent']),
        id: textOf(row['id']),
        uti: textOf(row['uti']) ?? textOf(row['uti1']),
        name: row.texts[0] ?? null,
        url: textOf(row['url']),
        text: textOf(row['text']),
        bytes: numberOf(row['bytes']),
        media: numberOf(row['media']),
        hasTable: numberOf(row['hasTable']) === 1,
      };
      const list = made.parent === null ? this.attachments : this.parts;
      const key = made.parent ?? note;
      if (key !== null) list.set(key, [...(list.get(key) ?? []), made]);
    }
  }

  /** Rows of an entity that this store knows; `numbered` columns are given as `texts`, the first that has one. */
  *#rows(
    entity: string,
    wanted: Readonly<Record<string, string | readonly string[]>>,
    numbered: readonly string[] = [],
    more = '0 AS more',
  ): Iterable<Record<string, unknown> & { readonly n: number; readonly texts: readonly (string | null)[] }> {
    const ent = entityNumber(this.#db, entity);
    if (ent === null) return;
    const candidates = numbered.map((prefix) => this.#columns.numbered(prefix));
    const list = candidates.flat().map((name) => `substr(${quoted(name)}, 1, ${MAX_NAME}) AS ${quoted(name)}`);
    const cut = `${selectList(this.#columns.all, { n: 'Z_PK', ...wanted })}${list.map((one) => `, ${one}`).join('')}`;
    const rows: (Record<string, unknown> & { n: number; texts: (string | null)[] })[] = [];
    attempt(this.#unreadable, `${FILE}, rows of ${entity}`, () => {
      const sql = `SELECT ${cut}, ${more} FROM ${OBJECTS} WHERE Z_ENT = ?`;
      for (const found of this.#db.prepare(sql).iterate(ent)) {
        const row = found as Record<string, unknown>;
        const n = numberOf(row['n']);
        const texts = candidates.map((names) => names.map((name) => textOf(row[name])).find((one) => one) ?? null);
        if (n !== null) rows.push({ ...row, n, texts });
      }
    });
    yield* rows;
  }
}

/** Which rows are notes: by the store's own numbers; where it has none, those that a text belongs to. */
export function noteCondition(db: Database.Database, unreadable: UnreadableList): string | null {
  const entity = entityNumber(db, 'ICNote');
  if (entity !== null) return `Z_ENT = ${entity}`;
  if (!hasTable(db, 'ZICNOTEDATA') || !columnsOf(db, 'ZICNOTEDATA').has('ZNOTE')) {
    unreadable.add(FILE, 'it does not say which rows are notes');
    return null;
  }
  unreadable.add(FILE, 'it does not say which rows are notes: only those that have a text were taken');
  return 'Z_PK IN (SELECT ZNOTE FROM ZICNOTEDATA)';
}
