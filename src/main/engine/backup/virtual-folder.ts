import { BackstopError, isBackstopError } from '../../../shared/errors/index.ts';
import { formatBytes } from '../../../shared/text/index.ts';
import {
  FOLDER_STATUS,
  FolderError,
  type FolderFile,
  type FolderListing,
  type FolderUpload,
  type HostFolder,
} from '../device/index.ts';
import type { Clock } from '../platform/index.ts';
import type { ObjectRef, ObjectWriter, VaultSession } from '../vault/types.ts';
import type { Overlay, StoredFile } from './overlay/index.ts';
import { parseVirtualPath, type VirtualPath } from './paths.ts';

/**
 * The backup folder that a phone drives and that is nowhere on a disk: names are rows of the overlay, content goes
 * straight into the vault and is read back from there. It answers as a real folder would.
 */

/** What the folder needs of a vault session. */
export type ObjectStore = Pick<VaultSession, 'createObject' | 'read'>;

export interface VirtualFolderOptions {
  readonly overlay: Overlay;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  /** Bytes the phone may count on: the vault's volume without its reserve. */
  readonly freeBytes: () => Promise<bigint>;
  /** Called for each piece of content that arrives: O(1), never throws. */
  readonly onReceived?: (bytes: number) => void;
  readonly onFileReceived?: () => void;
  readonly onFilesMoved?: (count: number) => void;
}

export class VirtualFolder implements HostFolder {
  readonly #overlay: Overlay;
  readonly #options: VirtualFolderOptions;
  #failure: BackstopError | null = null;
  #receivedBytes = 0;

  constructor(options: VirtualFolderOptions) {
    this.#overlay = options.overlay;
    this.#options = options;
  }

  /** Why this run cannot become a version, if so. */
  get failure(): BackstopError | null {
    return this.#failure;
  }

  async openFile(path: string): Promise<FolderFile> {
    return this.#guard(() => {
      const parsed = this.#parse(path);
      const found = this.#overlay.find(parsed);
      switch (found.kind) {
        case 'missing':
          throw new FolderError(FOLDER_STATUS.notFound, 'No such file or directory');
        case 'through-file':
          throw new FolderError(FOLDER_STATUS.notDirectory, 'Not a directory');
        case 'folder':
          throw new FolderError(FOLDER_STATUS.isDirectory, 'Is a directory');
        case 'file':
          return {
            sizeBytes: found.file.sizeBytes,
            read: () => this.#read(found.file),
            // Nothing is held open between two reads of the vault.
            close: async () => {},
          };
      }
    });
  }

  createFile(path: string): FolderUpload {
    return this.#guard(() => {
      const parsed = this.#parse(path);
      this.#overlay.checkFile(parsed);
      return new ObjectUpload(this, parsed, this.#options.objects.createObject());
    });
  }

  async list(path: string): Promise<readonly FolderListing[]> {
    return this.#guard(() => {
      const parsed = this.#parse(path);
      const items = this.#overlay.list(parsed);
      this.#readAhead(parsed);
      return items;
    });
  }

  async createDirectory(path: string): Promise<void> {
    this.#guard(() => this.#overlay.makeFolder(this.#parse(path), this.#now()));
  }

  async moveItems(pairs: ReadonlyArray<readonly [from: string, to: string]>): Promise<void> {
    this.#guard(() => {
      const moves = pairs.map(([from, to]) => ({ from: this.#parse(from), to: this.#parse(to) }));
      this.#overlay.move(moves, this.#now());
    });
    this.#options.onFilesMoved?.(pairs.length);
  }

  async removeItems(paths: readonly string[]): Promise<void> {
    this.#guard(() => this.#overlay.remove(paths.map((path) => this.#parse(path))));
  }

  async copyItem(from: string, to: string): Promise<void> {
    this.#guard(() => this.#overlay.copy(this.#parse(from), this.#parse(to), this.#now()));
  }

  async freeBytes(): Promise<bigint> {
    try {
      return await this.#options.freeBytes();
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** A file of this computer's own, which counts as nothing received. */
  async put(path: string, content: Uint8Array): Promise<void> {
    try {
      const parsed = parseVirtualPath(path);
      const writer = this.#options.objects.createObject(content.length);
      await writer.write(content);
      const { hash, sizeBytes } = await writer.finish();
      this.#overlay.putFile(parsed, { hash, sizeBytes, modified: this.#now() });
    } catch (error) {
      throw this.explain(error);
    }
  }

  // --- For uploads ---

  received(bytes: number): void {
    this.#receivedBytes += bytes;
    this.#options.onReceived?.(bytes);
  }

  /** The file is whole and in the vault's hands: from here on it has its name. */
  appear(path: VirtualPath, object: ObjectRef): void {
    this.#guard(() => {
      const file: StoredFile = { hash: object.hash, sizeBytes: object.sizeBytes, modified: this.#now() };
      this.#overlay.putFile(path, file);
    });
    this.#options.onFileReceived?.();
  }

  /**
   * The error that is thrown for one that happened here. A `FolderError` is an answer, as a real folder would give it;
   * every other error ends the run, and is remembered, since the phone's words about it will be worth less.
   */
  explain(error: unknown): Error {
    if (error instanceof FolderError) return error;
    const named = this.#named(error);
    this.#failure ??= named;
    return named;
  }

  #named(error: unknown): BackstopError {
    if (isDiskFull(error)) {
      const received = formatBytes(this.#receivedBytes);
      return new BackstopError('backup/vault-full', { cause: error, data: { received } });
    }
    if (isBackstopError(error)) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new BackstopError('backup/computer-failed', { message: reason, cause: error, data: { reason } });
  }

  #parse(path: string): VirtualPath {
    return this.#overlay.quickPath(path) ?? parseVirtualPath(path);
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.explain(error);
    }
  }

  async *#read(file: StoredFile): AsyncGenerator<Uint8Array> {
    if (file.hash === null) return;
    try {
      yield* this.#options.objects.read(file);
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** When the answer is on its way. */
  #readAhead(listed: VirtualPath): void {
    setImmediate(() => {
      try {
        this.#overlay.readAhead(listed);
      } catch {
        // For speed only: the run may be over by now, and any other reason comes up when that folder is listed.
      }
    });
  }

  #now(): number {
    return Math.floor(this.#options.clock.now().getTime() / 1000);
  }
}

/** One file on its way into the vault. Synchronous as long as the vault is, because most files are small. */
class ObjectUpload implements FolderUpload {
  readonly #folder: VirtualFolder;
  readonly #path: VirtualPath;
  readonly #writer: ObjectWriter;

  constructor(folder: VirtualFolder, path: VirtualPath, writer: ObjectWriter) {
    this.#folder = folder;
    this.#path = path;
    this.#writer = writer;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#folder.received(chunk.length);
    try {
      const written = this.#writer.write(chunk);
      if (written instanceof Promise) return written.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  finish(): void | Promise<void> {
    try {
      const object = this.#writer.finish();
      if (object instanceof Promise) {
        return object.then((stored) => this.#folder.appear(this.#path, stored)).catch((e: unknown) => this.#fail(e));
      }
      this.#folder.appear(this.#path, object);
    } catch (error) {
      this.#fail(error);
    }
  }

  abort(): void | Promise<void> {
    return this.#writer.abort();
  }

  #fail(error: unknown): never {
    throw this.#folder.explain(error);
  }
}

/** A full disk, however deep in the causes. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const code: unknown = 'code' in at ? at.code : undefined;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL' || code === 'vault/disk-full') return true;
  }
  return false;
}
