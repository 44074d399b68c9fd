import type Database from 'better-sqlite3';
import { type NoteText, readNoteText } from '../../../formats/notes/index.ts';
import type { Backup } from '../../source/types.ts';
import { attempt } from '../attempt.ts';
import type { UnreadableList } from '../reading.ts';
import { blobOf, cocoaMs, columnsOf, hasTable, numberOf, quoted, selectList, textOf } from '../tolerant-table.ts';
import { AttachmentFiles } from './attachment-files.ts';
import { FILE, NoteSurroundings, noteCondition, OBJECTS, ObjectColumns } from './note-objects.ts';
import type { ReadNote } from './types.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_TITLE = 4000;

type Row = Readonly<Record<string, unknown>>;

/** NoteStore.sqlite, of iOS 9 and later. */
export function* notesIn(db: Database.Database, backup: Backup, unreadable: UnreadableList): Iterable<ReadNote> {
  const columns = new ObjectColumns(db);
  if (columns.all.size === 0) return unreadable.add(FILE, 'it has no table of notes');
  const condition = noteCondition(db, unreadable);
  if (condition === null) return;
  const reader = new StoreReader(db, backup, columns, unreadable);
  // A list of small rows first: one that cannot be read must not take the others with it.
  const rows: Row[] = [];
  attempt(unreadable, `${FILE}, notes`, () => {
    for (const row of reader.rows(condition)) rows.push(row);
  });
  for (const row of rows) yield reader.note(row);
}

class StoreReader {
  readonly #db: Database.Database;
  readonly #columns: ObjectColumns;
  readonly #unreadable: UnreadableList;
  readonly #around: NoteSurroundings;
  readonly #files: AttachmentFiles;
  readonly #bodies: ReadonlyMap<number, number>;
  readonly #hasLockColumns: boolean;

  constructor(db: Database.Database, backup: Backup, columns: ObjectColumns, unreadable: UnreadableList) {
    this.#db = db;
    this.#columns = columns;
    this.#unreadable = unreadable;
    this.#around = new NoteSurroundings(db, columns, unreadable);
    this.#files = new AttachmentFiles(backup, this.#around, unreadable);
    this.#bodies = bodiesByNote(db, unreadable);
    this.#hasLockColumns = columnsOf(db, 'ZICNOTEDATA').has('ZCRYPTOTAG');
  }

  rows(condition: string): Iterable<Row> {
    const wanted = {
      n: 'Z_PK',
      id: 'ZIDENTIFIER',
      folder: 'ZFOLDER',
      locked: 'ZISPASSWORDPROTECTED',
      pinned: 'ZISPINNED',
      deleted: 'ZMARKEDFORDELETION',
      data: 'ZNOTEDATA',
      modified: ['ZMODIFICATIONDATE1', 'ZMODIFICATIONDATE'],
    };
    const numbered = ['ZACCOUNT', 'ZCREATIONDATE'].flatMap((prefix) => this.#columns.numbered(prefix));
    const titles = this.#columns.numbered('ZTITLE');
    const list = [
      selectList(this.#columns.all, wanted),
      ...numbered.map(quoted),
      ...titles.map((name) => `substr(${quoted(name)}, 1, ${MAX_TITLE}) AS ${quoted(name)}`),
    ];
    return this.#db.prepare(`SELECT ${list.join(', ')} FROM ${OBJECTS} WHERE ${condition}`).iterate() as Iterable<Row>;
  }

  note(row: Row): ReadNote {
    const n = numberOf(row['n']) ?? -1;
    const id = textOf(row['id']) || `${FILE} ${n}`;
    const what = `note ${id}`;
    const account = this.#accountOf(row);
    const { state, body } = this.#body(n, row, what);
    const folderRow = numberOf(row['folder']);
    const folder = folderRow === null ? undefined : this.#around.folders.get(folderRow);
    const title = this.#columns
      .numbered('ZTITLE')
      .map((name) => textOf(row[name]))
      .find((one) => one !== null && one !== '');
    const firstLine = body?.text.trim().split('\n')[0]?.slice(0, MAX_TITLE) || null;
    const note: ReadNote['note'] = {
      id,
      title: title ?? firstLine,
      text: body?.text ?? null,
      state,
      folder: folder?.name ?? null,
      folderPath: this.#around.pathOf(folderRow),
      account: account?.name ?? null,
      createdMs: this.#date(row, this.#columns.numbered('ZCREATIONDATE'), `${what}, when it was made`),
      modifiedMs: this.#date(row, ['modified'], `${what}, when it was changed`),
      isPinned: isSet(row['pinned']),
      isTrashed: folder?.isTrash === true,
      isDeleted: isSet(row['deleted']),
      attachments: this.#files.of(n, account?.identifier ?? null, state === 'locked'),
    };
    return { note, body };
  }

  /** The number of the column that says it changed with nearly every release. */
  #accountOf(row: Row) {
    for (const column of this.#columns.numbered('ZACCOUNT')) {
      const account = this.#around.accounts.get(numberOf(row[column]) ?? -1);
      if (account !== undefined) return account;
    }
    return null;
  }

  #date(row: Row, columns: readonly string[], what: string): number | null {
    const values = columns.map((name) => row[name]).filter((value) => value !== null && value !== undefined);
    const ms = values.map(cocoaMs).find((one) => one !== null);
    if (ms === undefined && values.length > 0) this.#unreadable.add(what, 'it is no date');
    return ms ?? null;
  }

