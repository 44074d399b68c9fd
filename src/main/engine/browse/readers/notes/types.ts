import type { NoteText } from '../../../formats/notes/index.ts';
import type { BackupFile } from '../../source/types.ts';

/** Notes of all accounts (reference 4.4). */
export interface Note {
  /** The note's own id (ZIDENTIFIER, ZGUID in old stores), the same on all devices; else store and row. */
  readonly id: string;
  readonly title: string | null;
  /**
   * The whole text; U+FFFC stands where an attachment is. Null: locked, empty or unreadable (see `state`).
   */
  readonly text: string | null;
  /**
   * `empty`: the phone keeps no text, because there is none or because it was not fetched from iCloud. `locked`: encrypted
   * with a password of the note's own, which Backstop does not ask for.
   */
  readonly state: 'text' | 'empty' | 'locked' | 'unreadable';
  readonly folder: string | null;
  /** Names of the folder and those it lies in, outermost first. */
  readonly folderPath: readonly string[];
  readonly account: string | null;
  readonly createdMs: number | null;
  readonly modifiedMs: number | null;
  readonly isPinned: boolean;
  /** In "Recently Deleted". */
  readonly isTrashed: boolean;
  /** Deleted for good on the phone, and still in its database. */
  readonly isDeleted: boolean;
  readonly attachments: readonly NoteAttachment[];
}

export interface NoteAttachment {
  readonly id: string;
  /** Uniform type: "public.jpeg", "com.apple.notes.table". */
  readonly uti: string | null;
  readonly name: string | null;
  readonly url: string | null;
  /** Of hashtags, mentions and links to notes: what stands in the text. */
  readonly text: string | null;
  /** Rows of cells, of tables. */
  readonly table: readonly (readonly string[])[] | null;
  /** What the backup holds of it; for drawings and scans a picture that Notes made. */
  readonly files: readonly BackupFile[];
  readonly bytes: number | null;
  /** `none`: it has no file of its own. */
  readonly fileState: 'here' | 'missing' | 'locked' | 'none';
}

/** A note as an export needs it: with the looks of its text. */
export interface ReadNote {
  readonly note: Note;
  /** Null when there is no text, and in old stores, which keep no more than `note.text` says. */
  readonly body: NoteText | null;
}
