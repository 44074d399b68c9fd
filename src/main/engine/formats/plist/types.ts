/**
 * A value of a property list. Integers are `number` when safe, else `bigint`; a real (floating point) number is a
 * `PlistReal`, because the phone tells 2 from 2.0; UIDs appear in NSKeyedArchiver archives only.
 * Dictionaries are objects without a prototype, so that hostile keys (`__proto__`) are plain keys.
 */
export type PlistValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | PlistReal
  | PlistUid
  | readonly PlistValue[]
  | PlistDict;

export interface PlistDict {
  readonly [key: string]: PlistValue;
}

export class PlistReal {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class PlistUid {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export interface PlistLimits {
  /** Refuse input larger than this before looking at it. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Arrays and dictionaries inside each other. Default 64. */
  readonly maxDepth?: number;
  /** Objects, counting shared ones once per use. Default 5,000,000. */
  readonly maxObjects?: number;
}
