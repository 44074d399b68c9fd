import { createReadStream } from 'node:fs';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { ObjectRef } from '../../vault/index.ts';
import type { BackupFile, RawFiles } from '../source/types.ts';
import { asExportError, type ExportFolder, exportDamaged, type WrittenFile } from './export-folder.ts';
import { type ExtractJob, type ExtractResult, ExtractThreads, MAX_EXTRACTORS } from './extract-threads.ts';
import { SideBySide } from './side-by-side.ts';

/** Many files at a time, on threads: the main one only decides where they go and hands bytes on. */

/** Who counts, and writes what cannot be written here. */
export interface BulkOwner {
  found: number;
  take(file: BackupFile): Promise<void>;
  wrote(file: BackupFile, written: Pick<WrittenFile, 'path' | 'bytes'>): void;
  /** Throws what is not about this file alone. */
  missed(file: BackupFile, error: unknown): void;
}

/** Files that are looked up together. */
const WINDOW = 512;
/** Files and bytes that are handed to a thread together. */
const BATCH_FILES = 64;
const BATCH_BYTES = 8 * 1024 * 1024;
/** Longer ones are not left to a thread, which hears nothing while it works. */
const LONG_BYTES = 64 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;
const BLOCKS = 4 + MAX_EXTRACTORS;

interface Planned {
  readonly file: BackupFile;
  /** Below the folder. */
  readonly path: string;
  readonly job: ExtractJob;
}

type PlannedObject = Planned & ObjectRef;

export class BulkExtraction {
  readonly #raw: RawFiles;
  readonly #folder: ExportFolder;
  readonly #owner: BulkOwner;
  readonly #signal: AbortSignal | undefined;
  readonly #threads = new ExtractThreads();
  readonly #running = new SideBySide(2 * MAX_EXTRACTORS);
  #window: BackupFile[] = [];

  constructor(raw: RawFiles, folder: ExportFolder, owner: BulkOwner, signal: AbortSignal | undefined) {
    this.#raw = raw;
    this.#folder = folder;
    this.#owner = owner;
    this.#signal = signal;
  }

