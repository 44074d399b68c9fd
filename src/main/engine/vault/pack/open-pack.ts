import { isPromise } from 'node:util/types';
import { crc32 } from 'node:zlib';
import type { HashedFile } from '../store/hashed-file.ts';
import {
  CODEC_STORED,
  encodeFooter,
  encodePackHeader,
  type IndexEntry,
  type PackHeader,
  paddingOf,
  RECORD_HEADER_BYTES,
  writeRecordHeader,
} from './layout.ts';
import { PackTable } from './pack-table.ts';

const PADDING = Buffer.alloc(8);

/** A pack that is being written: records are appended, the index comes at the end. */
export class OpenPack {
  readonly #file: HashedFile;
  readonly #header: PackHeader;
  readonly #table = new PackTable();
  readonly #scratch = Buffer.alloc(RECORD_HEADER_BYTES);
  /** The tail of the last append that had to wait; appends never overlap. */
  #pending: Promise<void> | null = null;

  constructor(file: HashedFile, header: PackHeader) {
    this.#file = file;
    this.#header = header;
    const written = file.append(encodePackHeader(header));
    if (isPromise(written)) this.#pending = written;
  }

  get header(): PackHeader {
    return this.#header;
  }

  get objectCount(): number {
    return this.#table.count;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  find(hash: Buffer): IndexEntry | null {
    return this.#table.find(hash);
  }

  /** Adds plainly stored bytes. A promise only when the disk is behind. */
  add(hash: Buffer, bytes: Buffer): void | Promise<void> {
    if (this.#pending !== null) return this.#pending.then(() => this.add(hash, bytes));
    this.#begin(hash, crc32(bytes), bytes.length, bytes.length, CODEC_STORED);
    const head = this.#file.append(this.#scratch);
    const body = isPromise(head) ? head.then(() => this.#file.append(bytes)) : this.#file.append(bytes);
    const padding = PADDING.subarray(0, paddingOf(bytes.length));
    if (!isPromise(body)) {
      const tail = padding.length === 0 ? undefined : this.#file.append(padding);
      return isPromise(tail) ? this.#wait(tail) : undefined;
    }
    return this.#wait(body.then(() => this.#file.append(padding)));
  }

  /** Adds a record whose stored bytes come as a stream: a catalog, or a large object whose own name is taken. */
  async addStream(
    record: {
      readonly hash: Buffer;
      readonly rawLength: number;
      readonly storedLength: number;
      readonly crc: number;
      readonly codec: number;
    },
    stored: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    while (this.#pending !== null) await this.#pending;
    this.#begin(record.hash, record.crc, record.storedLength, record.rawLength, record.codec);
    await this.#file.append(this.#scratch);
    let length = 0;
    for await (const chunk of stored) {
      await this.#file.append(chunk);
      length += chunk.length;
    }
    if (length !== record.storedLength) throw new Error(`a record of ${record.storedLength} bytes got ${length}`);
    await this.#file.append(PADDING.subarray(0, paddingOf(length)));
  }

  async read(entry: IndexEntry): Promise<Buffer> {
    while (this.#pending !== null) await this.#pending;
    const bytes = Buffer.allocUnsafe(entry.storedLength);
    const got = await this.#file.read(bytes, entry.offset);
    if (got !== bytes.length) throw new Error('an open pack ends early');
    return bytes;
  }

  /** Index and footer; synced and closed afterwards. The file still has its temporary name. */
  async finish(): Promise<{
    readonly hash: Buffer;
    readonly sizeBytes: number;
    readonly path: string;
    readonly index: Buffer;
  }> {
    while (this.#pending !== null) await this.#pending;
    const indexOffset = this.#file.sizeBytes;
    const index = this.#table.toIndex();
    await this.#file.append(index);
    await this.#file.append(encodeFooter(indexOffset, index, this.#table.count));
    return { ...(await this.#file.finish()), path: this.#file.path, index };
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }

  #begin(hash: Buffer, crc: number, storedLength: number, rawLength: number, codec: number): void {
    writeRecordHeader(this.#scratch, { codec, storedLength, rawLength, hash, crc });
    const offset = this.#file.sizeBytes + RECORD_HEADER_BYTES;
    this.#table.add({ hash, offset, storedLength, rawLength, crc, codec });
  }

  #wait(work: Promise<void>): Promise<void> {
    const pending = work.finally(() => {
      if (this.#pending === pending) this.#pending = null;
    });
    this.#pending = pending;
    return pending;
  }
}
