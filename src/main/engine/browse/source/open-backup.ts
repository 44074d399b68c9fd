import { createDecipheriv } from 'node:crypto';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { decryptCbcStream, type MbFile, openClassedKey, unwrapMany } from '../../formats/index.ts';
import { dictOf, parsePlist } from '../../formats/plist/index.ts';
import type { ManifestIndex } from './manifest-index.ts';
import { openPrivateDatabase } from './private-database.ts';
import type { Backup, BackupFacts, BackupFile, DomainTotals, FileQuery, PhoneDatabase, RawFiles } from './types.ts';

/** The stored bytes of a backup's files, as the phone sent them. */
export interface StoredFiles extends AsyncDisposable {
  /** Bytes as stored; null when nothing is stored for it. */
  storedBytes(fileId: string): number | null;
  read(fileId: string): AsyncIterable<Uint8Array>;
  /** Bytes from within; fewer at the end. */
  readRange(fileId: string, offset: number, length: number): Promise<Buffer>;
  /** Ids and sizes of everything that is stored, when they can be told quickly; else null. */
  all(): Iterable<{ readonly fileId: string; readonly bytes: number }> | null;
  /** Where and how to read many; absent where they only come one by one. */
  readonly raw?: Omit<RawFiles, 'keysOf'>;
}

export interface OpenBackupParts {
  readonly facts: BackupFacts;
  readonly index: ManifestIndex;
  readonly stored: StoredFiles;
  /** Null: the backup is not encrypted. */
  readonly classKeys: ReadonlyMap<number, Uint8Array> | null;
  /** For decrypted databases, which have no name there. */
  readonly workFolder: string;
}

const BLOCK_BYTES = 16;
const NO_FACTS = 'what the phone wrote about it cannot be read, and its key with it';
const FOREIGN_KEY = 'its key does not belong to this backup';

interface SharedDatabase {
  readonly opened: Promise<PhoneDatabase | null>;
  users: number;
}

export class OpenBackup implements Backup {
  readonly facts: BackupFacts;
  readonly raw: RawFiles | null;
  readonly #parts: OpenBackupParts;
  readonly #databases = new Map<string, SharedDatabase>();
  #totals: readonly DomainTotals[] | null = null;

  constructor(parts: OpenBackupParts) {
    this.facts = parts.facts;
    this.#parts = parts;
    const { raw } = parts.stored;
    this.raw = raw === undefined ? null : { ...raw, keysOf: (files) => this.#keysOf(files) };
  }

  domains(): readonly DomainTotals[] {
    this.#totals ??= this.#parts.index.totals ?? this.#count();
    return this.#totals;
  }

  #count(): readonly DomainTotals[] {
    const { index, stored } = this.#parts;
    const all = stored.all();
    if (all === null) return index.domains().map((one) => ({ ...one, bytes: null }));
    const sizes = new Map<string, number>();
    for (const { fileId, bytes } of all) sizes.set(fileId, bytes);
    const bytes = new Map<string, number>();
    for (const { fileId, domain } of index.everyFile()) {
      bytes.set(domain, (bytes.get(domain) ?? 0) + (sizes.get(fileId) ?? 0));
    }
    return index.domains().map((one) => ({ ...one, bytes: bytes.get(one.domain) ?? 0 }));
  }

  file(domain: string, path: string): BackupFile | null {
    return this.#parts.index.file(domain, path);
  }

  files(query: FileQuery = {}): Iterable<BackupFile> {
    return this.#parts.index.files(query);
  }

  list(domain: string, folder: string): readonly BackupFile[] {
    return this.#parts.index.list(domain, folder);
  }

  attributes(file: BackupFile): ReadonlyMap<string, Buffer> {
    const packed = this.#parts.index.metadata(file)?.extendedAttributes ?? null;
    const found = new Map<string, Buffer>();
    if (packed === null) return found;
    try {
      for (const [name, value] of Object.entries(dictOf(parsePlist(packed)) ?? {})) {
        if (value instanceof Uint8Array) found.set(name, Buffer.from(value));
      }
    } catch (error) {
      // Attributes are extras; a file without readable ones is a file without any.
      if (!isBackstopError(error)) throw error;
    }
    return found;
  }

