import type { RescueProblem, RescueResult, WorkOptions } from '../../../shared/contract/index.ts';
import { type ErrorCode, isBackstopError } from '../../../shared/errors/index.ts';
import type { AfcReader } from '../device/index.ts';
import { freeBytes, scaledMs, sleep } from '../platform/index.ts';
import { listMedia, type MediaFile, type MediaListing, mediaItems } from '../storage/index.ts';
import { copyFile, isWhole, KEEP_EVERY_BYTES, partName } from './copy-file.ts';
import { findOnlyInICloud, type OpenLibrary, summariseMissing } from './in-icloud.ts';
import type { Copy } from './journal.ts';
import { RescueMeter } from './meter.ts';
import { asTargetError, noSpace } from './target-errors.ts';
import { TargetFolder } from './target-folder.ts';
import { TargetNames } from './target-names.ts';

export interface RescueRequest {
  readonly udid: string;
  readonly name: string;
  readonly directory: string;
  /** Folders that nothing may be written into: vaults. */
  readonly outside: readonly string[];
  /** The phone's files, to look at; again after a connection broke. */
  readonly openFiles: () => Promise<AfcReader>;
  readonly openLibrary: OpenLibrary;
}

const SUMS = 'SHA256SUMS';
const ICLOUD_LIST = 'Only in iCloud.txt';
/** Tries for one file, and times that the phone's list is gone through. */
const MOST_TRIES = 3;
/** Connections in a row that brought nothing to safety: on a slow computer what a broken one still held is lost. */
const MOST_FRUITLESS = 8;
const MOST_ROUNDS = 8;
const RECONNECT_PAUSE_MS = scaledMs(1_000);
const PROBLEMS_SHOWN = 1000;
const SHOWN_CHARACTERS = 300;
/** What another connection may put right. */
const BROKEN: ReadonlySet<ErrorCode> = new Set([
  'device/connection-lost',
  'device/silent',
  'device/bad-message',
  'device/unreachable',
  'device/tls-failed',
]);

/**
 * Copies a phone's photos and videos, with their edits and dates, into a folder of their own. Nothing is written to or
 * taken from the phone. What a run brought stays whatever ends it, and the next run goes on from there.
 */
export async function runRescue(request: RescueRequest, options: WorkOptions = {}): Promise<RescueResult> {
  const { directory, udid, outside } = request;
  await using folder = await TargetFolder.open({ directory, udid, outside });
  const rescue = new Rescue(request, folder, options);
  try {
    return await rescue.run();
  } catch (error) {
    throw await asTargetError(error, folder.path, rescue.leftBytes);
  } finally {
    rescue.letGo();
  }
}

class Rescue {
  readonly #request: RescueRequest;
  readonly #folder: TargetFolder;
  readonly #signal: AbortSignal | undefined;
  readonly #meter: RescueMeter;
  readonly #names: TargetNames;
  /** Names in the folder, by the phone's paths. */
  readonly #chosen = new Map<string, string>();
  readonly #started = performance.now();
  /** Copies that were read back in this run. */
  readonly #whole = new Set<Copy>();
  readonly #tries = new Map<string, number>();
  /** By the phone's path: what cannot be copied. */
  readonly #given = new Map<string, ErrorCode>();
  readonly #copied = { files: 0, bytes: 0 };
  /** Of what was found missing last, still to come. */
  leftBytes = 0;
  #connection: Promise<AfcReader> | null = null;
  /** Files, and parts of large ones, that are safe: what a broken connection did not take. */
  #steps = 0;

  constructor(request: RescueRequest, folder: TargetFolder, { signal, onProgress }: WorkOptions) {
    this.#request = request;
    this.#folder = folder;
    this.#signal = signal;
    this.#meter = new RescueMeter(onProgress);
    this.#names = new TargetNames([...folder.journal.copies.values()].map(({ as }) => as));
  }

