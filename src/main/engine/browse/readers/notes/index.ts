/** Notes: texts with their looks, folders, tables, attachments; locked ones marked and never opened. */
export { eachNote, readNotes } from './read-notes.ts';
export type { Note, NoteAttachment, ReadNote } from './types.ts';
