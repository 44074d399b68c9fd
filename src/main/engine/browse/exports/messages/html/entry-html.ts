import type { Author, ConversationFile, Entry, Piece, Quote } from '../conversations/model.ts';
import { absence, authorName, type Display, shownAs } from '../display.ts';
import type { SavedFiles } from '../saved-files.ts';
import { anchorOf, escapeHtml, pathUrl, safeUrl } from './escape.ts';
import { richText } from './rich-text.ts';

/** Only an emoji or three: those are shown large, as every message app does. */
const BIG = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;
const MAX_BIG = 40;
/** Shown by browsers that cannot show Apple's pictures. */
const PICTURE =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%22240%22 height=%22150%22%3E%3Crect width=%22240%22 height=%22150%22 rx=%2215%22 fill=%22%238a929c%22/%3E%3Cpath d=%22M70 110l34-42 22 26 14-16 30 32z%22 fill=%22%23fff%22/%3E%3Ccircle cx=%22152%22 cy=%2252%22 r=%2210%22 fill=%22%23fff%22/%3E%3C/svg%3E';

export interface EntryPlace {
  /** Does somebody else begin to write here? */
  readonly isFirst: boolean;
  /** Is the author named? Not the owner, and not in a conversation of two. */
  readonly isNamed: boolean;
  readonly display: Display;
  readonly saved: SavedFiles;
  /** Pictures of a page that is read are fetched when they come into sight; one that is printed needs them all. */
  readonly isPrinted: boolean;
  /** Is this message on the same page? Only then can it be linked to. */
  isHere(id: string): boolean;
}

export function entryHtml(entry: Entry, place: EntryPlace): string {
  const id = anchorOf(entry.id);
  if (entry.kind === 'event') return `<p class="event" id="${id}" dir="auto">${escapeHtml(wordsOf(entry))}</p>\n`;
  const classes = ['entry', ...(entry.author === 'me' ? ['me'] : []), ...(place.isFirst ? ['first'] : [])];
  const parts = [
    place.isNamed && place.isFirst ? `<p class="name" dir="auto">${escapeHtml(authorName(entry.author))}</p>` : '',
    entry.replyTo === null ? '' : quoteHtml(entry.replyTo, place),
    ...entry.pieces.map((piece, index) => pieceHtml(piece, place.saved.of(entry.id, index), place)),
    reactionsHtml(entry),
    earlierHtml(entry, place),
    metaHtml(entry, place),
  ];
  return `<article class="${classes.join(' ')}" id="${id}">${parts.join('')}</article>\n`;
}

function wordsOf({ pieces }: Entry): string {
  return pieces.map((piece) => (piece.kind === 'remark' || piece.kind === 'text' ? piece.text : '')).join(' ');
}

function quoteHtml(quote: Quote, place: EntryPlace): string {
  const who = quote.author === null ? '' : `<b>${escapeHtml(authorName(quote.author))}</b> `;
  const words = escapeHtml(quote.text ?? 'a message that is not there any more');
  const inside = `↩\ufe0e ${who}${words}`;
  return place.isHere(quote.id)
    ? `<a class="quote" dir="auto" href="#${anchorOf(quote.id)}">${inside}</a>`
    : `<span class="quote" dir="auto">${inside}</span>`;
}

function pieceHtml(piece: Piece, paths: readonly string[], place: EntryPlace): string {
  switch (piece.kind) {
    case 'text': {
      const isBig = piece.text.length <= MAX_BIG && BIG.test(piece.text.trim());
      return `<div class="bubble${isBig ? ' big' : ''}" dir="auto">${richText(piece.text, piece.spans)}</div>`;
    }
    case 'remark':
      return `<div class="bubble remark" dir="auto">${escapeHtml(piece.text)}</div>`;
    case 'file':
      return fileHtml(piece.file, paths, place);
    case 'link':
      return linkCard(piece, paths[0], place);
    case 'place': {
      const at = `${piece.latitude.toFixed(5)}, ${piece.longitude.toFixed(5)}`;
      return card(
        piece.name ?? 'Location',
        [at],
        `https://www.openstreetmap.org/?mlat=${piece.latitude}&mlon=${piece.longitude}`,
      );
    }
    case 'contact':
      return card(piece.name ?? 'Contact', ['Contact card'], null, { path: paths[0] });
  }
}

