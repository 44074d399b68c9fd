import { parseBuffer, setMaxObjectCount, setMaxObjectSize, UID } from 'bplist-parser';
import {
  type BinaryLayout,
  checkLayout,
  KIND_ARRAY,
  KIND_DATA,
  KIND_DICT,
  KIND_INTEGER,
  KIND_REAL,
  KIND_SIMPLE,
  readUnsigned,
} from './binary-layout.ts';
import { badPlist, type CheckedLimits, tooLarge } from './limits.ts';
import { PlistReal, PlistUid, type PlistValue } from './types.ts';

// The library's own limits are process-wide; ours are per call and already checked when it is asked.
setMaxObjectCount(2 ** 31);
setMaxObjectSize(2 ** 31);

/** Uses of shared strings and data, in bytes, beyond which a small file would grow into a huge value. */
const EXPANSION_FLOOR_BYTES = 64 * 1024 * 1024;
const EXPANSION_FACTOR = 32;

/**
 * Reads a binary property list in three steps: our check of every object; the scalars by `bplist-parser`, each object
 * once, out of a flat list that we lay out for it; and the tree, which is ours.
 *
 * The library is not given the file itself: it follows references without looking for cycles, reads a shared object
 * again at each use, has no sets, forgets which numbers were reals and assigns keys to plain objects (`__proto__`).
 * Shared objects are shared in the result too, but counted once per use, so that code which walks the value is safe.
 */
export function readBinaryPlist(bytes: Buffer, limits: CheckedLimits): PlistValue {
  const layout = checkLayout(bytes, limits);
  return new TreeBuilder(layout, readScalars(layout), limits).build();
}

/** One value per object; containers stay undefined. */
function readScalars(layout: BinaryLayout): (PlistValue | undefined)[] {
  const { bytes, markers, contents, sizes } = layout;
  const values = new Array<PlistValue | undefined>(markers.length);
  const listed: number[] = [];
  for (let index = 0; index < markers.length; index += 1) {
    const marker = markers[index] ?? 0;
    const kind = marker >> 4;
    if (kind >= KIND_ARRAY) continue;
    const content = contents[index] ?? 0;
    if (kind === KIND_SIMPLE) values[index] = marker === 9 ? true : marker === 8 ? false : null;
    // A view, not a copy: icons and archives are most of the bytes of a large plist.
    else if (kind === KIND_DATA) values[index] = bytes.subarray(content, content + (sizes[index] ?? 0));
    else listed.push(index);
  }
  if (listed.length === 0) return values;
  const [read] = parseBuffer<unknown[]>(layOut(layout, listed));
  for (let position = 0; position < listed.length; position += 1) {
    const index = listed[position] ?? 0;
    values[index] = refine(markers[index] ?? 0, read[position]);
  }
  return values;
}

/** A binary plist whose top object is an array of the listed scalars. */
function layOut({ bytes, starts, contents, sizes }: BinaryLayout, listed: readonly number[]): Buffer {
  let scalarBytes = 0;
  for (const index of listed) scalarBytes += (contents[index] ?? 0) + (sizes[index] ?? 0) - (starts[index] ?? 0);
  const refSize = listed.length < 0xff ? 1 : listed.length < 0xffff ? 2 : 4;
  const arrayStart = 8 + scalarBytes;
  const table = arrayStart + 6 + listed.length * refSize;
  const offsetSize = table < 0xffff ? 2 : 4;
  const out = Buffer.allocUnsafe(table + (listed.length + 1) * offsetSize + 32);
  out.write('bplist00', 0, 'latin1');
  out[arrayStart] = 0xaf;
  out[arrayStart + 1] = 0x12;
  out.writeUInt32BE(listed.length, arrayStart + 2);
  let at = 8;
  for (let position = 0; position < listed.length; position += 1) {
    const index = listed[position] ?? 0;
    out.writeUIntBE(at, table + position * offsetSize, offsetSize);
    out.writeUIntBE(position, arrayStart + 6 + position * refSize, refSize);
    at += bytes.copy(out, at, starts[index] ?? 0, (contents[index] ?? 0) + (sizes[index] ?? 0));
  }
  out.writeUIntBE(arrayStart, table + listed.length * offsetSize, offsetSize);
  const trailer = out.fill(0, out.length - 32).subarray(out.length - 32);
  trailer[6] = offsetSize;
  trailer[7] = refSize;
  trailer.writeBigUInt64BE(BigInt(listed.length + 1), 8);
  trailer.writeBigUInt64BE(BigInt(listed.length), 16);
  trailer.writeBigUInt64BE(BigInt(table), 24);
  return out;
}

