import {
  type AttributedRun,
  type AttributedText,
  type AttributeValue,
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

const PART = '__kIMMessagePartAttributeName';
const FILE = '__kIMFileTransferGUIDAttributeName';
const TRANSCRIPT = 'IMAudioTranscription';

function splitParts({ text, runs }: AttributedText, attachmentIds: readonly string[]): readonly MessagePart[] {
  const named = new Set(runs.map(({ attributes }) => attributes.get(FILE)));
  const builder = new PartBuilder(attachmentIds, named);
  const pieces = runs.length === 0 ? plainPieces(text) : runs;
  let end = 0;
  for (const run of pieces) {
    end = run.start + run.length;
    const words = text.slice(run.start, end);
    const number = run.attributes.get(PART);
    const part = typeof number === 'number' ? number : builder.parts.length;
    const file = run.attributes.get(FILE);
    if (typeof file === 'string' && words.includes(PLACE)) builder.addPlace(part, file, run.attributes.get(TRANSCRIPT));
    else if (runs.length === 0 && words === PLACE) builder.addPlace(part, null, null);
    else builder.addText(part, words.replaceAll(PLACE, ''), run);
  }
  const rest = text.slice(end).replaceAll(PLACE, '');
  builder.addText(builder.parts.length, rest, { start: 0, length: rest.length, attributes: new Map() });
  return builder.finish();
}

class PartBuilder {
  readonly parts: MessagePart[] = [];
  readonly #known: ReadonlySet<string>;
  /** Attachments that the text does not name, in their order. */
  readonly #unnamed: string[];
  #open: { part: number; text: string; spans: TextSpan[] } | null = null;

  constructor(attachmentIds: readonly string[], named: ReadonlySet<unknown>) {
    this.#known = new Set(attachmentIds);
    this.#unnamed = attachmentIds.filter((id) => !named.has(id));
  }

  addText(part: number, words: string, run: AttributedRun): void {
    if (words === '') return;
    if (this.#open !== null && this.#open.part !== part) this.#close();
    this.#open ??= { part, text: '', spans: [] };
    const span = spanOf(run, this.#open.text.length, words.length);
    if (span !== null) this.#open.spans.push(span);
    this.#open.text += words;
  }

  /** Where a text names no attachment, or one by a name it had on another device, their order tells them apart. */
  addPlace(part: number, named: string | null, heard: AttributeValue | undefined): void {
    this.#close();
    const attachmentId = named !== null && this.#known.has(named) ? named : (this.#unnamed.shift() ?? named);
    const transcript = typeof heard === 'string' && heard.trim() !== '' ? heard : null;
    if (attachmentId !== null) this.parts.push({ kind: 'attachment', part, attachmentId, transcript });
  }

  finish(): readonly MessagePart[] {
    this.#close();
    return this.parts;
  }

  #close(): void {
    if (this.#open !== null) this.parts.push({ kind: 'text', ...this.#open });
    this.#open = null;
  }
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
    ...rest.map((attachmentId, index) => ({
      kind: 'attachment' as const,
      part: parts.length + index,
      attachmentId,
      transcript: null,
    })),
  ];
}

/** Parts are bubbles of their own, so they stand on lines of their own; a picture within a part breaks no line. */
function wordsOf(parts: readonly MessagePart[]): string | null {
  let words: string | null = null;
  let last = -1;
  for (const part of parts) {
    if (part.kind !== 'text') continue;
    words = words === null ? part.text : `${words}${part.part === last ? '' : '\n'}${part.text}`;
    last = part.part;
  }
  return words;
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
