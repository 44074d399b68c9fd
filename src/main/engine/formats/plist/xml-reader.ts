import { badPlist, type CheckedLimits, tooLarge } from './limits.ts';
import { PlistReal, PlistUid, type PlistValue } from './types.ts';

/**
 * Reads an XML property list. There is no general XML parser on purpose: the format has twelve element names, and
 * what makes XML dangerous (document types with entities, external references) does not exist here. The usual DOCTYPE
 * line is skipped; one with an internal subset is refused.
 *
 * Raw control characters, which phones send in device and app names, become spaces, as libimobiledevice does it.
 */
export function readXmlPlist(bytes: Buffer, limits: CheckedLimits): PlistValue {
  return new XmlReader(decode(bytes), limits).read();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point
const RAW_CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  // The only other encoding seen is UTF-16 with a byte-order mark (Windows editors).
  if (first === 0xff && second === 0xfe) return bytes.toString('utf16le', 2);
  if (first === 0xfe && second === 0xff) {
    return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString('utf16le');
  }
  return bytes.toString('utf8');
}

interface Open {
  readonly name: 'array' | 'dict';
  readonly items: PlistValue[];
  readonly entries: Record<string, PlistValue>;
  key: string | null;
}

interface Tag {
  readonly name: string;
  readonly closing: boolean;
  readonly empty: boolean;
}

class XmlReader {
  readonly #text: string;
  readonly #limits: CheckedLimits;
  #at = 0;
  #objects = 0;

