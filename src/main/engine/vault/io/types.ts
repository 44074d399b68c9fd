/**
 * The vault's only door to a disk. Everything that touches the vault's folder goes through this interface, so that a
 * test can record, fail, tear or stop every single operation.
 *
 * Paths are absolute. Failures are Node's errno errors (`code` is `ENOENT`, `ENOSPC` …); callers decide what they mean.
 */
export interface VaultIo {
  /** `create`: must not exist (O_EXCL). `update`: must exist, opened for reading and writing. */
  open(path: string, mode: 'read' | 'create' | 'update'): Promise<VaultFile>;
  /** Replaces the target on most systems: callers make sure that it is a fresh name. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  readdir(path: string): Promise<readonly FolderItem[]>;
  /** Null when there is nothing of that name. Symbolic links are `other` and never followed. */
  stat(path: string): Promise<FileFacts | null>;
  /** Makes the folder's names durable; nothing where the system has no such call. */
  syncFolder(path: string): Promise<void>;
  statfs(path: string): Promise<VolumeFacts>;
  /** For the probe: false where a sync of this file or folder is not known here and quietly does nothing. */
  readonly canSync?: (path: string) => Promise<boolean>;
  /** For the probe: makes `to` a copy that shares the blocks of `from`; false where that cannot be. */
  readonly clone?: (from: string, to: string) => Promise<boolean>;
}

export interface VaultFile {
  /** Writes at a position; answers how many bytes were taken, which may be fewer than offered. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Reads at a position; 0 at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  sizeBytes(): Promise<number>;
  /** Asks the disk to keep what was written. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FolderItem {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly sizeBytes: number;
  /** The store's own clock. */
  readonly modifiedMs: number;
}

export interface VolumeFacts {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** The system's number for the kind of file system (Linux: statfs(2) f_type). */
  readonly type: number;
}
