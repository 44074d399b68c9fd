import { BackstopError } from '../../../shared/errors/index.ts';
import type { FoldedIndex, PackUse } from './catalog/folded.ts';
import { EMPTY_HASH, type EntryRow, type TopRow } from './catalog/schema.ts';
import { asVaultError } from './io/index.ts';
import type { Reader } from './lease/read-hold.ts';
import type { BlockHandlers, BlockOptions } from './store/object-blocks.ts';
import type { ObjectSource } from './store/object-source.ts';
import type { Entry, EntryName, ObjectRef, Snapshot, SnapshotView, TopEntry, VaultFiles } from './types.ts';

/** One version's content, on a connection of its own that sees no later change. */
export class FoldedView implements SnapshotView {
  readonly snapshot: Snapshot;
  readonly entryCount: number;
  readonly #index: FoldedIndex;
  readonly #source: ObjectSource;
  readonly #vault: string;
  readonly #packs: (uses: readonly PackUse[]) => VaultFiles['packs'];
  readonly #reader: Reader;
  readonly #onClose: () => void;
  #tops: ReadonlyMap<string, TopEntry> | null = null;

  constructor(
    snapshot: Snapshot,
    index: FoldedIndex,
    source: ObjectSource,
    vault: string,
    packs: (uses: readonly PackUse[]) => VaultFiles['packs'],
    reader: Reader,
    onClose: () => void,
  ) {
    this.snapshot = snapshot;
    this.#packs = packs;
    this.entryCount = index.rows;
    this.#index = index;
    this.#source = source;
    this.#vault = vault;
    this.#reader = reader;
    this.#onClose = onClose;
  }

  get(id: Buffer): Entry | null {
    const row = this.#index.get(id);
    return row === null ? null : toEntry(row);
  }

  *entries(firstByte?: number): Generator<Entry> {
    const rows =
      firstByte === undefined
        ? this.#index.entries()
        : this.#index.entries(Buffer.of(firstByte), firstByte === 255 ? undefined : Buffer.of(firstByte + 1));
    for (const row of rows) yield toEntry(row);
  }

  shards(): readonly number[] {
    return this.#index.shards();
  }

  names(firstByte: number): Iterable<EntryName> {
    return this.#index.names(Buffer.of(firstByte), firstByte === 255 ? undefined : Buffer.of(firstByte + 1));
  }

  *entriesInStoredOrder(): Generator<Entry> {
    for (const row of this.#index.entriesInStoredOrder()) yield toEntry(row);
  }

  files(): VaultFiles {
    const singles = this.#index.singles();
    return {
      packs: this.#packs(this.#index.packs()),
      singles: { count: singles.length, bytes: singles.reduce((sum, single) => sum + single.size, 0) },
    };
  }

  top(name: string): TopEntry | null {
    return this.#topMap().get(name) ?? null;
  }

  tops(): readonly TopEntry[] {
    return [...this.#topMap().values()];
  }

  async *read(object: ObjectRef): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#reader.pieces(object.sizeBytes, () => this.#source.read(object));
    } catch (error) {
      throw asVaultError(error, this.#vault);
    }
  }

  async readBlocks<T extends ObjectRef>(
    objects: Iterable<T>,
    handlers: BlockHandlers<T>,
    options: BlockOptions,
  ): Promise<void> {
    await this.#reader.list(objects, (all) => this.#source.readBlocks(all, handlers, options));
  }

  async readWhole(object: ObjectRef, maxBytes: number): Promise<Buffer> {
    if (object.sizeBytes > maxBytes) {
      throw new BackstopError('vault/too-large', { data: { size: object.sizeBytes, limit: maxBytes } });
    }
    const whole = Buffer.allocUnsafe(object.sizeBytes);
    let at = 0;
    for await (const chunk of this.read(object)) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#onClose();
    await this.#reader[Symbol.asyncDispose]();
  }

  #topMap(): ReadonlyMap<string, TopEntry> {
    this.#tops ??= new Map(this.#index.tops().map((row) => [row.name, toTop(row)]));
    return this.#tops;
  }
}

export function toEntry(row: EntryRow): Entry {
  return { id: row.id, ...toObject(row.obj, row.size), modified: row.modified };
}

export function toTop(row: TopRow): TopEntry {
  return { name: row.name, ...toObject(row.obj, row.size), modified: row.modified };
}

function toObject(obj: Buffer, size: number): ObjectRef {
  return size === 0 && obj.equals(EMPTY_HASH) ? { hash: null, sizeBytes: 0 } : { hash: obj, sizeBytes: size };
}
