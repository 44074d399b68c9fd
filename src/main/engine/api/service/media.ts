import { randomBytes } from 'node:crypto';
import {
  type MediaRange,
  type MediaSource,
  type OpenedMedia,
  resolveRange,
} from '../../../../shared/contract/carrier/index.ts';
import type { VersionRef } from '../../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { type BackupFile, UnreadableList } from '../../browse/index.ts';
import type { OpenVersion } from './browse-version.ts';
import { MediaScratch } from './media-scratch.ts';
import { type HeicDecoder, ThumbMaker } from './media-thumbs.ts';
import { type ShownType, SNIFFED_BYTES, sniff } from './media-types.ts';
import type { OpenBackups } from './open-backups.ts';

/**
 * Bytes of items for pages: offered by tokens that nobody can guess, each for one thing of one version. What is served is
 * decided by the bytes, not by any name.
 */

/** What a token stands for; paths are of the backup's own list. */
export type MediaItem =
  | { readonly kind: 'file'; readonly domain: string; readonly path: string }
  | { readonly kind: 'contact'; readonly row: number }
  | { readonly kind: 'thumb'; readonly domain: string; readonly path: string };

interface Offer {
  readonly ref: VersionRef;
  readonly item: MediaItem;
  readonly name: string;
}

interface Content {
  readonly type: ShownType;
  readonly size: number;
  /** In memory already; else read through the version. */
  readonly whole: Buffer | null;
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

const TOKEN_BYTES = 24;
const MOST_TOKENS = 50_000;
/** Smaller files are decrypted anew for every question. */
const SMALL_BYTES = 4 * 1024 * 1024;
/** Who asked for bytes and does not begin to take them has gone. */
const PATIENCE_MS = 60_000;

export interface MediaOptions {
  readonly heic?: HeicDecoder | null;
  readonly mostTokens?: number;
}

export class Media implements MediaSource {
  readonly #backups: OpenBackups;
  readonly #mostTokens: number;
  readonly #heic: HeicDecoder | null;
  readonly thumbs: ThumbMaker;
  /** The one used last stands last. */
  readonly #offers = new Map<string, Offer>();
  readonly #tokens = new Map<string, string>();

  constructor(backups: OpenBackups, { heic = null, mostTokens = MOST_TOKENS }: MediaOptions = {}) {
    this.#backups = backups;
    this.#mostTokens = mostTokens;
    this.#heic = heic;
    this.thumbs = new ThumbMaker(heic);
  }

  get count(): number {
    return this.#offers.size;
  }

  /** The same thing has the same token as long as it is among the last ones used. */
  offer(ref: VersionRef, item: MediaItem): string {
    const name = `${ref.vault} ${ref.snapshot} ${item.kind} ${item.kind === 'contact' ? item.row : `${item.domain}/${item.path}`}`;
    const known = this.#tokens.get(name);
    if (known !== undefined) {
      this.#touch(known);
      return known;
    }
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    this.#offers.set(token, { ref, item, name });
    this.#tokens.set(name, token);
    const oldest = this.#offers.size > this.#mostTokens ? this.#offers.keys().next().value : undefined;
    if (oldest !== undefined) this.#withdraw(oldest);
    return token;
  }

  /** When looking into backups is locked: no token opens anything any more. */
  forget(): void {
    this.#offers.clear();
    this.#tokens.clear();
    this.thumbs.forget();
  }

  async openMedia(token: string, range: MediaRange | null): Promise<OpenedMedia> {
    const offer = this.#touch(token);
    if (offer === null) throw new BackstopError('app/unknown-media');
    const ready = Promise.withResolvers<OpenedMedia>();
    const use = this.#backups.use(offer.ref, async (version) => {
      const content = await this.#content(version, offer.item);
      const part = resolveRange(range, content.size);
      if (part === null) throw new BackstopError('app/bad-range');
      const { start, end } = part;
      const about = { type: content.type, size: content.size, start, end };
      if (content.whole !== null) {
        ready.resolve({ ...about, bytes: once(content.whole.subarray(start, end + 1)) });
        return;
      }
      // The version stays open until the last byte was taken.
      const taking = new Taking(content.read(start, end), version.signal);
      ready.resolve({ ...about, bytes: taking });
      await taking.ended;
    });
    use.catch((error: unknown) => ready.reject(error));
    return ready.promise;
  }

  #touch(token: string): Offer | null {
    const offer = this.#offers.get(token);
    if (offer === undefined) return null;
    this.#offers.delete(token);
    this.#offers.set(token, offer);
    return offer;
  }

  #withdraw(token: string): void {
    const offer = this.#offers.get(token);
    this.#offers.delete(token);
    if (offer !== undefined) this.#tokens.delete(offer.name);
  }

  async #content(version: OpenVersion, item: MediaItem): Promise<Content> {
    if (item.kind === 'contact') {
      const photo = (await version.contactPhotos()).find(item.row, new UnreadableList());
      if (photo === null) throw notShown();
      return inMemory(photo.bytes);
    }
    const file = version.backup.file(item.domain, item.path);
    if (file === null || file.kind !== 'file' || !version.backup.hasContent(file)) {
      throw new BackstopError('browse/no-content', { data: { domain: item.domain, path: item.path } });
    }
    if (item.kind === 'thumb') {
      const made = await this.thumbs.thumb(version, file);
      if (made === null) throw notShown();
      return made === 'itself' ? this.#ofFile(version, file) : inMemory(made);
    }
    return this.#ofFile(version, file);
  }

  async #ofFile(version: OpenVersion, file: BackupFile): Promise<Content> {
    const { backup } = version;
    const type = sniff(await backup.readRange(file, 0, SNIFFED_BYTES));
    if (type === null) throw notShown();
    if (type === 'image/heic' && this.#heic !== null) {
      const shown = await this.thumbs.shown(version, file);
      if (shown !== null) return inMemory(shown);
    }
    const size = file.sizeBytes;
    if (size === null || size <= SMALL_BYTES) return inMemory(await backup.readWhole(file, SMALL_BYTES * 4));
    const scratch = await version.keepOwn('scratch', async () => new MediaScratch(this.#backups.workFolder, backup));
    return { type, size, whole: null, read: (start, end) => scratch.read(file, start, end) };
  }
}

function inMemory(bytes: Buffer): Content {
  const type = sniff(bytes);
  if (type === null) throw notShown();
  return { type, size: bytes.length, whole: bytes, read: (start, end) => once(bytes.subarray(start, end + 1)) };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

function notShown(): BackstopError {
  return new BackstopError('browse/not-shown');
}

/** Bytes that are taken once; says when that has ended, also when it never began. */
class Taking implements AsyncIterable<Uint8Array> {
  readonly #bytes: AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #end = Promise.withResolvers<void>();
  readonly #timer: NodeJS.Timeout;

  constructor(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#bytes = bytes;
    this.#signal = signal;
    this.#timer = setTimeout(() => this.#end.resolve(), PATIENCE_MS);
    this.#timer.unref();
  }

  get ended(): Promise<void> {
    return this.#end.promise;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    clearTimeout(this.#timer);
    try {
      for await (const chunk of this.#bytes) {
        if (this.#signal.aborted) throw new BackstopError('app/locked');
        yield chunk;
      }
    } finally {
      this.#end.resolve();
    }
  }
}
