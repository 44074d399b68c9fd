import { cocoa, DAY } from '../../calendar-time.ts';
import { mediaSource } from '../../media/media-source.ts';
import { SMALLEST_PICTURE } from '../../media/shapes.ts';
import type { Plan, SizePool } from '../../plan.ts';
import { uuidBytes } from '../../random.ts';
import { describeStore, updatePrimaryKeys } from '../../storage/core-data.ts';
import type { OpenDatabase, Row, ScratchDatabase } from '../../storage/scratch-database.ts';
import type { StoredFile } from '../../storage/tree.ts';
import { someLanguage } from '../../text/words.ts';
import type { World } from '../../world.ts';
import { choose, type Kind, type TruthSection } from '../kind.ts';
import { lockBody } from './locked-note.ts';
import { type Note, PASSWORD, snippetOf, tableCells, truthRow } from './note.ts';
import { type NoteRun, noteBody } from './note-body.ts';
import { type NoteAttachment, type NoteShape, noteGallery, noteRuns } from './note-texts.ts';
import { ENTITY, noteEntities, noteSchema } from './schema.ts';
import { tableBody } from './table-body.ts';

const DOMAIN = 'AppDomainGroup-group.com.apple.notes';
const TABLE = 'ZICCLOUDSYNCINGOBJECT';
/** Deriving keys takes time, and nobody locks many. */
const MOST_LOCKED = 3;
const PICTURE_WEIGHT = 0.3;

interface FolderRow {
  readonly pk: number;
  readonly title: string;
}

/** Notes: NoteStore.sqlite with compressed bodies, pictures beside it, a locked one, a table, the trash. */
export class NoteStore implements Kind {
  readonly #world: World;
  readonly #pool: SizePool;
  readonly #planned: number;
  readonly #database: ScratchDatabase;
  readonly #accountIdentifier: string;
  #folders: FolderRow[] = [];
  #trash: FolderRow = { pk: 0, title: '' };
  #notes: Note[] = [];
  #nextIndex = 0;
  #locked = 0;

