import { readNoteTable } from '../../../formats/notes/index.ts';
import type { Backup, BackupFile } from '../../source/types.ts';
import { attempt } from '../attempt.ts';
import type { UnreadableList } from '../reading.ts';
import type { AttachmentRow, MediaRow, NoteSurroundings } from './note-objects.ts';
import type { NoteAttachment } from './types.ts';

export const DOMAIN = 'AppDomainGroup-group.com.apple.notes';
const TABLE_UTI = 'com.apple.notes.table';
/** A scan of more pages than any. */
const MAX_PARTS = 500;
/** Where Notes keeps pictures and PDFs of what only it can show: drawings, scans. */
const FALLBACKS = ['FallbackImages', 'FallbackPDFs'];

/** What is attached to one note, with the files of it that the backup has. */
export class AttachmentFiles {
  readonly #backup: Backup;
  readonly #around: NoteSurroundings;
  readonly #unreadable: UnreadableList;

  constructor(backup: Backup, around: NoteSurroundings, unreadable: UnreadableList) {
    this.#backup = backup;
    this.#around = around;
    this.#unreadable = unreadable;
  }

  of(note: number, account: string | null, isLocked: boolean): readonly NoteAttachment[] {
    return (this.#around.attachments.get(note) ?? []).map((row) => this.#attachmentOf(row, account, isLocked));
  }

  #attachmentOf(row: AttachmentRow, account: string | null, isLocked: boolean): NoteAttachment {
    const parts = (this.#around.parts.get(row.row) ?? []).slice(0, MAX_PARTS);
    const media = [row, ...parts].flatMap((one) => this.#mediaOf(one) ?? []);
    // The files of locked notes are encrypted as well.
    const found = isLocked ? [] : [row, ...parts].flatMap((one) => this.#filesOf(one, account));
    const files = found.filter((file) => this.#backup.hasContent(file));
    const hasFile = media.length > 0 || found.length > 0;
    const bytes = files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
    return {
      id: row.id ?? `row ${row.row}`,
      uti: row.uti,
      name: media[0]?.name ?? row.name,
      url: isLocked ? null : row.url,
      text: isLocked ? null : row.text,
      table: isLocked ? null : this.#tableOf(row),
      files,
      bytes: files.length > 0 ? bytes : row.bytes,
      fileState: !hasFile ? 'none' : isLocked ? 'locked' : files.length > 0 ? 'here' : 'missing',
    };
  }

  #mediaOf(row: AttachmentRow): MediaRow | null {
    const own = row.media === null ? undefined : this.#around.media.get(row.media);
    return own ?? this.#around.mediaOfAttachment.get(row.row) ?? null;
  }

  #filesOf(row: AttachmentRow, account: string | null): readonly BackupFile[] {
    const media = this.#mediaOf(row);
    if (media !== null) {
      const file = this.#mediaFile(media, account);
      return file === null ? [] : [file];
    }
    return row.id === null ? [] : this.#fallback(row.id, account);
  }

  /** Old stores have no folder of the account, or none of the generation. */
  #mediaFile({ id, name, generation }: MediaRow, account: string | null): BackupFile | null {
    if (id === null || name === null) return null;
    const generations = generation === null ? [''] : [`${generation}/`, ''];
    for (const folder of this.#roots(account)) {
      for (const one of generations) {
        const file = this.#backup.file(DOMAIN, `${folder}Media/${id}/${one}${name}`);
        if (file?.kind === 'file') return file;
      }
    }
    return null;
  }

  #fallback(id: string, account: string | null): readonly BackupFile[] {
    for (const root of this.#roots(account)) {
      for (const kind of FALLBACKS) {
        const found: BackupFile[] = [];
        for (const file of this.#backup.files({ domain: DOMAIN, under: `${root}${kind}/${id}` })) {
          if (file.kind === 'file' && found.length < MAX_PARTS) found.push(file);
        }
        const flat = ['jpg', 'png', 'pdf'].map((end) => this.#backup.file(DOMAIN, `${root}${kind}/${id}.${end}`));
        found.push(...flat.filter((file) => file?.kind === 'file').flatMap((file) => file ?? []));
        if (found.length > 0) return found;
      }
    }
    return [];
  }

  #roots(account: string | null): readonly string[] {
    const others = [...this.#around.accounts.values()].flatMap(({ identifier }) => identifier ?? []);
    const accounts = account === null ? others : [account, ...others.filter((one) => one !== account)];
    return [...accounts.map((one) => `Accounts/${one}/`), ''];
  }

  #tableOf(row: AttachmentRow): NoteAttachment['table'] {
    if (row.uti !== TABLE_UTI) return null;
    let rows: NoteAttachment['table'] = null;
    attempt(this.#unreadable, `table ${row.id ?? row.row}`, () => {
      const packed = row.hasTable ? this.#around.tableOf(row.row) : null;
      const read = packed === null ? { fault: 'the phone keeps no cells of it' } : readNoteTable(packed);
      if ('fault' in read) this.#unreadable.add(`table ${row.id ?? row.row}`, read.fault);
      else rows = read.rows;
    });
    return rows;
  }
}
