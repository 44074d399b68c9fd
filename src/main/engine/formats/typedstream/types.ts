/**
 * What a typedstream holds, as a graph: shared objects are shared, and an object may (in hostile input only) hold itself.
 * Whoever walks it must not follow every path.
 */
export type TypedValue = number | string | Uint8Array | null | TypedObject | TypedClass | readonly TypedValue[];

/** A class with the ones above it. */
export interface TypedClass {
  readonly name: string;
  readonly version: number;
  readonly parent: TypedClass | null;
}

export class TypedObject {
  /** Null only while the object is being read: an object that refers to itself. */
  class: TypedClass | null = null;
  readonly groups: TypedGroup[] = [];
}

/** Values that were written together: `types` is their encoding, such as "iI" for two integers. */
export interface TypedGroup {
  readonly types: string;
  readonly values: readonly TypedValue[];
}

const MAX_CLASS_CHAIN = 32;

/** Is it an object of this class, or of one below it? */
export function isKindOf(value: TypedValue, name: string): value is TypedObject {
  return value instanceof TypedObject && hasClass(value, name);
}

export function hasClass(object: TypedObject, name: string): boolean {
  let step = object.class;
  for (let depth = 0; step !== null && depth < MAX_CLASS_CHAIN; depth += 1) {
    if (step.name === name) return true;
    step = step.parent;
  }
  return false;
}