  constructor(world: World, plan: Plan, pool: SizePool) {
    this.#world = world;
    this.#pool = pool;
    this.#planned = plan.notes;
    this.#accountIdentifier = world.stream('notes/account').uuid();
    for (let index = 0; index < plan.notes; index++)
      if (this.#shapeOf(index) === 'picture') pool.reserve(PICTURE_WEIGHT);
    this.#database = world.database({ domain: DOMAIN, relativePath: 'NoteStore.sqlite', schema: noteSchema });
  }

  build(): void {
    const database = this.#database.change();
    describeStore(database, this.#world.stream('notes/store'), noteEntities);
    const account = this.#object(database, ENTITY.account, {
      ZIDENTIFIER: this.#accountIdentifier,
      ZNAME: 'iCloud',
      ZACCOUNTTYPE: 1,
      ZUSERRECORDNAME: '__defaultOwner__',
    });
    const titles = ['Notes', this.#world.language.albums[0] ?? 'Private', this.#world.language.groups[0] ?? 'Work'];
    this.#folders = titles.map((title, index) =>
      this.#folder(database, account, title, index === 0 ? 'DefaultFolder-CloudKit' : null, 0),
    );
    this.#trash = this.#folder(database, account, 'Recently Deleted', 'TrashFolder-CloudKit', 1);
    for (let index = 0; index < this.#planned; index++)
      this.#make(this.#world.clock.now - (this.#planned - index) * DAY);
    updatePrimaryKeys(database, noteEntities);
  }

  count(): number {
    return this.#notes.length;
  }

  add(count: number): number {
    for (let made = 0; made < count; made++) this.#make(this.#world.clock.now - 300 + made, 'plain');
    updatePrimaryKeys(this.#database.change(), noteEntities);
    return count;
  }

  remove(count: number, below: (limit: number) => number): number {
    const gone = new Set(choose(this.#notes, count, below));
    const database = this.#database.change();
    for (const { pk, picture } of gone) {
      database.run('DELETE FROM ZICNOTEDATA WHERE ZNOTE = ?', pk);
      database.run(
        `DELETE FROM ${TABLE} WHERE ZATTACHMENT1 IN (SELECT Z_PK FROM ${TABLE} WHERE ZNOTE = ?) OR ZNOTE = ? OR Z_PK = ?`,
        pk,
        pk,
        pk,
      );
      if (picture !== null) this.#world.tree.remove(picture, `Accounts/${this.#accountIdentifier}`);
    }
    this.#notes = this.#notes.filter((note) => !gone.has(note));
    return gone.size;
  }

  /** Appends a line. */
  edit(count: number, below: (limit: number) => number): number {
    const chosen = choose(
      this.#notes.filter(({ shape }) => shape !== 'locked' && shape !== 'blank' && shape !== 'deleted'),
      count,
      below,
    );
    const database = this.#database.change();
    for (const note of chosen) {
      note.modified = this.#world.clock.now;
      const random = this.#world.stream(`${note.identifier}/edit/${note.runs.length}`);
      note.runs = [...note.runs, { text: `\n${random.pick(this.#world.language.messages)} ${random.hex(4)}` }];
      database.run('UPDATE ZICNOTEDATA SET ZDATA = ? WHERE ZNOTE = ?', this.#body(note.identifier, note.runs), note.pk);
      database.run(
        `UPDATE ${TABLE} SET ZMODIFICATIONDATE1 = ?, ZSNIPPET = ? WHERE Z_PK = ?`,
        cocoa(note.modified),
        snippetOf(note.runs),
        note.pk,
      );
    }
    return chosen.length;
  }

  truth(): readonly TruthSection[] {
    return [{ name: 'notes', rows: () => this.#notes.map(truthRow) }];
  }

  #shapeOf(index: number): NoteShape {
    const shown = noteGallery[index];
    if (shown !== undefined) return shown;
    const draw = this.#world.stream(`note/${index}/shape`).below(100);
    if (draw < 20) return 'checklist';
    if (draw < 35) return 'list';
    if (draw < 40) return 'picture';
    if (draw < 44) return 'table';
    if (draw < 48) return 'link';
    return draw < 50 ? 'trashed' : draw < 51 ? 'locked' : 'plain';
  }

  #make(created: number, only?: NoteShape): void {
    const index = this.#nextIndex++;
    const world = this.#world;
    const random = world.stream(`note/${index}`);
    const database = this.#database.change();
    const drawn = only ?? this.#shapeOf(index);
    const shape = drawn === 'locked' && this.#locked++ >= MOST_LOCKED ? 'plain' : drawn;
    const language = someLanguage(random, world.language);
    const identifier = random.uuid();
    const folder = shape === 'trashed' ? this.#trash : (this.#folders[index % this.#folders.length] ?? this.#trash);
    const attachment = this.#attachmentOf(shape, random.uuid());
    const runs = noteRuns(shape, random, language, attachment);
    const table = shape === 'table' ? tableCells(language.items, random.between(2, 4)) : null;
    const modified = created + random.below(DAY);
    const pk = this.#object(database, ENTITY.note, {
      ZIDENTIFIER: identifier,
      ZTITLE1: shape === 'blank' ? null : (runs[0]?.text.trim() ?? null),
      ZSNIPPET: shape === 'locked' || shape === 'blank' ? null : snippetOf(runs),
      ZWIDGETSNIPPET: shape === 'locked' ? null : snippetOf(runs),
      ZCREATIONDATE1: null,
      ZCREATIONDATE3: cocoa(created),
      ZMODIFICATIONDATE1: cocoa(modified),
      ZLASTOPENEDDATE: cocoa(modified),
      ZLASTVIEWEDMODIFICATIONDATE: cocoa(modified),
      ZFOLDER: folder.pk,
      ZACCOUNT7: 1,
      ZISPASSWORDPROTECTED: shape === 'locked' ? 1 : 0,
      ZISPINNED: shape === 'pinned' ? 1 : 0,
      ZMARKEDFORDELETION: shape === 'deleted' ? 1 : 0,
      ZHASCHECKLIST: shape === 'checklist' ? 1 : 0,
    });
    this.#insertBody(database, pk, identifier, shape, runs);
    const picture = attachment === null ? null : this.#insertAttachment(database, pk, attachment, table, created);
    this.#notes.push({
      pk,
      identifier,
      shape,
      folder: folder.title,
      created,
      modified,
      runs,
      pinned: shape === 'pinned',
      table,
      picture,
    });
  }

  #insertBody(
    database: OpenDatabase,
    note: number,
    identifier: string,
    shape: NoteShape,
    runs: readonly NoteRun[],
  ): void {
    const pk = this.#world.next('note-data');
    const body = shape === 'blank' ? null : this.#body(identifier, runs);
    database.run(`UPDATE ${TABLE} SET ZNOTEDATA = ? WHERE Z_PK = ?`, pk, note);
    const row: Row = { Z_PK: pk, Z_ENT: 19, Z_OPT: 1, ZNOTE: note };
    if (shape !== 'locked' || body === null) {
      database.insert('ZICNOTEDATA', { ...row, ZDATA: body });
      return;
    }
    const locked = lockBody(body, PASSWORD, this.#world.stream(`${identifier}/lock`));
    database.insert('ZICNOTEDATA', {
      ...row,
      ZDATA: locked.data,
      ZCRYPTOINITIALIZATIONVECTOR: locked.iv,
      ZCRYPTOTAG: locked.tag,
    });
    database.run(
      `UPDATE ${TABLE} SET ZCRYPTOSALT = ?, ZCRYPTOITERATIONCOUNT = ?, ZCRYPTOWRAPPEDKEY = ?, ZPASSWORDHINT = ?,
        ZCRYPTOINITIALIZATIONVECTOR = ?, ZCRYPTOTAG = ? WHERE Z_PK = ?`,
      locked.salt,
      locked.iterations,
      locked.wrappedKey,
      'battery staple',
      locked.iv,
      locked.tag,
      note,
    );
  }

  #body(identifier: string, runs: readonly NoteRun[]): Buffer {
    return noteBody(runs, (purpose) => uuidBytes(this.#world.stream(`${identifier}/${purpose}`).uuid()));
  }

  #attachmentOf(shape: NoteShape, identifier: string): NoteAttachment | null {
    if (shape === 'table') return { identifier, uti: 'com.apple.notes.table' };
    return shape === 'picture' ? { identifier, uti: 'public.jpeg' } : null;
  }

  #insertAttachment(
    database: OpenDatabase,
    note: number,
    attachment: NoteAttachment,
    table: Note['table'],
    created: number,
  ): StoredFile | null {
    const common = {
      ZIDENTIFIER: attachment.identifier,
      ZTYPEUTI: attachment.uti,
      ZNOTE: note,
      ZCREATIONDATE: cocoa(created),
    };
    if (table !== null) {
      const body = tableBody(table, (purpose) =>
        uuidBytes(this.#world.stream(`${attachment.identifier}/${purpose}`).uuid()),
      );
      this.#object(database, ENTITY.attachment, { ...common, ZMERGEABLEDATA1: body });
      return null;
    }
    const random = this.#world.stream(`${attachment.identifier}/media`);
    const size = this.#pool.size(PICTURE_WEIGHT, SMALLEST_PICTURE);
    const media = { identifier: random.uuid(), generation: `1_${random.uuid()}`, name: `IMG_${random.digits(4)}.jpeg` };
    const attachmentPk = this.#object(database, ENTITY.attachment, { ...common, ZFILESIZE: size, ZTITLE: media.name });
    const mediaPk = this.#object(database, ENTITY.media, {
      ZIDENTIFIER: media.identifier,
      ZFILENAME: media.name,
      ZGENERATION1: media.generation,
      ZATTACHMENT1: attachmentPk,
    });
    database.run(`UPDATE ${TABLE} SET ZMEDIA = ? WHERE Z_PK = ?`, mediaPk, attachmentPk);
    const folder = `Accounts/${this.#accountIdentifier}/Media/${media.identifier}/${media.generation}`;
    return this.#world.tree.add(DOMAIN, `${folder}/${media.name}`, {
      source: mediaSource(this.#world, 'jpeg'),
      size,
      modified: Math.floor(created),
    });
  }

  #folder(database: OpenDatabase, account: number, title: string, identifier: string | null, type: number): FolderRow {
    const pk = this.#object(database, ENTITY.folder, {
      ZIDENTIFIER: identifier ?? this.#world.stream(`notes/folder/${title}`).uuid(),
      ZTITLE2: title,
      ZNESTEDTITLEFORSORTING: title,
      ZFOLDERTYPE: type,
      ZACCOUNT4: account,
      ZSORTORDER: 0,
    });
    return { pk, title };
  }

  #object(database: OpenDatabase, entity: number, columns: Row): number {
    const pk = this.#world.next('note-object');
    database.insert(TABLE, { Z_PK: pk, Z_ENT: entity, Z_OPT: 1, ZMARKEDFORDELETION: 0, ...columns });
    return pk;
  }
}
