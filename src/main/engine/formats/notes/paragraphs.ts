import type { NoteRun, NoteText } from './note-text.ts';

export type ParagraphKind =
  | 'title'
  | 'heading'
  | 'subheading'
  | 'body'
  | 'monospaced'
  | 'dotted'
  | 'dashed'
  | 'numbered'
  | 'checklist';

/** A piece of a line that looks the same throughout. */
export interface Span {
  readonly text: string;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  readonly isStruck: boolean;
  readonly link: string | null;
  /** Identifier of what stands here in place of text. */
  readonly attachment: string | null;
}

export interface Paragraph {
  readonly kind: ParagraphKind;
  readonly indent: number;
  readonly isChecked: boolean;
  readonly isQuote: boolean;
  readonly spans: readonly Span[];
}

const KINDS: ReadonlyMap<number, ParagraphKind> = new Map([
  [0, 'title'],
  [1, 'heading'],
  [2, 'subheading'],
  [4, 'monospaced'],
  [100, 'dotted'],
  [101, 'dashed'],
  [102, 'numbered'],
  [103, 'checklist'],
]);

const PLAIN: NoteRun = {
  length: 0,
  style: null,
  indent: 0,
  isChecked: false,
  isQuote: false,
  isBold: false,
  isItalic: false,
  isUnderlined: false,
  isStruck: false,
  link: null,
  attachment: null,
};

/**
 * The lines of a note. Runs that end before the text leave the rest of it plain; what they say beyond its end is ignored.
 * A line is of the kind that its first run says.
 */
export function* paragraphsOf({ text, runs }: NoteText): Iterable<Paragraph> {
  let line: { readonly first: NoteRun; readonly spans: Span[] } | null = null;
  for (const { run, part } of pieces(text, runs)) {
    const lines = part.split('\n');
    for (const [index, words] of lines.entries()) {
      if (index > 0) {
        yield paragraphOf(line?.first ?? run, line?.spans ?? []);
        line = null;
      }
      // What follows the last line break of a run belongs to the next one, unless there is something.
      if (words === '' && index === lines.length - 1) continue;
      line ??= { first: run, spans: [] };
      if (words !== '') line.spans.push(spanOf(run, words));
    }
  }
  if (line !== null) yield paragraphOf(line.first, line.spans);
}

function* pieces(text: string, runs: readonly NoteRun[]): Iterable<{ readonly run: NoteRun; readonly part: string }> {
  let at = 0;
  for (const run of runs) {
    const end = Math.min(text.length, at + run.length);
    if (end > at) yield { run, part: text.slice(at, end) };
    at = end;
  }
  if (at < text.length) yield { run: PLAIN, part: text.slice(at) };
}

function spanOf(run: NoteRun, text: string): Span {
  const { isBold, isItalic, isUnderlined, isStruck, link } = run;
  return { text, isBold, isItalic, isUnderlined, isStruck, link, attachment: run.attachment?.identifier ?? null };
}

function paragraphOf(run: NoteRun, spans: readonly Span[]): Paragraph {
  const { indent, isChecked, isQuote, style } = run;
  return { kind: KINDS.get(style ?? -1) ?? 'body', indent, isChecked, isQuote, spans };
}
