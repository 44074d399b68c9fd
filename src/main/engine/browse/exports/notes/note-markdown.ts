import { pathUrl, safeUrl } from '../messages/html/escape.ts';
import type { WritableBlock, WritableNote, WritableSpan } from './writable-note.ts';

/** One note as Markdown (CommonMark, with the tables and check boxes of GitHub's). */

const HEADINGS = { title: '#', heading: '##', subheading: '###' } as const;
const PICTURE = /\.(jpe?g|png|gif|webp|heic|bmp|tiff?)$/i;

export function noteMarkdown(note: WritableNote): string {
  const out: string[] = [];
  let last: WritableBlock['type'] | null = null;
  for (const [index, block] of note.blocks.entries()) {
    const next = note.blocks[index + 1];
    if (isEmpty(block)) {
      last = null;
      continue;
    }
    // Lines of one list, and lines of text that follow each other, stand without an empty line between them.
    const isJoined = last === block.type && (block.type === 'item' || block.type === 'text');
    if (out.length > 0 && !isJoined) out.push('');
    out.push(...blockLines(block, next?.type === 'text' && !isEmpty(next)));
    last = block.type;
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}

function isEmpty(block: WritableBlock): boolean {
  return block.type === 'text' && block.spans.every(({ text }) => text.trim() === '');
}

function blockLines(block: WritableBlock, isFollowed: boolean): readonly string[] {
  switch (block.type) {
    case 'heading':
      return [`${HEADINGS[block.kind]} ${oneLine(spansText(block.spans)) || '\u00a0'}`];
    case 'code':
      return codeLines(block.lines);
    case 'item': {
      const mark = { dotted: '-', dashed: '-', numbered: '1.', checklist: block.isChecked ? '- [x]' : '- [ ]' };
      return [`${'    '.repeat(block.indent)}${mark[block.kind]} ${oneLine(spansText(block.spans))}`];
    }
    case 'table':
      return tableLines(block.rows);
    case 'file': {
      const url = pathUrl(block.path).replace(/[()]/g, (one) => (one === '(' ? '%28' : '%29'));
      return [`${PICTURE.test(block.path) ? '!' : ''}[${escaped(oneLine(block.name))}](${url})`];
    }
    case 'remark':
      return [`*${escaped(oneLine(block.text))}*`];
    case 'text': {
      const line = lineStart(oneLine(spansText(block.spans)).trimStart());
      // Two spaces at the end keep the line break.
      return [`${block.isQuote ? '> ' : ''}${line}${isFollowed ? '  ' : ''}`];
    }
  }
}

/** The fence is longer than any that stands in the text. */
function codeLines(lines: readonly string[]): readonly string[] {
  const longest = lines.reduce((most, line) => Math.max(most, /^\s*(`+)/.exec(line)?.[1]?.length ?? 0), 2);
  const fence = '`'.repeat(longest + 1);
  return [fence, ...lines.map(oneLine), fence];
}

function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const [head, ...others] = rows;
  if (head === undefined || head.length === 0) return [''];
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .map((cell) =>
        escaped(cell)
          .replace(/\r\n?|[\n\u2028]/g, '<br>')
          .replaceAll('|', '\\|'),
      )
      .join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...others.map(line)];
}

function spansText(spans: readonly WritableSpan[]): string {
  return spans.map(spanText).join('');
}

/** Marks must touch the words they stand around, so blanks at the ends go outside. */
function spanText(span: WritableSpan): string {
  const words = span.text.trim();
  if (words === '') return span.text;
  const before = span.text.slice(0, span.text.length - span.text.trimStart().length);
  const after = span.text.slice(span.text.trimEnd().length);
  let text = escaped(words);
  if (span.isBold) text = `**${text}**`;
  if (span.isItalic) text = `*${text}*`;
  if (span.isStruck) text = `~~${text}~~`;
  if (span.isUnderlined) text = `<u>${text}</u>`;
  const url = safeUrl(span.link);
  if (url !== null)
    text = `[${text}](${url
      .replace(/[()\s<>]/g, encodeURIComponent)
      .replace(/\(/g, '%28')
      .replace(/\)/g, '%29')})`;
  return `${before}${text}${after}`;
}

function escaped(text: string): string {
  return text.toWellFormed().replace(/[\\`*_[\]<>~&]/g, '\\$&');
}

/** What would make a line a heading, a list or a rule. */
function lineStart(line: string): string {
  return line.replace(/^([#+=-])/, '\\$1').replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}

function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\r\n\u2028\u2029]+/g, ' ');
}
