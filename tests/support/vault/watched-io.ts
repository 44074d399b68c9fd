import type { VaultFile, VaultIo } from '../../../src/main/engine/vault/io/index.ts';

/** One operation on the disk, numbered from 0. Reads are not counted: they change nothing. */
export interface DiskOperation {
  readonly index: number;
  readonly kind:
    | 'create'
    | 'update'
    | 'write'
    | 'sync'
    | 'close'
    | 'rename'
    | 'unlink'
    | 'mkdir'
    | 'rmdir'
    | 'syncFolder';
  readonly path: string;
}

/** What shall happen instead of an operation: an errno, a short write, or nothing ever again. */
export type Fault = { readonly errno: string } | { readonly shortWrite: number } | 'stop';

/** Passes everything on to another disk, writes it down, and breaks it where a test wants. */
export class WatchedIo implements VaultIo {
  readonly operations: DiskOperation[] = [];
  readonly #inner: VaultIo;
  readonly #fault: (operation: DiskOperation) => Fault | null;
  readonly #before: (operation: DiskOperation) => void;
  #isStopped = false;

  constructor(
    inner: VaultIo,
    options: {
      readonly fault?: (operation: DiskOperation) => Fault | null;
      readonly before?: (operation: DiskOperation) => void;
    } = {},
  ) {
    this.#inner = inner;
    this.#fault = options.fault ?? (() => null);
    this.#before = options.before ?? (() => undefined);
  }

  /** After a fault of "stop": nothing works any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  async open(path: string, mode: 'read' | 'create' | 'update'): Promise<VaultFile> {
    if (mode !== 'read') this.#step(mode, path);
    else this.#throwIfStopped();
    const file = await this.#inner.open(path, mode);
    return {
      write: async (bytes, position) => {
        const short = this.#step('write', path);
        return file.write(
          short === null ? bytes : bytes.subarray(0, Math.max(1, Math.min(short, bytes.length))),
          position,
        );
      },
      read: (into, position) => {
        this.#throwIfStopped();
        return file.read(into, position);
      },
      sizeBytes: () => file.sizeBytes(),
      sync: async () => {
        this.#step('sync', path);
        await file.sync();
      },
      close: async () => {
        let failure: unknown = null;
        try {
          if (mode !== 'read') this.#step('close', path);
        } catch (error) {
          failure = error;
        }
        await file.close();
        if (failure !== null) throw failure;
      },
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step('rename', to);
    await this.#inner.rename(from, to);
  }

  async unlink(path: string): Promise<void> {
    this.#step('unlink', path);
    await this.#inner.unlink(path);
  }

  async mkdir(path: string): Promise<void> {
    this.#step('mkdir', path);
    await this.#inner.mkdir(path);
  }

  async rmdir(path: string): Promise<void> {
    this.#step('rmdir', path);
    await this.#inner.rmdir(path);
  }

  async syncFolder(path: string): Promise<void> {
    this.#step('syncFolder', path);
    await this.#inner.syncFolder(path);
  }

  async readdir(path: string): ReturnType<VaultIo['readdir']> {
    this.#throwIfStopped();
    return this.#inner.readdir(path);
  }

  async stat(path: string): ReturnType<VaultIo['stat']> {
    this.#throwIfStopped();
    return this.#inner.stat(path);
  }

  async statfs(path: string): ReturnType<VaultIo['statfs']> {
    this.#throwIfStopped();
    return this.#inner.statfs(path);
  }

  #step(kind: DiskOperation['kind'], path: string): number | null {
    this.#throwIfStopped();
    const operation = { index: this.operations.length, kind, path };
    this.#before(operation);
    this.operations.push(operation);
    const fault = this.#fault(operation);
    if (fault === null) return null;
    if (fault === 'stop') {
      this.#isStopped = true;
      this.#throwIfStopped();
    } else if ('errno' in fault) {
      throw Object.assign(new Error(`${fault.errno}: injected at ${kind} ${path}`), { code: fault.errno });
    } else if (kind === 'write') return fault.shortWrite;
    return null;
  }

  #throwIfStopped(): void {
    if (this.#isStopped) throw new Error('the computer has stopped');
  }
}
