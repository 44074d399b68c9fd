/** https://protobuf.dev/programming-guides/encoding: the low three bits of a tag. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A field takes two bytes and up, so that this also bounds the memory; no note or table comes near it. */
const MAX_FIELDS = 500_000;
const MAX_VARINT_BYTES = 10;
/** Seven bytes hold 49 bits, which a number holds exactly. */
const EXACT_BYTES = 7;

type Value = number | Buffer;

/**
 * One message: its fields by number, in their order. Messages within it are read when they are asked for, so nothing is
 * nested deeper than its reader goes.
 */
export class ProtoMessage {
  readonly #fields: ReadonlyMap<number, readonly Value[]>;

  private constructor(fields: ReadonlyMap<number, readonly Value[]>) {
    this.#fields = fields;
  }

  /** Null when the bytes are no message: cut off, of an unknown type, or with more fields than any has. */
  static read(bytes: Uint8Array): ProtoMessage | null {
    const fields = readFields(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return fields === null ? null : new ProtoMessage(fields);
  }

  /** The last one of a field counts, as the format says. Null: not there, or of another type. */
  number(field: number): number | null {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === 'number' ? value : null;
  }

  bytes(field: number): Buffer | null {
    const value = this.#fields.get(field)?.at(-1);
    return value === undefined || typeof value === 'number' ? null : value;
  }

  text(field: number): string | null {
    return this.bytes(field)?.toString('utf8') ?? null;
  }

  message(field: number): ProtoMessage | null {
    const bytes = this.bytes(field);
    return bytes === null ? null : ProtoMessage.read(bytes);
  }

  /** All of a repeated field that are bytes. */
  *allBytes(field: number): Iterable<Buffer> {
    for (const value of this.#fields.get(field) ?? []) if (typeof value !== 'number') yield value;
  }

  /** All of a repeated field; null for one that is no message, so that the others keep their places. */
  *messages(field: number): Iterable<ProtoMessage | null> {
    for (const bytes of this.allBytes(field)) yield ProtoMessage.read(bytes);
  }
}

function readFields(bytes: Buffer): Map<number, Value[]> | null {
  const fields = new Map<number, Value[]>();
  const varints = new Varints(bytes);
  for (let count = 0; varints.at < bytes.length; count += 1) {
    const tag = varints.next();
    if (tag === null || tag < 8 || tag >= 2 ** 32 || count >= MAX_FIELDS) return null;
    const value = readValue(bytes, tag % 8, varints);
    if (value === null) return null;
    const number = Math.floor(tag / 8);
    const values = fields.get(number);
    if (values === undefined) fields.set(number, [value]);
    else values.push(value);
  }
  return fields;
}

/** Fixed numbers are given as their bytes: what they count, the schema alone knows. */
function readValue(bytes: Buffer, type: number, varints: Varints): Value | null {
  if (type === VARINT) return varints.next();
  const length = type === BYTES ? varints.next() : type === FIXED64 ? 8 : type === FIXED32 ? 4 : null;
  if (length === null || length < 0 || length > bytes.length - varints.at) return null;
  const value = bytes.subarray(varints.at, varints.at + length);
  varints.at += length;
  return value;
}

class Varints {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Signed, in 64 bits: -1 stands in ten bytes. Beyond 2^53 inexact. */
  next(): number | null {
    let low = 0;
    let high = 0n;
    for (let count = 0; count < MAX_VARINT_BYTES; count += 1) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) return null;
      this.at += 1;
      const bits = byte & 0x7f;
      if (count < EXACT_BYTES) low += bits * 2 ** (7 * count);
      else high |= BigInt(bits) << BigInt(7 * count);
      if (byte < 0x80) return high === 0n ? low : Number(BigInt.asIntN(64, high | BigInt(low)));
    }
    return null;
  }
}
