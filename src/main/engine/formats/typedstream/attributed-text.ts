import { isUtf8 } from 'node:buffer';
import { badTypedstream } from './limits.ts';
import { readTypedstream } from './reader.ts';
import { hasClass, isKindOf, TypedObject, type TypedValue } from './types.ts';

/** A value of an attribute. Nested collections (one-time codes and the like) are null: nobody needs them here. */
export type AttributeValue = string | number | Uint8Array | null;

/** A stretch of the text and what is said about it. Both numbers are UTF-16 units, as JavaScript counts. */
export interface AttributedRun {
  readonly start: number;
  readonly length: number;
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

export interface AttributedText {
  readonly text: string;
  /** In order, without gaps; empty when the archive has none. */
  readonly runs: readonly AttributedRun[];
}

const none: ReadonlyMap<string, AttributeValue> = new Map();
/** Each costs an object; a real message has one for each mention, attachment and style. */
const MAX_RUNS = 100_000;

/**
 * An archived NSAttributedString (or NSString). Strict: what does not follow the format to its end throws
 * `formats/bad-typedstream`; see `salvageText` for what can be had then.
 */
export function readAttributedText(bytes: Uint8Array): AttributedText {
  const groups = readTypedstream(bytes);
  const root = groups[0]?.values[0];
  if (!(root instanceof TypedObject)) throw badTypedstream('no object in it');
  if (hasClass(root, 'NSString')) return { text: stringOf(root), runs: [] };
  if (!hasClass(root, 'NSAttributedString')) throw badTypedstream('no attributed string');
  const string = root.groups[0]?.values[0] ?? null;
  if (!isKindOf(string, 'NSString')) throw badTypedstream('an attributed string without a string');
  const text = stringOf(string);
  return { text, runs: readRuns(root, text.length) };
}

/**
 * Runs are two integers, the number of a set of attributes and a length; the first time a number appears, the set itself
 * follows as a dictionary.
 */
function readRuns(root: TypedObject, textLength: number): readonly AttributedRun[] {
  const runs: AttributedRun[] = [];
  const sets = new Map<number, ReadonlyMap<string, AttributeValue>>();
  let start = 0;
  for (let index = 1; index < root.groups.length; index += 1) {
    const group = root.groups[index];
    const [number, length] = group?.values ?? [];
    if (group?.types !== 'iI' || typeof number !== 'number' || typeof length !== 'number') {
      throw badTypedstream('a run that is none');
    }
    const following = root.groups[index + 1];
    if (!sets.has(number) && following?.types === '@') {
      sets.set(number, dictionaryOf(following.values[0] ?? null));
      index += 1;
    }
    if (length > textLength - start) throw badTypedstream('attributes beyond the end of the text');
    if (runs.length >= MAX_RUNS) throw badTypedstream('too many runs');
    if (length > 0) runs.push({ start, length, attributes: sets.get(number) ?? none });
    start += length;
  }
  return runs;
}

function dictionaryOf(value: TypedValue): ReadonlyMap<string, AttributeValue> {
  if (!isKindOf(value, 'NSDictionary')) return none;
  const entries = new Map<string, AttributeValue>();
  // A count, then keys and values in turn, each a group of its own.
  for (let index = 1; index + 1 < value.groups.length; index += 2) {
    const key = value.groups[index]?.values[0] ?? null;
    if (isKindOf(key, 'NSString')) entries.set(stringOf(key), attributeOf(value.groups[index + 1]?.values[0] ?? null));
  }
  return entries;
}

function attributeOf(value: TypedValue): AttributeValue {
  if (isKindOf(value, 'NSString')) return stringOf(value);
  if (isKindOf(value, 'NSNumber')) return lastOf(value, (one) => typeof one === 'number');
  if (isKindOf(value, 'NSData')) return lastOf(value, (one) => one instanceof Uint8Array);
  if (isKindOf(value, 'NSURL')) {
    const address = lastOf(value, (one) => isKindOf(one, 'NSString'));
    return isKindOf(address, 'NSString') ? stringOf(address) : null;
  }
  return null;
}

/** NSNumber: its type, then the number; NSData: length, then bytes; NSURL: whether it is relative, then the address. */
function lastOf<T extends TypedValue>(object: TypedObject, is: (value: TypedValue) => value is T): T | null {
  for (let index = object.groups.length - 1; index >= 0; index -= 1) {
    const value = object.groups[index]?.values[0] ?? null;
    if (is(value)) return value;
  }
  return null;
}

/** The UTF-8 bytes of an NSString stand in its first group, "+". */
function stringOf(string: TypedObject): string {
  const group = string.groups[0];
  const bytes = group?.values[0];
  if (group?.types !== '+' || !(bytes instanceof Uint8Array)) throw badTypedstream('a string without a text');
  if (!isUtf8(bytes)) throw badTypedstream('a text that is no UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
