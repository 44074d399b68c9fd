import { badTypedstream } from './limits.ts';

/** One type of an encoding as NeXT's compilers wrote it, taken apart. */
export type TypeCode =
  | { readonly kind: 'object' | 'bytes' | 'c-string' | 'shared-string' | 'class' | 'byte' | 'signed-byte' }
  | { readonly kind: 'integer'; readonly isSigned: boolean }
  | { readonly kind: 'float'; readonly size: 4 | 8 }
  | { readonly kind: 'array'; readonly length: number; readonly of: TypeCode }
  | { readonly kind: 'struct'; readonly members: readonly TypeCode[] };

const MAX_ENCODING = 256;
const MAX_NESTING = 8;

const simple: Readonly<Record<string, TypeCode>> = {
  '@': { kind: 'object' },
  '+': { kind: 'bytes' },
  '*': { kind: 'c-string' },
  '%': { kind: 'shared-string' },
  ':': { kind: 'shared-string' },
  '#': { kind: 'class' },
  c: { kind: 'signed-byte' },
  C: { kind: 'byte' },
  B: { kind: 'byte' },
  s: { kind: 'integer', isSigned: true },
  i: { kind: 'integer', isSigned: true },
  l: { kind: 'integer', isSigned: true },
  q: { kind: 'integer', isSigned: true },
  S: { kind: 'integer', isSigned: false },
  I: { kind: 'integer', isSigned: false },
  L: { kind: 'integer', isSigned: false },
  Q: { kind: 'integer', isSigned: false },
  f: { kind: 'float', size: 4 },
  d: { kind: 'float', size: 8 },
};

/** "iI" → two integers; "[12c]" → twelve bytes; "{_NSRange=QQ}" → two integers in one. */
export function parseEncoding(text: string): readonly TypeCode[] {
  if (text === '' || text.length > MAX_ENCODING) throw badTypedstream('a type encoding of no sensible length');
  const cursor = { at: 0 };
  const codes: TypeCode[] = [];
  while (cursor.at < text.length) codes.push(readCode(text, cursor, 0));
  return codes;
}

function readCode(text: string, cursor: { at: number }, depth: number): TypeCode {
  if (depth > MAX_NESTING) throw badTypedstream('types nested too deeply');
  const head = text[cursor.at] ?? '';
  cursor.at += 1;
  const known = Object.hasOwn(simple, head) ? simple[head] : undefined;
  if (known !== undefined) return known;
  if (head === '[') return readArray(text, cursor, depth);
  if (head === '{') return readStruct(text, cursor, depth);
  throw badTypedstream('an unknown type');
}

function readArray(text: string, cursor: { at: number }, depth: number): TypeCode {
  const digits = /^\d{1,9}/.exec(text.slice(cursor.at, cursor.at + 10))?.[0];
  if (digits === undefined) throw badTypedstream('an array without a length');
  cursor.at += digits.length;
  const of = readCode(text, cursor, depth + 1);
  expect(text, cursor, ']');
  return { kind: 'array', length: Number(digits), of };
}

function readStruct(text: string, cursor: { at: number }, depth: number): TypeCode {
  const equals = text.indexOf('=', cursor.at);
  if (equals < 0) throw badTypedstream('a structure without members');
  cursor.at = equals + 1;
  const members: TypeCode[] = [];
  while (text[cursor.at] !== '}') {
    if (cursor.at >= text.length) throw badTypedstream('a structure without an end');
    members.push(readCode(text, cursor, depth + 1));
  }
  expect(text, cursor, '}');
  return { kind: 'struct', members };
}

function expect(text: string, cursor: { at: number }, wanted: string): void {
  if (text[cursor.at] !== wanted) throw badTypedstream(`no ${wanted} where one must be`);
  cursor.at += 1;
}
