import { readBinaryPlist } from './binary-reader.ts';
import { writeBinaryPlist } from './binary-writer.ts';
import { badPlist, tooLarge, withDefaults } from './limits.ts';
import type { PlistLimits, PlistValue } from './types.ts';
import { readXmlPlist } from './xml-reader.ts';
import { writeXmlPlist } from './xml-writer.ts';

export {
  arrayAt,
  arrayOf,
  bigintAt,
  boolAt,
  dataAt,
  dateAt,
  dictAt,
  dictOf,
  integerAt,
  isPlistDict,
  numberAt,
  numberOf,
  stringAt,
  stringsAt,
  valueAt,
} from './access.ts';
export { type PlistDict, type PlistLimits, PlistReal, PlistUid, type PlistValue } from './types.ts';

/**
 * Reads a property list, binary (`bplist00`) or XML, told by its first bytes. Data values are views of `bytes`
 * where that saves a copy. Throws `formats/bad-plist` or `formats/plist-too-large`, never anything else.
 */
export function parsePlist(bytes: Uint8Array, limits?: PlistLimits): PlistValue {
  const checked = withDefaults(limits);
  if (bytes.length > checked.maxBytes) throw tooLarge(`${bytes.length} bytes`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.toString('latin1', 0, 8) === 'bplist00') return readBinaryPlist(buffer, checked);
  if (!looksLikeXml(buffer)) throw badPlist('neither binary nor XML');
  return readXmlPlist(buffer, checked);
}

/** A byte-order mark and white space may stand before the first `<`. */
function looksLikeXml(buffer: Buffer): boolean {
  const head = buffer.toString('latin1', 0, 512);
  return /^(?:\u00ef\u00bb\u00bf)?\s*</.test(head) || /^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(head);
}

/** Writes a property list. Throws `formats/unencodable-plist` for what the format cannot hold (a fault of the caller). */
export function encodePlist(value: PlistValue, format: 'xml' | 'binary'): Buffer {
  return format === 'xml' ? writeXmlPlist(value) : writeBinaryPlist(value);
}
