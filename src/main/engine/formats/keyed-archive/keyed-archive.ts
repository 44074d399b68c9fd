import {
  arrayAt,
  dataAt,
  dictOf,
  isPlistDict,
  type PlistDict,
  PlistUid,
  type PlistValue,
  parsePlist,
  stringAt,
  valueAt,
} from '../plist/index.ts';

/** No archive that is looked into here (link previews, app messages) comes near. */
const LIMITS = { maxBytes: 8 * 1024 * 1024, maxObjects: 200_000 } as const;
const MAX_ENTRIES = 10_000;

/**
 * An NSKeyedArchiver archive: objects that refer to each other by number. Only what is asked for is looked at, one
 * level at a time, so objects that hold themselves do no harm; whoever walks it must bound its own depth.
 */
export class KeyedArchive {
  readonly #objects: readonly PlistValue[];
  readonly root: PlistValue | undefined;

  /** Throws `formats/bad-plist` or `formats/plist-too-large`; an archive without a root has `root` undefined. */
  constructor(bytes: Uint8Array) {
    const plist = parsePlist(bytes, LIMITS);
    this.#objects = arrayAt(plist, '$objects') ?? [];
    const top = valueAt(plist, '$top');
    this.root = this.resolve(valueAt(top, 'root') ?? firstOf(top));
  }

  /** What a reference stands for; anything else is itself. `$null` is undefined. */
  resolve(value: PlistValue | undefined): PlistValue | undefined {
    if (!(value instanceof PlistUid)) return value;
    const found = value.value === 0 ? undefined : this.#objects[value.value];
    return found instanceof PlistUid ? undefined : found;
  }

  /** The name of an object's class, "NSURL". */
  classOf(value: PlistValue | undefined): string | undefined {
    return stringAt(this.resolve(valueAt(value, '$class')), '$classname');
  }

  /** A field of an object, or the entry of an archived dictionary. */
  at(value: PlistValue | undefined, key: string): PlistValue | undefined {
    if (!isPlistDict(value)) return undefined;
    const keys = arrayAt(value, 'NS.keys');
    if (keys === undefined) return this.resolve(valueAt(value, key));
    const objects = arrayAt(value, 'NS.objects') ?? [];
    const index = keys.slice(0, MAX_ENTRIES).findIndex((one) => this.resolve(one) === key);
    return index < 0 ? undefined : this.resolve(objects[index]);
  }

  /** A text, also one that is archived as an object (NSMutableString). */
  textOf(value: PlistValue | undefined): string | undefined {
    if (typeof value === 'string') return value;
    const inner = this.resolve(valueAt(value, 'NS.string'));
    return typeof inner === 'string' ? inner : undefined;
  }

  textAt(value: PlistValue | undefined, key: string): string | undefined {
    return this.textOf(this.at(value, key));
  }

  dictAt(value: PlistValue | undefined, key: string): PlistDict | undefined {
    return dictOf(this.at(value, key));
  }

  /** Bytes, plain or as NSData. */
  dataAt(value: PlistValue | undefined, key: string): Uint8Array | undefined {
    const found = this.at(value, key);
    return found instanceof Uint8Array ? found : dataAt(found, 'NS.data');
  }

  /** The elements of an archived array. */
  elements(value: PlistValue | undefined): readonly (PlistValue | undefined)[] {
    return (arrayAt(value, 'NS.objects') ?? []).slice(0, MAX_ENTRIES).map((one) => this.resolve(one));
  }

  /** An NSURL as text; relative ones are joined to their base as written. */
  urlOf(value: PlistValue | undefined): string | undefined {
    const relative = this.textAt(value, 'NS.relative');
    if (relative === undefined) return undefined;
    const base = this.textAt(this.at(value, 'NS.base'), 'NS.relative');
    if (base === undefined) return relative;
    return URL.parse(relative, base)?.href ?? relative;
  }
}

function firstOf(top: PlistValue | undefined): PlistValue | undefined {
  return isPlistDict(top) ? Object.values(top)[0] : undefined;
}
