import type { PhoneFile } from '../../content/types.ts';
import type { MediaNode, MediaTree } from '../../media-tree.ts';

type FileNode = Extract<MediaNode, { kind: 'file' | 'content-file' }>;

/** Modes of FILE_OPEN: 1 r, 2 r+ (creates), 3 w, 4 w+, 5 a, 6 a+. */
const READABLE_MODES = [1, 2, 4, 6];
const WRITABLE_MODES = [2, 3, 4, 5, 6];
const APPEND_MODES = [5, 6];

/** One handle. It is also the holder of the locks taken through it. */
export class OpenFile {
  readonly path: string;
  readonly #node: FileNode;
  readonly #mode: number;
  readonly #content: ContentReader | null;
  position = 0n;

  constructor(path: string, node: FileNode, mode: number) {
    this.path = path;
    this.#node = node;
    this.#mode = mode;
    this.#content = node.kind === 'content-file' ? new ContentReader(node.file) : null;
  }

  get sizeBytes(): number {
    return this.#node.kind === 'file' ? this.#node.sizeBytes : this.#node.file.sizeBytes;
  }

  /** What is there from the position on, at most `count` bytes; empty at the end. Null when it may not be read. */
  read(count: number): Buffer[] | null {
    if (!READABLE_MODES.includes(this.#mode)) return null;
    const at = Number(this.position);
    const length = Math.max(0, Math.min(count, this.sizeBytes - at));
    const parts =
      this.#node.kind === 'file'
        ? [Buffer.from(this.#node.data.subarray(at, at + length))]
        : this.#content?.read(at, length);
    this.position += BigInt(length);
    return length === 0 ? [] : (parts ?? []);
  }

  write(tree: MediaTree, bytes: Buffer): 'ok' | 'denied' | 'no-space' {
    if (this.#node.kind !== 'file' || !WRITABLE_MODES.includes(this.#mode)) return 'denied';
    if (APPEND_MODES.includes(this.#mode)) this.position = BigInt(this.#node.sizeBytes);
    if (!tree.write(this.#node, Number(this.position), bytes)) return 'no-space';
    this.position += BigInt(bytes.length);
    return 'ok';
  }

  resize(tree: MediaTree, sizeBytes: number): 'ok' | 'denied' | 'no-space' {
    if (this.#node.kind !== 'file' || !WRITABLE_MODES.includes(this.#mode)) return 'denied';
    return tree.resize(this.#node, sizeBytes) ? 'ok' : 'no-space';
  }
}

/** Random reads of a generated file: forward ones go on, backward ones start the generation again. */
class ContentReader {
  readonly #file: PhoneFile;
  #chunks: Iterator<Buffer> | null = null;
  #chunk: Buffer = Buffer.alloc(0);
  /** Place in the file of the first byte of `#chunk`. */
  #chunkStart = 0;

  constructor(file: PhoneFile) {
    this.#file = file;
  }

  read(at: number, length: number): Buffer[] {
    if (this.#chunks === null || at < this.#chunkStart) {
      this.#chunks = this.#file.read()[Symbol.iterator]();
      this.#chunk = Buffer.alloc(0);
      this.#chunkStart = 0;
    }
    const parts: Buffer[] = [];
    let missing = length;
    let from = at;
    while (missing > 0) {
      while (from >= this.#chunkStart + this.#chunk.length) {
        const next = this.#chunks.next();
        if (next.done === true) return parts;
        this.#chunkStart += this.#chunk.length;
        this.#chunk = next.value;
      }
      const begin = from - this.#chunkStart;
      const part = Buffer.from(this.#chunk.subarray(begin, begin + missing));
      parts.push(part);
      missing -= part.length;
      from += part.length;
    }
    return parts;
  }
}
