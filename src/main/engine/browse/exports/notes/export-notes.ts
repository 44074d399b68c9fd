import type { WorkOptions } from '../../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../../shared/errors/index.ts';
import { eachNote, type Note, type NoteAttachment, type ReadNote } from '../../readers/notes/index.ts';
import { UnreadableList } from '../../readers/reading.ts';
import type { Backup, BackupFile } from '../../source/types.ts';
import { ExportFolder } from '../export-folder.ts';
import type { ExportedItems, ItemsDestination } from '../exported-items.ts';
import { noteHtml } from './note-html.ts';
import { noteMarkdown } from './note-markdown.ts';
import { titleOf, type WrittenFiles, writableNote } from './writable-note.ts';

export type NoteFormat = 'markdown' | 'html';

export interface NoteExportRequest extends ItemsDestination {
  readonly format?: NoteFormat | undefined;
  /** Only these; all without. */
  readonly ids?: readonly string[] | undefined;
}

const ENDS = { markdown: '.md', html: '.html' } as const;
const DELETED = 'Deleted';
/** Names of files get long enough with it. */
const MAX_NAME = 80;

/**
 * Writes notes in the folders they lie in, a file each, with what is attached in a folder beside it. A list, "Notes.json",
 * says of each what a file's name and date do not.
 */
export async function exportNotes(
  backup: Backup,
  request: NoteExportRequest,
  options: WorkOptions = {},
): Promise<ExportedItems> {
  const missing = new UnreadableList();
  await using folder = await ExportFolder.open(request.directory, request.outside);
  const run = new NoteExport(backup, folder, request.format ?? 'markdown', missing, options);
  const wanted = request.ids === undefined ? null : new Set(request.ids);
  const { unreadable } = await eachNote(backup, async (read) => {
    if (wanted === null || wanted.has(read.note.id)) await run.write(read);
  });
  await run.list();
  const { files, bytes, sums } = await folder.finish({ signal: options.signal });
  return { items: run.written, files, bytes, sums, unreadable: [...unreadable, ...missing.items] };
}

class NoteExport {
  readonly #backup: Backup;
  readonly #folder: ExportFolder;
  readonly #format: NoteFormat;
  readonly #missing: UnreadableList;
  readonly #options: WorkOptions;
  readonly #list: object[] = [];

  constructor(backup: Backup, folder: ExportFolder, format: NoteFormat, missing: UnreadableList, options: WorkOptions) {
    this.#backup = backup;
    this.#folder = folder;
    this.#format = format;
    this.#missing = missing;
    this.#options = options;
  }

  get written(): number {
    return this.#list.length;
  }

  async write(read: ReadNote): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const { note } = read;
    const place = placeOf(note);
    const name = [...titleOf(note).replace(/\s+/g, ' ')].slice(0, MAX_NAME).join('').trim();
    const files = new Map<string, { path: string; name: string }[]>();
    for (const attachment of note.attachments) {
      const saved = await this.#save(attachment, note, place, `${name} - attachments`);
      if (saved.length > 0) files.set(attachment.id, saved);
    }
    const made = writableNote(read, files satisfies WrittenFiles);
    const text = this.#format === 'html' ? noteHtml(made) : noteMarkdown(made);
    const times = { modifiedMs: note.modifiedMs ?? note.createdMs, signal: this.#options.signal };
    const { path } = await this.#folder.writeText([...place, `${name}${ENDS[this.#format]}`], text, times);
    this.#list.push(listed(note, path));
  }

  async list(): Promise<void> {
    if (this.#list.length === 0) return;
    await this.#folder.writeText(['Notes.json'], `${JSON.stringify(this.#list, null, 2)}\n`, this.#options);
  }

  async #save(attachment: NoteAttachment, note: Note, place: readonly string[], folder: string) {
    const saved: { path: string; name: string }[] = [];
    for (const file of attachment.files) {
      const name = nameOf(file, attachment, attachment.files.length > 1);
      try {
        const written = await this.#folder.write([...place, folder, name], this.#backup.read(file, this.#options), {
          modifiedMs: file.modified === null ? null : file.modified * 1000,
          signal: this.#options.signal,
        });
        // Relative to the note: the folders above it are the note's own.
        saved.push({ path: written.path.split('/').slice(place.length).join('/'), name });
      } catch (error) {
        // A file that the backup cannot give is named, and stops nothing; a disk that is full stops all.
        if (!isBackstopError(error) || error.code.startsWith('export/') || error.code === 'browse/name-taken')
          throw error;
        this.#missing.add(`${name} of the note ${titleOf(note)}`, error.message);
      }
    }
    return saved;
  }
}

/** Folders as on the phone; accounts above them, as there may be folders of the same name. */
function placeOf(note: Note): readonly string[] {
  const place = [...(note.account === null ? [] : [note.account]), ...note.folderPath];
  return note.isDeleted ? [...place, DELETED] : place;
}

function nameOf(file: BackupFile, attachment: NoteAttachment, isOneOfMany: boolean): string {
  const own = file.path.slice(file.path.lastIndexOf('/') + 1);
  return isOneOfMany ? own : (attachment.name ?? own);
}

function listed(note: Note, path: string): object {
  const { id, title, state, account, folderPath, createdMs, modifiedMs, isPinned, isTrashed, isDeleted } = note;
  const date = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  const dates = { created: date(createdMs), modified: date(modifiedMs) };
  return { path, id, title, state, account, folders: folderPath, ...dates, isPinned, isTrashed, isDeleted };
}
