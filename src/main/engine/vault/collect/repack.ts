import { hash as hashOnce, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { Clock } from '../../platform/index.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { publish, readFully, type VaultFile, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { INDEX_ENTRY_BYTES, INDEX_HEADER_BYTES, type IndexEntry, readIndexEntry } from '../pack/layout.ts';
import { OpenPack } from '../pack/open-pack.ts';
import { readPackContents } from '../pack/read-index.ts';
import { salvageRecords } from '../pack/salvage.ts';
import type { BlockPool } from '../store/block-pool.ts';
import type { HashThread } from '../store/hash-threads.ts';
import { HashedFile } from '../store/hashed-file.ts';
import { decode } from '../store/object-source.ts';

/** Writes what is still needed of nearly empty packs into new ones. The old ones stay until a sweep takes them. */

/** An object in a pack is never larger: larger ones are files of their own, or alone in their pack. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;

export interface RepackContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly index: ObjectIndex;
  readonly pool: BlockPool;
  readonly thread: HashThread;
  readonly clock: Clock;
  readonly vaultId: string;
  /** Session id of the lease under which this happens: its staging folder is removed if we die. */
  readonly session: string;
  readonly packTargetBytes: number;
  readonly signal: AbortSignal;
  /** Whose pack it is, where its own header cannot tell. */
  readonly tagOf?: (pack: string) => Buffer | undefined;
}

export interface Repacked {
  readonly from: string;
  readonly to: readonly string[];
}

export interface RepackReport {
  readonly moved: readonly Repacked[];
  readonly copiedBytes: number;
  /** Packs that hold damaged bytes: left as they are, for the scrub to name. */
  readonly damaged: readonly string[];
}

/** Copies from each pack the objects that `isWanted`, passing over those that are known to be damaged. Everything in `moved` is sealed and durable when this resolves. */
export async function repack(
  context: RepackContext,
  packs: readonly string[],
  isWanted: (entry: IndexEntry) => boolean,
  isDamaged: (pack: string, entry: IndexEntry) => boolean = () => false,
): Promise<RepackReport> {
  const moved: Array<{ from: string; to: Set<string> }> = [];
  const damaged: string[] = [];
  const writers = new Map<string, PackWriter>();
  let copiedBytes = 0;
  try {
    for (const from of packs) {
      context.signal.throwIfAborted();
      const tag = context.tagOf?.(from) ?? context.index.pack(from)?.tag;
      if (tag === undefined) continue;
      const key = tag.toString('hex');
      const writer = writers.get(key) ?? new PackWriter(context, tag);
      writers.set(key, writer);
      const copied = await copyWanted(context, from, (entry) => isWanted(entry) && !isDamaged(from, entry), writer);
      if (copied === null) {
        damaged.push(from);
        continue;
      }
      copiedBytes += copied.bytes;
      moved.push({ from, to: copied.to });
    }
    for (const writer of writers.values()) await writer.seal();
    const sealed = new Map([...writers.values()].flatMap((writer) => [...writer.names]));
    return {
      moved: moved.map(({ from, to }) => ({ from, to: [...to].map((token) => sealed.get(token) ?? missing(token)) })),
      copiedBytes,
      damaged,
    };
  } finally {
    for (const writer of writers.values()) await writer.discard();
  }
}

function missing(token: string): never {
  throw new BackstopError('internal/bug', { message: `a new pack (${token}) was not sealed` });
}

/** Null when something in the pack is not what it should be: then nothing of it counts as moved. */
async function copyWanted(
  context: RepackContext,
  from: string,
  isWanted: (entry: IndexEntry) => boolean,
  writer: PackWriter,
): Promise<{ readonly to: Set<string>; readonly bytes: number } | null> {
  const { io, paths, signal } = context;
  const path = paths.pack(from);
  const wanted = (await entriesOf(io, path, signal)).filter(isWanted);
  wanted.sort((a, b) => a.offset - b.offset);
  const to = new Set<string>();
  let bytes = 0;
  const file = await io.open(path, 'read');
  try {
    for (const entry of wanted) {
      signal.throwIfAborted();
      const stored = await readStored(file, entry);
      if (stored === null) return null;
      to.add(await writer.add(entry, stored));
      bytes += stored.length;
    }
  } finally {
    await file.close();
  }
  return { to, bytes };
}

