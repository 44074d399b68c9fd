import type { VaultOptions } from '../../src/main/engine/vault/index.ts';
import { nodeIo } from '../../src/main/engine/vault/io/index.ts';

type VaultIo = NonNullable<VaultOptions['io']>;

/** A disk that is full once so many more bytes have been written, and has room again when told so. */
export class FullDisk {
  #left = Number.POSITIVE_INFINITY;

  fullAfter(bytes: number): void {
    this.#left = bytes;
  }

  readonly io: VaultIo = {
    ...nodeIo,
    open: async (path, mode) => {
      if (mode === 'create') this.#take(0);
      const file = await nodeIo.open(path, mode);
      return {
        write: async (bytes, position) => {
          this.#take(bytes.length);
          return file.write(bytes, position);
        },
        read: (into, position) => file.read(into, position),
        sizeBytes: () => file.sizeBytes(),
        sync: () => file.sync(),
        close: () => file.close(),
      };
    },
  };

  #take(bytes: number): void {
    if (this.#left < bytes || this.#left <= 0) {
      this.#left = 0;
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 });
    }
    this.#left -= bytes;
  }
}
