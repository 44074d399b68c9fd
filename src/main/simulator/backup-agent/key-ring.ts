import { createHash, randomBytes } from 'node:crypto';
import { buildKeybag } from '../../engine/formats/index.ts';

const CLASSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const;
const KEY_BYTES = 32;

export interface BackupKeys {
  /** BackupKeyBag of Manifest.plist. */
  readonly bag: Buffer;
  readonly classKeys: ReadonlyMap<number, Buffer>;
  readonly manifestKey: Buffer;
}

/** The phone's keys for encrypted backups: one bag for as long as the password stays, a new one with a new password. */
export class KeyRing {
  readonly #iterations: number;
  #keys: BackupKeys | null = null;
  #password: string | null = null;

  constructor(iterations: number) {
    this.#iterations = iterations;
  }

  async keysFor(password: string, signal: AbortSignal): Promise<BackupKeys> {
    const fingerprint = createHash('sha256').update(password).digest('hex');
    if (this.#keys !== null && this.#password === fingerprint) return this.#keys;
    const classKeys = new Map(CLASSES.map((number) => [number, randomBytes(KEY_BYTES)]));
    const { bytes } = await buildKeybag(
      {
        password,
        classKeys,
        firstStageIterations: this.#iterations,
        iterations: Math.min(this.#iterations, 10_000),
        randomBytes,
      },
      { signal },
    );
    this.#password = fingerprint;
    this.#keys = { bag: bytes, classKeys, manifestKey: randomBytes(KEY_BYTES) };
    return this.#keys;
  }
}
