/**
 * What bytes are, by the bytes alone: names and declared types in a backup come from strangers. Only what this list knows is
 * shown; HTML, SVG, PDF and all else that could run or load something is never served.
 */

/** So much of the beginning is looked at. */
export const SNIFFED_BYTES = 64;

export type ShownType =
  | 'image/jpeg'
  | 'image/png'
  | 'image/gif'
  | 'image/webp'
  | 'image/heic'
  | 'video/mp4'
  | 'video/quicktime'
  | 'audio/mp4'
  | 'audio/mpeg'
  | 'audio/amr'
  | 'audio/wav'
  | 'audio/x-caf';

const HEIF_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);
const AUDIO_BRANDS = new Set(['M4A ', 'M4B ', 'M4P ']);
const VIDEO_BRANDS = new Set([
  ...['isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'M4V ', 'MSNV', 'dash', 'f4v '],
  ...['3gp4', '3gp5', '3gp6', '3g2a', 'mmp4'],
]);
/** First atoms of QuickTime files that have no `ftyp`. */
const QUICKTIME_ATOMS = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);

/** Null: not to be shown. */
export function sniff(head: Uint8Array): ShownType | null {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, SNIFFED_BYTES)).toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'image/gif';
  if (text.startsWith('RIFF')) {
    if (text.slice(8, 12) === 'WEBP') return 'image/webp';
    return text.slice(8, 12) === 'WAVE' ? 'audio/wav' : null;
  }
  if (text.startsWith('#!AMR')) return 'audio/amr';
  if (text.startsWith('caff\x00\x01')) return 'audio/x-caf';
  if (text.startsWith('ID3')) return 'audio/mpeg';
  if (isMpegAudio(head)) return 'audio/mpeg';
  return ofBoxes(text);
}

/** ISO base media and QuickTime: a length, then the name of the first box. */
function ofBoxes(text: string): ShownType | null {
  const name = text.slice(4, 8);
  if (name !== 'ftyp') return QUICKTIME_ATOMS.has(name) ? 'video/quicktime' : null;
  const brand = text.slice(8, 12);
  if (HEIF_BRANDS.has(brand)) return 'image/heic';
  if (AUDIO_BRANDS.has(brand)) return 'audio/mp4';
  if (brand === 'qt  ') return 'video/quicktime';
  return VIDEO_BRANDS.has(brand) ? 'video/mp4' : null;
}

/** A frame of MPEG audio, layer 3, of a bit rate and a sample rate that exist. */
function isMpegAudio(head: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = head;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return false;
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  const rate = third >> 4;
  return version !== 1 && layer === 1 && rate !== 0 && rate !== 15 && ((third >> 2) & 3) !== 3;
}

export function isPicture(type: ShownType): boolean {
  return type.startsWith('image/');
}
