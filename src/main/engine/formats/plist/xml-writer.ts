import { isPlistDict } from './access.ts';
import { MAX_WRITE_DEPTH, unencodable } from './limits.ts';
import { type PlistDict, PlistReal, PlistUid, type PlistValue } from './types.ts';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
  '<plist version="1.0">\n';

/** Parts are joined now and then, so that a plist of many values is no list of millions of strings. */
const JOIN_PARTS = 8192;

/**
 * Writes an XML property list as Apple does: tabs, keys in the order of the dictionary. Integers stay integers and
 * reals reals (`<real>2.0</real>`). A UID is written as `{CF$UID: n}`, as Apple's converter does.
 */
export function writeXmlPlist(value: PlistValue): Buffer {
  const writer = new XmlWriter();
  writer.value(value, '', 1);
  return writer.finish();
}

class XmlWriter {
  #parts: string[] = [HEAD];
  #text = '';

  value(value: PlistValue, indent: string, depth: number): void {
    if (depth > MAX_WRITE_DEPTH) throw unencodable('nested too deeply, or a value that contains itself');
    if (Array.isArray(value)) this.#array(value as readonly PlistValue[], indent, depth);
    else if (value instanceof PlistUid) this.#dict({ CF$UID: value.value }, indent, depth);
    else if (value instanceof Uint8Array) this.#put(dataElement(value, indent));
    else if (isPlistDict(value)) this.#dict(value, indent, depth);
    else this.#put(`${indent}${scalarElement(value)}\n`);
  }

  #array(values: readonly PlistValue[], indent: string, depth: number): void {
    if (values.length === 0) this.#put(`${indent}<array/>\n`);
    else {
      this.#put(`${indent}<array>\n`);
      for (const value of values) this.value(value, `${indent}\t`, depth + 1);
      this.#put(`${indent}</array>\n`);
    }
  }

  #dict(dict: PlistDict, indent: string, depth: number): void {
    const keys = Object.keys(dict);
    if (keys.length === 0) this.#put(`${indent}<dict/>\n`);
    else {
      this.#put(`${indent}<dict>\n`);
      for (const key of keys) {
        this.#put(`${indent}\t<key>${escapeText(key)}</key>\n`);
        this.value(dict[key] as PlistValue, `${indent}\t`, depth + 1);
      }
      this.#put(`${indent}</dict>\n`);
    }
  }

  #put(part: string): void {
    if (this.#parts.push(part) < JOIN_PARTS) return;
    this.#text += this.#parts.join('');
    this.#parts = [];
  }

  finish(): Buffer {
    return Buffer.from(`${this.#text}${this.#parts.join('')}</plist>\n`);
  }
}

/** Whatever needs care: the markup characters, what XML 1.0 cannot carry, and CR, which readers would turn into LF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point
const NEEDS_CARE = /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point
const UNCARRIED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escapeText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text;
  return text
    .toWellFormed()
    .replace(UNCARRIED, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

function scalarElement(value: PlistValue): string {
  switch (typeof value) {
    case 'string':
      return `<string>${escapeText(value)}</string>`;
    case 'number':
      return Number.isInteger(value) ? `<integer>${BigInt(value)}</integer>` : `<real>${realText(value)}</real>`;
    case 'bigint':
      return `<integer>${value}</integer>`;
    case 'boolean':
      return value ? '<true/>' : '<false/>';
    default:
      if (value instanceof PlistReal) return `<real>${realText(value.value)}</real>`;
      if (value instanceof Date) return `<date>${dateText(value)}</date>`;
      throw unencodable(`${value === null ? 'null' : typeof value} has no place in an XML plist`);
  }
}

/** An integral real keeps its ".0": without it some readers take it for an integer. */
function realText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? '+infinity' : '-infinity';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Whole seconds, as the format has them. */
function dateText(date: Date): string {
  const time = date.getTime();
  const text = Number.isNaN(time) ? '' : new Date(Math.floor(time / 1000) * 1000).toISOString();
  if (text.length !== 24) throw unencodable('a date outside the years 0 to 9999');
  return `${text.slice(0, 19)}Z`;
}

function dataElement(data: Uint8Array, indent: string): string {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  let lines = '';
  // 76 characters less the indent, as Apple writes them; 64 keeps it simple and inside that for real nesting.
  for (let at = 0; at < text.length; at += 64) lines += `${indent}${text.slice(at, at + 64)}\n`;
  return `${indent}<data>\n${lines}${indent}</data>\n`;
}
