const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
const BREAKS = new Set(['br', 'tr', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
/** Each of them stands on lines of its own. */
const BLOCKS = new Set(['div', 'p', 'ul', 'ol', 'table', 'blockquote']);
const UNSEEN = new Set(['style', 'script', 'head', 'title']);

/**
 * The words of simple HTML, with its line breaks: what a note of old stores says. In one pass, whatever is in it. For
 * reading only: what it gives is no HTML.
 */
export function plainText(html: string): string {
  const out = new Lines();
  const lower = html.toLowerCase();
  for (let at = 0; at < html.length; ) {
    const open = html.indexOf('<', at);
    const end = open === -1 ? -1 : html.indexOf('>', open);
    if (end === -1) {
      out.add(html.slice(at));
      break;
    }
    out.add(html.slice(at, open));
    const tag = /^\/?[a-z0-9]{1,16}/i.exec(html.slice(open + 1, Math.min(end, open + 20)))?.[0].toLowerCase() ?? '';
    at = end + 1;
    if (UNSEEN.has(tag)) {
      const close = lower.indexOf(`</${tag}`, at);
      if (close === -1) break;
      at = close;
    } else if (BREAKS.has(tag)) out.break();
    else if (BLOCKS.has(tag.replace('/', ''))) out.block();
  }
  return out.text();
}

class Lines {
  #lines: string[] = [];
  #line = '';
  /** A line that ends with <br> at the end of a block ends once. */
  #isFresh = true;

  add(html: string): void {
    const words = decoded(html.replace(/[\r\n]+/g, ' '));
    if (words === '') return;
    this.#line += words;
    this.#isFresh = false;
  }

  break(): void {
    this.#lines.push(this.#line);
    this.#line = '';
    this.#isFresh = true;
  }

  block(): void {
    if (!this.#isFresh) this.break();
  }

  text(): string {
    return [...this.#lines, this.#line].join('\n').trim();
  }
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi, (all, decimal, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name.toLowerCase()] ?? all;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code).toWellFormed() : '\ufffd';
  });
}
