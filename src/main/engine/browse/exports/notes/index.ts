/** Notes as Markdown and as pages. */
export { exportNotes, type NoteExportRequest, type NoteFormat } from './export-notes.ts';
