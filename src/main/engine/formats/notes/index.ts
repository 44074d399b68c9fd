/** What the app Notes keeps in its database as bytes: texts with their attributes, and tables. Pure, safe on hostile input. */

export { type NoteTable, readNoteTable } from './note-table.ts';
export { type NoteFault, type NoteRun, type NoteText, readNoteText } from './note-text.ts';
export { type Paragraph, type ParagraphKind, paragraphsOf, type Span } from './paragraphs.ts';