/** By the pack's own list; where that is damaged, by looking for records. */
async function entriesOf(io: VaultIo, path: string, signal: AbortSignal): Promise<IndexEntry[]> {
  const contents = await readPackContents(io, path);
  const entries: IndexEntry[] = [];
  if ('problem' in contents) {
    for await (const record of salvageRecords(io, path, signal)) if (record.isWhole) entries.push(record);
    return entries;
  }
  for (let at = INDEX_HEADER_BYTES; at < contents.index.length; at += INDEX_ENTRY_BYTES) {
    entries.push(readIndexEntry(contents.index, at));
  }
  return entries;
}

/** The stored bytes of a record, its raw hash checked on the way; null when they are wrong. */
export async function readStored(file: VaultFile, entry: Omit<IndexEntry, 'crc'>): Promise<Buffer | null> {
  if (entry.storedLength > MAX_RECORD_BYTES || entry.rawLength > MAX_RECORD_BYTES) return null;
  const stored = Buffer.allocUnsafe(entry.storedLength);
  if ((await readFully(file, stored, entry.offset)) !== stored.length) return null;
  const raw = decode(stored, entry.codec, entry.rawLength);
  return raw !== null && hashOnce('sha256', raw, 'buffer').equals(entry.hash) ? stored : null;
}

/** New packs of one device, sealed as a session's are: synced, closed, renamed, looked at, their folder synced. */
class PackWriter {
  /** Final names by the tokens that `add` answered. */
  readonly names = new Map<string, string>();
  readonly #context: RepackContext;
  readonly #tag: Buffer;
  #open: { readonly pack: OpenPack; readonly token: string } | null = null;

  constructor(context: RepackContext, tag: Buffer) {
    this.#context = context;
    this.#tag = tag;
  }

  /** Answers a token for the pack that it went into. */
  async add(entry: IndexEntry, stored: Buffer): Promise<string> {
    const open = this.#open ?? this.#begin();
    const { hash, rawLength, codec } = entry;
    const record = { hash: Buffer.from(hash), rawLength, storedLength: stored.length, crc: crc32(stored), codec };
    if (open.pack.find(hash) === null) await open.pack.addStream(record, once(stored));
    if (open.pack.sizeBytes >= this.#context.packTargetBytes) await this.seal();
    return open.token;
  }

  async seal(): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const { io, paths, index } = this.#context;
    const { hash, sizeBytes, path, index: packIndex } = await open.pack.finish();
    const name = hash.toString('hex');
    if ((await publish(io, path, paths.pack(name), hash)) === 'other-bytes-there') {
      throw new BackstopError('vault/disk-error', { data: { path: paths.pack(name), reason: 'the name is taken' } });
    }
    const facts = await io.stat(paths.pack(name));
    if (facts?.sizeBytes !== sizeBytes) {
      throw new BackstopError('vault/object-vanished', { data: { object: name } });
    }
    await io.syncFolder(paths.packFolder(name));
    await index.addPack({ hash: name, tag: this.#tag, sizeBytes, flags: 0 }, packIndex);
    this.names.set(open.token, name);
  }

  async discard(): Promise<void> {
    await this.#open?.pack.discard();
    this.#open = null;
  }

  #begin(): { readonly pack: OpenPack; readonly token: string } {
    const { io, paths, pool, thread, vaultId, session, clock } = this.#context;
    const token = randomUUID();
    const file = new HashedFile(io, join(paths.tmp(session), `${token}.pack`), pool, thread);
    const pack = new OpenPack(file, {
      flags: 0,
      vault: Buffer.from(vaultId.replaceAll('-', ''), 'hex'),
      session: Buffer.from(session.replaceAll('-', ''), 'hex'),
      createdMs: clock.now().getTime(),
      deviceTag: this.#tag,
    });
    this.#open = { pack, token };
    return this.#open;
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
