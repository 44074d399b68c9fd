import {
  FOLDER_STATUS,
  FolderError,
  type FolderFile,
  type FolderListing,
  type FolderUpload,
  type HostFolder,
} from '../services/mobilebackup2/index.ts';

/** A backup folder in memory that notes what was asked of it. */
export class MemoryFolder implements HostFolder {
  readonly files = new Map<string, Buffer>();
  readonly calls: string[] = [];
  free = 512_000_000_000n;
  /** Thrown by `write` once this many bytes have come. */
  failAfter: { bytes: number; error: Error } | null = null;
  readonly aborted: string[] = [];
  #written = 0;

  async openFile(path: string): Promise<FolderFile> {
    this.calls.push(`open ${path}`);
    const content = this.files.get(path);
    if (content === undefined) throw new FolderError(FOLDER_STATUS.notFound, 'No such file or directory');
    return {
      sizeBytes: content.length,
      async *read() {
        for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
      },
      close: async () => undefined,
    };
  }

  createFile(path: string): FolderUpload {
    this.calls.push(`create ${path}`);
    const parts: Buffer[] = [];
    return {
      write: (chunk) => {
        this.#written += chunk.length;
        if (this.failAfter !== null && this.#written > this.failAfter.bytes) throw this.failAfter.error;
        parts.push(Buffer.from(chunk));
      },
      finish: () => {
        this.files.set(path, Buffer.concat(parts));
      },
      abort: () => {
        this.aborted.push(path);
      },
    };
  }

  async list(path: string): Promise<readonly FolderListing[]> {
    this.calls.push(`list ${path}`);
    return [...this.files].map(([name, content]) => ({
      name,
      kind: 'file',
      sizeBytes: content.length,
      modified: 1_700_000_000,
    }));
  }

  async createDirectory(path: string): Promise<void> {
    this.calls.push(`mkdir ${path}`);
  }

  async moveItems(pairs: ReadonlyArray<readonly [string, string]>): Promise<void> {
    for (const [from, to] of pairs) {
      this.calls.push(`move ${from} ${to}`);
      const content = this.files.get(from);
      if (content === undefined) throw new FolderError(FOLDER_STATUS.notFound, 'No such file or directory');
      this.files.delete(from);
      this.files.set(to, content);
    }
  }

  async removeItems(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.calls.push(`remove ${path}`);
  }

  async copyItem(from: string, to: string): Promise<void> {
    this.calls.push(`copy ${from} ${to}`);
  }

  async freeBytes(): Promise<bigint> {
    return this.free;
  }
}