  #body(
    n: number,
    row: Row,
    what: string,
  ): { readonly state: ReadNote['note']['state']; readonly body: NoteText | null } {
    if (isSet(row['locked'])) return { state: 'locked', body: null };
    const dataRow = this.#bodies.get(n) ?? numberOf(row['data']);
    if (dataRow === null) return { state: 'empty', body: null };
    let found: Row | undefined;
    let isTorn = false;
    try {
      const tag = this.#hasLockColumns ? 'ZCRYPTOTAG IS NOT NULL' : '0';
      const sql = `SELECT length(ZDATA) AS size, ${tag} AS locked,
        CASE WHEN length(ZDATA) <= ${MAX_BODY_BYTES} THEN ZDATA END AS data FROM ZICNOTEDATA WHERE Z_PK = ?`;
      found = this.#db.prepare(sql).get(dataRow) as Row | undefined;
    } catch (error) {
      this.#unreadable.add(what, error instanceof Error ? error.message : String(error));
      isTorn = true;
    }
    if (isTorn) return { state: 'unreadable', body: null };
    if (isSet(found?.['locked'])) return { state: 'locked', body: null };
    if ((numberOf(found?.['size']) ?? 0) === 0) return { state: 'empty', body: null };
    const packed = blobOf(found?.['data']);
    const read = packed === null ? { fault: 'its text is in no known form' } : readNoteText(packed);
    if (!('fault' in read)) return { state: 'text', body: read };
    this.#unreadable.add(what, read.fault);
    return { state: 'unreadable', body: null };
  }
}

/** Row of the note → row of its body. */
function bodiesByNote(db: Database.Database, unreadable: UnreadableList): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  if (!hasTable(db, 'ZICNOTEDATA')) {
    unreadable.add(FILE, 'it has no table of texts');
    return found;
  }
  const list = selectList(columnsOf(db, 'ZICNOTEDATA'), { data: 'Z_PK', note: 'ZNOTE' });
  attempt(unreadable, `${FILE}, texts`, () => {
    for (const row of db.prepare(`SELECT ${list} FROM ZICNOTEDATA`).iterate() as Iterable<Row>) {
      const note = numberOf(row['note']);
      const data = numberOf(row['data']);
      if (note !== null && data !== null) found.set(note, data);
    }
  });
  return found;
}

function isSet(value: unknown): boolean {
  return (numberOf(value) ?? 0) !== 0;
}
