import { type Paragraph, type ParagraphKind, paragraphsOf, type Span } from '../../../formats/notes/index.ts';
import type { Note, NoteAttachment, ReadNote } from '../../readers/notes/index.ts';

/** A note as pages and texts are made of it: blocks in their order, with the paths of the files beside it. */

export type WritableSpan = Omit<Span, 'attachment'>;
type HeadingKind = Extract<ParagraphKind, 'title' | 'heading' | 'subheading'>;
type ItemKind = Extract<ParagraphKind, 'dotted' | 'dashed' | 'numbered' | 'checklist'>;

export type WritableBlock =
  | { readonly type: 'heading'; readonly kind: HeadingKind; readonly spans: readonly WritableSpan[] }
  | { readonly type: 'text'; readonly isQuote: boolean; readonly spans: readonly WritableSpan[] }
  | {
      readonly type: 'item';
      readonly kind: ItemKind;
      readonly indent: number;
      readonly isChecked: boolean;
      readonly spans: readonly WritableSpan[];
    }
  | { readonly type: 'code'; readonly lines: readonly string[] }
  | { readonly type: 'table'; readonly rows: readonly (readonly string[])[] }
  /** `path`: relative to the note, with "/". */
  | { readonly type: 'file'; readonly path: string; readonly name: string }
  | { readonly type: 'remark'; readonly text: string };

export interface WritableNote {
  readonly title: string;
  /** Where it lay, when it was made and changed. */
  readonly about: readonly string[];
  readonly blocks: readonly WritableBlock[];
}

/** Files of attachments as they were written, by the attachment's id. */
export type WrittenFiles = ReadonlyMap<string, readonly { readonly path: string; readonly name: string }[]>;

const ITEMS: ReadonlySet<ParagraphKind> = new Set(['dotted', 'dashed', 'numbered', 'checklist']);
const PLACEHOLDER = '\ufffc';

export function titleOf(note: Note): string {
  return note.title?.trim() || 'Untitled note';
}

export function writableNote({ note, body }: ReadNote, written: WrittenFiles): WritableNote {
  const blocks: WritableBlock[] = [];
  const left = new Map(note.attachments.map((one) => [one.id, one]));
  if (body !== null) {
    for (const paragraph of paragraphsOf(body)) addParagraph(blocks, paragraph, left, written);
  } else if (note.text !== null) {
    for (const line of note.text.split('\n')) blocks.push({ type: 'text', isQuote: false, spans: [plain(line)] });
  } else {
    blocks.push({ type: 'heading', kind: 'title', spans: [plain(titleOf(note))] });
    blocks.push({ type: 'remark', text: REMARKS[note.state] });
  }
  // What no place in the text names is still the note's.
  for (const attachment of left.values()) blocks.push(...attachmentBlocks(attachment, written));
  return { title: titleOf(note), about: aboutOf(note), blocks };
}

const REMARKS: Readonly<Record<Note['state'], string>> = {
  text: '',
  empty: 'The iPhone kept no text of this note: it is empty, or was only in iCloud.',
  locked: 'This note is locked with a password of its own. It was not opened.',
  unreadable: 'The text of this note could not be read.',
};

function aboutOf(note: Note): readonly string[] {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
  const place = [note.account, ...note.folderPath].filter((one) => one !== null);
  return [
    ...(place.length === 0 ? [] : [place.join(' / ')]),
    ...(note.createdMs === null ? [] : [`made ${day(note.createdMs)} UTC`]),
    ...(note.modifiedMs === null ? [] : [`changed ${day(note.modifiedMs)} UTC`]),
  ];
}

function addParagraph(
  blocks: WritableBlock[],
  paragraph: Paragraph,
  left: Map<string, NoteAttachment>,
  written: WrittenFiles,
): void {
  const { kind } = paragraph;
  const spans: WritableSpan[] = [];
  const after: WritableBlock[] = [];
  for (const { attachment, ...span } of paragraph.spans) {
    const found = attachment === null ? undefined : left.get(attachment);
    if (found === undefined) {
      const text = span.text.replaceAll(PLACEHOLDER, '');
      if (text !== '') spans.push({ ...span, text });
      continue;
    }
    left.delete(found.id);
    // Hashtags and mentions stand within the line.
    if (found.text !== null && found.files.length === 0 && found.table === null)
      spans.push({ ...span, text: found.text });
    else after.push(...attachmentBlocks(found, written));
  }
  if (spans.length > 0 || after.length === 0) blocks.push(...lineBlock(blocks, paragraph, kind, spans));
  blocks.push(...after);
}

function lineBlock(
  blocks: readonly WritableBlock[],
  { indent, isChecked, isQuote }: Paragraph,
  kind: ParagraphKind,
  spans: readonly WritableSpan[],
): readonly WritableBlock[] {
  if (kind === 'title' || kind === 'heading' || kind === 'subheading') return [{ type: 'heading', kind, spans }];
  if (ITEMS.has(kind)) return [{ type: 'item', kind: kind as ItemKind, indent, isChecked, spans }];
  if (kind !== 'monospaced') return [{ type: 'text', isQuote, spans }];
  const line = spans.map(({ text }) => text).join('');
  const before = blocks.at(-1);
  if (before?.type !== 'code') return [{ type: 'code', lines: [line] }];
  (before.lines as string[]).push(line);
  return [];
}

function attachmentBlocks(attachment: NoteAttachment, written: WrittenFiles): readonly WritableBlock[] {
  const files = written.get(attachment.id) ?? [];
  if (attachment.table !== null) return [{ type: 'table', rows: attachment.table }];
  if (files.length > 0) return files.map(({ path, name }) => ({ type: 'file', path, name }));
  const name = attachment.name ?? attachment.uti ?? 'attachment';
  if (attachment.url !== null) {
    return [
      { type: 'text', isQuote: false, spans: [{ ...plain(attachment.name ?? attachment.url), link: attachment.url }] },
    ];
  }
  if (attachment.text !== null) return [{ type: 'text', isQuote: false, spans: [plain(attachment.text)] }];
  const why = {
    here: 'could not be read',
    missing: 'is not in the backup',
    locked: 'is locked',
    none: 'cannot be shown',
  };
  return [{ type: 'remark', text: `${name}: ${why[attachment.fileState]}` }];
}

function plain(text: string): WritableSpan {
  return { text, isBold: false, isItalic: false, isUnderlined: false, isStruck: false, link: null };
}
