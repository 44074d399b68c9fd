import type { Span } from '../conversations/model.ts';
import { escapeHtml, safeUrl } from './escape.ts';

/** Addresses in plain words. What ends a sentence is no part of them. */
const ADDRESS = /https?:\/\/[^\s<>"'”“«»\p{Cc}]{1,2000}/giu;
const TRAILING = /[.,;:!?)\]}…]+$/u;

/** A message's words: mentions, styles and links, everything else as text. Line breaks are kept by the style sheet. */
export function richText(text: string, spans: readonly Span[]): string {
  let html = '';
  let at = 0;
  for (const span of spans) {
    if (span.start < at || span.start + span.length > text.length) continue;
    html += linked(text.slice(at, span.start));
    html += spanHtml(text.slice(span.start, span.start + span.length), span);
    at = span.start + span.length;
  }
  return html + linked(text.slice(at));
}

function spanHtml(words: string, span: Span): string {
  const url = safeUrl(span.link);
  let html = url === null ? linked(words) : anchor(url, words);
  if (span.isMention) html = `<strong class="mention">${html}</strong>`;
  if (span.isBold) html = `<b>${html}</b>`;
  if (span.isItalic) html = `<i>${html}</i>`;
  if (span.isUnderlined) html = `<u>${html}</u>`;
  return span.isStruckThrough ? `<s>${html}</s>` : html;
}

function linked(words: string): string {
  let html = '';
  let at = 0;
  for (const match of words.matchAll(ADDRESS)) {
    const found = match[0].replace(TRAILING, '');
    const url = safeUrl(found);
    if (url === null) continue;
    html += escapeHtml(words.slice(at, match.index)) + anchor(url, found);
    at = match.index + found.length;
  }
  return html + escapeHtml(words.slice(at));
}

function anchor(url: string, words: string): string {
  return `<a href="${escapeHtml(url)}" rel="noreferrer noopener">${escapeHtml(words)}</a>`;
}
