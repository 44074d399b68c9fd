import { createHash } from 'node:crypto';

/** Names of the phone as names that every file system takes, as near to the original as that allows. */

const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\\/:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** File systems take 255 bytes or 255 characters; some room for " (2)". */
const MAX_BYTES = 220;
const MAX_EXTENSION = 20;

/** One component: never empty, never "." or "..", without separators, control or direction characters. */
export function safeFileName(name: string): string {
  let safe = name.toWellFormed().replace(FORBIDDEN, '_');
  safe = safe.replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  if (safe === '') return '_';
  if (RESERVED.test(safe)) safe = `_${safe}`;
  return shortened(safe);
}

/** What is too long keeps its beginning, its extension and a few digits that tell it from others. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= MAX_EXTENSION ? name.slice(dot) : '';
  const mark = `~${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  let head = '';
  let bytes = Buffer.byteLength(mark) + Buffer.byteLength(extension);
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_BYTES) break;
    head += character;
  }
  return `${head}${mark}${extension}`;
}

/** The same spelling for names that some disk takes for one: case and the composition of accents do not count. */
export function foldedName(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** `photo.jpg`, `photo (2).jpg`, … */
export function numbered(name: string, number: number): string {
  if (number < 2) return name;
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)} (${number})${name.slice(dot)}` : `${name} (${number})`;
}
