import { escapeHtml, pathUrl, safeUrl } from '../messages/html/escape.ts';
import type { WritableBlock, WritableNote, WritableSpan } from './writable-note.ts';

/** One note as a page that needs nothing else; pictures lie beside it. Nothing of the phone's can become a part of the page. */

const STYLE = `body{font:16px/1.5 -apple-system,"Segoe UI",Roboto,sans-serif;max-width:720px;margin:32px auto;padding:0 16px;color:#1d1d1f;background:#fff;overflow-wrap:anywhere}
h1,h2,h3{line-height:1.25}p{margin:0;min-height:1.5em;white-space:pre-wrap}pre{white-space:pre-wrap;background:#f5f5f7;padding:8px 12px}
ul,ol{margin:0;padding-left:28px}ul.check{list-style:none;padding-left:4px}ul.dash{list-style:"– "}
table{border-collapse:collapse;margin:8px 0}td{border:1px solid #c7c7cc;padding:4px 8px;white-space:pre-wrap;vertical-align:top}
img{max-width:100%}blockquote{margin:0;border-left:3px solid #c7c7cc;padding-left:12px}.about,.remark{color:#6e6e73;font-size:13px}
@media (prefers-color-scheme:dark){body{color:#f5f5f7;background:#1c1c1e}pre{background:#2c2c2e}td{border-color:#48484a}}`;
const LIST_TAGS = { dotted: 'ul', dashed: 'ul', numbered: 'ol', checklist: 'ul' } as const;
const LIST_CLASSES = { dotted: '', dashed: ' class="dash"', numbered: '', checklist: ' class="check"' } as const;
const HEADINGS = { title: 'h1', heading: 'h2', subheading: 'h3' } as const;
const PICTURE = /\.(jpe?g|png|gif|webp|heic|bmp|tiff?)$/i;

export function noteHtml(note: WritableNote): string {
  const title = escapeHtml(note.title);
  const about = note.about.length === 0 ? '' : `<p class="about">${escapeHtml(note.about.join(' · '))}</p>\n`;
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
${about}${blocksHtml(note.blocks)}</body>
</html>
`;
}

function blocksHtml(blocks: readonly WritableBlock[]): string {
  const out: string[] = [];
  /** Open lists, outermost first. */
  const open: ('ul' | 'ol')[] = [];
  let kind: string | null = null;
  const close = (depth: number): void => {
    while (open.length > depth) out.push(`</${open.pop()}>\n`);
  };
  for (const block of blocks) {
    if (block.type !== 'item') {
      close(0);
      kind = null;
      out.push(blockHtml(block));
      continue;
    }
    // A list of another kind in the same depth is another list.
    if (kind !== block.kind) close(block.indent);
    close(block.indent + 1);
    while (open.length <= block.indent) {
      open.push(LIST_TAGS[block.kind]);
      out.push(`<${LIST_TAGS[block.kind]}${LIST_CLASSES[block.kind]}>\n`);
    }
    kind = block.kind;
    const box =
      block.kind === 'checklist' ? `<input type="checkbox" disabled${block.isChecked ? ' checked' : ''}> ` : '';
    out.push(`<li>${box}${spansHtml(block.spans)}</li>\n`);
  }
  close(0);
  return out.join('');
}

function blockHtml(block: Exclude<WritableBlock, { type: 'item' }>): string {
  switch (block.type) {
    case 'heading':
      return `<${HEADINGS[block.kind]}>${spansHtml(block.spans)}</${HEADINGS[block.kind]}>\n`;
    case 'code':
      return `<pre>${escapeHtml(block.lines.join('\n'))}</pre>\n`;
    case 'table': {
      const rows = block.rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>\n`);
      return `<table>\n${rows.join('')}</table>\n`;
    }
    case 'file': {
      const url = escapeHtml(pathUrl(block.path));
      const name = escapeHtml(block.name);
      const shown = PICTURE.test(block.path) ? `<img src="${url}" alt="${name}">` : name;
      return `<p><a href="${url}">${shown}</a></p>\n`;
    }
    case 'remark':
      return `<p class="remark">${escapeHtml(block.text)}</p>\n`;
    case 'text': {
      const line = `<p>${spansHtml(block.spans)}</p>\n`;
      return block.isQuote ? `<blockquote>${line}</blockquote>\n` : line;
    }
  }
}

function spansHtml(spans: readonly WritableSpan[]): string {
  return spans.map(spanHtml).join('');
}

function spanHtml(span: WritableSpan): string {
  let html = escapeHtml(span.text);
  if (span.isBold) html = `<b>${html}</b>`;
  if (span.isItalic) html = `<i>${html}</i>`;
  if (span.isUnderlined) html = `<u>${html}</u>`;
  if (span.isStruck) html = `<s>${html}</s>`;
  const url = safeUrl(span.link);
  return url === null ? html : `<a href="${escapeHtml(url)}">${html}</a>`;
}
