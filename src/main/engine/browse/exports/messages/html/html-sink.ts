import type { Author, Conversation, Entry } from '../conversations/model.ts';
import type { SavedFiles } from '../saved-files.ts';
import { originLine, peopleLine, type Sink, type SinkPlace } from '../sink.ts';
import { TextFile } from '../text-file.ts';
import { entryHtml } from './entry-html.ts';
import { escapeHtml } from './escape.ts';
import { STYLE } from './style.ts';

/** Entries of a page. Browsers get slow with more, above all where there are pictures. */
const PAGE = 2000;
/** After such a pause the author is named again. */
const PAUSE_MS = 60 * 60_000;

/** A conversation as pages that look like one. With `onePage` it is a single page, to be printed. */
export class HtmlSink implements Sink {
  readonly #place: SinkPlace;
  readonly #pageSize: number;
  readonly #isPrinted: boolean;
  #file: TextFile | null = null;
  #page = 0;
  #onPage = 0;
  #ids = new Set<string>();
  #day = '';
  #last: { readonly author: string; readonly atMs: number | null } | null = null;

  constructor(place: SinkPlace, onePage: boolean) {
    this.#place = place;
    this.#isPrinted = onePage;
    this.#pageSize = onePage ? Number.POSITIVE_INFINITY : PAGE;
  }

  async add(entry: Entry, saved: SavedFiles): Promise<void> {
    const { display, conversation } = this.#place;
    if (this.#file === null) await this.#open();
    else if (this.#onPage >= this.#pageSize) {
      await this.#close(true);
      await this.#open();
    }
    const day = display.day(entry.atMs);
    let html = '';
    if (day !== this.#day) {
      html = `<h2 class="day">${escapeHtml(day)}</h2>\n`;
      this.#day = day;
      this.#last = null;
    }
    const isFirst = this.#isFirst(entry);
    const isNamed = entry.author !== 'me' && (conversation.isGroup || entry.author === null);
    html += entryHtml(entry, {
      isFirst,
      isNamed,
      display,
      saved,
      isPrinted: this.#isPrinted,
      isHere: (id) => this.#ids.has(id),
    });
    this.#ids.add(entry.id);
    this.#onPage += 1;
    await this.#file?.write(html);
  }

  async end(): Promise<void> {
    if (this.#file === null) await this.#open();
    await this.#close(false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.[Symbol.asyncDispose]();
  }

  #isFirst(entry: Entry): boolean {
    const author = entry.kind === 'event' ? '' : keyOf(entry.author);
    const last = this.#last;
    this.#last = { author, atMs: entry.atMs };
    return last === null || last.author !== author || (entry.atMs ?? 0) - (last.atMs ?? 0) > PAUSE_MS;
  }

  async #open(): Promise<void> {
    const { folder, parts, conversation, display, signal } = this.#place;
    this.#page += 1;
    this.#onPage = 0;
    this.#ids = new Set();
    this.#day = '';
    this.#last = null;
    this.#file = new TextFile(folder, [...parts, pageName(this.#page)], signal);
    const count = display.count(conversation.length, 'entry', 'entries');
    await this.#file.write(
      `${pageHead(conversation.title)}<header><h1 dir="auto">${escapeHtml(conversation.title)}</h1>
<p dir="auto">${escapeHtml(peopleLine(conversation))}</p><p>${escapeHtml(count)}${this.#page > 1 ? ` · page ${this.#page}` : ''}</p>
${this.#page > 1 ? `<nav><a href="${pageName(this.#page - 1)}">Earlier messages</a></nav>` : ''}</header>\n<main>\n`,
    );
  }

  async #close(isMore: boolean): Promise<void> {
    const { origin, display, conversation } = this.#place;
    const links = [
      this.#page > 1 ? `<a href="${pageName(this.#page - 1)}">Earlier messages</a>` : '',
      isMore ? `<a href="${pageName(this.#page + 1)}">Later messages</a>` : '',
    ].join(' ');
    const empty = this.#onPage === 0 ? '<p class="event">There is nothing in this conversation.</p>\n' : '';
    const nav = links.trim() === '' ? '' : `<nav>${links}</nav>\n`;
    await this.#file?.write(
      `${empty}</main>\n${nav}<footer><p>${escapeHtml(originLine(origin, display))}</p>${foot(conversation)}</footer>\n</body></html>\n`,
    );
    await this.#file?.end();
    this.#file = null;
  }
}

function keyOf(author: Author): string {
  return author === 'me' ? 'me' : (author?.id ?? '?');
}

function pageName(page: number): string {
  return page === 1 ? 'index.html' : `page-${page}.html`;
}

function foot({ app }: Conversation): string {
  return app === 'WhatsApp' ? '<p>WhatsApp’s own events are shown without their details.</p>' : '';
}

/** Nothing of a page may run or be fetched from anywhere: pictures, films and sounds lie beside it. */
export function pageHead(title: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';img-src 'self' file: data:;media-src 'self' file:;style-src 'unsafe-inline';base-uri 'none';form-action 'none'">
<meta name="referrer" content="no-referrer"><title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head>
<body>
`;
}
