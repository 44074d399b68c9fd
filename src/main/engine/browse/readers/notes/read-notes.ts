import type { Backup } from '../../source/types.ts';
import { type Reading, type Unreadable, UnreadableList } from '../reading.ts';
import { withDatabase } from '../with-database.ts';
import { DOMAIN } from './attachment-files.ts';
import { legacyNotesIn } from './legacy-notes.ts';
import { notesIn } from './note-store.ts';
import type { Note, ReadNote } from './types.ts';

const STORE = { domain: DOMAIN, path: 'NoteStore.sqlite' };
const LEGACY = { domain: 'HomeDomain', path: 'Library/Notes/notes.sqlite' };

/** Goes through all notes; `take` gets them one by one, with the looks of their text. */
export async function eachNote(
  backup: Backup,
  take: (read: ReadNote) => void | Promise<void>,
): Promise<{ readonly isPresent: boolean; readonly unreadable: readonly Unreadable[] }> {
  const unreadable = new UnreadableList();
  const isNew = await withDatabase(backup, unreadable, STORE, async (db) => {
    for (const read of notesIn(db, backup, unreadable)) await take(read);
  });
  const isOld = await withDatabase(backup, unreadable, LEGACY, async (db) => {
    for (const read of legacyNotesIn(db, unreadable)) await take(read);
  });
  return { isPresent: isNew || isOld, unreadable: unreadable.items };
}

/** All notes, the last changed first; also deleted ones, marked. */
export async function readNotes(backup: Backup): Promise<Reading<Note> & { readonly isPresent: boolean }> {
  const items: Note[] = [];
  const { isPresent, unreadable } = await eachNote(backup, ({ note }) => {
    items.push(note);
  });
  items.sort((a, b) => (b.modifiedMs ?? b.createdMs ?? 0) - (a.modifiedMs ?? a.createdMs ?? 0));
  return { items, isPresent, unreadable };
}