  async run(): Promise<RescueResult> {
    let listing = await this.#list();
    try {
      for (let round = 1; round <= MOST_ROUNDS; round += 1) {
        await this.#copyMissing(await this.#missing(listing));
        await this.#readBack(listing);
        await this.#folder.sync();
        // The phone is in its owner's hand: what came or changed meanwhile counts too.
        listing = await this.#list();
        if ((await this.#missing(listing)).length === 0 && this.#unread(listing).length === 0) break;
      }
    } finally {
      // Whatever ended it: what is here can be checked by anybody.
      await this.#writeSums().catch(() => undefined);
    }
    return await this.#finish(listing);
  }

  letGo(): void {
    void this.#connection?.then((phone) => phone.disconnect()).catch(() => undefined);
  }

  #list(): Promise<MediaListing> {
    this.#meter.enter('looking-at-phone', null);
    const options = {
      signal: this.#signal,
      onFound: (files: number, bytes: number) => this.#meter.found(files, bytes),
    };
    return this.#withPhone((phone) => listMedia(phone, options));
  }

  /** What the phone lists and the folder does not have as it is now, but for what was given up. */
  async #missing({ files }: MediaListing): Promise<readonly MediaFile[]> {
    const missing: MediaFile[] = [];
    for (const file of files) {
      this.#signal?.throwIfAborted();
      if ((await this.#copyOf(file)) !== null || this.#isGivenUp(file)) continue;
      missing.push(file);
    }
    return missing;
  }

  async #copyOf(file: MediaFile): Promise<Copy | null> {
    const copy = this.#folder.journal.copies.get(file.path);
    if (copy === undefined || copy.size !== file.sizeBytes || copy.modified !== file.modifiedMs) return null;
    if (this.#whole.has(copy)) return copy;
    return (await this.#folder.sizeOf(copy.as)) === copy.size ? copy : null;
  }

  async #copyMissing(files: readonly MediaFile[]): Promise<void> {
    const total = { files: files.length, bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) };
    if (files.length === 0) return;
    await this.#folder.cleanParts(new Set(files.map(partName)));
    if ((await freeBytes(this.#folder.path)) < BigInt(total.bytes)) throw await noSpace(this.#folder.path, total.bytes);
    this.#meter.enter('rescuing', total);
    this.leftBytes = total.bytes;
    // While the disk makes one file safe the phone sends the next; large ones share a cable with no other large one.
    const small = files.filter(({ sizeBytes }) => sizeBytes < KEEP_EVERY_BYTES).values();
    const large = files.filter(({ sizeBytes }) => sizeBytes >= KEEP_EVERY_BYTES).values();
    await inLanes([small, small, large], async (file) => {
      this.#signal?.throwIfAborted();
      await this.#copyOne(file);
      this.leftBytes -= file.sizeBytes;
      this.#meter.file();
    });
    this.#meter.end();
  }

  async #copyOne(file: MediaFile): Promise<void> {
    this.#tries.set(partName(file), (this.#tries.get(partName(file)) ?? 0) + 1);
    const as = this.#nameFor(file.path);
    const options = {
      signal: this.#signal,
      onBytes: (bytes: number) => this.#meter.bytes(bytes),
      onKept: () => {
        this.#steps += 1;
      },
    };
    try {
      const copy = await this.#withPhone((phone) => copyFile(phone, this.#folder, file, as, options));
      if (copy === null) {
        this.#given.set(file.path, 'rescue/keeps-changing');
        return;
      }
      this.#given.delete(file.path);
      this.#steps += 1;
      this.#copied.files += 1;
      this.#copied.bytes += copy.size;
    } catch (error) {
      // One file that the phone refuses does not take the others with it.
      if (!isBackstopError(error, 'device/file-error')) throw error;
      this.#given.set(file.path, 'rescue/refused');
    }
  }

  /** A file keeps its name in the folder, whatever becomes of it there. */
  #nameFor(path: string): string {
    const known = this.#folder.journal.copies.get(path)?.as ?? this.#chosen.get(path) ?? this.#names.choose(path);
    this.#chosen.set(path, known);
    return known;
  }

  #isGivenUp(file: MediaFile): boolean {
    return (this.#tries.get(partName(file)) ?? 0) >= MOST_TRIES;
  }

  /** Every copy of what the phone lists, once, from the disk. */
  async #readBack(listing: MediaListing): Promise<void> {
    const unread = this.#unread(listing);
    if (unread.length === 0) return;
    this.#meter.enter('checking-rescue', {
      files: unread.length,
      bytes: unread.reduce((sum, copy) => sum + copy.size, 0),
    });
    const options = { signal: this.#signal, onBytes: (bytes: number) => this.#meter.bytes(bytes) };
    const queue = unread.values();
    await inLanes([queue, queue, queue, queue], async (copy) => {
      this.#signal?.throwIfAborted();
      if (await isWhole(this.#folder, copy, options)) {
        this.#whole.add(copy);
      } else {
        this.#given.set(copy.path, 'rescue/damaged-copy');
        this.#chosen.set(copy.path, copy.as);
        this.#folder.markDamaged(copy);
      }
      this.#meter.file();
    });
    this.#meter.end();
  }

  #unread({ files }: MediaListing): readonly Copy[] {
    return files.flatMap((file) => {
      const copy = this.#folder.journal.copies.get(file.path);
      if (copy === undefined || this.#whole.has(copy)) return [];
      return copy.size === file.sizeBytes && copy.modified === file.modifiedMs ? [copy] : [];
    });
  }

  async #finish(listing: MediaListing): Promise<RescueResult> {
    const { udid, name } = this.#request;
    const { journal, path } = this.#folder;
    const have = listing.files.filter((file) => this.#isAccounted(file));
    const problems = [
      ...listing.files.filter((file) => !this.#isAccounted(file)).map((file) => this.#problemOf(file)),
      ...listing.unread.map((one): RescueProblem => {
        const code: ErrorCode = one.why === 'unsafe-name' ? 'rescue/unsafe-name' : 'rescue/refused';
        return { path: shown(one.path), code };
      }),
    ];
    const onPhone = new Set(listing.files.map((file) => file.path));
    const onlyInICloud = await this.#onlyInICloud(onPhone);
    await this.#folder.sync();
    const items = mediaItems(have.filter((file) => file.area !== 'shared-album'));
    const count = (fits: (item: (typeof items)[number]) => boolean): number => items.filter(fits).length;
    const gone = [...journal.copies.keys()].filter((one) => !onPhone.has(one)).length;
    return {
      type: 'result',
      udid,
      name,
      path,
      outcome: problems.length === 0 ? 'complete' : 'incomplete',
      files: have.length,
      bytes: have.reduce((sum, file) => sum + file.sizeBytes, 0),
      photos: count((item) => item.kind === 'photo'),
      videos: count((item) => item.kind === 'video'),
      live: count((item) => item.isLive),
      edited: count((item) => item.isEdited),
      copied: { ...this.#copied },
      kept: gone + journal.aside.size,
      onlyInICloud,
      problems: problems.slice(0, PROBLEMS_SHOWN),
      problemCount: problems.length,
      sums: SUMS,
      finishedAt: new Date().toISOString(),
      seconds: (performance.now() - this.#started) / 1000,
    };
  }

  /** In the folder as the phone lists it now, and read back. */
  #isAccounted(file: MediaFile): boolean {
    const copy = this.#folder.journal.copies.get(file.path);
    if (copy === undefined || !this.#whole.has(copy)) return false;
    return copy.size === file.sizeBytes && copy.modified === file.modifiedMs;
  }

  #problemOf(file: MediaFile): RescueProblem {
    return { path: shown(file.path), code: this.#given.get(file.path) ?? 'rescue/keeps-changing' };
  }

  async #onlyInICloud(onPhone: ReadonlySet<string>): Promise<RescueResult['onlyInICloud']> {
    this.#meter.enter('looking-in-library', null);
    const { openLibrary } = this.#request;
    const found = await this.#withPhone((phone) => findOnlyInICloud(phone, openLibrary, onPhone, this.#signal));
    if (found.missing.length === 0) {
      await this.#folder.removeText(ICLOUD_LIST);
      return summariseMissing(found, null);
    }
    const lines = found.missing.map((one) => `${one.name}\t${one.place}`);
    await this.#folder.writeText(ICLOUD_LIST, lines);
    return summariseMissing(found, ICLOUD_LIST);
  }

  /** As `sha256sum -c` reads it: everything in the folder, what the phone no longer has among it. */
  async #writeSums(): Promise<void> {
    const { copies, aside } = this.#folder.journal;
    const all = [...copies.values(), ...aside.values()].toSorted((a, b) => (a.as < b.as ? -1 : 1));
    await this.#folder.writeText(
      SUMS,
      all.map((copy) => `${copy.sha256}  ${copy.as}`),
    );
  }

  /** A connection that broke is opened again, while that brings anything; a phone that has gone ends it. */
  async #withPhone<T>(work: (phone: AfcReader) => Promise<T>): Promise<T> {
    let steps = this.#steps;
    for (let tries = 1; ; tries += 1) {
      this.#connection ??= this.#request.openFiles();
      const connection = this.#connection;
      try {
        return await work(await connection);
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (!isBackstopError(error) || !BROKEN.has(error.code)) throw error;
        // Whoever comes second finds it replaced already.
        if (this.#connection === connection) {
          this.letGo();
          this.#connection = null;
        }
        if (steps !== this.#steps) tries = 1;
        steps = this.#steps;
        if (tries >= MOST_FRUITLESS) throw error;
        await sleep(RECONNECT_PAUSE_MS, this.#signal);
      }
    }
  }
}

function shown(path: string): string {
  return path.slice(0, SHOWN_CHARACTERS).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '_');
}

/** The first failure stops all lanes, and is thrown when nothing is under way any more. */
async function inLanes<T>(lanes: ReadonlyArray<Iterable<T>>, work: (one: T) => Promise<void>): Promise<void> {
  let isStopped = false;
  const go = async (lane: Iterable<T>): Promise<void> => {
    for (const one of lane) {
      if (isStopped) return;
      try {
        await work(one);
      } catch (error) {
        isStopped = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(lanes.map(go));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
