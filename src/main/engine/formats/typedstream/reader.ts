import { isUtf8 } from 'node:buffer';
import { parseEncoding, type TypeCode } from './encodings.ts';
import { badTypedstream, MAX_DEPTH, MAX_STREAM_BYTES, MAX_VALUES } from './limits.ts';
import { type TypedClass, type TypedGroup, TypedObject, type TypedValue } from './types.ts';

/**
 * Apple's typedstream, the format of NSArchiver: what NeXT's machines wrote in 1988 and Messages still writes. It has two
 * tables, one of strings (type encodings, class names) and one of objects (also classes and C strings); what stood there
 * once is referred to by number. Layout: the reference's section 4.2; public descriptions of the format agree.
 *
 * Everything is checked where it is read: lengths against the bytes that are left, references against the tables, depth
 * and the number of values against limits.
 */

const INT16 = 0x81;
const INT32 = 0x82;
const FLOAT = 0x83;
const NEW = 0x84;
const NIL = 0x85;
const END = 0x86;
const INT64 = 0x87;
/** Signed bytes below this are heads (some of them unused), no numbers. References count from here. */
const FIRST_NUMBER = -110;
const STREAM_VERSION = 4;
const MAX_CLASS_CHAIN = 32;

interface SharedString {
  readonly bytes: Buffer;
  /** Made when first used. */
  text: string | undefined;
  codes: readonly TypeCode[] | undefined;
}

/** All groups of the stream; almost always one with one object. Throws `formats/bad-typedstream`, never anything else. */
export function readTypedstream(bytes: Uint8Array): readonly TypedGroup[] {
  if (bytes.length > MAX_STREAM_BYTES) throw badTypedstream(`${bytes.length} bytes`);
  return new TypedstreamReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).readAll();
}

class TypedstreamReader {
  readonly #bytes: Buffer;
  #at = 0;
  #isLittleEndian = true;
  #values = 0;
  readonly #strings: SharedString[] = [];
  readonly #objects: (TypedObject | TypedClass | string)[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  readAll(): readonly TypedGroup[] {
    this.#readHeader();
    const groups: TypedGroup[] = [];
    while (this.#at < this.#bytes.length) groups.push(this.#group(0));
    if (groups.length === 0) throw badTypedstream('nothing in it');
    return groups;
  }

