/** Every text of a phone goes through here: nothing in it can become a part of the page. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text between tags and for attributes in quotes. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(UNFIT, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const SAFE_SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const MAX_URL = 4000;

/** The address when it is of a kind that only opens something; else null, and it is shown as text. */
export function safeUrl(url: string | null): string | null {
  if (url === null || url.length > MAX_URL) return null;
  const parsed = URL.parse(url.trim());
  return parsed !== null && SAFE_SCHEMES.has(parsed.protocol) ? parsed.href : null;
}

/** A path of a file beside the page, as an address. */
export function pathUrl(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** An anchor's name from an id of the phone. */
export function anchorOf(id: string): string {
  return `m-${encodeURIComponent(id).replace(/[^A-Za-z0-9_-]/g, '_')}`;
}
