import type Database from 'better-sqlite3';
import type { BackstopError } from '../../../../shared/errors/index.ts';
import type { ObjectRef, SnapshotView } from '../../vault/index.ts';

/**
 * A backup that can be looked into: a version in a vault, or a backup folder on a disk. Decrypted, read-only, and
 * streaming; nothing of it rests on disk in the clear. Whoever reads kinds of data (photos, messages, …) knows only this.
 */

/** One row of the backup's index. */
export interface BackupFile {
  /** SHA-1 of domain and path, hex. */
  readonly fileId: string;
  readonly domain: string;
  /** "" for the root of a domain; else parts joined by "/". As the phone wrote it: no safe name for a disk. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'unknown';
  /** As the phone's index says; databases may differ. Null: not said, or unreadable. */
  readonly sizeBytes: number | null;
  /** Unix seconds; null where not said. */
  readonly modified: number | null;
  readonly created: number | null;
  /** 1 complete, 2 unless open, 3 until first unlock, 4 none; null where not said. */
  readonly protectionClass: number | null;
  /** Of a symbolic link: a path on the phone. */
  readonly target: string | null;
}

export interface AppFacts {
  readonly name: string | null;
  readonly version: string | null;
}

export interface BackupFacts {
  readonly udid: string;
  readonly deviceName: string | null;
  readonly productType: string | null;
  readonly iosVersion: string | null;
  readonly isEncrypted: boolean;
  /** When the backup was made, Unix milliseconds; null where not said. */
  readonly madeAtMs: number | null;
  /** Bundle ids of the apps that the owner installed; null where not said. */
  readonly installedApps: readonly string[] | null;
  /** By bundle id, as the App Store calls them; of apps from there only. */
  readonly apps: ReadonlyMap<string, AppFacts>;
}

export interface DomainTotals {
  readonly domain: string;
  readonly files: number;
  /** As they are stored, so encrypted ones are some bytes more; null where that would need every file to be looked at. */
  readonly bytes: number | null;
}

export interface FileQuery {
  readonly domain?: string | undefined;
  /** Only what lies in this folder of the domain, at any depth. Needs `domain`. "" is everything. */
  readonly under?: string | undefined;
  /** Only files whose name or path holds this text; case does not matter. */
  readonly text?: string | undefined;
}

/** A database of the phone, decrypted, with what stood in its write-ahead log or journal. Closed by its disposal. */
export interface PhoneDatabase extends Disposable {
  /** Read-only (query_only); its schema is not trusted. */
  readonly db: Database.Database;
  /** What could not be taken into account, such as a log whose end is torn; null when all was. */
  readonly warning: string | null;
}

/** The stored bytes of a backup and the keys to them: for whoever takes out many files and does the rest elsewhere. */
export interface RawFiles {
  /** What each file is decrypted with (null: stored as it is), or why it cannot be. */
  keysOf(files: readonly BackupFile[]): ReadonlyArray<Uint8Array | null | BackstopError>;
  /** Where a file's stored bytes lie on this computer; null when they are not there. */
  placeOf?(file: BackupFile): { readonly path: string; readonly bytes: number } | null;
  /** In a vault: the object that holds them; null when there is none. */
  objectOf?(file: BackupFile): ObjectRef | null;
  readObject?(object: ObjectRef): AsyncIterable<Uint8Array>;
  readonly readBlocks?: SnapshotView['readBlocks'];
}

export interface Backup extends AsyncDisposable {
  readonly facts: BackupFacts;
  /** Null or absent: every file goes through `read`. */
  readonly raw?: RawFiles | null;
  /** In the order of their names. */
  domains(): readonly DomainTotals[];
  file(domain: string, path: string): BackupFile | null;
  /** In the order of domain and path. */
  files(query?: FileQuery): Iterable<BackupFile>;
  /** What lies directly in a folder, folders first, then by name; "" is the root of the domain. Folders without a row of their own are there too. */
  list(domain: string, folder: string): readonly BackupFile[];
  /** Extended attributes that the phone kept with the file, by name. */
  attributes(file: BackupFile): ReadonlyMap<string, Buffer>;
  /** Is the content of the file there, as far as its index and the vault or folder know? Reads no content. */
  hasContent(file: BackupFile): boolean;
  /**
   * The decrypted bytes. Throws `browse/no-content` when the backup does not hold them, `browse/unreadable-file` when they
   * cannot be decrypted, or what the vault says of damage; at the latest in place of the last chunk.
   */
  read(file: BackupFile, options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array>;
  /** All of a small file; throws `browse/too-large` beyond `maxBytes`. */
  readWhole(file: BackupFile, maxBytes: number): Promise<Buffer>;
  /** Some bytes from within; shorter at the end of the file. Decrypts no more than it must. */
  readRange(file: BackupFile, offset: number, length: number): Promise<Buffer>;
  /**
   * Opens an SQLite database of the phone together with its log. Null when the backup has no such file. Throws
   * `browse/damaged-database` when it is none or cannot be decrypted. The same file may be opened many times: it is
   * decrypted once while somebody has it open.
   */
  openDatabase(domain: string, path: string): Promise<PhoneDatabase | null>;
}
