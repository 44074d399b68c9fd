/**
 * The host's side of a backup conversation: the folder that the phone believes it is driving.
 *
 * Paths come from the phone, are relative to the backup root (the folder that contains `<UDID>/`), use `/`, and are
 * hostile until checked: the folder validates every one. Every method that fails throws a `FolderError`, whose status
 * goes back to the phone; any other exception is a failure of this computer and ends the run after the stream was drained.
 */
export interface HostFolder {
  /** For DLMessageDownloadFiles. Throws `FolderError` -6 for a missing file, -9 for a folder. */
  openFile(path: string): Promise<FolderFile>;
  /** For one file of DLMessageUploadFiles. Nothing appears at `path` before `finish()`. */
  createFile(path: string): FolderUpload | Promise<FolderUpload>;
  /** One level, without "." and "..". A missing folder lists as empty. */
  list(path: string): Promise<readonly FolderListing[]>;
  /** Creates with parents; existing is success. */
  createDirectory(path: string): Promise<void>;
  /** One batch: all sources are read before anything is written; a target is replaced whole. */
  moveItems(pairs: ReadonlyArray<readonly [from: string, to: string]>): Promise<void>;
  /** Recursive; a missing item is success. */
  removeItems(paths: readonly string[]): Promise<void>;
  copyItem(from: string, to: string): Promise<void>;
  /** Bytes the phone may count on. */
  freeBytes(): Promise<bigint>;
}

export interface FolderFile {
  readonly sizeBytes: number;
  /** The content in order, in chunks of any size. Read at most once. */
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A file being received. `write` keeps no reference to `chunk` after it returned (or its promise resolved). */
export interface FolderUpload {
  write(chunk: Uint8Array): void | Promise<void>;
  finish(): void | Promise<void>;
  /** Drops everything that was written. Never throws. */
  abort(): void | Promise<void>;
}

export interface FolderListing {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
  readonly sizeBytes: number;
  /** Unix seconds. */
  readonly modified: number;
}

/** DeviceLink status numbers that a host answers (reference: DeviceLink status response). */
export const FOLDER_STATUS = {
  other: -1,
  notFound: -6,
  exists: -7,
  notDirectory: -8,
  isDirectory: -9,
  loop: -10,
  io: -11,
  noSpace: -15,
} as const;

export type FolderStatus = (typeof FOLDER_STATUS)[keyof typeof FOLDER_STATUS];

export class FolderError extends Error {
  readonly status: FolderStatus;
  constructor(status: FolderStatus, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'FolderError';
    this.status = status;
  }
}