function fileHtml(file: ConversationFile, paths: readonly string[], { display, isPrinted }: EntryPlace): string {
  const size = display.bytes(file.sizeBytes);
  const loading = isPrinted ? '' : ' loading="lazy"';
  const [path] = paths;
  if (path === undefined) {
    const reason = absence(file.state) ?? 'It could not be read from the backup';
    return `<div class="card gone"><b dir="auto">${escapeHtml(file.name)}</b><span>${escapeHtml(reason)}</span></div>`;
  }
  const url = escapeHtml(pathUrl(path));
  const name = escapeHtml(file.name);
  switch (paths.length > 1 ? 'file' : shownAs(file)) {
    case 'image':
      return `<figure class="media${file.isSticker ? ' sticker' : ''}"><a href="${url}"><img src="${url}" alt="${name}"${loading}></a></figure>`;
    case 'apple-image': {
      const type = /\.tiff?$/i.test(path) ? 'image/tiff' : 'image/heic';
      const picture = `<picture><source srcset="${url}" type="${type}"><img src="${PICTURE}" alt="${name}"${loading}></picture>`;
      return `<figure class="media"><a href="${url}">${picture}</a><figcaption dir="auto">${name}</figcaption></figure>`;
    }
    case 'video':
      return `<figure class="media"><video controls preload="metadata" src="${url}"></video><figcaption dir="auto"><a href="${url}">${name}</a></figcaption></figure>`;
    case 'audio':
      return `<figure class="media"><audio controls preload="metadata" src="${url}"></audio><figcaption dir="auto"><a href="${url}">${name}</a></figcaption></figure>`;
    case 'file':
      return paths
        .map((one) =>
          card(
            paths.length > 1 ? one.slice(one.lastIndexOf('/') + 1) : file.name,
            paths.length > 1 ? [] : [size],
            null,
            { path: one },
          ),
        )
        .join('');
  }
}

function linkCard(piece: Piece & { kind: 'link' }, path: string | undefined, { isPrinted }: EntryPlace): string {
  const loading = isPrinted ? '' : ' loading="lazy"';
  const picture = path === undefined ? '' : `<img src="${escapeHtml(pathUrl(path))}" alt=""${loading}>`;
  // Apps put their data into addresses that lead nowhere.
  const url = safeUrl(piece.url) === null ? null : piece.url;
  return card(piece.title ?? url ?? piece.app ?? 'Link', [piece.subtitle, piece.app, url], url, { picture });
}

/** Leads to a safe address, or to a file beside the page; files are offered for saving, as a page among them may hold scripts. */
interface CardExtras {
  readonly path?: string | undefined;
  /** HTML. */
  readonly picture?: string;
}

function card(
  title: string,
  lines: readonly (string | null)[],
  url: string | null,
  { path, picture = '' }: CardExtras = {},
): string {
  const words = lines.filter((line) => line !== null && line !== '' && line !== title);
  const inside = `${picture}<b dir="auto">${escapeHtml(title)}</b>${words.map((line) => `<span dir="auto">${escapeHtml(line ?? '')}</span>`).join('')}`;
  if (path !== undefined) return `<a class="card" href="${escapeHtml(pathUrl(path))}" download>${inside}</a>`;
  const address = safeUrl(url);
  if (address === null) return `<div class="card">${inside}</div>`;
  return `<a class="card" href="${escapeHtml(address)}" rel="noreferrer noopener">${inside}</a>`;
}

function reactionsHtml({ reactions }: Entry): string {
  if (reactions.length === 0) return '';
  const people = new Map<string, Author[]>();
  for (const { emoji, author } of reactions) {
    const key = emoji ?? 'Sticker';
    people.set(key, [...(people.get(key) ?? []), author]);
  }
  const items = [...people].map(([emoji, authors]) => {
    const names = authors.map(authorName).join(', ');
    return `<li dir="auto">${escapeHtml(emoji)} ${escapeHtml(names)}</li>`;
  });
  return `<ul class="taps">${items.join('')}</ul>`;
}

function earlierHtml({ earlier }: Entry, { display }: EntryPlace): string {
  if (earlier.length === 0) return '';
  const items = earlier.map(({ text, atMs }) => {
    const words = text === null ? 'cannot be decoded' : text;
    return `<li dir="auto">${escapeHtml(words)} <small>${escapeHtml(display.moment(atMs))}</small></li>`;
  });
  return `<details class="edits" open><summary>Before it was edited</summary><ol>${items.join('')}</ol></details>`;
}

function metaHtml(entry: Entry, { display }: EntryPlace): string {
  const time = display.time(entry.atMs);
  const facts = [
    time === '' ? '' : `<time datetime="${new Date(entry.atMs ?? 0).toISOString()}">${escapeHtml(time)}</time>`,
    entry.service === null ? '' : escapeHtml(entry.service),
    entry.isEdited ? 'Edited' : '',
    entry.readMs === null ? '' : `Read ${escapeHtml(display.moment(entry.readMs))}`,
    ...entry.marks.map((mark) => `<span class="mark">${escapeHtml(mark)}</span>`),
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? '' : `<p class="meta">${facts.join(' · ')}</p>`;
}