  constructor(text: string, limits: CheckedLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  read(): PlistValue {
    const start = this.#nextTag();
    if (start.name !== 'plist' || start.closing || start.empty) throw badPlist('no <plist> element');
    const value = this.#tree();
    const end = this.#nextTag();
    if (end.name !== 'plist' || !end.closing) throw badPlist('more than one value');
    return value;
  }

  /** One value. Keeps its own stack, so that depth costs no recursion. */
  #tree(): PlistValue {
    const stack: Open[] = [];
    for (;;) {
      const tag = this.#nextTag();
      const top = stack.at(-1);
      let value: PlistValue;
      if (tag.closing) {
        if (top === undefined || tag.name !== top.name) throw badPlist(`</${tag.name}> closes nothing`);
        if (top.key !== null) throw badPlist('a key without a value');
        stack.pop();
        value = top.name === 'array' ? top.items : asUid(top.entries);
      } else if (tag.name === 'key') {
        if (top?.name !== 'dict' || top.key !== null) throw badPlist('a key where none may stand');
        top.key = tag.empty ? '' : this.#content('key');
        continue;
      } else {
        this.#objects += 1;
        if (this.#objects > this.#limits.maxObjects) throw tooLarge('too many objects');
        if (top?.name === 'dict' && top.key === null) throw badPlist('a value without a key');
        if (tag.name === 'array' || tag.name === 'dict') {
          if (stack.length === this.#limits.maxDepth) throw badPlist('nested too deeply');
          const open: Open = { name: tag.name, items: [], entries: Object.create(null), key: null };
          if (!tag.empty) {
            stack.push(open);
            continue;
          }
          value = tag.name === 'array' ? open.items : open.entries;
        } else {
          value = this.#scalar(tag);
        }
      }
      const parent = stack.at(-1);
      if (parent === undefined) return value;
      if (parent.name === 'array') parent.items.push(value);
      else if (parent.key !== null) parent.entries[parent.key] = value;
      parent.key = null;
    }
  }

  #scalar({ name, empty }: Tag): PlistValue {
    if (name === 'true' || name === 'false') {
      if (!empty && this.#content(name).trim() !== '') throw badPlist('text inside a boolean');
      return name === 'true';
    }
    const text = empty ? '' : this.#content(name);
    switch (name) {
      case 'string':
        return text;
      case 'data':
        return readData(text);
      case 'integer':
        return readInteger(text.trim());
      case 'real':
        return readReal(text.trim());
      case 'date':
        return readDate(text.trim());
      default:
        throw badPlist(`<${name.slice(0, 40)}> is no plist element`);
    }
  }

  /** The next tag that is no comment, declaration or instruction; only white space may stand before it. */
  #nextTag(): Tag {
    const text = this.#text;
    for (;;) {
      const open = text.indexOf('<', this.#at);
      if (open === -1) throw badPlist('it ends in the middle');
      for (let at = this.#at; at < open; at += 1) {
        const code = text.charCodeAt(at);
        if (code > 0x20 && code !== 0xfeff) throw badPlist('text outside of an element');
      }
      if (text.startsWith('<!--', open)) this.#at = this.#after('-->', open + 4);
      else if (text.startsWith('<?', open)) this.#at = this.#after('?>', open + 2);
      else if (text.startsWith('<!', open)) {
        this.#at = this.#after('>', open + 2);
        if (text.slice(open, this.#at).includes('[')) throw badPlist('a document type with its own definitions');
      } else return this.#tag(open);
    }
  }

  #tag(open: number): Tag {
    const text = this.#text;
    this.#at = this.#after('>', open + 1);
    const closing = text.charCodeAt(open + 1) === 0x2f;
    const empty = text.charCodeAt(this.#at - 2) === 0x2f;
    const start = closing ? open + 2 : open + 1;
    let end = start;
    // Names are a–z; attributes such as plist's version follow after white space and are ignored.
    while (isLowerCase(text.charCodeAt(end))) end += 1;
    const rest = text.charCodeAt(end);
    if (end === start || (rest > 0x20 && rest !== 0x2f && rest !== 0x3e))
      throw badPlist('an element without a plain name');
    return { name: text.slice(start, end), closing, empty };
  }

  /** The text up to the closing tag of `name`, which is consumed. */
  #content(name: string): string {
    const text = this.#text;
    let content = '';
    for (;;) {
      const open = text.indexOf('<', this.#at);
      if (open === -1) throw badPlist('it ends in the middle');
      content += plainText(text.slice(this.#at, open));
      if (text.startsWith('<![CDATA[', open)) {
        this.#at = this.#after(']]>', open + 9);
        content += text.slice(open + 9, this.#at - 3).replace(RAW_CONTROL, ' ');
      } else if (text.startsWith('<!--', open)) {
        this.#at = this.#after('-->', open + 4);
      } else {
        const tag = this.#tag(open);
        if (!tag.closing || tag.name !== name) throw badPlist(`<${tag.name.slice(0, 40)}> inside <${name}>`);
        return content;
      }
    }
  }

  #after(mark: string, from: number): number {
    const found = this.#text.indexOf(mark, from);
    if (found === -1) throw badPlist('it ends in the middle');
    return found + mark.length;
  }
}

function isLowerCase(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

const ENTITY = /&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,8})|([a-z]{2,4}));|&/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plainText(raw: string): string {
  const text = raw.replace(RAW_CONTROL, ' ');
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
    if (decimal !== undefined) return character(Number.parseInt(decimal, 10));
    if (hex !== undefined) return character(Number.parseInt(hex, 16));
    const known = name === undefined ? undefined : NAMED[name];
    if (known === undefined) throw badPlist(`the entity ${whole} is not known`);
    return known;
  });
}

function character(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  return String.fromCodePoint(code).replace(RAW_CONTROL, ' ');
}

function asUid(entries: Record<string, PlistValue>): PlistValue {
  const uid = entries['CF$UID'];
  const isUid = typeof uid === 'number' && uid >= 0 && uid <= 0xffff_ffff && Object.keys(entries).length === 1;
  return isUid ? new PlistUid(uid) : entries;
}

function readData(text: string): Uint8Array {
  if (/[^A-Za-z0-9+/=\s]/.test(text)) throw badPlist('data that is no base64');
  return Buffer.from(text, 'base64');
}

function readInteger(text: string): number | bigint {
  const match = /^([+-]?)(\d{1,40}|0[xX][0-9a-fA-F]{1,32})$/.exec(text);
  if (match === null) throw badPlist('an integer that is no integer');
  const magnitude = BigInt(match[2] ?? '0');
  const value = match[1] === '-' ? -magnitude : magnitude;
  if (BigInt.asIntN(128, value) !== value) throw badPlist('an integer beyond 128 bits');
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

function readReal(text: string): PlistReal {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return new PlistReal(Number(text));
  switch (text.toLowerCase()) {
    case 'nan':
      return new PlistReal(Number.NaN);
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return new PlistReal(Infinity);
    case '-inf':
    case '-infinity':
      return new PlistReal(-Infinity);
    default:
      throw badPlist('a real that is no number');
  }
}

function readDate(text: string): Date {
  const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) ? new Date(text) : null;
  if (date === null || Number.isNaN(date.getTime())) throw badPlist('a date that is no date');
  return date;
}
