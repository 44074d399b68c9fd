import type { StoredFile } from '../../storage/tree.ts';
import { type NoteRun, noteText } from './note-body.ts';
import type { NoteShape } from './note-texts.ts';

/** Opens the locked notes of every simulated phone; in the truth file too. */
export const PASSWORD = 'correct horse';
export interface Note {
  readonly pk: number;
  readonly identifier: string;
  readonly shape: NoteShape;
  readonly folder: string;
  readonly created: number;
  modified: number;
  runs: readonly NoteRun[];
  readonly pinned: boolean;
  readonly table: readonly (readonly string[])[] | null;
  readonly picture: StoredFile | null;
}

/** The first line below the title, as lists of notes show it. */
export function snippetOf(runs: readonly NoteRun[]): string | null {
  const line = noteText(runs.slice(1)).replaceAll('\ufffc', '').trim().split('\n')[0];
  return line === undefined || line === '' ? null : line;
}

export function tableCells(items: readonly string[], rows: number): string[][] {
  return Array.from({ length: rows }, (_, row) => [items[row % items.length] ?? '', `${row + 1} ✕`]);
}

export function truthRow(note: Note): Readonly<Record<string, unknown>> {
  return {
    id: note.pk,
    identifier: note.identifier,
    title: note.runs[0]?.text.trim() ?? null,
    text: noteText(note.runs),
    folder: note.folder,
    shape: note.shape,
    locked: note.shape === 'locked',
    password: note.shape === 'locked' ? PASSWORD : null,
    trashed: note.shape === 'trashed',
    deleted: note.shape === 'deleted',
    pinned: note.pinned,
    created: note.created,
    modified: note.modified,
    table: note.table,
    attachment: note.picture?.relativePath ?? null,
  };
}
