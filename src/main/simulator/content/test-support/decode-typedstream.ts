/**
 * Reads typedstreams, for tests: written from the description of the format, not from the writer, so that the two
 * check each other.
 */
export interface DecodedText {
  readonly text: string;
  readonly runs: readonly { readonly length: number; readonly attributes: Readonly<Record<string, string | number>> }[];
}

type Thing = { readonly class: string; readonly values: unknown[] };

const NEW = 0x84;
const NIL = 0x85;
const END = 0x86;

export function decodeTypedStream(bytes: Uint8Array): DecodedText {
  const reader = new Reader(Buffer.from(bytes));
  reader.header();
  const root = reader.group()[0] as Thing;
  reader.expectEnd();
  const [text, ...rest] = root.values as [Thing, ...unknown[]];
  const runs: DecodedText['runs'][number][] = [];
  const sets = new Map<number, Record<string, string | number>>();
  for (let at = 0; at < rest.length; ) {
    const set = rest[at] as number;
    const length = rest[at + 1] as number;
    at += 2;
    if (!sets.has(set)) sets.set(set, dictionaryOf(rest[at++] as Thing));
    runs.push({ length, attributes: sets.get(set) ?? {} });
  }
  return { text: String(text.values[0]), runs };
}

function dictionaryOf({ values }: Thing): Record<string, string | number> {
  const entries: Record<string, string | number> = {};
  for (let at = 1; at < values.length; at += 2) {
    const value = values[at + 1] as Thing;
    const plain = value.values[value.class === 'NSNumber' ? 1 : 0];
    entries[String((values[at] as Thing).values[0])] = plain as string | number;
  }
  return entries;
}

class Reader {
  readonly #bytes: Buffer;
  readonly #strings: string[] = [];
  readonly #objects: unknown[] = [];
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  header(): void {
    if (this.#byte() !== 4) throw new Error('not version 4');
    if (this.#take(this.#byte()).toString('latin1') !== 'streamtyped') throw new Error('not little-endian');
    if (this.#integer(this.#byte()) !== 1000) throw new Error('not system version 1000');
  }

  expectEnd(): void {
    if (this.#at !== this.#bytes.length) throw new Error(`${this.#bytes.length - this.#at} bytes left over`);
  }

  group(): unknown[] {
    return this.#values(this.#sharedString() ?? '');
  }

  #values(types: string): unknown[] {
    return [...types].map((type) => {
      switch (type) {
        case '@':
          return this.#object();
        case '+':
          return this.#take(this.#integer(this.#byte(), false)).toString('utf8');
        case '*':
          return this.#cString();
        case 'i':
        case 'I':
          return this.#integer(this.#byte(), type === 'i');
        default:
          throw new Error(`type ${type}`);
      }
    });
  }

  #object(): unknown {
    const head = this.#byte();
    if (head === NIL) return null;
    if (head !== NEW) return this.#objects[this.#reference(head)];
    const thing: { class: string; values: unknown[] } = { class: '', values: [] };
    this.#objects.push(thing);
    thing.class = this.#class() ?? '';
    while (this.#bytes[this.#at] !== END) thing.values.push(...this.group());
    this.#at += 1;
    return thing;
  }

  #class(): string | null {
    const head = this.#byte();
    if (head === NIL) return null;
    if (head !== NEW) return String(this.#objects[this.#reference(head)]);
    const name = this.#sharedString() ?? '';
    this.#integer(this.#byte());
    this.#objects.push(name);
    this.#class();
    return name;
  }

  #cString(): unknown {
    const head = this.#byte();
    if (head !== NEW) return this.#objects[this.#reference(head)];
    const text = this.#sharedString();
    this.#objects.push(text);
    return text;
  }

  #sharedString(): string | null {
    const head = this.#byte();
    if (head === NIL) return null;
    if (head !== NEW) {
      const known = this.#strings[this.#reference(head)];
      if (known === undefined) throw new Error('a reference to no string');
      return known;
    }
    const text = this.#take(this.#integer(this.#byte(), false)).toString('utf8');
    this.#strings.push(text);
    return text;
  }

  #reference(head: number): number {
    return this.#integer(head) + 110;
  }

  #integer(head: number, signed = true): number {
    if (head === 0x81) return signed ? this.#take(2).readInt16LE(0) : this.#take(2).readUInt16LE(0);
    if (head === 0x82) return this.#take(4).readInt32LE(0);
    return head > 127 ? head - 256 : head;
  }

  #byte(): number {
    return this.#take(1)[0] ?? 0;
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error('the stream is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