  async take(file: BackupFile): Promise<void> {
    this.#window.push(file);
    if (this.#window.length >= WINDOW) await this.#send();
  }

  async flush(): Promise<void> {
    await this.#send();
    await this.#running.end();
  }

  /** When no thread writes any more. */
  async stop(): Promise<void> {
    await this.#running.settle();
    await this.#threads.stop();
  }

  async #send(): Promise<void> {
    const files = this.#window;
    this.#window = [];
    const keys = this.#raw.keysOf(files);
    if (this.#raw.placeOf !== undefined) await this.#fromFolder(files, keys);
    else await this.#fromVault(files, keys);
  }

  async #fromFolder(files: readonly BackupFile[], keys: ReturnType<RawFiles['keysOf']>): Promise<void> {
    let batch: Planned[] = [];
    let bytes = 0;
    const send = async (): Promise<void> => {
      const own = batch;
      batch = [];
      bytes = 0;
      if (own.length > 0) await this.#running.start(() => this.#write(own, null));
    };
    for (const [at, file] of files.entries()) {
      this.#signal?.throwIfAborted();
      const place = this.#raw.placeOf?.(file) ?? null;
      const key = keys[at] ?? null;
      if (place === null || isEmptied(file, place.bytes)) {
        // Whether that matters is decided in one place.
        await this.#running.start(() => this.#owner.take(file));
        continue;
      }
      this.#owner.found += 1;
      if (key instanceof BackstopError) {
        this.#owner.missed(file, key);
        continue;
      }
      const planned = await this.#plan(file, place.bytes === 0 ? null : key, { kind: 'file', path: place.path });
      if (planned === null) continue;
      if (place.bytes > LONG_BYTES) {
        await this.#running.start(() =>
          this.#stream(planned, createReadStream(place.path, { highWaterMark: PIECE_BYTES })),
        );
        continue;
      }
      batch.push(planned);
      bytes += place.bytes;
      if (batch.length >= BATCH_FILES || bytes >= BATCH_BYTES) await send();
    }
    await send();
  }

  async #fromVault(files: readonly BackupFile[], keys: ReturnType<RawFiles['keysOf']>): Promise<void> {
    const planned: PlannedObject[] = [];
    for (const [at, file] of files.entries()) {
      this.#signal?.throwIfAborted();
      const object = this.#raw.objectOf?.(file) ?? null;
      const key = keys[at] ?? null;
      if (object === null || object.sizeBytes === 0) {
        await this.#running.start(() => this.#owner.take(file));
        continue;
      }
      this.#owner.found += 1;
      if (key instanceof BackstopError) {
        this.#owner.missed(file, key);
        continue;
      }
      const plan = await this.#plan(file, key, { kind: 'block', at: 0, length: 0, sha256: null });
      if (plan !== null) planned.push({ ...plan, hash: object.hash, sizeBytes: object.sizeBytes });
    }
    await this.#raw.readBlocks?.(
      planned,
      {
        block: async ({ bytes, objects, places }) => {
          const jobs = objects.map((object, at) => ({
            ...object.job,
            from: {
              kind: 'block' as const,
              at: places[at * 2] ?? 0,
              length: places[at * 2 + 1] ?? 0,
              sha256: object.hash?.toString('hex') ?? null,
            },
          }));
          return this.#settle(objects, await this.#ask(() => this.#threads.files(jobs, bytes)));
        },
        alone: async (object) => {
          const pieces = this.#raw.readObject?.(object);
          if (pieces !== undefined) await this.#stream(object, pieces);
        },
      },
      { signal: this.#signal, blocks: BLOCKS, distinct: false },
    );
  }

  /** Its bytes come through the main thread, so that it can be stopped. */
  async #stream(planned: Planned, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      const result = await this.#ask(() => this.#threads.stream(planned.job, stoppable(pieces, this.#signal)));
      await this.#settle([planned], [result]);
    } catch (error) {
      this.#owner.missed(planned.file, error);
    }
  }

  /** Null: it has no place to go to, or is on its way. */
  async #plan(file: BackupFile, key: Uint8Array | null, from: ExtractJob['from']): Promise<Planned | null> {
    try {
      const place = await this.#folder.reserve(partsOf(file));
      if (place === null) {
        this.#owner.found -= 1;
        await this.#running.start(() => this.#owner.take(file));
        return null;
      }
      const { path, target, unfinished } = place;
      const modified = Math.max(0, file.modified ?? 0);
      return { file, path, job: { from, key, expected: file.sizeBytes, target, unfinished, modified } };
    } catch (error) {
      this.#owner.missed(file, error);
      return null;
    }
  }

  async #write(planned: readonly Planned[], block: SharedArrayBuffer | null): Promise<void> {
    this.#signal?.throwIfAborted();
    const jobs = planned.map(({ job }) => job);
    await this.#settle(planned, await this.#ask(() => this.#threads.files(jobs, block)));
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asExportError(error, (error as { readonly target?: string }).target ?? this.#folder.root);
    }
  }

  /** Answers the positions of those whose bytes were not what they should be. */
  async #settle(planned: readonly Planned[], results: readonly ExtractResult[]): Promise<number[]> {
    const written: WrittenFile[] = [];
    const others: number[] = [];
    for (const [at, result] of results.entries()) {
      const one = planned[at];
      if (one === undefined) continue;
      const { file, path, job } = one;
      if ('sha256' in result) {
        if (!result.isAsWritten) throw exportDamaged(job.target);
        written.push({ path, bytes: result.bytes, sha256: result.sha256 });
        this.#owner.wrote(file, { path, bytes: result.bytes });
      } else if ('problem' in result) {
        const { domain, path: from } = file;
        const message = `${domain} ${from}: ${result.problem}`;
        const data = { domain, path: from, reason: result.problem };
        this.#owner.missed(file, new BackstopError('browse/unreadable-file', { message, data }));
      } else if ('isTaken' in result) {
        this.#owner.found -= 1;
        await this.#owner.take(file);
      } else {
        others.push(at);
      }
    }
    if (written.length > 0) await this.#folder.wrote(written);
    return others;
  }
}

export function partsOf({ domain, path }: BackupFile): string[] {
  return [domain, ...(path === '' ? [] : path.split('/').filter((part) => part !== ''))];
}

/** Nothing is stored for a file that had something in it. */
function isEmptied({ sizeBytes }: BackupFile, storedBytes: number): boolean {
  return storedBytes === 0 && sizeBytes !== 0;
}

async function* stoppable(
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    yield piece;
  }
}
