/**
 * Content lines as vCard (RFC 2426, RFC 6350) and iCalendar (RFC 5545) have them: CRLF at the end, no more than 75 octets a
 * line, longer ones folded, and a few characters of texts escaped.
 */

const MAX_OCTETS = 75;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A text value; `;` and `,` would separate values. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|\u2028|\u2029|\u0085/g, '\n')
    .replace(CONTROLS, '')
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n');
}

/** An address: nothing of it is escaped, so nothing may be in it that would begin another line. */
export function uriValue(uri: string): string {
  return encodeURI(uri.toWellFormed().trim()).replace(/%25([0-9a-f]{2})/gi, '%$1');
}

/** A parameter's value, quoted where it must be (RFC 6350 3.3; RFC 5545 3.2). */
export function parameterValue(text: string): string {
  const plain = text
    .toWellFormed()
    .replace(CONTROLS, '')
    .replace(/[\n\t]/g, ' ')
    .replaceAll('"', "'");
  return /^[\w.-]+$/.test(plain) ? plain : `"${plain}"`;
}

/** Folds between characters, never within one, and ends the line. */
export function contentLine(name: string, value: string): string {
  const line = `${name}:${value}`;
  if (line.length <= MAX_OCTETS / 4 || Buffer.byteLength(line) <= MAX_OCTETS) return `${line}\r\n`;
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  let octets = 0;
  for (const character of line) {
    const size = sizeOf(character);
    if (octets + size > MAX_OCTETS) {
      parts.push(line.slice(start, at));
      start = at;
      octets = 1; // The space that begins the next line.
    }
    octets += size;
    at += character.length;
  }
  parts.push(line.slice(start));
  return `${parts.join('\r\n ')}\r\n`;
}

/** Octets of one character in UTF-8. */
function sizeOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x1_0000 ? 3 : 4;
}

/** "20260131T235959Z". */
export function utcStamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