/** What the library loses: reals are reals, UIDs are our own class, 16-byte integers are signed. */
function refine(marker: number, value: unknown): PlistValue {
  switch (marker >> 4) {
    case KIND_REAL:
      if (typeof value === 'number') return new PlistReal(value);
      break;
    case KIND_INTEGER:
      if (typeof value === 'number') return value;
      if (typeof value === 'bigint') return (marker & 0xf) === 4 ? signed128(value) : value;
      break;
    default:
      if (typeof value === 'string') return value;
      if (value instanceof Date) {
        if (Number.isNaN(value.getTime())) throw badPlist('a date that is no date');
        return value;
      }
      if (value instanceof UID) {
        if (!Number.isSafeInteger(value.UID)) throw badPlist('a UID that is no index');
        return new PlistUid(value.UID);
      }
  }
  throw badPlist(`marker ${marker} was read as ${typeof value}`);
}

function signed128(value: bigint): number | bigint {
  const signed = BigInt.asIntN(128, value);
  return signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed;
}

const UNSEEN = 0;
const OPEN = 1;
const DONE = 2;

/** Puts the tree together, and measures it as if nothing were shared. */
class TreeBuilder {
  readonly #layout: BinaryLayout;
  readonly #values: (PlistValue | undefined)[];
  readonly #limits: CheckedLimits;
  readonly #maxExpansion: number;
  readonly #state: Uint8Array;
  /** Levels below each container. */
  readonly #heights: Uint16Array;
  /** Objects and bytes of each container, shared ones once per use. */
  readonly #counts: Float64Array;
  readonly #weights: Float64Array;

  constructor(layout: BinaryLayout, scalars: (PlistValue | undefined)[], limits: CheckedLimits) {
    this.#layout = layout;
    this.#values = scalars;
    this.#limits = limits;
    this.#maxExpansion = Math.max(EXPANSION_FLOOR_BYTES, EXPANSION_FACTOR * layout.bytes.length);
    const count = layout.markers.length;
    this.#state = new Uint8Array(count);
    this.#heights = new Uint16Array(count);
    this.#counts = new Float64Array(count);
    this.#weights = new Float64Array(count);
  }

  build(): PlistValue {
    return this.#visit(this.#layout.top, 1);
  }

  #visit(index: number, depth: number): PlistValue {
    const known = this.#values[index];
    if ((this.#layout.markers[index] ?? 0) >> 4 < KIND_ARRAY) {
      if (known === undefined) throw badPlist('a reference to nothing');
      return known;
    }
    if (this.#state[index] === OPEN) throw badPlist('an object that contains itself');
    if (depth + (this.#heights[index] ?? 0) > this.#limits.maxDepth) throw badPlist('nested too deeply');
    if (known !== undefined) return known;
    this.#state[index] = OPEN;
    this.#counts[index] = 1;
    const value =
      (this.#layout.markers[index] ?? 0) >> 4 === KIND_DICT ? this.#dict(index, depth) : this.#array(index, depth);
    this.#state[index] = DONE;
    this.#values[index] = value;
    return value;
  }

  #array(index: number, depth: number): PlistValue {
    const length = this.#layout.lengths[index] ?? 0;
    const value = new Array<PlistValue>(length);
    for (let position = 0; position < length; position += 1) value[position] = this.#child(index, position, depth);
    return value;
  }

  #dict(index: number, depth: number): PlistValue {
    const length = this.#layout.lengths[index] ?? 0;
    const value: Record<string, PlistValue> = Object.create(null);
    for (let position = 0; position < length; position += 1) {
      const key = this.#child(index, position, depth);
      if (typeof key !== 'string') throw badPlist('a key that is no text');
      value[key] = this.#child(index, length + position, depth);
    }
    return value;
  }

  /** The `position`th reference of a container. */
  #child(parent: number, position: number, depth: number): PlistValue {
    const { bytes, contents, refSize, markers, sizes } = this.#layout;
    const child = readUnsigned(bytes, (contents[parent] ?? 0) + position * refSize, refSize);
    if (child >= markers.length) throw badPlist('a reference to nothing');
    const value = this.#visit(child, depth + 1);
    const isContainer = this.#state[child] !== UNSEEN;
    const height = isContainer ? 1 + (this.#heights[child] ?? 0) : 0;
    if (height > (this.#heights[parent] ?? 0)) this.#heights[parent] = height;
    const count = (this.#counts[parent] ?? 0) + (isContainer ? (this.#counts[child] ?? 0) : 1);
    if (count > this.#limits.maxObjects) throw tooLarge('too many objects, counting shared ones at each use');
    this.#counts[parent] = count;
    const weight = (this.#weights[parent] ?? 0) + (isContainer ? (this.#weights[child] ?? 0) : (sizes[child] ?? 0));
    if (weight > this.#maxExpansion) throw tooLarge('shared objects would grow without bound');
    this.#weights[parent] = weight;
    return value;
  }
}
