import { type PlistDict, PlistReal, PlistUid, type PlistValue } from './types.ts';

/**
 * Safe looks into a value from outside: each returns `undefined` when the dictionary is none, the key is missing or
 * the value is of another kind. Nothing here throws, so a reader says once what it needs and treats the rest as unknown.
 */
type Source = PlistValue | undefined;

export function isPlistDict(value: Source): value is PlistDict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof PlistReal) &&
    !(value instanceof PlistUid)
  );
}

/** The value itself when it is a dictionary. */
export function dictOf(value: Source): PlistDict | undefined {
  return isPlistDict(value) ? value : undefined;
}

/** The value itself when it is an array. */
export function arrayOf(value: Source): readonly PlistValue[] | undefined {
  return Array.isArray(value) ? (value as readonly PlistValue[]) : undefined;
}

/** A number, be it integer or real; an integer beyond 2^53 is not one (see `bigintAt`). */
export function numberOf(value: Source): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof PlistReal ? value.value : undefined;
}

/** The entry of a dictionary; never something inherited, also when the dictionary was made by hand. */
export function valueAt(source: Source, key: string): PlistValue | undefined {
  return isPlistDict(source) && Object.hasOwn(source, key) ? source[key] : undefined;
}

export function dictAt(source: Source, key: string): PlistDict | undefined {
  return dictOf(valueAt(source, key));
}

export function arrayAt(source: Source, key: string): readonly PlistValue[] | undefined {
  return arrayOf(valueAt(source, key));
}

export function stringAt(source: Source, key: string): string | undefined {
  const value = valueAt(source, key);
  return typeof value === 'string' ? value : undefined;
}

/** An integer or a real, as a number. */
export function numberAt(source: Source, key: string): number | undefined {
  return numberOf(valueAt(source, key));
}

/** A whole number within ±2^53, be it written as integer or as real. */
export function integerAt(source: Source, key: string): number | undefined {
  const value = numberAt(source, key);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** An integer of any size, for identities such as the ECID. */
export function bigintAt(source: Source, key: string): bigint | undefined {
  const value = valueAt(source, key);
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

export function boolAt(source: Source, key: string): boolean | undefined {
  const value = valueAt(source, key);
  return typeof value === 'boolean' ? value : undefined;
}

export function dateAt(source: Source, key: string): Date | undefined {
  const value = valueAt(source, key);
  return value instanceof Date ? value : undefined;
}

export function dataAt(source: Source, key: string): Uint8Array | undefined {
  const value = valueAt(source, key);
  return value instanceof Uint8Array ? value : undefined;
}

/** The strings of an array; other elements are left out. */
export function stringsAt(source: Source, key: string): readonly string[] | undefined {
  return arrayAt(source, key)?.filter((value) => typeof value === 'string');
}
