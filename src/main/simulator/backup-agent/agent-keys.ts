import { randomBytes } from 'node:crypto';
import { buildKeybag } from '../../engine/formats/index.ts';

const CLASSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const;
const KEY_BYTES = 32;
/** ITER of real bags. */
const SECOND_STAGE_ITERATIONS = 10_000;
/** An unencrypted backup's bag opens nothing; nobody should wait for it. */
const UNUSED_ITERATIONS = 1000;

export interface BackupKeys {
  /** BackupKeyBag of Manifest.plist. */
  readonly bag: Buffer;
  /** Class number → key that wraps the keys of files. */
  readonly classKeys: ReadonlyMap<number, Buffer>;
}

/** The phone's keys for backups: one bag for as long as the password stays, a new one with a new password. */
export class AgentKeys {
  readonly #iterations: number;
  #current: { readonly password: string; readonly keys: BackupKeys } | null = null;
  #unused: Buffer | null = null;

  /** Rounds of the first stage of the password's derivation; a real phone: 10,000,000. */
  constructor(iterations: number) {
    this.#iterations = iterations;
  }

  async forPassword(password: string, signal: AbortSignal): Promise<BackupKeys> {
    if (this.#current?.password === password) return this.#current.keys;
    const keys = await newKeys(password, this.#iterations, signal);
    this.#current = { password, keys };
    return keys;
  }

  /** Manifest.plist has a bag in unencrypted backups too. */
  async unusedBag(signal: AbortSignal): Promise<Buffer> {
    this.#unused ??= (await newKeys(randomBytes(16).toString('hex'), UNUSED_ITERATIONS, signal)).bag;
    return this.#unused;
  }
}

async function newKeys(password: string, firstStageIterations: number, signal: AbortSignal): Promise<BackupKeys> {
  const classKeys = new Map(CLASSES.map((classId) => [classId, randomBytes(KEY_BYTES)]));
  const { bytes } = await buildKeybag(
    { password, classKeys, firstStageIterations, iterations: SECOND_STAGE_ITERATIONS, randomBytes },
    { signal },
  );
  return { bag: bytes, classKeys };
}
