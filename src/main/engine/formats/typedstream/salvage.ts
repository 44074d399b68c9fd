import { isUtf8 } from 'node:buffer';

/**
 * The text of an attributed string that does not follow the format: the first string after the name of its class. Null
 * when that is cut off or is no UTF-8, for then nothing can be said for certain.
 */
export function salvageText(bytes: Uint8Array): string | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = firstOf(buffer, ['NSString', 'NSMutableString']);
  if (name < 0) return null;
  // The group's encoding is "+", of one byte.
  const plus = buffer.indexOf(Buffer.from([1, PLUS]), name);
  if (plus < 0) return null;
  const length = readLength(buffer, plus + 2);
  if (length === null || length.start + length.value > buffer.length) return null;
  const text = buffer.subarray(length.start, length.start + length.value);
  return isUtf8(text) ? text.toString('utf8') : null;
}

const PLUS = 0x2b;

function firstOf(buffer: Buffer, names: readonly string[]): number {
  const places = names.map((name) => buffer.indexOf(name, 0, 'latin1')).filter((place) => place >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}

function readLength(buffer: Buffer, at: number): { value: number; start: number } | null {
  const head = buffer[at];
  if (head === undefined) return null;
  if (head === 0x81) return at + 3 > buffer.length ? null : { value: buffer.readUInt16LE(at + 1), start: at + 3 };
  if (head === 0x82) return at + 5 > buffer.length ? null : { value: buffer.readUInt32LE(at + 1), start: at + 5 };
  return head > 0x82 && head < 0x92 ? null : { value: head, start: at + 1 };
}
