import { createHash } from 'node:crypto';
import type { BaseView, EntryChange } from '../../src/main/engine/backup/overlay/index.ts';
import type { ObjectStore } from '../../src/main/engine/backup/virtual-folder.ts';
import type { Entry, EntryName, ObjectRef, ObjectWriter, TopEntry } from '../../src/main/engine/vault/types.ts';

/** Objects by hash in memory: what a virtual folder needs of a vault session. */
export class MemoryObjects implements ObjectStore {
  readonly #bytes = new Map<string, Buffer>();

  createObject(): ObjectWriter {
    const chunks: Buffer[] = [];
    return {
      write: (chunk) => {
        chunks.push(Buffer.from(chunk));
      },
      finish: () => this.store(Buffer.concat(chunks)),
      abort: () => {},
    };
  }

  store(bytes: Buffer): ObjectRef {
    if (bytes.length === 0) return { hash: null, sizeBytes: 0 };
    const hash = createHash('sha256').update(bytes).digest();
    this.#bytes.set(hash.toString('hex'), bytes);
    return { hash, sizeBytes: bytes.length };
  }

  async *read(object: ObjectRef): AsyncGenerator<Uint8Array> {
    yield this.get(object);
  }

  get(object: ObjectRef): Buffer {
    if (object.hash === null) return Buffer.alloc(0);
    const bytes = this.#bytes.get(object.hash.toString('hex'));
    if (bytes === undefined) throw new Error('no such object');
    return bytes;
  }
}

/** A version in memory: what an overlay needs of the previous one. */
export class MemoryVersion implements BaseView {
  readonly #entries = new Map<string, Entry>();
  #tops: readonly TopEntry[] = [];

  /** The version that a commit of these changes over `base` makes. Checks the order that a vault relies on. */
  static commit(base: MemoryVersion | null, changes: Iterable<EntryChange>, tops: readonly TopEntry[]): MemoryVersion {
    const version = new MemoryVersion();
    for (const [key, entry] of base === null ? [] : base.#entries) version.#entries.set(key, entry);
    let last: Buffer | null = null;
    for (const change of changes) {
      if (last !== null && Buffer.compare(last, change.id) >= 0) throw new Error('changes out of order');
      last = change.id;
      const key = change.id.toString('hex');
      if ('removed' in change) {
        if (!version.#entries.delete(key)) throw new Error('removed what was not there');
      } else {
        version.#entries.set(key, change);
      }
    }
    version.#tops = tops;
    return version;
  }

  get entryCount(): number {
    return this.#entries.size;
  }

  get(id: Buffer): Entry | null {
    return this.#entries.get(id.toString('hex')) ?? null;
  }

  *entries(firstByte?: number): Generator<Entry> {
    for (const key of [...this.#entries.keys()].sort()) {
      const entry = this.#entries.get(key);
      if (entry !== undefined && (firstByte === undefined || entry.id[0] === firstByte)) yield entry;
    }
  }

  shards(): readonly number[] {
    return [...new Set([...this.entries()].map(({ id }) => id[0] ?? 0))];
  }

  *names(firstByte: number): Generator<EntryName> {
    for (const { id, sizeBytes, modified } of this.entries(firstByte)) {
      yield { name: id.toString('hex'), sizeBytes, modified };
    }
  }

  tops(): readonly TopEntry[] {
    return this.#tops;
  }
}
