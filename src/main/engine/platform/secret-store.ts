/**
 * The system's keychain, as far as the engine knows it. Where there is none there is no cache of what is in backups: a key
 * that lies beside what it opens protects nothing.
 */
export interface SecretStore {
  get(name: string): Promise<Buffer | null>;
  set(name: string, secret: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
}

/** For as long as this process lives. */
export class MemorySecrets implements SecretStore {
  readonly #secrets = new Map<string, Buffer>();

  async get(name: string): Promise<Buffer | null> {
    return this.#secrets.get(name) ?? null;
  }

  async set(name: string, secret: Uint8Array): Promise<void> {
    this.#secrets.set(name, Buffer.from(secret));
  }

  async remove(name: string): Promise<void> {
    this.#secrets.get(name)?.fill(0);
    this.#secrets.delete(name);
  }
}
