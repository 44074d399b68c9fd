import type { NoteBlock, NoteView } from '../../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { eachNote } from '../../browse/index.ts';
import type { Note, NoteAttachment, ReadNote } from '../../browse/readers/notes/index.ts';
import { type Paragraph, type ParagraphKind, paragraphsOf, type Span } from '../../formats/notes/index.ts';
import { type BrowseContext, isoOf } from './browse-list.ts';
import { fileView, nameOfPath } from './browse-media.ts';
import { readingOf, type SmallKind } from './browse-memory-list.ts';
import type { OpenVersion } from './browse-version.ts';

/** Notes: their list, and one of them as runs of plain styles. */

const PREVIEW = 160;
const PLACEHOLDER = '\ufffc';
const MOST_INDENT = 20;

/** A note with the looks of its text. */
interface ListedNote extends Note {
  readonly read: ReadNote;
}

export const notesKind: SmallKind<ListedNote, NoteView> = {
  name: 'notes',
  async read(version) {
    const items: ListedNote[] = [];
    const { isPresent, unreadable } = await eachNote(version.backup, (read) => {
      // What the phone deleted for good is nobody's any more.
      if (!read.note.isDeleted) items.push({ ...read.note, read });
    });
    return { items, isPresent, unreadable };
  },
  words: (one) => [
    ...[one.title, one.text],
    ...one.attachments.flatMap(({ name, text, table }) => [name, text, ...(table ?? []).flat()]),
  ],
  atMs: (one) => one.modifiedMs ?? one.createdMs,
  title: (one) => one.title,
  bytes: (one) => one.attachments.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
  group: (one) =>
    one.folder === null
      ? null
      : { id: [one.account ?? '', ...one.folderPath].join(' / '), title: one.folderPath.join(' / ') || one.folder },
  isTrashed: (one) => one.isTrashed,
  has: (one, only) => only === 'with-attachments' && one.attachments.length > 0,
  sort: 'newest',
  gone: ['notes'],
  view: (_context, _version, one) => viewOf(one),
};

function viewOf(one: Note): NoteView {
  return {
    id: one.id,
    title: one.title,
    preview: previewOf(one),
    state: one.state,
    folder: one.folder,
    account: one.account,
    createdAt: isoOf(one.createdMs),
    modifiedAt: isoOf(one.modifiedMs),
    isPinned: one.isPinned,
    isTrashed: one.isTrashed,
    attachments: one.attachments.length,
  };
}

/** The first words after the title, which is the first line. */
function previewOf({ title, text }: Note): string {
  const lines = (text ?? '')
    .slice(0, 4000)
    .replaceAll(PLACEHOLDER, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const isTitled = title !== null && lines[0] === title.trim();
  return lines
    .slice(isTitled ? 1 : 0)
    .join(' ')
    .slice(0, PREVIEW)
    .toWellFormed();
}

export async function noteWithBlocks(
  context: BrowseContext,
  version: OpenVersion,
  id: string,
): Promise<{ note: NoteView; blocks: NoteBlock[] }> {
  const found = (await readingOf(version, notesKind)).items.find((one) => one.id === id);
  if (found === undefined) throw new BackstopError('browse/no-such-item', { data: { id } });
  return { note: viewOf(found), blocks: blocksOf(context, version, found.read) };
}

const PLAIN = { isBold: false, isItalic: false, isUnderlined: false, isStruckThrough: false, link: null };
const KINDS: Readonly<Record<ParagraphKind, NoteBlock['type']>> = {
  title: 'title',
  heading: 'heading',
  subheading: 'subheading',
  body: 'body',
  monospaced: 'monospaced',
  dotted: 'bullet',
  dashed: 'dash',
  numbered: 'number',
  checklist: 'check',
};

function blocksOf(context: BrowseContext, version: OpenVersion, { note, body }: ReadNote): NoteBlock[] {
  const blocks: NoteBlock[] = [];
  const left = new Map(note.attachments.map((one) => [one.id, one]));
  const add = (attachment: NoteAttachment): void => {
    blocks.push(...attachmentBlocks(context, version, attachment));
  };
  if (body !== null) {
    for (const paragraph of paragraphsOf(body)) {
      const { block, after } = paragraphBlock(paragraph, left);
      if (block !== null) blocks.push(block);
      for (const one of after) add(one);
    }
  } else if (note.text !== null) {
    for (const line of note.text.split('\n')) blocks.push(textBlock(line.replaceAll(PLACEHOLDER, '')));
  }
  // What no place in the text names is still the note's.
  for (const attachment of left.values()) add(attachment);
  return blocks;
}

function paragraphBlock(
  paragraph: Paragraph,
  left: Map<string, NoteAttachment>,
): { readonly block: NoteBlock | null; readonly after: readonly NoteAttachment[] } {
  const runs: NoteBlock['runs'] = [];
  const after: NoteAttachment[] = [];
  for (const span of paragraph.spans) {
    const found = span.attachment === null ? undefined : left.get(span.attachment);
    if (found === undefined) {
      const text = span.text.replaceAll(PLACEHOLDER, '');
      if (text !== '') runs.push(runOf(span, text));
      continue;
    }
    left.delete(found.id);
    // Hashtags and mentions stand within the line.
    if (found.text !== null && found.files.length === 0 && found.table === null) runs.push(runOf(span, found.text));
    else after.push(found);
  }
  if (runs.length === 0 && after.length > 0) return { block: null, after };
  const { kind, indent, isChecked } = paragraph;
  const block: NoteBlock = {
    type: KINDS[kind],
    indent: Math.min(MOST_INDENT, Math.max(0, Math.trunc(indent))),
    isDone: kind === 'checklist' ? isChecked : null,
    runs,
    file: null,
    table: null,
  };
  return { block, after };
}

function runOf({ isBold, isItalic, isUnderlined, isStruck, link }: Span, text: string): NoteBlock['runs'][number] {
  return { text, isBold, isItalic, isUnderlined, isStruckThrough: isStruck, link };
}

function textBlock(text: string, link: string | null = null): NoteBlock {
  const runs = text === '' ? [] : [{ ...PLAIN, text, link }];
  return { type: 'body', indent: 0, isDone: null, runs, file: null, table: null };
}

const FILE_STATES = { here: 'here', missing: 'missing', locked: 'missing', none: 'missing' } as const;

function attachmentBlocks(
  context: BrowseContext,
  version: OpenVersion,
  attachment: NoteAttachment,
): readonly NoteBlock[] {
  const { table, files, url, name, text, fileState, uti, bytes } = attachment;
  const empty = { indent: 0, isDone: null, runs: [] };
  if (table !== null) return [{ ...empty, type: 'table', file: null, table: table.map((row) => [...row]) }];
  if (files.length > 0) {
    return files.map((file, number) => {
      const own = nameOfPath(file.path);
      const about = { name: (number === 0 ? name : null) ?? own, bytes: file.sizeBytes, state: 'here' as const, file };
      return { ...empty, type: 'attachment', file: fileView(context, version, about), table: null };
    });
  }
  if (url !== null) return [textBlock(name ?? url, url)];
  if (text !== null) return [textBlock(text)];
  const file = fileView(context, version, {
    name: name ?? uti ?? '',
    bytes,
    state: FILE_STATES[fileState],
    file: null,
  });
  return [{ ...empty, type: 'attachment', file: { ...file, state: 'missing' }, table: null }];
}