  #readHeader(): void {
    const version = this.#byte();
    const length = this.#byte();
    const signature = this.#take(length).toString('latin1');
    if (version !== STREAM_VERSION || (signature !== 'streamtyped' && signature !== 'typedstream')) {
      throw badTypedstream('not a typedstream');
    }
    this.#isLittleEndian = signature === 'streamtyped';
    // Of the system that wrote it: 1000 since NeXTSTEP 3. It says nothing that reading depends on.
    this.#integer(this.#byte(), true);
  }

  #group(depth: number): TypedGroup {
    const encoding = this.#sharedString(this.#byte());
    if (encoding === null) throw badTypedstream('a group without types');
    encoding.codes ??= parseEncoding(textOf(encoding));
    const values = encoding.codes.map((code) => this.#value(code, depth));
    return { types: textOf(encoding), values };
  }

  #value(code: TypeCode, depth: number): TypedValue {
    this.#values += 1;
    if (this.#values > MAX_VALUES) throw badTypedstream('too many values');
    switch (code.kind) {
      case 'object':
        return this.#object(depth);
      case 'bytes':
        return this.#take(this.#integer(this.#byte(), false));
      case 'c-string':
        return this.#cString();
      case 'shared-string': {
        const string = this.#sharedString(this.#byte());
        return string === null ? null : textOf(string);
      }
      case 'class':
        return this.#class();
      case 'byte':
        return this.#byte();
      case 'signed-byte':
        return signed(this.#byte());
      case 'integer':
        return this.#integer(this.#byte(), code.isSigned);
      case 'float':
        return this.#float(code.size);
      case 'array':
        return this.#array(code.length, code.of, depth);
      case 'struct':
        return code.members.map((member) => this.#value(member, depth));
    }
  }

  #object(depth: number): TypedObject | null {
    const head = this.#byte();
    if (head === NIL) return null;
    if (head !== NEW) {
      const known = this.#objects[this.#reference(head)];
      if (!(known instanceof TypedObject)) throw badTypedstream('a reference to no object');
      return known;
    }
    if (depth >= MAX_DEPTH) throw badTypedstream('objects nested too deeply');
    const object = new TypedObject();
    this.#objects.push(object);
    object.class = this.#class();
    if (object.class === null) throw badTypedstream('an object without a class');
    while (this.#bytes[this.#at] !== END) object.groups.push(this.#group(depth + 1));
    this.#at += 1;
    return object;
  }

  /** A class names the one above it, and so on up to none. */
  #class(): TypedClass | null {
    const chain: { name: string; version: number; parent: TypedClass | null }[] = [];
    let top: TypedClass | null = null;
    for (;;) {
      const head = this.#byte();
      if (head === NIL) break;
      if (head !== NEW) {
        const known = this.#objects[this.#reference(head)];
        if (known === undefined || typeof known === 'string' || known instanceof TypedObject) {
          throw badTypedstream('a reference to no class');
        }
        top = known;
        break;
      }
      if (chain.length >= MAX_CLASS_CHAIN) throw badTypedstream('too many classes above each other');
      const name = this.#sharedString(this.#byte());
      if (name === null) throw badTypedstream('a class without a name');
      const made = { name: textOf(name), version: this.#integer(this.#byte(), true), parent: null };
      chain.push(made);
      this.#objects.push(made);
    }
    for (let index = chain.length - 1; index >= 0; index -= 1) {
      const one = chain[index];
      if (one === undefined) break;
      one.parent = top;
      top = one;
    }
    return top;
  }

  #cString(): string | null {
    const head = this.#byte();
    if (head === NIL) return null;
    if (head !== NEW) {
      const known = this.#objects[this.#reference(head)];
      if (typeof known !== 'string') throw badTypedstream('a reference to no C string');
      return known;
    }
    const string = this.#sharedString(this.#byte());
    if (string === null) return null;
    const text = textOf(string);
    this.#objects.push(text);
    return text;
  }

  #sharedString(head: number): SharedString | null {
    if (head === NIL) return null;
    if (head !== NEW) {
      const known = this.#strings[this.#reference(head)];
      if (known === undefined) throw badTypedstream('a reference to no string');
      return known;
    }
    const made: SharedString = {
      bytes: this.#take(this.#integer(this.#byte(), false)),
      text: undefined,
      codes: undefined,
    };
    this.#strings.push(made);
    return made;
  }

  #array(length: number, of: TypeCode, depth: number): TypedValue {
    if (of.kind === 'byte' || of.kind === 'signed-byte') return this.#take(length);
    if (length > MAX_VALUES) throw badTypedstream('too many values');
    const values: TypedValue[] = [];
    for (let index = 0; index < length; index += 1) values.push(this.#value(of, depth));
    return values;
  }

  #float(size: 4 | 8): number {
    const head = this.#byte();
    if (head !== FLOAT) return this.#integer(head, true);
    const bytes = this.#take(size);
    if (size === 4) return this.#isLittleEndian ? bytes.readFloatLE() : bytes.readFloatBE();
    return this.#isLittleEndian ? bytes.readDoubleLE() : bytes.readDoubleBE();
  }

  #integer(head: number, isSigned: boolean): number {
    if (head === INT16) {
      const bytes = this.#take(2);
      const value = this.#isLittleEndian ? bytes.readUInt16LE() : bytes.readUInt16BE();
      return isSigned ? (value << 16) >> 16 : value;
    }
    if (head === INT32) {
      const bytes = this.#take(4);
      const value = this.#isLittleEndian ? bytes.readUInt32LE() : bytes.readUInt32BE();
      return isSigned ? value | 0 : value;
    }
    if (head === INT64) {
      const bytes = this.#take(8);
      // Beyond 2^53 inexact; no length, reference or attribute is nearly as large.
      const value = this.#isLittleEndian ? bytes.readBigInt64LE() : bytes.readBigInt64BE();
      return Number(isSigned ? value : BigInt.asUintN(64, value));
    }
    const value = signed(head);
    if (value < FIRST_NUMBER) throw badTypedstream('a mark where a number must be');
    return isSigned ? value : head;
  }

  #reference(head: number): number {
    return this.#integer(head, true) - FIRST_NUMBER;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw badTypedstream('it ends too early');
    this.#at += 1;
    return byte;
  }

  /** A slice, no copy. */
  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw badTypedstream('it ends too early');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** Class names and encodings are ASCII. */
function textOf(string: SharedString): string {
  string.text ??= isUtf8(string.bytes) ? string.bytes.toString('utf8') : string.bytes.toString('latin1');
  return string.text;
}
