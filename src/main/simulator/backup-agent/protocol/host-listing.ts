import { isPlistDict, type PlistValue, parsePlist } from '../../../engine/formats/plist/index.ts';
import { type HostStatus, readHostStatus } from './host-status.ts';

/** What a host says of one name in a folder. */
export interface HostEntry {
  /** DLFileType, as it came. */
  readonly type: string;
  readonly sizeBytes: number;
}

/**
 * A host's answer to DLContentsOfDirectory. A phone reads 256 of them at the end of each backup, with every file of the
 * backup in them: binary ones are read here in one pass, without a value for every object. Whatever is not plain in
 * them is left to the general reader.
 */
export class HostListing {
  readonly status: HostStatus;
  readonly #body: Buffer;
  readonly #quick: BinaryListing | null;

  /** Reads the status only. Null when the message is no status; throws when it is no property list. */
  static read(body: Buffer): HostListing | null {
    const quick = BinaryListing.read(body);
    const status = quick === null ? readHostStatus(parsePlist(body)) : OK;
    return status === null ? null : new HostListing(body, quick, status);
  }

  private constructor(body: Buffer, quick: BinaryListing | null, status: HostStatus) {
    this.#body = body;
    this.#quick = quick;
    this.status = status;
  }

  /** All names of the folder. */
  entries(): ReadonlyMap<string, HostEntry> {
    return this.#quick?.entries() ?? entriesOf(readHostStatus(parsePlist(this.#body))?.value ?? null);
  }
}

const OK: HostStatus = { status: 0, text: '', value: {}, encoding: 'signed' };

function entriesOf(value: PlistValue): ReadonlyMap<string, HostEntry> {
  const entries = new Map<string, HostEntry>();
  for (const [name, entry] of isPlistDict(value) ? Object.entries(value) : []) {
    const { DLFileType: type, DLFileSize: size } = isPlistDict(entry) ? entry : {};
    entries.set(name, { type: typeof type === 'string' ? type : 'nothing', sizeBytes: Number(size ?? Number.NaN) });
  }
  return entries;
}

const MAGIC = 'bplist00';
const TRAILER_BYTES = 32;
const KIND_INTEGER = 0x1;
const KIND_ASCII = 0x5;
const KIND_ARRAY = 0xa;
const KIND_DICT = 0xd;
const STATUS_NAME = 'DLMessageStatusResponse';

class NotPlain extends Error {}

/** `[name, 0, text, dictionary]` with ASCII texts. Reads beyond the end throw a RangeError, as Buffer does. */
class BinaryListing {
  readonly #bytes: Buffer;
  readonly #refBytes: number;
  readonly #offsetBytes: number;
  readonly #table: number;
  readonly #contents: number;
  /** Keys and types are a few texts that all entries share: read once each. */
  readonly #shared = new Map<number, string>();
  /** Of the object that was opened last: its elements or characters, and where they begin. */
  #length = 0;
  #content = 0;

  static read(body: Buffer): BinaryListing | null {
    if (body.length < MAGIC.length + TRAILER_BYTES || body.toString('latin1', 0, MAGIC.length) !== MAGIC) return null;
    return plainOrNull(() => new BinaryListing(body));
  }

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const trailer = bytes.length - TRAILER_BYTES;
    this.#offsetBytes = bytes.readUInt8(trailer + 6);
    this.#refBytes = bytes.readUInt8(trailer + 7);
    this.#table = bytes.readUIntBE(trailer + 26, 6);
    this.#open(bytes.readUIntBE(trailer + 18, 6), KIND_ARRAY);
    if (this.#length < 4) throw new NotPlain();
    const [name, status, , contents] = [0, 1, 2, 3].map((at) => this.#ref(this.#content, at));
    this.#contents = contents ?? 0;
    if (this.#text(name ?? 0) !== STATUS_NAME || this.#integer(status ?? 0) !== 0) throw new NotPlain();
  }

  /** Null when something in it is not plain. */
  entries(): ReadonlyMap<string, HostEntry> | null {
    return plainOrNull(() => {
      this.#open(this.#contents, KIND_DICT);
      const length = this.#length;
      const refs = this.#content;
      const entries = new Map<string, HostEntry>();
      for (let at = 0; at < length; at += 1) {
        const name = this.#text(this.#ref(refs, at));
        entries.set(name, this.#entry(this.#ref(refs, length + at)));
      }
      return entries;
    });
  }

  #entry(object: number): HostEntry {
    this.#open(object, KIND_DICT);
    const length = this.#length;
    const refs = this.#content;
    let type = 'nothing';
    let sizeBytes = Number.NaN;
    for (let at = 0; at < length; at += 1) {
      const key = this.#sharedText(this.#ref(refs, at));
      if (key === 'DLFileType') type = this.#sharedText(this.#ref(refs, length + at));
      else if (key === 'DLFileSize') sizeBytes = this.#integer(this.#ref(refs, length + at));
    }
    return { type, sizeBytes };
  }

  /** Where the marker of an object stands. */
  #start(object: number): number {
    return this.#bytes.readUIntBE(this.#table + object * this.#offsetBytes, this.#offsetBytes);
  }

  #ref(refs: number, index: number): number {
    return this.#bytes.readUIntBE(refs + index * this.#refBytes, this.#refBytes);
  }

  #open(object: number, kind: number): void {
    const start = this.#start(object);
    const marker = this.#bytes.readUInt8(start);
    if (marker >> 4 !== kind) throw new NotPlain();
    this.#length = marker & 0xf;
    this.#content = start + 1;
    if (this.#length < 0xf) return;
    const bytes = 1 << (this.#bytes.readUInt8(start + 1) & 0xf);
    this.#length = this.#bytes.readUIntBE(start + 2, bytes);
    this.#content = start + 2 + bytes;
  }

  #text(object: number): string {
    this.#open(object, KIND_ASCII);
    const end = this.#content + this.#length;
    if (end > this.#table) throw new NotPlain();
    return this.#bytes.toString('latin1', this.#content, end);
  }

  #sharedText(object: number): string {
    const known = this.#shared.get(object);
    if (known !== undefined) return known;
    const text = this.#text(object);
    this.#shared.set(object, text);
    return text;
  }

  #integer(object: number): number {
    const start = this.#start(object);
    const marker = this.#bytes.readUInt8(start);
    const bytes = 1 << (marker & 0xf);
    if (marker >> 4 !== KIND_INTEGER || bytes > 8) throw new NotPlain();
    return bytes < 8 ? this.#bytes.readUIntBE(start + 1, bytes) : Number(this.#bytes.readBigInt64BE(start + 1));
  }
}

function plainOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    // The general reader decides, and names what is wrong.
    if (error instanceof NotPlain || error instanceof RangeError) return null;
    throw error;
  }
}
