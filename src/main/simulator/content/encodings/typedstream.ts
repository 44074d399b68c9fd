/**
 * Writes `message.attributedBody`: an NSAttributedString in NeXT's typedstream, the format of NSArchiver. Layout as in
 * backup-format 4.2: two tables, one of strings (types, class names), one of objects (objects, classes, C strings);
 * whatever was written once is referred to by number.
 */

const NEW = 0x84;
const NIL = 0x85;
const END = 0x86;
const INT16 = 0x81;
const INT32 = 0x82;
/** Reference numbers start here, because the bytes below are heads. */
const FIRST_REFERENCE = -110;

type ClassChain = readonly (readonly [name: string, version: number])[];

const OBJECT: ClassChain = [['NSObject', 0]];
const ATTRIBUTED: ClassChain = [['NSMutableAttributedString', 0], ['NSAttributedString', 0], ...OBJECT];
const MUTABLE_STRING: ClassChain = [['NSMutableString', 1], ['NSString', 1], ...OBJECT];
const STRING: ClassChain = [['NSString', 1], ...OBJECT];
const DICTIONARY: ClassChain = [['NSDictionary', 0], ...OBJECT];
const NUMBER: ClassChain = [['NSNumber', 0], ['NSValue', 0], ...OBJECT];

export type AttributeValue = number | string;

/** A stretch of text and what is said about it. Lengths of all runs together make up the text, in UTF-16 units. */
export interface Run {
  readonly length: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export function encodeAttributedString(text: string, runs: readonly Run[]): Buffer {
  const writer = new TypedStreamWriter();
  writer.sharedString('@');
  writer.object(ATTRIBUTED, () => {
    writer.sharedString('@');
    writer.object(MUTABLE_STRING, () => writer.text(text));
    runs.forEach((run, index) => {
      writer.sharedString('iI');
      writer.integer(index + 1);
      writer.integer(run.length);
      writer.sharedString('@');
      writer.dictionary(run.attributes);
    });
  });
  return writer.finish();
}

class TypedStreamWriter {
  readonly #bytes: Buffer[] = [Buffer.from('040b', 'hex'), Buffer.from('streamtyped', 'latin1')];
  readonly #strings = new Map<string, number>();
  readonly #classes = new Map<string, number>();
  readonly #cStrings = new Map<string, number>();
  #objectCount = 0;

  constructor() {
    this.integer(1000);
  }

  finish(): Buffer {
    return Buffer.concat(this.#bytes);
  }

  integer(value: number): void {
    if (value >= FIRST_REFERENCE && value <= 127) this.#bytes.push(Buffer.from([value & 0xff]));
    else if (value >= -0x8000 && value <= 0xffff) {
      this.#bytes.push(Buffer.from([INT16, value & 0xff, (value >> 8) & 0xff]));
    } else {
      const bytes = Buffer.from([INT32, 0, 0, 0, 0]);
      bytes.writeInt32LE(value | 0, 1);
      this.#bytes.push(bytes);
    }
  }

  sharedString(value: string): void {
    const known = this.#strings.get(value);
    if (known !== undefined) {
      this.integer(FIRST_REFERENCE + known);
      return;
    }
    this.#strings.set(value, this.#strings.size);
    this.#head(NEW);
    this.#counted(value);
  }

  /** `fill` writes the object's groups. */
  object(chain: ClassChain, fill: () => void): void {
    this.#head(NEW);
    this.#objectCount += 1;
    this.#class(chain, 0);
    fill();
    this.#head(END);
  }

  text(value: string): void {
    this.sharedString('+');
    this.#counted(value);
  }

  dictionary(entries: Readonly<Record<string, AttributeValue>>): void {
    this.object(DICTIONARY, () => {
      const names = Object.keys(entries);
      this.sharedString('i');
      this.integer(names.length);
      for (const name of names) {
        this.sharedString('@');
        this.object(STRING, () => this.text(name));
        this.sharedString('@');
        const value = entries[name];
        if (typeof value === 'string') this.object(STRING, () => this.text(value));
        else this.#number(value ?? 0);
      }
    });
  }

  #number(value: number): void {
    this.object(NUMBER, () => {
      this.sharedString('*');
      this.#cString('i');
      this.sharedString('i');
      this.integer(value);
    });
  }

  #cString(value: string): void {
    const known = this.#cStrings.get(value);
    if (known !== undefined) {
      this.integer(FIRST_REFERENCE + known);
      return;
    }
    this.#cStrings.set(value, this.#objectCount++);
    this.#head(NEW);
    this.sharedString(value);
  }

  #class(chain: ClassChain, at: number): void {
    const step = chain[at];
    if (step === undefined) {
      this.#head(NIL);
      return;
    }
    const [name, version] = step;
    const known = this.#classes.get(name);
    if (known !== undefined) {
      this.integer(FIRST_REFERENCE + known);
      return;
    }
    this.#head(NEW);
    this.sharedString(name);
    this.integer(version);
    this.#classes.set(name, this.#objectCount++);
    this.#class(chain, at + 1);
  }

  #counted(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.integer(bytes.length);
    this.#bytes.push(bytes);
  }

  #head(byte: number): void {
    this.#bytes.push(Buffer.from([byte]));
  }
}