  hasContent(file: BackupFile): boolean {
    return file.kind === 'file' && (this.#parts.stored.storedBytes(file.fileId) !== null || file.sizeBytes === 0);
  }

  async *read(
    file: BackupFile,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncIterable<Uint8Array> {
    const stored = this.#storedBytes(file);
    if (stored === 0) {
      if ((file.sizeBytes ?? 0) > 0) throw unreadable(file, 'nothing of its content was stored');
      return;
    }
    const key = this.#keyOf(file);
    const source = this.#parts.stored.read(file.fileId);
    if (key === null) {
      for await (const chunk of source) {
        signal?.throwIfAborted();
        yield chunk;
      }
      return;
    }
    const { plain, verdict } = decryptCbcStream(source, key.key, { expectedSize: key.meta.size });
    for await (const chunk of plain) {
      signal?.throwIfAborted();
      yield chunk;
    }
    // Without padding the bytes are as they came; only what is cut off in the middle of a block is surely not whole.
    const { storedBytes } = await verdict;
    if (storedBytes % BLOCK_BYTES !== 0) throw unreadable(file, 'its stored bytes are cut off');
  }

  async readWhole(file: BackupFile, maxBytes: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.read(file)) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        throw new BackstopError('browse/too-large', {
          data: { domain: file.domain, path: file.path, most: maxBytes },
        });
      }
      // Chunks are the reader's only until it asks for the next one.
      parts.push(Buffer.from(chunk));
    }
    return Buffer.concat(parts);
  }

  async readRange(file: BackupFile, offset: number, length: number): Promise<Buffer> {
    const stored = this.#storedBytes(file);
    const key = stored === 0 ? null : this.#keyOf(file);
    if (key === null) return stored === 0 ? Buffer.alloc(0) : this.#parts.stored.readRange(file.fileId, offset, length);
    const first = Math.floor(offset / BLOCK_BYTES);
    const last = Math.ceil((offset + length) / BLOCK_BYTES);
    // The block before is the initial vector of the first.
    const from = Math.max(0, first - 1) * BLOCK_BYTES;
    const bytes = await this.#parts.stored.readRange(file.fileId, from, last * BLOCK_BYTES - from);
    const iv = first === 0 ? Buffer.alloc(BLOCK_BYTES) : bytes.subarray(0, BLOCK_BYTES);
    const body = first === 0 ? bytes : bytes.subarray(BLOCK_BYTES);
    const whole = body.subarray(0, body.length - (body.length % BLOCK_BYTES));
    const cipher = createDecipheriv('aes-256-cbc', key.key, iv).setAutoPadding(false);
    const plain = Buffer.concat([cipher.update(whole), cipher.final()]);
    const isEnd = first * BLOCK_BYTES + whole.length >= stored;
    return withoutPadding(plain, isEnd).subarray(offset - first * BLOCK_BYTES, offset - first * BLOCK_BYTES + length);
  }

  async openDatabase(domain: string, path: string): Promise<PhoneDatabase | null> {
    const name = `${domain}/${path}`;
    let shared = this.#databases.get(name);
    if (shared === undefined) {
      shared = { opened: this.#openDatabase(domain, path), users: 0 };
      this.#databases.set(name, shared);
    }
    const own = shared;
    own.users += 1;
    const release = (): void => {
      own.users -= 1;
      if (own.users > 0) return;
      if (this.#databases.get(name) === own) this.#databases.delete(name);
      void own.opened.then(
        (opened) => opened?.[Symbol.dispose](),
        () => undefined, // Whoever asked for it was told.
      );
    };
    try {
      const opened = await own.opened;
      if (opened === null) {
        release();
        return null;
      }
      let isOpen = true;
      return {
        db: opened.db,
        warning: opened.warning,
        [Symbol.dispose]: () => {
          if (isOpen) release();
          isOpen = false;
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #openDatabase(domain: string, path: string): Promise<PhoneDatabase | null> {
    const main = this.file(domain, path);
    if (main === null || main.kind !== 'file' || !this.hasContent(main)) return null;
    const beside = (suffix: string): AsyncIterable<Uint8Array> | null => {
      const log = this.file(domain, path + suffix);
      return log !== null && log.kind === 'file' && this.hasContent(log) ? this.read(log) : null;
    };
    const name = `${domain} ${path}`;
    try {
      return await openPrivateDatabase(
        { name, main: this.read(main), wal: beside('-wal'), journal: beside('-journal') },
        this.#parts.workFolder,
      );
    } catch (error) {
      if (!isBackstopError(error) || error.code === 'browse/damaged-database') throw error;
      const reason = error.message;
      throw new BackstopError('browse/damaged-database', { cause: error, data: { name, reason } });
    }
  }

  #storedBytes(file: BackupFile): number {
    const bytes = this.#parts.stored.storedBytes(file.fileId);
    if (bytes !== null) return bytes;
    // Some phones never send empty files.
    if (file.sizeBytes === 0) return 0;
    throw new BackstopError('browse/no-content', { data: { domain: file.domain, path: file.path } });
  }

  /** Null: the content is stored as it is. */
  #keyOf(file: BackupFile): { readonly key: Uint8Array; readonly meta: MbFile } | null {
    const { classKeys, index } = this.#parts;
    if (classKeys === null) return null;
    const meta = index.metadata(file);
    if (meta === null) throw unreadable(file, NO_FACTS);
    // Old and odd tools store some files as they are.
    if (meta.encryptionKey === null) return null;
    const key = openClassedKey(classKeys, meta.encryptionKey);
    if (key === null) throw unreadable(file, FOREIGN_KEY);
    return { key, meta };
  }

  /** Keys of one class are unwrapped together, which takes a tenth of the time. */
  #keysOf(files: readonly BackupFile[]): ReadonlyArray<Uint8Array | null | BackstopError> {
    const { classKeys, index } = this.#parts;
    if (classKeys === null) return files.map(() => null);
    const wrapped = files.map((file) => index.metadata(file)?.encryptionKey);
    const keys: Array<Uint8Array | null | BackstopError> = files.map((file, at) =>
      wrapped[at] === null ? null : unreadable(file, NO_FACTS),
    );
    for (const [classId, classKey] of classKeys) {
      const places = wrapped.flatMap((key, at) => (key?.classId === classId ? [at] : []));
      const opened = unwrapMany(
        classKey,
        places.map((at) => wrapped[at]?.wrapped ?? new Uint8Array()),
      );
      for (const [number, at] of places.entries()) {
        const file = files[at];
        if (file !== undefined) keys[at] = opened[number] ?? unreadable(file, FOREIGN_KEY);
      }
    }
    return keys.map((key, at) => {
      const file = files[at];
      const isForeign = wrapped[at] != null && !classKeys.has(wrapped[at].classId);
      return isForeign && file !== undefined ? unreadable(file, FOREIGN_KEY) : key;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { opened } of this.#databases.values()) {
      await opened.then(
        (database) => database?.[Symbol.dispose](),
        () => undefined, // It never opened.
      );
    }
    this.#databases.clear();
    try {
      await this.#parts.index.save(() => this.domains());
    } finally {
      this.#parts.index.close();
    }
    await this.#parts.stored[Symbol.asyncDispose]();
  }
}

function withoutPadding(plain: Buffer, isEnd: boolean): Buffer {
  const pad = plain.at(-1) ?? 0;
  if (!isEnd || pad < 1 || pad > BLOCK_BYTES || pad > plain.length) return plain;
  const end = plain.subarray(plain.length - pad);
  return end.every((byte) => byte === pad) ? plain.subarray(0, plain.length - pad) : plain;
}

function unreadable({ domain, path }: BackupFile, reason: string): BackstopError {
  return new BackstopError('browse/unreadable-file', {
    message: `${domain} ${path}: ${reason}`,
    data: { domain, path, reason },
  });
}
