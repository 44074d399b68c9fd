/**
 * Words as the search index knows them. SQLite's tokenizer folds case and accents of all scripts, but takes a run of
 * Chinese, Japanese, Thai … for one word: so each character of a script without spaces stands for itself, and what was
 * typed of it has to stand in that order.
 */

const NO_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\u30fc]/u;
const CHARACTER = new RegExp(`(${NO_SPACES.source})`, 'gu');
/** What the tokenizer takes as part of a word; emoji are words too. */
const WORD = /[\p{L}\p{N}\p{M}\p{Co}\p{Extended_Pictographic}\u30fc]+/gu;
const EMOJI = /(\p{Extended_Pictographic})/gu;
/** Nobody types more; what is pasted beyond is left out. */
const MAX_WORDS = 32;
const MAX_WORD = 64;

/** The text in the form that is given to the index. */
export function indexedForm(text: string): string {
  return text.normalize('NFC').replace(CHARACTER, ' $1 ').replace(EMOJI, ' $1 ');
}

/**
 * What was typed as a query of FTS5: all words, the last one as a beginning; words between quotation marks in that order.
 * Null when there is no word in it. Nothing of what was typed is read as FTS5's own language.
 */
export function matchExpression(typed: string): string | null {
  const parts: string[] = [];
  let count = 0;
  const pieces = typed.normalize('NFC').split('"');
  for (const [index, piece] of pieces.entries()) {
    const isQuoted = index % 2 === 1 && index < pieces.length - 1;
    const words = piece.match(WORD) ?? [];
    const phrases = isQuoted ? [words] : words.map((word) => [word]);
    for (const phrase of phrases) {
      const tokens = phrase.flatMap((word) => tokensOf(word));
      if (tokens.length === 0 || count + tokens.length > MAX_WORDS) continue;
      count += tokens.length;
      parts.push(`"${tokens.join(' ')}"${isQuoted ? '' : '*'}`);
    }
  }
  return parts.length === 0 ? null : parts.join(' AND ');
}

function tokensOf(word: string): string[] {
  return indexedForm(word)
    .split(' ')
    .filter((token) => token !== '')
    .map((token) => [...token].slice(0, MAX_WORD).join(''));
}

/** Where the words that were typed stand in a text, in UTF-16 units, first ones first; approximately as the index finds them. */
export function highlights(text: string, typed: string, limit = 16): Array<readonly [start: number, end: number]> {
  const words = (typed.normalize('NFC').match(WORD) ?? []).slice(0, MAX_WORDS);
  if (words.length === 0) return [];
  const folded = words.map((word) => fold(word)).filter((word) => word !== '');
  const found: Array<readonly [number, number]> = [];
  for (const match of text.matchAll(WORD)) {
    if (found.length >= limit) break;
    const place = foldWithPlaces(match[0]);
    for (const word of folded) {
      const at = NO_SPACES.test(word) ? place.text.indexOf(word) : place.text.startsWith(word) ? 0 : -1;
      if (at < 0) continue;
      const start = place.starts[at] ?? 0;
      const end = place.starts[at + word.length] ?? match[0].length;
      found.push([match.index + start, match.index + end]);
      break;
    }
  }
  return found;
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function foldWithPlaces(text: string): { readonly text: string; readonly starts: readonly number[] } {
  let folded = '';
  const starts: number[] = [];
  let at = 0;
  for (const character of text) {
    const part = fold(character);
    for (let unit = 0; unit < part.length; unit += 1) starts.push(at);
    folded += part;
    at += character.length;
  }
  return { text: folded, starts };
}

/** Characters before and after the first word that was found. */
const BEFORE = 40;
const LENGTH = 160;

export interface Snippet {
  readonly text: string;
  readonly marks: ReadonlyArray<readonly [start: number, end: number]>;
}

/** A piece of the text around the first word that was found, in one line. */
export function snippetOf(text: string, typed: string): Snippet {
  const [first] = highlights(text, typed, 1);
  let start = Math.max(0, (first?.[0] ?? 0) - BEFORE);
  let end = Math.min(text.length, start + LENGTH);
  // Not in the middle of a character.
  if (start > 0 && isLowSurrogate(text, start)) start -= 1;
  if (end < text.length && isLowSurrogate(text, end)) end -= 1;
  const cut = text.slice(start, end).replace(/\s/g, ' ');
  const line = `${start > 0 ? '…' : ''}${cut}${end < text.length ? '…' : ''}`;
  return { text: line, marks: highlights(line, typed) };
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
