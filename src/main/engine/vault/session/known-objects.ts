import { dirname } from 'node:path';
import type { IndexedPack, IndexedPlace, IndexReader, ObjectIndex } from '../cache/object-index.ts';
import { hashFile, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';

/**
 * Which stored bytes a session may rely on. Those that a committed version of the phone holds; and those that were
 * left by somebody who did not commit, after they were *adopted*: hashed whole, synced again, and their folder synced
 * before the record. Never what a list of damage or a collection's mark names.
 */
export class KnownObjects {
  readonly #io: VaultIo;
  readonly #paths: VaultPaths;
  readonly #index: ObjectIndex;
  readonly #tag: Buffer;
  /** Names (hex) of packs and objects that must not be used. */
  readonly #refused: Set<string>;
  readonly #committedPacks: ReadonlySet<string>;
  readonly #adoptedPacks = new Set<string>();
  readonly #ownPacks = new Set<string>();
  readonly #adopting = new Map<string, Promise<boolean>>();
  readonly #damaged = new Set<string>();
  /** The phone had nothing here when the session began: only what the session itself added can be found. */
  readonly #isFirst: boolean;
  readonly #own = new HashFilter();

  constructor(options: {
    readonly io: VaultIo;
    readonly paths: VaultPaths;
    readonly index: ObjectIndex;
    readonly deviceTag: Buffer;
    readonly committedPacks: ReadonlySet<string>;
    readonly refused: Iterable<string>;
  }) {
    this.#io = options.io;
    this.#paths = options.paths;
    this.#index = options.index;
    this.#tag = options.deviceTag;
    this.#committedPacks = options.committedPacks;
    this.#refused = new Set(options.refused);
    this.#isFirst = !options.index.hasPacksOf(options.deviceTag);
  }

  /** Files found to have other bytes than their name says. */
  get damaged(): ReadonlySet<string> {
    return this.#damaged;
  }

  get adoptedPacks(): ReadonlySet<string> {
    return this.#adoptedPacks;
  }

  isRefused(name: string): boolean {
    return this.#refused.has(name);
  }

  refuse(name: string): void {
    this.#refused.add(name);
    this.#damaged.add(name);
  }

  /** A collection is about to take these away: they are whole, and yet nothing may rely on them any more. */
  leave(names: Iterable<string>): void {
    for (const name of names) this.#refused.add(name);
  }

  /** The session adds an object to a pack of its own. */
  addOwn(hash: Buffer): void {
    if (this.#isFirst) this.#own.add(hash);
  }

  addOwnPack(hash: string): void {
    this.#ownPacks.add(hash);
  }

  /** A place in a pack that may be relied on now; a promise when somebody's leftover has to be looked at first. */
  find(
    hash: Buffer,
    sizeBytes: number,
    reader: IndexReader = this.#index,
  ): IndexedPlace | null | Promise<IndexedPlace | null> {
    if (this.#index.isEmpty || (this.#isFirst && !this.#own.mayHave(hash))) return null;
    let leftovers: IndexedPlace[] | null = null;
    for (const place of reader.find(hash)) {
      const { pack } = place;
      if (place.rawLength !== sizeBytes || !pack.tag.equals(this.#tag) || this.#refused.has(pack.hash)) continue;
      if (this.#ownPacks.has(pack.hash) || this.#committedPacks.has(pack.hash) || this.#adoptedPacks.has(pack.hash)) {
        return place;
      }
      leftovers ??= [];
      leftovers.push(place);
    }
    return leftovers === null ? null : this.#adoptFirst(leftovers);
  }

  /** Checks a leftover single object and makes it ours; false when it is not there or not whole. */
  async adoptSingle(hash: string): Promise<boolean> {
    if (this.#refused.has(hash)) return false;
    return this.#adopt(this.#paths.object(hash), hash);
  }

  async #adoptFirst(places: readonly IndexedPlace[]): Promise<IndexedPlace | null> {
    for (const place of places) if (await this.#adoptPack(place.pack)) return place;
    return null;
  }

  #adoptPack(pack: IndexedPack): Promise<boolean> {
    const running = this.#adopting.get(pack.hash);
    if (running !== undefined) return running;
    const work = this.#adopt(this.#paths.pack(pack.hash), pack.hash).then((isWhole) => {
      if (isWhole) this.#adoptedPacks.add(pack.hash);
      return isWhole;
    });
    this.#adopting.set(pack.hash, work);
    return work;
  }

  async #adopt(path: string, name: string): Promise<boolean> {
    if ((await this.#io.stat(path)) === null) return false;
    const { hash } = await hashFile(this.#io, path);
    if (hash.toString('hex') !== name) {
      this.refuse(name);
      return false;
    }
    const file = await this.#io.open(path, 'update');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#io.syncFolder(dirname(path));
    return true;
  }
}

const FILTER_BITS = 1 << 24;

/**
 * Says "surely not" in nanoseconds where a look into the index costs microseconds: two bits for each hash, 2 MiB, good
 * for millions of objects (a wrong "maybe" only costs the look).
 */
class HashFilter {
  readonly #bits = new Uint32Array(FILTER_BITS / 32);

  add(hash: Buffer): void {
    this.#set(hash.readUInt32LE(0) % FILTER_BITS);
    this.#set(hash.readUInt32LE(4) % FILTER_BITS);
  }

  mayHave(hash: Buffer): boolean {
    return this.#has(hash.readUInt32LE(0) % FILTER_BITS) && this.#has(hash.readUInt32LE(4) % FILTER_BITS);
  }

  #set(bit: number): void {
    this.#bits[bit >> 5] = (this.#bits[bit >> 5] as number) | (1 << (bit & 31));
  }

  #has(bit: number): boolean {
    return ((this.#bits[bit >> 5] as number) & (1 << (bit & 31))) !== 0;
  }
}
