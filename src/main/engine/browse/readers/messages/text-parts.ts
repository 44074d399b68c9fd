import {
  type AttributedRun,
  type AttributedText,
  readAttributedText,
  salvageText,
} from '../../../formats/typedstream/index.ts';
import type { MessagePart, TextSpan } from './types.ts';

/** Marks the place of an attachment in a text. */
const PLACE = '\ufffc';

export interface MessageBody {
  readonly text: string | null;
  readonly parts: readonly MessagePart[];
  readonly isUndecodable: boolean;
  /** Why something is missing, for the list of what could not be read; null when all is well. */
  readonly problem: string | null;
}

/**
 * The words of a message: the column `text` where it has any, else `attributedBody`, which alone has them on most phones
 * since iOS 16. The body also tells where attachments, mentions and links stand; it is believed only as far as it has the
 * same words.
 */
export function readBody(
  text: string | null,
  body: Uint8Array | null,
  attachmentIds: readonly string[],
  hasBalloon: boolean,
): MessageBody {
  const { read, problem } = body === null || body.length === 0 ? { read: null, problem: null } : decode(body);
  const hasText = text !== null && text !== '';
  const source: AttributedText | null = hasText && read?.text !== text ? { text, runs: [] } : read;
  if (source === null) {
    return {
      text: null,
      parts: unplaced([], attachmentIds),
      isUndecodable: problem !== null && !hasText,
      problem,
    };
  }
  const split = splitParts(source, attachmentIds);
  const parts = unplaced(hasBalloon ? split.filter((part) => !isBalloonPlace(part)) : split, attachmentIds);
  return { text: wordsOf(parts), parts, isUndecodable: false, problem };
}

/** In the words of an app's message U+FFFD marks the place of its balloon. */
function isBalloonPlace(part: MessagePart): boolean {
  return part.kind === 'text' && part.text.replaceAll('\ufffd', '').trim() === '';
}

function decode(body: Uint8Array): { read: AttributedText | null; problem: string | null } {
  try {
    return { read: readAttributedText(body), problem: null };
  } catch {
    const text = salvageText(body);
    if (text === null) return { read: null, problem: 'its text is damaged and cannot be decoded' };
    return { read: { text, runs: [] }, problem: 'its formatting is damaged; only the words could be read' };
  }
}

function splitParts({ text, runs }: AttributedText, attachmentIds: readonly string[]): MessagePart[] {
  const parts: MessagePart[] = [];
  const known = new Set(attachmentIds);
  const waiting = attachmentIds[Symbol.iterator]();
  const placed = new Set<string>();
  const pieces = runs.length === 0 ? plainPieces(text) : runs;
  let open: { part: number; text: string; spans: TextSpan[] } | null = null;
  const close = (): void => {
    if (open !== null && open.text !== '') parts.push({ kind: 'text', ...open });
    open = null;
  };
  const addText = (part: number, words: string, run: AttributedRun): void => {
    if (open !== null && open.part !== part) close();
    open ??= { part, text: '', spans: [] };
    const span = spanOf(run, open.text.length, words.length);
    if (span !== null) open.spans.push(span);
    open.text += words;
  };
  for (const run of pieces) {
    const words = text.slice(run.start, run.start + run.length);
    const numbered = run.attributes.get('__kIMMessagePartAttributeName');
    const part = typeof numbered === 'number' ? numbered : parts.length;
    const named = run.attributes.get('__kIMFileTransferGUIDAttributeName');
    if (typeof named === 'string' && words.includes(PLACE)) {
      close();
      placed.add(named);
      parts.push({ kind: 'attachment', part, attachmentId: named });
      continue;
    }
    if (runs.length === 0 && words === PLACE) {
      // Without a body the places are told apart by their order alone.
      let next = waiting.next();
      while (next.done !== true && (placed.has(next.value) || !known.has(next.value))) next = waiting.next();
      close();
      if (next.done !== true) {
        placed.add(next.value);
        parts.push({ kind: 'attachment', part: parts.length, attachmentId: next.value });
      }
      continue;
    }
    const plain = words.replaceAll(PLACE, '');
    if (plain !== '') addText(part, plain, run);
  }
  const covered = pieces.at(-1);
  const rest = text.slice(covered === undefined ? 0 : covered.start + covered.length).replaceAll(PLACE, '');
  if (rest !== '') addText(parts.length, rest, { start: 0, length: rest.length, attributes: new Map() });
  close();
  return parts;
}

/** Texts and places in turn. */
function plainPieces(text: string): AttributedRun[] {
  const pieces: AttributedRun[] = [];
  let start = 0;
  for (const words of text.split(/(\ufffc)/)) {
    if (words !== '') pieces.push({ start, length: words.length, attributes: new Map() });
    start += words.length;
  }
  return pieces;
}

/** Attachments that no place in the text was found for stand at the end. */
function unplaced(parts: readonly MessagePart[], attachmentIds: readonly string[]): readonly MessagePart[] {
  const placed = new Set(parts.map((part) => (part.kind === 'attachment' ? part.attachmentId : '')));
  const rest = attachmentIds.filter((id) => !placed.has(id));
  if (rest.length === 0) return parts;
  return [
    ...parts,
    ...rest.map((attachmentId, index) => ({ kind: 'attachment' as const, part: parts.length + index, attachmentId })),
  ];
}

/** Parts are bubbles of their own, so they stand on lines of their own. */
function wordsOf(parts: readonly MessagePart[]): string | null {
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  return texts.length === 0 ? null : texts.join('\n');
}

function spanOf({ attributes }: AttributedRun, start: number, length: number): TextSpan | null {
  const text = (name: string): string | null => {
    const value = attributes.get(name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const flag = (name: string): boolean => {
    const value = attributes.get(name);
    return typeof value === 'number' && value !== 0;
  };
  const span: TextSpan = {
    start,
    length,
    mention: text('__kIMMentionConfirmedMention'),
    link: text('__kIMLinkAttributeName'),
    isBold: flag('__kIMTextBoldAttributeName'),
    isItalic: flag('__kIMTextItalicAttributeName'),
    isUnderlined: flag('__kIMTextUnderlineAttributeName'),
    isStruckThrough: flag('__kIMTextStrikethroughAttributeName'),
  };
  const says =
    span.mention !== null ||
    span.link !== null ||
    span.isBold ||
    span.isItalic ||
    span.isUnderlined ||
    span.isStruckThrough;
  return says ? span : null;
}
